"""Grants to another party end with the contract by construction, are the only way in, and never reach the client's own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
import yaml

from tests.stacks.estate import ROOT

if TYPE_CHECKING:
    from tests.stacks.estate import Estate, Made, Run

LAST_DAY = datetime(2027, 3, 31, 12, tzinfo=UTC)
DAY_AFTER = LAST_DAY + timedelta(days=1)
PROVIDER = {"aws:CurrentTime": LAST_DAY, "sts:ExternalId": "acme-nimbus-2026"}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _instant(value: str) -> datetime:
    return datetime.fromisoformat(value.replace("Z", "+00:00"))


_OPERATORS: Mapping[str, Callable[[Any, list[Any]], bool]] = {
    "StringEquals": lambda have, want: have in want,
    "ArnLike": lambda have, want: any(fnmatchcase(have or "", one) for one in want),
    "Bool": lambda have, want: str(have).lower() in want,
    "DateLessThan": lambda have, want: all(have < _instant(one) for one in want),
}


def _holds(statement: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
    return all(
        _OPERATORS[operator](context.get(key), _as_list(want)) for operator, block in statement.get("Condition", {}).items() for key, want in block.items()
    )


def _decide(policy: str, action: str, context: Mapping[str, Any], *, resource: str = "*", principal: str | None = None) -> bool:
    """AWS's rule for one document: an explicit deny wins, and without an allow nothing is allowed."""
    verdict = False
    for statement in json.loads(policy)["Statement"]:
        if principal is not None and principal not in _as_list(statement["Principal"].get("AWS", [])):
            continue
        if not any(fnmatchcase(action, one) for one in _as_list(statement["Action"])):
            continue
        if not any(fnmatchcase(resource, one) for one in _as_list(statement.get("Resource", "*"))):
            continue
        if _holds(statement, context):
            if statement["Effect"] == "Deny":
                return False
            verdict = True
    return verdict


def _provider_roles(estate: Estate) -> list[Made]:
    return [one for one in estate.of("aws:iam/role:Role") if one.inputs["tags"].get("handoff:party") == "provider"]


def test_there_is_a_role_per_grant(acme: Estate) -> None:
    assert {one.inputs["tags"]["handoff:grant"] for one in _provider_roles(acme)} == {"operate", "monitor"}


def test_trust_ends_with_the_contract(acme: Estate) -> None:
    for role in _provider_roles(acme):
        trust = role.inputs["assumeRolePolicy"]
        provider = "arn:aws:iam::222222222222:root"
        assert _decide(trust, "sts:AssumeRole", PROVIDER, principal=provider)
        assert not _decide(trust, "sts:AssumeRole", PROVIDER | {"aws:CurrentTime": DAY_AFTER}, principal=provider)
        assert not _decide(trust, "sts:AssumeRole", PROVIDER | {"sts:ExternalId": "guessed"}, principal=provider)
        assert not _decide(trust, "sts:AssumeRole", PROVIDER, principal="arn:aws:iam::999999999999:root")
        assert role.inputs["maxSessionDuration"] == 3600


