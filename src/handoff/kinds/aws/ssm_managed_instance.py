"""Machines outside of AWS that joined the account through Systems Manager."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

HYBRID = "ManagedInstance"


class SsmManagedInstance(Item):
    """One registered machine (`mi-...`): whoever has root on it has the role of its activation."""

    id = KindId("aws.ssm_managed_instance")
    title = "Systems Manager managed node outside of AWS"
    row = "A27"
    source = "https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-deregister-hybrid-nodes.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # "SSM Agent ... won't be able to refresh its authorization token"; the one it has lasts an hour at most.
    lag = Lag(
        settle_s=60,
        survives_s=3600,
        source="https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-deregister-hybrid-nodes.html (read 2026-11-22)",
    )
    reads = frozenset({"ssm:DescribeInstanceInformation", "ssm:ListTagsForResource"})
    writes = frozenset({"ssm:DeregisterManagedInstance"})
    fences = frozenset({"iam:PassRole", "ssm:CreateActivation", "ssm:RegisterManagedInstance"})
    creates = frozenset({"aws:ssm/activation:Activation"})
    after = frozenset({KindId("aws.ssm_activation")})
    blind = "Whose machine it really is: AWS knows the name, the address and the system that the agent reports. EC2 instances that the agent runs on."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every machine that is registered, whether it answers or not."""
        nodes = reader.read("ssm:DescribeInstanceInformation", Filters=[{"Key": "ResourceType", "Values": [HYBRID]}])
        for node, tags in fan.each(lambda node: (node, _tags(reader, node)), nodes):
            name = str(node.get("Name") or node.get("ComputerName") or node["InstanceId"])
            host = str(node.get("ComputerName") or "").lower()
            yield AccessPath(
                kind=self.id,
                id=str(node["InstanceId"]),
                scope=reader.scope,
                holder=f"{name} ({node.get('IPAddress')})",
                allows=f"act as the role {node.get('IamRole')}",
                clues=(
                    *_marks.of_tags(tags),
                    *_marks.of_texts(name),
                    *(((Clue.EMAIL, f"any@{host}"),) if "." in host else ()),
                    *_address(node.get("IPAddress")),
                    (Clue.NAME, name),
                ),
                detail={"name": name, "role": node.get("IamRole"), "activation": node.get("ActivationId"), "registered": node.get("RegistrationDate")},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Its role, while it is registered."""
        found = reader.read("ssm:DescribeInstanceInformation", Filters=[{"Key": "InstanceIds", "Values": [path.id]}])
        return next(({"role": node.get("IamRole")} for node in found if node["InstanceId"] == path.id), None)

    def delete_effect(self, path: AccessPath, /) -> str:
        """It would have to join anew."""
        return f"{path.detail['name']} is no longer of the account; it would have to join again by a new activation, so this cannot be undone"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Deregister."""
        yield writer.write("ssm:DeregisterManagedInstance", InstanceId=path.id, missing_ok=True)


def _tags(reader: Reader, node: Json) -> object:
    return (reader.get("ssm:ListTagsForResource", ResourceType=HYBRID, ResourceId=node["InstanceId"]) or {}).get("TagList")


def _address(value: object) -> tuple[tuple[Clue, str], ...]:
    """A private address says nothing about whose network it is in."""
    try:
        address = ipaddress.ip_address(str(value))
    except ValueError:
        return ()
    return () if address.is_private else ((Clue.CIDR, f"{address}/{address.max_prefixlen}"),)


KIND: Kind = SsmManagedInstance()
