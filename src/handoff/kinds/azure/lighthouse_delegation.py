"""Lighthouse: delegations of the subscription to another tenant."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from handoff.model import AccessPath, Clue, KindId, Lag, Receipt, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from handoff.model import Json, Reader, Writer

_LIST = "GET {scope}/providers/Microsoft.ManagedServices/registrationAssignments"
_GROUPS = "GET {scope}/resourceGroups"
_LIST_OF_GROUP = "GET {+group}/providers/Microsoft.ManagedServices/registrationAssignments"
_GET = "GET {+id}"
_PUT = "PUT {+id}"
_DELETE = "DELETE {+id}"
_EXPANDED = {"$expandRegistrationDefinition": "true"}


class LighthouseDelegation:
    """One registration assignment: the principals that its definition names in the managing tenant act here without being here."""

    id = KindId("azure.lighthouse_delegation")
    title = "Lighthouse delegation"
    row = "Z3"
    source = "https://learn.microsoft.com/azure/lighthouse/how-to/remove-delegation (read 2026-11-22)"
    scope_type = ScopeType.AZURE_SUBSCRIPTION
    phase = 4
    lag = Lag(
        settle_s=600,
        survives_s=0,
        source="https://learn.microsoft.com/azure/role-based-access-control/troubleshooting (read 2026-11-22): delegated rights are role assignments, up to ten minutes",
    )
    reads = frozenset({_LIST, _GROUPS, _LIST_OF_GROUP, _GET})
    writes = frozenset({_PUT, _DELETE})
    creates = frozenset({"azure-native:managedservices:RegistrationAssignment", "azure-native:managedservices:RegistrationDefinition"})
    after = frozenset[KindId]()
    blind = "Two delegations with the same principal and role fall together when either is removed."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every delegation of the subscription and of each of its resource groups, with the tenant that manages it."""
        for item in _listed(reader):
            definition = _definition(item)
            inner = cast("Mapping[str, Any]", definition.get("properties", {}))
            tenant = str(inner.get("managedByTenantId", ""))
            roles = sorted({str(one.get("principalIdDisplayName") or one.get("principalId")) for one in _all(inner)})
            yield AccessPath(
                kind=self.id,
                id=str(item["id"]),
                scope=reader.scope,
                holder=f"tenant {tenant}",
                allows=f"{len(_all(inner))} authorization(s) on {str(item['id']).split('/providers/')[0]} for {', '.join(roles)}",
                clues=((Clue.ENTRA_TENANT, tenant),) if tenant else (),
                detail={"definition": _definition_id(item), "tenant": tenant, "name": inner.get("registrationDefinitionName", "")},
            )

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Delete the delegation, which can be put back while its definition stands; then the definition."""
        return (
            Step(verb=Verb.DISABLE, reversible=True, effect=f"deletes the delegation to {path.holder}; undone by assigning its definition again"),
            Step(verb=Verb.DELETE, reversible=False, effect=f"deletes the definition {path.detail['name']}; the offer would have to be accepted anew"),
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether the delegation and its definition are there."""
        assigned = reader.get(_GET, id=path.id) is not None
        defined = reader.get(_GET, id=path.detail["definition"]) is not None
        return {"assigned": assigned, "defined": defined, "definition": path.detail["definition"]} if assigned or defined else None

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Delete; what is gone is done."""
        yield writer.write(_DELETE, id=path.id if verb is Verb.DISABLE else path.detail["definition"], missing_ok=True)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Assign the definition again unless it is assigned."""
        if before.get("assigned") and writer.get(_GET, id=path.id) is None:
            yield writer.write(_PUT, id=path.id, body={"properties": {"registrationDefinitionId": path.detail["definition"]}})

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By getting both objects themselves, where discover lists."""
        if reader.get(_GET, id=path.id) is not None:
            return Verdict.ALIVE
        return Verdict.GONE if reader.get(_GET, id=path.detail["definition"]) is None else Verdict.DISABLED

    def mints(self, path: AccessPath, /) -> tuple[dict[str, str], ...]:
        """A token from before the cut, to be tried after it."""
        return ({"op": "token"},)


def _listed(reader: Reader) -> Iterator[Json]:
    """Each once: a delegation is listed at the scope that it lies at, a subscription's sometimes with those below it."""
    seen: set[str] = set()
    groups = [str(group["id"]) for group in reader.read(_GROUPS)]
    listings = [reader.read(_LIST, query=_EXPANDED), *(reader.read(_LIST_OF_GROUP, group=group, query=_EXPANDED) for group in groups)]
    for item in chain.from_iterable(listings):
        key = str(item["id"]).lower()
        if key not in seen:
            seen.add(key)
            yield item


def _definition(item: Json) -> Mapping[str, Any]:
    properties = cast("Mapping[str, Any]", item["properties"])
    return cast("Mapping[str, Any]", properties.get("registrationDefinition") or {})


def _definition_id(item: Json) -> str:
    return str(cast("Mapping[str, Any]", item["properties"])["registrationDefinitionId"])


def _all(inner: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(inner.get("authorizations") or []), *(inner.get("eligibleAuthorizations") or [])]


KIND = LighthouseDelegation()
