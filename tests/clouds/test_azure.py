"""The Azure connection against a TLS stub that cuts pages and fails in every way we know, and against the lab's stand-in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from handoff.clouds._azure_http import Patience
from handoff.clouds.azure import CLOUD, Azure
from handoff.errors import AccessDenied, CloudError, CredentialsRefused, SpecError, Throttled, Unsupported, UsageError
from handoff.exports._contract import ObjectInfo
from handoff.lab import tls
from handoff.lab.service import LabPlan
from handoff.model import Json, Login, Outcome, Party, Scope, ScopeType, Secret

TENANT_ID, OTHER_TENANT = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
SUBSCRIPTION = Scope(type=ScopeType.AZURE_SUBSCRIPTION, id="33333333-3333-4333-8333-333333333333")
TENANT = Scope(type=ScopeType.AZURE_TENANT, id=TENANT_ID)
ROOT = f"/subscriptions/{SUBSCRIPTION.id}"
GROUPS, LIST = f"GET {ROOT}/resourceGroups", "GET {scope}/resourceGroups"
ACCOUNTS = f"GET {ROOT}/providers/Microsoft.Storage/storageAccounts"
APPS = "GET /graph/v1.0/applications"
SIGN_IN = f"POST /{TENANT_ID}/oauth2/v2.0/token"
SECRET, KEY = "s3cr3t-value", base64.b64encode(b"k3y-value-of-storage").decode()
PATIENCE = Patience(timeout_s=1.0, first_wait_s=0.01, longest_wait_s=0.05, polls=5, poll_s=0.01, longest_poll_s=0.02)
AZURE = Azure(PATIENCE)


def jwt(**claims: str) -> str:
    parts = ({"alg": "none"}, {"tid": TENANT_ID, "oid": "oid-1", "aud": "https://management.azure.com", **claims})
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), "c2ln"])


def login(form: str, **material: str | Secret) -> Login:
    return Login(name="x", cloud="azure", party=Party.PROVIDER, principal="oid-1", form=form, material=material)


BEARER = login("azure-bearer", token=Secret(jwt()))
GRAPH_BEARER = login("azure-bearer", token=Secret(jwt(aud="https://graph.microsoft.com")))
BY_SECRET = login("azure-secret", tenant=TENANT_ID, client_id="app-1", client_secret=Secret(SECRET))
BY_KEY = login("azure-shared-key", account="store", key=Secret(KEY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    """What Content-Length says, when it is not the truth."""
    hangs_up: bool = False


Say = Callable[[Asked], Reply]


def ok(body: object = None, status: int = 200, **headers: str) -> Reply:
    text = b"" if body is None else json.dumps(body).encode()
    return Reply(
        status=status,
        body=text,
        headers={"x-ms-request-id": "req-1", "content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}},
    )


def error(status: int, code: str, **headers: str) -> Reply:
    return ok({"error": {"code": code, "message": "because"}}, status, **headers)


def page_of(text: str, status: int = 200) -> Reply:
    return Reply(status=status, body=text.encode(), headers={"content-type": "text/html"})


def storage(status: int, code: str) -> Reply:
    xml = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>because</Message></Error>'
    return Reply(status=status, body=xml.encode(), headers={"x-ms-request-id": "req-2", "content-type": "application/xml"})


def entra(number: int, status: int = 401) -> Reply:
    return ok({"error": "invalid_client", "error_description": f"AADSTS{number}: because of {SECRET}.", "error_codes": [number]}, status)


class Stub:
    """Answers as each test says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.says: dict[str, Say] = {}
        self.asked: list[Asked] = []
        self.released = threading.Event()
        self.base = ""

    def answer(self, asked: Asked) -> Reply:
        if asked.path.endswith("/.well-known/openid-configuration"):
            tenant = f"{self.base}/{asked.path.split('/')[1]}"
            return ok(
                {"issuer": f"{tenant}/v2.0", "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize", "token_endpoint": f"{tenant}/oauth2/v2.0/token"}
            )
        self.asked.append(asked)
        say = self.says.get(f"{asked.method} {asked.path}")
        return say(asked) if say else page_of("nobody told the stub", 418)

    def count(self, op: str) -> int:
        return sum(f"{one.method} {one.path}" == op for one in self.asked)

    def tokens(self) -> None:
        def issued(asked: Asked) -> Reply:
            audience = dict(parse_qsl(asked.body.decode()))["scope"].removesuffix("/.default")
            return ok({"token_type": "Bearer", "expires_in": 3600, "access_token": jwt(aud=audience)})

        self.says[SIGN_IN] = issued


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> LabPlan:
    plan = LabPlan(folder=tmp_path_factory.mktemp("tls"), ports={})
    tls.ensure(plan)
    return plan


