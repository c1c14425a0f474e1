from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.kinds.azure._tenant import GROUPS, SUBSCRIPTION, Tenant, roles


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        tenant = Tenant()
        bad, good = tenant.app(), tenant.app()
        return SimpleNamespace(
            scope=SUBSCRIPTION,
            login=None,
            path_id=tenant.assign(bad.principal, roles.READER),
            bystander_id=tenant.assign(good.principal, roles.READER),
            tried=(SUBSCRIPTION, bad.login, *GROUPS),
            bystander_tried=(SUBSCRIPTION, good.login, *GROUPS),
            denied=tenant.denied(role=roles.READER),  # may list assignments, but not look into the directory
        )


SEED = Seed()
