"""Config, GuardDuty and Security Hub: what watches an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_account import DETECTOR, HUBS, NOT_HERE, RECORDER, account_wide, looked

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, both, has, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

STATUS = "aws:cfg/recorderStatus:RecorderStatus"
STANDARD = "aws:securityhub/standardsSubscription:StandardsSubscription"
STANDARDS = "enableDefaultStandards"


def standards(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The hub checks something: the default standards, or one that the stack subscribes to."""
    del context
    value = resource.get(STANDARDS) if resource.type == HUBS[0] else None
    if value is UNKNOWN and not stack.of(STANDARD):
        yield unknown(f"{STANDARDS} {LATER}", STANDARDS)
    elif value is False and not stack.of(STANDARD):
        yield fail("follows no standard, so it checks nothing", STANDARDS)


CONTROLS = (
    Control(
        id="aws-config-recorder",
        title="AWS Config records every supported resource",
        why="The record shows what was changed and when, also by hand and outside every program.",
        fix="Make a Recorder with recordingGroup.allSupported true, and a RecorderStatus of the same name with isEnabled true.",
        blind=f"{NOT_HERE} Regions without a recorder.",
        source="https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("A17",),
        maps=Maps(nist="~CM-2 CM-6", hipaa="308(a)(1)(ii)(A)", pci="~2.2.1 2.2.6", soc2="CC8.1 CC3.4", iso="~A.8.9 A.5.1"),
        severity=Severity.MEDIUM,
        looks_at={**looked(RECORDER, paths=("name", "recordingGroup.allSupported")), STATUS: ("name", "isEnabled")},
        evaluate_stack=account_wide(
            (RECORDER,),
            "keeps settings of the account and has no recorder of AWS Config",
            both(
                alone(is_true("recordingGroup.allSupported", "leaves types of resources out", default=True)),
                has(STATUS, "name", "is never started: it has no RecorderStatus", rule=is_true("isEnabled", "is not started"), identity="name"),
            ),
        ),
        snippet="""\
import pulumi_aws as aws

role = aws.iam.Role("config", assume_role_policy='{"Version": "2012-10-17", "Statement": []}')
recorder = aws.cfg.Recorder(
    "recorder",
    role_arn=role.arn,
    recording_group={"all_supported": True, "include_global_resource_types": True},
)
aws.cfg.RecorderStatus("recorder", name=recorder.id, is_enabled=True)
""",
    ),
    Control(
        id="aws-guardduty",
        title="GuardDuty is on",
        why="It tells of stolen credentials and talking malware from logs that nobody reads by hand.",
        fix="Make a Detector, and leave enable on.",
        blind=f"{NOT_HERE} Regions without a detector, and which data sources it reads.",
        source="https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="MON",
        rows=("A18",),
        maps=Maps(nist="SI-4 AU-6 RA-5", hipaa="308(a)(6)(ii) 308(a)(1)(ii)(D)", pci="11.5.1", soc2="CC7.2 CC7.3", iso="A.5.25"),
        looks_at=looked(DETECTOR, paths=("enable",)),
        evaluate_stack=account_wide(
            (DETECTOR,), "keeps settings of the account and has no detector of GuardDuty", alone(is_true("enable", "is switched off", default=True))
        ),
        snippet="""\
import pulumi_aws as aws

aws.guardduty.Detector("detector", enable=True)
""",
    ),
    Control(
        id="aws-securityhub",
        title="Security Hub is on and follows a standard",
        why="It gathers what the other services found in one list, against rules that both parties know.",
        fix="Make an Account of Security Hub, and leave enableDefaultStandards on or add a StandardsSubscription.",
        blind=f"{NOT_HERE} Whether anybody acts on what it finds.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-standards.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="MON",
        rows=("A19",),
        maps=Maps(nist="AU-6 CA-7", hipaa="308(a)(6)(ii) 308(a)(1)(ii)(D)", pci="10.4.1 10.4.1.1", soc2="CC7.2 CC7.3", iso="~A.8.16 A.5.7"),
        severity=Severity.MEDIUM,
        looks_at={**looked(HUBS[0], paths=(STANDARDS,)), STANDARD: ()},
        evaluate_stack=account_wide(HUBS, "keeps settings of the account and does not switch Security Hub on", standards),
        snippet="""\
import pulumi_aws as aws

aws.securityhub.Account("hub", enable_default_standards=True)
""",
    ),
)
