"""The gRPC face of one package: what the engine calls, translated to `lifecycle` and back."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import grpc
from google.protobuf import any_pb2, empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from handoff.errors import HandoffError
from handoff.lab.provider import lifecycle
from handoff.lab.provider.connect import Connections
from handoff.lab.provider.diff import Change
from handoff.lab.provider.failures import HalfDone, vendor_errors
from handoff.lab.provider.record import EmulatorError
from handoff.lab.provider.values import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.lab.provider.known import Package
    from handoff.lab.provider.record import Record

_INSTANCES = 512
_KINDS = {
    Change.ADD: (provider_pb2.PropertyDiff.ADD, provider_pb2.PropertyDiff.ADD_REPLACE),
    Change.DELETE: (provider_pb2.PropertyDiff.DELETE, provider_pb2.PropertyDiff.DELETE_REPLACE),
    Change.UPDATE: (provider_pb2.PropertyDiff.UPDATE, provider_pb2.PropertyDiff.UPDATE_REPLACE),
}
_ENGINE_SETTINGS = frozenset({"version", "pluginDownloadURL", "pluginChecksums"})

Q = TypeVar("Q")
R = TypeVar("R")


def _telling(method: Callable[[Provider, Q, grpc.ServicerContext], R]) -> Callable[[Provider, Q, grpc.ServicerContext], R]:
    """Failures reach the user as the vendor's code and message, with the type they concern."""

    @wraps(method)
    def call(self: Provider, request: Q, context: grpc.ServicerContext) -> R:
        try:
            with vendor_errors():
                return method(self, request, context)
        except HalfDone as error:
            _refuse_half_done(context, error)
        except EmulatorError as error:
            about = getattr(request, "type", "") or getattr(request, "tok", "") or getattr(request, "urn", "")
            context.abort(grpc.StatusCode.UNKNOWN, f"{about.rpartition('::')[0].rpartition('::')[2] or about}: {error}".removeprefix(": "))
        except HandoffError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{error.message} {error.hint}".strip())
        raise AssertionError("abort returns never")

    return call


