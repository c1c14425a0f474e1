"""Resource policies of REST APIs (API Gateway): who may call an API."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, cast

from handoff.errors import CloudError
from handoff.kinds.aws import _people, _policy
from handoff.kinds.aws._resource_policy import KEEPER, NEW, Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import AccessPath, Json, Kind, Reader, Receipt, Writer

# API Gateway speaks nothing but HTTPS, so this denies nobody whom IAM or another statement lets in.
_NOBODY = {
    "Sid": KEEPER,
    "Effect": "Deny",
    "Principal": "*",
    "Action": "execute-api:Invoke",
    "Resource": "execute-api:/*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


class ApiGatewayPolicy(ResourcePolicy):
    """One principal of one Allow statement of one REST API's policy.

    A stage goes on with the policy that it was deployed with, so cutting deploys each stage anew. Which policy a stage runs with cannot be read;
    `probe` takes a stage for alive as long as it still runs the deployment that was found with the path.
    """

    id = KindId("aws.api_gateway_policy")
    title = "API Gateway resource policy"
    source = "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # A deployment takes seconds; AWS gives no figure, so five minutes are our own margin.
    lag = Lag(
        settle_s=300,
        survives_s=0,
        source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"apigateway:GetDeployments", "apigateway:GetRestApi", "apigateway:GetRestApis", "apigateway:GetStages"}
    writes = frozenset({"apigateway:CreateDeployment", "apigateway:UpdateRestApi"})
    # A REST API's policy is a member of the API: whoever may change the API may change it too.
    fences = frozenset({"apigateway:PATCH", "apigateway:PUT", "apigateway:UpdateRestApiPolicy"})
    creates = frozenset({"aws:apigateway/restApi:RestApi", "aws:apigateway/restApiPolicy:RestApiPolicy"})
    blind = "What a stage runs with whose last deployment is older than the API's policy; API keys, authorizers, HTTP and WebSocket APIs (they have no such policy)."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every REST API of the region that has a policy."""
        for item in reader.read("apigateway:GetRestApis"):
            if item.get("policy"):
                name = str(item["id"])
                arn = f"arn:aws:apigateway:{reader.scope.region}::/restapis/{name}"
                stages = {str(stage["stageName"]): str(stage["deploymentId"]) for stage in reader.read("apigateway:GetStages", restApiId=name)}
                yield Held(id=arn, name=f"API {item.get('name', name)} ({name})", params={"restApiId": name, "stages": stages})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy of the API as it would be deployed."""
        answer = reader.get("apigateway:GetRestApi", restApiId=held.params["restApiId"])
        return _unescaped(str(answer["policy"]), held) if answer and answer.get("policy") else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced; it is not in force before the next deployment."""
        operations = [{"op": "replace", "path": "/policy", "value": text}]
        return writer.write("apigateway:UpdateRestApi", restApiId=held.params["restApiId"], patchOperations=operations)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """Without a policy, methods that ask for no authorization would be open to everybody, so one stays that lets nobody in."""
        return self.write_policy(writer, held, _policy.text({**NEW, "Statement": [_NOBODY]}))

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take the principal out and deploy, which publishes whatever else was changed since."""
        stages = ", ".join(sorted(_stages(path))) or "no stage"
        effect = (
            f"{path.holder} is taken out of one statement of the policy of {path.detail['name']}, the rest stays, and the API is deployed to {stages}: "
            "that also publishes whatever was changed in the API and not deployed yet; undone by putting it back and deploying again"
        )
        return (Step(verb=Verb.DISABLE, reversible=True, effect=effect),)

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Change the policy, then deploy what has not been deployed since."""
        yield from super().do(writer, path, verb, before, at)
        if before:
            yield from _deploy(writer, path, "cut")

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put the principal back, then deploy what has not been deployed since."""
        yield from super().undo(writer, path, verb, before)
        yield from _deploy(writer, path, "put back")

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the policy and by what the stages run."""
        if super().probe(reader, path) is Verdict.ALIVE:
            return Verdict.ALIVE
        known = _stages(path)
        answer = reader.get("apigateway:GetStages", restApiId=_api(path)) or {}
        stages = cast("list[Json]", answer.get("item") or ())
        return Verdict.ALIVE if any(stage["deploymentId"] == known.get(str(stage["stageName"])) for stage in stages) else Verdict.GONE


def _deploy(writer: Writer, path: AccessPath, what: str) -> Iterator[Receipt]:
    """Deploys to each stage, unless the stage runs a deployment that says it is this one: then a killed run got as far."""
    name = f"handoff: {what} {hashlib.sha256(path.id.encode()).hexdigest()[:12]}"
    answer = writer.get("apigateway:GetStages", restApiId=_api(path)) or {}
    stages = cast("list[Json]", answer.get("item") or ())
    done = {item["id"] for item in writer.read("apigateway:GetDeployments", restApiId=_api(path)) if item.get("description") == name} if stages else set()
    for stage in stages:
        if stage["deploymentId"] not in done:
            yield writer.write("apigateway:CreateDeployment", restApiId=_api(path), stageName=stage["stageName"], description=name)


def _api(path: AccessPath) -> str:
    return str(cast("Json", path.detail["params"])["restApiId"])


def _stages(path: AccessPath) -> dict[str, str]:
    return cast("dict[str, str]", cast("Json", path.detail["params"])["stages"])


def _unescaped(text: str, held: Held) -> str:
    # API Gateway gives the document back with its quotation marks escaped.
    if not text.startswith('{\\"'):
        return text
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError as error:
        raise CloudError(f"{held.id}: the policy cannot be read: {error}") from error


KIND: Kind = ApiGatewayPolicy()
