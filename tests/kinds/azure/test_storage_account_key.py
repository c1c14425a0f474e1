from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import Any

from tests.kinds.azure._tenant import SUBSCRIPTION, App, Tenant, roles, sharing

LIST = "GET blob:/{account}/"


def id_of(account: str, name: str, value: str, holder: str) -> str:
    return f"{account}#{name}#{hashlib.sha256(value.encode()).hexdigest()[:16]}#{holder}"


def tried(account: str, value: str) -> tuple[Any, ...]:
    return (SUBSCRIPTION, sharing(account, value), LIST, {"account": account.rsplit("/", 1)[-1], "query": {"comp": "list"}})


def shown(tenant: Tenant, account: str) -> tuple[App, dict[str, str]]:
    """A principal of the provider's who has listed the keys, and what it was shown."""
    app = tenant.app()
    tenant.assign(app.principal, roles.STORAGE_ACCOUNT_CONTRIBUTOR, account)
    return app, tenant.keys(account, app.login)


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        tenant = Tenant()
        bad, good = tenant.account(), tenant.account()
        holder, keys = shown(tenant, bad)
        owner, others = shown(tenant, good)
        return SimpleNamespace(
            scope=SUBSCRIPTION,
            login=None,
            path_id=id_of(bad, "key1", keys["key1"], holder.principal),
            bystander_id=id_of(good, "key1", others["key1"], owner.principal),
            tried=tried(bad, keys["key1"]),
            bystander_tried=tried(good, others["key1"]),
            denied=tenant.denied(role=roles.READER),  # lists accounts, but not their keys
        )


SEED = Seed()
