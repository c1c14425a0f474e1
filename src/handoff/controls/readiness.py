"""How ready a stack is to be left: a score, what stands in the way, and how long a return would take.

The formula, so that anybody can redo it: within a dimension, each pair of a control and a resource that the control speaks of counts one; a
pair is ready when all that the control says of it is a pass. Failed, unknown, broken and waived pairs are not ready. A dimension's share
is ready pairs over all its pairs. The score is the mean of the shares of those dimensions that have a pair, times 100, rounded down: it is
100 only when every pair is ready. With no pair at all it is 0, because nothing was shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from handoff.controls.model import Category, Verdict
from handoff.controls.resource import Unknown
from handoff.controls.rules import as_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.controls.context import Context
    from handoff.controls.evaluate import Report
    from handoff.controls.model import Result
    from handoff.controls.resource import Resource, Stack

DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "access covered": ("exit-access-kind",),
    "grants expiring": ("exit-grant-in-spec", "exit-grant-expires", "exit-delegation-standing", "exit-long-lived"),
    "stores returnable": ("exit-store-class", "exit-store-export", "exit-store-destruction", "exit-secret-value"),
    "keys": ("exit-keys-client", "exit-keys-material"),
    "state": ("exit-state-backend",),
}
"""Dimension -> the exit controls that make it up; an exit control that stands nowhere counts as `other`."""
OTHER = "other"
STORE_CONTROL = "exit-store-export"
"""What it judges is a data store."""
NOT_ABOUT_EXIT = frozenset({"waiver"})
THROUGHPUT_MB_S = 50.0
"""Assumed rate of a return, in 10^6 bytes a second, one store after the other: reading, hashing and writing over one connection. An assumption, not a promise."""
_NAMED = 5
_GIB = 1.073741824
SIZES: Mapping[str, tuple[str, float]] = {
    "aws:rds/instance:Instance": ("allocatedStorage", _GIB),
    "aws:rds/cluster:Cluster": ("allocatedStorage", _GIB),
    "aws:ebs/volume:Volume": ("size", _GIB),
    "aws:fsx/lustreFileSystem:LustreFileSystem": ("storageCapacity", _GIB),
    "aws:fsx/ontapFileSystem:OntapFileSystem": ("storageCapacity", _GIB),
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": ("storageCapacity", _GIB),
    "aws:fsx/windowsFileSystem:WindowsFileSystem": ("storageCapacity", _GIB),
    "aws:opensearch/domain:Domain": ("ebsOptions.volumeSize", _GIB),
    "aws:elasticsearch/domain:Domain": ("ebsOptions.volumeSize", _GIB),
    "aws:msk/cluster:Cluster": ("brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize", _GIB),
    "azure-native:storage:FileShare": ("shareQuota", _GIB),
    "azure-native:sql:Database": ("maxSizeBytes", 1e-9),
    "azure-native:sql:ManagedInstance": ("storageSizeInGB", _GIB),
    "azure-native:dbforpostgresql:Server": ("storage.storageSizeGB", _GIB),
    "azure-native:dbformysql:Server": ("storage.storageSizeGB", _GIB),
    "azure-native:synapse:SqlPool": ("maxSizeBytes", 1e-9),
    "azure-native:compute:Disk": ("diskSizeGB", _GIB),
    "azure-native:mongocluster:MongoCluster": ("properties.storage.sizeGb", _GIB),
    "azure-native:fileshares:FileShare": ("properties.provisionedStorageGiB", _GIB),
    "gcp:sql/databaseInstance:DatabaseInstance": ("settings.diskSize", _GIB),
    "gcp:compute/disk:Disk": ("size", _GIB),
    "gcp:compute/regionDisk:RegionDisk": ("size", _GIB),
    "gcp:filestore/instance:Instance": ("fileShares.capacityGb", _GIB),
    "gcp:redis/instance:Instance": ("memorySizeGb", _GIB),
    "gcp:netapp/volume:Volume": ("capacityGib", _GIB),
}
"""Type -> the property with its size as ordered, and how many 10^9 bytes one of its units is. What is ordered bounds what is there."""
_NAMES = ("bucket", "name", "accountName", "containerName", "identifier", "tableName")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One dimension."""

    name: str
    ready: int
    judged: int
    unsure: int
    """Of those not ready: unknown, or the control itself broke."""
    waived: int
    """Of those not ready: accepted by a waiver, which makes nobody more ready."""

    @property
    def share(self) -> Fraction | None:
        """Ready over judged; None when there was nothing to judge."""
        return Fraction(self.ready, self.judged) if self.judged else None

    @property
    def percent(self) -> int | None:
        """The share in whole percents, rounded down."""
        return None if self.share is None else int(self.share * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """One thing in the way."""

    control: str
    verdict: str
    """`fail`, `unknown` or `error`."""
    resource: str
    """URN; empty = the stack."""
    what: str
    fix: str
    waived_until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """One store and about how much it holds."""

    resource: str
    gigabytes: float | None
    """In 10^9 bytes; None = not known, which is not nothing."""
    origin: str
    """The property or the spec's field that tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a return would move, and for how long."""

    stores: tuple[Sized, ...]
    throughput_mb_s: float

    @property
    def known_gigabytes(self) -> float:
        """The sum of the sizes that are known."""
        return sum(one.gigabytes for one in self.stores if one.gigabytes is not None)

    @property
    def known_hours(self) -> float:
        """How long those take at the assumed rate; stores of unknown size come on top."""
        return self.known_gigabytes * 1000 / self.throughput_mb_s / 3600

    @property
    def unknown(self) -> tuple[str, ...]:
        """The stores whose size nobody tells."""
        return tuple(one.resource for one in self.stores if one.gigabytes is None)

    @property
    def assumption(self) -> str:
        """What the hours rest on."""
        return f"assuming {self.throughput_mb_s:g} MB/s, one store after the other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """How ready a stack is to be left."""

    score: int
    """0 to 100, rounded down."""
    shares: tuple[Share, ...]
    blockers: tuple[Blocker, ...]
    estimate: Estimate

    @property
    def unsure(self) -> int:
        """How many pairs count as not ready only because nothing is known of them."""
        return sum(one.unsure for one in self.shares)


def assess(report: Report, stack: Stack, context: Context, *, throughput_mb_s: float = THROUGHPUT_MB_S) -> Readiness:
    """The readiness that a report shows; nothing else is looked at but the sizes of the stores."""
    if throughput_mb_s <= 0:
        raise ValueError("the assumed rate of a return is above nothing")
    results = [one for one in report.results if one.control.category is Category.EXIT and one.control.id not in NOT_ABOUT_EXIT]
    shares = tuple(_shares(results))
    parts = [one.share for one in shares if one.share is not None]
    return Readiness(
        score=int(sum(parts, Fraction(0)) / len(parts) * 100) if parts else 0,
        shares=shares,
        blockers=tuple(_blockers(results)),
        estimate=Estimate(stores=tuple(_sizes(results, stack, context)), throughput_mb_s=throughput_mb_s),
    )


_FAILED, _UNSURE, _UNEXCUSED = 1, 2, 4
"""What was said of a pair of a control and a resource, as bits; none = ready."""
_BITS = {Verdict.PASS: 0, Verdict.FAIL: _FAILED, Verdict.UNKNOWN: _UNSURE, Verdict.ERROR: _UNSURE}


def _shares(results: Iterable[Result]) -> Iterator[Share]:
    pairs: dict[str, dict[str, int]] = {}
    for one in results:
        if one.verdict is not Verdict.NOT_APPLICABLE:
            of_control = pairs.setdefault(one.control.id, {})
            bits = _BITS[one.verdict]
            if bits and one.waived is None:
                bits |= _UNEXCUSED
            of_control[one.urn] = of_control.get(one.urn, 0) | bits
    where = {control: name for name, controls in DIMENSIONS.items() for control in controls}
    for name in (*DIMENSIONS, OTHER):
        said = [bits for control, of_control in pairs.items() if where.get(control, OTHER) == name for bits in of_control.values()]
        if name == OTHER and not said:
            continue
        not_ready = [bits for bits in said if bits]
        yield Share(
            name=name,
            judged=len(said),
            ready=len(said) - len(not_ready),
            unsure=sum(not bits & _FAILED for bits in not_ready),
            waived=sum(not bits & _UNEXCUSED for bits in not_ready),
        )


_ORDER = {"critical": 0, "high": 1, "medium": 2, "low": 3}


def _blockers(results: Iterable[Result]) -> Iterator[Blocker]:
    """What is not ready, the worst first: what fails before what is not known, what is accepted last."""
    bad = [one for one in results if one.verdict in {Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR}]
    for one in sorted(bad, key=lambda each: (each.waived is not None, each.verdict is Verdict.UNKNOWN, _ORDER[each.control.severity.value])):
        yield Blocker(
            control=one.control.id,
            verdict=one.verdict.value,
            resource=one.urn,
            what=one.message + (f" ({one.path})" if one.path else ""),
            fix=one.control.fix,
            waived_until=one.waived.expires if one.waived else "",
        )


def _sizes(results: Iterable[Result], stack: Stack, context: Context) -> Iterator[Sized]:
    for urn in dict.fromkeys(one.urn for one in results if one.control.id == STORE_CONTROL and one.verdict is not Verdict.NOT_APPLICABLE):
        resource = stack.find(urn)
        if resource is not None:
            yield _size(resource, context)


def _size(resource: Resource, context: Context) -> Sized:
    """What the spec says of the store, else what is ordered."""
    cloud = {"aws": "aws", "azure-native": "azure", "gcp": "gcp"}.get(resource.type.split(":", 1)[0])
    names = {resource.name, *(one for one in map(resource.inputs.get, _NAMES) if isinstance(one, str))}
    for store in context.environment.stores:
        if store.size_gb is not None and cloud in store.clouds and any(f"-{store.name}-" in f"-{name}-" for name in names):
            return Sized(resource=resource.urn, gigabytes=store.size_gb, origin=f"stores[{store.name}].size_gb of the spec")
    path, unit = SIZES.get(resource.type, ("", 0.0))
    value = resource.get(path) if path else None
    number = None if isinstance(value, Unknown) else as_number(value)
    if number is None or not 0 < number < float("inf"):
        return Sized(resource=resource.urn, gigabytes=None, origin=path)
    return Sized(resource=resource.urn, gigabytes=number * unit, origin=path)


def record(readiness: Readiness) -> dict[str, object]:
    """The readiness as a JSON line."""
    estimate = readiness.estimate
    return {
        "type": "readiness",
        "schema_version": 1,
        "score": readiness.score,
        "unsure": readiness.unsure,
        "dimensions": [
            {"name": one.name, "percent": one.percent, "ready": one.ready, "judged": one.judged, "unsure": one.unsure, "waived": one.waived}
            for one in readiness.shares
        ],
        "blockers": [
            {"control": one.control, "verdict": one.verdict, "resource": one.resource, "what": one.what, "fix": one.fix, "waived_until": one.waived_until}
            for one in readiness.blockers
        ],
        "return": {
            "known_gb": round(estimate.known_gigabytes, 1),
            "known_hours": round(estimate.known_hours, 1),
            "assumption": estimate.assumption,
            "unknown_size": list(estimate.unknown),
            "stores": [{"resource": one.resource, "gb": one.gigabytes, "origin": one.origin} for one in estimate.stores],
        },
    }


def lines(readiness: Readiness) -> list[str]:
    """The readiness in a few lines of plain text."""
    parts = ", ".join(f"{one.name} {_percent(one)}" for one in readiness.shares)
    said = [f"Exit readiness: {readiness.score} of 100 ({parts})."]
    if readiness.unsure:
        said.append(f"{readiness.unsure} of what was judged counts as not ready because nothing is known of it.")
    open_ones = [one for one in readiness.blockers if not one.waived_until]
    if readiness.blockers:
        accepted = len(readiness.blockers) - len(open_ones)
        said.append(f"{len(open_ones)} blockers" + (f", and {accepted} more that a waiver accepts" if accepted else "") + ".")
    said.append(_told(readiness.estimate))
    return said


def markdown(readiness: Readiness) -> list[str]:
    """The readiness as lines of Markdown for a pull-request comment."""
    made = [f"## Exit readiness: {readiness.score} of 100", "", "| what | ready | of |", "|---|---|---|"]
    made += [f"| {one.name} | {one.ready} | {one.judged or 'nothing to judge'} |" for one in readiness.shares]
    made += ["", *(line for line in lines(readiness)[1:] for line in (line, ""))]
    if readiness.blockers:
        made += ["| blocker | resource | what | how to fix |", "|---|---|---|---|", *map(_row, readiness.blockers), ""]
    return made


def _row(one: Blocker) -> str:
    waived = f"; waived until {one.waived_until}" if one.waived_until else ""
    cells = (f"`{one.control}` {one.verdict}", one.resource.rsplit("::", 1)[-1] or "stack", one.what + waived, one.fix)
    return f"| {' | '.join(map(_cell, cells))} |"


def _percent(one: Share) -> str:
    return "nothing to judge" if one.percent is None else f"{one.percent} %"


def _told(estimate: Estimate) -> str:
    if not estimate.stores:
        return "Return: no data store."
    known = len(estimate.stores) - len(estimate.unknown)
    text = (
        f"Return: about {estimate.known_gigabytes:,.0f} GB in {known} of {len(estimate.stores)} stores, {_hours(estimate.known_hours)} {estimate.assumption}."
    )
    if estimate.unknown:
        names = ", ".join(urn.rsplit("::", 1)[-1] for urn in estimate.unknown[:_NAMED])
        more = f" and {len(estimate.unknown) - _NAMED:,} more" if len(estimate.unknown) > _NAMED else ""
        text += f" Not known is the size of {names}{more}: give size_gb under environments[].stores."
    return text if known else f"Return: not known is the size of any of {len(estimate.stores)} stores; give size_gb under environments[].stores."


def _hours(hours: float) -> str:
    return "less than an hour" if hours < 1 else f"{hours:,.1f} hours"


def _cell(text: str) -> str:
    """Text that can neither end a table cell nor start markup."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