@pytest.fixture
def stub(certificate: LabPlan, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    state = Stub()

    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            parts = urlsplit(self.path)
            reply = state.answer(
                Asked(
                    method=self.command,
                    path=parts.path,
                    query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
                )
            )
            self.close_connection = True
            if reply.hangs_up:
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that gives up is part of the test

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.tls_cert, certificate.tls_key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.base = f"https://127.0.0.1:{server.server_port}"
    _point(monkeypatch, state.base, certificate.ca_file)
    yield state
    state.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def _point(monkeypatch: pytest.MonkeyPatch, base: str, ca: Path) -> None:
    variables = {
        "AZURE_AUTHORITY_HOST": base,
        "HANDOFF_AZURE_ARM_URL": base,
        "HANDOFF_CA_FILE": str(ca),
        "AZURE_TENANT_ID": TENANT_ID,
        "AZURE_CLIENT_ID": "app-1",
        "AZURE_CLIENT_SECRET": SECRET,
    }
    variables |= {f"HANDOFF_AZURE_{plane.upper()}_URL": f"{base}/{plane}" for plane in ("graph", "blob", "vault")}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for name in ("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_USERNAME", "AZURE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def cut(stub: Stub, link: str, size: int = 1) -> Say:
    """Five items in pages, with the link that ARM or Graph would give."""

    def say(asked: Asked) -> Reply:
        start = int(asked.query.get("$skiptoken", "0"))
        kept = "&".join(f"{name}={value}" for name, value in asked.query.items() if name != "$skiptoken")
        more = {link: f"{stub.base}{asked.path}?{kept}&$skiptoken={start + size}"} if start + size < 5 else {}
        return ok({"value": [{"name": f"g{number}"} for number in range(start, min(start + size, 5))], **more})

    return say


# Listings


@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_item_of_every_page_of_arm(stub: Stub, size: int) -> None:
    stub.says[GROUPS] = cut(stub, "nextLink", size)
    assert [item["name"] for item in AZURE.open(SUBSCRIPTION, BEARER).read(LIST, query={"$filter": "x"})] == [f"g{number}" for number in range(5)]
    assert all(one.query["api-version"] == "2022-12-01" and one.query["$filter"] == "x" for one in stub.asked)
    assert stub.count(GROUPS) == -(-5 // size)


def test_every_item_of_every_page_of_graph(stub: Stub) -> None:
    stub.says[APPS] = cut(stub, "@odata.nextLink")
    assert len(list(AZURE.open(TENANT, GRAPH_BEARER).read("GET graph:/v1.0/applications"))) == 5


def test_a_query_in_the_path_is_a_query(stub: Stub) -> None:
    stub.says[GROUPS] = lambda _: ok({"value": []})
    list(AZURE.open(SUBSCRIPTION, BEARER).read(f"GET {ROOT}/resourceGroups?api-version=2021-04-01&$top=3"))
    assert stub.asked[0].query == {"api-version": "2021-04-01", "$top": "3"}


def test_nothing_is_sent_before_the_first_call(stub: Stub) -> None:
    AZURE.open(SUBSCRIPTION)
    assert stub.asked == []


def test_a_truly_empty_listing_is_empty(stub: Stub) -> None:
    stub.says[GROUPS] = lambda _: ok({"value": []})
    assert list(AZURE.open(SUBSCRIPTION, BEARER).read(LIST)) == []


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(page_of("<html>proxy</html>"), id="somebody-else's-page"),
        pytest.param(page_of(""), id="no-body"),
        pytest.param(page_of('{"value": [{"na'), id="cut-off"),
        pytest.param(page_of("[]"), id="a-bare-list"),
        pytest.param(ok({}), id="no-value"),
        pytest.param(ok({"value": None}), id="value-null"),
        pytest.param(error(500, "InternalServerError"), id="http-500"),
        pytest.param(page_of("", 503), id="http-503-without-a-body"),
        pytest.param(Reply(hangs_up=True), id="hangs-up"),
        pytest.param(Reply(body=b'{"value": []}', length=400), id="shorter-than-it-says"),
        pytest.param(error(404, "ResourceGroupNotFound"), id="not-found-is-no-empty-list"),
        pytest.param(error(404, "SubscriptionNotFound"), id="no-such-subscription"),
        pytest.param(page_of("<html>not here</html>", 404), id="a-404-of-a-proxy"),
        pytest.param(ok(None, 302, location="https://example.com/"), id="sent-elsewhere"),
    ],
)
def test_a_failed_listing_is_never_an_empty_or_short_one(stub: Stub, reply: Reply) -> None:
    stub.says[GROUPS] = lambda _: reply
    connection = AZURE.open(SUBSCRIPTION, BEARER)
    with pytest.raises(CloudError) as caught:
        list(connection.read(LIST))
    assert not isinstance(caught.value, AccessDenied)
    stub.says[GROUPS] = lambda _: ok({"value": [{"name": "a"}]})
    assert len(list(connection.read(LIST))) == 1


def test_a_failure_on_a_later_page_is_a_failure(stub: Stub) -> None:
    stub.says[GROUPS] = lambda asked: error(500, "InternalServerError") if asked.query.get("$skiptoken") == "2" else cut(stub, "nextLink")(asked)
    seen: list[object] = []
    with pytest.raises(CloudError):
        seen.extend(AZURE.open(SUBSCRIPTION, BEARER).read(LIST))


@pytest.mark.parametrize(
    "link",
    ["https://attacker.example/next", "https://localhost:{port}/next", "http://127.0.0.1:{port}/next", "https://127.0.0.1:1/next", "/relative", "https://["],
)
def test_a_next_page_elsewhere_does_not_get_our_token(stub: Stub, link: str) -> None:
    stub.says[GROUPS] = lambda _: ok({"value": [{}], "nextLink": link.replace("{port}", str(urlsplit(stub.base).port))})
    with pytest.raises(CloudError, match=r"another host|no usable address"):
        list(AZURE.open(SUBSCRIPTION, BEARER).read(LIST))
    assert len(stub.asked) == 1


def test_pages_that_lead_nowhere(stub: Stub) -> None:
    stub.says[GROUPS] = lambda _: ok({"value": [{}], "nextLink": f"{stub.base}{ROOT}/resourceGroups?$skiptoken=1"})
    with pytest.raises(CloudError, match="circles"):
        list(AZURE.open(SUBSCRIPTION, BEARER).read(LIST))


# What each refusal means


@pytest.mark.parametrize(
    ("reply", "wanted", "exit_code"),
    [
        pytest.param(error(403, "AuthorizationFailed"), AccessDenied, 3, id="denied"),
        pytest.param(error(401, "ExpiredAuthenticationToken"), CredentialsRefused, 6, id="expired"),
        pytest.param(error(401, "InvalidAuthenticationTokenTenant"), CredentialsRefused, 6, id="wrong-tenant"),
        pytest.param(error(429, "TooManyRequests"), Throttled, 3, id="throttled"),
        pytest.param(error(404, "InvalidResourceType"), Unsupported, 3, id="unknown-type"),
        pytest.param(error(501, "NotImplemented"), Unsupported, 3, id="not-implemented"),
        pytest.param(error(500, "InternalServerError"), CloudError, 3, id="http-500"),
    ],
)
def test_each_refusal_has_its_own_error(stub: Stub, reply: Reply, wanted: type[Exception], exit_code: int) -> None:
    stub.says[GROUPS] = lambda _: reply
    with pytest.raises(wanted) as caught:
        list(AZURE.open(SUBSCRIPTION, BEARER).read(LIST))
    assert type(caught.value) is wanted
    assert caught.value.exit_code == exit_code  # type: ignore[attr-defined]
    assert "resourceGroups" in str(caught.value)
    assert jwt() not in str(caught.value)
    assert stub.count(GROUPS) == (PATIENCE.tries if wanted in {Throttled, CloudError} else 1)


def test_a_throttle_is_waited_out_for_as_long_as_it_asks(stub: Stub) -> None:
    replies = iter([error(429, "TooManyRequests", retry_after="1"), ok({"value": [{}]})])
    stub.says[GROUPS] = lambda _: next(replies)
    started = time.monotonic()
    assert len(list(Azure(Patience(first_wait_s=0.01)).open(SUBSCRIPTION, BEARER).read(LIST))) == 1
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    ("reply", "missing"),
    [
        pytest.param(error(404, "RoleAssignmentNotFound"), True, id="arm's-own-word"),
        pytest.param(error(404, "Request_ResourceNotFound"), True, id="graph's-own-word"),
        pytest.param(error(404, "SubscriptionNotFound"), False, id="a-missing-subscription"),
        pytest.param(error(404, "InvalidResourceType"), False, id="a-mistyped-path"),
        pytest.param(error(404, "NotFound"), False, id="a-gateway's-404"),
        pytest.param(page_of("<html>not here</html>", 404), False, id="a-proxy's-404"),
        pytest.param(error(500, "RoleAssignmentNotFound"), False, id="the-word-on-a-500"),
        pytest.param(error(403, "AuthorizationFailed"), False, id="denied"),
        pytest.param(page_of("<html>sign in</html>"), False, id="a-portal's-200"),
        pytest.param(ok(), False, id="an-empty-200"),
    ],
)
def test_none_means_not_found_and_nothing_else(stub: Stub, reply: Reply, missing: bool) -> None:
    op = f"{ROOT}/providers/Microsoft.Authorization/roleAssignments/a"
    stub.says[f"GET {op}"] = lambda _: reply
    connection = AZURE.open(SUBSCRIPTION, BEARER)
    if missing:
        assert connection.get("GET {+id}", id=op) is None
    else:
        with pytest.raises(CloudError):
            connection.get("GET {+id}", id=op)
    stub.says[f"GET {op}"] = lambda _: ok({"id": op})
    assert connection.get("GET {+id}", id=op) == {"id": op}


