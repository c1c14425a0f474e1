"""Permissions that Lake Formation gives on databases, tables, locations and tags."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, cast

from handoff.errors import AccessDenied
from handoff.kinds.aws import _clues, _people
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_BY_IAM = "IAM_ALLOWED_PRINCIPALS"
_IN_IAM = "whoever the account's own IAM policies let in"


class LakeformationPermission(Item):
    """What one principal was granted on one resource.

    Lake Formation leaves out of the listing what the caller may not see, without a word. So once a region has data lake administrators, the caller has
    to be one of them, a read-only one at least; else the listing is refused here.
    """

    id = KindId("aws.lakeformation_permission")
    title = "Lake Formation permission"
    row = "A19"
    source = "https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 3
    # Credentials that Lake Formation vended to an engine live for up to twelve hours.
    lag = Lag(
        settle_s=60,
        survives_s=43200,
        source="https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_GetTemporaryGlueTableCredentials.html (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"lakeformation:GetDataLakeSettings", "lakeformation:ListPermissions", "sts:GetCallerIdentity"}
    writes = frozenset({"lakeformation:GrantPermissions", "lakeformation:RevokePermissions"})
    fences = frozenset({"lakeformation:BatchGrantPermissions", "lakeformation:GrantPermissions", "lakeformation:PutDataLakeSettings"})
    creates = frozenset({"aws:lakeformation/permissions:Permissions"})
    blind = (
        "Data lake administrators themselves, cell filters' contents, opt-ins, and permissions in a region without administrators that the caller may not see. "
        "Shares that a grant to another account made in Resource Access Manager."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every principal with a permission on anything of the region's catalog."""
        _require_administrator(reader)
        marks = _people.Marks(reader)
        for key, entry in _entries(reader).items():
            who = _principal(entry)
            yield AccessPath(
                kind=self.id,
                id=f"arn:aws:lakeformation:{reader.scope.region}:{reader.scope.id}:permission/{key}#{who}",
                scope=reader.scope,
                holder=who,
                allows=f"{', '.join(cast('list[str]', entry['Permissions']))} on {_name(cast('Json', entry['Resource']))}",
                clues=((Clue.CLIENT_OWN, _IN_IAM),) if who == _BY_IAM else (*_clues.of_arn(who.removesuffix(":IAMPrincipals")), *marks.of(who)),
                detail={"key": key, "resource": entry["Resource"], "condition": entry.get("Condition")},
                mints=("lakeformation:GrantPermissions",) if entry["PermissionsWithGrantOption"] else (),
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """What the principal may do, and what it may hand on."""
        entry = _entries(reader).get(str(path.detail["key"]))
        return {name: entry[name] for name in ("Permissions", "PermissionsWithGrantOption")} if entry else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """A permission has no id, so what is granted again is the same one."""
        return (
            f"{path.allows} is revoked from {path.holder}; undone by granting the same again. Whatever the holder granted on stays. "
            "Credentials that an engine got before live for up to twelve hours"
        )

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Revoke what is there now."""
        yield writer.write("lakeformation:RevokePermissions", **_call(path), **(self.image(writer, path) or {}))

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Grant what was there."""
        condition = {"Condition": path.detail["condition"]} if path.detail["condition"] else {}
        yield writer.write("lakeformation:GrantPermissions", **_call(path), **before, **condition)


def _require_administrator(reader: Reader) -> None:
    answer = reader.get("lakeformation:GetDataLakeSettings") or {}
    settings = cast("Json", answer.get("DataLakeSettings") or {})
    admins = [str(one["DataLakePrincipalIdentifier"]) for name in ("DataLakeAdmins", "ReadOnlyAdmins") for one in cast("list[Json]", settings.get(name) or ())]
    me = str((reader.get("sts:GetCallerIdentity") or {}).get("Arn"))
    role = me.split("/")[1] if ":assumed-role/" in me else ""
    if admins and me not in admins and not (role and any(":role/" in one and one.rsplit("/", 1)[-1] == role for one in admins)):
        raise AccessDenied(
            f"lakeformation:ListPermissions shows {me} only a part: it is no data lake administrator in {reader.scope}",
            hint="Make it a read-only administrator in Lake Formation, or accept that coverage stays incomplete.",
        )


def _entries(reader: Reader) -> dict[str, Json]:
    """What is granted, by principal and resource; the service may tell of one pair in several entries."""
    found: dict[str, Json] = {}
    for item in reader.read("lakeformation:ListPermissions"):
        told = json.dumps([_principal(item), item["Resource"], item.get("Condition")], sort_keys=True)
        key = hashlib.sha256(told.encode()).hexdigest()[:16]
        for name in ("Permissions", "PermissionsWithGrantOption"):
            known = cast("list[str]", found.get(key, {}).get(name, []))
            item = {**item, name: sorted({*known, *cast("list[str]", item.get(name) or ())})}
        found[key] = item
    return found


def _call(path: AccessPath) -> dict[str, object]:
    return {"Principal": {"DataLakePrincipalIdentifier": path.holder}, "Resource": path.detail["resource"]}


def _principal(entry: Json) -> str:
    return str(cast("Json", entry["Principal"])["DataLakePrincipalIdentifier"])


def _name(resource: Json) -> str:
    return "; ".join(f"{kind} {'.'.join(str(value) for value in cast('Json', about).values() if isinstance(value, str))}" for kind, about in resource.items())


KIND: Kind = LakeformationPermission()
