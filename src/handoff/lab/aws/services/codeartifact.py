"""CodeArtifact: domains, repositories and the policies of both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from handoff.lab.aws.services import _letting_in
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Codeartifact(StandIn):
    """Describing a domain or a repository of another account is enforced by its policy; packages there are none."""

    service = "codeartifact"

    def CreateDomain(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A domain of the caller's account."""
        if p["domain"] in self.table("domains"):
            raise Fault("ConflictException", "the domain exists", status=409)
        arn = f"arn:aws:codeartifact:{self.account.region}:{self.account.id}:domain/{p['domain']}"
        made = {"name": p["domain"], "owner": self.account.id, "arn": arn, "status": "Active", "createdTime": datetime.now(UTC).isoformat()}
        self.table("domains")[p["domain"]] = made
        return {"domain": made}

    def ListDomains(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account."""
        del p
        return {"domains": list(self.table("domains").values())}

    def DescribeDomain(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One domain, of another account too where its policy says so."""
        there = self._owner(p)
        found = there.table("domains").get(p["domain"])
        document = there.table("policies").get(found["arn"], {}).get("document") if found else None
        resource = f"arn:aws:codeartifact:{self.account.region}:{there.account.id}:domain/{p['domain']}"
        _letting_in.check(self.account, there.account.id, document, "codeartifact:DescribeDomain", resource)
        return {"domain": _there(found)}

    def CreateRepository(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A repository in a domain of the account."""
        domain = _there(self.table("domains").get(p["domain"]))
        arn = f"{domain['arn'].replace(':domain/', ':repository/')}/{p['repository']}"
        made = {
            "name": p["repository"],
            "administratorAccount": self.account.id,
            "domainName": p["domain"],
            "domainOwner": self.account.id,
            "arn": arn,
            "createdTime": datetime.now(UTC).isoformat(),
        }
        self.table("repositories")[arn] = made
        return {"repository": made}

    def ListRepositories(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account."""
        del p
        return {"repositories": list(self.table("repositories").values())}

    def DescribeRepository(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One repository, of another account too where its policy says so."""
        there = self._owner(p)
        arn = there.repository_arn(p)
        document = there.table("policies").get(arn, {}).get("document")
        _letting_in.check(self.account, there.account.id, document, "codeartifact:DescribeRepository", arn)
        return {"repository": _there(there.table("repositories").get(arn))}

    def GetDomainPermissionsPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy; not-found when there is none."""
        return {"policy": _there(self.table("policies").get(self._domain_arn(p)))}

    def PutDomainPermissionsPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it, unless the revision is another."""
        return {"policy": self._put(self._domain_arn(p), p)}

    def DeleteDomainPermissionsPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it."""
        return {"policy": _there(self.table("policies").pop(self._domain_arn(p), None))}

    def GetRepositoryPermissionsPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy; not-found when there is none."""
        return {"policy": _there(self.table("policies").get(self.repository_arn(p)))}

    def PutRepositoryPermissionsPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it, unless the revision is another."""
        _there(self.table("repositories").get(self.repository_arn(p)))
        return {"policy": self._put(self.repository_arn(p), p)}

    def DeleteRepositoryPermissionsPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it."""
        return {"policy": _there(self.table("policies").pop(self.repository_arn(p), None))}

    def repository_arn(self, p: Mapping[str, Any]) -> str:
        """Of a repository in this account."""
        return f"arn:aws:codeartifact:{self.account.region}:{self.account.id}:repository/{p['domain']}/{p['repository']}"

    def _domain_arn(self, p: Mapping[str, Any]) -> str:
        return str(_there(self.table("domains").get(p["domain"]))["arn"])

    def _put(self, arn: str, p: Mapping[str, Any]) -> Mapping[str, Any]:
        now = self.table("policies").get(arn, {}).get("revision")
        if p.get("policyRevision", now) != now:
            raise Fault("ConflictException", "the policy was changed in the meantime", status=409)
        made = {"resourceArn": arn, "revision": uuid4().hex, "document": p["policyDocument"]}
        self.table("policies")[arn] = made
        return made

    def _owner(self, p: Mapping[str, Any]) -> Codeartifact:
        return Codeartifact(self.account.elsewhere(str(p.get("domainOwner") or self.account.id)))


def _there(found: Any) -> Any:  # noqa: ANN401 - a record
    if found is None:
        raise Fault("ResourceNotFoundException", "there is no such thing", status=404)
    return found


STAND_IN = Codeartifact
