"""Google Cloud: the types that open a way in, keep data, use a key or are a lasting credential."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ._ways import Form, LongLived, Store, Way

_IAM = """
cloudbuildv2: Connection
compute: Instance Subnetwork
dataproc: Cluster Job
folder: -
iap: TunnelInstance
kms: CryptoKey KeyRing
organizations: -
projects: -
pubsub: Subscription Topic
serviceaccount: -
spanner: Database Instance
storage: Bucket
"""
"""Module: what has `...IAMMember`, `...IAMBinding` and `...IAMPolicy`; `-` = the module itself."""
_MIXED = """
accesscontextmanager: AccessPolicy
apigateway: ApiConfig Api Gateway
apigee: Environment
artifactregistry: Repository
beyondcorp: SecurityGatewayApplication SecurityGateway
biglake: HiveCatalog HiveDatabase HiveTable IcebergCatalog IcebergNamespace IcebergTable
bigquery: Connection Datapolicyv2DataPolicy Dataset - Routine
bigqueryanalyticshub: DataExchange Listing
bigquerydatapolicy: DataPolicy
bigtable: Instance Table
billing: Account
binaryauthorization: Attestor
certificateauthority: CaPool CertificateTemplate
clouddeploy: CustomTargetType DeliveryPipeline Target
cloudfunctions: Function
cloudfunctionsv2: Function
cloudrun: -
cloudrunv2: Job Service WorkerPool
cloudtasks: Queue
colab: RuntimeTemplate
compute: BackendBucket BackendService Disk FirewallPolicy Image InstanceTemplate InstantSnapshot MachineImage NetworkFirewallPolicy RegionBackendBucket RegionBackendService RegionDisk RegionInstantSnapshot RegionNetworkFirewallPolicy Snapshot StoragePool
containeranalysis: Note
datacatalog: EntryGroup PolicyTag TagTemplate Taxonomy
dataform: Repository
dataplex: AspectType Asset DataProduct Datascan EntryGroup EntryType Glossary Lake Task Zone
dataproc: AutoscalingPolicy MetastoreDatabase MetastoreFederation MetastoreService MetastoreTable
discoveryengine: SearchEngine
dns: DnsManagedZone
endpoints: Consumers Service
eventarc: Pipeline
gemini: DataAnalyticsDataAgent RepositoryGroup
gkebackup: BackupPlan RestorePlan
gkehub: Feature Membership Scope
healthcare: ConsentStore Dataset DicomStore FhirStore Hl7Store
iam: WorkforcePool WorkloadIdentityPool
iap: AgentRegistryAgent AgentRegistryEndpoint AgentRegistry AgentRegistryMcpServer AppEngineService AppEngineVersion LocationWeb TunnelDestGroup Tunnel WebBackendService WebCloudRunService WebForwardingRuleService Web WebRegionBackendService WebRegionForwardingRuleService WebTypeAppEnging WebTypeCompute
kms: EkmConnection
logging: LogView
networkconnectivity: Hub
networksecurity: AddressGroup
pubsub: Schema
runtimeconfig: Config
secretmanager: RegionalSecret Secret
securesourcemanager: Instance Repository
securitycenter: Instance Source V2OrganizationSource
servicedirectory: Namespace Service
sourcerepo: Repository
storage: ManagedFolder
tags: TagKey TagValue
vertex: AiEndpoint AiFeatureGroup AiFeatureOnlineStoreFeatureview AiFeatureOnlineStore AiFeatureStoreEntityType AiFeatureStore AiReasoningEngine
workbench: Instance
workstations: WorkstationConfig Workstation
"""
"""The same for `...IamMember`, `...IamBinding` and `...IamPolicy`."""


def _tokens(rows: str, style: str, suffix: str) -> Iterator[str]:
    for row in rows.split("\n"):
        module, _, names = row.partition(": ")
        for name in names.split():
            made = f"{'' if name == '-' else name}{style}{suffix}"
            yield f"gcp:{module}/{made[0].lower()}{made[1:]}:{made}"


def _every(suffix: str) -> Iterator[str]:
    yield from _tokens(_IAM, "IAM", suffix)
    yield from _tokens(_MIXED, "Iam", suffix)


_CONDITION = {"condition.expression": "condition"}
MEMBERS = frozenset(_every("Member"))
BINDINGS = frozenset(_every("Binding"))
POLICIES = frozenset(_every("Policy"))
_POOL = "the condition of each binding"
ACCESS: Mapping[str, tuple[Way, ...]] = {
    **dict.fromkeys(sorted(MEMBERS), (Way(form=Form.GCP_MEMBER, at="member", beside=_CONDITION),)),
    **dict.fromkeys(sorted(BINDINGS), (Way(form=Form.GCP_MEMBER, at="members[*]", beside=_CONDITION),)),
    **dict.fromkeys(sorted(POLICIES), (Way(form=Form.GCP_POLICY, at="policyData"),)),
    "gcp:serviceaccount/key:Key": (Way(form=Form.GCP_ACCOUNT, at="serviceAccountId"),),
    "gcp:storage/hmacKey:HmacKey": (Way(form=Form.GCP_ACCOUNT, at="serviceAccountEmail"),),
    "gcp:serviceaccount/account:Account": (Way(form=Form.IDENTITY),),
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": (Way(form=Form.IDENTITY),),
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": (
        Way(form=Form.ISSUER, at="oidc.issuerUri", ends_elsewhere=_POOL),
        Way(form=Form.SAML, at="saml.idpMetadataXml", ends_elsewhere=_POOL),
        Way(form=Form.AWS_ACCOUNT, at="aws.accountId", ends_elsewhere=_POOL),
    ),
    "gcp:iam/workforcePool:WorkforcePool": (Way(form=Form.IDENTITY),),
    "gcp:iam/workforcePoolProvider:WorkforcePoolProvider": (
        Way(form=Form.ISSUER, at="oidc.issuerUri", ends_elsewhere=_POOL),
        Way(form=Form.SAML, at="saml.idpMetadataXml", ends_elsewhere=_POOL),
    ),
    "gcp:iam/workforcePoolProviderKey:WorkforcePoolProviderKey": (Way(form=Form.SECRET),),
    "gcp:iam/workforcePoolProviderScimToken:WorkforcePoolProviderScimToken": (Way(form=Form.SECRET),),
    "gcp:storage/bucketACL:BucketACL": (Way(form=Form.GCP_ENTITY, at="roleEntities[*]"),),
    "gcp:storage/bucketAccessControl:BucketAccessControl": (Way(form=Form.GCP_ENTITY, at="entity"),),
    "gcp:storage/defaultObjectACL:DefaultObjectACL": (Way(form=Form.GCP_ENTITY, at="roleEntities[*]"),),
    "gcp:storage/defaultObjectAccessControl:DefaultObjectAccessControl": (Way(form=Form.GCP_ENTITY, at="entity"),),
    "gcp:storage/objectACL:ObjectACL": (Way(form=Form.GCP_ENTITY, at="roleEntities[*]"),),
    "gcp:storage/objectAccessControl:ObjectAccessControl": (Way(form=Form.GCP_ENTITY, at="entity"),),
    "gcp:bigquery/datasetAccess:DatasetAccess": (
        Way(form=Form.EMAIL, at="userByEmail"),
        Way(form=Form.EMAIL, at="groupByEmail"),
        Way(form=Form.EMAIL, at="domain"),
        Way(form=Form.GCP_MEMBER, at="iamMember"),
        Way(form=Form.GCP_MEMBER, at="specialGroup"),
    ),
    "gcp:bigquery/dataset:Dataset": (
        Way(form=Form.EMAIL, at="accesses[*].userByEmail", covered_as=("gcp:bigquery/datasetAccess:DatasetAccess",)),
        Way(form=Form.EMAIL, at="accesses[*].groupByEmail", covered_as=("gcp:bigquery/datasetAccess:DatasetAccess",)),
        Way(form=Form.GCP_MEMBER, at="accesses[*].iamMember", covered_as=("gcp:bigquery/datasetAccess:DatasetAccess",)),
    ),
    "gcp:bigquery/rowAccessPolicy:RowAccessPolicy": (Way(form=Form.GCP_MEMBER, at="grantees[*]"),),
    "gcp:cloudidentity/groupMembership:GroupMembership": (Way(form=Form.EMAIL, at="preferredMemberKey.id"), Way(form=Form.EMAIL, at="memberKey.id")),
    "gcp:oslogin/sshPublicKey:SshPublicKey": (Way(form=Form.EMAIL, at="user"),),
    "gcp:projects/apiKey:ApiKey": (Way(form=Form.SECRET),),
    "gcp:compute/backendServiceSignedUrlKey:BackendServiceSignedUrlKey": (Way(form=Form.SECRET),),
    "gcp:compute/backendBucketSignedUrlKey:BackendBucketSignedUrlKey": (Way(form=Form.SECRET),),
    "gcp:sql/user:User": (Way(form=Form.SECRET),),
    "gcp:alloydb/user:User": (Way(form=Form.SECRET),),
    "gcp:compute/firewall:Firewall": (Way(form=Form.NETWORK, at="sourceRanges[*]"),),
}
"""Every type that opens a way in."""

_LABELS = "labels"
STORES: Mapping[str, Store] = {
    "gcp:storage/bucket:Bucket": Store(tags=_LABELS, keys=("encryption.defaultKmsKeyName",)),
    "gcp:bigquery/dataset:Dataset": Store(tags=_LABELS, keys=("defaultEncryptionConfiguration.kmsKeyName",)),
    "gcp:sql/databaseInstance:DatabaseInstance": Store(tags="settings.userLabels", keys=("encryptionKeyName",)),
    "gcp:firestore/database:Database": Store(tags="tags", keys=("cmekConfig.kmsKeyName",)),
    "gcp:spanner/instance:Instance": Store(tags=_LABELS, is_whole=False),
    "gcp:spanner/database:Database": Store(
        tags="", keys=("encryptionConfig.kmsKeyName", "encryptionConfig.kmsKeyNames[*]"), parent=("instance", "gcp:spanner/instance:Instance")
    ),
    "gcp:bigtable/instance:Instance": Store(tags=_LABELS, keys=("clusters[*].kmsKeyName",)),
    "gcp:filestore/instance:Instance": Store(tags=_LABELS, keys=("kmsKeyName",)),
    "gcp:redis/instance:Instance": Store(tags=_LABELS, keys=("customerManagedKey",)),
    "gcp:redis/cluster:Cluster": Store(tags=_LABELS, keys=("kmsKey",)),
    "gcp:memorystore/instance:Instance": Store(tags=_LABELS, keys=("kmsKey",)),
    "gcp:alloydb/cluster:Cluster": Store(tags=_LABELS, keys=("encryptionConfig.kmsKeyName",)),
    "gcp:compute/disk:Disk": Store(tags=_LABELS, keys=("diskEncryptionKey.kmsKeySelfLink",)),
    "gcp:compute/regionDisk:RegionDisk": Store(tags=_LABELS, keys=("diskEncryptionKey.kmsKeyName",)),
    "gcp:healthcare/dataset:Dataset": Store(tags="", keys=("encryptionSpec.kmsKeyName",)),
    "gcp:artifactregistry/repository:Repository": Store(tags=_LABELS, keys=("kmsKeyName",)),
    "gcp:netapp/volume:Volume": Store(tags=_LABELS, parent=("storagePool", "gcp:netapp/storagePool:StoragePool")),
    "gcp:looker/instance:Instance": Store(tags="", keys=("encryptionConfig.kmsKeyName",)),
    "gcp:dataproc/metastoreService:MetastoreService": Store(tags=_LABELS, keys=("encryptionConfig.kmsKey",)),
}
"""Every type that keeps the client's data."""
PARENT_KEYS: Mapping[str, str] = {"gcp:netapp/storagePool:StoragePool": "kmsConfig"}
"""What holds the key of its parts, and where."""
SECRETS: Mapping[str, Store] = {
    "gcp:secretmanager/secret:Secret": Store(
        tags=_LABELS,
        keys=("replication.userManaged.replicas[*].customerManagedEncryption.kmsKeyName", "replication.auto.customerManagedEncryption.kmsKeyName"),
    ),
    "gcp:secretmanager/regionalSecret:RegionalSecret": Store(tags=_LABELS, keys=("customerManagedEncryption.kmsKeyName",)),
    "gcp:parametermanager/parameter:Parameter": Store(tags=_LABELS, keys=("kmsKey",)),
}
"""Every type that keeps secrets."""
USES_KEY: Mapping[str, tuple[str, ...]] = {
    **{token: store.keys for token, store in (*STORES.items(), *SECRETS.items()) if store.keys},
    "gcp:pubsub/topic:Topic": ("kmsKeyName",),
    "gcp:logging/projectBucketConfig:ProjectBucketConfig": ("cmekSettings.kmsKeyName",),
    "gcp:backupdisasterrecovery/backupVault:BackupVault": ("encryptionConfig.kmsKeyName",),
}
"""Every type that uses a key, and where it names it."""
IMPORTED: Mapping[str, str] = {
    "gcp:kms/cryptoKey:CryptoKey": "importOnly",
    "gcp:kms/keyRingImportJob:KeyRingImportJob": "importMethod",
    "gcp:compute/disk:Disk": "diskEncryptionKey.rawKey",
    "gcp:compute/regionDisk:RegionDisk": "diskEncryptionKey.rawKey",
}
"""Keys whose material comes from outside."""
LONG_LIVED: Mapping[str, LongLived] = {
    "gcp:serviceaccount/key:Key": LongLived(what="a service account key"),
    "gcp:storage/hmacKey:HmacKey": LongLived(what="an HMAC key"),
    "gcp:projects/apiKey:ApiKey": LongLived(what="an API key"),
    "gcp:oslogin/sshPublicKey:SshPublicKey": LongLived(what="an SSH key"),
    "gcp:iam/workforcePoolProviderScimToken:WorkforcePoolProviderScimToken": LongLived(what="a SCIM token"),
}
"""Credentials that work until somebody ends them."""
