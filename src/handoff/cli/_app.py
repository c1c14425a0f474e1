"""Puts the commands together and turns what they raise into one message and the right exit code."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, cast

import typer

from handoff import __version__, registry
from handoff.errors import HandoffError, Interrupted, MachineError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def build() -> typer.Typer:
    """The whole command tree."""
    app = typer.Typer(
        name="handoff",
        help="Provision a client's cloud estate from one engagement spec, and hand it back with proof that the provider is gone.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # help without rich costs a third of the time
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for path, command in registry.load("handoff.cli", "COMMAND").items():
        name = path.replace("_", "-")
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, rich_help_panel=None)
        else:
            app.command(name)(cast("Callable[..., Any]", command))
    app.callback()(_root)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code, with every error already told on stderr."""
    as_json = "--json" in arguments
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill cleans up as Ctrl-C does
    try:
        code = build()(args=list(arguments), prog_name="handoff", standalone_mode=False)
        sys.stdout.flush()
    except HandoffError as error:
        return _tell(error, as_json=as_json)
    except KeyboardInterrupt:
        return _tell(Interrupted("Interrupted."), as_json=as_json)
    except typer.TyperException as error:
        return _usage(error, as_json=as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: nothing more to say
        return 0
    except OSError as error:
        if error.errno in _FULL | _FORBIDDEN:
            return _tell(_machine(error), as_json=as_json)
        return _bug(error, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - the last line: whatever gets here is a bug, and the user is told so
        return _bug(error, as_json=as_json)
    if code == Interrupted.exit_code:
        return _tell(Interrupted("Interrupted."), as_json=as_json)
    return code if isinstance(code, int) else 0


def _root(version: bool = typer.Option(False, "--version", help="Print the version and leave.", is_eager=True)) -> None:
    if version:
        print(__version__)
        raise typer.Exit


def _tell(error: HandoffError, *, as_json: bool) -> int:
    if as_json:
        record = {
            "type": "error",
            "schema_version": 1,
            "error": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "exit_code": error.exit_code,
        }
        print(json.dumps(record), file=sys.stderr)
    else:
        print(f"handoff: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
    if os.environ.get("HANDOFF_DEBUG") == "1":
        traceback.print_exception(error, file=sys.stderr)
    return error.exit_code


def _machine(error: OSError) -> MachineError:
    what = "no space is left" if error.errno in _FULL else "permission denied"
    where = f" at {error.filename}" if error.filename else ""
    return MachineError(f"{what}{where}")


def _usage(error: typer.TyperException, *, as_json: bool) -> int:
    show = getattr(error, "show", None)
    if as_json or show is None:
        message = str(getattr(error, "message", "")) or str(error)
        record = {"type": "error", "schema_version": 1, "error": "UsageError", "message": message, "hint": "See `handoff COMMAND --help`.", "exit_code": 2}
        print(json.dumps(record), file=sys.stderr)
    else:
        show()
    return int(getattr(error, "exit_code", 2))


def _bug(error: BaseException, *, as_json: bool) -> int:
    summary = f"this is a bug: {type(error).__name__}: {error}"
    hint = "Run it again with HANDOFF_DEBUG=1 for the traceback, and report it."
    if as_json:
        print(json.dumps({"type": "error", "schema_version": 1, "error": "Bug", "message": summary, "hint": hint, "exit_code": 1}), file=sys.stderr)
    else:
        print(f"handoff: {summary}\n  {hint}", file=sys.stderr)
    if os.environ.get("HANDOFF_DEBUG") == "1":
        traceback.print_exception(error, file=sys.stderr)
    return 1