def test_nobody_listens(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HANDOFF_AZURE_ARM_URL", f"https://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(CloudError, match="ConnectError") as caught:
            list(AZURE.open(SUBSCRIPTION, BEARER).read(LIST))
        assert caught.value.retriable
        assert AZURE.attempt(SUBSCRIPTION, BEARER, LIST, {}).outcome is Outcome.UNKNOWN


def test_silence_is_no_answer(stub: Stub) -> None:
    def silent(_: Asked) -> Reply:
        stub.released.wait(20)
        return ok({"value": []})

    stub.says[GROUPS] = stub.says[SIGN_IN] = silent
    hasty = Azure(Patience(timeout_s=0.2, tries=2, first_wait_s=0.01))
    with pytest.raises(CloudError, match="ReadTimeout"):
        list(hasty.open(SUBSCRIPTION, BEARER).read(LIST))
    for one in (BEARER, BY_SECRET):
        started = time.monotonic()
        assert hasty.attempt(SUBSCRIPTION, one, LIST, {}).outcome is Outcome.UNKNOWN
        assert time.monotonic() - started < 5


def test_a_server_that_another_authority_vouches_for_is_not_talked_to(stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub.says[GROUPS] = lambda _: ok({"value": []})
    stub.tokens()
    assert AZURE.attempt(SUBSCRIPTION, BY_SECRET, LIST, {}).outcome is Outcome.WORKED
    stub.asked.clear()
    other = LabPlan(folder=tmp_path, ports={})
    tls.ensure(other)
    monkeypatch.setenv("HANDOFF_CA_FILE", str(other.ca_file))
    for one in (BEARER, BY_SECRET):
        with pytest.raises(CloudError):
            list(AZURE.open(SUBSCRIPTION, one).read(LIST))
        assert AZURE.attempt(SUBSCRIPTION, one, LIST, {}).outcome is Outcome.UNKNOWN
    assert stub.asked == []


def test_the_proxy_and_authority_of_the_machine_do_not_reach_into_a_lab(stub: Stub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub.says[GROUPS] = lambda _: ok({"value": [{}]})
    stub.tokens()
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(tmp_path / "no-such.pem"))
    assert len(list(AZURE.open(SUBSCRIPTION).read(LIST))) == 1


# Writes


def test_a_write_has_the_request_id_and_missing_is_for_the_kind_to_expect(stub: Stub) -> None:
    target = f"{ROOT}/providers/Microsoft.Authorization/roleAssignments/a"
    connection, op = AZURE.open(SUBSCRIPTION, BEARER), f"DELETE {target}"
    stub.says[op] = lambda _: ok({"id": target})
    receipt = connection.write("DELETE {+id}", id=target)
    assert (receipt.op, receipt.request_id, receipt.applied) == ("DELETE {+id}", "req-1", True)
    stub.says[op] = lambda _: ok(None, 204)
    assert connection.write("DELETE {+id}", id=target).applied is False, "ARM deletes what is not there with 204"
    stub.says[op] = lambda _: error(404, "RoleAssignmentNotFound")
    assert connection.write("DELETE {+id}", id=target, missing_ok=True).applied is False
    with pytest.raises(CloudError, match="not found"):
        connection.write("DELETE {+id}", id=target)
    stub.says[op] = lambda _: page_of("<html>sign in</html>")
    with pytest.raises(CloudError, match="not what Azure sends"):
        connection.write("DELETE {+id}", id=target)


def test_a_delete_of_graph_says_204_and_means_it(stub: Stub) -> None:
    stub.says["DELETE /graph/v1.0/applications/a"] = lambda _: ok(None, 204)
    assert AZURE.open(TENANT, GRAPH_BEARER).write("DELETE graph:/v1.0/applications/{app}", app="a").applied is True


@pytest.mark.parametrize(("reply", "sent"), [(error(503, "ServiceUnavailable"), 1), (Reply(hangs_up=True), 1), (error(429, "TooManyRequests"), PATIENCE.tries)])
def test_a_change_that_may_have_happened_is_not_made_again(stub: Stub, reply: Reply, sent: int) -> None:
    account = f"{ROOT}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a"
    for verb in ("regenerateKey", "listKeys"):
        stub.says[f"POST {account}/{verb}"] = lambda _: reply
    connection = AZURE.open(SUBSCRIPTION, BEARER)
    with pytest.raises(CloudError):
        connection.write("POST {+id}/regenerateKey", id=account, body={"keyName": "key1"})
    assert stub.count(f"POST {account}/regenerateKey") == sent
    with pytest.raises(CloudError):
        connection.get("POST {+id}/listKeys", id=account)
    assert stub.count(f"POST {account}/listKeys") == PATIENCE.tries, "a POST that only reads may be sent again"


ACCOUNT = f"{ROOT}/resourceGroups/g"


@pytest.mark.parametrize("header", ["azure_asyncoperation", "location"])
def test_accepted_is_followed_to_its_end(stub: Stub, header: str) -> None:
    ends = iter(
        [
            error(503, "ServiceUnavailable"),
            Reply(hangs_up=True),
            ok({"status": "InProgress"}) if header.startswith("azure") else ok(None, 202),
            ok({"status": "Succeeded"}),
        ]
    )
    stub.says[f"DELETE {ACCOUNT}"] = lambda _: ok(None, 202, **{header: f"{stub.base}/operations/1?t=2"})
    stub.says["GET /operations/1"] = lambda _: next(ends)
    receipt = AZURE.open(SUBSCRIPTION, BEARER).write("DELETE {+id}", id=ACCOUNT)
    assert (receipt.applied, receipt.request_id) == (True, "req-1")
    assert stub.count("GET /operations/1") == 4
    assert stub.asked[-1].query == {"t": "2"}


@pytest.mark.parametrize(
    ("end", "told"),
    [
        pytest.param(ok({"status": "Failed", "error": {"code": "Conflict", "message": "no"}}), "ended as failed Conflict", id="failed"),
        pytest.param(ok({"status": "Canceled"}), "ended as canceled", id="canceled"),
        pytest.param(ok({"status": "InProgress"}), "not finished in time", id="never-ends"),
        pytest.param(error(403, "AuthorizationFailed"), "cannot be seen: HTTP 403", id="not-ours-to-see"),
        pytest.param(page_of("<html>proxy</html>"), "not finished in time", id="somebody-else's-page"),
    ],
)
def test_accepted_is_not_done(stub: Stub, end: Reply, told: str) -> None:
    stub.says[f"DELETE {ACCOUNT}"] = lambda _: ok(None, 202, azure_asyncoperation=f"{stub.base}/operations/1")
    stub.says["GET /operations/1"] = lambda _: end
    with pytest.raises(CloudError, match=told):
        AZURE.open(SUBSCRIPTION, BEARER).write("DELETE {+id}", id=ACCOUNT)


@pytest.mark.parametrize("headers", [{}, {"location": "https://attacker.example/operations/1"}])
def test_the_end_of_an_operation_is_looked_for_at_home_only(stub: Stub, headers: dict[str, str]) -> None:
    stub.says[f"DELETE {ACCOUNT}"] = lambda _: ok(None, 202, **headers)
    with pytest.raises(CloudError, match=r"no word on where|another host"):
        AZURE.open(SUBSCRIPTION, BEARER).write("DELETE {+id}", id=ACCOUNT)


# Sign-in


def test_the_standard_environment_signs_in(stub: Stub) -> None:
    stub.tokens()
    stub.says[f"GET {ROOT}"] = lambda _: ok({"subscriptionId": SUBSCRIPTION.id, "tenantId": TENANT_ID})
    assert CLOUD.whoami(SUBSCRIPTION) == "oid-1"
    assert CLOUD.whoami(TENANT) == "oid-1"
    assert AZURE.whoami(SUBSCRIPTION, BY_SECRET) == "oid-1"


def test_a_token_is_fetched_once_and_anew_when_it_runs_out(stub: Stub) -> None:
    stub.says[GROUPS] = lambda _: ok({"value": []})
    life_s = 3600

    stub.says[SIGN_IN] = lambda _: ok({"token_type": "Bearer", "expires_in": life_s, "access_token": jwt()})
    connection = AZURE.open(SUBSCRIPTION)
    for _ in range(3):
        list(connection.read(LIST))
    assert stub.count(SIGN_IN) == 1
    life_s = 1
    connection = AZURE.open(SUBSCRIPTION)
    for _ in range(3):
        list(connection.read(LIST))
    assert stub.count(SIGN_IN) == 4


@pytest.mark.parametrize("number", [7000215, 7000222, 700016, 7000112])
def test_a_credential_that_entra_refuses(stub: Stub, number: int) -> None:
    stub.says[SIGN_IN] = lambda _: entra(number)
    with pytest.raises(CredentialsRefused, match=f"AADSTS{number}") as caught:
        AZURE.whoami(SUBSCRIPTION)
    assert SECRET not in str(caught.value)
    tried = AZURE.attempt(SUBSCRIPTION, BY_SECRET, LIST, {})
    assert (tried.outcome, tried.op, tried.code) == (Outcome.REFUSED, "token", f"AADSTS{number}")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(entra(90033, 503), id="busy"),
        pytest.param(entra(90033, 400), id="busy-by-its-code-alone"),
        pytest.param(entra(7000215, 503), id="a-503-says-nothing-whatever-its-text"),
        pytest.param(entra(500011, 400), id="the-api-is-not-in-this-tenant"),
        pytest.param(entra(900144, 400), id="a-malformed-request"),
        pytest.param(page_of("<html>proxy</html>"), id="somebody-else's-page"),
        pytest.param(page_of("<html>proxy</html>", 403), id="somebody-else's-403"),
        pytest.param(ok({}), id="no-token"),
        pytest.param(Reply(hangs_up=True), id="hangs-up"),
    ],
)
def test_no_clear_word_of_entra_is_no_refusal(stub: Stub, reply: Reply) -> None:
    stub.says[SIGN_IN] = lambda _: reply
    tried = AZURE.attempt(SUBSCRIPTION, BY_SECRET, LIST, {})
    assert (tried.outcome, tried.op) == (Outcome.UNKNOWN, "token")
    assert stub.count(SIGN_IN) == 1
    with pytest.raises(CloudError):
        AZURE.whoami(SUBSCRIPTION)


