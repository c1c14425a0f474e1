"""What GCP types share: the project, deletion policies, labels."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handoff.lab.provider.record import EmulatorError, Missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handoff.lab.provider.record import Context, Properties, Record


def project_of(ctx: Context, inputs: Mapping[str, Any]) -> str:
    """The resource's own project, else the provider's."""
    return str(inputs.get("project") or ctx.project)


def in_project(record: Record, *, also: frozenset[str] = frozenset()) -> Record:
    """Adds `project`: the provider's unless the resource names its own; `read` takes it from the id."""

    def read(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
        found = record.read(ctx, resource_id, state)
        hit = re.search(r"projects/([^/]+)/", resource_id)
        return None if found is None else {"project": state.get("project") or (hit.group(1) if hit else ctx.project), **found}

    def implied(ctx: Context) -> Properties:
        return {"project": ctx.project, **({"region": str(ctx.config["region"])} if "region" in also and ctx.config.get("region") else {})}

    changed = {"project", *also}
    return replace(
        record, read=read, handled=record.handled | changed, replace_on=record.replace_on | changed, computed=record.computed | changed, implied=implied
    )


def guarded(record: Record) -> Record:
    """Adds pulumi-gcp 10's `deletionPolicy`: PREVENT refuses to delete, ABANDON leaves the thing where it is."""

    def delete(ctx: Context, resource_id: str, state: Properties) -> None:
        policy = state.get("deletionPolicy")
        if policy == "PREVENT":
            raise EmulatorError("DeletionPrevented", f"{resource_id} has deletionPolicy PREVENT; set it to DELETE and update before destroying")
        if policy != "ABANDON":
            record.delete(ctx, resource_id, state)

    return replace(record, delete=delete, kept=record.kept | {"deletionPolicy"})


def labelled(record: Record) -> Record:
    """Adds the two outputs that repeat `labels`; the lab adds no label of its own."""

    def read(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
        found = record.read(ctx, resource_id, state)
        if found is None:
            return None
        labels = found.get("labels") or {}
        return {**found, "labels": labels, "pulumiLabels": labels, "effectiveLabels": labels}

    return replace(record, read=read, handled=record.handled | {"labels"}, computed=record.computed | {"pulumiLabels", "effectiveLabels"})


def given(fields: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Those of the names that are set."""
    return {name: fields[name] for name in names if fields.get(name) is not None}


def mask(names: Iterable[str]) -> dict[str, str]:
    """The query parameter that says what a PATCH touches."""
    return {"updateMask": ",".join(names)}


def tail(name: str) -> str:
    """The last part of a resource name."""
    return name.rsplit("/", 1)[-1]


def active(found: Properties | None) -> Properties | None:
    """None for what is there only to be undeleted."""
    return None if found is None or found.get("state") == "DELETED" else found


def delete_path(ctx: Context, path: str) -> None:
    """DELETE, content when it is gone already."""
    try:
        ctx.gcp.request("DELETE", path)
    except Missing:
        return
