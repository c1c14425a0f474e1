"""Serves one policy pack to the engine.

This speaks the engine's analyzer protocol itself, over the protocol classes of the Pulumi SDK, because the SDK's `PolicyPack` drops the
stack's configuration (which names the spec) and reports every finding under the name of the one rule that dispatches. Each finding here
goes out under its control's own id, with its severity. source: https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/analyzer.proto
(read 2026-11-22)
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Mapping
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2

from handoff.controls import binding, catalogue
from handoff.controls.evaluate import WAIVER, Judge, breaks
from handoff.controls.model import Control, Result, Severity, Verdict
from handoff.controls.resource import Provider, Resource, Stack, plain
from handoff.errors import HandoffError

if TYPE_CHECKING:
    from handoff.controls.catalogue import Pack

_MESSAGE_BYTES = 400 * 1024 * 1024
"""The engine's own limit for one message. source: sdk/go/common/util/rpcutil/serve.go of v3.259.0"""
_SEVERITIES = {
    Severity.LOW: messages.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: messages.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: messages.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: messages.POLICY_SEVERITY_CRITICAL,
}
SPEC_POLICY = "engagement-spec"
"""Policy name under which a spec that cannot be read is reported."""


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers the engine for one run; method names are the protocol's."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._lock = threading.Lock()
        self._stack_name = ""
        self._stack_config: dict[str, str] = {}
        self._policy_config: dict[str, str] = {}
        self._levels: dict[str, messages.EnforcementLevel.ValueType] = {}
        self._judge: Judge | None = None
        self._fault: HandoffError | None = None
        self._told = False
        self._fail_on_unknown: frozenset[str] = frozenset()
        self._inputs: dict[str, Mapping[str, object]] = {}

    def Handshake(self, request: messages.AnalyzerHandshakeRequest, context: grpc.ServicerContext) -> messages.AnalyzerHandshakeResponse:  # noqa: D102
        return messages.AnalyzerHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: D102
        return plugin_pb2.PluginInfo(version=self._pack.version)

    def GetAnalyzerInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> messages.AnalyzerInfo:
        """Every control is a policy of its own to the engine."""
        return messages.AnalyzerInfo(
            name=self._pack.name,
            version=self._pack.version,
            description=self._pack.description,
            supportsConfig=True,
            policies=[_info(one) for one in (*self._pack.controls, WAIVER)],
        )

    def ConfigureStack(self, request: messages.AnalyzerStackConfigureRequest, context: grpc.ServicerContext) -> messages.AnalyzerStackConfigureResponse:
        """Remember the stack and its configuration; a new run begins."""
        with self._lock:
            self._stack_name, self._stack_config = request.stack, dict(request.config)
            self._begin()
        return messages.AnalyzerStackConfigureResponse()

    def Configure(self, request: messages.ConfigureAnalyzerRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Remember enforcement levels and the settings `spec`, `environment` and `failOnUnknown` of any policy."""
        with self._lock:
            for name, one in request.policyConfig.items():
                self._levels[name] = one.enforcementLevel
                settings = json_format.MessageToDict(one.properties)
                self._policy_config |= {f"handoff:{key}": str(value) for key, value in settings.items() if f"handoff:{key}" in binding.VARIABLES}
            self._begin()
        return empty_pb2.Empty()

    def Analyze(self, request: messages.AnalyzeRequest, context: grpc.ServicerContext) -> messages.AnalyzeResponse:
        """One resource, with its inputs."""
        with self._lock:
            judge = self._ready()
            if judge is None:
                return messages.AnalyzeResponse(diagnostics=self._no_spec(request.urn))
            inputs = _properties(request.properties)
            self._inputs[request.urn] = inputs
            found = judge.resource(_resource(request, inputs, links={}))
            return messages.AnalyzeResponse(diagnostics=self._diagnostics(found))

    def AnalyzeStack(self, request: messages.AnalyzeStackRequest, context: grpc.ServicerContext) -> messages.AnalyzeResponse:
        """The whole stack at the end. Its properties are outputs, so the inputs that were judged before stand in for them."""
        with self._lock:
            judge = self._ready()
            if judge is None:
                return messages.AnalyzeResponse(diagnostics=self._no_spec(""))
            stack = Stack(_resource(one, self._inputs.get(one.urn) or _properties(one.properties), links=_links(one)) for one in request.resources)
            name = self._stack_name or next((one.urn.split(":")[2] for one in stack.resources), "")
            return messages.AnalyzeResponse(diagnostics=self._diagnostics([*judge.stack(stack), *judge.waivers(name)]))

    def Remediate(self, request: messages.AnalyzeRequest, context: grpc.ServicerContext) -> messages.RemediateResponse:
        """Nothing is ever changed on the quiet."""
        return messages.RemediateResponse()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: D102
        return empty_pb2.Empty()

    def _begin(self) -> None:
        self._judge, self._fault, self._told = None, None, False
        self._inputs = {}

    def _ready(self) -> Judge | None:
        """The run's judge, made at the first resource; None when there is no spec to judge by."""
        if self._judge is None and self._fault is None:
            try:
                self._judge = self._open()
            except HandoffError as fault:
                self._fault = fault
        return self._judge

    def _open(self) -> Judge:
        from handoff.controls import build
        from handoff.spec import load

        variables = {name: os.environ.get(variable, "") for name, variable in binding.VARIABLES.items()}
        bound = binding.bind((self._policy_config, self._stack_config, variables), roots=(Path.cwd(), self._pack.folder))
        ids = frozenset(one.id for one in self._pack.controls)
        self._fail_on_unknown = ids if bound.fail_on_unknown else frozenset()
        return Judge(self._pack.controls, build.context(load(bound.spec), bound.environment))

    def _no_spec(self, urn: str) -> list[messages.AnalyzeDiagnostic]:
        """The reason, once: a pack without a spec judges nothing, so nothing may go through."""
        if self._told or self._fault is None:
            return []
        self._told = True
        message = f"Nothing was judged: {self._fault.message}\n{self._fault.hint}"
        return [self._diagnostic(SPEC_POLICY, "The engagement spec can be read", message, urn, messages.MANDATORY, Severity.CRITICAL)]

    def _diagnostics(self, results: Iterable[Result]) -> list[messages.AnalyzeDiagnostic]:
        found = []
        for one in results:
            level = self._level(one)
            if level is not None:
                found.append(self._diagnostic(one.control.id, one.control.title, say(one), one.urn, level, one.control.severity))
        return found

    def _level(self, result: Result) -> messages.EnforcementLevel.ValueType | None:
        """Mandatory for what fails the run, advisory for what is to be seen; a level set for a policy from outside wins over mandatory."""
        if result.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}:
            return None
        if not breaks(result, fail_on_unknown=self._fail_on_unknown):
            return messages.ADVISORY
        chosen = self._levels.get(result.control.id, messages.MANDATORY)
        if chosen == messages.DISABLED:
            return None
        return messages.ADVISORY if chosen == messages.ADVISORY and result.verdict is not Verdict.ERROR else messages.MANDATORY

    def _diagnostic(
        self, name: str, title: str, message: str, urn: str, level: messages.EnforcementLevel.ValueType, severity: Severity
    ) -> messages.AnalyzeDiagnostic:
        return messages.AnalyzeDiagnostic(
            policyName=name,
            policyPackName=self._pack.name,
            policyPackVersion=self._pack.version,
            description=title,
            message=message,
            enforcementLevel=level,
            urn=urn,
            severity=_SEVERITIES[severity],
        )


