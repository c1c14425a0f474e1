"""What a module of this package ends with. Light: every start of the command line reads it, to know the options."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from handoff.controls.reports._outcome import Outcome


class Format(NamedTuple):
    """One form in which a run is written to a file."""

    option: str
    """`sarif` makes the option `--sarif FILE`."""
    help: str
    render: Callable[[Outcome], str]
