"""One kind with a seeded path and bystander, as every check of the suite wants it."""

from __future__ import annotations

import importlib.util
import time
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from handoff import lags, registry
from handoff.engine import images
from handoff.model import AccessPath, Kind, KindId, Login, Outcome, Step, Verb, Verdict, Writer
from handoff.wrap.record import RecordedWriter

ROOT = Path(__file__).parents[1]
KINDS = sorted(registry.kinds())
PATIENCE_S = 10.0
"""How long after the lag a stand-in may take, on a busy machine, before a try counts as still working."""


def file_of(kind_id: KindId) -> Path:
    cloud, name = kind_id.split(".", 1)
    return ROOT / "kinds" / cloud / f"test_{name}.py"


@cache
def seed_of(kind_id: KindId) -> Any:
    path = file_of(kind_id)
    assert path.exists(), f"{kind_id} has no test file {path.relative_to(ROOT.parent)}"
    spec = importlib.util.spec_from_file_location(f"seed_{kind_id.replace('.', '_')}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert hasattr(module, "SEED"), f"{path.relative_to(ROOT.parent)} has no SEED: see tests/conformance/README.md"
    return module.SEED


class Case:
    """A freshly seeded path and bystander."""

    def __init__(self, kind_id: KindId, lab: Any) -> None:
        self.kind: Kind = registry.kinds()[kind_id]
        self.seeded = seed_of(kind_id).start(lab)
        self.cloud = registry.cloud(self.seeded.scope.cloud)
        self.used: set[str] = set()
        self._own: Writer | None = None
        self.path = self.found()[self.seeded.path_id]

    @property
    def steps(self) -> tuple[Step, ...]:
        """What the tool does itself: a step by hand is a person's."""
        return tuple(step for step in self.kind.steps(self.path) if step.verb is not Verb.MANUAL)

    @property
    def seldom(self) -> dict[str, str]:
        """Operations that the seed's paths do not need, each with the reason."""
        return getattr(self.seeded, "seldom", {})

    @property
    def spared(self) -> dict[str, str]:
        """Operations of discover that only make it quicker, each with the reason: without them every path is found all the same."""
        return getattr(self.seeded, "spared", {})

    def writer(self, login: Login | None = None) -> Writer:
        """One connection for the whole case, for opening one costs more than all calls through it; one of its own for another login."""
        if login is not None:
            return RecordedWriter(self.cloud.open(self.seeded.scope, login), self.used.add)
        if self._own is None:
            self._own = self.cloud.open(self.seeded.scope, self.seeded.login)
        return RecordedWriter(self._own, self.used.add)

    def reopen(self) -> None:
        """The next call goes through a new connection: with other settings of the environment, or with a pace that nothing slowed."""
        self._own = None

    def found(self, login: Login | None = None) -> dict[str, AccessPath]:
        return {path.id: path for path in self.kind.discover(self.writer(login))}

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The operations that discover is seen to use."""
        seen: set[str] = set()
        for _ in self.kind.discover(RecordedWriter(self.writer(), seen.add)):
            pass
        return tuple(sorted(seen))

    def outcome(self, tried: Any) -> Outcome:
        scope, login, op, params = tried
        return self.cloud.attempt(scope, login, op, params).outcome

    def awaits(self, tried: Any, wanted: Outcome) -> Outcome:
        """The outcome once it is the wanted one, or the last one after the lag and some patience. Nothing to try = nothing to see."""
        if tried is None:
            return wanted
        deadline = time.monotonic() + lags.in_force(self.cloud.endpoints()).settle(self.kind).total_seconds() + PATIENCE_S
        while (seen := self.outcome(tried)) is not wanted and time.monotonic() < deadline:
            time.sleep(0.2)
        return seen

    def probe(self) -> Verdict:
        return self.kind.probe(self.writer(), self.path)

    def image(self) -> str:
        return images.digest(self.kind.image(self.writer(), self.path))

    @property
    def ids(self) -> set[str]:
        """The path, and the bystander when there can be one."""
        return {self.seeded.path_id} | self.bystanders

    @property
    def bystanders(self) -> set[str]:
        """Nobody beside a setting of which a scope has just one."""
        return set() if self.seeded.bystander_id is None else {self.seeded.bystander_id}

    def bystander_image(self) -> str:
        if not self.bystanders:
            return ""
        return images.digest(self.kind.image(self.writer(), self.found()[self.seeded.bystander_id]))
