"""Networks on AWS: closed ports, empty default groups, flow logs, no public addresses by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_network import exposed
from handoff_policies.baseline._aws_types import by_type, by_type_linked

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, every, has, is_absent, is_false, is_one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
VPCS = ("aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc")
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
SUBNET, DEFAULT_SUBNET = "aws:ec2/subnet:Subnet", "aws:ec2/defaultSubnet:DefaultSubnet"
_VPC_GUIDE = "https://docs.aws.amazon.com/vpc/latest/userguide"


def group(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every rule inside a security group."""
    del context
    for at, rule in resource.each("ingress[*]"):
        if rule is UNKNOWN:
            yield unknown(f"{at} {LATER}", at)
        elif isinstance(rule, dict):
            names = ("cidrBlocks", "ipv6CidrBlocks")
            yield from exposed(_sources(rule, names, f"{at}."), rule.get("protocol"), rule.get("fromPort"), rule.get("toPort"))


def rule_of_group(resource: Resource, context: Context) -> Iterator[Finding]:
    """One rule that stands beside its group."""
    del context
    kind = resource.get("type")
    if kind == "egress":
        yield not_applicable("it lets traffic out, not in")
        return
    findings = list(
        exposed(_sources(resource.inputs, ("cidrBlocks", "ipv6CidrBlocks"), ""), resource.get("protocol"), resource.get("fromPort"), resource.get("toPort"))
    )
    if kind is UNKNOWN and findings:
        yield unknown(f"whether it lets traffic in: type {LATER}", "type")
        return
    yield from findings


def ingress_rule(resource: Resource, context: Context) -> Iterator[Finding]:
    """One rule of the newer type, with one network each."""
    del context
    sources = [(name, resource.get(name)) for name in ("cidrIpv4", "cidrIpv6") if resource.get(name) is not None]
    yield from exposed(sources, resource.get("ipProtocol"), resource.get("fromPort"), resource.get("toPort"))


def _sources(holder: object, names: tuple[str, ...], before: str) -> Iterator[tuple[str, object]]:
    for name in names:
        value = holder.get(name) if isinstance(holder, dict) else None
        if value is UNKNOWN:
            yield f"{before}{name}", UNKNOWN
        for number, one in enumerate(value if isinstance(value, list) else ()):
            yield f"{before}{name}[{number}]", one


logs_flows = is_one_of("trafficType", ("ALL", "REJECT"), "its flow log leaves out what was refused")


