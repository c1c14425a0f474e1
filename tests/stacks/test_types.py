"""Every type of the baseline is made where its cloud is in the spec, and nothing of a cloud that is not."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.stacks.estate import ROOT

if TYPE_CHECKING:
    from tests.stacks.estate import Estate

AWS = {
    "aws:backup/plan:Plan",
    "aws:backup/selection:Selection",
    "aws:backup/vault:Vault",
    "aws:budgets/budget:Budget",
    "aws:cloudtrail/trail:Trail",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:iam/policy:Policy",
    "aws:iam/role:Role",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:kms/key:Key",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
}
AZURE = {
    "azure-native:authorization:PolicyAssignment",
    "azure-native:authorization:RoleAssignment",
    "azure-native:consumption:Budget",
    "azure-native:keyvault:Key",
    "azure-native:keyvault:Vault",
    "azure-native:managedidentity:UserAssignedIdentity",
    "azure-native:managedservices:RegistrationAssignment",
    "azure-native:managedservices:RegistrationDefinition",
    "azure-native:monitor:DiagnosticSetting",
    "azure-native:network:NetworkSecurityGroup",
    "azure-native:network:VirtualNetwork",
    "azure-native:operationalinsights:Workspace",
    "azure-native:recoveryservices:Vault",
    "azure-native:resources:ResourceGroup",
    "azure-native:storage:StorageAccount",
}
ENTRA = {"azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy", "azuread:index/group:Group", "azuread:index/groupMember:GroupMember"}
GCP = {
    "gcp:billing/budget:Budget",
    "gcp:compute/network:Network",
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
    "gcp:kms/cryptoKey:CryptoKey",
    "gcp:kms/keyRing:KeyRing",
    "gcp:logging/projectBucketConfig:ProjectBucketConfig",
    "gcp:logging/projectSink:ProjectSink",
    "gcp:organizations/project:Project",
    "gcp:orgpolicy/policy:Policy",
    "gcp:projects/iAMAuditConfig:IAMAuditConfig",
    "gcp:projects/iAMMember:IAMMember",
    "gcp:projects/service:Service",
    "gcp:serviceaccount/account:Account",
}
STORES = {
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
    "azure-native:keyvault:Secret",
    "azure-native:storage:BlobContainer",
    "azure-native:storage:StorageAccount",
    "gcp:secretmanager/secret:Secret",
    "gcp:storage/bucket:Bucket",
}


@pytest.mark.parametrize(("wanted", "count"), [(AWS, 14), (AZURE, 15), (ENTRA, 3), (GCP, 14)], ids=["aws", "azure", "entra", "gcp"])
def test_baseline_types(acme: Estate, wanted: set[str], count: int) -> None:
    assert len(wanted) == count
    assert wanted - acme.tokens == set()


def test_data_stores(acme: Estate) -> None:
    assert STORES - acme.tokens == set()


def test_every_resource_has_a_provider_of_its_own_cloud(acme: Estate) -> None:
    for one in acme.resources:
        package = one.token.split(":", 1)[0]
        assert f"pulumi:providers:{package}::" in one.provider, f"{one.token} {one.name} falls back to an ambient region or account"


def test_nothing_is_looked_up(acme: Estate) -> None:
    assert acme.calls == [], "a lookup makes the result depend on more than the spec"


def test_small_client_has_one_cloud(harbor: Estate) -> None:
    assert {token.split(":", 1)[0] for token in harbor.tokens} == {"aws"}
    assert AWS - harbor.tokens == set()


@pytest.mark.slow
def test_no_sdk_of_an_absent_cloud_is_imported() -> None:
    program = f"""
        import json, sys
        sys.path.insert(0, {str(ROOT)!r})
        from tests.stacks.estate import run_program
        sdks = lambda: sorted(one for one in sys.modules if one in ("pulumi_aws", "pulumi_azure_native", "pulumi_azuread", "pulumi_gcp"))
        run_program("engagements/harbor-books.yaml", "shop")
        small = sdks()
        run_program("engagements/acme-health.yaml", "prod", clouds=["azure"])
        print(json.dumps([small, sdks()]))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True, timeout=90)
    small, with_azure = json.loads(done.stdout.splitlines()[-1])
    assert small == ["pulumi_aws"]
    assert with_azure == ["pulumi_aws", "pulumi_azure_native", "pulumi_azuread"]
