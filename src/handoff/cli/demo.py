"""`handoff demo`: the whole life cycle on the lab, narrated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    out: Annotated[Path, typer.Option("--out", help="Where everything is left; an earlier demonstration there is replaced.")] = Path("handoff-demo"),
    keep: Annotated[bool, typer.Option("--keep-lab", help="Leave the demonstration's lab running.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Play an engagement from its spec to the verified exit, on real parts on this machine, and leave a page that shows it."""
    from handoff.cli import _show
    from handoff.lab.demo import play

    index = play.perform(out, as_json=as_json, keep=keep)
    if as_json:
        _show.summary(0, index=str(index))
    else:
        _show.say(f"\nOpen {index}\nevidence/, bags/, documents/ and the plan lie beside it; `handoff verify {out}/evidence` checks the certificate.")


COMMAND = demo
