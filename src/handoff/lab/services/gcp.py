"""GCP: the stand-in for the token endpoint, IAM, Resource Manager, Secret Manager, KMS and storage."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from handoff.lab import identities
from handoff.lab.service import LabPlan, Process


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gcp:
    name: str = "gcp"
    parts: tuple[str, ...] = ()
    after: tuple[str, ...] = ("gcs",)

    def process(self, plan: LabPlan, /) -> Process:
        """One HTTP server for all of it."""
        place = ("--port", str(plan.ports[self.name]), "--folder", str(plan.data(self.name)), "--lags", str(plan.lags_file))
        argv = (sys.executable, "-P", "-m", "handoff.lab.gcp", *place, "--gcs", plan.url("gcs"), "--url", plan.url(self.name))
        return Process(argv=argv, env={}, health_url=f"{plan.url(self.name)}/healthz")

    def exports(self, plan: LabPlan, /) -> Mapping[str, str]:
        """What google-auth and `handoff.clouds.gcp` read; the key file is written by the bootstrap."""
        return {
            "GOOGLE_APPLICATION_CREDENTIALS": str(plan.folder / "credentials" / f"{identities.ADMIN}.gcp.json"),
            "HANDOFF_GCP_URL": plan.url(self.name),
        }


SERVICE = _Gcp()
