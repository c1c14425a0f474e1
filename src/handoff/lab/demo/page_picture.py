"""Who can get in, drawn: one line for each way in, from its party through its kind to its cloud."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import groupby
from textwrap import wrap

from handoff import registry
from handoff.lab.demo.page_facts import Record, key_of, text_of

CLOUD_NAMES = {"aws": "AWS", "azure": "Azure", "gcp": "Google Cloud"}
PARTY_NAMES = {
    "client": "Client",
    "provider": "Provider",
    "unknown": "Unknown",
    "incoming": "Incoming",
    "third-party": "Third party",
    "cloud-service": "Cloud itself",
    "deleted": "Deleted",
    "public": "Anyone",
}

_WIDTH, _TOP, _GAP = 424, 4, 16
_ROW, _LINE = 26, 14
"""Height of a kind's box with one line of text, and of each further line."""
_BETWEEN = 5
_PARTY_END, _KIND_START, _KIND_END, _CLOUD_START = 78, 142, 317, 357
_LEAST_PARTY = 66
"""A party with one line still has room for its number and for two words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    top: float
    height: float

    def at(self, index: int, count: int) -> float:
        """Height of one of `count` lines that end at this box."""
        room = min(self.height - 10, 7.0 * count)
        return self.top + self.height / 2 + (0.0 if count < 2 else room * (index / (count - 1) - 0.5))

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where parties, kinds and clouds stand; the same before and after, so that the two pictures can be compared."""

    parties: Mapping[str, _Box]
    kinds: Mapping[str, _Box]
    clouds: Mapping[str, _Box]
    height: float
    stroke: float
    """Width of a line: thinner where a picture has many."""


def layout(*states: Sequence[Record]) -> Layout:
    """The places for all paths that any of the pictures shows."""
    paths = [one for state in states for one in state]
    kinds: dict[str, _Box] = {}
    clouds: dict[str, _Box] = {}
    top = float(_TOP)
    for cloud, of_cloud in groupby(sorted({text_of(one, "kind") for one in paths}), key=lambda kind: kind.split(".", 1)[0]):
        start = top
        for kind in of_cloud:
            kinds[kind] = _Box(top=top, height=_ROW + _LINE * (len(_folded(kind_title(kind))) - 1))
            top += kinds[kind].height + _BETWEEN
        clouds[cloud] = _Box(top=start, height=top - start - _BETWEEN)
        top += _GAP
    names = [one for one in ("provider", "unknown", *sorted(PARTY_NAMES), "client") if one in {text_of(path, "party") for path in paths}]
    return Layout(
        parties=_parties(list(dict.fromkeys(names)), paths, max(top - _GAP - _TOP, 1.0)),
        kinds=kinds,
        clouds=clouds,
        stroke=max(0.8, min(1.8, 90 / max(1, *map(len, states)))),
        height=max(top - _GAP + 8, _TOP + len(set(names)) * (_LEAST_PARTY + 12)),
    )


def _parties(names: list[str], paths: list[Record], height: float) -> dict[str, _Box]:
    """The provider on top, the client at the bottom; heights by number of lines."""
    names = [one for one in names if one != "client"] + [one for one in names if one == "client"]
    counts = Counter(text_of(one, "party") for one in paths)
    spare = max(height - len(names) * _LEAST_PARTY - (len(names) - 1) * 12 - _BETWEEN, 0.0)
    total = sum(counts[name] for name in names) or 1
    boxes: dict[str, _Box] = {}
    top = float(_TOP)
    for name in names:
        boxes[name] = _Box(top=top, height=_LEAST_PARTY + spare * counts[name] / total)
        top += boxes[name].height + 12
    return boxes


def picture(paths: Sequence[Record], places: Layout, *, name: str, hidden: frozenset[str]) -> str:
    """One SVG picture with a text alternative; `name` is used for its ids."""
    body = "".join([*_lines(paths, places, hidden), *_party_boxes(paths, places), *_kind_rows(paths, places), *_cloud_boxes(paths, places)])
    return (
        f'<svg class="picture" viewBox="0 0 {_WIDTH} {places.height:.0f}" role="img" aria-labelledby="{name}-title {name}-text" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{name}-title">Ways in {escape(name)} the exit</title><desc id="{name}-text">{escape(describe(paths))}</desc>{body}</svg>'
    )


def describe(paths: Sequence[Record]) -> str:
    """The picture in words."""
    parts = []
    for party, count in sorted(Counter(text_of(one, "party") for one in paths).items(), key=lambda item: -item[1]):
        clouds = Counter(text_of(one, "cloud") for one in paths if text_of(one, "party") == party)
        parts.append(
            f"{PARTY_NAMES.get(party, party)}: {count} ({', '.join(f'{CLOUD_NAMES.get(cloud, cloud)} {number}' for cloud, number in sorted(clouds.items()))})"
        )
    return "; ".join(parts) + "." if parts else "No way in."


