"""The small gRPC server against the client that everybody uses, and against bytes that no client should send."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.controls import wire

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def handler(method: str, body: bytes) -> bytes:
    if method == "Refuse":
        raise wire.CallError(wire.UNIMPLEMENTED, "no such thing: 100 % ümlaut")
    return body[::-1] if method == "Echo" else bytes(int(body))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = wire.Server()
    number = server.listen(handler)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield number
    server.stop()
    thread.join(timeout=10)


def call(channel: grpc.Channel, method: str, body: bytes) -> bytes:
    answer: bytes = channel.unary_unary(f"/pulumirpc.Analyzer/{method}")(body, timeout=60)
    return answer


def channel_to(port: int, **options: int) -> grpc.Channel:
    sizes = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    return grpc.insecure_channel(f"127.0.0.1:{port}", options=[*sizes, *((f"grpc.{name}", value) for name, value in options.items())])


@pytest.mark.parametrize("size", [0, 1, 16_379, 16_384, 70_000, 5_000_000])
def test_messages_of_every_size_come_back_whole(port: int, size: int) -> None:
    body = random.Random(size).randbytes(size)  # noqa: S311 - bytes to compare, no secret
    with channel_to(port) as channel:
        assert call(channel, "Echo", body) == body[::-1]


def test_large_answers_wait_for_the_peers_window(port: int) -> None:
    with channel_to(port, **{"http2.lookahead_bytes": 1024}) as channel:
        assert len(call(channel, "Size", b"9000000")) == 9_000_000


def test_many_calls_at_once_and_many_connections(port: int) -> None:
    with channel_to(port) as first, channel_to(port, use_local_subchannel_pool=1) as second, ThreadPoolExecutor(16) as pool:
        bodies = [str(number).encode() * (number % 97 + 1) for number in range(2000)]
        found = list(pool.map(lambda pair: call((first, second)[pair[0] % 2], "Echo", pair[1]), enumerate(bodies)))
    assert found == [body[::-1] for body in bodies]


def test_metadata_that_changes_with_each_call_is_understood(port: int) -> None:
    with channel_to(port) as channel:
        stub = channel.unary_unary("/pulumirpc.Analyzer/Echo")
        for number in range(300):
            assert stub(b"ab", metadata=(("traceparent", f"00-{number:032x}-01"), ("x-long", "v" * (number * 50)))) == b"ba"


def test_a_refusal_carries_its_status_and_words(port: int) -> None:
    with channel_to(port) as channel, pytest.raises(grpc.RpcError) as refusal:
        call(channel, "Refuse", b"")
    assert refusal.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert refusal.value.details() == "no such thing: 100 % ümlaut"


def test_compressed_messages_are_refused_not_misread(port: int) -> None:
    with channel_to(port) as channel, pytest.raises(grpc.RpcError) as refusal:
        channel.unary_unary("/pulumirpc.Analyzer/Echo")(b"a" * 5000, compression=grpc.Compression.Gzip)
    assert refusal.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_peer_that_speaks_something_else_is_hung_up_on_and_the_next_is_served(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while peer.recv(65_536):
            pass
    with channel_to(port) as channel:
        assert call(channel, "Echo", b"ok") == b"ko"


def test_a_header_block_in_pieces_and_padding() -> None:
    connection = wire.Connection(handler)
    block = b"\x83\x86\x44\x07/x/Echo"
    body = b"\x00\x00\x00\x00\x02ab"
    sent = (
        PREFACE
        + frame(4, 0, 0, b"")
        + frame(1, 0x8, 1, b"\x03" + block[:4] + b"\0\0\0")
        + frame(9, 0x4, 1, block[4:])
        + frame(0, 0x9, 1, b"\x01" + body + b"\0")
    )
    out = b"".join(connection.receive(sent[at : at + 1]) for at in range(len(sent)))
    assert b"\x00\x00\x00\x00\x02ba" in out


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_a_connection_raise(data: bytes) -> None:
    connection = wire.Connection(handler)
    connection.receive(PREFACE)
    assert isinstance(connection.receive(data), bytes)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 255), st.integers(0, 5), st.binary(max_size=40)), max_size=12))
def test_no_frames_make_a_connection_raise(frames: list[tuple[int, int, int, bytes]]) -> None:
    connection = wire.Connection(lambda _, body: body)
    connection.receive(PREFACE)
    for kind, flags, stream, payload in frames:
        assert isinstance(connection.receive(frame(kind, flags, stream, payload)), bytes)


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload
