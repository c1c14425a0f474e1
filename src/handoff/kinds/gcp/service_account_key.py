"""User-managed keys of service accounts: whoever holds the file signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.errors import CloudError
from handoff.kinds.gcp import _accounts
from handoff.model import AccessPath, KindId, Lag, Receipt, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Writer


class ServiceAccountKey:
    """A key file of a service account of the project."""

    id = KindId("gcp.service_account_key")
    title = "Service-account key"
    row = "G3"
    source = "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts.keys (read 2026-11-22)"
    scope_type = ScopeType.GCP_PROJECT
    phase = 5
    lag = Lag(
        settle_s=420,
        survives_s=3600,
        source="https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts.keys/delete, https://cloud.google.com/iam/docs/access-change-propagation (read 2026-11-22)",
    )
    reads = frozenset({"iam.projects.serviceAccounts.list", "iam.projects.serviceAccounts.keys.list", "iam.projects.serviceAccounts.keys.get"})
    writes = frozenset({"iam.projects.serviceAccounts.keys.disable", "iam.projects.serviceAccounts.keys.enable", "iam.projects.serviceAccounts.keys.delete"})
    creates = frozenset({"gcp:serviceaccount/key:Key"})
    after = frozenset[KindId]()
    blind = "Tokens already minted with the key live on for up to an hour (12 hours where the organization allows it) unless the account itself is disabled: kind gcp.service_account."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every user-managed key of every service account of the project."""
        for account in reader.read("iam.projects.serviceAccounts.list", name=f"projects/{reader.scope.id}"):
            for key in reader.read("iam.projects.serviceAccounts.keys.list", name=account["name"], keyTypes="USER_MANAGED"):
                yield AccessPath(
                    kind=self.id,
                    id=str(key["name"]),
                    scope=reader.scope,
                    holder=f"serviceAccount:{account['email']}",
                    allows=f"signs in as {account['email']}, with all that it may do",
                    clues=tuple(_accounts.clues(account)),
                    detail={"account": account["email"], "valid_until": key.get("validBeforeTime", ""), "disabled": bool(key.get("disabled", False))},
                )

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Disable, then delete."""
        return (
            Step(verb=Verb.DISABLE, reversible=True, effect=f"disables the key {path.id.rsplit('/', 1)[-1]}; undone by enabling it"),
            Step(verb=Verb.DELETE, reversible=False, effect=f"deletes the key {path.id.rsplit('/', 1)[-1]}; a deleted key cannot come back"),
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether the key is disabled."""
        key = self._get(reader, path)
        return None if key is None else {"disabled": bool(key.get("disabled", False))}

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Disable or delete; a key that is gone is done."""
        op = "iam.projects.serviceAccounts.keys.disable" if verb is Verb.DISABLE else "iam.projects.serviceAccounts.keys.delete"
        key = self._get(writer, path)
        if key is None or (verb is Verb.DISABLE and key.get("disabled")):
            yield Receipt(op=op, request_id="", applied=False)
            return
        yield writer.write(op, name=path.id, missing_ok=True)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Enable, unless it was disabled before."""
        key = self._get(writer, path)
        if key is None:
            raise CloudError(f"{path.id}: the key that was disabled is not there any more", hint="A deleted key cannot come back; make a new one.")
        if key.get("disabled") and not before.get("disabled"):
            yield writer.write("iam.projects.serviceAccounts.keys.enable", name=path.id)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By getting the key itself, where discover lists."""
        key = self._get(reader, path)
        if key is None:
            return Verdict.GONE
        return Verdict.DISABLED if key.get("disabled") else Verdict.ALIVE

    @staticmethod
    def _get(reader: Reader, path: AccessPath) -> Json | None:
        return reader.get("iam.projects.serviceAccounts.keys.get", name=path.id)

    def mints(self, path: AccessPath, /) -> tuple[dict[str, str], ...]:
        """A token from before the cut, to be tried after it."""
        return ({"op": "token"},)


KIND = ServiceAccountKey()
