"""Who calls: the bearer token, checked on every call, and the groups the caller is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.lab import jwt
from handoff.lab.azure import entra

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.lab.azure.world import Record, World

ROOT_CLAIM = "handoff_lab_root"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A principal whose token held."""

    tenant: str
    object_id: str
    app_id: str
    is_root: bool
    """The lab's own bootstrap: may do anything."""
    claims: Record


class TokenFault(Exception):
    """The token does not hold; `reason` is `missing`, `expired`, `audience`, `signature`, `issuer`, `malformed` or `gone`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def identify(world: World, token: str | None, audiences: Iterable[str]) -> Caller:
    """The caller of this token, or TokenFault. A token outlives its credential, but not its service principal."""
    if not token:
        raise TokenFault("missing", "The request has no bearer token.")
    try:
        claims = jwt.verify(token, world.signer.key.public_key(), audience=audiences)
    except jwt.TokenRefused as error:
        raise TokenFault(error.reason, str(error)) from error
    tenant, object_id = str(claims.get("tid", "")), str(claims.get("oid", ""))
    if claims.get("iss") != entra.issuer(tenant):
        raise TokenFault("issuer", "The token's issuer is not its tenant's.")
    is_root = claims.get(ROOT_CLAIM) is True
    if not is_root:
        principal = world.table("servicePrincipals").get(object_id)
        if principal is None or principal["_tenant"] != tenant:
            raise TokenFault("gone", "The identity of the access token was not found in its tenant.")
    return Caller(tenant=tenant, object_id=object_id, app_id=str(claims.get("appid", "")), is_root=is_root, claims=claims)


def principals_of(world: World, object_id: str) -> frozenset[str]:
    """The object and every group it is in, directly or through other groups."""
    found = {object_id}
    grew = True
    while grew:
        grew = False
        for group in world.table("groups").values():
            if group["id"] not in found and found.intersection(group["_members"]):
                found.add(group["id"])
                grew = True
    return frozenset(found)
