"""What a principal of a policy, and the conditions beside it, tell about who it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from handoff.iam import document as iam
from handoff.iam import holders, match
from handoff.iam.holders import Bound, Fact, Holder
from handoff.kinds.aws._policy import NOT, listed
from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.kinds.aws._policy import Opening
    from handoff.model import Json

Found = tuple[Clue, str]

_ACCOUNT = re.compile(r"\d{12}")
_ORGANIZATION = re.compile(r"arn:[a-z-]+:organizations::\d{12}:(?:organization|ou)/(o-[a-z0-9]+)")
# Conditions that say who a named principal is, and not only whence or for whom it comes.
_CALLER = ("aws:principal", "aws:userid", "aws:federatedprovider", "sts:externalid", "kms:calleraccount")
_PLAIN: Mapping[Bound, Clue] = {
    Bound.ACCOUNT: Clue.AWS_ACCOUNT,
    Bound.SERVICE: Clue.AWS_SERVICE,
    Bound.CANONICAL_ID: Clue.AWS_CANONICAL_ID,
    Bound.EXTERNAL_ID: Clue.AWS_EXTERNAL_ID,
    Bound.SAML_ISSUER: Clue.SAML,
    Bound.NETWORK: Clue.AWS_VPCE,
    Bound.ADDRESS: Clue.CIDR,
    Bound.SOURCE: Clue.AWS_ARN,
    Bound.TAG: Clue.NAME,  # whoever owns a principal sets its tags, so a demanded tag is no mark of anybody
}


def of_opening(opening: Opening) -> tuple[Found, ...]:
    """Everything seen about whom an opening lets in, with the Denies of its document taken into account."""
    return _found(opening.holder)


def of_principal(type_: str, principal: str, conditions: Json) -> tuple[Found, ...]:
    """Everything seen about one principal on its own. EVERYONE only when no condition narrows it to somebody."""
    named = {NOT: json.loads(principal)} if type_ == NOT else {"Principal": {type_: principal}}
    statement = iam.statement({"Effect": "Allow", "Action": "*", "Condition": conditions or None, **named}, where=principal)
    return _found(holders.holders_of(statement)[0])


def of_arn(principal: str) -> Iterator[Found]:
    """What an ARN, a bare account id, a service name or the id of a deleted principal tells."""
    if _ACCOUNT.fullmatch(principal):
        yield Clue.AWS_ACCOUNT, principal
    elif principal.startswith("arn:"):
        yield Clue.AWS_ARN, principal
        if organization := _ORGANIZATION.match(principal):
            yield Clue.AWS_ORG, organization[1]
        account = (principal.split(":", 5) + [""] * 6)[4]
        if _ACCOUNT.fullmatch(account):
            yield Clue.AWS_ACCOUNT, account
        elif account and not match.has_wildcard(account):
            # arn:aws:iam::cloudfront:user/... : the account of a service
            yield Clue.AWS_SERVICE, f"{account}.amazonaws.com"
    elif principal.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        yield Clue.AWS_SERVICE, principal
    elif re.fullmatch(r"o-[a-z0-9]+", principal):
        yield Clue.AWS_ORG, principal
    elif match.is_unique_id(principal):
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
    """The values that the conditions demand of one of these keys (lower case); where a bare `*` will do, nothing is demanded."""
    yield from holders.demanded(iam.condition_of(conditions or None, where="Condition"), *keys)


def _found(holder: Holder) -> tuple[Found, ...]:
    named = holder.named
    binding = [one for one in holder.facts if one.binds and one.key != "Principal"]
    found: list[Found] = []
    match named.type:
        case "Federated" if ":saml-provider/" in named.value:
            found = [(Clue.AWS_ARN, named.value), *_of_facts(binding)]
        case "Federated" if named.value != "*":
            found = list(_tokens(named.value, holder.facts))
        case "AWS" if named.value != "*":
            found = [*of_arn(named.value), *_of_facts(one for one in binding if one.key.lower().startswith(_CALLER))]
        case _:
            found = list(_of_facts(one for one in holder.facts if one.binds))
    if holder.is_public:
        found.append((Clue.EVERYONE, holder.why))
    return tuple(dict.fromkeys(found))


def _of_facts(facts: Iterator[Fact] | list[Fact]) -> Iterator[Found]:
    for fact in facts:
        if fact.what in _PLAIN:
            yield _PLAIN[fact.what], fact.value
        elif fact.what in {Bound.ARN, Bound.PROVIDER}:
            yield from of_arn(fact.value)
        elif fact.what is Bound.ORGANIZATION:
            yield Clue.AWS_ORG, fact.value.split("/", 1)[0]
        elif fact.what is Bound.UNIQUE_ID:
            yield Clue.AWS_UNIQUE_ID, fact.value.split(":", 1)[0]


def _tokens(provider: str, facts: tuple[Fact, ...]) -> Iterator[Found]:
    issuer = provider.split(":oidc-provider/", 1)[-1]
    subjects = [one.value for one in facts if one.what is Bound.SUBJECT]
    for subject in subjects or ["*"]:
        yield Clue.OIDC, f"https://{issuer} {subject}"
