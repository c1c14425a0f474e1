"""A pack as the engine calls it: over gRPC, with the client that everybody uses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto import analyzer_pb2_grpc

from handoff.controls.pack import PackServer

ROOT = Path(__file__).resolve().parents[2]
CONFIG = {"handoff:spec": "engagements/acme-health.yaml", "handoff:environment": "prod"}
PROVIDER = "urn:pulumi:dev::handoff::pulumi:providers:aws::aws"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "swordfish"}
QUEUE, KEY = "aws:sqs/queue:Queue", "aws:kms/key:Key"


@pytest.fixture
def packs(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A client for each pack; one process serves them."""
    monkeypatch.chdir(ROOT / "stacks")  # the engine starts a pack in the program's folder
    for name in ("HANDOFF_SPEC", "HANDOFF_ENVIRONMENT", "HANDOFF_FAIL_ON_UNKNOWN", "HANDOFF_REMEDIATE"):
        monkeypatch.delenv(name, raising=False)
    server = PackServer()
    ports = {name: server.add(ROOT / "policies" / name) for name in ("residency", "baseline", "exit_readiness")}
    thread = threading.Thread(target=server.wire.run, daemon=True)
    thread.start()
    channels = {name: grpc.insecure_channel(f"127.0.0.1:{port}") for name, port in ports.items()}
    yield {name: analyzer_pb2_grpc.AnalyzerStub(channel) for name, channel in channels.items()}
    for channel in channels.values():
        channel.close()
    server.wire.stop()
    thread.join(timeout=10)


def struct(**values: object) -> struct_pb2.Struct:
    found = struct_pb2.Struct()
    found.update(values)
    return found


def request(type_token: str = QUEUE, name: str = "it", **inputs: object) -> messages.AnalyzeRequest:
    provider = messages.AnalyzerProviderResource(type="pulumi:providers:aws", properties=struct(region="eu-west-1"), urn=PROVIDER, name="aws")
    urn = f"urn:pulumi:dev::handoff::{type_token}::{name}"
    return messages.AnalyzeRequest(type=type_token, urn=urn, name=name, properties=struct(**inputs), provider=provider)


def configure(analyzer: Any, **config: str) -> None:
    analyzer.ConfigureStack(messages.AnalyzerStackConfigureRequest(stack="dev", project="handoff", config={**CONFIG, **config}))


def said(response: messages.AnalyzeResponse) -> list[tuple[str, int]]:
    return [(one.policyName, one.enforcementLevel) for one in response.diagnostics]


def test_the_spec_is_found_through_the_stacks_configuration(packs: dict[str, Any]) -> None:
    analyzer = packs["residency"]
    configure(analyzer)
    assert said(analyzer.Analyze(request())) == []
    assert said(analyzer.Analyze(request(region="us-east-1"))) == [("residency-aws-region", messages.MANDATORY)]


def test_without_configuration_one_mandatory_violation_and_no_verdict(packs: dict[str, Any]) -> None:
    analyzer = packs["residency"]
    analyzer.ConfigureStack(messages.AnalyzerStackConfigureRequest(stack="dev"))
    assert said(analyzer.Analyze(request(region="us-east-1"))) == [("engagement-spec", messages.MANDATORY)]
    assert said(analyzer.Analyze(request())) == []  # said once
    analyzer.ConfigureStack(messages.AnalyzerStackConfigureRequest(stack="dev"))
    assert said(analyzer.AnalyzeStack(messages.AnalyzeStackRequest())) == [("engagement-spec", messages.MANDATORY)]


def test_the_unknown_is_advisory_until_the_stack_says_otherwise(packs: dict[str, Any]) -> None:
    analyzer = packs["residency"]
    configure(analyzer)
    assert said(analyzer.Analyze(request(region=UNKNOWN))) == [("residency-aws-region", messages.ADVISORY)]
    configure(analyzer, **{"handoff:failOnUnknown": "true"})
    assert said(analyzer.Analyze(request(region=UNKNOWN))) == [("residency-aws-region", messages.MANDATORY)]


def test_levels_and_settings_from_a_policy_configuration(packs: dict[str, Any]) -> None:
    analyzer = packs["residency"]
    properties = struct(spec=CONFIG["handoff:spec"], environment="prod")
    policies = {"residency-aws-region": messages.PolicyConfig(enforcementLevel=messages.ADVISORY, properties=properties)}
    analyzer.Configure(messages.ConfigureAnalyzerRequest(policyConfig=policies))
    assert said(analyzer.Analyze(request(region="us-east-1"))) == [("residency-aws-region", messages.ADVISORY)]


