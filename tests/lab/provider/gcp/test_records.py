"""Every GCP type through its whole life, against the stand-in: made, unchanged on refresh, imported, changed, gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handoff.lab.provider.known import package

if TYPE_CHECKING:
    from conftest import Stack

P = "records-all"
EMAIL = f"keeper@{P}.iam.gserviceaccount.com"
RING = f"projects/{P}/locations/europe-west1/keyRings/main"

# Token, inputs, changes of an update in place (None: none is possible).
LIVES: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = [
    ("gcp:projects/service:Service", {"service": "storage.googleapis.com", "disableOnDestroy": True}, None),
    ("gcp:serviceaccount/account:Account", {"accountId": "keeper", "displayName": "Keeper"}, {"displayName": "Other", "disabled": True}),
    (
        "gcp:projects/iAMCustomRole:IAMCustomRole",
        {"roleId": "operate", "title": "Operate", "permissions": ["storage.buckets.list"]},
        {"permissions": ["storage.buckets.list", "storage.buckets.get"]},
    ),
    ("gcp:iam/workloadIdentityPool:WorkloadIdentityPool", {"workloadIdentityPoolId": "nimbus-ci", "displayName": "CI"}, {"disabled": True}),
    ("gcp:logging/projectBucketConfig:ProjectBucketConfig", {"bucketId": "audit", "location": "europe-west1", "retentionDays": 365}, {"retentionDays": 400}),
    (
        "gcp:logging/projectSink:ProjectSink",
        {"name": "audit", "destination": "logging.googleapis.com/projects/x/locations/y/buckets/z", "filter": "severity>=ERROR"},
        {"filter": "severity>=INFO"},
    ),
    ("gcp:compute/network:Network", {"name": "main", "autoCreateSubnetworks": False}, {"routingMode": "GLOBAL"}),
    (
        "gcp:billing/budget:Budget",
        {
            "billingAccount": "0A0A0A-0B0B0B-0C0C0C",
            "displayName": "b",
            "amount": {"specifiedAmount": {"currencyCode": "EUR", "units": "100"}},
            "thresholdRules": [{"thresholdPercent": 0.5}, {"thresholdPercent": 1}],
        },
        {"displayName": "c"},
    ),
    (
        "gcp:orgpolicy/policy:Policy",
        {"name": f"projects/{P}/policies/compute.skipDefaultNetworkCreation", "parent": f"projects/{P}", "spec": {"rules": [{"enforce": "TRUE"}]}},
        {"spec": {"rules": [{"enforce": "FALSE"}]}},
    ),
    (
        "gcp:projects/iAMAuditConfig:IAMAuditConfig",
        {"project": P, "service": "allServices", "auditLogConfigs": [{"logType": "ADMIN_READ"}, {"logType": "DATA_READ"}]},
        {"auditLogConfigs": [{"logType": "DATA_READ"}]},
    ),
    (
        "gcp:storage/bucket:Bucket",
        {
            "name": "records-all-data",
            "location": "europe-west1",
            "uniformBucketLevelAccess": True,
            "publicAccessPrevention": "enforced",
            "versioning": {"enabled": True},
            "softDeletePolicy": {"retentionDurationSeconds": 604800},
            "labels": {"class": "phi"},
            "lifecycleRules": [{"action": {"type": "Delete"}, "condition": {"numNewerVersions": 3, "withState": "ARCHIVED"}}],
        },
        {"labels": {"class": "none"}, "versioning": {"enabled": False}, "lifecycleRules": None},
    ),
    (
        "gcp:secretmanager/secret:Secret",
        {"secretId": "login", "replication": {"userManaged": {"replicas": [{"location": "europe-west1"}]}}, "labels": {"a": "b"}},
        {"labels": {"a": "c"}},
    ),
    ("gcp:secretmanager/regionalSecret:RegionalSecret", {"secretId": "near", "location": "europe-west1"}, {"labels": {"a": "c"}}),
]


@pytest.mark.parametrize(("token", "inputs", "changes"), LIVES, ids=[token.rsplit(":", 1)[1] for token, _, _ in LIVES])
def test_life(stack: Stack, token: str, inputs: dict[str, Any], changes: dict[str, Any] | None) -> None:
    resource_id, given, state = stack.create(token, "one", **inputs)
    _steady(stack, token, resource_id, given, state)
    if changes is not None:
        assert not stack.difference(token, given, state, **changes).replaces
        given, state = stack.update(token, resource_id, given, state, **changes)
        _steady(stack, token, resource_id, given, state)
    stack.delete(token, resource_id, state)
    assert stack.refresh(token, resource_id, given, state) is None
    stack.delete(token, resource_id, state)


def _steady(stack: Stack, token: str, resource_id: str, given: dict[str, Any], state: dict[str, Any]) -> None:
    """A refresh finds what is there, and an import of the id comes to the same inputs."""
    refreshed = stack.refresh(token, resource_id, given, state)
    assert refreshed is not None
    assert refreshed[0] == given
    imported = stack.imported(token, resource_id)
    assert imported is not None
    record = package("gcp").records[token]
    asked = {key for key in given if key in record.handled and key not in record.defaults and given[key] not in (None, False, {}, [])}
    assert asked <= imported[0].keys() | imported[1].keys()


def test_every_type_of_the_package_lives_somewhere_in_these_tests() -> None:
    elsewhere = {
        "gcp:organizations/project:Project",
        "gcp:serviceaccount/key:Key",
        "gcp:serviceaccount/iAMMember:IAMMember",
        "gcp:projects/iAMMember:IAMMember",
        "gcp:storage/bucketIAMMember:BucketIAMMember",
        "gcp:storage/bucketObject:BucketObject",
        "gcp:kms/keyRing:KeyRing",
        "gcp:kms/cryptoKey:CryptoKey",
        "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
        "gcp:compute/subnetwork:Subnetwork",
        "gcp:compute/firewall:Firewall",
        "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
        "gcp:secretmanager/secretVersion:SecretVersion",
        "gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion",
        "gcp:secretmanager/secretIamMember:SecretIamMember",
    }
    assert set(package("gcp").records) == elsewhere | {token for token, _, _ in LIVES}


def test_policy_members_with_and_without_condition(stack: Stack) -> None:
    token = "gcp:projects/iAMMember:IAMMember"
    ends = {"title": "contract", "expression": 'request.time < timestamp("2027-03-31T00:00:00Z")'}
    dated = stack.create(token, "a", project=P, role="roles/viewer", member="user:a@nimbus.example", condition=ends)
    plain = stack.create(token, "b", project=P, role="roles/viewer", member="user:a@nimbus.example")
    assert dated[0] == f"{P}/roles/viewer/user:a@nimbus.example/contract"
    for resource_id, given, state in (dated, plain):
        refreshed = stack.refresh(token, resource_id, given, state)
        assert refreshed is not None
        assert refreshed[0] == given
        imported = stack.imported(token, resource_id)
        assert imported is not None
        assert imported[0] == given
    by_blanks = stack.imported(token, f"{P} roles/viewer user:a@nimbus.example contract")
    assert by_blanks is not None
    assert by_blanks[0] == dated[1]
    stack.delete(token, dated[0], dated[2])
    assert stack.refresh(token, dated[0], dated[1], dated[2]) is None
    assert stack.refresh(token, plain[0], plain[1], plain[2]) is not None
    assert stack.difference(token, plain[1], plain[2], role="roles/editor").replaces == {"role"}


def test_keys_buckets_objects_and_their_members(stack: Stack) -> None:
    ring = stack.create("gcp:kms/keyRing:KeyRing", "ring", name="main", location="europe-west1")
    assert ring[0] == RING
    key = stack.create("gcp:kms/cryptoKey:CryptoKey", "key", keyRing=ring[0], name="data", rotationPeriod="7776000s", labels={"class": "phi"})
    _steady(stack, "gcp:kms/cryptoKey:CryptoKey", *key)
    changed = stack.update("gcp:kms/cryptoKey:CryptoKey", *key, labels={"class": "pii"})
    assert changed[1]["labels"] == {"class": "pii"}
    use = {"cryptoKeyId": key[0], "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter", "member": "user:a@nimbus.example"}
    grant = stack.create("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "use", **use)
    _steady(stack, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", *grant)
    bucket = stack.create(
        "gcp:storage/bucket:Bucket", "sealed", name="records-all-sealed", location="EUROPE-WEST1", encryption={"defaultKmsKeyName": key[0]}, forceDestroy=True
    )
    _steady(stack, "gcp:storage/bucket:Bucket", *bucket)
    member = stack.create(
        "gcp:storage/bucketIAMMember:BucketIAMMember", "see", bucket=bucket[0], role="roles/storage.objectViewer", member="user:a@nimbus.example"
    )
    _steady(stack, "gcp:storage/bucketIAMMember:BucketIAMMember", *member)
    thing = stack.create(
        "gcp:storage/bucketObject:BucketObject", "thing", bucket=bucket[0], name="a/b c.json", content='{"x": 1}', contentType="application/json"
    )
    assert stack.refresh("gcp:storage/bucketObject:BucketObject", *thing) is not None
    assert stack.imported("gcp:storage/bucketObject:BucketObject", f"{bucket[0]}/a/b c.json") is not None
    body = stack.ctx.gcp.send("GET", f"/storage/v1/b/{bucket[0]}/o/a%2Fb%20c.json", params={"alt": "media"}).body
    assert body == b'{"x": 1}'
    stack.delete("gcp:storage/bucketIAMMember:BucketIAMMember", member[0], member[2])
    stack.delete("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", grant[0], grant[2])
    assert stack.refresh("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", *grant) is None
    stack.delete("gcp:storage/bucket:Bucket", bucket[0], bucket[2])
    assert stack.refresh("gcp:storage/bucketObject:BucketObject", *thing) is None
    stack.delete("gcp:kms/cryptoKey:CryptoKey", key[0], key[2])
    versions = stack.ctx.gcp.request("GET", f"/v1/{key[0]}/cryptoKeyVersions")["cryptoKeyVersions"]
    assert {version["state"] for version in versions} == {"DESTROY_SCHEDULED"}


def test_network_parts(stack: Stack) -> None:
    network = stack.create("gcp:compute/network:Network", "net", name="parts", autoCreateSubnetworks=False)
    subnet = stack.create(
        "gcp:compute/subnetwork:Subnetwork",
        "sub",
        name="near",
        network=network[0],
        ipCidrRange="10.1.0.0/24",
        privateIpGoogleAccess=True,
        logConfig={"flowSampling": 0.5},
    )
    wall = stack.create(
        "gcp:compute/firewall:Firewall",
        "wall",
        name="deny",
        network=network[2]["selfLink"],
        denies=[{"protocol": "all"}],
        priority=65000,
        sourceRanges=["0.0.0.0/0"],
    )
    for token, made in (("gcp:compute/subnetwork:Subnetwork", subnet), ("gcp:compute/firewall:Firewall", wall)):
        _steady(stack, token, *made)
    after = stack.update("gcp:compute/firewall:Firewall", *wall, priority=64000)
    assert after[1]["priority"] == 64000
    assert stack.difference("gcp:compute/subnetwork:Subnetwork", subnet[1], subnet[2], ipCidrRange="10.2.0.0/24").replaces == {"ipCidrRange"}
    for token, made in (("gcp:compute/firewall:Firewall", wall), ("gcp:compute/subnetwork:Subnetwork", subnet), ("gcp:compute/network:Network", network)):
        stack.delete(token, made[0], made[2])
        assert stack.refresh(token, *made) is None


def test_accounts_keys_and_federation(stack: Stack) -> None:
    account = stack.create("gcp:serviceaccount/account:Account", "acc", accountId="operator")
    key = stack.create("gcp:serviceaccount/key:Key", "key", serviceAccountId=account[2]["name"])
    _steady(stack, "gcp:serviceaccount/key:Key", *key)
    assert key[2]["privateKey"]
    acts = stack.create(
        "gcp:serviceaccount/iAMMember:IAMMember", "acts", serviceAccountId=account[0], role="roles/iam.workloadIdentityUser", member="user:a@nimbus.example"
    )
    _steady(stack, "gcp:serviceaccount/iAMMember:IAMMember", *acts)
    pool = stack.create("gcp:iam/workloadIdentityPool:WorkloadIdentityPool", "pool", workloadIdentityPoolId="operators")
    provider = stack.create(
        "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
        "ci",
        workloadIdentityPoolId=pool[1]["workloadIdentityPoolId"],
        workloadIdentityPoolProviderId="ci-main",
        attributeMapping={"google.subject": "assertion.sub"},
        attributeCondition='assertion.sub.startsWith("repo:nimbus/")',
        oidc={"issuerUri": "https://token.actions.nimbus.example"},
    )
    _steady(stack, "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider", *provider)
    assert provider[2]["name"].startswith("projects/3")
    stack.delete("gcp:serviceaccount/key:Key", key[0], key[2])
    assert stack.refresh("gcp:serviceaccount/key:Key", *key) is None
    stack.delete("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider", provider[0], provider[2])
    assert stack.refresh("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider", *provider) is None


def test_secret_versions_and_members(stack: Stack) -> None:
    secret = stack.create("gcp:secretmanager/secret:Secret", "s", secretId="password", replication={"auto": {}})
    version = stack.create("gcp:secretmanager/secretVersion:SecretVersion", "v", secret=secret[0], secretData="hunter2")
    _steady(stack, "gcp:secretmanager/secretVersion:SecretVersion", *version)
    assert stack.ctx.gcp.request("GET", f"/v1/{version[0]}:access")["payload"]["data"] == "aHVudGVyMg=="
    see = stack.create(
        "gcp:secretmanager/secretIamMember:SecretIamMember", "m", secretId=secret[0], role="roles/secretmanager.secretAccessor", member="user:a@nimbus.example"
    )
    _steady(stack, "gcp:secretmanager/secretIamMember:SecretIamMember", *see)
    near = stack.create("gcp:secretmanager/regionalSecret:RegionalSecret", "r", secretId="local", location="europe-west1")
    local = stack.create("gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion", "rv", secret=near[0], secretData="x")
    stack.delete("gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion", local[0], local[2])
    stack.delete("gcp:secretmanager/secretVersion:SecretVersion", version[0], version[2])
    assert stack.refresh("gcp:secretmanager/secretVersion:SecretVersion", *version) is None
