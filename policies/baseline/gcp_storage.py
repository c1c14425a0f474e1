"""Cloud Storage: who reaches a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, is_one_of, is_true

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

BUCKET = "gcp:storage/bucket:Bucket"
ENTITIES = {
    "gcp:storage/bucketACL:BucketACL": ("roleEntities[*]", "predefinedAcl", "defaultAcl"),
    "gcp:storage/bucketAccessControl:BucketAccessControl": ("entity",),
    "gcp:storage/defaultObjectACL:DefaultObjectACL": ("roleEntities[*]",),
    "gcp:storage/defaultObjectAccessControl:DefaultObjectAccessControl": ("entity",),
    "gcp:storage/objectACL:ObjectACL": ("roleEntities[*]", "predefinedAcl"),
    "gcp:storage/objectAccessControl:ObjectAccessControl": ("entity",),
}
"""Access control lists, and where they say whom they let in."""
GRANTS = _gcp.forms("storage/bucketIAM", "storage/managedFolderIam")
PUBLIC_LISTS = frozenset({"publicread", "publicreadwrite", "authenticatedread"})
"""Ready-made lists, in lower case, that open an object to everybody."""
_granted = _gcp.nobody_at_large("opens the bucket to")


def public(resource: Resource, context: Context) -> Iterator[Finding]:
    """No grant and no access control list names everybody."""
    if resource.type in GRANTS:
        yield from _granted(resource, context)
        return
    for path in ENTITIES[resource.type]:
        for at, value in resource.each(path):
            if value is UNKNOWN:
                if not _gcp.is_somebody(resource, at):
                    yield unknown(f"whom it lets in {LATER}", at)
            elif isinstance(value, str) and (value.rpartition(":")[2].lower() in _gcp.ANYONE or value.lower() in PUBLIC_LISTS):
                yield fail(f"opens the bucket to {value}", at)


CONTROLS = (
    Control(
        id="gcp-storage-uniform-access",
        title="Buckets are governed by IAM alone",
        why="Access control lists on single objects open data where no review of the bucket's grants would see it.",
        fix="Set uniformBucketLevelAccess to true, after every reader that comes in by a list has a role.",
        blind="Lists that are already on the objects; they stop working, and nobody is told.",
        source="https://cloud.google.com/storage/docs/uniform-bucket-level-access (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("G01",),
        maps=Maps(nist="~AC-3 AC-4", hipaa="~308(a)(3)(i) 312(a)(1)", pci="7.2.1 7.2.5", soc2="~CC6.1 CC6.6", iso="~A.8.3 A.5.15"),
        reads={BUCKET: ("uniformBucketLevelAccess",)},
        evaluate=is_true("uniformBucketLevelAccess", "still obeys access control lists of single objects"),
        snippet="""\
import pulumi_gcp as gcp

gcp.storage.Bucket("records", location="EUROPE-WEST1", uniform_bucket_level_access=True)
""",
    ),
    Control(
        id="gcp-storage-public-prevention",
        title="Buckets refuse grants to everybody",
        why="With the prevention in force, a careless grant to allUsers opens nothing.",
        fix="Set publicAccessPrevention to enforced.",
        blind="An organization policy that enforces the same from above; signed URLs, which work all the same.",
        source="https://cloud.google.com/storage/docs/public-access-prevention (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("G02",),
        maps=Maps(nist="~AC-3 AC-4", hipaa="312(a)(1)", pci="7.2.1 7.2.5", soc2="CC6.1", iso="A.8.1 A.8.12"),
        severity=Severity.CRITICAL,
        reads={BUCKET: ("publicAccessPrevention",)},
        remedy={"publicAccessPrevention": "enforced"},
        evaluate=is_one_of("publicAccessPrevention", ("enforced",), "may be opened to everybody", default="inherited"),
        snippet="""\
import pulumi_gcp as gcp

gcp.storage.Bucket("records", location="EUROPE-WEST1", public_access_prevention="enforced")
""",
    ),
    Control(
        id="gcp-storage-public-grants",
        title="No grant opens a bucket to everybody",
        why="A bucket that anyone can read is the commonest way to lose data.",
        fix="Name users, groups or service accounts in member or members, and take allUsers and allAuthenticatedUsers out.",
        blind="Grants on the project, which gcp-iam-public judges; groups that anybody may join.",
        source="https://cloud.google.com/storage/docs/access-control/iam (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("G03",),
        maps=Maps(nist="~AC-3 AC-4", hipaa="312(a)(1)", pci="7.2.1 7.2.5", soc2="CC6.1", iso="A.8.1 A.8.12"),
        severity=Severity.CRITICAL,
        reads={**GRANTS, **ENTITIES},
        evaluate_linked=alone(public),
        snippet="""\
import pulumi_gcp as gcp

records = gcp.storage.Bucket("records", location="EUROPE-WEST1")
gcp.storage.BucketIAMMember("auditor", bucket=records.name, role="roles/storage.objectViewer", member="group:auditors@acme.example")
""",
    ),
)
