"""Groups, members and conditional access policies through their whole life, against the stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pytest

from handoff.lab import identities
from handoff.lab.provider import lifecycle
from handoff.lab.provider.connect import Connections
from handoff.lab.provider.known import package
from handoff.lab.provider.record import EmulatorError, Properties

GROUP = "azuread:index/group:Group"
MEMBER = "azuread:index/groupMember:GroupMember"
POLICY = "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy"
AUDITOR = identities.CLIENT_PRINCIPALS_AZURE["auditor"]
ADMIN = identities.CLIENT_PRINCIPALS_AZURE["acme-admin"]


class Lab(Protocol):
    env: Mapping[str, str]


@pytest.fixture
def ctx(lab: Lab) -> Connections:
    return Connections({}, lab.env)


def create(ctx: Connections, token: str, **inputs: Any) -> tuple[str, Properties, Properties]:
    record = package("azuread").records[token]
    checked = lifecycle.check(ctx, record, lifecycle.Draft(name="one", news=inputs, olds={}))
    assert not checked.failures, checked.failures
    resource_id, state = lifecycle.create(ctx, record, checked.inputs)
    return resource_id, checked.inputs, state


def update(ctx: Connections, token: str, resource_id: str, old: Properties, state: Properties, /, **changes: Any) -> tuple[str, Properties, Properties]:
    news = {key: value for key, value in {**old, **changes}.items() if value is not None}
    return resource_id, news, lifecycle.update(ctx, package("azuread").records[token], resource_id, old, state, news)


def refresh(ctx: Connections, token: str, resource_id: str, inputs: Properties, state: Properties) -> tuple[Properties, Properties] | None:
    return lifecycle.read(ctx, package("azuread").records[token], resource_id, inputs, state)


def inputs_now(ctx: Connections, token: str, made: tuple[str, Properties, Properties]) -> Properties:
    found = refresh(ctx, token, *made)
    assert found is not None
    return found[0]


def delete(ctx: Connections, token: str, made: tuple[str, Properties, Properties]) -> None:
    lifecycle.delete(ctx, package("azuread").records[token], made[0], made[2])
    assert refresh(ctx, token, *made) is None


def test_group_and_member(ctx: Connections) -> None:
    group = create(ctx, GROUP, displayName="records: operators", description="who operates", securityEnabled=True, preventDuplicateNames=True)
    object_id = group[2]["objectId"]
    assert group[0] == f"/groups/{object_id}"
    member = create(ctx, MEMBER, groupObjectId=object_id, memberObjectId=AUDITOR)
    assert member[0] == f"{object_id}/member/{AUDITOR}"
    assert inputs_now(ctx, MEMBER, member) == member[1]
    assert inputs_now(ctx, GROUP, group) == group[1]
    assert inputs_now(ctx, MEMBER, (member[0], {}, {})) == member[1]
    group = update(ctx, GROUP, *group, description=None)
    assert inputs_now(ctx, GROUP, group) == group[1]
    assert "description" not in group[1]
    ctx.graph.request("PATCH", f"/v1.0/groups/{object_id}", {"displayName": "changed by others"})
    assert inputs_now(ctx, GROUP, group)["displayName"] == "changed by others"
    delete(ctx, MEMBER, member)
    delete(ctx, GROUP, group)


def test_a_second_group_of_the_name_is_refused_where_the_program_says_so(ctx: Connections) -> None:
    first = create(ctx, GROUP, displayName="records: o'clock", securityEnabled=True)
    with pytest.raises(EmulatorError, match=r"DuplicateName.*o'clock"):
        create(ctx, GROUP, displayName="records: o'clock", securityEnabled=True, preventDuplicateNames=True)
    second = create(ctx, GROUP, displayName="records: o'clock", securityEnabled=True)
    delete(ctx, GROUP, first)
    delete(ctx, GROUP, second)


def test_members_that_the_group_lists_itself(ctx: Connections) -> None:
    group = create(ctx, GROUP, displayName="records: listed", securityEnabled=True, members=[AUDITOR])
    group = update(ctx, GROUP, *group, members=[ADMIN])
    assert group[2]["members"] == [ADMIN]
    ctx.graph.request(
        "POST", f"/v1.0/groups/{group[2]['objectId']}/members/$ref", {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{AUDITOR}"}
    )
    assert sorted(inputs_now(ctx, GROUP, group)["members"]) == sorted([ADMIN, AUDITOR])
    delete(ctx, GROUP, group)


def test_policy(ctx: Connections) -> None:
    conditions = {"clientAppTypes": ["all"], "applications": {"includedApplications": ["All"]}, "users": {"includedUsers": ["All"], "excludedGroups": []}}
    policy = create(
        ctx,
        POLICY,
        displayName="records: second factor",
        state="enabledForReportingButNotEnforced",
        conditions=conditions,
        grantControls={"operator": "OR", "builtInControls": ["mfa"]},
    )
    policy_path = f"/v1.0{policy[0]}"
    wire = ctx.graph.request("GET", policy_path)
    assert wire["conditions"]["users"]["includeUsers"] == ["All"]
    assert inputs_now(ctx, POLICY, policy) == policy[1]
    policy = update(ctx, POLICY, *policy, state="enabled")
    assert inputs_now(ctx, POLICY, policy) == policy[1]
    ctx.graph.request("PATCH", policy_path, {"state": "disabled"})
    assert inputs_now(ctx, POLICY, policy)["state"] == "disabled"
    delete(ctx, POLICY, policy)


def test_an_id_that_is_none_is_named(ctx: Connections) -> None:
    with pytest.raises(EmulatorError, match="InvalidId"):
        refresh(ctx, MEMBER, "nonsense", {}, {})


def test_every_type_of_the_package_is_tested_here() -> None:
    assert set(package("azuread").records) == {GROUP, MEMBER, POLICY}
