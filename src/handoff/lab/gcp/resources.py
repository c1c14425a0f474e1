"""Names of resources: canonical form, project, and the chain of parents through which policies are inherited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.lab.gcp.state import Record, State

_WITHIN = (
    "/cryptoKeyVersions/",
    "/cryptoKeys/",
    "/keyRings/",
    "/versions/",
    "/secrets/",
    "/providers/",
    "/workloadIdentityPools/",
    "/keys/",
    "/serviceAccounts/",
)


def project_of(state: State, name: str) -> Record | None:
    """The project that `projects/ID_OR_NUMBER...` or `b/BUCKET...` lies in."""
    if name.startswith("b/"):
        bucket = state.table("buckets").get("/".join(name.split("/")[:2]))
        return None if bucket is None else state.table("projects").get(bucket["_project"])
    match = re.match(r"projects/([^/]+)", name)
    if match is None:
        return None
    key = match.group(1)
    found = state.table("projects").get(f"projects/{key}")
    if found is None and key.isdigit():
        found = next((record for record in state.table("projects").values() if record["_number"] == key), None)
    return found


def canonical(state: State, name: str) -> str:
    """The name with the project's id where its number stood, and with the account's project where `-` stood."""
    account = re.match(r"projects/(-|[^/]+)/serviceAccounts/([^/]+)(.*)", name)
    if account:
        wanted = account.group(2)
        for record in state.table("serviceAccounts").values():
            if wanted in {record["email"], record["uniqueId"]} and account.group(1) in {"-", record["projectId"], number_of(state, record["projectId"])}:
                return str(record["name"]) + account.group(3)
    project = project_of(state, name) if name.startswith("projects/") else None
    return name if project is None else re.sub(r"^projects/[^/]+", f"projects/{project['projectId']}", name)


def numbered(state: State, name: str) -> str:
    """The name with the project's number, as Secret Manager and workload identity federation show it."""
    project = project_of(state, name)
    return name if project is None else re.sub(r"^projects/[^/]+", f"projects/{project['_number']}", name)


def number_of(state: State, project_id: str) -> str:
    """The number of a project, or an empty text."""
    record = state.table("projects").get(f"projects/{project_id}")
    return "" if record is None else str(record["_number"])


def chain(state: State, name: str) -> list[str]:
    """The resource and its parents up to the organization; each may carry a policy."""
    out = [name]
    if name.startswith("billingAccounts/"):
        account = "/".join(name.split("/")[:2])
        record = state.table("billingAccounts").get(account)
        return [account] + ([record["_organization"]] if record else [])
    if name.startswith("b/"):
        bucket = "/".join(name.split("/")[:2])
        out = [bucket] if bucket == name else [name, bucket]
    current = name
    for mark in _WITHIN:
        if mark in current and current.startswith("projects/"):
            current = _parent(current, mark)
            out.append(current)
    project = project_of(state, name)
    if project is not None:
        out += [project["_key"], *ancestors(state, project["parent"])]
    elif name.startswith("folders/"):
        record = state.table("folders").get(name)
        out += ancestors(state, record["parent"]) if record else []
    return list(dict.fromkeys(out))


def ancestors(state: State, parent: str) -> list[str]:
    """A folder's or organization's name and those above it."""
    out = [parent]
    while parent.startswith("folders/"):
        record = state.table("folders").get(parent)
        if record is None:
            break
        parent = record["parent"]
        out.append(parent)
    return out


def _parent(name: str, mark: str) -> str:
    head, _, tail = name.rpartition(mark)
    return head if tail else name
