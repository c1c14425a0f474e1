"""IoT policies: which certificates, groups and Cognito identities may connect, publish and subscribe."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _policy
from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class IotPolicy(Share):
    """One target to which one IoT policy is attached. Cutting detaches it; certificates themselves are a kind of their own."""

    id = KindId("aws.iot_policy")
    title = "IoT policy attached to a certificate, a group or an identity"
    row = "A19"
    source = "https://docs.aws.amazon.com/iot/latest/developerguide/iot-policies.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # "Changes made to a policy can take anywhere between 6 and 8 minutes to become effective because of how AWS IoT caches the policy documents."
    lag = Lag(settle_s=600, survives_s=0, source="https://docs.aws.amazon.com/iot/latest/developerguide/iot-policies.html (read 2026-11-22)")
    reads = frozenset({"iot:GetPolicy", "iot:ListPolicies", "iot:ListTargetsForPolicy"})
    writes = frozenset({"iot:AttachPolicy", "iot:DetachPolicy"})
    fences = frozenset({"iot:AttachPolicy", "iot:AttachPrincipalPolicy", "iot:CreatePolicy", "iot:CreatePolicyVersion", "iot:SetDefaultPolicyVersion"})
    creates = frozenset({"aws:iot/policy:Policy", "aws:iot/policyAttachment:PolicyAttachment"})
    blind = "Who holds a certificate's private key, custom authorizers, and the things in a group."
    use = "be let in by"

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every policy of the region that allows something."""
        names = (str(item["policyName"]) for item in reader.read("iot:ListPolicies"))
        for answer in fan.each(lambda name: reader.get("iot:GetPolicy", policyName=name), names):
            if answer is None:
                continue
            actions = _allowed(answer)
            if actions:
                # A policy's ARN is its name; one that is made anew under it gets another generation.
                made = f"@{answer['generationId']}" if answer.get("generationId") else ""
                name = str(answer["policyName"])
                yield Held(id=f"{answer['policyArn']}{made}", name=f"IoT policy {name} ({', '.join(actions)})", params={"policyName": name})

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """The targets: ARNs of certificates and thing groups, ids of Cognito identities."""
        for item in reader.read("iot:ListTargetsForPolicy", **held.params):
            yield str(item["targets"])

    def is_held(self, reader: Reader, held: Held, /) -> bool:
        """A policy can only be deleted when nothing is attached to it."""
        return reader.get("iot:GetPolicy", **held.params) is not None

    def clues(self, reader: Reader, held: Held, member: str, /) -> Iterable[tuple[Clue, str]]:
        """The target only: that it is registered in the client's account says nothing about who holds its key."""
        return ((Clue.AWS_ARN if member.startswith("arn:") else Clue.NAME, member),)

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Detached."""
        return writer.write("iot:DetachPolicy", **held.params, target=member)

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Attached."""
        return writer.write("iot:AttachPolicy", **held.params, target=member)


def _allowed(answer: Json) -> list[str]:
    document = _policy.parse(answer.get("policyDocument") or "{}", where=str(answer["policyArn"]))
    found: list[str] = []
    for statement in cast("list[Json]", _policy.listed(document.get("Statement"))):
        if statement.get("Effect") == "Allow":
            found += [str(action) for action in _policy.listed(statement.get("Action"))]
    return list(dict.fromkeys(found))


KIND: Kind = IotPolicy()
