"""Assignments of Identity Center: who gets which permission set in which account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.errors import CloudError
from handoff.kinds.aws import _directory
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.kinds.aws._directory import Found, Instance
    from handoff.model import Json, Kind, Reader, Receipt, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Principals:
    """What is known of the users and groups of an identity store, by id."""

    names: dict[str, str]
    clues: dict[str, tuple[Found, ...]]


class SsoAssignment(Item):
    """One user or group, one permission set, one account."""

    id = KindId("aws.sso_assignment")
    title = "Identity Center assignment"
    row = "A14"
    source = "https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DeleteAccountAssignment.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = Lag(settle_s=60, survives_s=12 * 3600, source=_directory.LAG_SOURCE)
    reads = (
        _directory.READS
        | _directory.MEMBER_READS
        | {
            "sso-admin:DescribePermissionSet",
            "sso-admin:ListAccountAssignments",
            "sso-admin:ListAccountAssignmentsForPrincipal",
            "sso-admin:ListAccountsForProvisionedPermissionSet",
            "sso-admin:ListPermissionSets",
        }
    )
    writes = frozenset({"sso-admin:CreateAccountAssignment", "sso-admin:DeleteAccountAssignment"})
    fences = frozenset({"sso:CreateAccountAssignment", "sso:CreatePermissionSet", "sso:ProvisionPermissionSet", "sso:PutInlinePolicyToPermissionSet"})
    creates = frozenset({"aws:ssoadmin/accountAssignment:AccountAssignment"})
    blind = (
        f"{_directory.ELSEWHERE} Assignments of applications; role sessions that began before, which live up to 12 hours unless the permission set or an "
        f"organization's policy refuses them (A7 lists them)."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every assignment of every permission set of every instance of the region, in whatever account."""
        for instance in _directory.instances(reader):
            principals = _principals(reader, instance)
            sets = (str(item["PermissionSets"]) for item in reader.read("sso-admin:ListPermissionSets", InstanceArn=instance.arn))
            for name, assignments in fan.each(lambda arn, instance=instance: _assignments(reader, instance, arn), sets):  # type: ignore[misc]
                for assignment in assignments:
                    yield self._path(reader, instance, name, assignment, principals)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The assignment, asked by its principal."""
        asked = path.detail
        listed = reader.read(
            "sso-admin:ListAccountAssignmentsForPrincipal",
            InstanceArn=asked["instance"],
            PrincipalId=asked["principal_id"],
            PrincipalType=asked["principal_type"],
            Filter={"AccountId": asked["account"]},
        )
        # Asked by a user, the groups' assignments come along.
        wanted = (asked["account"], asked["permission_set"], asked["principal_id"])
        there = any((one["AccountId"], one["PermissionSetArn"], one["PrincipalId"]) == wanted for one in listed)
        return {name: asked[name] for name in ("account", "permission_set", "principal_type", "principal_id")} if there else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Assigned again it is the same."""
        return f"{path.holder} no longer gets {path.detail['name']} in account {path.detail['account']}; undone by assigning it again"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Take the assignment away."""
        yield self._change(writer, path, "Delete")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Assign again."""
        yield self._change(writer, path, "Create")

    def _change(self, writer: Writer, path: AccessPath, how: str) -> Receipt:
        op = f"sso-admin:{how}AccountAssignment"
        receipt, answer = writer.write_for(
            op,
            InstanceArn=path.detail["instance"],
            TargetId=path.detail["account"],
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=path.detail["permission_set"],
            PrincipalType=path.detail["principal_type"],
            PrincipalId=path.detail["principal_id"],
        )
        status = next((value for value in answer.values() if isinstance(value, dict)), {})
        if status.get("Status") == "FAILED":
            raise CloudError(f"{op}: {status.get('FailureReason', 'failed')}")
        return receipt

    def _path(self, reader: Reader, instance: Instance, name: str, assignment: Json, principals: _Principals) -> AccessPath:
        principal, account = str(assignment["PrincipalId"]), str(assignment["AccountId"])
        return AccessPath(
            kind=self.id,
            id=f"{assignment['PermissionSetArn']}#{account}#{assignment['PrincipalType']}:{principal}",
            scope=reader.scope,
            holder=f"{str(assignment['PrincipalType']).lower()} {principals.names.get(principal, principal)}",
            allows=f"{name} in account {account}",
            clues=principals.clues.get(principal, ((Clue.DELETED, f"Identity Center knows no {principal} any more"),)),
            detail={
                "instance": instance.arn,
                "permission_set": assignment["PermissionSetArn"],
                "name": name,
                "account": account,
                "principal_type": assignment["PrincipalType"],
                "principal_id": principal,
            },
        )


def _principals(reader: Reader, instance: Instance) -> _Principals:
    users = _directory.users(reader, instance.store)
    names = {user_id: _directory.name_of(user, user_id) for user_id, user in users.items()}
    clues = {user_id: _directory.clues(user, user_id) for user_id, user in users.items()}
    for group, memberships in _directory.groups(reader, instance.store):
        members = [str(cast("Json", membership["MemberId"])["UserId"]) for membership in memberships]
        group_id, name = str(group["GroupId"]), str(group.get("DisplayName") or group["GroupId"])
        names[group_id] = name
        clues[group_id] = (*_directory.group_clues([clues.get(member, ()) for member in members]), (Clue.NAME, name))
    return _Principals(names=names, clues=clues)


def _assignments(reader: Reader, instance: Instance, permission_set: str) -> tuple[str, list[Json]]:
    named = {"InstanceArn": instance.arn, "PermissionSetArn": permission_set}
    accounts = [str(item["AccountIds"]) for item in reader.read("sso-admin:ListAccountsForProvisionedPermissionSet", **named)]
    found = [one for account in accounts for one in reader.read("sso-admin:ListAccountAssignments", **named, AccountId=account)]
    described = reader.get("sso-admin:DescribePermissionSet", **named) if found else None
    return str(cast("Json", described["PermissionSet"])["Name"]) if described else permission_set, found


KIND: Kind = SsoAssignment()
