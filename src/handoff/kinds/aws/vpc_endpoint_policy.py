"""Endpoint policies of VPC endpoints: whom, and into whose accounts, the client's private network lets through to AWS."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _clues, _people, _policy
from handoff.kinds.aws._resource_policy import KEEPER, NEW, Held, ResourcePolicy
from handoff.model import Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import AccessPath, Json, Kind, Reader, Receipt, Writer

_ACCOUNT_OF_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):")


class VpcEndpointPolicy(ResourcePolicy):
    """One principal of one Allow statement of one endpoint's policy, where the statement names somebody.

    An endpoint policy gives nobody a right: it says what may pass. So the policy that every endpoint is born with, and a statement that lets everybody
    of the network through to the account's own things, are no way in. One that names a principal, an organization or another account's resources is:
    it holds a door open for them.
    """

    id = KindId("aws.vpc_endpoint_policy")
    title = "VPC endpoint policy"
    source = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; ten minutes are our own margin.
    lag = Lag(settle_s=600, survives_s=0, source="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"ec2:DescribeVpcEndpoints"}
    writes = frozenset({"ec2:ModifyVpcEndpoint"})
    fences = frozenset({"ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint"})
    creates = frozenset({"aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"})
    blind = "Endpoints with the default policy, and statements that name nobody: they let everything of the network pass, whoever it belongs to."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every endpoint of the account in the region that can have a policy."""
        for item in reader.read("ec2:DescribeVpcEndpoints"):
            if item.get("OwnerId", reader.scope.id) == reader.scope.id and item.get("PolicyDocument"):
                name = str(item["VpcEndpointId"])
                arn = f"arn:aws:ec2:{reader.scope.region}:{reader.scope.id}:vpc-endpoint/{name}"
                yield Held(id=arn, name=f"endpoint {name} of {item['VpcId']} to {item['ServiceName']}", params={"VpcEndpointId": name})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy of this endpoint."""
        answer = reader.get("ec2:DescribeVpcEndpoints", VpcEndpointIds=[held.params["VpcEndpointId"]]) or {}
        return next((item.get("PolicyDocument") for item in cast("list[Json]", answer.get("VpcEndpoints") or ())), None)

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("ec2:ModifyVpcEndpoint", **held.params, PolicyDocument=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """Without a policy everything may pass, so one stays that lets nothing through, as the cut one did for everybody else."""
        nothing = {"Sid": KEEPER, "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
        return self.write_policy(writer, held, _policy.text({**NEW, "Statement": [nothing]}))

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every opening that names somebody."""
        for path in super().discover(reader):
            if any(clue is not Clue.EVERYONE for clue, _ in path.clues):
                yield path

    def _path(self, reader: Reader, held: Held, opening: _policy.Opening, marks: _people.Marks) -> AccessPath:
        path = super()._path(reader, held, opening, marks)
        return replace(path, clues=tuple(dict.fromkeys((*path.clues, *_owners(opening, reader.scope.id)))))


def _owners(opening: _policy.Opening, own: str) -> Iterator[tuple[Clue, str]]:
    """Whose resources the statement names, if not the account's own."""
    accounts = [*_clues.demanded(opening.conditions, "aws:resourceaccount")]
    accounts += [found[1] for one in _policy.listed(opening.statement.get("Resource")) if (found := _ACCOUNT_OF_ARN.match(str(one)))]
    for account in accounts:
        if account != own:
            yield Clue.AWS_ACCOUNT, account
    for organization in _clues.demanded(opening.conditions, "aws:resourceorgid"):
        yield Clue.AWS_ORG, organization


KIND: Kind = VpcEndpointPolicy()
