"""What the Denies of a document take from one of its Allows. Only what is sure counts: a Deny that may apply shuts nobody out."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from handoff.iam import match
from handoff.iam._bindings import demands as is_demanding
from handoff.iam.conditions import Context, OneOf, Truth, all_hold, operator
from handoff.iam.document import Condition, Effect, Named, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLAIN = {"stringequals": "StringEquals", "stringequalsignorecase": "StringEqualsIgnoreCase", "stringlike": "StringLike", "arnequals": "ArnEquals"} | {
    "arnlike": "ArnLike",
    "ipaddress": "IpAddress",
}
_PAIRS = 64  # a statement with more actions times resources than these is looked at whole only


def demands(deny: Statement, allow: Statement) -> Iterator[Condition]:
    """What a Deny of everybody demands of those whom the Allow lets in: the opposite of its one negated condition.

    Two conditions of a Deny must both hold, so neither is demanded alone. A negated comparison, with IfExists or without, also hits those who
    bring no such key, so that the key itself is demanded too.
    """
    if deny.effect is not Effect.DENY or len(deny.conditions) != 1 or not _is_everybody(deny) or not _takes_all(deny, allow):
        return
    found = deny.conditions[0]
    op = operator(found.operator)
    if op.is_negated and op.name in _PLAIN and not (op.for_all or op.for_any):
        yield Condition(operator=_PLAIN[op.name], key=found.key, values=found.values)


def exempt(denies: Iterable[Statement], allow: Statement) -> tuple[Named, ...]:
    """Those whom a Deny of everybody else leaves, when there is such a Deny for all that the Allow allows."""
    for deny in denies:
        if deny.not_principals and not deny.conditions and _takes_all(deny, allow):
            return deny.not_principals
    return ()


def shutting(allow: Statement, named: Named, denies: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The Denies that together refuse the holder all that the Allow allows; the Allow itself when nobody can fulfil it; nothing when it is open."""
    context = known_of(allow, named)
    if all_hold(allow.conditions, context, has_variables=allow.has_variables) is Truth.FALSE:
        return (allow,)
    sure = [one for one in denies if _hits(one, named, context)]
    if not sure:
        return ()
    whole = next((one for one in sure if _takes_all(one, allow)), None)
    if whole is not None:
        return (whole,)
    found: list[Statement] = []
    pairs = list(product(allow.actions or (), allow.resources or ("",)))
    if not pairs or len(pairs) > _PAIRS:
        return ()
    for action, resource in pairs:
        taker = next((one for one in sure if _takes_action(one, action) and _takes_resource(one, resource)), None)
        if taker is None:
            return ()
        found.append(taker)
    return tuple(dict.fromkeys(found))


def known_of(allow: Statement, named: Named) -> Context:
    """What is known of every request that the statement lets this principal make."""
    known: dict[str, OneOf] = {}
    for condition in allow.conditions:
        op = operator(condition.operator)
        has_variable = allow.has_variables and any("${" in value for value in condition.values)
        if is_demanding(condition) and not op.for_any and not has_variable and op.name in {*_PLAIN, "bool"}:
            values = condition.values if op.name in {"stringlike", "arnlike", "arnequals"} else tuple(match.quoted(one) for one in condition.values)
            known.setdefault(condition.key.lower(), OneOf(patterns=values))
    # The principal says more than a condition, which may be wider.
    return Context(known={**known, **_of_principal(named)}, is_whole=False)


def _of_principal(named: Named) -> dict[str, OneOf]:
    account = match.account_of(named.value)
    if named.type == "Service":
        return {"aws:principalisawsservice": OneOf(patterns=("true",)), "aws:principalservicename": OneOf(patterns=(named.value,))}
    if named.type != "AWS" or not account:
        return {}
    known = {"aws:principalaccount": OneOf(patterns=(account,)), "aws:principalisawsservice": OneOf(patterns=("false",))}
    if ":user/" in named.value or ":role/" in named.value:
        return known | {"aws:principalarn": OneOf(patterns=(named.value,))}
    # Users and roles are of `iam`, sessions of federated users of `sts`: three letters either way, which keeps the account in its place.
    partition = named.value.split(":")[1] if named.value.startswith("arn:") else ""
    partitions = (partition,) if partition else ("aws", "aws-cn", "aws-us-gov")
    return known | {"aws:principalarn": OneOf(patterns=tuple(f"arn:{one}:???::{account}:*" for one in partitions))}


def _hits(deny: Statement, named: Named, context: Context) -> bool:
    if not _names(deny, named, context):
        return False
    return all_hold(deny.conditions, context, has_variables=deny.has_variables) is Truth.TRUE


def _names(deny: Statement, named: Named, context: Context) -> bool:
    """Whether a Deny is about everybody whom the principal can be."""
    if deny.not_principals is not None:
        return not any(_may_be(one, named, context) for one in deny.not_principals)
    return any(_holds(one, named, context) for one in deny.principals or ())


def _holds(wide: Named, narrow: Named, context: Context) -> bool:
    if wide.type == "AWS" and wide.value == "*":
        return True
    if wide == narrow:
        return True
    return wide.type == narrow.type == "AWS" and match.is_account(wide.value) and _accounts(narrow, context) == {match.account_of(wide.value)}


def _may_be(left_out: Named, named: Named, context: Context) -> bool:
    """Whether some holder of the principal may be the one whom a NotPrincipal leaves out."""
    if left_out.type != named.type and named.value != "*":
        return False
    if left_out.value == "*":
        return True
    accounts = _accounts(named, context)
    return (named.value == "*" and not accounts) or left_out.value == named.value or match.account_of(left_out.value) in accounts


def _accounts(named: Named, context: Context) -> set[str]:
    account = match.account_of(named.value)
    if account:
        return {account}
    known = context.known.get("aws:principalaccount")
    return set(known.patterns) if isinstance(known, OneOf) and not any(match.has_wildcard(one) for one in known.patterns) else set()


def _is_everybody(deny: Statement) -> bool:
    return any(one.type == "AWS" and one.value == "*" for one in deny.principals or ())


def _takes_all(deny: Statement, allow: Statement) -> bool:
    return _takes_actions(deny, allow) and _takes_resources(deny, allow)


def _takes_actions(deny: Statement, allow: Statement) -> bool:
    if allow.actions is not None:
        return all(_takes_action(deny, action) for action in allow.actions)
    if deny.actions is not None:
        return "*" in deny.actions
    left = tuple(one.lower() for one in allow.not_actions or ())
    return all(any(match.covers(one, other.lower()) for one in left) for other in deny.not_actions or ())


def _takes_action(deny: Statement, action: str) -> bool:
    if deny.actions is not None:
        return any(match.covers(one.lower(), action.lower()) for one in deny.actions)
    return not any(match.meet(one.lower(), action.lower()) for one in deny.not_actions or ())


def _takes_resources(deny: Statement, allow: Statement) -> bool:
    if allow.not_resources is not None:
        return deny.resources is not None and "*" in deny.resources
    return all(_takes_resource(deny, one) for one in allow.resources or ("",))


def _takes_resource(deny: Statement, resource: str) -> bool:
    """An empty resource is that of a policy whose statements name none, such as a trust: the one it hangs on."""
    if deny.resources is None and deny.not_resources is None:
        return True
    if any("${" in one for one in (*(deny.resources or ()), *(deny.not_resources or ()))):
        return False
    if deny.resources is not None:
        return any(one == "*" or (resource != "" and match.covers(one, resource)) for one in deny.resources)
    return resource != "" and not any(match.meet(one, resource) for one in deny.not_resources or ())
