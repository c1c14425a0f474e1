"""What AWS and botocore say when something goes wrong, put into our own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import botocore.exceptions as sdk
import botocore.parsers

from handoff.errors import AccessDenied, CloudError, CredentialsRefused, HandoffError, Throttled, Unsupported, UsageError
from handoff.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

SDK_ERRORS = (sdk.BotoCoreError, sdk.ClientError, botocore.parsers.ResponseParserError)
"""Everything that botocore raises on purpose."""

UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What its parsers let through when a 200 holds somebody else's document: the page of a proxy, an answer to another call."""

CALL_ERRORS = (*SDK_ERRORS, *UNREADABLE)
"""Everything that one call can end with; to be caught around nothing but the call."""

# Codes: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html,
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html (read 2026-11-22)
DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthorizationError",
        "ForbiddenException",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
REFUSED = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
UNSUPPORTED = frozenset(
    {
        "InvalidAction",
        "NotImplemented",
        "NotImplementedException",
        "SubscriptionRequiredException",
        "UnknownOperationException",
        "UnsupportedOperation",
        "UnsupportedOperationException",
    }
)

# One row for each service that a kind reads: a code that is not here is a failure, never an absence.
NOT_FOUND: Mapping[str, frozenset[str]] = {
    "backup": frozenset({"ResourceNotFoundException"}),
    "dynamodb": frozenset({"PolicyNotFoundException", "ResourceNotFoundException"}),
    "ecr": frozenset({"RegistryPolicyNotFoundException", "RepositoryNotFoundException", "RepositoryPolicyNotFoundException"}),
    "efs": frozenset({"FileSystemNotFound", "PolicyNotFound"}),
    "events": frozenset({"ResourceNotFoundException"}),
    "glacier": frozenset({"NoLongerSupportedException", "ResourceNotFoundException"}),
    "glue": frozenset({"EntityNotFoundException"}),
    "kinesis": frozenset({"ResourceNotFoundException"}),
    "oam": frozenset({"ResourceNotFoundException"}),
    "s3control": frozenset(
        {
            "AccessGrantsInstanceNotExistsError",
            "AccessGrantsInstanceResourcePolicyNotExists",
            "NoSuchAccessGrantError",
            "NoSuchAccessPoint",
            "NoSuchAccessPointPolicy",
            "NoSuchMultiRegionAccessPoint",
            "NoSuchMultiRegionAccessPointPolicy",
        }
    ),
    "sns": frozenset({"NotFound"}),
    "sqs": frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}),
    "iam": frozenset({"NoSuchEntity"}),
    "s3": frozenset(
        {
            "NoSuchBucket",
            "NoSuchBucketPolicy",
            "NoSuchKey",
            "NoSuchLifecycleConfiguration",
            "NoSuchPublicAccessBlockConfiguration",
            "NoSuchTagSet",
            "NoSuchVersion",
            "ObjectLockConfigurationNotFoundError",
            "OwnershipControlsNotFoundError",
            "ReplicationConfigurationNotFoundError",
            "ServerSideEncryptionConfigurationNotFoundError",
        }
    ),
    "kms": frozenset({"NotFoundException"}),
    "secretsmanager": frozenset({"ResourceNotFoundException"}),
    "lambda": frozenset({"ResourceNotFoundException"}),
    "logs": frozenset({"ResourceNotFoundException"}),
    "cloudtrail": frozenset({"TrailNotFoundException"}),
    "account": frozenset({"ResourceNotFoundException"}),
    "cloudformation": frozenset({"StackSetNotFoundException"}),
    "identitystore": frozenset({"ResourceNotFoundException"}),
    "organizations": frozenset(
        {
            "AWSOrganizationsNotInUseException",
            "AccountNotFoundException",
            "AccountNotRegisteredException",
            "PolicyNotFoundException",
            "ResourcePolicyNotFoundException",
        }
    ),
    "rolesanywhere": frozenset({"ResourceNotFoundException"}),
    "sso-admin": frozenset({"ResourceNotFoundException"}),
    "acm-pca": frozenset({"ResourceNotFoundException"}),
    "apigateway": frozenset({"NotFoundException"}),
    "codeartifact": frozenset({"ResourceNotFoundException"}),
    "codebuild": frozenset({"ResourceNotFoundException"}),
    "appsync": frozenset({"NotFoundException"}),
    "ec2": frozenset(
        {
            "InvalidAMIID.NotFound",
            "InvalidClientVpnAuthorizationRuleNotFound",
            "InvalidClientVpnEndpointId.NotFound",
            "InvalidGroup.NotFound",
            "InvalidInstanceConnectEndpointId.NotFound",
            "InvalidInstanceID.NotFound",
            "InvalidKeyPair.NotFound",
            "InvalidPermission.NotFound",
            "InvalidPrefixListID.NotFound",
            "InvalidSecurityGroupRuleId.NotFound",
            "InvalidSnapshot.NotFound",
            "InvalidTransitGatewayAttachmentID.NotFound",
            "InvalidVpcEndpointId.NotFound",
            "InvalidVpcEndpointServiceId.NotFound",
            "InvalidVpcPeeringConnectionID.NotFound",
            "InvalidVpnConnectionID.NotFound",
        }
    ),
    "eks": frozenset({"ResourceNotFoundException"}),
    "iot": frozenset({"ResourceNotFoundException"}),
    "kafka": frozenset({"NotFoundException"}),
    "opensearch": frozenset({"ResourceNotFoundException"}),
    "opensearchserverless": frozenset({"ResourceNotFoundException"}),
    "ram": frozenset({"UnknownResourceException"}),
    "rds": frozenset({"DBClusterSnapshotNotFoundFault", "DBSnapshotNotFound"}),
    "redshift": frozenset({"AuthorizationNotFound", "ClusterNotFound", "ClusterSnapshotNotFound", "EndpointAuthorizationNotFound"}),
    "schemas": frozenset({"NotFoundException"}),
    "servicecatalog": frozenset({"ResourceNotFoundException"}),
    "sesv2": frozenset({"NotFoundException"}),
    "ssm": frozenset({"AssociationDoesNotExist", "DoesNotExistException", "InvalidActivation", "InvalidActivationId", "InvalidDocument", "InvalidInstanceId"}),
    "vpc-lattice": frozenset({"ResourceNotFoundException"}),
    "workspaces": frozenset({"ResourceNotFoundException"}),
    "cloudfront": frozenset({"NoSuchDistribution", "NoSuchResource"}),
    "codeconnections": frozenset({"ResourceNotFoundException"}),
    "cognito-idp": frozenset({"ResourceNotFoundException", "UserNotFoundException"}),
    "detective": frozenset({"ResourceNotFoundException"}),
    "elasticache": frozenset({"UserNotFound"}),
    "firehose": frozenset({"ResourceNotFoundException"}),
    "memorydb": frozenset({"UserNotFoundFault"}),
    "pipes": frozenset({"NotFoundException"}),
    "scheduler": frozenset({"ResourceNotFoundException"}),
    "quicksight": frozenset({"ResourceNotFoundException"}),
    "route53": frozenset({"NoSuchHostedZone", "VPCAssociationAuthorizationNotFound", "VPCAssociationNotFound"}),
    "stepfunctions": frozenset({"StateMachineDoesNotExist"}),
    "transfer": frozenset({"ResourceNotFoundException"}),
    # Security Hub's word for an account or region where it is not switched on; a caller who lacks the permission gets AccessDeniedException.
    # source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetAdministratorAccount.html (read 2026-11-22)
    "securityhub": frozenset({"InvalidAccessException", "ResourceNotFoundException"}),
}


