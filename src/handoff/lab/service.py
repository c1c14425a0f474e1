"""What the supervisor needs to know of a process of the lab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LabPlan:
    """Where everything of one lab lies; ports are chosen before the first process starts, so services may refer to one another."""

    folder: Path
    ports: Mapping[str, int]
    """By service name; a service that needs several ports names them `SERVICE.PART` (`providers.aws`)."""

    @property
    def ca_file(self) -> Path:
        """CA certificate (PEM) of the lab's TLS servers."""
        return self.folder / "ca.pem"

    @property
    def tls_cert(self) -> Path:
        """Server certificate for 127.0.0.1 and localhost (PEM)."""
        return self.folder / "credentials" / "tls.pem"

    @property
    def tls_key(self) -> Path:
        """Its key (PEM, mode 0600)."""
        return self.folder / "credentials" / "tls.key"

    @property
    def lags_file(self) -> Path:
        """The waits that stand-ins implement and `handoff.lags` reads."""
        return self.folder / "lags.json"

    def data(self, service: str) -> Path:
        """Folder for a service's own state."""
        return self.folder / "data" / service

    def url(self, service: str) -> str:
        """Base URL of an HTTP service; `azure` and `azurite` speak TLS."""
        scheme = "https" if service in {"azure"} else "http"
        return f"{scheme}://127.0.0.1:{self.ports[service]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """How one process is started and known to be well."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    """Added to a minimal environment; secrets may be here, never in argv."""
    health_url: str
    """Answers 200 once the service is ready; `tcp://127.0.0.1:PORT` where only a connection can tell."""


class Service(Protocol):
    """A module of `lab/services/` ends with `SERVICE = ...`."""

    name: str
    parts: tuple[str, ...]
    """Further ports it needs, such as `providers.aws`; empty for most."""
    after: tuple[str, ...]
    """Services that have to be healthy first."""

    def process(self, plan: LabPlan, /) -> Process:
        """The command line for this lab; may write configuration into `plan.data(name)`."""
        ...

    def exports(self, plan: LabPlan, /) -> Mapping[str, str]:
        """What `handoff lab env` prints because of this service."""
        ...


class Bootstrap(Protocol):
    """A module of `lab/bootstrap/` ends with `BOOTSTRAP = ...`: makes the first identities, once; safe to repeat."""

    cloud: str

    def run(self, plan: LabPlan, /) -> None:
        """Create identities through the cloud's own API and write their logins with `handoff.lab.logbook.add`."""
        ...
