"""Certificates that have come in through IAM Roles Anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _anywhere, _people, _sessions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader


class RolesAnywhereSubject(Item):
    """One subject that was seen. No call ends one certificate: the authority revokes it and its list is imported, or the anchor goes."""

    id = KindId("aws.rolesanywhere_subject")
    title = "Certificate seen by Roles Anywhere"
    row = "A11"
    source = "https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_ListSubjects.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = Lag(
        settle_s=_sessions.SETTLE_S, survives_s=12 * 3600, source="https://docs.aws.amazon.com/rolesanywhere/latest/userguide/revocation.html (read 2026-11-22)"
    )
    reads = frozenset({"rolesanywhere:GetSubject", "rolesanywhere:ListSubjects", "rolesanywhere:ListTagsForResource", "rolesanywhere:ListTrustAnchors"})
    writes: frozenset[str] = frozenset()
    fences = frozenset({"rolesanywhere:DeleteCrl", "rolesanywhere:DisableCrl", "rolesanywhere:UpdateCrl"})
    creates: frozenset[str] = frozenset()
    after = frozenset({KindId("aws.rolesanywhere_trust_anchor")})
    blind = "Certificates that have not been used yet; which of several machines with one subject came in."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every subject that may still come in: its certificate is not known as revoked, and an enabled anchor knows its issuer."""
        anchors = _Anchors(reader)
        subjects = (str(item["subjectId"]) for item in reader.read("rolesanywhere:ListSubjects"))
        for answer in fan.each(lambda subject: reader.get("rolesanywhere:GetSubject", subjectId=subject), subjects):
            if answer is None or not (found := _open(cast("Json", answer["subject"]), anchors)):
                continue
            subject = cast("Json", answer["subject"])
            yield AccessPath(
                kind=self.id,
                id=str(subject["subjectArn"]),
                scope=reader.scope,
                holder=str(subject["x509Subject"]),
                allows="become a role of a Roles Anywhere profile",
                clues=tuple(dict.fromkeys((*_people.mails(str(subject["x509Subject"])), *anchors.clues(found), (Clue.NAME, str(subject["x509Subject"]))))),
                detail={
                    "subject_id": subject["subjectId"],
                    "last_seen": subject.get("lastSeenAt"),
                    "certificates": [{"serial": one.get("serialNumber"), "issuer": one.get("issuer")} for one in found],
                },
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The certificates of the subject that may still come in; None when there is none left."""
        answer = reader.get("rolesanywhere:GetSubject", subjectId=path.detail["subject_id"])
        found = _open(cast("Json", answer["subject"]), _Anchors(reader)) if answer else []
        return {"serials": sorted(str(one.get("serialNumber")) for one in found)} if found else None

    def manual_effect(self, path: AccessPath, /) -> str:
        """Only the authority can say that a certificate is void."""
        serials = ", ".join(str(one["serial"]) for one in cast("list[Json]", path.detail["certificates"]))
        return (
            f"whoever runs the authority revokes the certificates {serials} of {path.holder} and imports the list (rolesanywhere ImportCrl), or disables the trust "
            f"anchor; the certificate then shows as disabled at its next try, or its anchor does"
        )


class _Anchors:
    """The enabled authorities, by subject."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, str] = {}
        self._unread = False
        for anchor in reader.read("rolesanywhere:ListTrustAnchors"):
            if not anchor["enabled"]:
                continue
            data = cast("Json", cast("Json", anchor["source"]).get("sourceData") or {})
            found = _anywhere.subjects(str(data.get("x509CertificateData", "")))
            self._unread |= not found
            self._known |= {_parts(name): str(anchor["trustAnchorArn"]) for name in found}

    def knows(self, issuer: object) -> bool:
        """True when an enabled anchor is this issuer, or may be: a private CA of ACM does not show its name here."""
        return self._unread or _parts(str(issuer)) in self._known

    def clues(self, certificates: list[Json]) -> Iterator[tuple[Clue, str]]:
        """The tags of the anchors that issued them."""
        for arn in {self._known.get(_parts(str(certificate.get("issuer")))) for certificate in certificates}:
            yield from _anywhere.tags(self._reader, arn) if arn else ()


def _open(subject: Json, anchors: _Anchors) -> list[Json]:
    return [one for one in cast("list[Json]", subject.get("credentials") or []) if one.get("enabled", True) and anchors.knows(one.get("issuer"))]


def _parts(name: str) -> str:
    # The same name is written in either order, with and without blanks.
    return ",".join(sorted(part.strip().lower() for part in name.split(",")))


KIND: Kind = RolesAnywhereSubject()
