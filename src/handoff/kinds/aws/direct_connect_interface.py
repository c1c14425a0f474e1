"""Virtual interfaces of Direct Connect: lines of somebody's into the account's network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _clues, _marks
from handoff.kinds.aws._link import Link
from handoff.model import AccessPath, Clue, KindId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class DirectConnectInterface(Link):
    """One interface. Whose it is: its owner, and the owner of the connection that it runs on. Its BGP keys are never kept here."""

    id = KindId("aws.direct_connect_interface")
    title = "Direct Connect virtual interface"
    source = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/deletevif.html (read 2026-11-22)"
    reads = frozenset({"directconnect:DescribeConnections", "directconnect:DescribeVirtualInterfaces"})
    writes = frozenset({"directconnect:DeleteVirtualInterface"})
    fences = frozenset(f"directconnect:{verb}{word}VirtualInterface" for verb in ("Allocate", "Confirm", "Create") for word in ("Private", "Public", "Transit"))
    creates = frozenset(
        f"aws:directconnect/{word[0].lower() + word[1:]}:{word}"
        for word in (
            *(f"{hosted}{way}VirtualInterface" for hosted in ("", "Hosted") for way in ("Private", "Public", "Transit")),
            "HostedPrivateVirtualInterfaceAccepter",
            "HostedPublicVirtualInterfaceAccepter",
            "HostedTransitVirtualInterfaceAcceptor",
        )
    )
    asked = frozenset({"confirming", "pending", "verifying"})
    ended = frozenset({"deleted", "rejected"})
    blind = (
        "Whose router stands at the other end, and the physical line. An interface on a connection that another account hosts names that connection only: "
        "its owner is told when the connection is shared with this account."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every interface that the account can see: its own, and those of others on its connections."""
        owners = {str(one["connectionId"]): str(one.get("ownerAccount") or "") for one in reader.read("directconnect:DescribeConnections")}
        for one in reader.read("directconnect:DescribeVirtualInterfaces"):
            if not self.is_open(one):
                continue
            line, owner = str(one.get("connectionId")), str(one.get("ownerAccount"))
            carrier = owners.get(line, "")
            foreign = [account for account in dict.fromkeys((owner, carrier)) if account and account != reader.scope.id]
            # An own interface on a line that the account cannot see is somebody's, and nobody says whose.
            whose = foreign or ([reader.scope.id] if line in owners else [])
            yield AccessPath(
                kind=self.id,
                id=str(one["virtualInterfaceId"]),
                scope=reader.scope,
                holder=", ".join(f"account {account}" for account in foreign) or f"the line {line}",
                allows=f"route packets over {one.get('virtualInterfaceType')} interface {one.get('virtualInterfaceName')} on {line}",
                clues=(
                    *(clue for account in whose for clue in _clues.of_arn(account)),
                    *_marks.of_tags(one.get("tags")),
                    (Clue.NAME, str(one.get("virtualInterfaceName") or line)),
                ),
                detail={"connection": line, "owner": owner, "name": one.get("virtualInterfaceName"), "type": one.get("virtualInterfaceType")},
            )

    def link(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """From the listing: asked for one by one, a missing interface answers with the code of every other mistake."""
        return next((one for one in reader.read("directconnect:DescribeVirtualInterfaces") if one["virtualInterfaceId"] == path.id), None)

    def state_of(self, link: Json, /) -> str:
        """Its state."""
        return str(link["virtualInterfaceState"])

    def delete_effect(self, path: AccessPath, /) -> str:
        """Both ends have to agree on a new one."""
        return f"interface {path.detail['name']} on {path.detail['connection']} ends; both ends would have to make a new one, so this cannot be undone"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("directconnect:DeleteVirtualInterface", virtualInterfaceId=path.id)


KIND: Kind = DirectConnectInterface()
