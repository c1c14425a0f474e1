"""What a program does not show: templates that hide resources, providers beside the clouds, and services that take logs and metrics away."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from handoff import places
from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

MAPS = Maps(nist="~SA-9(5) AC-4", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
REACH_MAPS = Maps(nist="~AC-4 AC-21 SA-9(5)", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
ALSO = ("gdpr 44",)

_CLOUDFORMATION = ("templateBody", "parameters")
_ARM = ("properties.template", "properties.parameters")
_ARM_STACK = ("template", "parameters")
TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "aws:cloudformation/stack:Stack": _CLOUDFORMATION,
    "aws:cloudformation/stackSet:StackSet": _CLOUDFORMATION,
    "aws:serverlessrepository/cloudFormationStack:CloudFormationStack": ("parameters",),
    "aws:servicecatalog/provisionedProduct:ProvisionedProduct": ("provisioningParameters[*].value", "stackSetProvisioningPreferences.regions[*]"),
    "aws:cloudcontrol/resource:Resource": ("desiredState",),
    "azure-native:resources:Deployment": _ARM,
    "azure-native:resources:DeploymentAtManagementGroupScope": _ARM,
    "azure-native:resources:DeploymentAtScope": _ARM,
    "azure-native:resources:DeploymentAtSubscriptionScope": _ARM,
    "azure-native:resources:DeploymentAtTenantScope": _ARM,
    "azure-native:resources:DeploymentStackAtManagementGroup": _ARM_STACK,
    "azure-native:resources:DeploymentStackAtResourceGroup": _ARM_STACK,
    "azure-native:resources:DeploymentStackAtSubscription": _ARM_STACK,
    "gcp:deploymentmanager/deployment:Deployment": ("target.config.content", "target.imports[*].content"),
}
"""Types that make resources which Pulumi does not show, and where their text stands; the first path is the template."""
_NO_USE = frozenset({"mappings", "metadata", "allowedvalues", "description", "condition", "conditions"})
"""Parts of a template that name regions without using them, in lower case."""
SETTINGS = ("AWS::IAM::", "AWS::CloudFormation::WaitCondition", "Microsoft.Authorization/", "Microsoft.Resources/tags")
"""Resources inside a template that hold settings of the account and no data."""
HIDDEN = ("command:*", "pulumi-nodejs:dynamic*", "pulumi-python:dynamic*", "docker:*", "docker-build:*", "kubernetes:*")
"""Providers that say nothing of a place."""
KUBERNETES_SETTINGS = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "LimitRange",
        "Namespace",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "PriorityClass",
        "ResourceQuota",
        "Role",
        "RoleBinding",
        "ServiceAccount",
    }
)
"""Kinds of Kubernetes that hold settings of the cluster and no data."""
_IMAGES = frozenset({"image", "imagename", "images"})
"""Properties that name where an image comes from, in lower case."""
SITES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    # source: https://docs.datadoghq.com/getting_started/site/ (read 2026-11-22)
    "datadog": {
        "datadoghq.com": ("aws", "us-east-1"),
        "us3.datadoghq.com": ("azure", "westus2"),
        "us5.datadoghq.com": ("gcp", "us-central1"),
        "datadoghq.eu": ("gcp", "europe-west3"),
        "ap1.datadoghq.com": ("aws", "ap-northeast-1"),
        "ap2.datadoghq.com": ("aws", "ap-southeast-2"),
        "ddog-gov.com": ("aws", "us-gov-west-1"),
    },
    # source: https://docs.newrelic.com/docs/accounts/accounts-billing/account-setup/choose-your-data-center/ (read 2026-11-22)
    "newrelic": {"us": ("aws", "us-east-1"), "eu": ("aws", "eu-central-1"), "jp": ("aws", "ap-northeast-1"), "staging": ("aws", "us-east-1")},
}
"""The sites of each service, with a region of a cloud in the same country."""
SITE_SETTING = {"datadog": ("apiUrl", "datadoghq.com"), "newrelic": ("region", "us")}
"""The provider's setting that chooses the site, and its default."""
_REGION = re.compile(r"(?<![a-z0-9])(?=([a-z]{2}(?:-[a-z]+){1,2}-\d(?!\d)|[a-z]+-[a-z]+\d+|[a-z]{4,}\d?(?![a-z0-9])))")
"""What can be a region's name inside a text, also behind a hyphen."""


_NAME = 40
"""No region's name is longer."""


def template(resource: Resource, context: Context) -> Iterator[Finding]:
    """Regions that the text uses; without any the place of the hidden resources stays unknown, unless they are settings only."""
    paths = TEMPLATES[resource.type]
    values = {path: [_opened(value) for _, value in resource.each(path)] for path in paths}
    bodies = values[paths[0]]
    is_text = any(isinstance(one, str) for one in bodies) and len(paths) == 2 and "emplate" in paths[0]
    for path in paths:
        named = _forbidden(resource, context, values[path], ("aws", "azure", "gcp"))
        if named and is_text and path == paths[0]:
            yield unknown(f"hides resources from the program, and its text names {named[0]}; {named[1]}", path)
            return
        if named:
            yield fail(f"hides resources from the program, and uses {named[0]}; {named[1]}", path)
            return
    if not bodies or not all(_is_settings(one) for one in bodies):
        yield unknown("hides resources from the program: where they lie, and where they copy to, is not known", paths[0])


