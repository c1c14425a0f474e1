"""The gRPC face, driven with the stubs that the engine's own SDK ships."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from handoff.lab.provider.known import Package
from handoff.lab.provider.server import Provider
from handoff.lab.provider.values import decode, encode

if TYPE_CHECKING:
    from conftest import ToyCloud

    from handoff.lab.provider.record import Record

URN = "urn:pulumi:dev::project::toy:index:Thing::thing"
STRANGE = "urn:pulumi:dev::project::toy:index:Thing$toy:index:Other::thing"


@pytest.fixture
def address(record: Record) -> Iterator[str]:
    package = Package(
        name="toy",
        version="1.2.3",
        settings=frozenset({"region", "defaultTags"}),
        records={record.token: record},
        invokes={"toy:index:where": lambda ctx, _args: {"region": ctx.region, "tags": ctx.config.get("defaultTags", {})}},
    )
    server = grpc.server(ThreadPoolExecutor(4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(package), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def engine(address: str) -> Iterator[Any]:
    with connected(address) as stub:
        stub.Configure(provider_pb2.ConfigureRequest(args=encode({"region": "here"})))
        yield stub


class connected:
    """An engine's connection; a separate subchannel pool makes it one of its own."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])

    def __enter__(self) -> Any:
        return provider_pb2_grpc.ResourceProviderStub(self._channel)

    def __exit__(self, *_: object) -> None:
        self._channel.close()


def test_says_the_sdks_version(engine: Any) -> None:
    assert engine.GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"


def test_unknown_type_fails_at_check_and_lists_what_is_known(engine: Any) -> None:
    answer = engine.Check(provider_pb2.CheckRequest(urn=STRANGE, news=encode({"a": 1})))
    assert [failure.property for failure in answer.failures] == [""]
    assert "toy:index:Other" in answer.failures[0].reason
    assert "toy:index:Thing" in answer.failures[0].reason
    assert not answer.inputs.fields
    assert not engine.Check(provider_pb2.CheckRequest(urn=URN, news=encode({}))).failures


def test_whole_life(engine: Any, cloud: ToyCloud) -> None:
    inputs = engine.Check(provider_pb2.CheckRequest(urn=URN, news=encode({"tags": {"x": "1"}}))).inputs
    preview = engine.Create(provider_pb2.CreateRequest(urn=URN, properties=inputs, preview=True))
    assert preview.properties["arn"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert not cloud.things
    made = engine.Create(provider_pb2.CreateRequest(urn=URN, properties=inputs))
    assert made.properties["key"]["value"] == "hush"
    assert made.properties["key"]["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    news = encode({**decode(inputs), "tags": {"x": "2"}})
    diff = engine.Diff(provider_pb2.DiffRequest(id=made.id, urn=URN, olds=made.properties, old_inputs=inputs, news=news))
    assert diff.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert not diff.replaces
    assert diff.detailedDiff["tags.x"].kind == provider_pb2.PropertyDiff.UPDATE
    changed = engine.Update(provider_pb2.UpdateRequest(id=made.id, urn=URN, olds=made.properties, old_inputs=inputs, news=news))
    assert decode(changed.properties)["tags"] == {"x": "2"}
    read = engine.Read(provider_pb2.ReadRequest(id=made.id, urn=URN, properties=changed.properties, inputs=news))
    assert (read.id, decode(read.inputs)) == (made.id, decode(news))
    engine.Delete(provider_pb2.DeleteRequest(id=made.id, urn=URN, properties=changed.properties))
    assert not cloud.things
    assert engine.Read(provider_pb2.ReadRequest(id=made.id, urn=URN, properties=changed.properties, inputs=news)).id == ""


def test_replacement_is_announced(engine: Any) -> None:
    diff = engine.Diff(provider_pb2.DiffRequest(id="a", urn=URN, olds=encode({"name": "a"}), old_inputs=encode({"name": "a"}), news=encode({"name": "b"})))
    assert list(diff.replaces) == ["name"]
    assert diff.detailedDiff["name"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE


def test_vendors_refusal_reaches_the_user(engine: Any) -> None:
    engine.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"name": "a"})))
    with pytest.raises(grpc.RpcError) as caught:
        engine.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"name": "a"})))
    assert caught.value.details() == "toy:index:Thing: AlreadyExists: a"


def test_half_done_is_handed_to_the_engine(engine: Any, cloud: ToyCloud) -> None:
    cloud.forgets = {"tags"}
    with pytest.raises(grpc.RpcError) as caught:
        engine.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"name": "a", "tags": {"x": "1"}})))
    status = status_pb2.Status.FromString(dict(caught.value.trailing_metadata())["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert detail.id == "a"
    assert "tags" in detail.reasons[0]
    assert decode(detail.properties)["arn"] == "arn:a"


def test_each_connection_has_its_own_configuration(address: str) -> None:
    def where(stub: Any) -> dict[str, Any]:
        return decode(getattr(stub.Invoke(provider_pb2.InvokeRequest(tok="toy:index:where")), "return"))

    with connected(address) as one, connected(address) as other, connected(address) as third:
        one.Configure(provider_pb2.ConfigureRequest(args=encode({"region": "here"})))
        assert where(third)["region"] == "here"
        other.Configure(provider_pb2.ConfigureRequest(args=encode({"region": "there", "defaultTags": '{"tags": {"a": "b"}}'})))
        assert where(one) == {"region": "here", "tags": {}}
        assert where(other) == {"region": "there", "tags": {"tags": {"a": "b"}}}
        with pytest.raises(grpc.RpcError, match="was not configured"):
            where(third)


def test_unknown_function_and_unknown_setting(engine: Any) -> None:
    with pytest.raises(grpc.RpcError, match="does not know the function toy:index:nowhere; of toy it knows toy:index:where"):
        engine.Invoke(provider_pb2.InvokeRequest(tok="toy:index:nowhere"))
    failures = engine.CheckConfig(provider_pb2.CheckRequest(urn=URN, news=encode({"region": "x", "version": "1", "assumeRoles": "[]"}))).failures
    assert [failure.property for failure in failures] == ["assumeRoles"]


def test_configuration_change_is_seen(engine: Any) -> None:
    def changes(old: dict[str, Any], new: dict[str, Any]) -> Any:
        return engine.DiffConfig(provider_pb2.DiffRequest(urn=URN, olds=encode(old), old_inputs=encode(old), news=encode(new))).changes

    assert changes({"region": "a", "version": "1"}, {"region": "a", "version": "2"}) == provider_pb2.DiffResponse.DIFF_NONE
    assert changes({"region": "a"}, {"region": "b"}) == provider_pb2.DiffResponse.DIFF_SOME
