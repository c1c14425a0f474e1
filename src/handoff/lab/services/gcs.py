"""gcp-storage-emulator: the bytes behind the GCP stand-in's storage proxy."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from handoff.lab.service import LabPlan, Process


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gcs:
    name: str = "gcs"
    parts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def process(self, plan: LabPlan, /) -> Process:
        """Objects lie in the data folder."""
        port = plan.ports[self.name]
        argv = (sys.executable, "-P", "-m", "gcp_storage_emulator", "start", "--host=127.0.0.1", f"--port={port}", "--quiet")
        return Process(argv=argv, env={"STORAGE_BASE": str(plan.data(self.name)), "STORAGE_DIR": "objects"}, health_url=f"tcp://127.0.0.1:{port}")

    def exports(self, plan: LabPlan, /) -> Mapping[str, str]:
        """Nothing: nobody but the proxy calls it."""
        return {}


SERVICE = _Gcs()
