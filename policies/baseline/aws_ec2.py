"""Machines on EC2: guarded metadata, no public address, encrypted disks; also as their templates describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_account import EBS_ENCRYPTION
from handoff_policies.baseline._aws_ebs import encrypts_by_default, here, is_on
from handoff_policies.baseline._aws_types import by_type

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, is_false

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

INSTANCE, SPOT = "aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
TEMPLATE, CONFIGURATION = "aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/launchConfiguration:LaunchConfiguration"
MACHINES = (INSTANCE, SPOT, CONFIGURATION, TEMPLATE)
METADATA_DEFAULTS = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"
TOKENS, ENDPOINT = "metadataOptions.httpTokens", "metadataOptions.httpEndpoint"
PUBLIC = "associatePublicIpAddress"
ROOT, DISKS, MAPPINGS = "rootBlockDevice", "ebsBlockDevices", "blockDeviceMappings"
_EC2_GUIDE = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide"


def tokens(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The metadata service answers to session tokens only, by the machine, its template or its region."""
    del context
    value = resource.get(TOKENS)
    if value is UNKNOWN:
        yield unknown(f"{TOKENS} {LATER}", TOKENS)
    elif value == "required" or resource.get(ENDPOINT) == "disabled":
        return
    elif value is not None:
        yield fail("hands out its credentials to requests without a session token", TOKENS)
    elif "required" not in [one.get("httpTokens") for one in here(resource, stack, METADATA_DEFAULTS)]:
        yield from _by_template(resource, stack) or [fail(f"does not ask for a session token before it hands out credentials ({TOKENS} is not set)", TOKENS)]


def _by_template(resource: Resource, stack: Stack) -> list[Finding]:
    """What is said of a machine that leaves something to its template; nothing when it has none."""
    if resource.type == TEMPLATE or resource.get("launchTemplate") is None:
        return []
    if stack.made_from(resource, "launchTemplate", TEMPLATE):
        return [not_applicable("its launch template decides, and is judged itself")]
    return [unknown("its launch template decides, which this stack does not make", "launchTemplate")]


