"""Policies of DynamoDB tables and their streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class DynamodbPolicy(ResourcePolicy):
    """One principal of one Allow statement of the policy of one table or stream."""

    id = KindId("aws.dynamodb_policy")
    title = "DynamoDB table or stream policy"
    source = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # DynamoDB reads policies eventually consistently and gives no figure; one minute is our own margin.
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"dynamodb:DescribeTable", "dynamodb:GetResourcePolicy", "dynamodb:ListTables"}
    writes = frozenset({"dynamodb:DeleteResourcePolicy", "dynamodb:PutResourcePolicy"})
    fences = frozenset({"dynamodb:PutResourcePolicy"})
    creates = frozenset({"aws:dynamodb/resourcePolicy:ResourcePolicy", "aws:dynamodb/table:Table"})
    blind = "Streams that were switched off: they can be read for 24 hours more, by whoever their policy let in. Backups and exports that were taken."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every table of the region, and its stream."""
        for about in fan.each(lambda item: reader.get("dynamodb:DescribeTable", TableName=item["TableNames"]), reader.read("dynamodb:ListTables")):
            table = cast("Json", about["Table"]) if about else {}
            if arn := table.get("TableArn"):
                yield Held(id=f"{arn}@{table.get('TableId') or ''}", name=f"table {table['TableName']}", params={"ResourceArn": arn})
            # A stream's ARN ends with the moment at which it was switched on.
            if stream := table.get("LatestStreamArn"):
                yield Held(id=str(stream), name=f"stream of table {table['TableName']}", params={"ResourceArn": stream})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy of the table or of the stream."""
        answer = reader.get("dynamodb:GetResourcePolicy", **held.params)
        return answer.get("Policy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("dynamodb:PutResourcePolicy", **held.params, Policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy."""
        return writer.write("dynamodb:DeleteResourcePolicy", **held.params, missing_ok=True)


KIND: Kind = DynamodbPolicy()