def test_what_entra_said_does_not_leak_through_the_sdks_log(stub: Stub) -> None:
    """A process of its own, because pytest takes every log record itself."""
    stub.says[SIGN_IN] = lambda _: entra(7000215)
    script = f"""
from handoff.clouds.azure import CLOUD
from handoff.errors import CredentialsRefused
from handoff.model import Scope, ScopeType
try:
    CLOUD.whoami(Scope(type=ScopeType.AZURE_TENANT, id={TENANT_ID!r}))
except CredentialsRefused as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert "AADSTS7000215" in done.stdout
    assert SECRET not in done.stdout + done.stderr
    assert done.stderr == ""


def test_no_credential_at_all(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    with pytest.raises(CredentialsRefused, match=r"no Azure credential|incomplete"):
        AZURE.whoami(SUBSCRIPTION)


def test_a_login_that_is_malformed_is_not_refused_by_anybody(stub: Stub) -> None:
    stub.tokens()
    stub.says[GROUPS] = lambda _: ok({"value": []})
    for one in (
        login("azure-secret", tenant="not a tenant!", client_id="a", client_secret=Secret("b")),
        login("azure-bearer", token=Secret("no-jwt")),
        login("aws-keys"),
    ):
        tried = AZURE.attempt(SUBSCRIPTION, one, LIST, {})
        assert tried.outcome is Outcome.UNKNOWN
    with pytest.raises(UsageError, match="client_secret"):
        AZURE.whoami(SUBSCRIPTION, login("azure-secret", tenant=TENANT_ID, client_id="a"))
    with pytest.raises(UsageError, match="aws-keys"):
        AZURE.whoami(SUBSCRIPTION, login("aws-keys"))
    assert AZURE.attempt(SUBSCRIPTION, BY_SECRET, LIST, {}).outcome is Outcome.WORKED


def test_a_credential_of_another_tenant_is_refused_before_anything_is_read(stub: Stub) -> None:
    """Graph would list the other tenant's directory, and find every principal of this one missing."""
    stub.says[APPS] = lambda _: ok({"value": [{"id": "theirs"}]})
    stub.says[f"GET {ROOT}"] = lambda _: ok({"tenantId": TENANT_ID})
    foreign = login("azure-bearer", token=Secret(jwt(tid=OTHER_TENANT, aud="https://graph.microsoft.com")))
    for scope in (TENANT, SUBSCRIPTION):
        with pytest.raises(CredentialsRefused, match=OTHER_TENANT):
            list(AZURE.open(scope, foreign).read("GET graph:/v1.0/applications"))
        assert len(list(AZURE.open(scope, GRAPH_BEARER).read("GET graph:/v1.0/applications"))) == 1
    with pytest.raises(CredentialsRefused, match=OTHER_TENANT):
        AZURE.whoami(TENANT, foreign)
    tried = AZURE.attempt(TENANT, foreign, "GET graph:/v1.0/applications", {})
    assert (tried.outcome, tried.code) == (Outcome.UNKNOWN, "token-of-another-tenant")


