"""`handoff lab`: a whole engagement's clouds on this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from handoff.lab.engine.find import Engine
    from handoff.lab.up import Health

COMMAND = typer.Typer(help="Three clouds on this machine: emulators and stand-ins on loopback ports.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="JSON lines on stdout, the last of type `summary`.")]


def _say(kind: str, **fields: object) -> None:
    print(json.dumps({"type": kind, "schema_version": 1, **fields}))


@COMMAND.command("install")
def install(as_json: Json = False) -> None:
    """Get the Pulumi engine and Azurite now, so that `up` needs no network."""
    from handoff.lab.engine import install as engines
    from handoff.lab.progress import Progress
    from handoff.lab.toolchain import node

    progress = Progress()
    engine = engines.ensure(progress)
    _, azurite = node.azurite(progress)
    if as_json:
        _say("engine", **_engine_fields(engine))
        _say("summary", azurite=str(azurite))
    else:
        print(f"Pulumi engine {engine.version}, {engine.origin.value}: {engine.pulumi}\nAzurite: {azurite}")


@COMMAND.command("up")
def up(
    only: Annotated[str, typer.Option(help="Start these services only, by name with commas between (development).")] = "",
    as_json: Json = False,
) -> None:
    """Start the lab, or what of it is not running."""
    from pathlib import Path

    from handoff.lab import environment, project, state
    from handoff.lab import up as lab
    from handoff.lab.progress import Progress

    made = lab.up(state.folder(), Progress(), only=tuple(name for name in only.split(",") if name))
    stack = project.prepare(Path.cwd(), made.engine, environment.of_pulumi(made.state.plan)) if made.engine else None
    if as_json:
        for name, running in made.state.processes.items():
            _say("process", name=name, pid=running.pid, ports=running.ports, started=name in made.started)
        _say("summary", folder=str(made.state.folder), started=list(made.started), stack=stack)
        return
    print(
        f"The lab is up in {made.state.folder}: started {', '.join(made.started)}."
        if made.started
        else f"The lab in {made.state.folder} was up already; all is well."
    )
    print('Next: eval "$(handoff lab env)"')


@COMMAND.command("status")
def status(as_json: Json = False) -> None:
    """Which engine runs and where it came from, and how every process is. Exit code 3 when something is not well."""
    from handoff.lab import state
    from handoff.lab import up as lab
    from handoff.lab.engine import find

    engine = find.find()
    found = lab.status(state.folder())
    if as_json:
        _say("engine", **_engine_fields(engine))
        for health in found:
            _say("process", name=health.name, state=health.condition, pid=health.pid, ports=health.ports, memory_bytes=health.memory_bytes, log=str(health.log))
        bad = [health.name for health in found if not health.is_well]
        _say("summary", up=bool(found), folder=str(state.folder()), memory_bytes=sum(health.memory_bytes for health in found), not_well=bad)
    else:
        _show(engine, found)
    if not found or not all(health.is_well for health in found):
        raise typer.Exit(3)


@COMMAND.command("env")
def env(as_json: Json = False) -> None:
    """Print the exports with which `pulumi up` and every other command work on the lab: eval "$(handoff lab env)"."""
    from pathlib import Path

    from handoff.lab import environment, project, state
    from handoff.lab.engine import find

    plan = state.required(state.folder()).plan
    engine = find.find()
    stack = project.prepare(Path.cwd(), engine, environment.of_pulumi(plan)) if engine else None
    exports = environment.of_lab(plan, engine, stack=stack)
    if as_json:
        _say("summary", exports=dict(exports))
    else:
        print(environment.shell(exports), end="")


@COMMAND.command("down")
def down(
    keep: Annotated[bool, typer.Option("--keep", help="Keep the data, credentials and ports for the next `up`.")] = False,
    as_json: Json = False,
) -> None:
    """End every process of the lab and remove what it made."""
    from handoff.lab import state
    from handoff.lab import up as lab

    ended = lab.down(state.folder(), keep=keep)
    if as_json:
        _say("summary", folder=str(state.folder()), ended=list(ended), kept=keep)
    else:
        print(f"The lab is down: ended {', '.join(ended)}." if ended else "The lab was not up.")


def _engine_fields(engine: Engine | None) -> dict[str, object]:
    if engine is None:
        return {"version": None, "path": None, "origin": None}
    return {"version": engine.version, "path": str(engine.pulumi), "origin": engine.origin.value}


def _show(engine: Engine | None, found: tuple[Health, ...]) -> None:
    print(f"Pulumi engine {engine.version}, {engine.origin.value}: {engine.pulumi}" if engine else "Pulumi engine: none yet (`handoff lab install` gets one)")
    if not found:
        print("The lab is not up.")
    for health in found:
        ports = ",".join(map(str, health.ports))
        print(f"{health.name:<10} {health.condition:<10} pid {health.pid:<8} port {ports:<24} {health.memory_bytes / 2**20:6.0f} MiB")
        if not health.is_well:
            print(f"{'':<10} see {health.log}, and run `handoff lab up` to start it again")
    if found:
        print(f"{'together':<50} {sum(health.memory_bytes for health in found) / 2**20:6.0f} MiB")
