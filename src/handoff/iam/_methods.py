"""The known ways from a right to more access, as data.

source: https://pathfinding.cloud (read 2026-11-22)
source: https://hackingthe.cloud/aws/exploitation/iam_privilege_escalation/ (read 2026-11-22)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Gives(StrEnum):
    """What somebody has won who takes a way."""

    CREDENTIAL = "a credential of another principal"
    RIGHTS = "more rights for a principal"
    ROLE = "the rights of a role"
    TRUST = "a trust that lets others in"
    SHARE = "a resource opened to others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """One way to mint new access."""

    id: str
    actions: tuple[str, ...]
    """IAM actions that are needed together."""
    gives: Gives
    resource: str = "*"
    """Where the first of the actions is needed: a pattern of ARNs."""


_USER, _GROUP, _ROLE, _POLICY = "arn:*:iam::*:user/*", "arn:*:iam::*:group/*", "arn:*:iam::*:role/*", "arn:*:iam::*:policy/*"
_OIDC, _SAML = "arn:*:iam::*:oidc-provider/*", "arn:*:iam::*:saml-provider/*"
_PASS = "iam:PassRole"  # noqa: S105 an action


def _each(gives: Gives, resource: str, *actions: str) -> tuple[Means, ...]:
    """One action is enough."""
    return tuple(Means(id=action, actions=(action,), gives=gives, resource=resource) for action in actions)


def _passing(*ways: str) -> tuple[Means, ...]:
    """A role handed to something that then acts as it; `+` joins what is needed beside iam:PassRole."""
    return tuple(Means(id=f"{_PASS}+{way}", actions=(_PASS, *way.split("+")), gives=Gives.ROLE, resource=_ROLE) for way in ways)


METHODS: tuple[Means, ...] = (
    # Credentials of other principals.
    *_each(
        Gives.CREDENTIAL,
        _USER,
        "iam:CreateAccessKey",
        "iam:UpdateAccessKey",
        "iam:CreateLoginProfile",
        "iam:UpdateLoginProfile",
        "iam:CreateServiceSpecificCredential",
        "iam:ResetServiceSpecificCredential",
        "iam:UploadSSHPublicKey",
        "iam:UploadSigningCertificate",
    ),
    *_each(Gives.CREDENTIAL, "*", "sts:AssumeRoot", "account:StartPrimaryEmailUpdate"),
    *_each(Gives.ROLE, _ROLE, "sts:AssumeRole"),
    # Rights.
    *_each(Gives.RIGHTS, _USER, "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"),
    *_each(Gives.RIGHTS, _USER, "iam:DeleteUserPolicy", "iam:DetachUserPolicy", "iam:TagUser"),
    *_each(Gives.RIGHTS, _GROUP, "iam:PutGroupPolicy", "iam:AttachGroupPolicy", "iam:AddUserToGroup"),
    *_each(Gives.RIGHTS, _ROLE, "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"),
    *_each(Gives.RIGHTS, _ROLE, "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:TagRole"),
    *_each(Gives.RIGHTS, _POLICY, "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"),
    *_each(
        Gives.RIGHTS,
        "*",
        "sso:CreateAccountAssignment",
        "sso:PutInlinePolicyToPermissionSet",
        "sso:AttachManagedPolicyToPermissionSet",
        "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
        "identitystore:CreateGroupMembership",
        "organizations:DetachPolicy",
        "organizations:UpdatePolicy",
        "eks:CreateAccessEntry",
        "eks:UpdateAccessEntry",
        "eks:AssociateAccessPolicy",
        "lakeformation:GrantPermissions",
        "lakeformation:PutDataLakeSettings",
    ),
    # Trusts and federation.
    *_each(Gives.TRUST, _ROLE, "iam:UpdateAssumeRolePolicy", "iam:CreateRole"),
    *_each(Gives.TRUST, _OIDC, "iam:CreateOpenIDConnectProvider", "iam:AddClientIDToOpenIDConnectProvider", "iam:UpdateOpenIDConnectProviderThumbprint"),
    *_each(Gives.TRUST, _SAML, "iam:CreateSAMLProvider", "iam:UpdateSAMLProvider"),
    *_each(
        Gives.TRUST,
        "*",
        "rolesanywhere:CreateTrustAnchor",
        "rolesanywhere:UpdateTrustAnchor",
        "rolesanywhere:EnableTrustAnchor",
        "rolesanywhere:UpdateProfile",
        "sso:CreateTrustedTokenIssuer",
        "organizations:RegisterDelegatedAdministrator",
        "organizations:PutResourcePolicy",
        "organizations:InviteAccountToOrganization",
    ),
    Means(id="iam:CreateUser+iam:CreateAccessKey", actions=("iam:CreateUser", "iam:CreateAccessKey"), gives=Gives.CREDENTIAL, resource=_USER),
    Means(id="iam:CreateUser+iam:CreateLoginProfile", actions=("iam:CreateUser", "iam:CreateLoginProfile"), gives=Gives.CREDENTIAL, resource=_USER),
    Means(id="cognito-identity:SetIdentityPoolRoles", actions=("cognito-identity:SetIdentityPoolRoles", _PASS), gives=Gives.ROLE),
    # A role handed to what then acts as it.
    *_passing(
        "lambda:CreateFunction+lambda:InvokeFunction",
        "lambda:CreateFunction+lambda:CreateEventSourceMapping",
        "lambda:CreateFunction+lambda:AddPermission",
        "lambda:CreateFunction+lambda:CreateFunctionUrlConfig",
        "lambda:UpdateFunctionConfiguration",
        "ec2:RunInstances",
        "ec2:RequestSpotInstances",
        "ec2:RequestSpotFleet",
        "ec2:CreateFleet",
        "ec2:AssociateIamInstanceProfile",
        "ec2:ReplaceIamInstanceProfileAssociation",
        "ec2:CreateLaunchTemplateVersion+ec2:ModifyLaunchTemplate",
        "autoscaling:CreateLaunchConfiguration+autoscaling:CreateAutoScalingGroup",
        "autoscaling:UpdateAutoScalingGroup",
        "cloudformation:CreateStack",
        "cloudformation:UpdateStack",
        "cloudformation:CreateChangeSet+cloudformation:ExecuteChangeSet",
        "cloudformation:CreateStackSet+cloudformation:CreateStackInstances",
        "cloudformation:UpdateStackSet",
        "ssm:StartAutomationExecution",
        "ssm:CreateActivation",
        "codebuild:CreateProject+codebuild:StartBuild",
        "codebuild:CreateProject+codebuild:StartBuildBatch",
        "codebuild:UpdateProject+codebuild:StartBuild",
        "codepipeline:CreatePipeline",
        "codepipeline:UpdatePipeline+codepipeline:StartPipelineExecution",
        "glue:CreateDevEndpoint",
        "glue:CreateJob+glue:StartJobRun",
        "glue:CreateJob+glue:CreateTrigger",
        "glue:UpdateJob+glue:StartJobRun",
        "glue:UpdateJob+glue:CreateTrigger",
        "glue:CreateSession+glue:RunStatement",
        "datapipeline:CreatePipeline+datapipeline:PutPipelineDefinition+datapipeline:ActivatePipeline",
        "sagemaker:CreateNotebookInstance+sagemaker:CreatePresignedNotebookInstanceUrl",
        "sagemaker:CreateTrainingJob",
        "sagemaker:CreateProcessingJob",
        "ecs:RegisterTaskDefinition+ecs:RunTask",
        "ecs:RegisterTaskDefinition+ecs:StartTask",
        "ecs:RegisterTaskDefinition+ecs:CreateService",
        "ecs:RegisterTaskDefinition+ecs:UpdateService",
        "ecs:RunTask",
        "apprunner:CreateService",
        "batch:RegisterJobDefinition+batch:SubmitJob",
        "elasticmapreduce:RunJobFlow",
        "emr-serverless:CreateApplication+emr-serverless:StartJobRun",
        "states:CreateStateMachine+states:StartExecution",
        "states:UpdateStateMachine+states:StartExecution",
        "events:PutRule+events:PutTargets",
        "scheduler:CreateSchedule",
        "bedrock-agentcore:CreateCodeInterpreter+bedrock-agentcore:StartCodeInterpreterSession+bedrock-agentcore:InvokeCodeInterpreter",
        "braket:CreateJob",
        "imagebuilder:CreateInfrastructureConfiguration",
        "kinesisanalytics:CreateApplication",
        "eks:CreatePodIdentityAssociation",
        "iot:CreateRoleAlias",
        "transfer:CreateUser",
        "gamelift:CreateFleet",
        "appsync:CreateDataSource",
        "rolesanywhere:CreateProfile",
    ),
    # Something that acts as a role already, made to do something else.
    *_each(
        Gives.ROLE,
        "*",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "ec2-instance-connect:SendSSHPublicKey",
        "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
        "ssm:SendCommand",
        "ssm:StartSession",
        "ssm:ResumeSession",
        "ssm:CreateAssociation",
        "ssm:UpdateAssociation",
        "ssm:StartAutomationExecution",
        "cloudformation:UpdateStack",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:UpdateStackSet",
        "codebuild:StartBuild",
        "codebuild:StartBuildBatch",
        "codebuild:StartSandbox",
        "codebuild:UpdateProject",
        "codedeploy:CreateDeployment",
        "codepipeline:UpdatePipeline",
        "glue:UpdateDevEndpoint",
        "glue:RunStatement",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "sagemaker:CreatePresignedDomainUrl",
        "sagemaker:UpdateNotebookInstanceLifecycleConfig",
        "ecs:ExecuteCommand",
        "apprunner:UpdateService",
        "bedrock-agentcore:InvokeCodeInterpreter",
        "states:UpdateStateMachine",
        "servicecatalog:ProvisionProduct",
        "datapipeline:PutPipelineDefinition",
    ),
    Means(
        id="ec2:ModifyInstanceAttribute",
        actions=("ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"),
        gives=Gives.ROLE,
    ),
    # Credentials that a service gives out.
    *_each(
        Gives.CREDENTIAL,
        "*",
        "redshift:GetClusterCredentials",
        "transfer:ImportSshPublicKey",
        "cognito-idp:AdminSetUserPassword",
        "appsync:CreateApiKey",
        "iot:CreateKeysAndCertificate",
        "acm-pca:IssueCertificate",
        "identitystore:CreateUser",
    ),
)
"""For identities."""

SHARING: tuple[Means, ...] = _each(
    Gives.SHARE,
    "*",
    "acm-pca:CreatePermission",
    "acm-pca:PutPolicy",
    "apigateway:UpdateRestApiPolicy",
    "backup:PutBackupVaultAccessPolicy",
    "cloudtrail:PutResourcePolicy",
    "codeartifact:PutDomainPermissionsPolicy",
    "codeartifact:PutRepositoryPermissionsPolicy",
    "codebuild:PutResourcePolicy",
    "dynamodb:PutResourcePolicy",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "ec2:ModifyVpcEndpoint",
    "ec2:ModifyVpcEndpointServicePermissions",
    "ecr:PutRegistryPolicy",
    "ecr:SetRepositoryPolicy",
    "elasticfilesystem:PutFileSystemPolicy",
    "es:AuthorizeVpcEndpointAccess",
    "es:UpdateDomainConfig",
    "events:PutPermission",
    "glacier:SetVaultAccessPolicy",
    "glue:PutResourcePolicy",
    "iot:AttachPolicy",
    "iot:CreatePolicyVersion",
    "iot:SetDefaultPolicyVersion",
    "kafka:PutClusterPolicy",
    "kinesis:PutResourcePolicy",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "lambda:AddLayerVersionPermission",
    "lambda:AddPermission",
    "lambda:CreateFunctionUrlConfig",
    "lambda:UpdateFunctionUrlConfig",
    "logs:PutDestinationPolicy",
    "logs:PutResourcePolicy",
    "mediastore:PutContainerPolicy",
    "network-firewall:PutResourcePolicy",
    "oam:PutSinkPolicy",
    "ram:AssociateResourceShare",
    "ram:CreateResourceShare",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBSnapshotAttribute",
    "redshift:AuthorizeDataShare",
    "redshift:PutResourcePolicy",
    "route53resolver:PutFirewallRuleGroupPolicy",
    "route53resolver:PutResolverRulePolicy",
    "s3:CreateAccessGrant",
    "s3:CreateAccessPoint",
    "s3:PutAccessGrantsInstanceResourcePolicy",
    "s3:PutAccessPointPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutMultiRegionAccessPointPolicy",
    "s3:PutObjectAcl",
    "s3:PutReplicationConfiguration",
    "s3tables:PutTableBucketPolicy",
    "s3tables:PutTablePolicy",
    "schemas:PutResourcePolicy",
    "secretsmanager:PutResourcePolicy",
    "serverlessrepo:PutApplicationPolicy",
    "servicecatalog:CreatePortfolioShare",
    "ses:CreateEmailIdentityPolicy",
    "ses:PutIdentityPolicy",
    "ses:UpdateEmailIdentityPolicy",
    "sns:AddPermission",
    "sns:SetTopicAttributes",
    "sqs:AddPermission",
    "sqs:SetQueueAttributes",
    "ssm:ModifyDocumentPermission",
    "ssm:PutResourcePolicy",
    "vpc-lattice:PutAuthPolicy",
    "vpc-lattice:PutResourcePolicy",
    "xray:PutResourcePolicy",
)
"""For identities and in resource policies: whoever may do this to a resource can open it to anybody."""
