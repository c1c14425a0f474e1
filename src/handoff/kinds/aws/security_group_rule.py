"""Inbound rules of security groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _clues, _marks, _ranges
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_SOURCES = {"CidrIpv4": ("IpRanges", "CidrIp"), "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"), "PrefixListId": ("PrefixListIds", "PrefixListId")}
"""How a rule names its source, and where a permission lists it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Network:
    """What tells whose a source is."""

    vpc_of: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, tuple[_ranges.Network, ...]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)


class SecurityGroupRule(Item):
    """One inbound rule whose source is outside of the group's own VPC.

    No path: a rule from the VPC's own addresses, from a group of the account, or from a prefix list of the account, whose entries are paths themselves.
    """

    id = KindId("aws.security_group_rule")
    title = "Security group rule"
    row = "A30"
    source = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    # A tracked connection stays when its rule goes, until it has been idle for five days (TCP, the default); one that is kept busy stays longer.
    lag = Lag(
        settle_s=300,
        survives_s=432000,
        source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html (read 2026-11-22)",
    )
    reads = frozenset({"ec2:DescribeManagedPrefixLists", "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"})
    writes = frozenset({"ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"})
    fences = frozenset({"ec2:AuthorizeSecurityGroupIngress", "ec2:ModifySecurityGroupRules"})
    creates = frozenset(
        {
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
            "aws:ec2/securityGroup:SecurityGroup",
            "aws:ec2/securityGroupRule:SecurityGroupRule",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        }
    )
    blind = (
        "Connections that were open before the cut and are kept busy: only a network ACL or a restart of the host ends them. Whether anything uses the group, "
        "whether a route leads there, network ACLs, firewalls and load balancers in front, and outbound rules."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every inbound rule from outside of the VPC."""
        network = _network(reader)
        for rule in reader.read("ec2:DescribeSecurityGroupRules"):
            clues = () if rule.get("IsEgress") else tuple(_whose(rule, reader.scope.id, network))
            if clues:
                yield self._path(reader, rule, clues)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """What the rule says, whatever its id: a rule that was put back has another."""
        rule = self._rule(reader, path)
        return {"meaning": path.detail["meaning"], "description": rule.get("Description") or "", "tags": _marks.wanted(rule.get("Tags"))} if rule else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Exactly reversible but for the id."""
        return (
            f"{path.holder} is no longer let in by {path.detail['group']}; undone by the same rule, which gets another id. Open connections stay until they end"
        )

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Revoke the one rule."""
        rule = self._rule(writer, path)
        if rule is not None:
            rules = [rule["SecurityGroupRuleId"]]
            yield writer.write("ec2:RevokeSecurityGroupIngress", GroupId=path.detail["group"], SecurityGroupRuleIds=rules, missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Authorize the same."""
        tags = {"TagSpecifications": [{"ResourceType": "security-group-rule", "Tags": before["tags"]}]} if before["tags"] else {}
        permission = _permission(cast("Json", path.detail["meaning"]), str(before["description"]))
        yield writer.write("ec2:AuthorizeSecurityGroupIngress", GroupId=path.detail["group"], IpPermissions=[permission], **tags)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the list of rules and by the group itself; while they differ, nobody knows."""
        listed = self._rule(reader, path) is not None
        answer = reader.get("ec2:DescribeSecurityGroups", GroupIds=[path.detail["group"]]) or {}
        groups = cast("list[Json]", answer.get("SecurityGroups") or ())
        wanted = cast("Json", path.detail["meaning"])
        if listed is not any(wanted in _meanings(one) for group in groups for one in cast("list[Json]", group.get("IpPermissions") or ())):
            return Verdict.UNKNOWN
        return Verdict.ALIVE if listed else Verdict.GONE

    def _rule(self, reader: Reader, path: AccessPath) -> Json | None:
        found = reader.read("ec2:DescribeSecurityGroupRules", Filters=[{"Name": "group-id", "Values": [path.detail["group"]]}])
        return next((rule for rule in found if not rule.get("IsEgress") and _meaning(rule) == path.detail["meaning"]), None)

    def _path(self, reader: Reader, rule: Json, clues: tuple[tuple[Clue, str], ...]) -> AccessPath:
        meaning = _meaning(rule)
        return AccessPath(
            kind=self.id,
            id=str(rule["SecurityGroupRuleId"]),
            scope=reader.scope,
            holder=str(meaning["source"]),
            allows=f"{_ports(meaning)} on what is in {rule['GroupId']}",
            clues=(*clues, *_marks.of_tags(rule.get("Tags")), *_marks.of_texts(rule.get("Description"))),
            detail={"group": rule["GroupId"], "meaning": meaning, "description": rule.get("Description") or ""},
        )


def _network(reader: Reader) -> _Network:
    vpcs = {}
    for vpc in reader.read("ec2:DescribeVpcs"):
        blocks = [one.get("CidrBlock") for one in cast("list[Json]", vpc.get("CidrBlockAssociationSet") or ())]
        blocks += [one.get("Ipv6CidrBlock") for one in cast("list[Json]", vpc.get("Ipv6CidrBlockAssociationSet") or ())]
        name = str(vpc["VpcId"])
        vpcs[name] = tuple(_ranges.parse(str(block), where=name) for block in dict.fromkeys([vpc.get("CidrBlock"), *blocks]) if block)
    return _Network(
        vpc_of={str(one["GroupId"]): str(one.get("VpcId")) for one in reader.read("ec2:DescribeSecurityGroups")},
        ranges=vpcs,
        lists={str(one["PrefixListId"]): str(one.get("OwnerId")) for one in reader.read("ec2:DescribeManagedPrefixLists")},
    )


def _whose(rule: Json, own: str, network: _Network) -> Iterator[tuple[Clue, str]]:
    """Nothing for a source that is the VPC's or the account's own."""
    group = str(rule["GroupId"])
    if cidr := rule.get("CidrIpv4") or rule.get("CidrIpv6"):
        source = _ranges.parse(str(cidr), where=str(rule["SecurityGroupRuleId"]))
        if not _ranges.inside(source, network.ranges.get(network.vpc_of.get(group, ""), ())):
            yield _ranges.clue(source)
            if vpc := _ranges.holder(source, network.ranges):
                yield Clue.CLIENT_OWN, f"{source} is in {vpc}, a network of the client's own"
    elif listed := rule.get("PrefixListId"):
        owner = network.lists.get(str(listed), "")
        if owner == "AWS":
            yield Clue.AWS_SERVICE, f"the addresses of AWS in {listed}"
        elif owner != own:
            yield from _clues.of_arn(owner or str(listed))
    else:
        account = str(cast("Json", rule.get("ReferencedGroupInfo") or {}).get("UserId") or own)
        if account != own:
            yield Clue.AWS_ACCOUNT, account


def _meaning(rule: Json) -> Json:
    """What a rule lets in, in one form for the list of rules and for the group's own."""
    other = cast("Json", rule.get("ReferencedGroupInfo") or {})
    source = next((f"{rule[key]}" for key in _SOURCES if rule.get(key)), f"{other.get('UserId') or ''}/{other.get('GroupId')}")
    return _said(rule, source)


def _meanings(permission: Json) -> Iterator[Json]:
    for listed, key in _SOURCES.values():
        for one in cast("list[Json]", permission.get(listed) or ()):
            yield _said(permission, str(one[key]))
    for one in cast("list[Json]", permission.get("UserIdGroupPairs") or ()):
        yield _said(permission, f"{one.get('UserId') or ''}/{one.get('GroupId')}")


def _said(rule: Json, source: str) -> Json:
    protocol = str(rule["IpProtocol"])
    ports = [None, None] if protocol == "-1" else [rule.get("FromPort"), rule.get("ToPort")]
    return {"protocol": protocol, "from": ports[0], "to": ports[1], "source": source}


def _permission(meaning: Json, description: str) -> Json:
    source = str(meaning["source"])
    said = {"Description": description} if description else {}
    ports = {} if meaning["from"] is None else {"FromPort": meaning["from"], "ToPort": meaning["to"]}
    if "/sg-" in source:
        account, _, group = source.partition("/")
        named: Json = {"UserIdGroupPairs": [{"GroupId": group, **({"UserId": account} if account else {}), **said}]}
    elif source.startswith("pl-"):
        named = {"PrefixListIds": [{"PrefixListId": source, **said}]}
    else:
        listed, key = _SOURCES["CidrIpv6" if ":" in source else "CidrIpv4"]
        named = {listed: [{key: source, **said}]}
    return {"IpProtocol": meaning["protocol"], **ports, **named}


def _ports(meaning: Json) -> str:
    if meaning["from"] is None:
        return "every protocol and port"
    return f"{meaning['protocol']} {meaning['from']}" + (f"-{meaning['to']}" if meaning["to"] != meaning["from"] else "")


KIND: Kind = SecurityGroupRule()
