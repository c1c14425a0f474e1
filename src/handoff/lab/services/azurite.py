"""Azurite: the bytes behind the Azure stand-in's blob proxy.

It knows one account with a key of this lab only; whoever calls is judged by the proxy before Azurite hears of it.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from handoff.errors import MachineError
from handoff.lab.files import write_secret
from handoff.lab.service import LabPlan, Process
from handoff.lab.toolchain import node

ACCOUNT = "lab"


def account_key(plan: LabPlan) -> str:
    """Base64 key of the one account; made on first use and kept in a file of mode 0600."""
    path = plan.folder / "credentials" / "azurite.key"
    if not path.exists():
        write_secret(path, base64.b64encode(secrets.token_bytes(64)).decode())
    return path.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Azurite:
    name: str = "azurite"
    parts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def process(self, plan: LabPlan, /) -> Process:
        """The blob server only, on plain HTTP: its one caller is the proxy on this machine."""
        found = node.installed_azurite()
        if found is None:
            raise MachineError("Azurite is not installed", hint="Run `handoff lab install`.")
        executable, script = found
        port = plan.ports[self.name]
        place = ("--blobHost", "127.0.0.1", "--blobPort", str(port), "-l", str(plan.data(self.name)))
        argv = (str(executable), str(script), *place, "--skipApiVersionCheck", "--disableTelemetry", "--silent")
        return Process(argv=argv, env={"AZURITE_ACCOUNTS": f"{ACCOUNT}:{account_key(plan)}"}, health_url=f"tcp://127.0.0.1:{port}")

    def exports(self, plan: LabPlan, /) -> Mapping[str, str]:
        """Nothing: nobody but the proxy calls it."""
        return {}


SERVICE = _Azurite()
