"""EBS: encrypted by default, volumes with the client's key, snapshots closed to the public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_account import EBS_ENCRYPTION, EBS_SHARING, NOT_HERE, account_wide, looked
from handoff_policies.baseline._aws_ebs import encrypts_by_default, here

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, is_one_of, is_true, own_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

VOLUME = "aws:ebs/volume:Volume"
DEFAULT_KEY = "aws:ebs/defaultKmsKey:DefaultKmsKey"
NO_KEY = "is encrypted with the key of EBS, over which the client has no say"
own_volume_key = own_key("kmsKeyId", NO_KEY)
own_default_key = own_key("keyArn", "makes the key of EBS the default")


def volume(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Encrypted, and with a key of the client's: its own, or the one that the stack makes the region's default."""
    value = resource.get("encrypted")
    by_default = encrypts_by_default(resource, stack) if value is None else False
    if value is UNKNOWN or by_default is None:
        yield unknown(f"encrypted {LATER}", "encrypted")
        return
    if not by_default:
        findings = list(is_true("encrypted", "is not encrypted")(resource, context))
        if findings:
            yield from findings
            return
    if resource.get("kmsKeyId") is not None:
        yield from own_volume_key(resource, stack, context)
        return
    keys = [list(own_default_key(one, stack, context)) for one in here(resource, stack, DEFAULT_KEY)]
    yield from min(keys, key=len, default=[fail(NO_KEY, "kmsKeyId")])


CONTROLS = (
    Control(
        id="aws-ebs-default-encryption",
        title="The region encrypts new volumes by default",
        why="The default also holds for volumes and snapshots that somebody makes by hand or through another service.",
        fix="Add an EncryptionByDefault with enabled true in every region in use.",
        blind=f"{NOT_HERE} Regions of the account that the stack does not work in.",
        source="https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A34",),
        maps=Maps(nist="SC-28 SC-28(1) SC-13", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="A.8.24 A.8.11"),
        looks_at=looked(EBS_ENCRYPTION, paths=("enabled",)),
        evaluate_stack=account_wide(
            (EBS_ENCRYPTION,),
            "keeps settings of the account and does not switch encryption by default on",
            alone(is_true("enabled", "leaves new volumes unencrypted", default=True)),
        ),
        snippet="""\
import pulumi_aws as aws

aws.ebs.EncryptionByDefault("volumes", enabled=True)
""",
    ),
    Control(
        id="aws-ebs-volume-encryption",
        title="Volumes are encrypted with a KMS key of the client's",
        why="Only a key of its own lets the client end the provider's reading at once, and erase at the exit what is left.",
        fix="Set encrypted to true and kmsKeyId to the ARN of the client's key.",
        blind="Defaults of the region that this stack does not set, and volumes that machines bring with them.",
        source="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A35",),
        maps=Maps(nist="SC-28 SC-28(1) SC-13", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.5", iso="A.8.24 A.8.11"),
        reads={VOLUME: ("encrypted", "kmsKeyId")},
        looks_at={EBS_ENCRYPTION: ("enabled", "region"), DEFAULT_KEY: ("keyArn", "region")},
        evaluate_linked=volume,
        snippet="""\
import pulumi_aws as aws

key = aws.kms.Key("records", description="Client records", enable_key_rotation=True)
aws.ebs.Volume("records", availability_zone="eu-west-1a", size=20, encrypted=True, kms_key_id=key.arn)
""",
    ),
    Control(
        id="aws-ebs-snapshot-sharing",
        title="No snapshot of a volume can be made public",
        why="One wrong setting on a snapshot lets any account in the world copy the disk.",
        fix="Add a SnapshotBlockPublicAccess with state block-all-sharing in every region in use.",
        blind=f"{NOT_HERE} Snapshots shared with single accounts.",
        source="https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("A36",),
        maps=Maps(nist="~AC-3 AC-4", hipaa="~308(a)(3)(i) 312(a)(1)", pci="~1.4.4 7.2.1", soc2="CC6.6", iso="~A.8.3 A.5.15"),
        looks_at=looked(EBS_SHARING, paths=("state",)),
        evaluate_stack=account_wide(
            (EBS_SHARING,),
            "keeps settings of the account and does not stop snapshots from being made public",
            alone(is_one_of("state", ("block-all-sharing",), "leaves snapshots public that are so, or lets new ones be")),
        ),
        snippet="""\
import pulumi_aws as aws

aws.ebs.SnapshotBlockPublicAccess("snapshots", state="block-all-sharing")
""",
    ),
)
