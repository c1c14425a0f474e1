"""The function that says who the provider is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties, Record


def client_config(ctx: Context, _args: Properties) -> Properties:
    """Tenant and client of the provider's credentials; the object id as Graph gives it."""
    client = str(ctx.config.get("clientId") or os.environ.get("AZURE_CLIENT_ID", ""))
    found = ctx.graph.request("GET", "/v1.0/servicePrincipals", params={"$filter": f"appId eq '{client}'"}).get("value") or [{}]
    return {"clientId": client, "tenantId": ctx.tenant, "objectId": found[0].get("id", ""), "id": f"{ctx.tenant}-{client}"}


RECORDS: tuple[Record, ...] = ()
INVOKES = {"azuread:index/getClientConfig:getClientConfig": client_config}
