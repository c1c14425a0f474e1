"""The part of the Common Expression Language that conditions in the lab may use; anything else is refused, never guessed.

Understood: `&&`, `||`, `!`, brackets, `==`, `!=`, `<`, `<=`, `>`, `>=`, `in [..]`, string literals, `timestamp("..")`, `.startsWith("..")`,
`.endsWith("..")`, dotted names and `name["key"]`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Scope = Mapping[str, Any]
Node = Callable[[Scope], Any]

_TOKEN = re.compile(
    r"""\s*(?:(?P<op>&&|\|\||==|!=|<=|>=|[<>!()\[\],])|(?P<text>'[^'\\]*'|"[^"\\]*")|(?P<name>[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*)|(?P<dot>\.))"""
)
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Unsupported(Exception):
    """The expression uses something outside the part that is understood."""


class Missing(Exception):
    """A name of the expression has no value; a condition with such a name does not hold."""


def parse(expression: str) -> Node:
    """The expression as a function of its names; raises Unsupported."""
    parser = _Parser(_tokens(expression), expression)
    node = parser.either()
    if parser.rest:
        raise Unsupported(f"cannot read {parser.rest[0][1]!r} in {expression!r}")
    return node


def holds(expression: str, scope: Scope) -> bool:
    """True when the expression is true; a missing name or an impossible comparison makes it false, as in Google's evaluation."""
    try:
        return parse(expression)(scope) is True
    except (Missing, TypeError):
        return False


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, place = [], 0
    text = expression.strip()
    while place < len(text):
        hit = _TOKEN.match(text, place)
        if hit is None or hit.lastgroup is None:
            raise Unsupported(f"cannot read {text[place:]!r} in {expression!r}")
        found.append((hit.lastgroup, hit.group(hit.lastgroup)))
        place = hit.end()
    return found


def _lookup(path: str) -> Node:
    def value(scope: Scope) -> Any:  # noqa: ANN401 - any value of the language
        if path in scope:
            return scope[path]
        current: Any = scope
        for part in path.split("."):
            if not isinstance(current, Mapping) or part not in current:
                raise Missing(path)
            current = current[part]
        return current

    return value


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], source: str) -> None:
        self.rest = tokens
        self.source = source

    def take(self, *ops: str) -> str | None:
        if self.rest and self.rest[0][0] in {"op", "dot"} and self.rest[0][1] in ops:
            return self.rest.pop(0)[1]
        return None

    def need(self, op: str) -> None:
        if self.take(op) is None:
            raise Unsupported(f"{op!r} is missing in {self.source!r}")

    def either(self) -> Node:
        node = self.both()
        while self.take("||"):
            node = _or(node, self.both())
        return node

    def both(self) -> Node:
        node = self.negated()
        while self.take("&&"):
            node = _and(node, self.negated())
        return node

    def negated(self) -> Node:
        if self.take("!"):
            inner = self.negated()
            return lambda scope: not inner(scope)
        return self.comparison()

    def comparison(self) -> Node:
        left = self.operand()
        sign = self.take(*_COMPARE)
        if sign:
            right, compare = self.operand(), _COMPARE[sign]
            return lambda scope: compare(left(scope), right(scope))
        if self.rest and self.rest[0] == ("name", "in"):
            self.rest.pop(0)
            choices = self.texts("[", "]")
            return lambda scope: left(scope) in choices
        return left

    def texts(self, opening: str, closing: str) -> list[str]:
        self.need(opening)
        out = []
        while not self.take(closing):
            kind, text = self.rest.pop(0) if self.rest else ("", "")
            if kind != "text":
                raise Unsupported(f"only text literals may stand between {opening} and {closing} in {self.source!r}")
            out.append(text[1:-1])
            self.take(",")
        return out

    def operand(self) -> Node:
        if self.take("("):
            node = self.either()
            self.need(")")
            return node
        kind, text = self.rest.pop(0) if self.rest else ("", "")
        if kind == "text":
            return lambda _scope: text[1:-1]
        if kind == "name":
            return self.named(text)
        raise Unsupported(f"cannot read {text!r} in {self.source!r}")

    def named(self, text: str) -> Node:
        if text in {"true", "false"}:
            return lambda _scope: text == "true"
        if self.rest and self.rest[0] == ("op", "("):
            return self.called(text)
        if self.rest and self.rest[0] == ("op", "["):
            (key,) = self.texts("[", "]")
            outer = _lookup(text)
            return self.keyed(outer, key)
        return _lookup(text)

    def keyed(self, outer: Node, key: str) -> Node:
        def value(scope: Scope) -> Any:  # noqa: ANN401 - any value of the language
            found = outer(scope)
            if not isinstance(found, Mapping) or key not in found:
                raise Missing(key)
            return found[key]

        return value

    def called(self, text: str) -> Node:
        arguments = self.texts("(", ")")
        path, _, function = text.rpartition(".")
        if text == "timestamp" and len(arguments) == 1:
            moment = _moment(arguments[0])
            return lambda _scope: moment
        if function in {"startsWith", "endsWith"} and path and len(arguments) == 1:
            value, test = _lookup(path), str.startswith if function == "startsWith" else str.endswith
            return lambda scope: test(value(scope), arguments[0])
        raise Unsupported(f"the function {text!r} is not understood here")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise Unsupported(f"{text!r} is not a timestamp") from error
    if moment.tzinfo is None:
        raise Unsupported(f"{text!r} has no time zone")
    return moment


def _or(left: Node, right: Node) -> Node:
    return lambda scope: left(scope) or right(scope)


def _and(left: Node, right: Node) -> Node:
    return lambda scope: left(scope) and right(scope)
