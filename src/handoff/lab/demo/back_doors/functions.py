"""Functions: who may call them, at which address, and who takes their layers."""

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from handoff.lab.demo.back_doors import site as sites
from handoff.lab.demo.back_doors.way import Trial, Way
from handoff.model import KindId, Party, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.lab.demo.back_doors.site import Site

_TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def open_all(site: Site) -> Iterator[Way]:
    """A policy, an address without signatures, a layer; each beside one that stays."""
    role = sites.made(site.home, "iam:CreateRole", "Role", "Arn", RoleName="acme-run", AssumeRolePolicyDocument=sites.document(_TRUST))
    yield from _callers(site, role)
    yield from _addresses(site, role)
    yield from _layers(site)


def _callers(site: Site, role: str) -> Iterator[Way]:
    arn = _function(site.region, "archive-check", role)
    action = "lambda:GetFunctionConfiguration"
    statement = {"Sid": "ArchiveSync", "Effect": "Allow", "Principal": {"AWS": [site.silent.principal, site.reports.principal]}, "Action": action}
    site.region.write("lambda:PutResourcePolicy", ResourceArn=arn, Policy=sites.document({**statement, "Resource": arn}))
    for login in (site.silent, site.reports):
        trial = site.trial(f"{action} as {login.name}", login, action, FunctionName="archive-check")
        text = f"the policy of function archive-check, which lets in {login.name}"
        yield Way(kind=KindId("aws.lambda_function_policy"), marks=(arn, login.principal), text=text, trials=(trial,), party=login.party)


def _addresses(site: Site, role: str) -> Iterator[Way]:
    for name, owner, party in (("archive-hook", sites.MARK, Party.PROVIDER), ("acme-form", sites.OWN, Party.CLIENT)):
        _function(site.region, name, role, owner=owner)
        url = sites.made(site.region, "lambda:CreateFunctionUrlConfig", "FunctionUrl", FunctionName=name, AuthType="NONE")
        trial = Trial(name=f"address of {name}", scope=site.region.scope, op="GET", params={}, address=_here(url), authority=site.authority)
        text = f"an address of function {name} that anybody may call"
        yield Way(kind=KindId("aws.lambda_function_url"), marks=(url,), text=text, trials=(trial,), party=party)


def _here(url: str) -> str:
    """The lab's own way to a function's address, which no name server knows."""
    id_ = (urlsplit(url).hostname or "").partition(".")[0]
    return f"{os.environ['AWS_ENDPOINT_URL'].rstrip('/')}/_aws/lambda-url/{id_}/"


def _layers(site: Site) -> Iterator[Way]:
    arn = sites.made(site.region, "lambda:PublishLayerVersion", "LayerVersionArn", LayerName="archive-tools", Content={"ZipFile": _code("python/tools.py", "")})
    for login, writer in ((site.desk, site.provider), (site.watch, site.partner)):
        account = writer.scope.id
        site.region.write(
            "lambda:AddLayerVersionPermission",
            LayerName="archive-tools",
            VersionNumber=1,
            StatementId=f"For{account}",
            Action="lambda:GetLayerVersion",
            Principal=account,
        )
        yield Way(kind=KindId("aws.lambda_layer_policy"), marks=(arn, account), text=f"layer archive-tools, opened to account {account}", party=login.party)


def _function(writer: Writer, name: str, role: str, owner: str = "") -> str:
    code = _code("main.py", 'def handler(event, context): return {"statusCode": 200, "body": "made up for the lab"}')
    tags = {"owner": owner} if owner else {}
    about = {"FunctionName": name, "Runtime": "python3.12", "Handler": "main.handler", "Code": {"ZipFile": code}, "Role": role, "Tags": tags}
    return sites.made(writer, "lambda:CreateFunction", "FunctionArn", **about)


def _code(name: str, text: str) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as code:
            code.writestr(name, text)
        return file.getvalue()