def flow_log(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A flow log of a network that this stack does not make; the others are judged with their network."""
    if stack.made_from(resource, "vpcId", *VPCS):
        yield not_applicable("it is judged with its network")
    elif resource.get("vpcId") is None:
        yield not_applicable("it is not of a whole network")
    else:
        yield from logs_flows(resource, context)


CONTROLS = (
    Control(
        id="aws-network-open-ports",
        title="No security group opens ports of administration or of databases to the internet",
        why="These ports are scanned all day, and one weak password behind them is enough.",
        fix="Give cidrBlocks, ipv6CidrBlocks, cidrIpv4 or cidrIpv6 the networks that need the port, or reach it through Systems Manager.",
        blind="Prefix lists, other ports that an administration listens on, network ACLs, and whether anything answers.",
        source=f"{_VPC_GUIDE}/security-group-rules.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("A26", "A27"),
        maps=Maps(nist="SC-7 SC-7(3) SC-7(5)", hipaa="312(e)(1) 308(a)(1)(ii)(B)", pci="1.2.5 1.3.1", soc2="CC6.6", iso="A.8.20 A.8.21"),
        severity=Severity.CRITICAL,
        reads={
            GROUP: tuple(f"ingress[*].{name}" for name in ("cidrBlocks", "ipv6CidrBlocks", "protocol", "fromPort", "toPort")),
            RULE: ("type", "cidrBlocks", "ipv6CidrBlocks", "protocol", "fromPort", "toPort"),
            INGRESS: ("cidrIpv4", "cidrIpv6", "ipProtocol", "fromPort", "toPort"),
        },
        evaluate=by_type({GROUP: group, RULE: rule_of_group, INGRESS: ingress_rule}),
        snippet="""\
import pulumi_aws as aws

network = aws.ec2.Vpc("network", cidr_block="10.20.0.0/16")
database = aws.ec2.SecurityGroup("database", vpc_id=network.id)
aws.vpc.SecurityGroupIngressRule(
    "database",
    security_group_id=database.id,
    cidr_ipv4="10.20.0.0/16",
    ip_protocol="tcp",
    from_port=5432,
    to_port=5432,
)
""",
    ),
    Control(
        id="aws-network-default-group",
        title="The default security group of every VPC has no rules",
        why="Whatever is started without a group lands in the default one, which lets its members talk to each other and to the world.",
        fix="Add a DefaultSecurityGroup with the network's vpcId, and with neither ingress nor egress.",
        blind="VPCs made outside this program, and the default VPC of each region.",
        source=f"{_VPC_GUIDE}/default-security-group.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("A28",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="~1.2.5 1.3.1", soc2="~CC6.6", iso="A.8.20 A.8.21"),
        severity=Severity.MEDIUM,
        reads={**dict.fromkeys(VPCS, ()), DEFAULT_GROUP: ("vpcId", "ingress", "egress")},
        evaluate_linked=by_type_linked(
            {
                **dict.fromkeys(VPCS, has(DEFAULT_GROUP, "vpcId", "leaves its default security group open: the stack does not empty it")),
                DEFAULT_GROUP: alone(every(is_absent("ingress", "lets traffic in"), is_absent("egress", "lets traffic out"))),
            }
        ),
        snippet="""\
import pulumi_aws as aws

network = aws.ec2.Vpc("network", cidr_block="10.20.0.0/16")
aws.ec2.DefaultSecurityGroup("network", vpc_id=network.id)
""",
    ),
    Control(
        id="aws-network-flow-log",
        title="Every VPC has a flow log of all or of refused traffic",
        why="Without it nobody can say after an incident what was reached, and from where.",
        fix="Add a FlowLog with the network's vpcId and trafficType ALL or REJECT.",
        blind="Flow logs of single subnets or interfaces, which do not count, and those of other stacks.",
        source=f"{_VPC_GUIDE}/flow-logs.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("A29",),
        maps=Maps(nist="AU-2 AU-3 AU-12", hipaa="312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.15 A.8.16"),
        reads={**dict.fromkeys(VPCS, ()), FLOW_LOG: ("vpcId", "trafficType")},
        evaluate_linked=by_type_linked({**dict.fromkeys(VPCS, has(FLOW_LOG, "vpcId", "has no flow log", rule=logs_flows)), FLOW_LOG: flow_log}),
        snippet="""\
import pulumi_aws as aws

network = aws.ec2.Vpc("network", cidr_block="10.20.0.0/16")
aws.ec2.FlowLog(
    "network",
    vpc_id=network.id,
    traffic_type="ALL",
    log_destination_type="s3",
    log_destination="arn:aws:s3:::acme-flow-logs",
)
""",
    ),
    Control(
        id="aws-network-public-address",
        title="No subnet gives public addresses by itself",
        why="A machine that gets a public address by default stands in the internet without anybody having decided it.",
        fix="Set mapPublicIpOnLaunch to false, and give an address to what needs one.",
        blind="IPv6 addresses, and addresses that a machine asks for itself.",
        source=f"{_VPC_GUIDE}/subnet-public-ip.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("A30",),
        maps=Maps(nist="~AC-4 SC-7", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="~1.2.5 1.3.1", soc2="CC6.6", iso="A.8.20 A.8.21"),
        severity=Severity.MEDIUM,
        reads={SUBNET: ("mapPublicIpOnLaunch",), DEFAULT_SUBNET: ("mapPublicIpOnLaunch",)},
        evaluate=by_type(
            {
                SUBNET: is_false("mapPublicIpOnLaunch", "gives public addresses by itself"),
                DEFAULT_SUBNET: is_false("mapPublicIpOnLaunch", "gives public addresses by itself", default=True),
            }
        ),
        snippet="""\
import pulumi_aws as aws

network = aws.ec2.Vpc("network", cidr_block="10.20.0.0/16")
aws.ec2.Subnet("inside", vpc_id=network.id, cidr_block="10.20.1.0/24", map_public_ip_on_launch=False)
""",
    ),
)
