"""Access control lists of S3: who is on them beside the owner, and the same list without or with one grantee again."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.model import Json

_GROUPS = "http://acs.amazonaws.com/groups/"
# source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee-predefined-groups (read 2026-11-22)
_KNOWN: Mapping[str, tuple[Clue, str]] = {
    f"{_GROUPS}global/AllUsers": (Clue.EVERYONE, "anyone"),
    f"{_GROUPS}global/AuthenticatedUsers": (Clue.EVERYONE, "anyone with any AWS account"),
    f"{_GROUPS}s3/LogDelivery": (Clue.AWS_SERVICE, "logging.s3.amazonaws.com"),
    # source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html (read 2026-11-22)
    "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0": (Clue.AWS_SERVICE, "delivery.logs.amazonaws.com"),
}
WRITES_ACL = frozenset({"FULL_CONTROL", "WRITE_ACP"})
"""Permissions that let a grantee put anybody on the list."""


def owner(answer: Json) -> str:
    """Canonical id of the owner."""
    return str(cast("Json", answer["Owner"])["ID"])


def grantees(answer: Json) -> dict[str, list[str]]:
    """Each grantee but the owner, with what it may; the owner's own rights cannot be taken and are no way in."""
    found: dict[str, list[str]] = {}
    for grantee, permission in _pairs(answer):
        if grantee != owner(answer):
            found.setdefault(grantee, []).append(permission)
    return {grantee: sorted(set(permissions)) for grantee, permissions in found.items()}


def clues(grantee: str) -> tuple[tuple[Clue, str], ...]:
    """Who a grantee is."""
    if grantee in _KNOWN:
        return (_KNOWN[grantee],)
    if "@" in grantee:
        return ((Clue.EMAIL, grantee.lower()),)
    return ((Clue.NAME if "/" in grantee else Clue.AWS_CANONICAL_ID, grantee),)


def without(answer: Json, grantee: str) -> Json:
    """The list as S3 takes it, less this grantee."""
    return _written(answer, [pair for pair in _pairs(answer) if pair[0] != grantee])


def with_(answer: Json, grantee: str, permissions: list[str]) -> Json:
    """The list as S3 takes it, and on it this grantee with these permissions."""
    present = list(_pairs(answer))
    return _written(answer, [*present, *((grantee, permission) for permission in permissions if (grantee, permission) not in present)])


def _pairs(answer: Json) -> Iterator[tuple[str, str]]:
    for grant in cast("list[Json]", answer.get("Grants") or ()):
        given = cast("Json", grant["Grantee"])
        yield str(given.get("ID") or given.get("URI") or given["EmailAddress"]), str(grant["Permission"])


def _written(answer: Json, pairs: list[tuple[str, str]]) -> Json:
    grants = [{"Grantee": _grantee(grantee), "Permission": permission} for grantee, permission in pairs]
    return {"Owner": {"ID": owner(answer)}, "Grants": grants}


def _grantee(grantee: str) -> Json:
    if grantee.startswith("http"):
        return {"Type": "Group", "URI": grantee}
    if "@" in grantee:
        return {"Type": "AmazonCustomerByEmail", "EmailAddress": grantee}
    return {"Type": "CanonicalUser", "ID": grantee}
