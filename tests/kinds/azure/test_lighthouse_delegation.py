from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.kinds.azure._tenant import GROUPS, SUBSCRIPTION, Outside, Tenant, roles


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        tenant, outside = Tenant(), Outside(lab)
        bad, good = outside.app(), outside.app()
        return SimpleNamespace(
            scope=SUBSCRIPTION,
            login=None,
            path_id=tenant.delegate(bad.principal, roles.READER)[0],
            bystander_id=tenant.delegate(good.principal, roles.READER)[0],
            tried=(SUBSCRIPTION, bad.login, *GROUPS),
            bystander_tried=(SUBSCRIPTION, good.login, *GROUPS),
            denied=tenant.denied(),
        )


SEED = Seed()