def code_of(error: Exception) -> str:
    """The vendor's code, or empty when the answer carried none."""
    if not isinstance(error, sdk.ClientError):
        return ""
    code = str(error.response.get("Error", {}).get("Code", ""))
    # HEAD has no body, so botocore puts the HTTP status there: that is no word of the vendor's.
    return "" if code.isdigit() else code


def status_of(error: Exception) -> int:
    """The HTTP status of the answer, or 0 without one."""
    if not isinstance(error, sdk.ClientError):
        return 0
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_missing(op: str, error: Exception) -> bool:
    """True when AWS says that the object of this call does not exist, and only then."""
    if not isinstance(error, sdk.ClientError) or status_of(error) >= 500:
        return False
    service, name = op.split(":", 1)
    if service == "s3" and name in {"HeadObject", "HeadBucket"}:
        return status_of(error) == 404
    return code_of(error) in NOT_FOUND.get(service, frozenset())


def translate(op: str, error: Exception, *, permission: str) -> HandoffError:
    """The error of ours that says the same; raise it `from` the original."""
    code, status = code_of(error), status_of(error)
    if isinstance(error, UNREADABLE) and not isinstance(error, SDK_ERRORS):
        return CloudError(f"{op}: the answer is not one of this call ({type(error).__name__}: {error})")
    told = f"{op}: {code or f'HTTP {status}'}: {_message(error)}" if status else f"{op}: {_message(error)}"
    if isinstance(error, sdk.NoCredentialsError | sdk.PartialCredentialsError | sdk.CredentialRetrievalError | sdk.TokenRetrievalError | sdk.ProfileNotFound):
        return CredentialsRefused(told)
    if isinstance(error, sdk.ParamValidationError | sdk.NoRegionError | sdk.InvalidRegionError):
        return UsageError(told, hint="Look at the regions of the spec's environment, and at AWS_REGION.")
    if isinstance(error, sdk.InvalidConfigError | sdk.ConfigParseError | sdk.ConfigNotFound):
        return UsageError(told, hint="Mend AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE.")
    if status >= 500 and code not in UNSUPPORTED:
        return Throttled(told) if code in THROTTLED else CloudError(told)
    if code in REFUSED:
        return CredentialsRefused(told)
    if code in DENIED:
        return AccessDenied(told, hint=f"Grant {permission}, or accept that coverage stays incomplete.")
    if code in THROTTLED or status == 429:
        return Throttled(told)
    if code in UNSUPPORTED or status == 501 or isinstance(error, sdk.UnknownServiceError):
        return Unsupported(told)
    failure = CloudError(told)
    # A 4xx that is none of the above stays the same however often it is asked.
    failure.retriable = status == 0 or status >= 500
    return failure


def classify(error: Exception) -> tuple[Outcome, str]:
    """What a failed try of a credential proves: REFUSED only on a denial in the vendor's own words."""
    code, status = code_of(error), status_of(error)
    if code in DENIED | REFUSED and 400 <= status < 500:
        return Outcome.REFUSED, code
    if code:
        return Outcome.UNKNOWN, code
    if status:
        return Outcome.UNKNOWN, f"http-{status}"
    if isinstance(error, sdk.ConnectTimeoutError | sdk.ReadTimeoutError):
        return Outcome.UNKNOWN, "timeout"
    if isinstance(error, sdk.HTTPClientError | sdk.ConnectionError):
        return Outcome.UNKNOWN, "connection"
    if isinstance(error, (botocore.parsers.ResponseParserError, *UNREADABLE)):
        return Outcome.UNKNOWN, "unreadable-answer"
    return Outcome.UNKNOWN, type(error).__name__


def _message(error: Exception) -> str:
    if isinstance(error, sdk.ClientError):
        return str(error.response.get("Error", {}).get("Message", "")) or "no message"
    return str(error) or type(error).__name__
