"""Old versions of managed policies that allow more than the version in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _people, _policy, _sessions, _versions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class PolicyVersion(Item):
    """One managed policy of the account with versions that are not in force and allow more than the one that is.

    Whoever may call SetDefaultPolicyVersion brings such a version back by one call that creates nothing. It is of use to the principals that the
    policy is attached to, so they are the holders; a policy attached to nobody is the account owner's.
    """

    id = KindId("aws.policy_version")
    title = "Old policy version that allows more than the one in force"
    row = "A12"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    lag = Lag(
        settle_s=_sessions.SETTLE_S,
        survives_s=0,
        source="https://hackingthe.cloud/aws/post_exploitation/iam_persistence_eventual_consistency/ (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {
        "iam:GetAccountAuthorizationDetails",
        "iam:ListEntitiesForPolicy",
        "iam:ListPolicyTags",
        "iam:ListPolicyVersions",
        "iam:GetPolicyVersion",
        "iam:GetPolicy",
    }
    writes = frozenset({"iam:DeletePolicyVersion"})
    fences = frozenset({"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"})
    creates = frozenset({"aws:iam/policy:Policy"})
    blind = "Boundaries that were loosened and policies that were rewritten without leaving a version; old versions that allow more only through a condition's values."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every policy of the account that has such versions."""
        marks = _people.Marks(reader)
        policies = (cast("Json", item["Policies"]) for item in reader.read("iam:GetAccountAuthorizationDetails", Filter=["LocalManagedPolicy"]))
        stronger = ((policy, found) for policy in policies if (found := _stronger(policy)))
        for (policy, found), clues in fan.each(lambda pair: (pair, _clues(reader, pair[0], marks)), stronger):
            yield AccessPath(
                kind=self.id,
                id=str(policy["PolicyId"]),
                scope=reader.scope,
                holder=f"who has policy {policy['PolicyName']} and may set its default version",
                allows=f"bring back {', '.join(found)} of policy {policy['PolicyName']}, which allow more than the version in force",
                clues=clues,
                detail={"arn": policy["Arn"], "name": policy["PolicyName"], "versions": found},
                mints=("iam:SetDefaultPolicyVersion",),
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The old versions' documents, so that one can be looked up after it is gone."""
        policy = reader.get("iam:GetPolicy", PolicyArn=path.detail["arn"])
        # A policy made anew under the old name is another policy.
        if policy is None or cast("Json", policy["Policy"])["PolicyId"] != path.id:
            return None
        wanted = cast("list[str]", path.detail["versions"])
        there = [str(one["VersionId"]) for one in reader.read("iam:ListPolicyVersions", PolicyArn=path.detail["arn"]) if not one["IsDefaultVersion"]]
        found = {version: self._document(reader, path, version) for version in wanted if version in there}
        return {"arn": path.detail["arn"], "versions": found} if found else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """Version numbers are never given again."""
        versions = ", ".join(cast("list[str]", path.detail["versions"]))
        return f"versions {versions} of policy {path.detail['name']} are deleted, the one in force stays; a document put back gets another number"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete each that is still there and still not in force."""
        state = self.image(writer, path) or {"versions": {}}
        for version in cast("Json", state["versions"]):
            yield writer.write("iam:DeletePolicyVersion", PolicyArn=path.detail["arn"], VersionId=version, missing_ok=True)

    def _document(self, reader: Reader, path: AccessPath, version: str) -> object:
        answer = reader.get("iam:GetPolicyVersion", PolicyArn=path.detail["arn"], VersionId=version)
        return cast("Json", answer["PolicyVersion"])["Document"] if answer else None


def _stronger(policy: Json) -> list[str]:
    versions = cast("list[Json]", policy.get("PolicyVersionList") or [])
    documents = {str(one["VersionId"]): _policy.parse(one["Document"], where=f"{policy['Arn']} {one['VersionId']}") for one in versions}
    force = next((str(one["VersionId"]) for one in versions if one["IsDefaultVersion"]), "")
    return [version for version in sorted(documents) if force and version != force and _versions.may_allow_more(documents[version], documents[force])]


def _clues(reader: Reader, policy: Json, marks: _people.Marks) -> tuple[tuple[Clue, str], ...]:
    found: list[tuple[Clue, str]] = []
    for item in reader.read("iam:ListEntitiesForPolicy", PolicyArn=policy["Arn"]):
        for list_name, kind, field in (("PolicyUsers", "user", "UserName"), ("PolicyRoles", "role", "RoleName")):
            if list_name in item:
                arn = f"arn:aws:iam::{reader.scope.id}:{kind}/{cast('Json', item[list_name])[field]}"
                found += [(Clue.AWS_ARN, arn), *marks.of(arn)]
    found += [(Clue.TAG, f"{tag['Key']}={tag['Value']}") for tag in reader.read("iam:ListPolicyTags", PolicyArn=policy["Arn"])]
    found.append((Clue.CLIENT_OWN, "the policy is the account owner's; only who has it and may set its default version can use an old one"))
    return tuple(dict.fromkeys(found))


KIND: Kind = PolicyVersion()
