"""Requests of product providers for temporary access to the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _clues, _sessions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_OPEN = frozenset({"UNASSIGNED", "ASSIGNED", "PENDING_APPROVAL", "ACCEPTED"})
"""Can still be rejected."""

_GIVEN = frozenset({"FINALIZED"})
"""The provider has its credentials."""


class DelegationRequest(Item):
    """One request. Until it is given it is rejected; what is given ends by itself, and a role that it made is a role trust (A8)."""

    id = KindId("aws.delegation_request")
    title = "Temporary delegation to a product provider"
    row = "A17"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-temporary-delegation.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 4
    lag = Lag(
        settle_s=_sessions.SETTLE_S,
        survives_s=12 * 3600,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-temporary-delegation.html (read 2026-11-22)",
    )
    reads = frozenset({"iam:GetDelegationRequest", "iam:ListDelegationRequests"})
    writes = frozenset({"iam:RejectDelegationRequest"})
    fences = frozenset({"iam:AcceptDelegationRequest", "iam:AssociateDelegationRequest", "iam:SendDelegationToken", "iam:UpdateDelegationRequest"})
    creates: frozenset[str] = frozenset()
    blind = "Requests that expired; what a provider did with the access while it had it."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every request that is open or given."""
        for request in reader.read("iam:ListDelegationRequests"):
            if request["State"] not in _OPEN | _GIVEN:
                continue
            requestor, name = str(request.get("RequestorId", "")), str(request.get("RequestorName", ""))
            yield AccessPath(
                kind=self.id,
                id=str(request["DelegationRequestId"]),
                scope=reader.scope,
                holder=f"{name or 'product provider'} {requestor}".strip(),
                allows=f"have temporary access: {request.get('Description') or 'not described'}",
                clues=(*(_clues.of_arn(requestor) if requestor else ()), *(((Clue.NAME, name),) if name else ())),
                detail={"state": request["State"], "expires": request.get("ExpirationTime"), "template": _template(request)},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The request's state, as long as it is open or given."""
        answer = reader.get("iam:GetDelegationRequest", DelegationRequestId=path.id)
        state = cast("Json", answer["DelegationRequest"])["State"] if answer else None
        return {"state": state} if state in _OPEN | _GIVEN else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """A rejection is final."""
        if path.detail["state"] in _GIVEN:
            return ""
        return f"request {path.id} is rejected; AWS lets nobody accept it afterwards, the provider has to ask anew"

    def manual_effect(self, path: AccessPath, /) -> str:
        """No call takes back what is given."""
        if path.detail["state"] not in _GIVEN:
            return ""
        return (
            f"no call ends access that is given: it ends by itself at {path.detail['expires']}; a role that it made is cut as a role trust (A8). Until then a "
            f"service control policy can refuse it; the request then shows as expired"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Reject."""
        yield writer.write("iam:RejectDelegationRequest", DelegationRequestId=path.id, missing_ok=True)


def _template(request: Json) -> object:
    return cast("Json", request.get("Permissions") or {}).get("PolicyTemplateArn")


KIND: Kind = DelegationRequest()
