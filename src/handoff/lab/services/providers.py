"""The stand-in Pulumi providers: one process, one port per package, which the engine attaches to."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from handoff.lab import environment
from handoff.lab.service import LabPlan, Process

_PACKAGES = ("aws", "azure-native", "azuread", "gcp")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Providers:
    name: str = "providers"
    parts: tuple[str, ...] = tuple(f"providers.{package}" for package in _PACKAGES)
    after: tuple[str, ...] = ("aws", "azure", "gcp")
    after_bootstrap: bool = True
    """It works with the administrators' credentials, which the bootstraps make."""

    def process(self, plan: LabPlan, /) -> Process:
        """It reads the same variables as any other client of the lab."""
        ports = tuple(part for package in _PACKAGES for part in ("--port", f"{package}={plan.ports[f'{self.name}.{package}']}"))
        argv = (sys.executable, "-P", "-m", "handoff.lab.provider", "--folder", str(plan.data(self.name)), "--lab", str(plan.folder), *ports)
        return Process(argv=argv, env=environment.of_clouds(plan), health_url=f"tcp://127.0.0.1:{plan.ports[f'{self.name}.aws']}")

    def exports(self, plan: LabPlan, /) -> Mapping[str, str]:
        """How the engine finds them."""
        return {"PULUMI_DEBUG_PROVIDERS": ",".join(f"{package}:{plan.ports[f'{self.name}.{package}']}" for package in _PACKAGES)}


SERVICE = _Providers()