def _opened(value: object) -> object:
    """A template as an object where it is JSON, else as it is."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _is_settings(body: object) -> bool:
    """Whether a template shows all it makes, and makes settings only."""
    if not isinstance(body, Mapping):
        return False
    rows = body.get("Resources", body.get("resources"))
    rows = list(rows.values()) if isinstance(rows, Mapping) else rows
    if not isinstance(rows, list):
        return False
    return all(isinstance(one, Mapping) and str(one.get("Type", one.get("type", ""))).startswith(SETTINGS) for one in rows)


def _forbidden(resource: Resource, context: Context, value: object, clouds: tuple[str, ...], skipped: frozenset[str] = _NO_USE) -> tuple[str, str] | None:
    """The first region in the texts of a value that no data class allows, and why."""
    for text in _texts(value, skipped):
        for found in dict.fromkeys((*_REGION.findall(text.lower()), *((text,) if len(text) < _NAME else ()))):
            for cloud in clouds:
                why = context.outside(resource, cloud, found) if places.is_region(cloud, found) else None
                if why:
                    return found, why
    return None


def _texts(value: object, skipped: frozenset[str]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if str(key).lower() not in skipped:
                yield from _texts(one, skipped)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one, skipped)


def hidden(resource: Resource, context: Context) -> Iterator[Finding]:
    """A resource whose provider names no place: allowed by the data classes, out of bounds by its own text, or unknown."""
    package = resource.type.split(":", 1)[0]
    if package == "kubernetes" and resource.type.rpartition(":")[2] in KUBERNETES_SETTINGS:
        yield not_applicable("holds settings of a cluster, and no data")
        return
    named = _forbidden(resource, context, dict(resource.inputs), ("aws", "azure", "gcp"), _IMAGES | {"description"})
    if named:
        yield fail(f"names {named[0]}; {named[1]}")
    elif not context.global_service(resource, package):
        yield unknown(f"says nothing of a place, and {package} is not among the data classes' global_services")


def service(resource: Resource, context: Context) -> Iterator[Finding]:
    """A service outside the clouds: allowed by name, or by the country of its site."""
    is_provider = resource.type.startswith("pulumi:providers:")
    package = resource.type.removeprefix("pulumi:providers:").split(":", 1)[0]
    if package not in SITES or context.global_service(resource, package):
        return
    setting, default = SITE_SETTING[package]
    inputs: Mapping[str, object] = resource.inputs if is_provider else resource.provider.inputs if resource.provider else {}
    chosen = inputs.get(setting)
    path = setting if is_provider else ""
    if chosen is UNKNOWN:
        yield unknown(f"its provider's {setting} {LATER}, and {package} is not among the data classes' global_services", path)
        return
    site = _site(package, chosen if isinstance(chosen, str) and chosen else default)
    known = SITES[package].get(site)
    if known is None:
        yield fail(f"sends to {site}, a site that is not known, and {package} is not among the data classes' global_services", path)
        return
    why = context.outside(resource, *known)
    if why:
        told = "" if chosen else ", the default"
        yield fail(f"sends to the site {site} of {package}{told}, which is not among the data classes' global_services; {why}", path)


def _site(package: str, chosen: str) -> str:
    text = chosen.strip().lower()
    if package != "datadog":
        return text
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or text
    except ValueError:
        return text
    return host.removeprefix("api.").removeprefix("app.")


CONTROLS = (
    Control(
        id="residency-elsewhere-templates",
        title="No template hides where its resources lie",
        why="A template is run by the cloud, so the program shows neither its resources nor their regions and copies.",
        fix="Write the resources of templateBody or properties.template as resources of the program. A template of settings alone may stay.",
        blind="What a template does that is given by an address, is written in YAML, or calls macros and modules.",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-guide.html (read 2026-11-22)",
        category=Category.PLACE,
        rows=("X01",),
        maps=MAPS,
        also=ALSO,
        reads=TEMPLATES,
        evaluate=template,
        snippet="""\
import json

import pulumi_aws as aws

aws.cloudformation.Stack(
    "auditors",
    template_body=json.dumps({
        "Resources": {
            "Auditors": {
                "Type": "AWS::IAM::Group",
                "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/SecurityAudit"]},
            },
        },
    }),
)
""",
    ),
    Control(
        id="residency-elsewhere-providers",
        title="Resources of providers that name no place are agreed with the client",
        why="A command, a dynamic resource or a container can send data anywhere, and nothing in the program says where.",
        fix="Use a resource of the cloud with a region, or let the client add the provider (command, docker, kubernetes) to global_services of the data class.",
        blind="What a command or a container does. A region that its text names counts, one that it computes does not.",
        source="https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/ (read 2026-11-22)",
        category=Category.PLACE,
        rows=("X02",),
        maps=MAPS,
        also=ALSO,
        reads=dict.fromkeys(HIDDEN, ()),
        evaluate=hidden,
        snippet="""\
import pulumi

# A namespace holds no data; what runs in it is agreed with the client through global_services.
pulumi.CustomResource("kubernetes:core/v1:Namespace", "records", {"metadata": {"name": "records"}})
""",
    ),
    Control(
        id="residency-elsewhere-telemetry",
        title="Services that take logs and metrics away are agreed with the client or keep them in allowed countries",
        why="A monitoring service outside the clouds keeps log lines, traces and names at its own site.",
        fix="Set the provider's apiUrl (Datadog) or region (New Relic) to a site in an allowed country, or let the client add the service to global_services.",
        blind="A site that is chosen by an environment variable, agents that send from inside the machines, and features that a service runs at another site.",
        source="https://docs.datadoghq.com/getting_started/site/ (read 2026-11-22)",
        category=Category.REACH,
        rows=("X03",),
        maps=REACH_MAPS,
        also=ALSO,
        reads={
            "datadog:*": (),
            "newrelic:*": (),
            "pulumi:providers:datadog*": ("apiUrl",),
            "pulumi:providers:newrelic*": ("region",),
        },
        evaluate=service,
        snippet="""\
import pulumi

pulumi.ProviderResource("datadog", "europe", {"apiUrl": "https://api.datadoghq.eu/"})
""",
    ),
)
