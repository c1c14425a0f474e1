"""Key rings and keys. Neither can be deleted: a key's versions are destroyed, a ring stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from handoff.lab.provider.gcp._base import given, guarded, in_project, labelled, mask, project_of, tail
from handoff.lab.provider.record import Created, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties


def _create_ring(ctx: Context, inputs: Properties) -> Created:
    parent = f"projects/{project_of(ctx, inputs)}/locations/{inputs['location']}"
    ctx.gcp.request("POST", f"/v1/{parent}/keyRings", {}, params={"keyRingId": inputs["name"]})
    return Created(id=f"{parent}/keyRings/{inputs['name']}")


def _read_ring(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    if ctx.gcp.find(f"/v1/{resource_id}") is None:
        return None
    return {"name": tail(resource_id), "location": resource_id.split("/")[3]}


def _rotation(period: object) -> dict[str, Any]:
    if not period:
        return {}
    next_time = datetime.now(UTC) + timedelta(seconds=float(str(period).rstrip("s")))
    return {"rotationPeriod": period, "nextRotationTime": next_time.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _create_key(ctx: Context, inputs: Properties) -> Created:
    body = given(inputs, ("labels", "purpose", "versionTemplate", "destroyScheduledDuration", "importOnly")) | _rotation(inputs.get("rotationPeriod"))
    skip = "true" if inputs.get("skipInitialVersionCreation") else "false"
    params = {"cryptoKeyId": str(inputs["name"]), "skipInitialVersionCreation": skip}
    made = ctx.gcp.request("POST", f"/v1/{inputs['keyRing']}/cryptoKeys", body, params=params)
    return Created(id=made["name"])


def _read_key(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/v1/{resource_id}")
    if found is None:
        return None
    primary = found.get("primary")
    return {
        "name": tail(resource_id),
        "keyRing": resource_id.split("/cryptoKeys/", 1)[0],
        "purpose": found["purpose"],
        "labels": found.get("labels", {}),
        "versionTemplate": given(found["versionTemplate"], ("algorithm", "protectionLevel")),
        "destroyScheduledDuration": found["destroyScheduledDuration"],
        **given(found, ("rotationPeriod", "importOnly")),
        "primaries": [given(primary, ("name", "state"))] if primary else [],
    }


def _update_key(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    fields = {"labels": new.get("labels") or {}, **_rotation(new.get("rotationPeriod"))}
    names = ["labels", "rotationPeriod", "nextRotationTime"]
    if new.get("versionTemplate"):
        fields["versionTemplate"] = new["versionTemplate"]
        names.append("versionTemplate")
    ctx.gcp.request("PATCH", f"/v1/{resource_id}", fields, params=mask(names))


def _destroy_key(ctx: Context, resource_id: str, _state: Properties) -> None:
    token = ""
    while True:
        listed = ctx.gcp.request("GET", f"/v1/{resource_id}/cryptoKeyVersions", params={"pageToken": token} if token else None)
        for version in listed.get("cryptoKeyVersions", []):
            if version["state"] in {"ENABLED", "DISABLED"}:
                ctx.gcp.request("POST", f"/v1/{version['name']}:destroy", {})
        token = str(listed.get("nextPageToken", ""))
        if not token:
            break
    ctx.gcp.request("PATCH", f"/v1/{resource_id}", {}, params=mask(("rotationPeriod", "nextRotationTime")))


RECORDS: tuple[Record, ...] = (
    in_project(
        Record(
            token="gcp:kms/keyRing:KeyRing",
            create=_create_ring,
            read=_read_ring,
            handled=frozenset({"name", "location"}),
            required=frozenset({"location"}),
            name_property="name",
        )
    ),
    labelled(
        guarded(
            Record(
                token="gcp:kms/cryptoKey:CryptoKey",
                create=_create_key,
                read=_read_key,
                update=_update_key,
                delete=_destroy_key,
                handled=frozenset({"name", "keyRing", "purpose", "rotationPeriod", "versionTemplate", "destroyScheduledDuration", "importOnly"}),
                write_only=frozenset({"skipInitialVersionCreation"}),
                computed=frozenset({"primaries"}),
                required=frozenset({"keyRing"}),
                defaults={"purpose": "ENCRYPT_DECRYPT"},
                replace_on=frozenset({"name", "keyRing", "purpose", "destroyScheduledDuration", "importOnly"}),
                name_property="name",
            )
        )
    ),
)
