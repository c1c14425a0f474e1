"""File systems of AWS: encrypted with the client's key."""

from __future__ import annotations

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control
from handoff.controls.rules import alone, both, is_true, own_key

FILES = "aws:efs/fileSystem:FileSystem"

CONTROLS = (
    Control(
        id="aws-efs-encryption",
        title="EFS file systems are encrypted with a key of the client's",
        why="Only a key of the client's can be taken away from whoever should no longer read the files.",
        fix="Set encrypted to true and kmsKeyId to a key of the client's. EFS encrypts only a new file system, so the files have to be copied.",
        blind="Replicas and backups, which have keys of their own.",
        source="https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A63",),
        maps=Maps(nist="SC-28 SC-28(1) SC-13", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="~CC6.1 PI1.4", iso="A.8.24 A.8.11"),
        reads={FILES: ("encrypted", "kmsKeyId")},
        evaluate_linked=both(alone(is_true("encrypted", "is not encrypted at rest")), own_key("kmsKeyId", "is not encrypted with a key of the client's")),
        snippet="""\
import pulumi_aws as aws

key = aws.kms.Key("files", description="Files", enable_key_rotation=True)
aws.efs.FileSystem("files", encrypted=True, kms_key_id=key.arn)
""",
    ),
)