def test_the_stack_is_judged_by_the_inputs_seen_before(packs: dict[str, Any]) -> None:
    analyzer = packs["residency"]
    configure(analyzer)
    rules = [{"destination": {"bucket": "arn:aws:s3:::it"}}]
    requests = [
        request("aws:s3/bucket:Bucket", bucket="it", region="us-east-1"),
        request("aws:s3/bucketReplicationConfig:BucketReplicationConfig", bucket="x", rules=rules),
    ]
    for one in requests:
        analyzer.Analyze(one)
    outputs = [messages.AnalyzerResource(type=one.type, urn=one.urn, name=one.name, properties=struct(), provider=one.provider) for one in requests]
    found = said(analyzer.AnalyzeStack(messages.AnalyzeStackRequest(resources=outputs)))
    assert ("residency-aws-s3-replication", messages.MANDATORY) in found


def test_every_control_is_a_policy_to_the_engine_and_none_is_called_passed_for_a_resource(packs: dict[str, Any]) -> None:
    analyzer = packs["baseline"]
    info = analyzer.GetAnalyzerInfo(empty_pb2.Empty())
    assert {"aws-kms-rotation", "waiver"} <= {one.name for one in info.policies}
    assert all(one.remediation_steps and one.url.startswith("https://") for one in info.policies)
    assert {one.policy_type for one in info.policies} == {messages.POLICY_TYPE_STACK}
    configure(analyzer)
    answer = analyzer.AnalyzeStack(messages.AnalyzeStackRequest())
    assert "aws-kms-rotation" in {one.policy_name for one in answer.not_applicable}


def test_nothing_is_mended_unasked(packs: dict[str, Any]) -> None:
    analyzer = packs["baseline"]
    configure(analyzer)
    with pytest.raises(grpc.RpcError) as refusal:
        analyzer.Remediate(request(KEY, enableKeyRotation=False))
    assert refusal.value.code() is grpc.StatusCode.UNIMPLEMENTED  # which the engine takes for "nothing to mend"


def test_what_may_safely_be_set_is_set_for_who_asks_and_secrets_stay_secret(packs: dict[str, Any]) -> None:
    analyzer = packs["baseline"]
    configure(analyzer, **{"handoff:remediate": "true"})
    answer = analyzer.Remediate(request(KEY, enableKeyRotation=False, description=SECRET, policy=UNKNOWN))
    (made,) = answer.remediations
    assert (made.policyName, dict(made.properties)["enableKeyRotation"]) == ("aws-kms-rotation", True)
    assert dict(made.properties["description"]) == SECRET
    assert made.properties["policy"] == UNKNOWN
    assert list(analyzer.Remediate(request(KEY, enableKeyRotation=True)).remediations) == []
    assert list(analyzer.Remediate(request(KEY, enableKeyRotation=UNKNOWN)).remediations) == []


def test_packs_of_one_process_judge_the_same_resource_each_for_itself(packs: dict[str, Any]) -> None:
    for analyzer in packs.values():
        configure(analyzer)
    bad = request(KEY, region="us-east-1", enableKeyRotation=False)
    assert {name for name, _ in said(packs["residency"].Analyze(bad))} >= {"residency-aws-region"}
    assert {name for name, _ in said(packs["baseline"].Analyze(bad))} == {"aws-kms-rotation"}
    assert said(packs["exit_readiness"].Analyze(bad)) == []


def test_a_pack_that_cannot_be_loaded_says_so_and_harms_no_other(packs: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "PulumiPolicy.yaml").write_text("- no mapping\n", encoding="utf-8")
    server = PackServer()
    port = server.add(tmp_path)
    threading.Thread(target=server.wire.run, daemon=True).start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel, pytest.raises(grpc.RpcError) as refusal:
        analyzer_pb2_grpc.AnalyzerStub(channel).GetAnalyzerInfo(empty_pb2.Empty())
    server.wire.stop()
    assert "not a mapping" in str(refusal.value.details())
    configure(packs["residency"])
    assert said(packs["residency"].Analyze(request())) == []
