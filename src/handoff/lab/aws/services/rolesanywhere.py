"""IAM Roles Anywhere: trust anchors, profiles, and the subjects that were seen. Its data plane, which certificates open, is not here."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class RolesAnywhere(StandIn):
    """A certificate that is given as a tag `seen` of an anchor's own making stands for one that came in: there is nobody here to come in."""

    service = "rolesanywhere"

    def CreateTrustAnchor(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Off unless it is asked to be on."""
        made = self._add("trust-anchor", "trustAnchor", p, name=p["name"], source=p["source"], enabled=p.get("enabled", False))
        for seen in (tag["value"] for tag in p.get("tags") or [] if tag["key"] == "seen"):
            self._see(seen, str(p["source"]["sourceData"].get("x509CertificateData", "")))
        return {"trustAnchor": made}

    def ListTrustAnchors(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the region."""
        del p
        return {"trustAnchors": list(self.table("trust-anchor").values())}

    def GetTrustAnchor(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One."""
        return {"trustAnchor": self._one("trust-anchor", p["trustAnchorId"])}

    def EnableTrustAnchor(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """On."""
        return {"trustAnchor": self._switch("trust-anchor", p["trustAnchorId"], on=True)}

    def DisableTrustAnchor(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Off."""
        return {"trustAnchor": self._switch("trust-anchor", p["trustAnchorId"], on=False)}

    def DeleteTrustAnchor(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Gone."""
        self._one("trust-anchor", p["trustAnchorId"])
        return {"trustAnchor": self.table("trust-anchor").pop(p["trustAnchorId"])}

    def CreateProfile(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Off unless it is asked to be on."""
        made = self._add("profile", "profile", p, name=p["name"], roleArns=p["roleArns"], enabled=p.get("enabled", False), createdBy=self.account.id)
        return {"profile": made}

    def ListProfiles(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the region."""
        del p
        return {"profiles": list(self.table("profile").values())}

    def GetProfile(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One."""
        return {"profile": self._one("profile", p["profileId"])}

    def EnableProfile(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """On."""
        return {"profile": self._switch("profile", p["profileId"], on=True)}

    def DisableProfile(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Off."""
        return {"profile": self._switch("profile", p["profileId"], on=False)}

    def DeleteProfile(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Gone."""
        self._one("profile", p["profileId"])
        return {"profile": self.table("profile").pop(p["profileId"])}

    def ListSubjects(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Without their certificates."""
        del p
        return {"subjects": [{name: value for name, value in one.items() if name != "credentials"} for one in self.table("subject").values()]}

    def GetSubject(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """With its certificates."""
        return {"subject": self._one("subject", p["subjectId"])}

    def ListTagsForResource(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """As they were given when the thing was made."""
        return {"tags": self.table("tags").get(p["resourceArn"], [])}

    def _add(self, kind: str, prefix: str, p: Mapping[str, Any], **more: object) -> dict[str, Any]:
        id_, now = str(uuid.uuid4()), _now()
        arn = f"arn:aws:rolesanywhere:{self.account.region}:{self.account.id}:{kind}/{id_}"
        self.table(kind)[id_] = {f"{prefix}Id": id_, f"{prefix}Arn": arn, "createdAt": now, "updatedAt": now, **more}
        self.table("tags")[arn] = p.get("tags") or []
        return dict(self.table(kind)[id_])

    def _see(self, subject: str, bundle: str) -> None:
        from cryptography import x509

        issuer = x509.load_pem_x509_certificate(bundle.encode()).subject.rfc4514_string()
        id_, now = str(uuid.uuid4()), _now()
        self.table("subject")[id_] = {
            "subjectId": id_,
            "subjectArn": f"arn:aws:rolesanywhere:{self.account.region}:{self.account.id}:subject/{id_}",
            "enabled": True,
            "x509Subject": subject,
            "lastSeenAt": now,
            "createdAt": now,
            "updatedAt": now,
            "credentials": [{"seenAt": now, "serialNumber": str(uuid.uuid4().int)[:12], "issuer": issuer, "enabled": True, "failed": False}],
        }

    def _one(self, kind: str, id_: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self.table(kind).get(id_)
        if found is None:
            raise Fault("ResourceNotFoundException", f"no {kind} {id_}", status=404)
        return found

    def _switch(self, kind: str, id_: str, *, on: bool) -> dict[str, Any]:
        found = self._one(kind, id_)
        found |= {"enabled": on, "updatedAt": _now()}
        return found


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()


STAND_IN = RolesAnywhere
