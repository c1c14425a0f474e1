"""Queues and topics of AWS: messages are encrypted where they wait."""

from __future__ import annotations

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control
from handoff.controls.rules import either, is_set, is_true

QUEUE = "aws:sqs/queue:Queue"
TOPIC = "aws:sns/topic:Topic"

CONTROLS = (
    Control(
        id="aws-sqs-encryption",
        title="Queues encrypt their messages",
        why="Messages wait in a queue for days, and hold whatever services tell each other.",
        fix="Set kmsMasterKeyId to a key of the client's, or sqsManagedSseEnabled to true.",
        blind="Queues from before October 2022 that never set it. Whose the key is.",
        source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A61",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="A.8.24 A.8.11"),
        reads={QUEUE: ("kmsMasterKeyId", "sqsManagedSseEnabled")},
        remedy={"sqsManagedSseEnabled": True},
        evaluate=either(is_set("kmsMasterKeyId", "is not encrypted"), is_true("sqsManagedSseEnabled", "is not encrypted", default=True)),
        snippet="""\
import pulumi_aws as aws

aws.sqs.Queue("intake", sqs_managed_sse_enabled=True)
""",
    ),
    Control(
        id="aws-sns-encryption",
        title="Topics encrypt their messages",
        why="A topic keeps messages until they are delivered, and hands on whatever services tell each other.",
        fix="Set kmsMasterKeyId, best to a key of the client's whose policy lets the publishing services use it.",
        blind="Whose the key is. What subscribers do with a message.",
        source="https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A62",),
        maps=Maps(nist="SC-28 SC-28(1) SC-13", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.4", iso="A.8.24 A.8.11"),
        reads={TOPIC: ("kmsMasterKeyId",)},
        evaluate=is_set("kmsMasterKeyId", "is not encrypted"),
        snippet="""\
import pulumi_aws as aws

aws.sns.Topic("events", kms_master_key_id="alias/acme-events")
""",
    ),
)
