"""Trust anchors of IAM Roles Anywhere: certification authorities whose certificates open roles."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _anywhere, _clues, _sessions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class RolesAnywhereTrustAnchor(Item):
    """One authority. Whoever has its key makes certificates for any role of any profile that trusts Roles Anywhere.

    Switching an anchor off ends no session, and the roles trust the service, not the anchor; so the sessions of the roles that profiles name are
    cut as well, everybody's: other certificates begin anew.
    """

    id = KindId("aws.rolesanywhere_trust_anchor")
    title = "Roles Anywhere trust anchor"
    row = "A11"
    source = "https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_DisableTrustAnchor.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    lag = Lag(
        settle_s=_sessions.SETTLE_S,
        survives_s=12 * 3600,
        source="https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html (read 2026-11-22)",
    )
    reads = frozenset(
        {
            "iam:GetRole",
            "iam:GetRolePolicy",
            "rolesanywhere:GetTrustAnchor",
            "rolesanywhere:ListProfiles",
            "rolesanywhere:ListTagsForResource",
            "rolesanywhere:ListTrustAnchors",
        }
    )
    writes = frozenset(
        {
            "iam:DeleteRolePolicy",
            "iam:PutRolePolicy",
            "rolesanywhere:DeleteTrustAnchor",
            "rolesanywhere:DisableTrustAnchor",
            "rolesanywhere:EnableTrustAnchor",
        }
    )
    fences = frozenset({"rolesanywhere:CreateTrustAnchor", "rolesanywhere:EnableTrustAnchor", "rolesanywhere:UpdateTrustAnchor"})
    creates = frozenset({"aws:rolesanywhere/trustAnchor:TrustAnchor"})
    blind = "Who holds the authority's key; single certificates of an authority that stays, which a revocation list has to name; roles in a profile that was deleted since."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every anchor of the region, switched on or off."""
        anchors = reader.read("rolesanywhere:ListTrustAnchors")
        for anchor, tags in fan.each(lambda anchor: (anchor, _anywhere.tags(reader, str(anchor["trustAnchorArn"]))), anchors):
            source = cast("Json", anchor["source"])
            subject, found = _authority(source)
            yield AccessPath(
                kind=self.id,
                id=str(anchor["trustAnchorArn"]),
                scope=reader.scope,
                holder=f"whoever holds the key of {subject}",
                allows="become any role that a profile of Roles Anywhere offers",
                clues=tuple(dict.fromkeys((*tags, *found, (Clue.NAME, str(anchor["name"]))))),
                detail={
                    "anchor_id": anchor["trustAnchorId"],
                    "name": anchor["name"],
                    "source": source["sourceType"],
                    "subject": subject,
                    "enabled": anchor["enabled"],
                    "roles": _anywhere.roles(reader),
                },
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The switch, and the policies that cut the roles' sessions on behalf of this anchor."""
        answer = reader.get("rolesanywhere:GetTrustAnchor", trustAnchorId=path.detail["anchor_id"])
        if answer is None:
            return None
        return {"enabled": cast("Json", answer["trustAnchor"])["enabled"], "cuts": _anywhere.cuts(reader, path, _policy(path))}

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the anchor's own."""
        roles = ", ".join(str(role).rsplit("/", 1)[-1] for role in cast("list[str]", path.detail["roles"]))
        cut = f", and every session of {roles} that began before is refused" if roles else ""
        return f"trust anchor {path.detail['name']} is disabled{cut}; undone by enabling it and removing {_policy(path)}"

    def delete_effect(self, path: AccessPath, /) -> str:
        """An anchor made anew gets another id."""
        return f"trust anchor {path.detail['name']} is deleted; one made anew has another id, which trusts with a condition on it would not know"

    def is_off(self, state: Json, /) -> bool:
        """Off, with every role's sessions cut: a first try may have been killed in between."""
        return not state["enabled"] and None not in cast("Json", state["cuts"]).values()

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Anchor first, sessions second: a session begun in between is then older than the cut."""
        yield writer.write("rolesanywhere:DisableTrustAnchor", trustAnchorId=path.detail["anchor_id"])
        yield from _anywhere.cut(writer, path, _policy(path), at)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Both as they were."""
        yield from _anywhere.put_back(writer, path, _policy(path), cast("Json", before["cuts"]))
        if before["enabled"]:
            yield writer.write("rolesanywhere:EnableTrustAnchor", trustAnchorId=path.detail["anchor_id"])

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete; the policies stay, for the sessions that they stop may be younger."""
        yield writer.write("rolesanywhere:DeleteTrustAnchor", trustAnchorId=path.detail["anchor_id"], missing_ok=True)


def _authority(source: Json) -> tuple[str, list[tuple[Clue, str]]]:
    data = cast("Json", source.get("sourceData") or {})
    if data.get("acmPcaArn"):
        arn = str(data["acmPcaArn"])
        return arn, list(_clues.of_arn(arn))
    return _anywhere.subject(str(data.get("x509CertificateData", "")))


def _policy(path: AccessPath) -> str:
    # Each anchor has its own policy, so that undoing one cut leaves the other.
    return f"{_sessions.POLICY}-{hashlib.sha256(path.id.encode()).hexdigest()[:12]}"


KIND: Kind = RolesAnywhereTrustAnchor()
