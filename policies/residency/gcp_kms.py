"""Cloud KMS: where key material lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity

from ._gcp_places import LIVES, TRANSFER, named

if TYPE_CHECKING:
    from handoff.controls.model import ResourceRule

RING = "gcp:kms/keyRing:KeyRing"
HANDLE = "gcp:kms/keyHandle:KeyHandle"

ring: ResourceRule = named("location", "keeps key material in", unset="names no location for its keys", service="kms")

CONTROLS = (
    Control(
        id="residency-gcp-key-location",
        title="Key material lies in allowed regions only",
        why="Whoever holds the key holds the data, and a key that lies elsewhere can be demanded elsewhere.",
        fix="Make a key ring with location set to a region inside residency, and encrypt anew with its keys. A ring cannot be moved.",
        blind="Keys of an external key manager, whose material never lies with Google.",
        source="https://cloud.google.com/kms/docs/locations (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R086",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={RING: ("location",), HANDLE: ("location",)},
        evaluate=ring,
        snippet="""\
import pulumi_gcp as gcp

gcp.kms.KeyRing("records", location="europe-west1")
""",
    ),
)
