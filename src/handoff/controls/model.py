"""What one control is, and what it may say.

A control is a frozen record with one function: it looks at resources of the types it names and yields findings. Nothing
found is a pass. A value that is not known yet is UNKNOWN, which is never rounded to a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps

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
    data_class: str = ""
    """Residency: the data class whose bounds decide."""


ResourceRule = Callable[["Resource", "Context"], Iterator[Finding]]
LinkedRule = Callable[["Resource", "Stack", "Context"], Iterator[Finding]]
StackRule = Callable[["Stack", "Context"], Iterator[Finding]]


class Category(StrEnum):
    """What a control is about."""

    PLACE = "place"
    """Residency: where a resource lives."""
    COPY = "copy"
    """Residency: where it is replicated, backed up or exported to."""
    REACH = "reach"
    """Residency: where, and to whom, it can be sent or served."""
    BASELINE = "baseline"
    EXIT = "exit"


RESIDENCY = frozenset({Category.PLACE, Category.COPY, Category.REACH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One policy rule.

    Give exactly one of `evaluate` (a resource by itself: judged as the engine meets it), `evaluate_linked` (a resource together with the
    rest of its stack: judged at the end) and `evaluate_stack` (the stack as a whole: what has to be there at all).
    """

    id: str
    """Unique in the catalogue; waivers name it."""
    title: str
    """What holds when the control passes, as a statement."""
    why: str
    fix: str
    """What to do, in one or two sentences that fit into a pull-request comment."""
    source: str
    """`URL (read DATE)`."""
    category: Category
    rows: tuple[str, ...] = ()
    """The rows of the research that it answers: `R017` (residency), `A01`, `Z01`, `E01`, `G01` (baseline)."""
    family: str = ""
    """Baseline controls: PUB, NET, TRN, RST, KEY, LOG, LGP, MON, IAM, CRD, MFA, BKP, HA, DEL, CFG, VUL, RES, GOV."""
    blind: str = ""
    """What it does not see."""
    snippet: str = ""
    """Pulumi Python that satisfies it; the tests run it under mocks and judge what it makes."""
    maps: Maps = field(default_factory=Maps)
    also: tuple[str, ...] = ()
    """Clauses outside the selectable frameworks: `gdpr 44`, `eu-data-act 25`."""
    severity: Severity = Severity.HIGH
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Pulumi type token -> property paths that the rule looks at; a token that ends with `*` stands for all that begin so. Empty: of the whole stack."""
    looks_at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same for other resources that a linked or stack rule looks at."""
    remedy: Mapping[str, object] = field(default_factory=dict)
    """Property path -> value that may safely be set for the user, who has to ask for it; empty = no safe fix."""
    evaluate: ResourceRule | None = None
    evaluate_linked: LinkedRule | None = None
    evaluate_stack: StackRule | None = None

    def __post_init__(self) -> None:
        rules = (self.evaluate, self.evaluate_linked, self.evaluate_stack)
        if sum(one is not None for one in rules) != 1:
            raise TypeError(f"control {self.id}: give exactly one of evaluate, evaluate_linked and evaluate_stack")
        if bool(self.reads) == (self.evaluate_stack is not None):
            raise TypeError(f"control {self.id}: a control of resources says what it reads; one of the stack says so in looks_at")
        if self.remedy and self.evaluate is None:
            raise TypeError(f"control {self.id}: only a control that judges a resource by itself can mend it")

    @property
    def types(self) -> frozenset[str]:
        """The type tokens whose resources it judges; empty for a control of the whole stack."""
        return frozenset(self.reads)

    @property
    def clouds(self) -> frozenset[str]:
        """`aws`, `azure`, `entra`, `gcp`: whose resources it looks at."""
        tokens = (*self.reads, *self.looks_at)
        return frozenset(filter(None, (_CLOUDS.get(one.removeprefix("pulumi:providers:").split(":", 1)[0]) for one in tokens)))

    @property
    def frameworks(self) -> tuple[str, ...]:
        """Every clause that asks for it, as `FRAMEWORK CLAUSE`; a leading `~` marks a mapping derived by analogy."""
        return (*(f"{'~' if one.derived else ''}{one.framework} {one.clause}" for one in self.maps.clauses), *self.also)


_CLOUDS = {"aws": "aws", "azure-native": "azure", "azuread": "entra", "gcp": "gcp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """Why a failure does not count."""

    reason: str
    owner: str
    approver: str
    compensating: str
    """The compensating control; empty = none named."""
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
    data_class: str = ""
    waived: Waived | None = None


def fail(message: str, path: str = "", *, urn: str = "", data_class: str = "") -> Finding:
    """A breach."""
    return Finding(verdict=Verdict.FAIL, message=message, path=path, urn=urn, data_class=data_class)


def unknown(message: str, path: str = "", *, urn: str = "") -> Finding:
    """Not known: most often a value that the cloud gives only at the update."""
    return Finding(verdict=Verdict.UNKNOWN, message=message, path=path, urn=urn)


def not_applicable(message: str, *, urn: str = "") -> Finding:
    """The control does not speak of this resource; the message says why."""
    return Finding(verdict=Verdict.NOT_APPLICABLE, message=message, urn=urn)


def passed(message: str, *, urn: str = "") -> Finding:
    """A pass with its reason; needed by stack controls only, which have no resource to pass by silence."""
    return Finding(verdict=Verdict.PASS, message=message, urn=urn)
