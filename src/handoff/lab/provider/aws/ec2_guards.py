"""What guards a network: its default security group, and the log of its flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import client, given, regional, tag_change, tag_list, tag_map, tagged
from handoff.lab.provider.record import Created, EmulatorError, Missing, Record

if TYPE_CHECKING:
    from typing import Any

    from handoff.lab.provider.record import Context, Properties

_KINDS = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface"}
"""What a flow log is of: input -> kind of resource."""


def _retag(ec2: Any, resource: str, old: Properties, new: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    added, removed = tag_change(old, new)
    if removed:
        ec2.delete_tags(Resources=[resource], Tags=[{"Key": key} for key in removed])
    if added:
        ec2.create_tags(Resources=[resource], Tags=tag_list(added))


def _adopt(ctx: Context, inputs: Properties) -> Created:
    """Every network has one: it is taken over and emptied, not made."""
    ec2 = client(ctx, "ec2", inputs)
    of_vpc = [{"Name": "vpc-id", "Values": [inputs["vpcId"]]}, {"Name": "group-name", "Values": ["default"]}]
    found = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
    if not found:
        raise EmulatorError("NotFound", f"{inputs['vpcId']} has no default security group")
    group = found[0]
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    if group["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
    _retag(ec2, group["GroupId"], {}, inputs)
    return Created(id=group["GroupId"])


def _read_group(ctx: Context, group: str, state: Properties) -> Properties | None:
    found = client(ctx, "ec2", state).describe_security_groups(GroupIds=[group])["SecurityGroups"]
    if not found:
        return None
    one, region = found[0], state.get("region") or ctx.region
    # A rule that somebody put in shows as a difference; the lab adopts empty groups only.
    rules = {"ingress": one["IpPermissions"], "egress": one["IpPermissionsEgress"]}
    return {
        "vpcId": one["VpcId"],
        "name": one["GroupName"],
        "description": one["Description"],
        "ownerId": one["OwnerId"],
        "arn": f"arn:aws:ec2:{region}:{one['OwnerId']}:security-group/{group}",
        **{name: [{"protocol": each["IpProtocol"]} for each in held] for name, held in rules.items() if held},
        "tags": tag_map(one.get("Tags")),
    }


def _update_group(ctx: Context, group: str, old: Properties, new: Properties) -> None:
    ec2 = client(ctx, "ec2", new)
    _adopt(ctx, new)
    _retag(ec2, group, old, new)


def _check_group(_ctx: Context, inputs: Properties) -> dict[str, str]:
    return {name: "the lab adopts a default security group only to empty it" for name in ("ingress", "egress") if inputs.get(name)}


def _create_log(ctx: Context, inputs: Properties) -> Created:
    ec2 = client(ctx, "ec2", inputs)
    of, kind = next((name, kind) for name, kind in _KINDS.items() if inputs.get(name))
    made = ec2.create_flow_logs(
        ResourceIds=[inputs[of]],
        ResourceType=kind,
        TrafficType=inputs["trafficType"],
        LogDestinationType=inputs["logDestinationType"],
        LogDestination=inputs["logDestination"],
        **given(DeliverLogsPermissionArn=inputs.get("iamRoleArn")),
    )
    flow_log = made["FlowLogIds"][0]
    _retag(ec2, flow_log, {}, inputs)
    return Created(id=flow_log)


def _read_log(ctx: Context, flow_log: str, state: Properties) -> Properties | None:
    ec2 = client(ctx, "ec2", state)
    found = ec2.describe_flow_logs(FlowLogIds=[flow_log])["FlowLogs"]
    if not found:
        return None
    one, region = found[0], state.get("region") or ctx.region
    of = next((name for name in _KINDS if state.get(name)), "vpcId")
    # The emulator lists tags of a flow log only by DescribeTags.
    tags = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [flow_log]}])["Tags"]
    return {
        of: one["ResourceId"],
        "trafficType": one["TrafficType"],
        "logDestinationType": one["LogDestinationType"],
        "logDestination": one["LogDestination"],
        **given(iamRoleArn=one.get("DeliverLogsPermissionArn")),
        "arn": f"arn:aws:ec2:{region}:vpc-flow-log/{flow_log}",
        "tags": tag_map(tags),
    }


def _update_log(ctx: Context, flow_log: str, old: Properties, new: Properties) -> None:
    _retag(client(ctx, "ec2", new), flow_log, old, new)


def _delete_log(ctx: Context, flow_log: str, state: Properties) -> None:
    if _read_log(ctx, flow_log, state) is None:
        raise Missing("NotFound", flow_log)
    client(ctx, "ec2", state).delete_flow_logs(FlowLogIds=[flow_log])


def _check_log(_ctx: Context, inputs: Properties) -> dict[str, str]:
    named = [name for name in _KINDS if inputs.get(name)]
    return {} if len(named) == 1 else {"vpcId": f"name exactly one of {', '.join(_KINDS)}"}


GROUP = Record(
    token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    create=_adopt,
    read=_read_group,
    update=_update_group,
    handled=frozenset({"vpcId", "ingress", "egress"}),
    computed=frozenset({"arn", "ownerId", "name", "description"}),
    required=frozenset({"vpcId"}),
    replace_on=frozenset({"vpcId"}),
    check=_check_group,
)
FLOW_LOG = Record(
    token="aws:ec2/flowLog:FlowLog",
    create=_create_log,
    read=_read_log,
    update=_update_log,
    delete=_delete_log,
    handled=frozenset({*_KINDS, "trafficType", "logDestinationType", "logDestination", "iamRoleArn"}),
    computed=frozenset({"arn"}),
    required=frozenset({"trafficType", "logDestination"}),
    defaults={"logDestinationType": "cloud-watch-logs"},
    replace_on=frozenset({*_KINDS, "trafficType", "logDestinationType", "logDestination", "iamRoleArn"}),
    check=_check_log,
)

RECORDS = (tagged(regional(GROUP)), tagged(regional(FLOW_LOG)))
