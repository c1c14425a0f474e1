"""Small stacks and what each control must say of them. The same cases are judged in-process and by the engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT, STACK = "handoff", "cases"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ROOT_TYPE = "pulumi:pulumi:Stack"
REGIONS = {"aws": {"region": "eu-west-1"}, "azure-native": {"location": "westeurope"}, "gcp": {"project": "acme-prod", "region": "europe-west1"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One resource of a case."""

    type: str
    name: str = "it"
    inputs: Mapping[str, object] = field(default_factory=dict)
    provider: str = "default"
    """`default` = the cloud's provider in an allowed region; else the name of a provider of the case; empty = none."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Property -> `TYPE NAME` of what it was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A stack, and the verdict of one control on it."""

    control: str
    verdict: str
    resources: tuple[Made, ...]
    says: str = ""

    @property
    def id(self) -> str:
        return f"{self.control}-{self.verdict}-{self.says or self.resources[0].type.rsplit(':', 1)[-1]}".replace(" ", "-")


def urn(type_token: str, name: str) -> str:
    return f"urn:pulumi:{STACK}::{PROJECT}::{type_token}::{name}"


def state(resources: tuple[Made, ...], *, outputs: Mapping[str, object] | None = None) -> dict[str, object]:
    """An exported state of these resources."""
    packages = sorted({one.type.split(":", 1)[0] for one in resources if not one.type.startswith("pulumi:")} & set(REGIONS))
    rows: list[dict[str, object]] = [
        {"urn": urn(ROOT_TYPE, f"{PROJECT}-{STACK}"), "custom": False, "type": ROOT_TYPE, "inputs": {}, "outputs": dict(outputs or {})}
    ]
    rows += [_row(f"pulumi:providers:{one}", "default", REGIONS[one]) for one in packages]
    for one in sorted(resources, key=lambda each: not each.type.startswith("pulumi:providers:")):
        row = _row(one.type, one.name, one.inputs)
        package = one.type.split(":", 1)[0]
        if one.provider and package in REGIONS:
            row["provider"] = f"{urn(f'pulumi:providers:{package}', one.provider)}::{one.provider}-id"
        if one.links:
            row["propertyDependencies"] = {name: [urn(*target.split(" "))] for name, target in one.links.items()}
            row["dependencies"] = sorted({urn(*target.split(" ")) for target in one.links.values()})
        rows.append(row)
    version = "v3.259.0"
    manifest = {"time": "2026-11-22T00:00:00Z", "magic": hashlib.sha256(version.encode()).hexdigest(), "version": version}
    return {"version": 3, "deployment": {"manifest": manifest, "resources": rows}}


def write(path: Path, resources: tuple[Made, ...], *, outputs: Mapping[str, object] | None = None) -> Path:
    path.write_text(json.dumps(state(resources, outputs=outputs)), encoding="utf-8")
    return path


def _row(type_token: str, name: str, inputs: Mapping[str, object]) -> dict[str, object]:
    return {"urn": urn(type_token, name), "custom": True, "id": f"{name}-id", "type": type_token, "inputs": dict(inputs), "outputs": dict(inputs)}


