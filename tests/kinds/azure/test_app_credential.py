from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.kinds.azure._tenant import TENANT, App, Tenant

SELF = "GET graph:/v1.0/servicePrincipals/{principal}"


def id_of(app: App) -> str:
    return f"applications/{app.app}/secret/{app.key_id}"


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        tenant = Tenant()
        bad, good = tenant.app(), tenant.app()
        return SimpleNamespace(
            scope=TENANT,
            login=None,
            path_id=id_of(bad),
            bystander_id=id_of(good),
            tried=(TENANT, bad.login, SELF, {"principal": bad.principal}),
            bystander_tried=(TENANT, good.login, SELF, {"principal": good.principal}),
            denied=tenant.denied(),
        )


SEED = Seed()
