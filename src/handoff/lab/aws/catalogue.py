"""All stand-ins, found by walking their package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING

from handoff.lab.aws import services
from handoff.lab.aws.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handoff.lab.aws.standin import Account
    from handoff.lab.aws.state import State


def found() -> tuple[type[StandIn], ...]:
    """The class that each module of `services` names; modules that begin with an underscore are shared parts."""
    modules = (importlib.import_module(f"{services.__name__}.{module.name}") for module in pkgutil.iter_modules(services.__path__) if module.name[0] != "_")
    return tuple(module.STAND_IN for module in modules)


class Catalogue:
    """Which stand-in answers which operation. Several may share a service; none may share an operation."""

    def __init__(self, state: State, stand_ins: Iterable[type[StandIn]]) -> None:
        self.state = state
        self._by_service: dict[str, type[StandIn]] = {}
        self._by_op: dict[str, type[StandIn]] = {}
        for made in stand_ins:
            self._by_service.setdefault(made.service, made)
            for name, _ in inspect.getmembers(made, inspect.isfunction):
                if not name[0].isupper():
                    continue
                op = f"{made.service}:{name}"
                if op in self._by_op:
                    raise ValueError(f"{op} is served by {self._by_op[op].__module__} and by {made.__module__}")
                self._by_op[op] = made

    @property
    def operations(self) -> Mapping[str, type[StandIn]]:
        """`service:Operation` to the class that serves it."""
        return self._by_op

    def stand_in(self, service: str, account: Account) -> StandIn:
        """The first stand-in of a service, for an account."""
        return self._by_service[service](account)
