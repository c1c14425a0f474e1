"""Azure: the stand-in for Entra, Graph, ARM, Key Vault and blob storage."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from handoff.lab import identities, logbook
from handoff.lab.service import LabPlan, Process
from handoff.lab.services import azurite


@dataclass(frozen=True, slots=True, kw_only=True)
class _Azure:
    name: str = "azure"
    parts: tuple[str, ...] = ()
    after: tuple[str, ...] = ("azurite",)

    def process(self, plan: LabPlan, /) -> Process:
        """One HTTPS server for all of it."""
        port = str(plan.ports[self.name])
        place = ("--port", port, "--folder", str(plan.data(self.name)), "--lags", str(plan.lags_file), "--url", plan.url(self.name))
        files = ("--cert", str(plan.tls_cert), "--key", str(plan.tls_key), "--azurite", plan.url("azurite"))
        argv = (sys.executable, "-P", "-m", "handoff.lab.azure", *place, *files)
        return Process(argv=argv, env={"LAB_AZURITE_KEY": azurite.account_key(plan)}, health_url=f"{plan.url(self.name)}/healthz")

    def exports(self, plan: LabPlan, /) -> Mapping[str, str]:
        """What azure-identity and `handoff.clouds.azure` read; the credential once the bootstrap has made it."""
        base = plan.url(self.name)
        found = {
            "AZURE_AUTHORITY_HOST": base,
            "HANDOFF_AZURE_ARM_URL": base,
            "HANDOFF_AZURE_GRAPH_URL": f"{base}/graph",
            "HANDOFF_AZURE_BLOB_URL": f"{base}/blob",
            "HANDOFF_AZURE_VAULT_URL": f"{base}/vault",
        }
        admin = logbook.find(plan, cloud=self.name, name=identities.ADMIN)
        if admin is not None:
            found |= {"AZURE_TENANT_ID": admin["tenant"], "AZURE_CLIENT_ID": admin["client_id"], "AZURE_CLIENT_SECRET": admin["client_secret"]}
        return found


SERVICE = _Azure()
