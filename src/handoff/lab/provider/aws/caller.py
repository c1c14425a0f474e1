"""Functions that say who and where the provider is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties, Record


def caller_identity(ctx: Context, _args: Properties) -> Properties:
    """Account, ARN and user id of the provider's credentials, from STS."""
    answer = ctx.aws("sts").get_caller_identity()
    return {"accountId": answer["Account"], "arn": answer["Arn"], "userId": answer["UserId"], "id": answer["Account"]}


def region(ctx: Context, args: Properties) -> Properties:
    """The provider's region, or the one that is asked about."""
    name = str(args.get("region") or args.get("name") or ctx.region)
    return {"region": name, "name": name, "id": name, "endpoint": f"ec2.{name}.amazonaws.com", "description": name}


def partition(_ctx: Context, _args: Properties) -> Properties:
    """The lab knows the commercial partition only."""
    return {"partition": "aws", "dnsSuffix": "amazonaws.com", "id": "aws", "reverseDnsPrefix": "com.amazonaws"}


RECORDS: tuple[Record, ...] = ()
INVOKES = {
    "aws:index/getCallerIdentity:getCallerIdentity": caller_identity,
    "aws:index/getRegion:getRegion": region,
    "aws:index/getPartition:getPartition": partition,
}
