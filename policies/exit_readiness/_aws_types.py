"""AWS: the types that open a way in, keep data, use a key or are a lasting credential."""

from __future__ import annotations

from collections.abc import Mapping

from ._ways import Form, LongLived, Store, Way

BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
KEY = "aws:kms/key:Key"
USER_CREDENTIALS = ("aws:iam/accessKey:AccessKey", "aws:iam/userLoginProfile:UserLoginProfile")
ROLE_TRUST = "the trust of each role that names it"

_POLICIES: Mapping[str, tuple[str, ...]] = {
    "policy": (
        BUCKET_POLICY,
        KEY,
        "aws:kms/keyPolicy:KeyPolicy",
        "aws:kms/externalKey:ExternalKey",
        "aws:kms/replicaKey:ReplicaKey",
        "aws:kms/replicaExternalKey:ReplicaExternalKey",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "aws:ecr/registryPolicy:RegistryPolicy",
        "aws:ecrpublic/repositoryPolicy:RepositoryPolicy",
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        "aws:glacier/vaultLock:VaultLock",
        "aws:backup/vaultPolicy:VaultPolicy",
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
        "aws:acmpca/policy:Policy",
        "aws:apigateway/restApiPolicy:RestApiPolicy",
        "aws:bedrock/agentcoreResourcePolicy:AgentcoreResourcePolicy",
        "aws:codebuild/resourcePolicy:ResourcePolicy",
        "aws:dsql/clusterPolicy:ClusterPolicy",
        "aws:dynamodb/resourcePolicy:ResourcePolicy",
        "aws:glue/resourcePolicy:ResourcePolicy",
        "aws:kinesis/resourcePolicy:ResourcePolicy",
        "aws:lambda/resourcePolicy:ResourcePolicy",
        "aws:mediastore/containerPolicy:ContainerPolicy",
        "aws:msk/clusterPolicy:ClusterPolicy",
        "aws:networkfirewall/resourcePolicy:ResourcePolicy",
        "aws:oam/sinkPolicy:SinkPolicy",
        "aws:opensearchingest/resourcePolicy:ResourcePolicy",
        "aws:pinpoint/smsvoicev2ResourcePolicy:Smsvoicev2ResourcePolicy",
        "aws:redshift/resourcePolicy:ResourcePolicy",
        "aws:redshiftserverless/resourcePolicy:ResourcePolicy",
        "aws:s3/accessPoint:AccessPoint",
        "aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy",
        "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy",
        "aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy",
        "aws:s3control/accessPointPolicy:AccessPointPolicy",
        "aws:s3control/bucketPolicy:BucketPolicy",
        "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy",
        "aws:schemas/registryPolicy:RegistryPolicy",
        "aws:ses/identityPolicy:IdentityPolicy",
        "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy",
        "aws:vpclattice/authPolicy:AuthPolicy",
        "aws:vpclattice/resourcePolicy:ResourcePolicy",
    ),
    "policyDocument": (
        "aws:amp/resourcePolicy:ResourcePolicy",
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "aws:codeartifact/domainPermissions:DomainPermissions",
        "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy",
        "aws:xray/resourcePolicy:ResourcePolicy",
    ),
    "accessPolicies": ("aws:opensearch/domainPolicy:DomainPolicy", "aws:elasticsearch/domainPolicy:DomainPolicy"),
    "accessPolicy": (
        "aws:cloudsearch/domainServiceAccessPolicy:DomainServiceAccessPolicy",
        "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy",
    ),
    "resourcePolicy": (
        "aws:s3tables/tableBucketPolicy:TableBucketPolicy",
        "aws:s3tables/tablePolicy:TablePolicy",
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
    ),
    "deliveryDestinationPolicy": ("aws:cloudwatch/logDeliveryDestinationPolicy:LogDeliveryDestinationPolicy",),
    "details.policy": ("aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy",),
    "content": ("aws:organizations/resourcePolicy:ResourcePolicy",),
    "assumeRolePolicy": ("aws:iam/role:Role",),
}
"""Property with a policy document -> types."""
_INLINE: Mapping[str, tuple[str, str]] = {
    "aws:s3/bucket:Bucket": ("policy", BUCKET_POLICY),
    "aws:s3/bucketV2:BucketV2": ("policy", BUCKET_POLICY),
    "aws:sqs/queue:Queue": ("policy", "aws:sqs/queuePolicy:QueuePolicy"),
    "aws:sns/topic:Topic": ("policy", "aws:sns/topicPolicy:TopicPolicy"),
    "aws:secretsmanager/secret:Secret": ("policy", "aws:secretsmanager/secretPolicy:SecretPolicy"),
    "aws:glacier/vault:Vault": ("accessPolicy", "aws:glacier/vault:Vault"),
    "aws:opensearch/domain:Domain": ("accessPolicies", "aws:opensearch/domainPolicy:DomainPolicy"),
    "aws:elasticsearch/domain:Domain": ("accessPolicies", "aws:elasticsearch/domainPolicy:DomainPolicy"),
    "aws:apigateway/restApi:RestApi": ("policy", "aws:apigateway/restApiPolicy:RestApiPolicy"),
}
"""Types that may carry the policy themselves: the property, and the type whose kind finds it."""
_PRINCIPALS: Mapping[str, str] = {
    "aws:kms/grant:Grant": "granteePrincipal",
    "aws:ram/principalAssociation:PrincipalAssociation": "principal",
    "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission": "accountId",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": "principalArn",
    "aws:ec2/vpcEndpointService:VpcEndpointService": "allowedPrincipals[*]",
    "aws:ec2/networkInterfacePermission:NetworkInterfacePermission": "awsAccountId",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "peerOwnerId",
    "aws:redshift/endpointAuthorization:EndpointAuthorization": "account",
    "aws:redshift/dataShareAuthorization:DataShareAuthorization": "consumerIdentifier",
    "aws:lakeformation/permissions:Permissions": "principal",
    "aws:directoryservice/sharedDirectory:SharedDirectory": "target.id",
    "aws:eks/accessEntry:AccessEntry": "principalArn",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "principalArn",
    "aws:servicecatalog/portfolioShare:PortfolioShare": "principalId",
    "aws:opensearch/authorizeVpcEndpointAccess:AuthorizeVpcEndpointAccess": "account",
    "aws:rds/snapshot:Snapshot": "sharedAccounts[*]",
    "aws:rds/snapshotCopy:SnapshotCopy": "sharedAccounts[*]",
    "aws:rds/clusterSnapshot:ClusterSnapshot": "sharedAccounts[*]",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": "sharedAccounts[*]",
    "aws:signer/signingProfilePermission:SigningProfilePermission": "principal",
    "aws:organizations/delegatedAdministrator:DelegatedAdministrator": "accountId",
    "aws:cloudtrail/organizationDelegatedAdminAccount:OrganizationDelegatedAdminAccount": "accountId",
    "aws:auditmanager/frameworkShare:FrameworkShare": "destinationAccount",
    "aws:licensemanager/licenseGrant:LicenseGrant": "principal",
    "aws:quicksight/user:User": "iamArn",
    "aws:s3control/accessGrant:AccessGrant": "grantee.granteeIdentifier",
}
"""Types that name one principal, and where."""
_USERS: Mapping[str, str] = {
    "aws:iam/accessKey:AccessKey": "user",
    "aws:iam/userLoginProfile:UserLoginProfile": "user",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "userName",
    "aws:iam/sshKey:SshKey": "username",
    "aws:iam/signingCertificate:SigningCertificate": "userName",
}
ACCESS: Mapping[str, tuple[Way, ...]] = {
    **{token: (Way(form=Form.AWS_POLICY, at=path),) for path, tokens in _POLICIES.items() for token in tokens},
    **{token: (Way(form=Form.AWS_POLICY, at=path, covered_as=(kin,)),) for token, (path, kin) in _INLINE.items()},
    **{token: (Way(form=Form.AWS_PRINCIPAL, at=path),) for token, path in _PRINCIPALS.items()},
    **{token: (Way(form=Form.AWS_USER, at=path),) for token, path in _USERS.items()},
    "aws:acmpca/permission:Permission": (Way(form=Form.AWS_PRINCIPAL, at="principal", beside={"sourceAccount": "aws:sourceaccount"}),),
    "aws:lambda/permission:Permission": (
        Way(
            form=Form.AWS_PRINCIPAL,
            at="principal",
            beside={"sourceAccount": "aws:sourceaccount", "sourceArn": "aws:sourcearn", "principalOrgId": "aws:principalorgid"},
        ),
    ),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": (
        Way(form=Form.AWS_PRINCIPAL, at="principal", beside={"organizationId": "aws:principalorgid"}),
    ),
    "aws:cloudwatch/eventPermission:EventPermission": (Way(form=Form.AWS_PRINCIPAL, at="principal", beside={"condition.value": "aws:principalorgid"}),),
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": (
        Way(form=Form.AWS_PRINCIPAL, at="accountId"),
        Way(form=Form.AWS_PRINCIPAL, at="organizationArn"),
        Way(form=Form.AWS_PRINCIPAL, at="organizationalUnitArn"),
        Way(form=Form.AWS_PRINCIPAL, at="group"),
    ),
    "aws:ssm/document:Document": (Way(form=Form.AWS_PRINCIPAL, at="permissions.account_ids", only_if=("permissions.type", ("Share",))),),
    "aws:s3/bucketAcl:BucketAcl": (Way(form=Form.AWS_CANONICAL, at="accessControlPolicy.grants[*].grantee.id"),),
    "aws:iam/user:User": (Way(form=Form.IDENTITY, covered_as=USER_CREDENTIALS),),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (Way(form=Form.ISSUER, at="url", ends_elsewhere=ROLE_TRUST),),
    "aws:iam/samlProvider:SamlProvider": (Way(form=Form.SAML, at="samlMetadataDocument", ends_elsewhere=ROLE_TRUST),),
    "aws:ssoadmin/accountAssignment:AccountAssignment": (Way(form=Form.OBJECT, at="principalId"),),
    "aws:ssoadmin/applicationAssignment:ApplicationAssignment": (Way(form=Form.OBJECT, at="principalId"),),
    "aws:ssoadmin/trustedTokenIssuer:TrustedTokenIssuer": (
        Way(
            form=Form.ISSUER,
            at="trustedTokenIssuerConfiguration.oidcJwtConfiguration.issuerUrl",
            ends_elsewhere="the application's grants",
        ),
    ),
    "aws:identitystore/groupMembership:GroupMembership": (Way(form=Form.OBJECT, at="memberId"),),
    "aws:identitystore/user:User": (Way(form=Form.EMAIL, at="userName", ends_elsewhere="the user's assignments"),),
    "aws:rolesanywhere/trustAnchor:TrustAnchor": (Way(form=Form.SECRET),),
    "aws:directoryservice/trust:Trust": (Way(form=Form.SECRET),),
    "aws:ssm/activation:Activation": (Way(form=Form.SECRET, ends="expirationDate"),),
    "aws:transfer/user:User": (Way(form=Form.SECRET),),
    "aws:transfer/sshKey:SshKey": (Way(form=Form.SECRET),),
    "aws:ec2/keyPair:KeyPair": (Way(form=Form.SECRET),),
    "aws:lightsail/keyPair:KeyPair": (Way(form=Form.SECRET),),
    "aws:lightsail/bucketAccessKey:BucketAccessKey": (Way(form=Form.SECRET),),
    "aws:ec2/securityGroup:SecurityGroup": (
        Way(form=Form.NETWORK, at="ingress[*].cidrBlocks[*]"),
        Way(form=Form.NETWORK, at="ingress[*].ipv6CidrBlocks[*]"),
    ),
    "aws:ec2/securityGroupRule:SecurityGroupRule": (
        Way(form=Form.NETWORK, at="cidrBlocks[*]", only_if=("type", ("ingress",))),
        Way(form=Form.NETWORK, at="ipv6CidrBlocks[*]", only_if=("type", ("ingress",))),
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        Way(form=Form.NETWORK, at="cidrIpv4"),
        Way(form=Form.NETWORK, at="cidrIpv6"),
    ),
}
"""Every type that opens a way in."""

