"""Brings a lab up, tells how it is, and takes it down."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from handoff import registry
from handoff.errors import UsageError
from handoff.lab import cache, environment, interrupts, ports, processes, state, supervisor, tls, waits
from handoff.lab.engine import find, install
from handoff.lab.state import Running, State
from handoff.lab.supervisor import PortTaken
from handoff.lab.toolchain import node

if TYPE_CHECKING:
    from handoff.lab.engine.find import Engine
    from handoff.lab.progress import Progress
    from handoff.lab.service import Bootstrap, Service

_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A lab that is up."""

    state: State
    engine: Engine | None
    started: tuple[str, ...]
    """The services that this call started; empty when all was well already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One process as it is now."""

    name: str
    condition: str
    """`healthy`, `unhealthy` (alive, does not answer) or `dead`."""
    pid: int
    ports: tuple[int, ...]
    memory_bytes: int
    log: Path

    @property
    def is_well(self) -> bool:
        """True when it answers."""
        return self.condition == "healthy"


def up(folder: Path, progress: Progress, *, only: Collection[str] = ()) -> Lab:
    """Start what is not running. Interrupted or failed, it ends what it started.

    Raises:
        MachineError: a tool could not be had, a port is taken, a process did not come up, the folder cannot be used.
        UsageError: `only` names an unknown service, or lacks one that another needs.

    """
    services = _selected(only)
    state.prepare(folder)
    with _locked(folder):
        engine = install.ensure(progress) if not only or find.find() else None
        if "azurite" in services:
            node.azurite(progress)
        before = state.load(folder)
        for attempt in range(1, _TRIES + 1):
            try:
                return _bring_up(services, before or _fresh(folder, services), engine, progress, was=before)
            except PortTaken:
                if before is not None or attempt == _TRIES:
                    raise
        raise AssertionError("unreachable")


def status(folder: Path) -> tuple[Health, ...]:
    """Every process of the lab as it is now; empty when the lab is not up."""
    known = state.load(folder)
    if known is None:
        return ()
    return tuple(_health(name, running, known) for name, running in known.processes.items())


def down(folder: Path, *, keep: bool = False) -> tuple[str, ...]:
    """End the lab's processes, wait until their ports are closed, and remove what it made (`keep`: all but the processes).

    Gives the names of the services that were ended. Harmless when the lab is not up.

    Raises:
        MachineError: a process could not be ended.

    """
    if not folder.is_dir():
        return ()
    with _locked(folder):
        known = state.load(folder)
        names = tuple(environment.services())
        supervisor.end(known.processes.values() if known else (), marks=[supervisor.mark(folder, name) for name in names])
        if known is not None:
            state.forget(known, keep=keep)
        return tuple(known.processes) if known else ()


def _locked(folder: Path) -> AbstractContextManager[None]:
    return cache.locked(folder / ".lock", what="changing this lab", patience_s=120.0)


def _selected(only: Collection[str]) -> Mapping[str, Service]:
    known = environment.services()
    unknown = sorted(set(only) - set(known))
    if unknown:
        raise UsageError(f"no such service: {', '.join(unknown)}", hint=f"Known: {', '.join(sorted(known))}.")
    chosen = {name: service for name, service in known.items() if not only or name in only}
    for service in chosen.values():
        lacking = sorted(set(service.after) - set(chosen))
        if lacking:
            raise UsageError(f"{service.name} needs {', '.join(lacking)} too")
    return chosen


def _fresh(folder: Path, services: Mapping[str, Service]) -> State:
    names = [name for service in services.values() for name in supervisor.port_names(service)]
    return State(folder=folder, ports=ports.choose(names))


def _bring_up(services: Mapping[str, Service], known: State, engine: Engine | None, progress: Progress, *, was: State | None) -> Lab:
    known = _with_ports(known, services)
    started: dict[str, Running] = {}
    made: set[str] = set()
    try:
        tls.ensure(known.plan)
        waits.write(known.plan)
        with progress.task("Lab: starting"):
            for wave in _waves(services):
                if any(_waits_for_identities(service) for service in wave):
                    known = _bootstrap(known, started, made)
                known = _start_wave(wave, known, started)
            known = _bootstrap(known, started, made)
    except BaseException:
        fresh = [name for name in services if was is None or name in started or name not in was.processes]
        supervisor.end(started.values(), marks=[supervisor.mark(known.folder, name) for name in fresh])
        _step_back(known, was)
        raise
    return Lab(state=known, engine=engine, started=tuple(started))


def _step_back(known: State, was: State | None) -> None:
    if was is not None:
        state.save(was)
    else:
        (known.folder / "lab.json").unlink(missing_ok=True)


def _with_ports(known: State, services: Mapping[str, Service]) -> State:
    """An older lab of fewer services gets ports for the new ones; the ports it has stay, for shells know them."""
    lacking = [name for service in services.values() for name in supervisor.port_names(service) if name not in known.ports]
    return replace(known, ports={**known.ports, **ports.choose(lacking)}) if lacking else known


def _waits_for_identities(service: Service) -> bool:
    return bool(getattr(service, "after_bootstrap", False))


def _waves(services: Mapping[str, Service]) -> Iterator[list[Service]]:
    """Services that can start together, in order."""
    done: set[str] = set()
    waiting = dict(services)
    while waiting:
        wave = [service for service in waiting.values() if done.issuperset(service.after)]
        if not wave:
            raise UsageError(f"these services wait for one another: {', '.join(waiting)}")
        early = [service for service in wave if not _waits_for_identities(service)]
        wave = early or wave
        yield wave
        for service in wave:
            done.add(service.name)
            del waiting[service.name]


def _start_wave(wave: list[Service], known: State, started: dict[str, Running]) -> State:
    ca_file = known.plan.ca_file
    fresh: dict[str, Running] = {}
    for service in wave:
        old = known.processes.get(service.name)
        if old is not None and supervisor.is_healthy(old, ca_file):
            continue
        supervisor.end([old] if old else [], marks=[supervisor.mark(known.folder, service.name)])
        with interrupts.held():  # between a process's birth and our knowing of it, nobody could end it
            running = supervisor.start(service, known.plan)
            started[service.name] = fresh[service.name] = running
        known = replace(known, processes={**known.processes, service.name: running})
        state.save(known)
    supervisor.wait_until_healthy(fresh, known.folder, ca_file)
    return known


def _bootstrap(known: State, started: Mapping[str, Running], made: set[str]) -> State:
    """Make the identities of every cloud that has none yet, or whose service may have lost its memory with its process."""
    for bootstrap in cast("Mapping[str, Bootstrap]", registry.load("handoff.lab.bootstrap", "BOOTSTRAP")).values():
        cloud = bootstrap.cloud
        if cloud not in known.processes or cloud in made or (cloud in known.bootstrapped and cloud not in started):
            continue
        bootstrap.run(known.plan)
        made.add(cloud)
        known = replace(known, bootstrapped=tuple(sorted({*known.bootstrapped, cloud})))
        state.save(known)
    return known


def _health(name: str, running: Running, known: State) -> Health:
    if not supervisor.is_running(running):
        condition, memory = "dead", 0
    else:
        condition = "healthy" if supervisor.is_healthy(running, known.plan.ca_file) else "unhealthy"
        memory = processes.memory_bytes(running.pid)
    log = supervisor.log_file(known.folder, name)
    return Health(name=name, condition=condition, pid=running.pid, ports=running.ports, memory_bytes=memory, log=log)
