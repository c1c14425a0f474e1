"""Functions that say where the provider works."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties, Record


def client_config(ctx: Context, _args: Properties) -> Properties:
    """Project, region and zone of the provider. No access token: it would end in state."""
    return {
        "project": ctx.project,
        "region": str(ctx.config.get("region", "")),
        "zone": str(ctx.config.get("zone", "")),
        "defaultLabels": {},
        "accessToken": "",
        "id": f"projects/{ctx.project}",
    }


def project(ctx: Context, args: Properties) -> Properties:
    """One project, from Resource Manager."""
    name = str(args.get("projectId") or ctx.project)
    found = ctx.gcp.request("GET", f"/v3/projects/{name}")
    kind, _, number = str(found.get("parent", "")).partition("/")
    return {
        "projectId": name,
        "number": str(found.get("name", "")).removeprefix("projects/"),
        "name": str(found.get("displayName", "")),
        "orgId": number if kind == "organizations" else "",
        "folderId": number if kind == "folders" else "",
        "labels": found.get("labels", {}),
        "id": f"projects/{name}",
    }


RECORDS: tuple[Record, ...] = ()
INVOKES = {
    "gcp:organizations/getClientConfig:getClientConfig": client_config,
    "gcp:organizations/getProject:getProject": project,
}
