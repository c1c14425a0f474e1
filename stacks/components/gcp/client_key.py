"""The key of the client's data, in the client's project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_gcp import kms

if TYPE_CHECKING:
    from collections.abc import Mapping

USE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
ROTATION_S = 90 * 24 * 3600
DESTRUCTION_WAIT_S = 30 * 24 * 3600
SHORTEST_DESTRUCTION_WAIT_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKeyArgs:
    """Where, and for what."""

    project: pulumi.Output[str]
    number: pulumi.Output[str]
    location: str
    ring_name: str
    hardware: bool
    """In a hardware module, as restricted data asks for; it costs more for each use."""
    disposable: bool
    labels: Mapping[str, str]


class ClientKey(pulumi.ComponentResource):
    """A ring and a key; Cloud Storage may use it for the client's buckets, and nobody else does without a grant."""

    def __init__(self, name: str, args: ClientKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:gcp:ClientKey", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        ring = kms.KeyRing(name, name=args.ring_name, project=args.project, location=args.location, opts=inside)
        wait_s = SHORTEST_DESTRUCTION_WAIT_S if args.disposable else DESTRUCTION_WAIT_S
        key = kms.CryptoKey(
            name,
            name="data",
            key_ring=ring.id,
            purpose="ENCRYPT_DECRYPT",
            version_template={"algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION", "protection_level": "HSM" if args.hardware else "SOFTWARE"},
            rotation_period=f"{ROTATION_S}s",
            destroy_scheduled_duration=f"{wait_s}s",
            labels=args.labels,
            opts=inside,
        )
        storage = pulumi.Output.concat("serviceAccount:service-", args.number, "@gs-project-accounts.iam.gserviceaccount.com")
        use = kms.CryptoKeyIAMMember(f"{name}-storage", crypto_key_id=key.id, role=USE, member=storage, opts=inside)
        self.key_id: pulumi.Output[str] = key.id
        self.storage_may_use: pulumi.Resource = use
        """What a bucket under this key waits for."""
        self.register_outputs({"keyId": self.key_id})
