"""Service accounts themselves: disabling one ends the tokens that its keys and trusts have already given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.errors import CloudError
from handoff.kinds.gcp import _accounts
from handoff.model import AccessPath, Clue, KindId, Lag, Receipt, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Writer


class ServiceAccount:
    """An identity of the project that its keys, its trusts and whoever may impersonate it act as."""

    id = KindId("gcp.service_account")
    title = "Service account"
    row = "G4"
    source = "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/disable (read 2026-11-22)"
    scope_type = ScopeType.GCP_PROJECT
    phase = 5
    lag = Lag(settle_s=420, survives_s=0, source="https://cloud.google.com/iam/docs/access-change-propagation (read 2026-11-22)")
    reads = frozenset({"iam.projects.serviceAccounts.list", "iam.projects.serviceAccounts.get"})
    writes = frozenset({"iam.projects.serviceAccounts.disable", "iam.projects.serviceAccounts.enable", "iam.projects.serviceAccounts.delete"})
    creates = frozenset({"gcp:serviceaccount/account:Account"})
    after = frozenset({KindId("gcp.service_account_key"), KindId("gcp.workload_identity_provider")})
    blind = "Who may impersonate the account by its own IAM policy is not read here; disabling it ends that too."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every service account of the project. One that bears nobody's mark or address is its project's."""
        for account in reader.read("iam.projects.serviceAccounts.list", name=f"projects/{reader.scope.id}"):
            clues = tuple(_accounts.clues(account))
            named = any(clue is Clue.EMAIL for clue, _ in clues)  # then whose address it is decides, not where the account lies
            yield AccessPath(
                kind=self.id,
                id=f"{account['name']}#{account['uniqueId']}",
                scope=reader.scope,
                holder=f"serviceAccount:{account['email']}",
                allows=f"acts as {account['email']} wherever that is bound",
                clues=(*clues, *(() if named else ((Clue.GCP_PROJECT, reader.scope.id),))),
                detail={"name": account["name"], "email": account["email"], "disabled": bool(account.get("disabled", False))},
            )

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Disable, which ends its tokens; then, after the soak, delete. source: same as above; Google advises at least 24 hours between."""
        return (
            Step(verb=Verb.DISABLE, reversible=True, effect=f"disables {path.detail['email']} and ends its tokens; undone by enabling it"),
            Step(verb=Verb.DELETE, reversible=False, effect=f"deletes {path.detail['email']}; one made anew under the name has another identity"),
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it is disabled; another account of the same name is another path."""
        account = self._get(reader, path)
        return None if account is None else {"disabled": bool(account.get("disabled", False))}

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Disable or delete exactly the account that was seen."""
        op = "iam.projects.serviceAccounts.disable" if verb is Verb.DISABLE else "iam.projects.serviceAccounts.delete"
        account = self._get(writer, path)
        if account is None or (verb is Verb.DISABLE and account.get("disabled")):
            yield Receipt(op=op, request_id="", applied=False)
            return
        yield writer.write(op, name=path.detail["name"], missing_ok=True)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Enable, unless it was disabled before. Raises CloudError when it is gone: another account of the name is not it."""
        account = self._get(writer, path)
        if account is None:
            raise CloudError(
                f"{path.detail['email']}: the account that was disabled is not there any more", hint="It can be undeleted by its unique id for 30 days."
            )
        if account.get("disabled") and not before.get("disabled"):
            yield writer.write("iam.projects.serviceAccounts.enable", name=path.detail["name"])

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By getting the account itself, where discover lists."""
        account = self._get(reader, path)
        if account is None:
            return Verdict.GONE
        return Verdict.DISABLED if account.get("disabled") else Verdict.ALIVE

    @staticmethod
    def _get(reader: Reader, path: AccessPath) -> Json | None:
        account = reader.get("iam.projects.serviceAccounts.get", name=path.detail["name"])
        return account if account is not None and str(account.get("uniqueId")) == path.id.rpartition("#")[2] else None


KIND = ServiceAccount()
