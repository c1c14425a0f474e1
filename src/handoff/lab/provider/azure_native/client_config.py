"""The function that says who and where the provider is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties, Record


def client_config(ctx: Context, _args: Properties) -> Properties:
    """Tenant, subscription and client of the provider's credentials; the object id as Graph gives it."""
    client = str(ctx.config.get("clientId") or os.environ.get("AZURE_CLIENT_ID", ""))
    found = ctx.graph.request("GET", "/v1.0/servicePrincipals", params={"$filter": f"appId eq '{client}'"}).get("value") or [{}]
    return {"clientId": client, "tenantId": ctx.tenant, "subscriptionId": ctx.subscription, "objectId": found[0].get("id", "")}


RECORDS: tuple[Record, ...] = ()
INVOKES = {"azure-native:authorization:getClientConfig": client_config}