_KEYED: Mapping[str, str] = {
    "aws:rds/instance:Instance": "kmsKeyId",
    "aws:rds/cluster:Cluster": "kmsKeyId",
    "aws:docdb/cluster:Cluster": "kmsKeyId",
    "aws:neptune/cluster:Cluster": "kmsKeyArn",
    "aws:dynamodb/table:Table": "serverSideEncryption.kmsKeyArn",
    "aws:efs/fileSystem:FileSystem": "kmsKeyId",
    "aws:fsx/lustreFileSystem:LustreFileSystem": "kmsKeyId",
    "aws:fsx/ontapFileSystem:OntapFileSystem": "kmsKeyId",
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": "kmsKeyId",
    "aws:fsx/windowsFileSystem:WindowsFileSystem": "kmsKeyId",
    "aws:redshift/cluster:Cluster": "kmsKeyId",
    "aws:redshiftserverless/namespace:Namespace": "kmsKeyId",
    "aws:opensearch/domain:Domain": "encryptAtRest.kmsKeyId",
    "aws:opensearch/serverlessCollection:ServerlessCollection": "encryptionConfigs[*].kmsKeyArn",
    "aws:elasticsearch/domain:Domain": "encryptAtRest.kmsKeyId",
    "aws:elasticache/replicationGroup:ReplicationGroup": "kmsKeyId",
    "aws:elasticache/serverlessCache:ServerlessCache": "kmsKeyId",
    "aws:memorydb/cluster:Cluster": "kmsKeyArn",
    "aws:keyspaces/table:Table": "encryptionSpecification.kmsKeyIdentifier",
    "aws:timestreamwrite/database:Database": "kmsKeyId",
    "aws:kinesis/stream:Stream": "kmsKeyId",
    "aws:msk/cluster:Cluster": "encryptionInfo.encryptionAtRestKmsKeyArn",
    "aws:ebs/volume:Volume": "kmsKeyId",
    "aws:qldb/ledger:Ledger": "kmsKey",
    "aws:codecommit/repository:Repository": "kmsKeyId",
    "aws:ecr/repository:Repository": "encryptionConfigurations[*].kmsKey",
    "aws:dsql/cluster:Cluster": "kmsEncryptionKey",
    "aws:mq/broker:Broker": "encryptionOptions.kmsKeyId",
    "aws:s3tables/tableBucket:TableBucket": "encryptionConfiguration.kmsKeyArn",
    "aws:s3/vectorsVectorBucket:VectorsVectorBucket": "encryptionConfigurations[*].kmsKeyArn",
}
BUCKETS: Mapping[str, str] = {
    "aws:s3/bucket:Bucket": "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault.kmsMasterKeyId",
    "aws:s3/bucketV2:BucketV2": "serverSideEncryptionConfigurations[*].rules[*].applyServerSideEncryptionByDefaults[*].kmsMasterKeyId",
}
STORES: Mapping[str, Store] = {
    **{token: Store(keys=(path,)) for token, path in (*_KEYED.items(), *BUCKETS.items())},
    "aws:glacier/vault:Vault": Store(),
    "aws:lightsail/bucket:Bucket": Store(),
    "aws:lightsail/database:Database": Store(),
    "aws:cognito/userPool:UserPool": Store(),
}
"""Every type that keeps the client's data."""
SECRETS: Mapping[str, Store] = {
    "aws:secretsmanager/secret:Secret": Store(keys=("kmsKeyId",)),
    "aws:ssm/parameter:Parameter": Store(keys=("keyId",)),
}
"""Every type that keeps secrets."""
USES_KEY: Mapping[str, tuple[str, ...]] = {
    **{token: (path,) for token, path in (*_KEYED.items(), *BUCKETS.items())},
    "aws:secretsmanager/secret:Secret": ("kmsKeyId", "replicas[*].kmsKeyId"),
    "aws:ssm/parameter:Parameter": ("keyId",),
    "aws:backup/vault:Vault": ("kmsKeyArn",),
    "aws:cloudtrail/trail:Trail": ("kmsKeyId",),
    "aws:cloudwatch/logGroup:LogGroup": ("kmsKeyId",),
    "aws:ebs/defaultKmsKey:DefaultKmsKey": ("keyArn",),
    "aws:lambda/function:Function": ("kmsKeyArn",),
    "aws:sns/topic:Topic": ("kmsMasterKeyId",),
    "aws:sqs/queue:Queue": ("kmsMasterKeyId",),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ("rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyId",),
}
"""Every type that uses a key, and where it names it."""
IMPORTED: Mapping[str, str] = {
    "aws:kms/externalKey:ExternalKey": "keyMaterialBase64",
    "aws:kms/replicaExternalKey:ReplicaExternalKey": "keyMaterialBase64",
}
"""Keys whose material the program itself brings along."""
LONG_LIVED: Mapping[str, LongLived] = {
    "aws:iam/accessKey:AccessKey": LongLived(what="an access key"),
    "aws:iam/userLoginProfile:UserLoginProfile": LongLived(what="a console password"),
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": LongLived(what="a service password"),
    "aws:iam/sshKey:SshKey": LongLived(what="an SSH key"),
    "aws:iam/signingCertificate:SigningCertificate": LongLived(what="a signing certificate"),
    "aws:lightsail/bucketAccessKey:BucketAccessKey": LongLived(what="an access key of a bucket"),
    "aws:ec2/keyPair:KeyPair": LongLived(what="an SSH key pair", tags="tags"),
    "aws:transfer/sshKey:SshKey": LongLived(what="an SSH key"),
    "aws:ssm/activation:Activation": LongLived(what="an activation code", tags="tags", ends="expirationDate"),
}
"""Credentials that work until somebody ends them."""