# One try


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        pytest.param(ok({"value": []}), Outcome.WORKED, "ok", id="worked"),
        pytest.param(error(403, "AuthorizationFailed"), Outcome.REFUSED, "AuthorizationFailed", id="denied"),
        pytest.param(error(401, "InvalidAuthenticationTokenTenant"), Outcome.REFUSED, "InvalidAuthenticationTokenTenant", id="not-let-in"),
        pytest.param(error(401, "ExpiredAuthenticationToken"), Outcome.REFUSED, "ExpiredAuthenticationToken", id="expired"),
        pytest.param(error(500, "AuthorizationFailed"), Outcome.UNKNOWN, "AuthorizationFailed", id="a-500-says-nothing"),
        pytest.param(error(503, "ServiceUnavailable"), Outcome.UNKNOWN, "ServiceUnavailable", id="unavailable"),
        pytest.param(error(429, "TooManyRequests"), Outcome.UNKNOWN, "TooManyRequests", id="throttled"),
        pytest.param(error(404, "ResourceNotFound"), Outcome.UNKNOWN, "ResourceNotFound", id="not-found"),
        pytest.param(error(403, "RequestDisallowedByPolicy"), Outcome.UNKNOWN, "RequestDisallowedByPolicy", id="a-policy-says-no-to-everybody"),
        pytest.param(page_of("<html>proxy</html>", 403), Outcome.UNKNOWN, "http-403", id="403-of-a-proxy"),
        pytest.param(page_of("<html>sign in</html>"), Outcome.UNKNOWN, "ok", id="200-of-a-portal"),
        pytest.param(ok(None, 302, location="https://example.com/"), Outcome.UNKNOWN, "http-302", id="sent-elsewhere"),
        pytest.param(Reply(hangs_up=True), Outcome.UNKNOWN, "RemoteProtocolError", id="hung-up"),
        pytest.param(Reply(body=b"{", length=50), Outcome.UNKNOWN, "RemoteProtocolError", id="broken-off"),
    ],
)
@pytest.mark.parametrize("form", ["azure-bearer", "azure-secret"])
def test_one_try_is_one_call_and_never_rounded_up(stub: Stub, form: str, reply: Reply, outcome: Outcome, code: str) -> None:
    stub.tokens()
    stub.says[GROUPS] = lambda _: reply
    tried = AZURE.attempt(SUBSCRIPTION, BEARER if form == "azure-bearer" else BY_SECRET, LIST, {})
    assert (tried.outcome, tried.code, tried.op) == (outcome, code, LIST)
    assert stub.count(GROUPS) == 1
    assert tried.at.tzinfo is not None


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        pytest.param(storage(200, "x"), Outcome.WORKED, "ok", id="worked"),
        pytest.param(storage(403, "AuthenticationFailed"), Outcome.REFUSED, "AuthenticationFailed", id="dead-key"),
        pytest.param(storage(403, "KeyBasedAuthenticationNotPermitted"), Outcome.REFUSED, "KeyBasedAuthenticationNotPermitted", id="keys-turned-off"),
        pytest.param(storage(403, "AuthorizationFailure"), Outcome.UNKNOWN, "AuthorizationFailure", id="a-firewall-says-no-to-everybody"),
        pytest.param(storage(503, "ServerBusy"), Outcome.UNKNOWN, "ServerBusy", id="busy"),
        pytest.param(storage(404, "ContainerNotFound"), Outcome.UNKNOWN, "ContainerNotFound", id="not-found"),
        pytest.param(page_of("<html>proxy</html>"), Outcome.UNKNOWN, "ok", id="200-of-a-portal"),
        pytest.param(Reply(hangs_up=True), Outcome.UNKNOWN, "RemoteProtocolError", id="hung-up"),
    ],
)
def test_a_storage_key_is_tried_by_signing_with_it(stub: Stub, reply: Reply, outcome: Outcome, code: str) -> None:
    stub.says["GET /blob/store/"] = lambda _: reply
    tried = AZURE.attempt(SUBSCRIPTION, BY_KEY, "GET blob:/{account}/?comp=list", {"account": "store"})
    assert (tried.outcome, tried.code) == (outcome, code)
    (asked,) = stub.asked
    assert asked.query == {"comp": "list"}
    signed = "GET\n" + "\n" * 11 + f"x-ms-date:{asked.headers['x-ms-date']}\nx-ms-version:{asked.headers['x-ms-version']}\n/store/blob/store/\ncomp:list"
    wanted = base64.b64encode(hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()).decode()
    assert asked.headers["authorization"] == f"SharedKey store:{wanted}"


