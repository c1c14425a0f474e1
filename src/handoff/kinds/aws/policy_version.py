"""Old versions of managed policies that allow more than the version in force."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _people, _policy, _sessions, _versions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_OWN = (Clue.CLIENT_OWN, "the policy is the account owner's; only who has it and may set its default version can use an old one")


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
    reads = _people.READS | {"iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyTags", "iam:ListPolicyVersions"}
    writes = frozenset({"iam:DeletePolicyVersion"})
    fences = frozenset({"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"})
    creates = frozenset({"aws:iam/policy:Policy"})
    blind = "Boundaries that were loosened and policies that were rewritten without leaving a version; old versions that allow more only through a condition's values."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every policy of the account that has such versions."""
        stronger = [(policy, found) for policy in _people.policies(reader) if (found := _stronger(policy))]
        holders = _holders(reader, {str(policy["Arn"]) for policy, _ in stronger})
        for (policy, found), tags in fan.each(lambda pair: (pair, list(reader.read("iam:ListPolicyTags", PolicyArn=pair[0]["Arn"]))), stronger):
            yield AccessPath(
                kind=self.id,
                id=str(policy["PolicyId"]),
                scope=reader.scope,
                holder=f"who has policy {policy['PolicyName']} and may set its default version",
                allows=f"bring back {', '.join(found)} of policy {policy['PolicyName']}, which allow more than the version in force",
                clues=tuple(dict.fromkeys((*holders[str(policy["Arn"])], *((Clue.TAG, f"{tag['Key']}={tag['Value']}") for tag in tags), _OWN))),
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


def _holders(reader: Reader, arns: set[str]) -> defaultdict[str, list[tuple[Clue, str]]]:
    """Who has each of these policies, themselves or through a group."""
    found: defaultdict[str, list[tuple[Clue, str]]] = defaultdict(list)
    if not arns:
        return found
    of_group = {str(group["GroupName"]): _attached(group) & arns for group in _people.groups(reader)}
    for user in _people.users(reader):
        through = (of_group.get(group, frozenset()) for group in cast("list[str]", user.get("GroupList") or []))
        for arn in (_attached(user) & arns).union(*through):
            found[arn] += _people.clues(user)
    marks = _people.Marks(reader)
    for role in _people.roles(reader):
        for arn in _attached(role) & arns:
            found[arn] += [(Clue.AWS_ARN, str(role["Arn"])), *marks.of(str(role["Arn"]))]
    return found


def _attached(principal: Json) -> frozenset[str]:
    return frozenset(str(one["PolicyArn"]) for one in cast("list[Json]", principal.get("AttachedManagedPolicies") or []))


KIND: Kind = PolicyVersion()
