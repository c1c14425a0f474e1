"""What a run says, in the forms that people and other tools read.

One module per file format, found by walking this package: each ends with `REPORT = Format(...)`, and `handoff policy check` has an option for it. What goes to
stdout is in `_terminal` and `_lines`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from handoff import registry

if TYPE_CHECKING:
    from handoff.controls.reports._format import Format


@cache
def formats() -> tuple[Format, ...]:
    """Every file format that a run can be written in, by name."""
    return tuple(cast("Format", one) for one in registry.load(__name__, "REPORT").values())