def test_a_key_that_is_no_key_is_not_refused_and_not_shown(stub: Stub) -> None:
    broken = login("azure-shared-key", account="store", key=Secret("n0t/base64!"))
    tried = AZURE.attempt(SUBSCRIPTION, broken, "GET blob:/{account}/", {"account": "store"})
    assert tried.outcome is Outcome.UNKNOWN
    with pytest.raises(UsageError) as caught:
        AZURE.open(SUBSCRIPTION, broken).get("GET blob:/{account}/", account="store")
    assert "n0t" not in str(caught.value)


def test_a_token_for_another_api_is_not_refused_there(stub: Stub) -> None:
    stub.says[APPS] = lambda _: error(401, "InvalidAuthenticationToken")
    tried = AZURE.attempt(TENANT, BEARER, "GET graph:/v1.0/applications", {})
    assert (tried.outcome, tried.code) == (Outcome.UNKNOWN, "token-for-another-api")
    assert stub.asked == []
    assert AZURE.attempt(TENANT, GRAPH_BEARER, "GET graph:/v1.0/applications", {}).outcome is Outcome.REFUSED


def test_a_minted_token_is_for_the_api_that_its_scope_is_tried_on(stub: Stub) -> None:
    stub.tokens()
    stub.says[APPS] = stub.says[GROUPS] = lambda _: ok({"value": []})
    for scope in (TENANT, SUBSCRIPTION):
        minted = AZURE.mint(scope, BY_SECRET, {"op": "token"})
        op, params = AZURE.tries(scope, minted)[0]
        assert AZURE.attempt(scope, minted, op, params).outcome is Outcome.WORKED
    with pytest.raises(UsageError, match="session"):
        AZURE.mint(TENANT, BY_SECRET, {"op": "session"})


