"""Answers the engine for policy packs.

This speaks the engine's analyzer protocol itself, because the SDK's `PolicyPack` drops the stack's configuration (which names the spec) and reports
every finding under the name of the one rule that dispatches. Each finding here goes out under its control's own id, with its severity.
source: https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/analyzer.proto (read 2026-11-22)
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from handoff.controls import binding, catalogue, wire
from handoff.controls.evaluate import WAIVER, Judge, breaks
from handoff.controls.model import Control, Result, Severity, Verdict
from handoff.controls.protocol import messages, plugins, put, values
from handoff.controls.reports._words import excuse
from handoff.controls.resource import Provider, Resource, Stack
from handoff.errors import HandoffError

if TYPE_CHECKING:
    from handoff.controls.catalogue import Pack
    from handoff.controls.context import Context

_SEVERITIES = {
    Severity.LOW: messages.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: messages.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: messages.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: messages.POLICY_SEVERITY_CRITICAL,
}
SPEC_POLICY = "engagement-spec"
"""Policy name under which a spec that cannot be read is reported."""
_NOTHING = b""


class PackServer:
    """One process's packs: each has a port and an analyzer of its own; what they are asked is decoded once."""

    def __init__(self) -> None:
        self.wire = wire.Server()
        self._shared = Shared()

    def add(self, folder: Path) -> int:
        """Serve a pack and give its port. A pack that cannot be loaded says so when the engine first asks it."""
        return self.wire.listen(Analyzer(folder, self._shared).call)


class Shared:
    """What the packs of one run have in common: the last message, and the spec's context."""

    def __init__(self) -> None:
        self._resource: tuple[bytes, Resource] | None = None
        self._stack: tuple[bytes, Stack] | None = None
        self._inputs: dict[str, bytes] = {}
        self._providers: dict[bytes, Provider] = {}
        self._contexts: dict[tuple[str, str], _Loading] = {}

    def begin(self) -> None:
        """A new run: nothing of the last one counts."""
        self._resource, self._stack, self._inputs = None, None, {}

    def resource(self, body: bytes) -> Resource:
        """The resource of an Analyze or Remediate request. Packs are asked the same in turn, so the last answer is kept."""
        if self._resource is not None and self._resource[0] == body:
            return self._resource[1]
        request = messages.AnalyzeRequest.FromString(body)
        made = Resource(urn=request.urn, type=request.type, name=request.name, inputs=values(request.properties), provider=self._provider(request))
        self._inputs[request.urn] = request.properties.SerializeToString()
        self._resource = body, made
        return made

    def stack(self, body: bytes) -> Stack:
        """The stack of an AnalyzeStack request. Its properties are outputs, so the inputs that were judged before stand in for them."""
        mark = hashlib.sha256(body).digest()
        if self._stack is None or self._stack[0] != mark:
            self._stack = None
            request = messages.AnalyzeStackRequest.FromString(body)
            self._stack = mark, Stack(self._of_stack(one) for one in request.resources)
            self._inputs = {}  # the stack holds them now
        return self._stack[1]

    def context(self, spec: Path, environment: str) -> _Loading:
        """The spec's context, which is loaded beside the first calls."""
        key = str(spec), environment
        if key not in self._contexts:
            self._contexts[key] = _Loading(spec, environment)
        return self._contexts[key]

    def _of_stack(self, one: messages.AnalyzerResource) -> Resource:
        raw = self._inputs.get(one.urn)
        return Resource(
            urn=one.urn,
            type=one.type,
            name=one.name,
            inputs=Lazy(one.properties.SerializeToString() if raw is None else raw),
            provider=self._provider(one),
            links={name: tuple(each.urns) for name, each in one.propertyDependencies.items()},
        )

    def _provider(self, request: messages.AnalyzeRequest | messages.AnalyzerResource) -> Provider | None:
        if not request.HasField("provider"):
            return None
        raw = request.provider.SerializeToString(deterministic=True)
        known = self._providers.get(raw)
        if known is None:
            known = self._providers[raw] = Provider(type=request.provider.type, inputs=values(request.provider.properties))
        return known


