"""Resource policies of CloudWatch Logs: those of the whole account and those of single log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class LogResourcePolicy(ResourcePolicy):
    """One principal of one Allow statement of one resource policy, named for the account or attached to a log group."""

    id = KindId("aws.log_resource_policy")
    title = "CloudWatch Logs resource policy"
    source = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # CloudWatch Logs gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"logs:DescribeResourcePolicies"}
    writes = frozenset({"logs:DeleteResourcePolicy", "logs:PutResourcePolicy"})
    fences = frozenset({"logs:PutResourcePolicy"})
    creates = frozenset({"aws:cloudwatch/logResourcePolicy:LogResourcePolicy"})
    blind = "CloudWatch Logs enforces these policies for AWS services only; an account that one names gains nothing by it today, and is shown all the same."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every policy of both scopes. One of the account has only its name, which can be used again."""
        for policy in _listed(reader):
            about = policy.get("resourceArn")
            arn = about or f"arn:aws:logs:{reader.scope.region}:{reader.scope.id}:resource-policy:{policy['policyName']}"
            name = f"log group policy of {about}" if about else f"log resource policy {policy['policyName']}"
            yield Held(id=str(arn), name=name, params={"resourceArn": about} if about else {"policyName": policy["policyName"]})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The document, from the listing: CloudWatch Logs has no call that shows one."""
        found = _find(reader, held)
        return found.get("policyDocument") if found else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The document, replaced or made again under the same name."""
        return writer.write("logs:PutResourcePolicy", **held.params, **_revision(writer, held), policyDocument=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy of this name."""
        return writer.write("logs:DeleteResourcePolicy", **held.params, **_revision(writer, held), missing_ok=True)


def _listed(reader: Reader) -> Iterator[Json]:
    for scope in ("ACCOUNT", "RESOURCE"):
        yield from reader.read("logs:DescribeResourcePolicies", policyScope=scope)


def _find(reader: Reader, held: Held) -> Json | None:
    return next((policy for policy in _listed(reader) if all(policy.get(name) == value for name, value in held.params.items())), None)


def _revision(writer: Writer, held: Held) -> Json:
    # A log group's policy is changed against the revision that was read, so that nobody's change in between is lost.
    found = _find(writer, held) if "resourceArn" in held.params else None
    return {"expectedRevisionId": found["revisionId"]} if found and found.get("revisionId") else {}


KIND: Kind = LogResourcePolicy()
