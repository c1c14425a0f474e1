"""What a principal of a policy, and the conditions beside it, tell about who it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from handoff.kinds.aws._policy import NOT, listed
from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json

_ACCOUNT = re.compile(r"\d{12}")
# source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids (read 2026-11-22)
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
_ORGANIZATION = re.compile(r"^arn:[a-z-]+:organizations::\d{12}:(?:organization|ou)/(o-[a-z0-9]+)")
# Operators that match only when the key is present and has one of the values; `...IfExists` and `ForAllValues:` also match when it is absent.
_DEMANDING = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})

Found = tuple[Clue, str]


def of_principal(type_: str, principal: str, conditions: Json) -> tuple[Found, ...]:
    """Everything seen about one principal. EVERYONE only when no condition narrows it to somebody."""
    match type_:
        case "Service":
            found = [(Clue.AWS_SERVICE, principal), *_source(conditions)]
        case "Federated":
            found = list(_federated(principal, conditions))
        case "CanonicalUser":
            found = [(Clue.AWS_CANONICAL_ID, principal)]
        case _ if type_ == NOT or principal == "*":
            narrowed = [*_caller(conditions), *_source(conditions)]
            found = narrowed or [(Clue.EVERYONE, "anyone" if type_ != NOT else f"anyone but {principal}")]
        case _:
            found = [*of_arn(principal), *_caller(conditions)]
    return tuple(dict.fromkeys(found))


def of_arn(principal: str) -> Iterator[Found]:
    """What an ARN, a bare account id, a service name or the id of a deleted principal tells."""
    if _ACCOUNT.fullmatch(principal):
        yield Clue.AWS_ACCOUNT, principal
    elif principal.startswith("arn:"):
        yield Clue.AWS_ARN, principal
        if organization := _ORGANIZATION.search(principal):
            yield Clue.AWS_ORG, organization[1]
        account = (principal.split(":", 5) + [""] * 6)[4]
        if _ACCOUNT.fullmatch(account):
            yield Clue.AWS_ACCOUNT, account
        elif account:
            # arn:aws:iam::cloudfront:user/... : the account of a service
            yield Clue.AWS_SERVICE, f"{account}.amazonaws.com"
    elif principal.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        yield Clue.AWS_SERVICE, principal
    elif re.fullmatch(r"o-[a-z0-9]+", principal):
        yield Clue.AWS_ORG, principal
    elif _UNIQUE_ID.fullmatch(principal):
        yield Clue.AWS_UNIQUE_ID, principal
        yield Clue.DELETED, f"AWS shows the id {principal} in place of a principal that was deleted"
    else:
        yield Clue.NAME, principal


def expires(conditions: Json) -> str | None:
    """The moment after which the statement allows nothing, when it says one."""
    for operator, pairs in conditions.items():
        if operator.lower() in {"datelessthan", "datelessthanequals"} and isinstance(pairs, Mapping):
            for key, values in pairs.items():
                if str(key).lower() == "aws:currenttime":
                    return str(listed(values)[0])
    return None


def demanded(conditions: Json, *keys: str) -> Iterator[str]:
    """The values that the conditions demand of one of these keys (lower case); a bare `*` demands nothing."""
    for operator, pairs in conditions.items():
        if operator.lower().removeprefix("foranyvalue:") in _DEMANDING and isinstance(pairs, Mapping):
            for key, values in pairs.items():
                if str(key).lower() in keys:
                    yield from (str(value) for value in listed(values) if str(value) != "*")


def _caller(conditions: Json) -> Iterator[Found]:
    for account in demanded(conditions, "aws:principalaccount"):
        yield Clue.AWS_ACCOUNT, account
    for organization in demanded(conditions, "aws:principalorgid"):
        yield Clue.AWS_ORG, organization
    for path in demanded(conditions, "aws:principalorgpaths"):
        yield Clue.AWS_ORG, path.split("/", 1)[0]
    for arn in demanded(conditions, "aws:principalarn"):
        yield from of_arn(arn)
    for external_id in demanded(conditions, "sts:externalid"):
        yield Clue.AWS_EXTERNAL_ID, external_id


def _source(conditions: Json) -> Iterator[Found]:
    # `aws:SourceOwner` is what SNS writes into the policy that it gives each new topic.
    # source: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html (read 2026-11-22)
    for account in demanded(conditions, "aws:sourceaccount", "aws:sourceowner"):
        yield Clue.AWS_ACCOUNT, account
    for organization in demanded(conditions, "aws:sourceorgid"):
        yield Clue.AWS_ORG, organization
    for arn in demanded(conditions, "aws:sourcearn"):
        account = (arn.split(":", 5) + [""] * 6)[4]
        if _ACCOUNT.fullmatch(account):
            yield Clue.AWS_ACCOUNT, account


def _federated(principal: str, conditions: Json) -> Iterator[Found]:
    if ":saml-provider/" in principal:
        yield Clue.AWS_ARN, principal
        return
    issuer = principal.split(":oidc-provider/", 1)[-1]
    subjects = list(demanded(conditions, f"{issuer.lower()}:sub"))
    for subject in subjects or ["*"]:
        yield Clue.OIDC, f"https://{issuer} {subject}"
