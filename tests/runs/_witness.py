"""A witness between `handoff` and the cloud: passes every call on unchanged and keeps the changes that the cloud accepted."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

READING = ("Get", "List", "Describe", "Assume", "Lookup")
CHANGED = frozenset({"iam", "kms", "s3"})
"""Services in which the exits that are witnessed change anything; in others a POST may be a listing."""
_SERVICE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/aws4_request")


@dataclass(slots=True)
class Witness:
    """What was seen."""

    url: str = ""
    changes: list[tuple[str, str]] = field(default_factory=list)
    """Call and parameters of each change that was answered with success, oldest first."""
    calls: int = 0

    def saw(self, method: str, path: str, target: str, body: bytes, status: int, *, signed: str) -> None:
        self.calls += 1
        service = _SERVICE.search(signed)
        if status >= 300 or (service is not None and service[1] not in CHANGED):
            return
        text = body.decode("utf-8", "replace")
        form = parse_qs(text) if text.startswith(("Action=", "Version=")) or "&Action=" in text else {}
        name = form.get("Action", [target.rpartition(".")[2] or f"{method} {path}"])[0]
        if not name.startswith((*READING, "GET ", "HEAD ")):
            self.changes.append((name, text))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    upstream: ClassVar[str]
    witness: ClassVar[Witness]

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        behind = http.client.HTTPConnection(self.upstream, timeout=30)
        # The host stays as the client wrote it: it is signed.
        behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in {"connection", "expect"}:
                behind.putheader(name, value)
        behind.endheaders(body)
        answer = behind.getresponse()
        given = answer.read()
        behind.close()
        # Noted before it is answered: a client that dies meanwhile has still changed something.
        self.witness.saw(self.command, self.path, self.headers.get("X-Amz-Target", ""), body, answer.status, signed=self.headers.get("Authorization", ""))
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "connection", "content-length", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(given)))
        self.end_headers()
        self.wfile.write(given)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on

    def log_message(self, format: str, *args: object) -> None:
        """The witness keeps its own record."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed breaks its connection: that is what the test is about."""


@contextmanager
def witness(url: str) -> Iterator[Witness]:
    """One before the endpoint `url`."""
    seen = Witness()
    handler = type("Handler", (_Handler,), {"upstream": urlsplit(url).netloc, "witness": seen})
    server = _Server(("127.0.0.1", 0), handler)
    seen.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