def test_boundary_ends_with_the_contract_and_guards_the_client(acme: Estate) -> None:
    for role in _provider_roles(acme):
        assert role.inputs["permissionsBoundary"] == f"arn:of:aws:iam/policy:Policy:{role.name}-boundary"
        limit = acme.one("aws:iam/policy:Policy", f"{role.name}-boundary").inputs["policy"]
        assert _decide(limit, "ec2:DescribeInstances", PROVIDER)
        assert not _decide(limit, "ec2:DescribeInstances", {"aws:CurrentTime": DAY_AFTER})
        client_role = "arn:aws:iam::111111111111:role/acme-health-prod-breakglass"
        blinding = ("cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "logs:DeleteMetricFilter", "cloudwatch:DeleteAlarms", "ec2:DeleteFlowLogs")
        for action in ("kms:ScheduleKeyDeletion", "kms:CreateGrant", *blinding):
            assert not _decide(limit, action, PROVIDER)
        for action in ("iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePermissionsBoundary"):
            assert not _decide(limit, action, PROVIDER, resource=client_role)


def test_reader_reads_no_data_and_operator_does(acme: Estate) -> None:
    found = {name: acme.one("aws:iam/policy:Policy", f"provider-{name}").inputs["policy"] for name in ("operate", "monitor")}
    item = "arn:aws:s3:::acme-health-prod-records-111111111111/a"
    assert _decide(found["operate"], "s3:GetObject", PROVIDER, resource=item)
    assert not _decide(found["operate"], "s3:GetObject", PROVIDER, resource="arn:aws:s3:::acme-health-prod-audit-111111111111/a")
    assert not _decide(found["monitor"], "s3:GetObject", PROVIDER, resource=item)
    assert not _decide(found["operate"], "kms:ScheduleKeyDeletion", PROVIDER)


def test_key_is_the_clients_and_the_provider_has_a_grant(acme: Estate) -> None:
    policy = acme.one("aws:kms/key:Key", "data-key").inputs["policy"]
    client = {"aws:PrincipalArn": "arn:aws:iam::111111111111:user/acme-admin"}
    provider = {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/acme-health-prod-provider-operate"}
    statements = json.loads(policy)["Statement"]
    administers = next(one for one in statements if one["Sid"] == "ClientAdministers")
    assert _holds(administers, client)
    assert not _holds(administers, provider)
    assert next(one for one in statements if one["Sid"] == "ClientWorkloads")["Condition"] == {"Null": {"aws:PrincipalTag/handoff:party": "true"}}
    assert "222222222222" not in policy
    (grant,) = acme.of("aws:kms/grant:Grant")
    assert grant.inputs["granteePrincipal"] == "arn:of:aws:iam/role:Role:provider-operate"


def test_break_glass_is_the_clients_alone(acme: Estate) -> None:
    role = acme.one("aws:iam/role:Role", "breakglass")
    assert role.inputs["name"] == "acme-health-prod-breakglass"
    assert "handoff:party" not in role.inputs["tags"]
    trust, root = role.inputs["assumeRolePolicy"], "arn:aws:iam::111111111111:root"
    admin = {"aws:PrincipalArn": "arn:aws:iam::111111111111:user/acme-admin", "aws:MultiFactorAuthPresent": True}
    assert _decide(trust, "sts:AssumeRole", admin, principal=root)
    assert not _decide(trust, "sts:AssumeRole", admin | {"aws:MultiFactorAuthPresent": False}, principal=root)
    assert not _decide(
        trust, "sts:AssumeRole", admin | {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/acme-health-prod-provider-operate"}, principal=root
    )
    assert not _decide(trust, "sts:AssumeRole", admin, principal="arn:aws:iam::222222222222:root")


def _ends(expression: str) -> datetime:
    found = re.fullmatch(r'request\.time < timestamp\("([^"]+)"\)', expression)
    assert found, f"not the expected form, so its end is not known: {expression}"
    return _instant(found.group(1))


def test_every_google_binding_for_the_provider_ends(acme: Estate) -> None:
    tokens = ("gcp:projects/iAMMember:IAMMember", "gcp:serviceaccount/iAMMember:IAMMember", "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
    bindings = [one for token in tokens for one in acme.of(token) if "gs-project-accounts" not in one.inputs["member"]]
    assert len(bindings) > 6
    for one in bindings:
        end = _ends(one.inputs["condition"]["expression"])
        assert LAST_DAY < end < DAY_AFTER, one.name
        assert one.inputs["role"] not in {"roles/owner", "roles/editor", "roles/viewer"}, "Google takes no condition on a basic role"


def test_federation_trusts_exactly_the_subject(acme: Estate) -> None:
    for one in acme.of("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"):
        assert one.inputs["oidc"]["issuerUri"] == "https://token.actions.nimbus.example"
        assert one.inputs["attributeCondition"] == 'assertion.sub.startsWith("repo:nimbus/")'


def test_azure_delegation_writes_only_by_activation(acme: Estate) -> None:
    reader, deleter, contributor = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "91c1777a-f3dc-4fae-b103-61d183457e46", "b24988ac-6180-42a0-ab88-20f7382dd24c"
    for one in acme.of("azure-native:managedservices:RegistrationDefinition"):
        properties = one.inputs["properties"]
        assert properties["managedByTenantId"] == "22222222-2222-4222-8222-222222222222"
        assert {each["roleDefinitionId"] for each in properties["authorizations"]} == {reader, deleter}
        for each in properties.get("eligibleAuthorizations", []):
            assert each["roleDefinitionId"] == contributor
            assert each["justInTimeAccessPolicy"] == {"multiFactorAuthProvider": "Azure", "maximumActivationDuration": "PT4H"}
    monitor = acme.one("azure-native:managedservices:RegistrationDefinition", "provider-monitor")
    assert "eligibleAuthorizations" not in monitor.inputs["properties"]
    operate = acme.one("azure-native:managedservices:RegistrationDefinition", "provider-operate")
    assert operate.inputs["properties"]["eligibleAuthorizations"]


def _without_grants(folder: Path, **changes: Any) -> Path:
    spec = yaml.safe_load((ROOT / "engagements/acme-health.yaml").read_text(encoding="utf-8"))
    path = folder / "spec.yaml"
    path.write_text(yaml.safe_dump(spec | {"access": []} | changes), encoding="utf-8")
    return path


def test_no_grant_no_path(run: Run, tmp_path: Path, acme: Estate) -> None:
    estate = run(_without_grants(tmp_path), "prod")
    only_with_grants = {
        "aws:iam/policy:Policy",
        "aws:kms/grant:Grant",
        "azure-native:managedservices:RegistrationAssignment",
        "azure-native:managedservices:RegistrationDefinition",
        "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
        "gcp:projects/iAMMember:IAMMember",
        "gcp:serviceaccount/account:Account",
    }
    assert only_with_grants <= acme.tokens
    assert only_with_grants & estate.tokens == set()
    left = json.dumps([one.inputs for one in estate.resources])
    assert "222222222222" not in left
    assert "nimbus-ops" not in left
    assert "handoff:party" not in left.replace("aws:PrincipalTag/handoff:party", "")
    allowed = estate.one("azure-native:authorization:PolicyAssignment", "guardrails-tenants").inputs["parameters"]
    assert allowed == {"listOfAllowedTenants": {"value": []}}


def test_grant_on_one_cloud_opens_that_one_only(run: Run, tmp_path: Path) -> None:
    grant = {"holder": "provider", "purpose": "Night watch", "environments": ["prod"], "role": "reader", "clouds": ["gcp"], "expires": "2027-03-31"}
    estate = run(_without_grants(tmp_path, access=[grant]), "prod")
    assert _provider_roles(estate) == []
    assert estate.of("azure-native:managedservices:RegistrationDefinition") == []
    assert [one.inputs["accountId"] for one in estate.of("gcp:serviceaccount/account:Account")] == ["provider-night-watch"]


def test_two_grants_of_one_purpose_are_refused(run: Run, tmp_path: Path) -> None:
    grant = {"holder": "provider", "purpose": "watch", "environments": ["prod"], "role": "reader", "expires": "2027-03-31"}
    with pytest.raises(pulumi.RunError, match="two grants of provider for 'watch'"):
        run(_without_grants(tmp_path, access=[grant, grant]), "prod")


def test_grant_to_an_unrecognisable_party_is_refused(run: Run, tmp_path: Path) -> None:
    spec = yaml.safe_load((ROOT / "engagements/acme-health.yaml").read_text(encoding="utf-8"))
    spec["parties"]["provider"]["identities"]["aws"]["external_ids"] = []
    path = tmp_path / "spec.yaml"
    path.write_text(yaml.safe_dump(spec), encoding="utf-8")
    with pytest.raises(pulumi.RunError, match="needs accounts and external_ids"):
        run(path, "prod", clouds=["aws"])


def test_buckets_refuse_plain_http_unless_the_settings_say_otherwise(acme: Estate, run: Run) -> None:
    plain, encrypted = {"aws:SecureTransport": False}, {"aws:SecureTransport": True}
    for name in ("records", "audit"):
        policy = acme.one("aws:s3/bucketPolicy:BucketPolicy", name).inputs["policy"]
        deny = next(one for one in json.loads(policy)["Statement"] if one["Effect"] == "Deny")
        assert (deny["Principal"], deny["Action"]) == ("*", "s3:*")
        assert _holds(deny, plain)
        assert not _holds(deny, encrypted)
    lab = run("engagements/acme-health.yaml", "prod", clouds=["aws"], plainHttp="true")
    assert [one.name for one in lab.of("aws:s3/bucketPolicy:BucketPolicy")] == ["audit"]
    assert '"Deny"' not in lab.one("aws:s3/bucketPolicy:BucketPolicy", "audit").inputs["policy"]


def test_alarms_reach_the_client_alone(acme: Estate) -> None:
    told = [one.inputs["endpoint"] for one in acme.of("aws:sns/topicSubscription:TopicSubscription")]
    assert told == ["cloud-security@acme.example"]
    (group,) = acme.of("azure-native:monitor:ActionGroup")
    assert [one["emailAddress"] for one in group.inputs["emailReceivers"]] == told


def test_account_keys_live_only_where_an_exit_is_to_end_them(acme: Estate, run: Run) -> None:
    keys = {one.name: one.inputs["allowSharedKeyAccess"] for one in acme.of("azure-native:storage:StorageAccount")}
    assert keys == {"records": False, "audit": False}
    disposable = run("engagements/acme-health.yaml", "prod", clouds=["azure"], disposable="true")
    keys = {one.name: one.inputs["allowSharedKeyAccess"] for one in disposable.of("azure-native:storage:StorageAccount")}
    assert keys == {"records": True, "audit": False}