# Blobs


def blobs(*items: str, marker: str = "") -> Reply:
    shown = "".join(f"<Blob>{item}<Properties><Content-Length>4</Content-Length><Etag>0x1</Etag></Properties></Blob>" for item in items)
    text = f'\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="c"><Blobs>{shown}</Blobs><NextMarker>{marker}</NextMarker></EnumerationResults>'
    return Reply(body=text.encode(), headers={"x-ms-request-id": "r", "content-type": "application/xml"})


LISTED = "GET /blob/store/c"


def test_every_blob_of_every_page(stub: Stub) -> None:
    def say(asked: Asked) -> Reply:
        assert (asked.query["comp"], asked.query["restype"]) == ("list", "container")
        number = int(asked.query.get("marker", "m0")[1:])
        return blobs(f"<Name>b{number}</Name>", marker=f"m{number + 1}" if number < 3 else "")

    stub.says[LISTED] = say
    assert [item.key for item in AZURE.objects(SUBSCRIPTION, BY_KEY).list_objects("store/c")] == ["b0", "b1", "b2", "b3"]


def test_a_name_that_xml_cannot_carry(stub: Stub) -> None:
    stub.says[LISTED] = lambda _: blobs('<Name Encoded="true">a%EF%BF%BEb%25</Name>', "<Name>c%25</Name>")
    assert [item.key for item in AZURE.objects(SUBSCRIPTION, BY_KEY).list_objects("store/c")] == ["a\ufffeb%", "c%25"]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(page_of("<html></html>"), id="a-portal's-page"),
        pytest.param(page_of(""), id="no-body"),
        pytest.param(page_of("<EnumerationResults/>"), id="no-blobs-element"),
        pytest.param(page_of("<!DOCTYPE x [<!ENTITY e 'y'>]><EnumerationResults><Blobs/></EnumerationResults>"), id="a-doctype"),
        pytest.param(page_of("<EnumerationResults><Blobs><Blob>"), id="cut-off"),
        pytest.param(blobs("<Name>a</Name>", marker="same"), id="marker-that-leads-nowhere"),
        pytest.param(blobs(""), id="a-blob-without-a-name"),
        pytest.param(storage(404, "ContainerNotFound"), id="no-such-container"),
        pytest.param(storage(500, "InternalError"), id="http-500"),
        pytest.param(storage(403, "AuthorizationFailure"), id="denied"),
        pytest.param(Reply(hangs_up=True), id="hangs-up"),
    ],
)
def test_a_failed_listing_of_blobs_is_never_empty_or_short(stub: Stub, reply: Reply) -> None:
    stub.says[LISTED] = lambda _: reply
    with pytest.raises(CloudError):
        list(AZURE.objects(SUBSCRIPTION, BY_KEY).list_objects("store/c"))
    stub.says[LISTED] = lambda _: blobs()
    assert list(AZURE.objects(SUBSCRIPTION, BY_KEY).list_objects("store/c")) == []


