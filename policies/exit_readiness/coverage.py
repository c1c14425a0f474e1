"""What the exit could not find, end or return must not be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, fail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

STORES = frozenset(
    {
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
        "aws:rds/instance:Instance",
        "aws:rds/cluster:Cluster",
        "aws:dynamodb/table:Table",
        "aws:efs/fileSystem:FileSystem",
        "aws:redshift/cluster:Cluster",
        "aws:opensearch/domain:Domain",
        "azure-native:storage:BlobContainer",
        "azure-native:storage:FileShare",
        "azure-native:sql:Database",
        "azure-native:cosmosdb:DatabaseAccount",
        "azure-native:dbforpostgresql:Server",
        "azure-native:dbformysql:Server",
        "gcp:storage/bucket:Bucket",
        "gcp:bigquery/dataset:Dataset",
        "gcp:sql/databaseInstance:DatabaseInstance",
        "gcp:firestore/database:Database",
        "gcp:spanner/instance:Instance",
        "gcp:bigtable/instance:Instance",
    }
)
"""Types that keep the client's data."""
ACCESS = frozenset(
    {
        "aws:iam/accessKey:AccessKey",
        "aws:iam/userLoginProfile:UserLoginProfile",
        "aws:iam/role:Role",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:iam/samlProvider:SamlProvider",
        "aws:kms/grant:Grant",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:ssoadmin/accountAssignment:AccountAssignment",
        "aws:ram/principalAssociation:PrincipalAssociation",
        "azure-native:authorization:RoleAssignment",
        "azure-native:authorization:PimRoleEligibilitySchedule",
        "azure-native:managedservices:RegistrationAssignment",
        "azure-native:managedidentity:FederatedIdentityCredential",
        "azuread:index/applicationPassword:ApplicationPassword",
        "azuread:index/applicationCertificate:ApplicationCertificate",
        "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
        "azuread:index/servicePrincipalPassword:ServicePrincipalPassword",
        "azuread:index/invitation:Invitation",
        "gcp:serviceaccount/key:Key",
        "gcp:projects/iAMMember:IAMMember",
        "gcp:projects/iAMBinding:IAMBinding",
        "gcp:organizations/iAMMember:IAMMember",
        "gcp:folder/iAMMember:IAMMember",
        "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
        "gcp:storage/hmacKey:HmacKey",
    }
)
"""Types that open a way in. A type in some kind's `creates` need not stand here."""


def store(resource: Resource, context: Context) -> Iterator[Finding]:
    """Some export returns the data of this type."""
    if resource.type not in context.returns:
        yield fail("keeps data, and no export returns data of this type")


def access(resource: Resource, context: Context) -> Iterator[Finding]:
    """Some kind finds and ends the access of this type."""
    if resource.type not in context.opens:
        yield fail("opens a way in, and no kind of access path finds and ends ways of this type")


CONTROLS = (
    Control(
        id="exit-store-export",
        title="Every data store can be returned",
        why="The client is entitled to its data in full at the exit; a store that nobody can export is a lock-in.",
        fix="Use a store type that an export covers (`handoff policy list` names the controls; exports stand in handoff.exports), or add an export.",
        source="https://eur-lex.europa.eu/eli/reg/2023/2854/oj (read 2026-11-22)",
        maps=Maps(iso="A.5.23"),
        also=("eu-data-act 25", "gdpr 28(3)(g)"),
        category=Category.EXIT,
        reads=dict.fromkeys(sorted(STORES), ()),
        evaluate=store,
    ),
    Control(
        id="exit-access-kind",
        title="Every way in can be found and ended",
        why="Access of a kind that no sweep looks for would be reported as absent.",
        fix="Use a kind of access that a sweep covers, or add a kind.",
        source="https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final (read 2026-11-22)",
        maps=Maps(nist="AC-2 PS-7", iso="A.5.18"),
        category=Category.EXIT,
        reads=dict.fromkeys(sorted(ACCESS), ()),
        evaluate=access,
    ),
)
