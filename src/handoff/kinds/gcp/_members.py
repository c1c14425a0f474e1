"""What a member of a binding tells of who it is for.

source: https://cloud.google.com/iam/docs/principal-identifiers (read 2026-11-22)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.errors import CloudError
from handoff.kinds.gcp import _accounts, _federation
from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Reader

_ACCOUNT = "iam.projects.serviceAccounts.get"
_PROJECT = "cloudresourcemanager.projects.get"
READS = frozenset({_ACCOUNT, _PROJECT, _federation.POOLS, _federation.PROVIDERS})

_FEDERATED = re.compile(
    r"principal(?:Set)?://iam\.googleapis\.com/projects/(?P<number>\d+)/locations/global/workloadIdentityPools/(?P<pool>[^/]+)/(?P<rest>.+)"
)
_KUBERNETES = re.compile(r"serviceAccount:(?P<project>[^.@/]+)\.svc\.id\.goog\[")
_DEFAULT = re.compile(r"serviceAccount:(?:(?P<number>\d+)-compute@developer|(?P<project>[\w.:-]+)@appspot)\.gserviceaccount\.com")
_BASIC = re.compile(r"project(?:Owner|Editor|Viewer):(?P<project>.+)")

Found = tuple[Clue, str]


class Members:
    """Looks members up in the project that is being read, each once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, tuple[Found, ...]] = {}
        self._pools: dict[str, Json] | None = None
        self._providers: dict[str, tuple[Json, ...]] = {}
        self._own_number = ""

    def clues(self, member: str) -> tuple[Found, ...]:
        """The member itself, then what the project knows of it: marks of its own accounts, and who signs in to its own pools."""
        if member not in self._known:
            self._known[member] = tuple(dict.fromkeys([(Clue.GCP_MEMBER, member), *self._read(member)]))
        return self._known[member]

    def _read(self, member: str) -> Iterator[Found]:
        if federated := _FEDERATED.fullmatch(member):
            yield from self._federated(federated)
        elif inside := _KUBERNETES.match(member) or _BASIC.fullmatch(member):
            yield Clue.GCP_PROJECT, inside["project"]
        elif default := _DEFAULT.fullmatch(member):
            yield Clue.GCP_PROJECT, self._by_number(default["number"]) if default["number"] else default["project"]
        elif member.startswith("serviceAccount:") and member.endswith(f"@{self._reader.scope.id}.iam.gserviceaccount.com"):
            email = member.removeprefix("serviceAccount:")
            account = self._reader.get(_ACCOUNT, name=f"projects/{self._reader.scope.id}/serviceAccounts/{email}")
            yield from (clue for clue in _accounts.clues(account) if clue[0] is not Clue.PRINCIPAL) if account else ()

    def _federated(self, member: re.Match[str]) -> Iterator[Found]:
        if member["number"] != self._number():
            yield Clue.GCP_PROJECT, member["number"]
            return
        pool = self._own_pools().get(member["pool"])
        if pool is None:
            yield Clue.DELETED, f"the workload identity pool {member['pool']} is not there any more"
            return
        yield from (clue for clue in _accounts.clues({"email": "", **pool}) if clue[0] is Clue.TAG)
        what, _, value = member["rest"].partition("/")
        providers = self._providers_of(pool)
        for provider in providers:
            yield _federation.holder(provider, google_subject=value if what == "subject" else "")
        if not providers:
            # Nobody can sign in until somebody with rights on this project adds an issuer.
            yield Clue.GCP_PROJECT, self._reader.scope.id

    def _own_pools(self) -> dict[str, Json]:
        if self._pools is None:
            listed = self._reader.read(_federation.POOLS, parent=f"projects/{self._reader.scope.id}/locations/global")
            self._pools = {str(pool["name"]).rsplit("/", 1)[-1]: pool for pool in listed if pool.get("state") != "DELETED"}
        return self._pools

    def _providers_of(self, pool: Json) -> tuple[Json, ...]:
        name = str(pool["name"])
        if name not in self._providers:
            self._providers[name] = tuple(one for one in self._reader.read(_federation.PROVIDERS, parent=name) if one.get("state") != "DELETED")
        return self._providers[name]

    def _by_number(self, number: str) -> str:
        return self._reader.scope.id if number == self._number() else number

    def _number(self) -> str:
        if not self._own_number:
            found = self._reader.get(_PROJECT, name=f"projects/{self._reader.scope.id}")
            if found is None:
                raise CloudError(f"{_PROJECT}: project {self._reader.scope.id} is not there")
            self._own_number = str(found["name"]).rsplit("/", 1)[-1]
        return self._own_number
