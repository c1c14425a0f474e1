"""The part of gRPC over HTTP/2 that an engine and a plugin on one machine need: unary calls, many connections, one thread.

A pack answers two calls for each resource, so what one call costs decides how long a preview takes. grpcio hands each call through several
threads; here the thread that reads a call also answers it. docs/adr/0014 has the measurements. Headers are decoded by `hpack`; frames are
those of RFC 9113. source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md (read 2026-11-22)
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from hpack import Decoder, HPACKError

MAX_MESSAGE_BYTES = 400 << 20
"""The engine's own limit for one message. source: sdk/go/common/util/rpcutil/serve.go of v3.259.0"""
OK, UNIMPLEMENTED, INTERNAL, RESOURCE_EXHAUSTED = 0, 12, 13, 8
Handler = Callable[[str, bytes], bytes]
"""Gives the answer to one call: (method name such as `Analyze`, request) -> response. Raises CallError to refuse it."""

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST, _SETTINGS, _PING, _GOAWAY, _WINDOW, _CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
_END_STREAM, _ACK, _END_HEADERS, _PADDED, _PRIORITY = 0x1, 0x1, 0x4, 0x8, 0x20
_WINDOW_BYTES = 0x7FFFFFFF
_REFILL_BYTES = 0x20000000
_FIRST_WINDOW = 65_535
_FRAME_BYTES = 16_384
_READ_BYTES = 262_144
_PONG_S = 1.0
_HEADER = struct.Struct(">HBBBI")
_SETTING = struct.Struct(">HI")
_U32 = struct.Struct(">I")
_LENGTH = struct.Struct(">BI")


class CallError(Exception):
    """A call that is refused, with its gRPC status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Server:
    """Listens on ports of 127.0.0.1, each with a handler of its own, and answers in the thread that calls `run`."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._open = True
        self._peers: dict[socket.socket, Connection] = {}
        self._buffer = bytearray(_READ_BYTES)  # one for all: a fresh one for each read costs more than the read
        self._view = memoryview(self._buffer)

    def listen(self, handler: Handler) -> int:
        """Open a port for a handler and give its number."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        self.watch(listener, lambda: self._accept(listener, handler))
        port: int = listener.getsockname()[1]
        return port

    def watch(self, source: socket.socket, ready: Callable[[], None]) -> None:
        """Call `ready` whenever the socket can be read."""
        self._selector.register(source, selectors.EVENT_READ, ready)

    def forget(self, source: socket.socket) -> None:
        """Stop watching a socket and close it."""
        self._selector.unregister(source)
        source.close()

    def run(self) -> None:
        """Answer until `stop` is called (from a handler or a signal) or the process is ended."""
        while self._open:
            ready = self._selector.select(timeout=_PONG_S)
            for key, _ in ready:
                key.data()
            if not ready:
                self._late_pongs()

    def _late_pongs(self) -> None:
        for peer, connection in list(self._peers.items()):
            out = connection.late()
            if out:
                with contextlib.suppress(OSError):  # who has gone is noticed when he is read from
                    peer.sendall(out)

    def stop(self) -> None:
        """Let `run` return soon."""
        self._open = False

    def _accept(self, listener: socket.socket, handler: Handler) -> None:
        peer, _ = listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = self._peers[peer] = Connection(handler)

        def read() -> None:
            try:
                size = peer.recv_into(self._buffer)
                out = connection.receive(self._view[:size]) if size else b""
                if out:
                    peer.sendall(out)
            except OSError:
                size = 0
            if not size or connection.closed:
                del self._peers[peer]
                self.forget(peer)

        self.watch(peer, read)
        peer.sendall(connection.greeting())


@dataclass(slots=True, kw_only=True)
class _Stream:
    """One call while it comes in."""

    headers: bytearray = field(default_factory=bytearray)
    method: str = ""
    body: bytearray = field(default_factory=bytearray)
    ends_with_headers: bool = False


@dataclass(slots=True, kw_only=True)
class _Answer:
    """One answer while the peer's window keeps it back."""

    stream: int
    data: memoryview
    trailers: bytes


