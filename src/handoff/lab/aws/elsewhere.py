"""What ministack lacks and moto has: whole services, and single operations of services that both know.

Only such operations are listed whose state nothing else in the lab needs. moto's state ends with the process.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from handoff.lab.aws.standin import Fault

if TYPE_CHECKING:
    from handoff.lab.aws.request import Answer, Operation, Request

SERVICES = frozenset(
    [
        "acm-pca",
        "amp",
        "application-autoscaling",
        "appmesh",
        "ce",
        "cloudhsmv2",
        "codecommit",
        "codedeploy",
        "codepipeline",
        "comprehend",
        "connect",
        "databrew",
        "datapipeline",
        "datasync",
        "dax",
        "directconnect",
        "dms",
        "ds",
        "ebs",
        "ec2-instance-connect",
        "elasticbeanstalk",
        "emr-containers",
        "emr-serverless",
        "fis",
        "forecast",
        "fsx",
        "glacier",
        "guardduty",
        "identitystore",
        "kinesisvideo",
        "lakeformation",
        "lexv2-models",
        "macie2",
        "managedblockchain",
        "medialive",
        "mediapackage",
        "mediastore",
        "memorydb",
        "network-firewall",
        "networkmanager",
        "osis",
        "personalize",
        "pinpoint",
        "polly",
        "quicksight",
        "ram",
        "redshift",
        "redshift-data",
        "rekognition",
        "resiliencehub",
        "route53domains",
        "route53resolver",
        "s3vectors",
        "sagemaker",
        "sdb",
        "securityhub",
        "service-quotas",
        "servicecatalog",
        "servicecatalog-appregistry",
        "shield",
        "sso-admin",
        "support",
        "swf",
        "synthetics",
        "textract",
        "timestream-influxdb",
        "timestream-query",
        "timestream-write",
        "vpc-lattice",
        "workspaces",
        "workspaces-web",
        "xray",
    ]
)
"""By botocore's names."""

_FAMILIES = {
    "cloudformation": (
        "CreateStackInstances CreateStackSet DeleteStackInstances DeleteStackSet DescribeStackInstance DescribeStackSet DescribeStackSetOperation"
        " ListStackInstances ListStackSetOperationResults ListStackSetOperations ListStackSets StopStackSetOperation UpdateStackInstances UpdateStackSet"
    ),
    "config": (
        "DeleteAggregationAuthorization DeleteConfigurationAggregator DescribeAggregationAuthorizations DescribeConfigurationAggregators"
        " PutAggregationAuthorization PutConfigurationAggregator"
    ),
    "ec2": (
        "AcceptTransitGatewayPeeringAttachment CreateTransitGateway CreateTransitGatewayPeeringAttachment CreateTransitGatewayRoute"
        " CreateTransitGatewayRouteTable DeleteTransitGateway DeleteTransitGatewayPeeringAttachment DeleteTransitGatewayRoute DeleteTransitGatewayRouteTable"
        " DescribeTransitGatewayAttachments DescribeTransitGatewayPeeringAttachments DescribeTransitGatewayRouteTables"
        " DescribeTransitGatewayVpcAttachments DescribeTransitGateways ModifyTransitGateway RejectTransitGatewayPeeringAttachment SearchTransitGatewayRoutes"
        " CreateTrafficMirrorFilter CreateTrafficMirrorSession CreateTrafficMirrorTarget DeleteTrafficMirrorSession DescribeTrafficMirrorFilters"
        " DescribeTrafficMirrorSessions DescribeTrafficMirrorTargets ModifyTrafficMirrorSession"
    ),
    "ecr": "DeleteRegistryPolicy GetRegistryPolicy PutRegistryPolicy",
    "glue": "DeleteResourcePolicy GetResourcePolicy PutResourcePolicy",
    "ssm": (
        "CreateDocument DeleteDocument DescribeDocument DescribeDocumentPermission GetDocument ListDocuments ModifyDocumentPermission UpdateDocument"
        " UpdateDocumentDefaultVersion CreateMaintenanceWindow DeleteMaintenanceWindow DeregisterTargetFromMaintenanceWindow"
        " DeregisterTaskFromMaintenanceWindow DescribeMaintenanceWindowTargets DescribeMaintenanceWindowTasks DescribeMaintenanceWindows GetMaintenanceWindow"
        " RegisterTargetWithMaintenanceWindow RegisterTaskWithMaintenanceWindow"
    ),
    "transfer": "CreateConnector DeleteConnector DescribeConnector ListConnectors UpdateConnector",
}

OPERATIONS = frozenset(f"{service}:{name}" for service, names in _FAMILIES.items() for name in names.split())
"""`service:Operation`, in whole families."""

_ONE_AT_A_TIME = threading.Lock()
"""moto's backends are not made for threads."""


def serves(operation: Operation) -> bool:
    """Whether an operation is moto's."""
    return operation.service in SERVICES or operation.op in OPERATIONS


def ask(request: Request, operation: Operation, account: str) -> Answer:
    """Moto's answer to the same request. Called in a thread of its own: the first call loads moto."""
    from werkzeug.test import Client

    path = request.raw_path
    query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, values in request.query.items() for value in values)
    headers = {name: value for name, value in request.headers.items() if name not in {"content-length", "transfer-encoding"}}
    with _ONE_AT_A_TIME:
        try:
            answer = Client(_server()).open(
                path,
                method=request.method,
                query_string=query,
                data=request.body,
                headers=headers | {"x-moto-account-id": account},
                environ_overrides={"RAW_URI": f"{path}?{query}" if query else path},
            )
        except NotImplementedError as error:
            raise Fault("NotImplemented", f"the lab's AWS has no {operation.op}: {error}", status=501) from error
    return answer.status_code, dict(answer.headers), answer.data


@lru_cache(maxsize=1)
def _server() -> Any:  # noqa: ANN401 - a WSGI application
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    return DomainDispatcherApplication(create_backend_app)


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
