from __future__ import annotations

from pathlib import Path
from typing import cast

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as messages

from handoff.controls import catalogue
from handoff.controls.pack import Analyzer

ROOT = Path(__file__).resolve().parents[2]
CONTEXT = cast("grpc.ServicerContext", None)
CONFIG = {"handoff:spec": "engagements/acme-health.yaml", "handoff:environment": "prod"}
PROVIDER = "urn:pulumi:dev::handoff::pulumi:providers:aws::aws"


@pytest.fixture
def analyzer(monkeypatch: pytest.MonkeyPatch) -> Analyzer:
    monkeypatch.chdir(ROOT / "stacks")  # the engine starts a pack in the program's folder
    for name in ("HANDOFF_SPEC", "HANDOFF_ENVIRONMENT", "HANDOFF_FAIL_ON_UNKNOWN"):
        monkeypatch.delenv(name, raising=False)
    return Analyzer(catalogue.load_pack(ROOT / "policies" / "residency"))


def struct(**values: object) -> struct_pb2.Struct:
    found = struct_pb2.Struct()
    found.update(values)
    return found


def bucket(**inputs: object) -> messages.AnalyzeRequest:
    provider = messages.AnalyzerProviderResource(type="pulumi:providers:aws", properties=struct(region="eu-west-1"), urn=PROVIDER, name="aws")
    return messages.AnalyzeRequest(
        type="aws:s3/bucket:Bucket", urn="urn:pulumi:dev::handoff::aws:s3/bucket:Bucket::it", name="it", properties=struct(**inputs), provider=provider
    )


def configure(analyzer: Analyzer, **config: str) -> None:
    analyzer.ConfigureStack(messages.AnalyzerStackConfigureRequest(stack="dev", project="handoff", config={**CONFIG, **config}), CONTEXT)


def said(response: messages.AnalyzeResponse) -> list[tuple[str, int]]:
    return [(one.policyName, one.enforcementLevel) for one in response.diagnostics]


def test_the_spec_is_found_through_the_stacks_configuration(analyzer: Analyzer) -> None:
    configure(analyzer)
    assert said(analyzer.Analyze(bucket(), CONTEXT)) == []
    assert said(analyzer.Analyze(bucket(region="us-east-1"), CONTEXT)) == [("residency-place", messages.MANDATORY)]


def test_without_configuration_one_mandatory_violation_and_no_verdict(analyzer: Analyzer) -> None:
    analyzer.ConfigureStack(messages.AnalyzerStackConfigureRequest(stack="dev"), CONTEXT)
    assert said(analyzer.Analyze(bucket(region="us-east-1"), CONTEXT)) == [("engagement-spec", messages.MANDATORY)]
    assert said(analyzer.Analyze(bucket(), CONTEXT)) == []  # said once
    analyzer.ConfigureStack(messages.AnalyzerStackConfigureRequest(stack="dev"), CONTEXT)
    assert said(analyzer.AnalyzeStack(messages.AnalyzeStackRequest(), CONTEXT)) == [("engagement-spec", messages.MANDATORY)]


def test_the_unknown_is_advisory_until_the_stack_says_otherwise(analyzer: Analyzer) -> None:
    request = bucket(region="04da6b54-80e4-46f7-96ec-b56ff0331ba9")
    configure(analyzer)
    assert said(analyzer.Analyze(request, CONTEXT)) == [("residency-place", messages.ADVISORY)]
    configure(analyzer, **{"handoff:failOnUnknown": "true"})
    assert said(analyzer.Analyze(request, CONTEXT)) == [("residency-place", messages.MANDATORY)]


def test_levels_and_settings_from_a_policy_configuration(analyzer: Analyzer) -> None:
    policies = {
        "residency-place": messages.PolicyConfig(enforcementLevel=messages.ADVISORY, properties=struct(spec=CONFIG["handoff:spec"], environment="prod"))
    }
    analyzer.Configure(messages.ConfigureAnalyzerRequest(policyConfig=policies), CONTEXT)
    assert said(analyzer.Analyze(bucket(region="us-east-1"), CONTEXT)) == [("residency-place", messages.ADVISORY)]


def test_the_stack_is_judged_by_the_inputs_seen_before(analyzer: Analyzer) -> None:
    configure(analyzer)
    rules = [{"destination": {"bucket": "arn:aws:s3:::it"}}]
    replication = messages.AnalyzeRequest(
        type="aws:s3/bucketReplicationConfig:BucketReplicationConfig", urn="urn:r", name="r", properties=struct(bucket="x", rules=rules)
    )
    requests = [bucket(bucket="it", region="us-east-1"), replication]
    for one in requests:
        analyzer.Analyze(one, CONTEXT)
    outputs = [messages.AnalyzerResource(type=one.type, urn=one.urn, name=one.name, properties=struct(), provider=one.provider) for one in requests]
    assert ("residency-s3-replication", messages.MANDATORY) in said(analyzer.AnalyzeStack(messages.AnalyzeStackRequest(resources=outputs), CONTEXT))


def test_every_control_is_a_policy_to_the_engine(analyzer: Analyzer) -> None:
    info = analyzer.GetAnalyzerInfo(empty_pb2.Empty(), CONTEXT)
    assert {"residency-place", "residency-copies", "residency-keys", "residency-s3-replication"} <= {one.name for one in info.policies}
    assert all(one.remediation_steps and one.url.startswith("https://") for one in info.policies)