def encrypted(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every disk is encrypted, by itself or because its region encrypts all."""
    del context
    missing = []
    for at, value in _switches(resource):
        if value is None:
            missing.append(at)
        elif value is UNKNOWN:
            yield unknown(f"{at} {LATER}", at)
        elif not is_on(value):
            yield fail("has a disk that is not encrypted", at)
    by_default = encrypts_by_default(resource, stack) if missing else True
    left = _by_template(resource, stack) if missing == [f"{ROOT}.encrypted"] and by_default is False else []
    yield from left
    for at in () if left or by_default is True else missing:
        if by_default is None:
            yield unknown(f"{at} is not set, and whether its region encrypts by default {LATER}", at)
        else:
            yield fail(f"has a disk that is not encrypted ({at} is not set)", at)


def _switches(resource: Resource) -> Iterator[tuple[str, object]]:
    """Where each disk says whether it is encrypted, and what; None where it says nothing."""
    if resource.type == TEMPLATE:
        mappings = list(resource.each(f"{MAPPINGS}[*]"))
        for at, mapping in mappings:
            inner = mapping.get("ebs") if isinstance(mapping, dict) else mapping
            if inner is not None:
                yield f"{at}.ebs.encrypted", inner.get("encrypted") if isinstance(inner, dict) else inner
        if not mappings:
            yield MAPPINGS, None
        return
    root = resource.get(ROOT)
    yield f"{ROOT}.encrypted", root.get("encrypted") if isinstance(root, dict) else root
    for at, disk in resource.each(f"{DISKS}[*]"):
        if not isinstance(disk, dict):
            yield at, disk
        elif not is_on(disk.get("noDevice")):
            yield f"{at}.encrypted", disk.get("encrypted")


private = is_false(PUBLIC, "asks for a public address")
CONTROLS = (
    Control(
        id="aws-ec2-metadata",
        title="Machines hand out credentials against session tokens only",
        why="Without tokens, one request that an application can be tricked into making steals the machine's role.",
        fix="Set metadataOptions.httpTokens to required, on the machine or on its launch template.",
        blind="What the image asks for by itself, and defaults of the account that this stack does not set.",
        source=f"{_EC2_GUIDE}/configuring-instance-metadata-service.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("A31",),
        maps=Maps(nist="~CM-2 CM-6", hipaa="~308(a)(1)(ii)(A) 308(a)(8)", pci="~2.2.1 2.2.6", soc2="~CC7.1 CC8.1", iso="~A.8.9 A.5.1"),
        reads={
            **dict.fromkeys((INSTANCE, SPOT), (TOKENS, ENDPOINT, "launchTemplate")),
            **dict.fromkeys((CONFIGURATION, TEMPLATE), (TOKENS, ENDPOINT)),
        },
        looks_at={METADATA_DEFAULTS: ("httpTokens",)},
        evaluate_linked=tokens,
        snippet="""\
import pulumi_aws as aws

aws.ec2.Instance(
    "worker",
    ami="ami-0abcdef1234567890",
    instance_type="t3.micro",
    metadata_options={"http_tokens": "required", "http_endpoint": "enabled"},
)
""",
    ),
    Control(
        id="aws-ec2-public-address",
        title="No machine asks for a public address",
        why="A machine with a public address can be scanned and attacked from everywhere.",
        fix="Leave associatePublicIpAddress out or set it to false, and let a load balancer or Systems Manager reach the machine.",
        blind="Addresses that the subnet gives, elastic addresses, and IPv6.",
        source=f"{_EC2_GUIDE}/using-instance-addressing.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("A32",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="308(a)(1)(ii)(B) 308(a)(3)(i)", pci="~1.2.5 1.3.1", soc2="CC6.6", iso="A.8.20 A.8.21"),
        reads={**dict.fromkeys(MACHINES[:3], (PUBLIC,)), TEMPLATE: (f"networkInterfaces[*].{PUBLIC}",)},
        evaluate=by_type(
            {**dict.fromkeys(MACHINES[:3], private), TEMPLATE: is_false(f"networkInterfaces[*].{PUBLIC}", "asks for a public address")},
        ),
        snippet="""\
import pulumi_aws as aws

aws.ec2.Instance("worker", ami="ami-0abcdef1234567890", instance_type="t3.micro", associate_public_ip_address=False)
""",
    ),
    Control(
        id="aws-ec2-disks",
        title="Every disk of a machine is encrypted",
        why="A copied disk or a lost snapshot gives away all that an unencrypted machine has written.",
        fix="Set rootBlockDevice.encrypted, ebsBlockDevices[*].encrypted or blockDeviceMappings[*].ebs.encrypted to true.",
        blind="Disks of the image that the machine does not mention, and defaults of the account that this stack does not set.",
        source="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A33",),
        maps=Maps(nist="SC-28 SC-28(1) SC-13", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.5", iso="A.8.24 A.8.11"),
        reads={
            **dict.fromkeys((INSTANCE, SPOT), (f"{ROOT}.encrypted", f"{DISKS}[*].encrypted", "launchTemplate")),
            CONFIGURATION: (f"{ROOT}.encrypted", f"{DISKS}[*].encrypted", f"{DISKS}[*].noDevice"),
            TEMPLATE: (f"{MAPPINGS}[*].ebs.encrypted",),
        },
        looks_at={EBS_ENCRYPTION: ("enabled", "region")},
        evaluate_linked=encrypted,
        snippet="""\
import pulumi_aws as aws

aws.ec2.Instance(
    "worker",
    ami="ami-0abcdef1234567890",
    instance_type="t3.micro",
    root_block_device={"encrypted": True},
    ebs_block_devices=[{"device_name": "/dev/sdf", "volume_size": 20, "encrypted": True}],
)
""",
    ),
)