class Connection:
    """One connection as bytes in, bytes out: no socket, so that it can be tested by itself."""

    def __init__(self, handler: Handler) -> None:
        self.closed = False
        self._handler = handler
        self._decoder = Decoder(max_header_list_size=1 << 20)
        self._methods: dict[bytes, str] = {}
        self._buffer = bytearray(0)
        self._greeted = False
        self._streams: dict[int, _Stream] = {}
        self._window = _FIRST_WINDOW
        self._stream_window = _FIRST_WINDOW
        self._windows: dict[int, int] = {}
        self._frame_bytes = _FRAME_BYTES
        self._waiting: deque[_Answer] = deque()
        self._taken = 0
        self._pongs: list[bytes] = []
        self._ponged_at_s = 0.0
        self._out: list[bytes] = []

    def greeting(self) -> bytes:
        """What the server says first: windows so wide that requests never wait."""
        settings = _SETTING.pack(4, _WINDOW_BYTES) + _SETTING.pack(3, 1000)
        return _frame(_SETTINGS, 0, 0, settings) + _frame(_WINDOW, 0, 0, _U32.pack(_WINDOW_BYTES - _FIRST_WINDOW))

    def receive(self, data: bytes | memoryview) -> bytes:
        """Take bytes of the peer, answer every call that is complete, and give the bytes to send."""
        buffer = self._buffer
        buffer += data
        if not self._greeted:
            if len(buffer) < len(_PREFACE):
                return b""
            if not buffer.startswith(_PREFACE):
                return self._fail(1)
            del buffer[: len(_PREFACE)]
            self._greeted = True
        at, end = 0, len(buffer)
        while end - at >= 9 and not self.closed:
            size = buffer[at] << 16 | buffer[at + 1] << 8 | buffer[at + 2]
            if end - at - 9 < size:
                break
            stream = _U32.unpack_from(buffer, at + 5)[0] & 0x7FFFFFFF
            self._frame(buffer[at + 3], buffer[at + 4], stream, bytes(buffer[at + 9 : at + 9 + size]))
            at += 9 + size
        del buffer[:at]
        self._refill()
        self._pong()
        out, self._out = b"".join(self._out), []
        return out

    def late(self) -> bytes:
        """Answers to pings that were kept back and are due now."""
        self._pong()
        out, self._out = b"".join(self._out), []
        return out

    def _pong(self) -> None:
        """Answer pings, but not more than once in a while.

        grpc-go pings with every answer that it gets, to measure the line, as soon as its last ping was answered. Answered at once, that is twice
        the traffic for each resource; answered late, it measures once a second.
        """
        if self._pongs and time.monotonic() - self._ponged_at_s >= _PONG_S:
            self._out += self._pongs
            self._pongs.clear()
            self._ponged_at_s = time.monotonic()

    def _frame(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == _DATA:
            self._data(flags, stream, payload)
        elif kind in (_HEADERS, _CONTINUATION):
            self._headers(kind, flags, stream, payload)
        elif kind == _SETTINGS and not flags & _ACK:
            self._settings(payload)
        elif kind == _PING and not flags & _ACK:
            self._pongs.append(_frame(_PING, _ACK, 0, payload))
        elif kind == _WINDOW and len(payload) == 4:
            self._widen(stream, _U32.unpack(payload)[0] & 0x7FFFFFFF)
        elif kind == _RST:
            self._streams.pop(stream, None)
            self._waiting = deque(one for one in self._waiting if one.stream != stream)
        elif kind == _GOAWAY:
            self.closed = not self._streams and not self._waiting

    def _headers(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        call = self._streams.get(stream)
        if call is None:
            call = self._streams[stream] = _Stream()
        if kind == _HEADERS:
            payload = _unpadded(flags, payload)
            if flags & _PRIORITY:
                payload = payload[5:]
            call.ends_with_headers = bool(flags & _END_STREAM)
        call.headers += payload
        if not flags & _END_HEADERS:
            return
        try:
            call.method = self._method(bytes(call.headers))
        except HPACKError:
            self._out.append(self._fail(9))
            return
        if call.ends_with_headers:
            self._answer(stream)

    def _method(self, block: bytes) -> str:
        """The method that a header block names. A block of nothing but table entries means the same until the table changes."""
        known = self._methods.get(block)
        if known is not None:
            return known
        path = ""
        for name, value in self._decoder.decode(block, raw=True):
            if name == b":path":
                path = value.decode("ascii", "replace")
        method = path.rpartition("/")[2]
        if all(one & 0x80 for one in block):
            self._methods[block] = method
        else:
            self._methods.clear()
        return method

    def _data(self, flags: int, stream: int, payload: bytes) -> None:
        self._taken += len(payload)
        call = self._streams.get(stream)
        if call is None:
            return
        call.body += _unpadded(flags, payload)
        if flags & _END_STREAM:
            self._answer(stream)

    def _answer(self, stream: int) -> None:
        call = self._streams.pop(stream)
        try:
            answer = self._handler(call.method, _message(call.body))
        except CallError as refusal:
            text = quote(str(refusal), safe=" ").encode("ascii")
            head = _STATUS + _literal(b"grpc-status", str(refusal.status).encode()) + _literal(b"grpc-message", text)
            self._out.append(_frame(_HEADERS, _END_HEADERS | _END_STREAM, stream, head))
            return
        self._out.append(_frame(_HEADERS, _END_HEADERS, stream, _STATUS))
        self._windows[stream] = self._stream_window
        self._waiting.append(_Answer(stream=stream, data=memoryview(_LENGTH.pack(0, len(answer)) + answer), trailers=_DONE))
        self._flush()

    def _flush(self) -> None:
        """Send what the peer's windows let through."""
        left: deque[_Answer] = deque()
        for one in self._waiting:
            while one.data and (room := min(self._window, self._windows.get(one.stream, 0), self._frame_bytes)) > 0:
                part, one.data = one.data[:room], one.data[room:]
                self._window -= len(part)
                self._windows[one.stream] -= len(part)
                self._out.append(_frame(_DATA, 0, one.stream, bytes(part)))
            if one.data:
                left.append(one)
            else:
                self._windows.pop(one.stream, None)
                self._out.append(_frame(_HEADERS, _END_HEADERS | _END_STREAM, one.stream, one.trailers))
        self._waiting = left

    def _settings(self, payload: bytes) -> None:
        for at in range(0, len(payload) - 5, 6):
            name, value = _SETTING.unpack_from(payload, at)
            if name == 4:
                for stream in self._windows:
                    self._windows[stream] += value - self._stream_window
                self._stream_window = value
            elif name == 5:
                self._frame_bytes = value
        self._out.append(_frame(_SETTINGS, _ACK, 0, b""))
        self._flush()

    def _widen(self, stream: int, more: int) -> None:
        if stream == 0:
            self._window += more
        elif stream in self._windows:
            self._windows[stream] += more
        self._flush()

    def _refill(self) -> None:
        if self._taken > _REFILL_BYTES:
            self._out.append(_frame(_WINDOW, 0, 0, _U32.pack(self._taken)))
            self._taken = 0

    def _fail(self, code: int) -> bytes:
        self.closed = True
        return _frame(_GOAWAY, 0, 0, _U32.pack(0) + _U32.pack(code))


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return _HEADER.pack(len(payload) >> 8, len(payload) & 0xFF, kind, flags, stream) + payload


def _unpadded(flags: int, payload: bytes) -> bytes:
    return payload[1 : len(payload) - payload[0]] if flags & _PADDED and payload else payload


def _message(body: bytearray) -> bytes:
    """The one message of a unary call, out of its length-prefixed form."""
    if len(body) < 5:
        raise CallError(INTERNAL, "the call carries no message")
    compressed, size = _LENGTH.unpack_from(body)
    if compressed:
        raise CallError(UNIMPLEMENTED, "compressed messages are not understood")
    if size > MAX_MESSAGE_BYTES:
        raise CallError(RESOURCE_EXHAUSTED, f"a message of {size} bytes is larger than {MAX_MESSAGE_BYTES}")
    if len(body) != size + 5:
        raise CallError(INTERNAL, f"the call announces {size} bytes and carries {len(body) - 5}")
    return bytes(memoryview(body)[5:])


def _literal(name: bytes, value: bytes) -> bytes:
    """A header that is not to be remembered (RFC 7541, 6.2.2)."""
    return b"\x00" + _text(name) + _text(value)


def _text(value: bytes) -> bytes:
    size = len(value)
    if size < 127:
        return bytes((size,)) + value
    head, size = bytearray((127,)), size - 127
    while size >= 128:
        head.append(size % 128 + 128)
        size //= 128
    head.append(size)
    return bytes(head) + value


_STATUS = b"\x88" + _literal(b"content-type", b"application/grpc")
_DONE = _literal(b"grpc-status", b"0")
