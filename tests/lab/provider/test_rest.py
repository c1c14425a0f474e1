"""The authorised HTTP client, against a server of the test's own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from handoff.lab.provider.record import EmulatorError, Missing
from handoff.lab.provider.rest import HttpRest, Token

ANSWERS: dict[str, tuple[int, bytes]] = {
    "/ok": (200, b'{"a": 1}'),
    "/empty": (204, b""),
    "/list": (200, b"[1, 2]"),
    "/arm": (403, json.dumps({"error": {"code": "AuthorizationFailed", "message": "no role"}}).encode()),
    "/gcp": (403, json.dumps({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "no binding"}}).encode()),
    "/entra": (401, json.dumps({"error": "invalid_client", "error_description": "AADSTS7000215"}).encode()),
    "/gone": (404, json.dumps({"error": {"code": "ResourceNotFound", "message": "no such thing"}}).encode()),
    "/broken": (500, b"<html>oops</html>"),
    "/html": (200, b"<html>"),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if self.headers["authorization"] != "Bearer fresh":
            self._say(401, b"{}")
        elif path == "/echo":
            length = int(self.headers.get("content-length", "0"))
            said = {"method": self.command, "query": query, "body": self.rfile.read(length).decode(), "type": self.headers.get("content-type")}
            self._say(200, json.dumps(said).encode())
        else:
            self._say(*ANSWERS[path])

    do_PUT = do_DELETE = do_GET

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def rest(base: str) -> Iterator[HttpRest]:
    with httpx.Client(trust_env=False) as client:
        yield HttpRest(client, base, Token(lambda: ("fresh", 3600.0)))


def test_request(rest: HttpRest) -> None:
    assert rest.request("GET", "/ok") == {"a": 1}
    assert rest.request("DELETE", "/empty") == {}
    assert rest.request("GET", "/list") == {"value": [1, 2]}
    said = rest.request("PUT", "/echo?a=1", {"b": 2}, params={"api-version": "3"})
    assert (said["method"], said["query"], json.loads(said["body"]), said["type"]) == ("PUT", "a=1&api-version=3", {"b": 2}, "application/json")


def test_not_found_is_told_from_every_other_failure(rest: HttpRest) -> None:
    assert rest.find("/gone") is None
    assert rest.find("/ok") == {"a": 1}
    with pytest.raises(Missing, match="ResourceNotFound: no such thing"):
        rest.request("GET", "/gone")
    for path, said in {
        "/arm": "AuthorizationFailed: no role",
        "/gcp": "PERMISSION_DENIED: no binding",
        "/entra": "invalid_client: AADSTS7000215",
        "/broken": "HTTP 500",
    }.items():
        with pytest.raises(EmulatorError, match=said) as caught:
            rest.find(path)
        assert not isinstance(caught.value, Missing)


def test_what_is_not_json_is_no_answer(rest: HttpRest) -> None:
    with pytest.raises(EmulatorError, match="did not answer JSON"):
        rest.request("GET", "/html")
    assert rest.send("GET", "/html").body == b"<html>"


def test_nobody_there_is_not_refused() -> None:
    with httpx.Client(trust_env=False) as client, pytest.raises(EmulatorError, match="Unreachable"):
        HttpRest(client, "http://127.0.0.1:1", Token(lambda: ("t", 60.0))).find("/ok")


def test_refused_token_is_fetched_again_once(base: str) -> None:
    tokens = iter(["stale", "fresh", "never"])
    with httpx.Client(trust_env=False) as client:
        rest = HttpRest(client, base, Token(lambda: (next(tokens), 3600.0)))
        assert rest.request("GET", "/ok") == {"a": 1}
        assert rest.request("GET", "/ok") == {"a": 1}
    assert next(tokens) == "never"


def test_token_is_kept_while_it_is_good() -> None:
    fetched: list[int] = []
    token = Token(lambda: (str(fetched.append(1)), 3600.0))
    token.value()
    token.value()
    assert len(fetched) == 1
    token.drop()
    token.value()
    assert len(fetched) == 2
