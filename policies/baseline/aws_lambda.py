"""Lambda functions: no secrets in their variables, the client's key, and nobody at large who calls them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, is_one_of, own_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
URL = "aws:lambda/functionUrl:FunctionUrl"
VARIABLES = "environment.variables"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SECRET_NAME = re.compile(
    r"passw(?:or)?d|(?:^|_)(?:pwd|secret|token|api_?key|private_?key|access_?key|secret_?key|credentials?|connection_?string)(?:_|$)", re.IGNORECASE
)
POINTER_NAME = re.compile(r"_(?:arn|id|name|path|url|uri|parameter|param|ref|file|ttl|endpoint|region|header|version|length|count|expiry|type)$", re.IGNORECASE)
"""Names that speak of a secret without holding one."""
POINTER_VALUE = re.compile(r"arn:aws|/[\w.-]+(?:/[\w.-]+)+$|ssm:|secretsmanager:|\{\{resolve:", re.IGNORECASE)
HARMLESS = frozenset({"", "true", "false"})
SECRET_VALUE = re.compile(
    r"(?:^|[^A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?:[^A-Z0-9]|$)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|gh[pousr]_[A-Za-z0-9]{30}|xox[abprs]-[A-Za-z0-9-]{10}|AIza[A-Za-z0-9_-]{35}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.|[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@]+@|(?:AccountKey|SharedAccessKey|Password|Pwd)=[^;\s]+"
)
"""Keys of AWS, private keys, tokens of GitHub, Slack and Google, JSON web tokens, and passwords inside URLs and connection strings."""
SERVICES = (".amazonaws.com", ".amazonaws.com.cn", ".amazon.com")
BOUNDS = ("sourceArn", "sourceAccount", "principalOrgId", "eventSourceToken")
"""What ties a service's call to one source."""
KEY = own_key("kmsKeyArn", "does not encrypt its variables with a key of the client's")
SIGNED = is_one_of("authorizationType", ("AWS_IAM",), "has a URL that anyone can call", default="NONE")


def no_secrets(resource: Resource, _: Context) -> Iterator[Finding]:
    """No variable that is called or looks like a secret; the finding never shows the value."""
    variables = resource.get(VARIABLES)
    if variables is UNKNOWN:
        yield unknown(f"{VARIABLES} {LATER}", VARIABLES)
    for name, value in variables.items() if isinstance(variables, Mapping) else ():
        at = f"{VARIABLES}.{name}"
        if value is UNKNOWN:
            yield unknown(f"{at} {LATER}", at)
        elif isinstance(value, str) and (_is_named_so(str(name), value) or SECRET_VALUE.search(value)):
            yield fail(f"holds a secret in plain text in the variable {name}", at)


def _is_named_so(name: str, value: str) -> bool:
    words = _HUMP.sub("_", name).replace("-", "_")
    return bool(SECRET_NAME.search(words)) and not POINTER_NAME.search(words) and not POINTER_VALUE.match(value) and value.lower() not in HARMLESS


