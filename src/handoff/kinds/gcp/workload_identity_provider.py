"""Providers of workload identity pools: outside issuers whose tokens are taken for the project's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.gcp import _federation
from handoff.model import AccessPath, KindId, Lag, Receipt, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Writer

_PROVIDERS = "iam.projects.locations.workloadIdentityPools.providers"


class WorkloadIdentityProvider:
    """An issuer that the project trusts, and the subjects of it that its condition lets in."""

    id = KindId("gcp.workload_identity_provider")
    title = "Workload identity provider"
    row = "G6"
    source = "https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers (read 2026-11-22)"
    scope_type = ScopeType.GCP_PROJECT
    phase = 4
    lag = Lag(
        settle_s=420,
        survives_s=3600,
        source="https://cloud.google.com/iam/docs/access-change-propagation, https://cloud.google.com/iam/docs/workload-identity-federation (read 2026-11-22)",
    )
    reads = frozenset({"iam.projects.locations.workloadIdentityPools.list", f"{_PROVIDERS}.list", f"{_PROVIDERS}.get"})
    writes = frozenset({f"{_PROVIDERS}.patch", f"{_PROVIDERS}.delete", f"{_PROVIDERS}.undelete"})
    creates = frozenset({"gcp:iam/workloadIdentityPool:WorkloadIdentityPool", "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"})
    after = frozenset[KindId]()
    blind = "A condition that this reader does not understand counts as none, so its subjects count as any: the holder is then unknown rather than guessed. Tokens exchanged before the cut live on for up to an hour."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every provider of every pool that is not deleted."""
        for pool in reader.read("iam.projects.locations.workloadIdentityPools.list", parent=f"projects/{reader.scope.id}/locations/global"):
            for provider in reader.read(f"{_PROVIDERS}.list", parent=pool["name"]):
                if provider.get("state") != "DELETED":
                    yield self._path(reader, provider)

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Disable, then delete; both can be undone for a while."""
        name = path.id.rsplit("/", 1)[-1]
        return (
            Step(verb=Verb.DISABLE, reversible=True, effect=f"disables the provider {name}; undone by enabling it"),
            Step(verb=Verb.DELETE, reversible=True, effect=f"deletes the provider {name}; can be undeleted for 30 days"),
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it is disabled; None once it is deleted, although Google still shows it for 30 days."""
        provider = self._get(reader, path)
        return None if provider is None else {"disabled": bool(provider.get("disabled", False))}

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Disable or delete; one that is deleted is done."""
        provider = self._get(writer, path)
        op = f"{_PROVIDERS}.patch" if verb is Verb.DISABLE else f"{_PROVIDERS}.delete"
        if provider is None or (verb is Verb.DISABLE and provider.get("disabled")):
            yield Receipt(op=op, request_id="", applied=False)
        elif verb is Verb.DISABLE:
            yield writer.write(op, name=path.id, updateMask="disabled", body={"disabled": True})
        else:
            yield writer.write(op, name=path.id, missing_ok=True)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Undelete or enable, back to how it was."""
        if verb is Verb.DELETE:
            if self._get(writer, path) is None:
                yield writer.write(f"{_PROVIDERS}.undelete", name=path.id, body={})
        elif not before.get("disabled"):
            yield writer.write(f"{_PROVIDERS}.patch", name=path.id, updateMask="disabled", body={"disabled": False})

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By getting the provider itself, where discover lists."""
        provider = self._get(reader, path)
        if provider is None:
            return Verdict.GONE
        return Verdict.DISABLED if provider.get("disabled") else Verdict.ALIVE

    def _path(self, reader: Reader, provider: Json) -> AccessPath:
        clue, value = _federation.holder(provider)
        return AccessPath(
            kind=self.id,
            id=str(provider["name"]),
            scope=reader.scope,
            holder=value,
            allows="its tokens are exchanged for the project's, to act as whatever its principals are bound to",
            clues=((clue, value),),
            detail={"condition": provider.get("attributeCondition", ""), "disabled": bool(provider.get("disabled", False))},
        )

    @staticmethod
    def _get(reader: Reader, path: AccessPath) -> Json | None:
        provider = reader.get(f"{_PROVIDERS}.get", name=path.id)
        return None if provider is None or provider.get("state") == "DELETED" else provider


KIND = WorkloadIdentityProvider()