ITEM = ObjectInfo(key="a", size_bytes=4, etag="0x1")


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        pytest.param(Reply(body=b"fo", length=4), "broke off", id="truncated"),
        pytest.param(Reply(body=b"fo"), "2 bytes came, 4 were listed", id="shorter-than-listed"),
        pytest.param(Reply(body=b"fourfour"), "bytes came, 4 were listed", id="longer-than-listed"),
        pytest.param(storage(412, "ConditionNotMet"), "412 ConditionNotMet", id="changed-since"),
        pytest.param(storage(404, "BlobNotFound"), "404 BlobNotFound", id="gone-since"),
        pytest.param(storage(500, "InternalError"), "500", id="http-500"),
        pytest.param(Reply(hangs_up=True), "broke off", id="hangs-up"),
    ],
)
def test_a_blob_comes_whole_or_not_at_all(stub: Stub, reply: Reply, told: str) -> None:
    stub.says["GET /blob/store/c/a"] = lambda _: reply
    reader = AZURE.objects(SUBSCRIPTION, BEARER)
    with pytest.raises(CloudError, match=told):
        list(reader.read_object("store/c", ITEM))
    stub.says["GET /blob/store/c/a"] = lambda _: Reply(body=b"four")
    assert b"".join(reader.read_object("store/c", ITEM)) == b"four"
    assert stub.asked[-1].headers["if-match"] == "0x1"


# The rest


@pytest.mark.parametrize("op", ["nonsense", "GET nosuch:/x", "GET {scope}/providers/Microsoft.Unknown/things", "GET {+id}"])
def test_a_call_that_nobody_knows_is_unsupported(stub: Stub, op: str) -> None:
    with pytest.raises(Unsupported):
        list(AZURE.open(SUBSCRIPTION, BEARER).read(op))
    assert stub.asked == []


@pytest.mark.parametrize("environment", [{}, {"tenant": TENANT_ID}, {"subscription": "s"}, {"tenant": 1, "subscription": 2}])
def test_a_malformed_environment_is_named(environment: Json) -> None:
    with pytest.raises(SpecError, match=r"environments\.azure"):
        CLOUD.scopes(environment)


def test_the_tenant_and_the_subscription_are_the_scopes() -> None:
    assert CLOUD.scopes({"tenant": TENANT_ID, "subscription": SUBSCRIPTION.id}) == (TENANT, SUBSCRIPTION)


def test_endpoints_tell_a_lab_from_the_cloud(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(url.startswith("https://127.0.0.1:") for url in CLOUD.endpoints())
    for plane in ("ARM", "GRAPH", "BLOB", "VAULT"):
        monkeypatch.delenv(f"HANDOFF_AZURE_{plane}_URL")
    assert "https://management.azure.com" in CLOUD.endpoints()


def test_on_the_lab(lab_env: Mapping[str, str]) -> None:
    assert CLOUD.whoami(SUBSCRIPTION) == CLOUD.whoami(TENANT) == "aaaaaaaa-0001-4000-8000-000000000001"
    assert any(app["displayName"] == "acme-admin" for app in CLOUD.open(TENANT).read("GET graph:/v1.0/applications"))
    assert CLOUD.open(SUBSCRIPTION).get("GET {scope}/resourceGroups/{name}", name="nothing-by-this-name") is None
    with pytest.raises(Unsupported):
        CLOUD.open(SUBSCRIPTION).get("GET {scope}/providers/Microsoft.Storage/mistyped?api-version=2023-05-01")
    with pytest.raises(CloudError):
        CLOUD.open(Scope(type=ScopeType.AZURE_SUBSCRIPTION, id="99999999-9999-4999-8999-999999999999")).get("GET {scope}")
    with pytest.raises(CredentialsRefused, match="AADSTS700016"):
        CLOUD.whoami(TENANT, BY_SECRET)
    tried = CLOUD.attempt(SUBSCRIPTION, BY_SECRET, LIST, {})
    assert (tried.outcome, tried.code) == (Outcome.REFUSED, "AADSTS700016")
