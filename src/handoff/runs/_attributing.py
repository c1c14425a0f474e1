"""Whose is each path of a sweep: by its own clues first, then by who stands behind its holder, and last by what the cloud's log says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from handoff import registry, vendors
from handoff.engine.attribute import Attribution, Attributor, Strength
from handoff.engine.chains import Chains
from handoff.engine.plan import Found
from handoff.errors import CloudError
from handoff.model import AccessPath, Dependency, Party, Reader, Scope
from handoff.runs._record import Leant

if TYPE_CHECKING:
    from handoff.runs._record import Recording
    from handoff.runs.estate import Estate


class Attributing:
    """One sweep's attribution. Paths whose party needs the whole sweep wait in the recording, not in memory."""

    def __init__(self, work: Estate) -> None:
        self._work = work
        self._attributor = Attributor(work.spec, vendors.aws())
        self._chains = Chains()
        self._leant: list[Leant] = []
        self._accounts = frozenset(scope.id for scope in work.scopes if scope.cloud == "aws")

    def take(self, path: AccessPath, recording: Recording) -> None:
        """One path, as it is seen."""
        attribution = self._attributor.attribute(path)
        self._chains.note(path, attribution)
        found = Found(path=path, attribution=attribution)
        if attribution.strength <= Strength.ESTATE and self._is_of_estate(path.holder):
            recording.defer(found)
        else:
            recording.add(found)

    def lean(self, dependency: Dependency) -> None:
        """One inbound dependency, as it is seen; what leans on the client itself, or on the cloud, is none."""
        as_path = AccessPath(kind=dependency.kind, id=dependency.id, scope=dependency.scope, holder=dependency.owner, allows="", clues=dependency.clues)
        attribution = self._attributor.attribute(as_path)
        if attribution.party not in {Party.CLIENT, Party.CLOUD_SERVICE}:
            self._leant.append(Leant(dependency=dependency, attribution=attribution))

    @property
    def dependencies(self) -> tuple[Leant, ...]:
        """What leans on others, in the order of keys."""
        return tuple(sorted(self._leant, key=lambda one: one.dependency.key))

    def finish(self, recording: Recording, open_reader: Callable[[Scope], Reader]) -> None:
        """Every path that waited."""
        self._chains.close()
        unknown: list[AccessPath] = []
        for one in recording.deferred():
            settled = self._chains.settle(one.path, one.attribution)
            if settled.party is Party.UNKNOWN and not settled.through:
                unknown.append(one.path)
            else:
                recording.add(Found(path=one.path, attribution=settled))
        for path, attribution in self._by_witness(unknown, open_reader):
            recording.add(Found(path=path, attribution=attribution))

    def _is_of_estate(self, holder: str) -> bool:
        parts = holder.split(":", 5)
        return len(parts) == 6 and parts[2] == "iam" and parts[4] in self._accounts and parts[5].startswith(("user/", "role/"))

    def _by_witness(self, paths: list[AccessPath], open_reader: Callable[[Scope], Reader]) -> Iterator[tuple[AccessPath, Attribution]]:
        by_account: dict[tuple[str, str], list[AccessPath]] = {}
        for path in paths:
            by_account.setdefault((path.scope.cloud, path.scope.id), []).append(path)
        for (cloud, account), asked in by_account.items():
            witness = registry.witness(cloud)
            readers = [open_reader(scope) for scope in self._work.scopes if scope.cloud == cloud and scope.id == account]
            try:
                told = list(witness.explain(asked, readers)) if witness else [(path, ()) for path in asked]
            except CloudError as error:
                # It stays unknown, which stops a plan; the reason says what would have helped.
                for path in asked:
                    own = self._attributor.attribute(path)
                    yield path, replace(own, why=f"{own.why}; the log could not be asked: {error.message}")
                continue
            for path, clues in told:
                yield path, self._attributor.attribute(replace(path, clues=(*path.clues, *clues)))