def _refuse_half_done(context: grpc.ServicerContext, error: HalfDone) -> NoReturn:
    detail = provider_pb2.ErrorResourceInitFailed(id=error.resource_id, properties=encode(error.state), reasons=[error.message], inputs=encode(error.inputs))
    packed = any_pb2.Any()
    packed.Pack(detail)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=error.message, details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, error.message)
    raise AssertionError("abort returns never")


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves one package to any number of engines; an engine's provider instance is told by its connection."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._lock = threading.Lock()
        self._instances: OrderedDict[str, Connections] = OrderedDict()
        self._by_config: dict[str, Connections] = {}

    # Who is asking ------------------------------------------------------------------------------------------------

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: D102
        return empty_pb2.Empty()

    def Handshake(self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext) -> provider_pb2.ProviderHandshakeResponse:  # noqa: D102
        # Secrets are declined on purpose: the engine then marks outputs secret wherever the input of that name was.
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=False, accept_resources=False, accept_outputs=False, supports_autonaming_configuration=True
        )

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: D102
        return plugin_pb2.PluginInfo(version=self._package.version)

    def GetSchema(self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext) -> provider_pb2.GetSchemaResponse:  # noqa: D102
        schema = {"name": self._package.name, "version": self._package.version, "resources": {token: {} for token in self._package.records}}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def GetMapping(self, request: provider_pb2.GetMappingRequest, context: grpc.ServicerContext) -> provider_pb2.GetMappingResponse:  # noqa: D102
        return provider_pb2.GetMappingResponse()

    def GetMappings(self, request: provider_pb2.GetMappingsRequest, context: grpc.ServicerContext) -> provider_pb2.GetMappingsResponse:  # noqa: D102
        return provider_pb2.GetMappingsResponse()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: D102
        return empty_pb2.Empty()

    # Configuration ------------------------------------------------------------------------------------------------

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:  # noqa: D102
        given = decode(request.news)
        known = self._package.settings
        strange = sorted(key for key in given.keys() - known - _ENGINE_SETTINGS if not key.startswith("__"))
        failures = [
            provider_pb2.CheckFailure(
                property=key, reason=f"the lab's {self._package.name} provider does not know this setting; it takes {', '.join(sorted(known))}"
            )
            for key in strange
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:  # noqa: D102
        old, new = decode(request.old_inputs if request.HasField("old_inputs") else request.olds), decode(request.news)
        changed = sorted(key for key in old.keys() | new.keys() if key not in _ENGINE_SETTINGS and old.get(key) != new.get(key))
        kind = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=kind, diffs=changed)

    def Configure(self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext) -> provider_pb2.ConfigureResponse:  # noqa: D102
        raw = decode(request.args) if request.HasField("args") else {key.rpartition(":")[2]: value for key, value in request.variables.items()}
        config = {key: _plain(value) for key, value in raw.items() if key in self._package.settings}
        name = json.dumps(config, sort_keys=True, default=str)
        with self._lock:
            instance = self._by_config.setdefault(name, Connections(config))
            self._instances[context.peer()] = instance
            while len(self._instances) > _INSTANCES:
                self._instances.popitem(last=False)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, acceptResources=False, acceptOutputs=False, supports_autonaming_configuration=True
        )

    # Resources ----------------------------------------------------------------------------------------------------

    @_telling
    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:  # noqa: D102
        token = request.type or _type(request.urn)
        record = self._package.records.get(token)
        if record is None:
            return provider_pb2.CheckResponse(failures=[provider_pb2.CheckFailure(reason=self._unknown("resource type", token, sorted(self._package.records)))])
        options = request.autonaming if request.HasField("autonaming") else None
        draft = lifecycle.Draft(
            name=request.name or request.urn.rpartition("::")[2],
            news=decode(request.news),
            olds=decode(request.olds),
            seed=request.randomSeed,
            proposed_name=options.proposed_name if options else "",
            naming_disabled=options is not None and options.mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE,
        )
        checked = lifecycle.check(self._instance(context), record, draft)
        failures = [provider_pb2.CheckFailure(property=key, reason=reason) for key, reason in sorted(checked.failures.items())]
        return provider_pb2.CheckResponse(inputs=encode(checked.inputs), failures=failures)

    @_telling
    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:  # noqa: D102
        record, state = self._record(request), decode(request.olds)
        old_inputs = decode(request.old_inputs) if request.HasField("old_inputs") else {key: value for key, value in state.items() if key in record.inputs}
        found = lifecycle.difference(self._instance(context), record, old_inputs, state, decode(request.news))
        detailed = {
            path: provider_pb2.PropertyDiff(kind=_KINDS[change][path.partition(".")[0] in found.replaces], inputDiff=True)
            for path, change in found.changes.items()
        }
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if detailed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=sorted({path.partition(".")[0] for path in detailed}),
            replaces=sorted(found.replaces),
            deleteBeforeReplace=found.delete_before_replace and bool(found.replaces),
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    @_telling
    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:  # noqa: D102
        record, inputs = self._record(request), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(lifecycle.foresee(record, inputs)))
        resource_id, state = lifecycle.create(self._instance(context), record, inputs)
        return provider_pb2.CreateResponse(id=resource_id, properties=encode(state, secret=record.secret))

    @_telling
    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:  # noqa: D102
        record = self._record(request)
        found = lifecycle.read(self._instance(context), record, request.id, decode(request.inputs), decode(request.properties))
        if found is None:
            return provider_pb2.ReadResponse()
        inputs, state = found
        return provider_pb2.ReadResponse(id=request.id, properties=encode(state, secret=record.secret), inputs=encode(inputs))

    @_telling
    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:  # noqa: D102
        record, state, news = self._record(request), decode(request.olds), decode(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=encode(lifecycle.foresee(record, news, state)))
        state = lifecycle.update(self._instance(context), record, request.id, decode(request.old_inputs), state, news)
        return provider_pb2.UpdateResponse(properties=encode(state, secret=record.secret))

    @_telling
    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: D102
        lifecycle.delete(self._instance(context), self._record(request), request.id, decode(request.properties))
        return empty_pb2.Empty()

    # Functions ----------------------------------------------------------------------------------------------------

    @_telling
    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:  # noqa: D102
        function = self._package.invokes.get(request.tok)
        if function is None:
            raise EmulatorError("UnknownFunction", self._unknown("function", request.tok, sorted(self._package.invokes)))
        result = function(self._instance(context), decode(request.args))
        return provider_pb2.InvokeResponse(**{"return": encode(result)})

    def _record(self, request: Any) -> Record:  # noqa: ANN401 - any message with a URN
        token = request.type or _type(request.urn)
        record = self._package.records.get(token)
        if record is None:
            raise EmulatorError("UnknownType", self._unknown("resource type", token, sorted(self._package.records)))
        return record

    def _unknown(self, what: str, token: str, known: list[str]) -> str:
        return f"the lab does not know the {what} {token}; of {self._package.name} it knows {', '.join(known) or 'none'}"

    def _instance(self, context: grpc.ServicerContext) -> Connections:
        with self._lock:
            instance = self._instances.get(context.peer())
            if instance is not None:
                return instance
            if len(self._by_config) == 1:
                return next(iter(self._by_config.values()))
        raise EmulatorError("NotConfigured", f"this connection was not configured as a {self._package.name} provider; run the command again")


def _type(urn: str) -> str:
    """The resource's own type from `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`."""
    return urn.split("::")[2].rpartition("$")[2] if urn.count("::") >= 3 else ""


def _plain(value: object) -> object:
    """Provider settings that are objects arrive as JSON text."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
