"""Accounts that administer a security service here as a member: they see every finding, and decide what is looked for. One base for the family."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Reader, Receipt, Writer


class Administrator(Item):
    """One administrator's hold on one region of the account. It cannot be undone from here: the administrator has to invite again."""

    row = "A35"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    service: str
    """How AWS calls the service."""

    @abstractmethod
    def held(self, reader: Reader, /) -> Iterable[tuple[str, str, str, str]]:
        """For each hold: what is held (a detector, a graph, `hub`), the administrator's account, the invitation's id or time, and the state."""

    @abstractmethod
    def leave(self, writer: Writer, what: str, /) -> Receipt:
        """End it from the member's side."""

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every hold of another account."""
        for what, account, invitation, state in self.held(reader):
            if account == reader.scope.id:
                continue
            yield AccessPath(
                kind=self.id,
                id=f"{what}#{account}#{invitation}",
                scope=reader.scope,
                holder=account,
                allows=f"see every finding of {self.service} in the region and set what it looks for",
                clues=((Clue.AWS_ACCOUNT, account),),
                detail={"what": what, "account": account, "invitation": invitation, "state": state},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Who holds it by which invitation."""
        wanted = (path.detail["what"], path.detail["account"], path.detail["invitation"])
        for what, account, invitation, state in self.held(reader):
            if (what, account, invitation) == wanted:
                return {"account": account, "state": state}
        return None

    def delete_effect(self, path: AccessPath, /) -> str:
        """Only a new invitation brings it back."""
        return (
            f"the account leaves {path.holder} as administrator of {self.service}, which goes on to look; only a new invitation brings it back. Where the organization set the "
            f"administrator, AWS refuses, and its management account takes the delegation away (aws.delegated_administrator)"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Leave."""
        yield self.leave(writer, str(path.detail["what"]))
