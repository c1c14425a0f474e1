"""What one control is, and what it may say.

A control is a frozen record with one function: it looks at resources of the types it names and yields findings. Nothing
found is a pass. A value that is not known yet is UNKNOWN, which is never rounded to a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.controls.context import Context
    from handoff.controls.resource import Resource, Stack


class Verdict(StrEnum):
    """What a control says of one resource, or of the stack as a whole."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"
    """The control itself broke: nothing is known, and the run fails."""


class Severity(StrEnum):
    """How bad a failure is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a control saw."""

    verdict: Verdict
    message: str
    path: str = ""
    """The property at fault, such as `rules[0].destination.bucket`; empty = the resource as a whole."""
    urn: str = ""
    """For stack controls: the resource at fault; empty = the stack."""


ResourceRule = Callable[["Resource", "Context"], Iterator[Finding]]
StackRule = Callable[["Stack", "Context"], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One policy rule."""

    id: str
    """Unique in the catalogue; waivers name it."""
    title: str
    why: str
    fix: str
    source: str
    """`URL (read DATE)`."""
    frameworks: tuple[str, ...] = ()
    """`nist-800-53 SC-28`, `hipaa 164.312(a)(2)(iv)`, ..."""
    severity: Severity = Severity.HIGH
    types: frozenset[str] = frozenset()
    """Pulumi type tokens; one that ends with `*` stands for all that begin so. Empty for a control of the whole stack."""
    evaluate: ResourceRule | None = None
    evaluate_stack: StackRule | None = None

    def __post_init__(self) -> None:
        if (self.evaluate is None) == (self.evaluate_stack is None):
            raise TypeError(f"control {self.id}: give evaluate or evaluate_stack")
        if bool(self.types) != (self.evaluate is not None):
            raise TypeError(f"control {self.id}: a control of resources names types, one of the stack names none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """Why a failure does not count."""

    reason: str
    owner: str
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one control said of one resource, after the waivers."""

    control: Control
    verdict: Verdict
    urn: str
    """Empty = the stack as a whole."""
    type: str
    message: str
    path: str = ""
    waived: Waived | None = None


def fail(message: str, path: str = "", *, urn: str = "") -> Finding:
    """A breach."""
    return Finding(verdict=Verdict.FAIL, message=message, path=path, urn=urn)


def unknown(message: str, path: str = "", *, urn: str = "") -> Finding:
    """Not known: most often a value that the cloud gives only at the update."""
    return Finding(verdict=Verdict.UNKNOWN, message=message, path=path, urn=urn)


def not_applicable(message: str, *, urn: str = "") -> Finding:
    """The control does not speak of this resource; the message says why."""
    return Finding(verdict=Verdict.NOT_APPLICABLE, message=message, urn=urn)


def passed(message: str, *, urn: str = "") -> Finding:
    """A pass with its reason; needed by stack controls only, which have no resource to pass by silence."""
    return Finding(verdict=Verdict.PASS, message=message, urn=urn)