def keyed(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A key of the client's, where there are variables."""
    variables = resource.get(VARIABLES)
    said = list(KEY(resource, stack, context))
    if variables in (None, {}):
        yield not_applicable("it has no variables")
    elif variables is UNKNOWN and said:
        yield unknown(f"whether it has variables {LATER}", VARIABLES)
    else:
        yield from said


def invited(resource: Resource, context: Context) -> Iterator[Finding]:
    """Callers by name, and services only for a source by name."""
    if resource.type == URL:
        yield from SIGNED(resource, context)
        return
    principal = resource.get("principal")
    if principal is UNKNOWN:
        yield unknown(f"who may call it {LATER}", "principal")
    elif not isinstance(principal, str) or "*" in principal:
        bound = _is_bound(resource, ("principalOrgId",))
        if bound is None:
            yield unknown(f"which organization may call it {LATER}", "principalOrgId")
        elif not bound:
            yield fail("lets anyone call the function", "principal")
    elif principal.endswith(SERVICES):
        bound = _is_bound(resource, BOUNDS)
        if bound is None:
            yield unknown(f"for which source {principal} may call the function {LATER}", "sourceArn")
        elif not bound:
            yield fail(f"lets {principal} call the function for anybody's account", "sourceArn")


def _is_bound(resource: Resource, names: tuple[str, ...]) -> bool | None:
    """Whether one of the properties names a source; what is made from another resource names it."""
    unsure = False
    for name in names:
        value = resource.get(name)
        if value is UNKNOWN:
            if resource.links.get(name):
                return True
            unsure = True
        elif isinstance(value, str) and _names_one(value):
            return True
    return None if unsure else False


def _names_one(value: str) -> bool:
    parts = value.split(":", 5)
    if parts[0] != "arn" or len(parts) < 6:
        return bool(value.strip("*"))
    return bool(parts[4].strip("*") or parts[5].strip("*/:"))


FUNCTION_SNIPPET = """\
import pulumi_aws as aws

key = aws.kms.Key("functions", description="Functions", enable_key_rotation=True)
aws.lambda_.Function(
    "intake",
    role="arn:aws:iam::111111111111:role/intake",
    package_type="Image",
    image_uri="111111111111.dkr.ecr.eu-west-1.amazonaws.com/intake@sha256:0000",
    kms_key_arn=key.arn,
    environment={"variables": {"DATABASE_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:database"}},
)
"""

CONTROLS = (
    Control(
        id="aws-lambda-secrets",
        title="Functions hold no secrets in their variables",
        why="Variables are shown to everybody who may look at the function, and stand in the state of the stack.",
        fix="Put the secret into Secrets Manager, and its ARN into environment.variables.",
        blind="Secrets under names and in forms that nobody would take for one, and secrets inside the code.",
        source="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="CRD",
        rows=("A59",),
        maps=Maps(nist="~IA-5 IA-2", hipaa="~312(d) 308(a)(3)(ii)(C)", pci="~8.3.9 8.6.3", soc2="~CC6.1 CC6.2", iso="~A.5.17 A.5.18"),
        reads={FUNCTION: (VARIABLES,)},
        evaluate=no_secrets,
        snippet=FUNCTION_SNIPPET,
    ),
    Control(
        id="aws-lambda-key",
        title="Variables of functions are encrypted with a key of the client's",
        why="Only a key of the client's can be taken away from whoever should no longer read the variables.",
        fix="Set kmsKeyArn to a key of the client's.",
        blind="The code and the layers of the function.",
        source="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A59",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="~A.8.24 A.8.11"),
        severity=Severity.MEDIUM,
        reads={FUNCTION: (VARIABLES, "kmsKeyArn")},
        evaluate_linked=keyed,
        snippet=FUNCTION_SNIPPET,
    ),
    Control(
        id="aws-lambda-public",
        title="Functions are called by named principals only, and by services for named sources only",
        why="A function that anyone can call does for a stranger whatever its role allows.",
        fix="Name the principal, and set sourceArn or sourceAccount for a service. Set authorizationType of a URL to AWS_IAM.",
        blind="Who can become a named principal, and what lies before the function, such as an open API.",
        source="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("A60",),
        maps=Maps(nist="AC-3 AC-4 AC-6", hipaa="308(a)(3)(i) 312(a)(1)", pci="1.3.1", soc2="~CC6.1 CC6.6", iso="A.8.1"),
        severity=Severity.CRITICAL,
        reads={PERMISSION: ("principal", *BOUNDS), URL: ("authorizationType",)},
        evaluate_linked=alone(invited),
        snippet="""\
import pulumi_aws as aws

aws.lambda_.Permission(
    "intake",
    function="intake",
    action="lambda:InvokeFunction",
    principal="s3.amazonaws.com",
    source_arn="arn:aws:s3:::acme-intake",
    source_account="111111111111",
)
""",
    ),
)