@cache
def kind_title(kind: str) -> str:
    """A kind's name for people."""
    cloud = kind.split(".", 1)[0]
    known = registry.kinds(cloud) if cloud in CLOUD_NAMES else {}
    return next((one.title for name, one in known.items() if name == kind), "") or kind.partition(".")[2].replace("_", " ").capitalize() or kind


def party_class(party: str) -> str:
    """The style of a party: the provider, the client, or others."""
    return party if party in {"provider", "client", "unknown"} else "other"


def _lines(paths: Sequence[Record], places: Layout, hidden: frozenset[str]) -> Iterator[str]:
    ordered = sorted(paths, key=lambda one: (text_of(one, "kind"), text_of(one, "party") == "client", text_of(one, "party"), text_of(one, "id")))
    by_party, by_kind, by_cloud = (Counter(text_of(one, name) for one in ordered) for name in ("party", "kind", "cloud"))
    seen: Counter[str] = Counter()
    drawn: list[tuple[int, str]] = []
    for one in ordered:
        party, kind, cloud = text_of(one, "party"), text_of(one, "kind"), text_of(one, "kind").split(".", 1)[0]
        if party not in places.parties or kind not in places.kinds:
            continue
        here, middle, there = (
            places.parties[party].at(seen[party], by_party[party]),
            places.kinds[kind].at(seen[kind], by_kind[kind]),
            places.clouds[cloud].at(seen[f"cloud {cloud}"], by_cloud[cloud]),
        )
        seen.update((party, kind, f"cloud {cloud}"))
        dashed = " hidden-way" if key_of(one) in hidden else ""
        first, second = (_PARTY_END + _KIND_START) / 2, (_KIND_END + _CLOUD_START) / 2
        line = (
            f'<path class="way {party_class(party)}{dashed}" stroke-width="{places.stroke * (1.4 if dashed else 1):.2f}" d="M{_PARTY_END} {here:.1f}C{first} {here:.1f} {first} {middle:.1f} {_KIND_START} {middle:.1f}'
            f'H{_KIND_END}C{second} {middle:.1f} {second} {there:.1f} {_CLOUD_START} {there:.1f}"/>'
        )
        drawn.append((2 if dashed else int(party == "provider"), line))
    yield from (line for _, line in sorted(drawn, key=lambda one: one[0]))


def _party_boxes(paths: Sequence[Record], places: Layout) -> Iterator[str]:
    counts = Counter(text_of(one, "party") for one in paths)
    for party, box in places.parties.items():
        words = PARTY_NAMES.get(party, party).split(" ")
        yield (
            f'<g class="party {party_class(party)}{"" if counts[party] else " gone"}"><rect x="1" y="{box.top:.1f}" width="{_PARTY_END - 1}" height="{box.height:.1f}" rx="6"/>'
            f'<text class="count" x="10" y="{_first(box, words):.1f}">{counts[party]}</text>{_stacked(words, 10, _first(box, words) + 17)}</g>'
        )


def _kind_rows(paths: Sequence[Record], places: Layout) -> Iterator[str]:
    counts = Counter(text_of(one, "kind") for one in paths)
    for kind, box in places.kinds.items():
        lines = _folded(kind_title(kind))
        yield (
            f'<g class="kind{"" if counts[kind] else " gone"}"><rect x="{_KIND_START}" y="{box.top:.1f}" width="{_KIND_END - _KIND_START}" height="{box.height:.1f}" rx="4"/>'
            f'{_stacked(lines, _KIND_START + 8, box.top + 17)}<text class="count" x="{_KIND_END - 8}" y="{box.middle + 4.5:.1f}" text-anchor="end">{counts[kind]}</text></g>'
        )


def _cloud_boxes(paths: Sequence[Record], places: Layout) -> Iterator[str]:
    counts = Counter(text_of(one, "kind").split(".", 1)[0] for one in paths)
    for cloud, box in places.clouds.items():
        words = CLOUD_NAMES.get(cloud, cloud).split(" ")
        yield (
            f'<g class="cloud"><rect x="{_CLOUD_START}" y="{box.top:.1f}" width="{_WIDTH - _CLOUD_START - 1}" height="{box.height:.1f}" rx="6"/>'
            f'<text class="count" x="{_CLOUD_START + 10}" y="{_first(box, words):.1f}">{counts[cloud]}</text>{_stacked(words, _CLOUD_START + 10, _first(box, words) + 17)}</g>'
        )


def _first(box: _Box, words: Sequence[str]) -> float:
    """Height of the number that stands above the words of a box."""
    return box.middle + 7 - 8 * len(words)


def _stacked(lines: Sequence[str], left: float, top: float) -> str:
    return "".join(f'<text x="{left}" y="{top + _LINE * row:.1f}">{escape(line)}</text>' for row, line in enumerate(lines))


def _folded(title: str) -> list[str]:
    """A name in one line or in two, cut where even two do not hold it."""
    return wrap(title, width=19, max_lines=2, placeholder="…") or [title]
