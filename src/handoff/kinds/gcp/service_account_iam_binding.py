"""Members of the allow policies of service accounts: who may act as them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.gcp import _bindings, _members
from handoff.model import AccessPath, KindId, Lag, ScopeType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Receipt, Step, Verb, Writer

_ACCOUNTS = "iam.projects.serviceAccounts"
_ACCOUNT = _bindings.Carrier(get=f"{_ACCOUNTS}.getIamPolicy", set=f"{_ACCOUNTS}.setIamPolicy", what="the service account")


class ServiceAccountIamBinding:
    """One member in one role of one service account, under one condition."""

    id = KindId("gcp.service_account_iam_binding")
    title = "Service account IAM binding"
    row = "G5"
    source = "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/setIamPolicy (read 2026-11-22)"
    scope_type = ScopeType.GCP_PROJECT
    phase = 4
    lag = Lag(
        settle_s=420,
        survives_s=3600,
        source="https://cloud.google.com/iam/docs/access-change-propagation, https://cloud.google.com/iam/docs/create-short-lived-credentials-direct (read 2026-11-22)",
    )
    reads = frozenset({f"{_ACCOUNTS}.list", _ACCOUNT.get}) | _members.READS
    writes = frozenset({_ACCOUNT.set})
    creates = frozenset(
        {
            "gcp:serviceaccount/iAMBinding:IAMBinding",
            "gcp:serviceaccount/iAMMember:IAMMember",
            "gcp:serviceaccount/iAMPolicy:IAMPolicy",
        }
    )
    after = frozenset[KindId]()
    blind = (
        "The right to act as every account of a project, held on the project or above it, is a project binding. Tokens already made for the account live on for up to an hour "
        "(12 hours where the organization allows it) unless the account itself is disabled: kind gcp.service_account. An attribute or group of a pool counts as everybody "
        "whom the pool's issuers let in."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every member of every binding of every service account of the project."""
        members = _members.Members(reader)
        for account in reader.read(f"{_ACCOUNTS}.list", name=f"projects/{reader.scope.id}"):
            yield from _ACCOUNT.paths(reader, members, self.id, str(account["name"]), str(account["email"]))

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take the member out of the binding."""
        return _bindings.steps(path)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The membership itself; None also when the account is gone."""
        return _ACCOUNT.image(reader, path)

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Take the member out."""
        yield _ACCOUNT.change(writer, path, add=False)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put the member back, under the same condition."""
        yield _ACCOUNT.change(writer, path, add=True)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the policy as it stands; Google lets nobody ask what another member may do without further rights."""
        return Verdict.GONE if self.image(reader, path) is None else Verdict.ALIVE


KIND = ServiceAccountIamBinding()