def say(result: Result) -> str:
    """A result in words for people: what, where, and what to do."""
    at = f" ({result.path})" if result.path else ""
    if result.waived is not None:
        waived = result.waived
        return f"waived until {waived.expires} by {waived.owner}: {waived.reason}\n{result.message}{at}"
    if result.verdict is Verdict.UNKNOWN:
        return f"unknown: {result.message}{at}"
    if result.verdict is Verdict.ERROR:
        return f"error: {result.message}{at}"
    return f"{result.message}{at}\nFix: {result.control.fix}"


def serve(folder: Path) -> None:
    """Serve a pack until the engine ends this process: prints the port, as the engine expects, and never returns. For a pack's `__main__.py` only."""
    try:
        analyzer = Analyzer(catalogue.load_pack(folder))
    except HandoffError as error:
        print(f"handoff: {error.message}\n  {error.hint}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=4),
        options=[("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(0)


def _info(control: Control) -> messages.PolicyInfo:
    framework = messages.PolicyComplianceFramework(name=", ".join(control.frameworks)) if control.frameworks else None
    return messages.PolicyInfo(
        name=control.id,
        displayName=control.title,
        description=control.title,
        enforcementLevel=messages.MANDATORY,
        severity=_SEVERITIES[control.severity],
        policy_type=messages.POLICY_TYPE_RESOURCE if control.evaluate is not None else messages.POLICY_TYPE_STACK,
        framework=framework,
        remediation_steps=control.fix,
        url=control.source.split(" ", 1)[0],
    )


def _properties(struct: object) -> Mapping[str, object]:
    found = plain(json_format.MessageToDict(struct))
    return found if isinstance(found, dict) else {}


def _resource(request: messages.AnalyzeRequest | messages.AnalyzerResource, inputs: Mapping[str, object], *, links: Mapping[str, tuple[str, ...]]) -> Resource:
    provider = Provider(type=request.provider.type, inputs=_properties(request.provider.properties)) if request.HasField("provider") else None
    return Resource(urn=request.urn, type=request.type, name=request.name, inputs=inputs, provider=provider, links=links)


def _links(resource: messages.AnalyzerResource) -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(one.urns) for name, one in resource.propertyDependencies.items()}