class Lazy(Mapping[str, object]):
    """Properties that are decoded when somebody looks: most resources of a stack interest no rule of the stack."""

    __slots__ = ("_made", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._made: dict[str, object] | None = None

    def _all(self) -> dict[str, object]:
        if self._made is None:
            self._made = values(messages.AnalyzeRequest().properties.FromString(self._raw))
        return self._made

    def __getitem__(self, name: str) -> object:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class _Loading:
    """A context that a thread loads while the engine goes on; the first who needs it waits."""

    def __init__(self, spec: Path, environment: str) -> None:
        self._spec, self._environment = spec, environment
        self._context: Context | None = None
        self._fault: Exception | None = None
        self._thread = threading.Thread(target=self._load, daemon=True)
        self._thread.start()

    def get(self) -> Context:
        """The context. Raises what the loading raised."""
        self._thread.join()
        if self._context is None:
            raise self._fault or RuntimeError("the spec's loading ended without a word")
        return self._context

    def _load(self) -> None:
        try:
            from handoff.controls import build
            from handoff.spec import load

            self._context = build.context(load(self._spec), self._environment)
        except Exception as fault:  # noqa: BLE001 - it is raised in the thread that waits
            self._fault = fault


class Analyzer:
    """Answers the engine for one pack and one run; method names are the protocol's."""

    def __init__(self, folder: Path, shared: Shared) -> None:
        self._folder = folder
        self._shared = shared
        self._loaded: Pack | None = None
        self._stack_name = ""
        self._stack_config: dict[str, str] = {}
        self._policy_config: dict[str, str] = {}
        self._levels: dict[str, messages.EnforcementLevel.ValueType] = {}
        self._loading: _Loading | None = None
        self._judge: Judge | None = None
        self._fault: HandoffError | None = None
        self._told = False
        self._strict = False
        self._mends = False
        self._methods: dict[str, Callable[[bytes], bytes]] = {
            "Analyze": self.analyze,
            "Remediate": self.remediate,
            "AnalyzeStack": self.analyze_stack,
            "Handshake": lambda _: _NOTHING,
            "Cancel": lambda _: _NOTHING,
            "GetPluginInfo": lambda _: plugins.PluginInfo(version=self._pack.version).SerializeToString(),
            "GetAnalyzerInfo": lambda _: self.info().SerializeToString(),
            "ConfigureStack": self.configure_stack,
            "Configure": self.configure,
        }

    def call(self, method: str, body: bytes) -> bytes:
        """One call of the engine's. Raises CallError for a method that the protocol does not have, and for a pack that cannot be loaded."""
        known = self._methods.get(method)
        if known is None:
            raise wire.CallError(wire.UNIMPLEMENTED, f"no method {method}")
        try:
            return known(body)
        except HandoffError as fault:
            raise wire.CallError(wire.INTERNAL, f"{fault.message}\n{fault.hint}") from fault

    @property
    def _pack(self) -> Pack:
        if self._loaded is None:
            self._loaded = catalogue.load_pack(self._folder)
        return self._loaded

    def info(self) -> messages.AnalyzerInfo:
        """Every control is a policy of its own to the engine.

        All are declared as policies of the stack: for each resource the engine lists every resource policy that said nothing as passed, which
        would be untrue of those that do not speak of its type, and takes longer than judging.
        """
        return messages.AnalyzerInfo(
            name=self._pack.name,
            version=self._pack.version,
            description=self._pack.description,
            supportsConfig=True,
            policies=[_info(one) for one in (*self._pack.controls, WAIVER)],
        )

    def configure_stack(self, body: bytes) -> bytes:
        """Remember the stack and its configuration; a new run begins."""
        request = messages.AnalyzerStackConfigureRequest.FromString(body)
        self._stack_name, self._stack_config = request.stack, dict(request.config)
        self._begin()
        return _NOTHING

    def configure(self, body: bytes) -> bytes:
        """Remember enforcement levels and the settings `spec`, `environment`, `failOnUnknown` and `remediate` of any policy."""
        for name, one in messages.ConfigureAnalyzerRequest.FromString(body).policyConfig.items():
            self._levels[name] = one.enforcementLevel
            settings = values(one.properties)
            self._policy_config |= {f"handoff:{key}": str(value) for key, value in settings.items() if f"handoff:{key}" in binding.VARIABLES}
        self._begin()
        return _NOTHING

    def analyze(self, body: bytes) -> bytes:
        """One resource, with its inputs."""
        judge = self._ready()
        resource = self._shared.resource(body)
        found = self._no_spec(resource.urn) if judge is None else self._diagnostics(judge.resource(resource))
        return bytes(messages.AnalyzeResponse(diagnostics=found).SerializeToString()) if found else _NOTHING

    def remediate(self, body: bytes) -> bytes:
        """Safe fixes, for who asked for them; else nothing is ever changed on the quiet."""
        if not self._mends:
            # The engine takes this for "nothing to mend". An empty answer would say the same, but every answer that carries data makes the engine
            # measure the line with a ping: twice the traffic, for each resource.
            raise wire.CallError(wire.UNIMPLEMENTED, "nobody asked for remediation")
        judge = self._ready()
        if judge is None:
            return _NOTHING
        controls = judge.remedies(self._shared.resource(body))
        if not controls:
            return _NOTHING
        request = messages.AnalyzeRequest.FromString(body)
        made = []
        for control in controls:
            # On the engine's own values, so that secrets, assets and what is not known yet stay what they are.
            for path, value in control.remedy.items():
                put(request.properties, path, value)
            made.append(self._remediation(control, request))
        return bytes(messages.RemediateResponse(remediations=made).SerializeToString())

    def analyze_stack(self, body: bytes) -> bytes:
        """The whole stack at the end."""
        judge = self._ready()
        if judge is None:
            return bytes(messages.AnalyzeResponse(diagnostics=self._no_spec("")).SerializeToString())
        stack = self._shared.stack(body)
        name = self._stack_name or next((one.urn.split(":")[2] for one in stack.resources), "")
        results = [*judge.stack(stack), *judge.waivers(name)]
        alone = [one.id for one in self._pack.controls if one.evaluate is not None]
        skipped = [messages.PolicyNotApplicable(policy_name=one, reason="judged resource by resource") for one in alone]
        return bytes(messages.AnalyzeResponse(diagnostics=self._diagnostics(results), not_applicable=skipped).SerializeToString())

    def _begin(self) -> None:
        self._judge, self._fault, self._told = None, None, False
        self._shared.begin()
        try:
            variables = {name: os.environ.get(variable, "") for name, variable in binding.VARIABLES.items()}
            bound = binding.bind((self._policy_config, self._stack_config, variables), roots=(Path.cwd(), self._folder))
            self._strict, self._mends = bound.fail_on_unknown, bound.remediate
            self._loading = self._shared.context(bound.spec, bound.environment)
        except HandoffError as fault:
            self._fault, self._mends = fault, False

    def _ready(self) -> Judge | None:
        """The run's judge, made at the first resource; None when there is no spec to judge by."""
        if self._judge is None and self._fault is None:
            if self._loading is None:
                self._begin()
            try:
                if self._fault is None:
                    self._judge = Judge(self._pack.controls, cast("_Loading", self._loading).get(), known=self._known(), passes=frozenset())
            except HandoffError as fault:
                self._fault = fault
        return self._judge

    def _known(self) -> frozenset[str] | None:
        """Every control of the packs beside this one, for the first of them: it tells of waivers that name no control at all."""
        beside = sorted(one.parent for one in self._folder.parent.glob(f"*/{catalogue.MANIFEST}"))
        if not beside or beside[0].resolve() != self._folder.resolve():
            return None
        return frozenset(control.id for folder in beside for control in catalogue.load_pack(folder).controls)

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
        if not breaks(result, strict=self._strict):
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

    def _remediation(self, control: Control, request: messages.AnalyzeRequest) -> messages.Remediation:
        return messages.Remediation(
            policyName=control.id,
            policyPackName=self._pack.name,
            policyPackVersion=self._pack.version,
            description=f"{control.title}: {', '.join(f'{path} = {value}' for path, value in control.remedy.items())} in {request.name}",
            properties=request.properties,
        )


def say(result: Result) -> str:
    """A result in words for people: what, where, and what to do."""
    at = f" ({result.path})" if result.path else ""
    if result.waived is not None:
        return f"{excuse(result.waived)}\n{result.message}{at}"
    if result.verdict is Verdict.UNKNOWN:
        return f"unknown: {result.message}{at}"
    if result.verdict is Verdict.ERROR:
        return f"error: {result.message}{at}"
    return f"{result.message}{at}\nFix: {result.control.fix}"


def _info(control: Control) -> messages.PolicyInfo:
    framework = messages.PolicyComplianceFramework(name=", ".join(control.frameworks)) if control.frameworks else None
    return messages.PolicyInfo(
        name=control.id,
        displayName=control.title,
        description=control.title,
        enforcementLevel=messages.MANDATORY,
        severity=_SEVERITIES[control.severity],
        policy_type=messages.POLICY_TYPE_STACK,
        framework=framework,
        remediation_steps=control.fix,
        url=control.source.split(" ", 1)[0],
    )
