"""BigQuery: who reads a dataset, and whose key it is encrypted with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, own_key

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

DATASET = "gcp:bigquery/dataset:Dataset"
ACCESS = "gcp:bigquery/datasetAccess:DatasetAccess"
GRANTS = _gcp.forms("bigquery/datasetIam", "bigquery/iam", "bigquery/routineIam", "bigquery/connectionIam")
ENTRIES = {DATASET: ("accesses[*].specialGroup", "accesses[*].iamMember"), ACCESS: ("specialGroup", "iamMember")}
_granted = _gcp.nobody_at_large("opens the data to")
_key = own_key("defaultEncryptionConfiguration.kmsKeyName", "is encrypted with Google's own key")


def public(resource: Resource, context: Context) -> Iterator[Finding]:
    """No entry and no grant names everybody."""
    if resource.type in GRANTS:
        yield from _granted(resource, context)
        return
    for path in ENTRIES[resource.type]:
        for at, value in resource.each(path):
            if value is UNKNOWN:
                if not _gcp.is_somebody(resource, at):
                    yield unknown(f"whom it lets in {LATER}", at)
            elif isinstance(value, str) and value.lower() in _gcp.ANYONE:
                yield fail(f"opens the data to {value}", at)


def encrypted(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """New tables of a dataset are encrypted with a key of the client's."""
    if resource.get("externalDatasetReference") is not None:
        yield not_applicable("holds no data: it refers to a source elsewhere")
        return
    yield from _key(resource, stack, context)


CONTROLS = (
    Control(
        id="gcp-bigquery-public",
        title="No dataset is open to everybody",
        why="Whoever has any Google account reads what allAuthenticatedUsers may read.",
        fix="Take allUsers and allAuthenticatedUsers out of accesses and of the grants, and name groups or service accounts.",
        blind="Views that are authorized on a dataset; Analytics Hub listings.",
        source="https://cloud.google.com/bigquery/docs/control-access-to-resources-iam (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("G29",),
        maps=Maps(nist="~AC-3 AC-4", hipaa="312(a)(1)", pci="1.3.1", soc2="~CC6.1 CC6.6", iso="A.8.1"),
        severity=Severity.CRITICAL,
        reads={**ENTRIES, **GRANTS},
        evaluate_linked=alone(public),
        snippet="""\
import pulumi_gcp as gcp

readers = {"role": "READER", "group_by_email": "analysts@acme.example"}
gcp.bigquery.Dataset("records", dataset_id="records", location="europe-west1", accesses=[readers])
""",
    ),
    Control(
        id="gcp-bigquery-encryption",
        title="Datasets are encrypted with a key of the client's",
        why="Only a key that the client owns lets the client end the provider's reading, and erase what is left, at once.",
        fix="Set defaultEncryptionConfiguration.kmsKeyName.",
        blind="Tables that were made before the key was set, and tables that name another key.",
        source="https://cloud.google.com/bigquery/docs/customer-managed-encryption (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("G30",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.4", iso="A.8.11"),
        reads={DATASET: ("defaultEncryptionConfiguration.kmsKeyName", "externalDatasetReference")},
        looks_at={_gcp.KEY: ()},
        evaluate_linked=encrypted,
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
gcp.bigquery.Dataset("records", dataset_id="records", location="europe-west1", default_encryption_configuration={"kms_key_name": key.id})
""",
    ),
)