BUCKET, BLOCK = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
ACCOUNT, GCS, RING, KEY = "azure-native:storage:StorageAccount", "gcp:storage/bucket:Bucket", "gcp:kms/keyRing:KeyRing", "aws:kms/key:Key"
ROLE, MEMBER = "aws:iam/role:Role", "gcp:projects/iAMMember:IAMMember"
LIGHTHOUSE = "azure-native:managedservices:RegistrationDefinition"
READER, CONTRIBUTOR = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "b24988ac-6180-42a0-ab88-20f7382dd24c"
SEALED = {"blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True, "restrictPublicBuckets": True}
PROVIDER = "arn:aws:iam::222222222222:root"


def bucket(name: str = "it", **inputs: object) -> Made:
    return Made(type=BUCKET, name=name, inputs={"bucket": name, **inputs})


def block(**inputs: object) -> Made:
    return Made(type=BLOCK, inputs={"bucket": UNKNOWN, **SEALED, **inputs}, links={"bucket": f"{BUCKET} it"})


def encryption(**default: object) -> Made:
    return Made(type=ENCRYPTION, inputs={"bucket": "it", "rules": [{"applyServerSideEncryptionByDefault": default}]})


def trust(principal: object, **condition: object) -> Made:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **({"Condition": condition} if condition else {})}
    return Made(type=ROLE, inputs={"assumeRolePolicy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})})


def until(when: str) -> dict[str, object]:
    return {"aws:CurrentTime": when}


def member(who: str, expression: str | None = None) -> Made:
    condition = {} if expression is None else {"condition": {"title": "t", "expression": expression}}
    return Made(type=MEMBER, inputs={"project": "acme-prod", "role": "roles/viewer", "member": who, **condition})


def lighthouse(tenant: str = "22222222-2222-4222-8222-222222222222", note: str = "expires=2027-03-31", role: str = READER, eligible: object = None) -> Made:
    authorizations = [{"principalId": "bbbbbbbb-0001-4000-8000-000000000001", "roleDefinitionId": role}]
    extra = (
        {}
        if eligible is None
        else {"eligibleAuthorizations": [{"principalId": "x", "roleDefinitionId": CONTRIBUTOR, **({"justInTimeAccessPolicy": eligible} if eligible else {})}]}
    )
    return Made(type=LIGHTHOUSE, inputs={"properties": {"managedByTenantId": tenant, "description": note, "authorizations": authorizations, **extra}})


NIMBUS = "serviceAccount:ops@nimbus-ops.iam.gserviceaccount.com"
TRAIL = "aws:cloudtrail/trail:Trail"
AUDIT, DIAGNOSTIC = "gcp:projects/iAMAuditConfig:IAMAuditConfig", "azure-native:monitor:DiagnosticSetting"
SUBSCRIPTION = "/subscriptions/33333333-3333-4333-8333-333333333333"
ALL_LOGS = [{"logType": one} for one in ("ADMIN_READ", "DATA_READ", "DATA_WRITE")]


def _cases(control: str, *rows: tuple[str, str, tuple[Made, ...]]) -> list[Case]:
    return [Case(control=control, verdict=verdict, says=says, resources=resources) for verdict, says, resources in rows]


def one(type_token: str, **inputs: object) -> tuple[Made, ...]:
    return (Made(type=type_token, inputs=inputs),)


VIRGINIA = Made(type="pulumi:providers:aws", name="virginia", inputs={"region": "us-east-1"})
NO_REGION = Made(type="pulumi:providers:aws", name="nowhere", inputs={})
CASES: list[Case] = [
    *_cases(
        "residency-place",
        ("pass", "the provider's region", (bucket(),)),
        ("fail", "its own region beats the provider's", (bucket(region="us-east-1"),)),
        ("fail", "an explicit provider's region", (VIRGINIA, Made(type=BUCKET, provider="virginia"))),
        ("unknown", "nobody names a region", (NO_REGION, Made(type=BUCKET, provider="nowhere"))),
        ("unknown", "the region is not known", (bucket(region=UNKNOWN),)),
        ("fail", "a foreign provider", (VIRGINIA,)),
        ("not-applicable", "a service without regions", one("aws:iam/group:Group", name="x")),
        ("fail", "an edge service", one("aws:cloudfront/distribution:Distribution", enabled=True)),
        ("pass", "a display name", one(ACCOUNT, location="North Europe", sku={"name": "Standard_LRS"})),
        ("fail", "uk is not the union", one(ACCOUNT, location="uksouth", sku={"name": "Standard_LRS"})),
        ("fail", "global", one("azure-native:cdn:Profile", location="global")),
        ("not-applicable", "lives in its parent", one("azure-native:storage:BlobContainer", containerName="x")),
        ("pass", "a region of Google", one(GCS, location="EUROPE-WEST1")),
        ("pass", "a multi-region inside", one(GCS, location="EU")),
        ("fail", "a multi-region outside", one(GCS, location="US")),
        ("fail", "Google's default", one(GCS, name="x")),
        ("fail", "a zone outside", one("gcp:compute/instance:Instance", zone="us-central1-a")),
        ("pass", "a zone inside", one("gcp:compute/instance:Instance", zone="europe-west1-b")),
    ),
    *_cases(
        "residency-copies",
        ("pass", "zone redundancy", one(ACCOUNT, location="westeurope", sku={"name": "Standard_ZRS"})),
        ("pass", "the pair is inside", one(ACCOUNT, location="westeurope", sku={"name": "Standard_RAGRS"})),
        ("fail", "the pair is outside", one(ACCOUNT, location="eastasia", sku={"name": "Standard_GZRS"})),
        ("fail", "no redundancy named", one(ACCOUNT, location="westeurope")),
        ("unknown", "redundancy not known", one(ACCOUNT, location="westeurope", sku={"name": UNKNOWN})),
        ("fail", "the default of a vault", one("azure-native:recoveryservices:Vault", location="italynorth", properties={})),
        (
            "pass",
            "a vault that is local",
            one(
                "azure-native:recoveryservices:Vault",
                location="italynorth",
                properties={"redundancySettings": {"standardTierStorageRedundancy": "LocallyRedundant"}},
            ),
        ),
        ("fail", "a replica of a secret", one("aws:secretsmanager/secret:Secret", replicas=[{"region": "eu-central-1"}, {"region": "us-west-2"}])),
        ("pass", "a replica inside", one("aws:secretsmanager/secret:Secret", replicas=[{"region": "eu-central-1"}])),
        ("fail", "automatic replication", one("gcp:secretmanager/secret:Secret", replication={"auto": {}})),
        ("pass", "a named replica", one("gcp:secretmanager/secret:Secret", replication={"userManaged": {"replicas": [{"location": "europe-west1"}]}})),
        (
            "fail",
            "a backup abroad",
            one("aws:backup/plan:Plan", rules=[{"copyActions": [{"destinationVaultArn": "arn:aws:backup:us-east-1:111111111111:backup-vault:x"}]}]),
        ),
        ("unknown", "a backup to nobody knows where", one("aws:backup/plan:Plan", rules=[{"copyActions": [{"destinationVaultArn": UNKNOWN}]}])),
        ("fail", "a dual region outside", one(GCS, location="EU", customPlacementConfig={"dataLocations": ["EUROPE-WEST1", "EUROPE-WEST2"]})),
    ),
    *_cases(
        "residency-s3-replication",
        ("not-applicable", "nothing replicates", (bucket(),)),
        (
            "fail",
            "a bucket abroad",
            (
                bucket(),
                bucket("copy", region="us-east-1"),
                Made(type=REPLICATION, inputs={"bucket": "it", "rules": [{"destination": {"bucket": "arn:aws:s3:::copy"}}]}),
            ),
        ),
        (
            "pass",
            "a bucket inside",
            (
                bucket(),
                bucket("copy", region="eu-central-1"),
                Made(type=REPLICATION, inputs={"bucket": "it", "rules": [{"destination": {"bucket": "arn:aws:s3:::copy"}}]}),
            ),
        ),
        (
            "unknown",
            "a bucket of another stack",
            (bucket(), Made(type=REPLICATION, inputs={"bucket": "it", "rules": [{"destination": {"bucket": "arn:aws:s3:::elsewhere"}}]})),
        ),
        (
            "fail",
            "an unknown ARN of a bucket abroad",
            (
                bucket(),
                bucket("copy", region="us-east-1"),
                Made(type=REPLICATION, inputs={"bucket": "it", "rules": [{"destination": {"bucket": UNKNOWN}}]}, links={"rules": f"{BUCKET} copy"}),
            ),
        ),
        (
            "fail",
            "the inline form",
            (bucket(replicationConfiguration={"rules": [{"destination": {"bucket": "arn:aws:s3:::copy"}}]}), bucket("copy", region="us-east-1")),
        ),
    ),
    *_cases(
        "residency-keys",
        ("pass", "a key of one region", one(KEY, description="x")),
        ("fail", "a multi-region key", one(KEY, multiRegion=True)),
        ("unknown", "not known", one(KEY, multiRegion=UNKNOWN)),
        ("pass", "a ring inside", one(RING, location="europe-west1")),
        ("fail", "a ring everywhere", one(RING, location="global")),
        ("fail", "a ring abroad", one(RING, location="us-east1")),
    ),
    *_cases(
        "aws-s3-public-access",
        ("pass", "closed", (bucket(), block())),
        ("fail", "no block", (bucket(),)),
        ("fail", "a switch off", (bucket(), block(blockPublicPolicy=False))),
        ("fail", "a switch missing", (bucket(), block(ignorePublicAcls=None))),
        ("unknown", "a switch not known", (bucket(), block(blockPublicAcls=UNKNOWN))),
        ("fail", "another bucket's block", (bucket(), Made(type=BLOCK, inputs={"bucket": "other", **SEALED}))),
        ("unknown", "nobody knows whose block", (bucket(), Made(type=BLOCK, inputs={"bucket": UNKNOWN, **SEALED}))),
    ),
    *_cases(
        "aws-s3-encryption",
        ("pass", "a named key", (bucket(), encryption(sseAlgorithm="aws:kms", kmsMasterKeyId="arn:aws:kms:eu-west-1:111111111111:key/x"))),
        ("fail", "nothing", (bucket(),)),
        ("fail", "Amazon's key", (bucket(), encryption(sseAlgorithm="AES256"))),
        ("fail", "the account's key", (bucket(), encryption(sseAlgorithm="aws:kms"))),
        ("unknown", "a key from nowhere", (bucket(), encryption(sseAlgorithm="aws:kms", kmsMasterKeyId=UNKNOWN))),
        (
            "pass",
            "the inline form",
            (bucket(serverSideEncryptionConfiguration={"rule": {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "k"}}}),),
        ),
    ),
    *_cases(
        "aws-encryption",
        ("pass", "a key", one("aws:secretsmanager/secret:Secret", kmsKeyId="k")),
        ("fail", "no key", one("aws:backup/vault:Vault", name="x")),
        ("unknown", "not known", one(TRAIL, kmsKeyId=UNKNOWN)),
    ),
    *_cases(
        "azure-storage-public-access",
        ("pass", "off", one(ACCOUNT, allowBlobPublicAccess=False)),
        ("fail", "on", one(ACCOUNT, allowBlobPublicAccess=True)),
        ("fail", "not said", one(ACCOUNT, accountName="x")),
        ("unknown", "not known", one(ACCOUNT, allowBlobPublicAccess=UNKNOWN)),
    ),
    *_cases(
        "azure-storage-encryption",
        ("pass", "the vault's key", one(ACCOUNT, encryption={"keySource": "Microsoft.Keyvault", "keyVaultProperties": {"keyName": "k"}})),
        ("fail", "the service's key", one(ACCOUNT, encryption={"keySource": "Microsoft.Storage"})),
        ("fail", "no key named", one(ACCOUNT, encryption={"keySource": "Microsoft.Keyvault"})),
    ),
    *_cases(
        "gcp-storage-public-access",
        ("pass", "enforced", one(GCS, publicAccessPrevention="enforced")),
        ("fail", "inherited", one(GCS, publicAccessPrevention="inherited")),
        ("fail", "not said", one(GCS, name="x")),
        ("fail", "everyone", one("gcp:storage/bucketIAMMember:BucketIAMMember", bucket="x", role="roles/viewer", member="allUsers")),
        ("pass", "someone", one("gcp:storage/bucketIAMMember:BucketIAMMember", bucket="x", role="roles/viewer", member="user:a@acme.example")),
        ("unknown", "not known", one("gcp:storage/bucketIAMMember:BucketIAMMember", bucket="x", member=UNKNOWN)),
    ),
    *_cases(
        "gcp-storage-encryption",
        ("pass", "a key", one(GCS, encryption={"defaultKmsKeyName": "k"})),
        ("fail", "no key", one(GCS, name="x")),
        ("unknown", "not known", one(GCS, encryption={"defaultKmsKeyName": UNKNOWN})),
    ),
    *_cases(
        "aws-audit-log",
        ("pass", "a trail", one(TRAIL, isMultiRegionTrail=True, enableLogFileValidation=True)),
        ("fail", "none", (bucket(),)),
        ("fail", "of one region", one(TRAIL, isMultiRegionTrail=False, enableLogFileValidation=True)),
        ("not-applicable", "another cloud", one(GCS, name="x")),
        ("unknown", "not known", one(TRAIL, isMultiRegionTrail=UNKNOWN, enableLogFileValidation=True)),
    ),
    *_cases(
        "azure-audit-log",
        ("pass", "the subscription's", one(DIAGNOSTIC, resourceUri=SUBSCRIPTION, workspaceId="w", logs=[{"category": "Administrative", "enabled": True}])),
        ("fail", "another resource's", one(DIAGNOSTIC, resourceUri=f"{SUBSCRIPTION}/resourceGroups/x", workspaceId="w", logs=[{"enabled": True}])),
        ("fail", "no log on", one(DIAGNOSTIC, resourceUri=SUBSCRIPTION, workspaceId="w", logs=[{"enabled": False}])),
        ("fail", "to nowhere", one(DIAGNOSTIC, resourceUri=SUBSCRIPTION, logs=[{"enabled": True}])),
    ),
    *_cases(
        "gcp-audit-log",
        ("pass", "all of it", one(AUDIT, service="allServices", auditLogConfigs=ALL_LOGS)),
        ("fail", "not reading", one(AUDIT, service="allServices", auditLogConfigs=ALL_LOGS[:1])),
        ("fail", "one service", one(AUDIT, service="storage.googleapis.com", auditLogConfigs=ALL_LOGS)),
        (
            "fail",
            "an exempted member",
            one(AUDIT, service="allServices", auditLogConfigs=[*ALL_LOGS[:2], {"logType": "DATA_WRITE", "exemptedMembers": ["user:a@b"]}]),
        ),
    ),
    *_cases(
        "exit-grant-expires",
        ("pass", "a trust that ends", (trust({"AWS": PROVIDER}, DateLessThan=until("2027-03-31T23:59:59Z")),)),
        ("fail", "a trust without an end", (trust({"AWS": PROVIDER}),)),
        ("fail", "a trust that ends too late", (trust({"AWS": PROVIDER}, DateLessThan=until("2027-06-30T00:00:00Z")),)),
        ("pass", "the client's own", (trust({"AWS": "arn:aws:iam::111111111111:user/acme-admin"}),)),
        ("pass", "a service", (trust({"Service": "backup.amazonaws.com"}),)),
        ("unknown", "a policy not known", one(ROLE, assumeRolePolicy=UNKNOWN)),
        ("fail", "a key has no end", one("aws:iam/accessKey:AccessKey", user="nimbus-ci")),
        ("pass", "the client's key", one("aws:iam/accessKey:AccessKey", user="acme-admin")),
        ("pass", "a binding that ends", (member(NIMBUS, 'request.time < timestamp("2027-03-31T23:59:59Z")'),)),
        ("fail", "a binding without an end", (member(NIMBUS),)),
        ("fail", "a binding that ends too late", (member(NIMBUS, 'request.time < timestamp("2028-03-31T23:59:59Z")'),)),
        ("pass", "a binding that ends for anyone", (member(UNKNOWN, 'request.time < timestamp("2027-03-31T23:59:59Z")'),)),
        ("unknown", "a member not known", (member(UNKNOWN),)),
        ("pass", "a delegation that ends", (lighthouse(),)),
        ("fail", "a delegation without an end", (lighthouse(note="our work"),)),
        (
            "fail",
            "a role assignment has no end",
            one("azure-native:authorization:RoleAssignment", principalId="bbbbbbbb-0001-4000-8000-000000000001", scope=SUBSCRIPTION, roleDefinitionId=READER),
        ),
        (
            "unknown",
            "a principal of nobody",
            one("azure-native:authorization:RoleAssignment", principalId="cccccccc-0001-4000-8000-000000000001", scope=SUBSCRIPTION, roleDefinitionId=READER),
        ),
        (
            "fail",
            "a service account key",
            one("gcp:serviceaccount/key:Key", serviceAccountId="projects/acme-prod/serviceAccounts/provider-x@acme-prod.iam.gserviceaccount.com"),
        ),
        ("fail", "an application's password", one("azuread:index/applicationPassword:ApplicationPassword", applicationId="x")),
        ("pass", "a password that ends", one("azuread:index/applicationPassword:ApplicationPassword", applicationId="x", endDate="2026-12-31T00:00:00Z")),
    ),
    *_cases(
        "exit-grant-in-spec",
        ("pass", "the provider has a grant", (trust({"AWS": PROVIDER}, DateLessThan=until("2027-03-31T23:59:59Z")),)),
        ("fail", "an account of nobody", (trust({"AWS": "arn:aws:iam::999999999999:root"}),)),
        ("fail", "anyone", (trust({"AWS": "*"}),)),
        ("fail", "a tenant of nobody", (lighthouse(tenant="99999999-9999-4999-8999-999999999999"),)),
        ("fail", "a stranger", (member("user:mallory@evil.example"),)),
        ("pass", "the client's people", (member("user:ann@acme.example"),)),
        ("unknown", "a member not known", (member(UNKNOWN),)),
        ("fail", "an issuer of nobody", one("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider", oidc={"issuerUri": "https://evil.example"})),
        (
            "pass",
            "the provider's issuer",
            one("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider", oidc={"issuerUri": "https://token.actions.nimbus.example"}),
        ),
    ),
    *_cases(
        "exit-delegation-standing",
        ("pass", "only reading stands", (lighthouse(eligible={"maximumActivationDuration": "PT4H"}),)),
        ("fail", "writing stands", (lighthouse(role=CONTRIBUTOR),)),
        ("fail", "activation without a limit", (lighthouse(eligible={}),)),
    ),
    *_cases(
        "exit-store-export",
        ("pass", "an export covers it", (bucket(),)),
        ("fail", "no export covers it", one("aws:dynamodb/table:Table", name="x")),
    ),
    *_cases(
        "exit-access-kind",
        ("pass", "a kind covers it", one("aws:iam/accessKey:AccessKey", user="acme-admin")),
        ("fail", "no kind covers it", one("aws:ram/principalAssociation:PrincipalAssociation", principal="x")),
    ),
]
