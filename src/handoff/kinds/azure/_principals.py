"""What the directory tells of a principal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from handoff.model import Clue

if TYPE_CHECKING:
    from handoff.model import Json, Reader

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
SERVICE_PRINCIPAL = "GET graph:/v1.0/servicePrincipals/{id}"
USER = "GET graph:/v1.0/users/{id}"
GROUP = "GET graph:/v1.0/groups/{id}"
READS = frozenset({SERVICE_PRINCIPAL, USER, GROUP})


def clues(reader: Reader, principal_id: str, principal_type: str) -> Iterator[tuple[Clue, str]]:
    """Who a role assignment's principal is: its id, its home tenant, its marks, its addresses; or that it is no more."""
    yield Clue.ENTRA_OBJECT, principal_id
    if principal_type == "ForeignGroup":
        return
    op = {"User": USER, "Group": GROUP}.get(principal_type, SERVICE_PRINCIPAL)
    found = reader.get(op, id=principal_id)
    if found is None:
        yield Clue.DELETED, f"{principal_type} {principal_id}"
        return
    if home := found.get("appOwnerOrganizationId"):
        yield Clue.ENTRA_TENANT, str(home)
    elif found.get("servicePrincipalType") == "ManagedIdentity":
        # source: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview (read 2026-11-22): it never leaves its tenant.
        yield Clue.CLIENT_OWN, f"a managed identity of the estate's own tenant, whose credential Azure keeps ({found.get('displayName')})"
    if app := found.get("appId"):
        yield Clue.ENTRA_APP, str(app)
    yield from marks(found)
    yield from addresses(found, "userPrincipalName", "mail", "displayName", "notes", "description")


def marks(entry: Json) -> Iterator[tuple[Clue, str]]:
    """Tags of an application or service principal that are spelt `key=value`."""
    for tag in cast("list[object]", entry.get("tags") or []):
        if "=" in str(tag):
            yield Clue.TAG, str(tag)


def addresses(entry: Json, *fields: str) -> Iterator[tuple[Clue, str]]:
    """Every address in these texts; a guest's name carries its home address before `#EXT#`."""
    for field in fields:
        text = str(entry.get(field) or "")
        guest, mark, _ = text.partition("#EXT#")
        if mark:
            yield Clue.EMAIL, "@".join(guest.rsplit("_", 1))
            continue
        for address in EMAIL.findall(text):
            yield Clue.EMAIL, address
