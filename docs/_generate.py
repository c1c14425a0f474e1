"""Writes the reference pages that come out of the code: `python docs/_generate.py`; with `--check` it only says which are stale."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# The script is also loaded by its path, where its own folder is not on Python's.
sys.path.insert(0, str(Path(__file__).resolve().parent))

import _controls
import _frameworks
import _kinds

from handoff import errors

DOCS = Path(__file__).resolve().parent
HEAD = "<!-- Written by docs/_generate.py from the code; do not edit. -->\n\n"


def pages() -> dict[str, str]:
    """Every generated page, by its path below docs/."""
    made = {
        "reference/commands.md": _commands(),
        "reference/exit-codes.md": _exit_codes(),
        "reference/kinds.md": _kinds.page(),
        "reference/permissions.md": _kinds.permissions(),
        **_controls.pages(),
        **_frameworks.pages(),
    }
    return {name: HEAD + text.rstrip() + "\n" for name, text in made.items()}


def stale() -> list[str]:
    """The pages that are not what the code says now, and those that it says nothing of any more."""
    made = pages()
    changed = [name for name, text in made.items() if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != text]
    return [*changed, *_left_over(made)]


def _left_over(made: Mapping[str, str]) -> list[str]:
    """Pages of controls that there are no more."""
    found = sorted(one.relative_to(DOCS).as_posix() for one in (DOCS / _controls.FOLDER).glob("*.md"))
    return [name for name in found if name not in made]


def _exit_codes() -> str:
    found: dict[int, list[type[errors.HandoffError]]] = {}
    for _, one in inspect.getmembers(errors, inspect.isclass):
        if issubclass(one, errors.HandoffError) and one is not errors.HandoffError:
            found.setdefault(one.exit_code, []).append(one)
    lines = ["# Exit codes", "", _CODES_INTRO, "", "| code | error | meaning | what to do |", "|---|---|---|---|"]
    lines += ["| 0 | | The command did what it was asked, and what it checks holds. | |"]
    lines += ["| 1 | | A bug, or a demonstration that did not end as it has to. | Run it again with `HANDOFF_DEBUG=1` and report what it prints. |"]
    for code in sorted(found):
        for one in found[code]:
            lines.append(f"| {code} | `{one.__name__}` | {_one_line(one.__doc__)} | {_one_line(one.hint)} |")
    return "\n".join(lines)


def _commands() -> str:
    import typer.main

    from handoff.cli._app import build

    lines = ["# Commands", "", _COMMANDS_INTRO, ""]
    for name, command in walk(typer.main.get_command(build())):
        lines += [
            f"## handoff {name}",
            "",
            inspect.cleandoc(command.help or "").replace("\n\n", "\n").replace("\n", " "),
            "",
            "```text",
            _usage(name, command),
            "```",
            "",
        ]
        shown = [one for one in command.params if one.name not in {"help", "as_json"} and getattr(one, "help", None)]
        if shown:
            lines += ["| | |", "|---|---|"]
            lines += [f"| `{one.opts[0] if one.param_type_name == 'option' else str(one.name).upper()}` | {_one_line(one.help)} |" for one in shown]
            lines.append("")
    return "\n".join(lines)


def walk(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own classes have no public type
    """Every command that does something, by its whole name."""
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from walk(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def _usage(name: str, command: Any) -> str:  # noqa: ANN401 - as above
    words = [f"handoff {name}"]
    for one in command.params:
        if one.name == "help":
            continue
        if one.param_type_name == "argument":
            words.append(str(one.name).upper() if one.required else f"[{str(one.name).upper()}]")
            continue
        text = one.opts[0] if one.is_flag else f"{one.opts[0]} {str(one.name).upper()}"
        words.append(text if one.required else f"[{text}]" + ("..." if one.multiple else ""))
    return " ".join(words)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


_CODES_INTRO = """Every error carries its exit code; with `--json` the last line on stderr is `{"type": "error", ...}` with the same code. Scripts should branch on
the code and show the message. Two commands add their own use of a code: `lab status` ends with 3 when a process of the lab is not well, and `apply` with
4 while it soaks."""
_COMMANDS_INTRO = """Every command takes `--json` (JSON lines on stdout, each with `type` and `schema_version`, the last of type `summary`) and `--help`. Results go to
stdout, progress and errors to stderr. [Exit codes](exit-codes.md) are the same everywhere."""


def main() -> int:
    """Write the pages, or check them."""
    if "--check" in sys.argv[1:]:
        for name in (found := stale()):
            print(f"docs/{name} is stale: run `python docs/_generate.py`")
        return 1 if found else 0
    made = pages()
    for name in _left_over(made):
        (DOCS / name).unlink()
    for name, text in made.items():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
