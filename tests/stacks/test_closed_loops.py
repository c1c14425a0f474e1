"""What the stacks open, some kind can find and cut; what they keep, some export can give back.

Every type that the stacks make is sorted into one of the three sets below, so a new type fails here until somebody has
decided what it is. A type whose kind or export is still to be written is expected to fail, strictly: the day it comes, its
line has to go from `WITHOUT_KIND` or `WITHOUT_EXPORT`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from handoff import registry

if TYPE_CHECKING:
    from handoff.exports._contract import Export
    from tests.stacks.estate import Estate

OPENS_ACCESS = {
    "aws:iam/role:Role",
    "aws:kms/grant:Grant",
    "aws:kms/key:Key",
    "aws:s3/bucketPolicy:BucketPolicy",
    "azure-native:authorization:RoleAssignment",
    "azure-native:managedservices:RegistrationAssignment",
    "azure-native:managedservices:RegistrationDefinition",
    "azure-native:storage:StorageAccount",
    "azuread:index/group:Group",
    "azuread:index/groupMember:GroupMember",
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
    "gcp:projects/iAMMember:IAMMember",
    "gcp:serviceaccount/account:Account",
    "gcp:serviceaccount/iAMMember:IAMMember",
}
KEEPS_DATA = {
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
    "azure-native:keyvault:Secret",
    "azure-native:storage:BlobContainer",
    "azure-native:storage:StorageAccount",
    "gcp:secretmanager/secret:Secret",
    "gcp:storage/bucket:Bucket",
}
NEITHER = {
    "aws:backup/plan:Plan",
    "aws:backup/selection:Selection",
    "aws:backup/vault:Vault",
    "aws:budgets/budget:Budget",
    "aws:cloudtrail/trail:Trail",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/flowLog:FlowLog",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:kms/alias:Alias",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
    # Messages of alarms, to the client alone; the topic's own policy lets the account in and nobody else.
    "aws:sns/topic:Topic",
    "aws:sns/topicSubscription:TopicSubscription",
    "azure-native:authorization:ManagementLockByScope",
    "azure-native:authorization:PolicyAssignment",
    "azure-native:consumption:Budget",
    "azure-native:keyvault:Key",
    "azure-native:keyvault:Vault",
    # Opens nothing by itself: the role assignment that names it does, and that is swept.
    "azure-native:managedidentity:UserAssignedIdentity",
    "azure-native:monitor:ActionGroup",
    "azure-native:monitor:ActivityLogAlert",
    "azure-native:monitor:DiagnosticSetting",
    "azure-native:network:NetworkSecurityGroup",
    "azure-native:network:VirtualNetwork",
    "azure-native:operationalinsights:Workspace",
    "azure-native:recoveryservices:Vault",
    "azure-native:resources:ResourceGroup",
    "azure-native:security:SecurityContact",
    "azure-native:storage:BlobServiceProperties",
    "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy",
    "gcp:billing/budget:Budget",
    "gcp:compute/network:Network",
    "gcp:compute/subnetwork:Subnetwork",
    "gcp:kms/cryptoKey:CryptoKey",
    "gcp:kms/keyRing:KeyRing",
    "gcp:logging/projectBucketConfig:ProjectBucketConfig",
    "gcp:logging/projectSink:ProjectSink",
    "gcp:organizations/project:Project",
    "gcp:orgpolicy/policy:Policy",
    "gcp:projects/iAMAuditConfig:IAMAuditConfig",
    "gcp:projects/service:Service",
}
WITHOUT_KIND: dict[str, str] = {}
WITHOUT_EXPORT = {
    "aws:secretsmanager/secret:Secret": "secrets",
    "azure-native:keyvault:Secret": "secrets",
    "gcp:secretmanager/secret:Secret": "secrets",
}


def _cases(tokens: set[str], waiting: dict[str, str]) -> list[object]:
    return [
        pytest.param(one, marks=pytest.mark.xfail(strict=True, reason=f"still to be written: {waiting[one]}") if one in waiting else ())
        for one in sorted(tokens)
    ]


@pytest.fixture(scope="module")
def cut_by_kinds() -> frozenset[str]:
    return frozenset(token for kind in registry.kinds().values() for token in kind.creates)


@pytest.fixture(scope="module")
def returned_by_exports() -> frozenset[str]:
    found = cast("dict[str, Export]", registry.load("handoff.exports", "EXPORT"))
    return frozenset(token for one in found.values() for token in one.stores)


def test_every_type_is_sorted(acme: Estate) -> None:
    assert acme.tokens - (OPENS_ACCESS | KEEPS_DATA | NEITHER) == set(), "decide whether these open access or keep data"
    assert (OPENS_ACCESS | KEEPS_DATA | NEITHER) - acme.tokens == set(), "the stacks no longer make these"
    assert set() == NEITHER & (OPENS_ACCESS | KEEPS_DATA)


def test_nothing_waits_that_is_not_there() -> None:
    assert set(WITHOUT_KIND) <= OPENS_ACCESS
    assert set(WITHOUT_EXPORT) <= KEEPS_DATA


@pytest.mark.parametrize("token", _cases(OPENS_ACCESS, WITHOUT_KIND))
def test_what_opens_access_is_cut_by_some_kind(token: str, cut_by_kinds: frozenset[str]) -> None:
    assert token in cut_by_kinds, f"{token} opens access, and no kind names it in `creates`: what it opens would not be found at the exit"


@pytest.mark.parametrize("token", _cases(KEEPS_DATA, WITHOUT_EXPORT))
def test_what_keeps_data_is_returned_by_some_export(token: str, returned_by_exports: frozenset[str]) -> None:
    assert token in returned_by_exports, f"{token} keeps data, and no export names it in `stores`: the client would not get it back"
