"""Profiles of IAM Roles Anywhere: which roles certificates may become."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _anywhere, _clues, _sessions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class RolesAnywhereProfile(Item):
    """One profile. It opens its roles to every certificate of every enabled trust anchor that the roles' own trusts do not refuse."""

    id = KindId("aws.rolesanywhere_profile")
    title = "Roles Anywhere profile"
    row = "A11"
    source = "https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_DisableProfile.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    lag = Lag(
        settle_s=_sessions.SETTLE_S,
        survives_s=12 * 3600,
        source="https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html (read 2026-11-22)",
    )
    reads = frozenset({"rolesanywhere:GetProfile", "rolesanywhere:ListProfiles", "rolesanywhere:ListTagsForResource"})
    writes = frozenset({"rolesanywhere:DeleteProfile", "rolesanywhere:DisableProfile", "rolesanywhere:EnableProfile"})
    fences = frozenset({"rolesanywhere:CreateProfile", "rolesanywhere:EnableProfile", "rolesanywhere:UpdateProfile"})
    creates = frozenset({"aws:rolesanywhere/profile:Profile"})
    # The anchor's cut has to know the roles that profiles offer, and ends their sessions.
    after = frozenset({KindId("aws.rolesanywhere_trust_anchor")})
    blind = "Who holds certificates: the trust anchors tell that; sessions that the profile gave, which the cut of the anchor or of the role's trust ends."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every profile of the region, switched on or off."""
        profiles = reader.read("rolesanywhere:ListProfiles")
        for profile, tags in fan.each(lambda profile: (profile, _anywhere.tags(reader, str(profile["profileArn"]))), profiles):
            roles = [str(role).rsplit("/", 1)[-1] for role in cast("list[str]", profile.get("roleArns") or [])]
            maker = str(profile.get("createdBy", ""))
            yield AccessPath(
                kind=self.id,
                id=str(profile["profileArn"]),
                scope=reader.scope,
                holder=f"every certificate of a trust anchor of {reader.scope}",
                allows=f"become {', '.join(roles) or 'no role'} through profile {profile['name']}",
                clues=tuple(dict.fromkeys((*tags, *(_clues.of_arn(maker) if maker else ()), (Clue.NAME, str(profile["name"]))))),
                detail={"profile_id": profile["profileId"], "name": profile["name"], "roles": profile.get("roleArns", []), "enabled": profile["enabled"]},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The switch."""
        answer = reader.get("rolesanywhere:GetProfile", profileId=path.detail["profile_id"])
        return {"enabled": cast("Json", answer["profile"])["enabled"]} if answer else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the profile's own."""
        return f"profile {path.detail['name']} is disabled; undone by enabling it"

    def delete_effect(self, path: AccessPath, /) -> str:
        """A profile made anew gets another id."""
        return f"profile {path.detail['name']} is deleted; one made anew has another id, which every machine that names it would have to learn"

    def is_off(self, state: Json, /) -> bool:
        """Off gives no new session."""
        return not state["enabled"]

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Disable."""
        yield writer.write("rolesanywhere:DisableProfile", profileId=path.detail["profile_id"])

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Enable."""
        yield writer.write("rolesanywhere:EnableProfile", profileId=path.detail["profile_id"])

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("rolesanywhere:DeleteProfile", profileId=path.detail["profile_id"], missing_ok=True)


KIND: Kind = RolesAnywhereProfile()
