"""The Google Cloud connection against a stub that cuts pages and fails in every way we know, and against the stand-in."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from handoff.clouds.gcp import Gcp
from handoff.errors import AccessDenied, CloudError, CredentialsRefused, HandoffError, SpecError, Throttled, Unsupported, UsageError
from handoff.exports._contract import ObjectInfo
from handoff.model import Json, Login, Outcome, Party, Scope, ScopeType, Secret
from tests.kinds.gcp._project import Project, lab

PROJECT = "acme-prod"
SCOPE = Scope(type=ScopeType.GCP_PROJECT, id=PROJECT)
LIST, GET = "iam.projects.serviceAccounts.list", "iam.projects.serviceAccounts.get"
LISTED = {"name": f"projects/{PROJECT}"}
ONE = {"name": f"projects/{PROJECT}/serviceAccounts/a@{PROJECT}.iam.gserviceaccount.com"}
SECRET = "s3cr3t-t0ken-value"
CLOUD = Gcp(timeout_s=1.0)
Answer = tuple[int, object, Mapping[str, str]]
Say = Callable[[Mapping[str, str]], Answer]
PEM = (
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    .decode()
)


def login(form: str = "gcp-bearer", **material: str) -> Login:
    values: dict[str, str | Secret] = {name: value if name in {"file", "audience", "service_account"} else Secret(value) for name, value in material.items()}
    return Login(name="x", cloud="gcp", party=Party.CLIENT, principal="serviceAccount:x@y", form=form, material=values or {"token": Secret(SECRET)})


def ok(body: object) -> Answer:
    return 200, body, {}


def error(status: int, name: str, reason: str = "", **headers: str) -> Answer:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}] if reason else []
    return (
        status,
        {"error": {"code": status, "message": "because", "status": name, "details": details}},
        {key.replace("_", "-"): value for key, value in headers.items()},
    )


def old_error(status: int, reason: str) -> Answer:
    return status, {"error": {"code": status, "message": "because", "errors": [{"reason": reason, "domain": "global"}]}}, {}


class Stub:
    """Answers any API as each test says, and counts."""

    def __init__(self) -> None:
        self.url = ""
        self.say: Say = lambda _: ok({})
        self.sign_in: Say = lambda _: ok({"access_token": SECRET, "expires_in": 3599, "token_type": "Bearer"})
        self.asked: list[str] = []
        self.done = threading.Event()

    def answer(self, path: str, body: str) -> Answer:
        parts = urlsplit(path)
        self.asked.append(parts.path)
        if parts.path in {"/token", "/v1/token"}:
            return self.sign_in({name: values[0] for name, values in parse_qs(body).items()})
        return self.say({name: values[0] for name, values in parse_qs(parts.query).items()})


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    state = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, headers = state.answer(self.path, self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
            if status == 0:  # hang up without a word
                self.close_connection = True
                return
            raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_POST = do_GET
        do_DELETE = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HANDOFF_GCP_URL", state.url)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    yield state
    state.done.set()
    server.shutdown()
    server.server_close()
    thread.join()


def key(stub: Stub, **other: Any) -> Login:
    """A key login whose token endpoint is the stub."""
    info = {
        "type": "service_account",
        "client_email": "x@y.iam.gserviceaccount.com",
        "private_key_id": "k",
        "private_key": PEM,
        "token_uri": f"{stub.url}/token",
    }
    return login("gcp-key", info=json.dumps(info | other))


def workload() -> Login:
    return login("gcp-workload", audience="//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x", subject_token="a.b.c")


def listing(cloud: Gcp = CLOUD) -> list[Json]:
    return list(cloud.open(SCOPE, login()).read(LIST, **LISTED))


def paged(query: Mapping[str, str]) -> Answer:
    page = int(query.get("pageToken", "0"))
    return ok({"accounts": [{"email": f"u{page}"}]} | ({"nextPageToken": str(page + 1)} if page < 4 else {}))


def test_every_item_of_every_page(stub: Stub) -> None:
    stub.say = paged
    assert [item["email"] for item in listing()] == ["u0", "u1", "u2", "u3", "u4"]
    assert len(stub.asked) == 5


def test_a_page_may_be_empty_and_yet_not_the_last(stub: Stub) -> None:
    stub.say = lambda query: ok({"accounts": [{"email": "a"}]}) if query.get("pageToken") else ok({"nextPageToken": "1"})
    assert [item["email"] for item in listing()] == ["a"]


def test_nothing_is_sent_before_the_first_call(stub: Stub) -> None:
    CLOUD.open(SCOPE, key(stub))
    assert stub.asked == []


def test_a_truly_empty_listing_is_empty(stub: Stub) -> None:
    assert listing() == []
    stub.say = lambda _: ok({"accounts": []})
    assert listing() == []


@pytest.mark.parametrize(
    "say",
    [
        pytest.param(lambda _: ok({"accounts": [], "nextPageToken": "same"}), id="token-that-leads-nowhere"),
        pytest.param(lambda _: ok("<html>proxy</html>"), id="somebody-else's-page"),
        pytest.param(lambda _: ok({"status": "fine"}), id="somebody-else's-json"),
        pytest.param(lambda _: ok([]), id="a-list"),
        pytest.param(lambda _: ok(""), id="no-body"),
        pytest.param(lambda _: ok('{"accounts": [{"ema'), id="cut-off"),
        pytest.param(lambda _: ok({"accounts": {"a": "b"}}), id="not-a-list"),
        pytest.param(lambda _: (204, "", {}), id="no-content"),
        pytest.param(lambda _: (302, "", {"Location": "http://127.0.0.1:9/"}), id="sent-elsewhere"),
        pytest.param(lambda _: error(404, "NOT_FOUND"), id="not-found-is-no-empty-list"),
        pytest.param(lambda _: (404, "<html>no such page</html>", {}), id="a-404-of-another-server"),
        pytest.param(lambda _: (403, "<html>blocked by proxy</html>", {}), id="403-without-the-vendor's-word"),
        pytest.param(lambda _: (407, "proxy", {}), id="the-proxy-wants-a-password"),
        pytest.param(lambda _: error(400, "INVALID_ARGUMENT"), id="bad-request"),
    ],
)
def test_a_failed_listing_is_never_an_empty_or_short_one(stub: Stub, say: Say) -> None:
    stub.say = say
    with pytest.raises(CloudError) as caught:
        listing()
    assert not isinstance(caught.value, AccessDenied | Unsupported)
    assert len(stub.asked) <= 2, "what cannot pass by itself is not asked again"
    stub.say = lambda _: ok({"accounts": [{"email": "a"}]})
    assert len(listing()) == 1


def test_places_that_could_not_be_asked_are_an_error(stub: Stub) -> None:
    stub.say = lambda _: ok({"items": [{"name": "b"}], "unreachable": ["projects/_/buckets/europe-west1"]})
    with pytest.raises(CloudError, match="europe-west1"):
        list(CLOUD.open(SCOPE, login()).read("storage.buckets.list", project=PROJECT))
    stub.say = lambda _: ok({"items": [{"name": "b"}], "unreachable": []})
    assert len(list(CLOUD.open(SCOPE, login()).read("storage.buckets.list", project=PROJECT))) == 1


def test_a_failure_on_a_later_page_is_a_failure(stub: Stub) -> None:
    stub.say = lambda query: error(403, "PERMISSION_DENIED") if query.get("pageToken") == "2" else paged(query)
    seen: list[object] = []
    with pytest.raises(AccessDenied):
        seen.extend(CLOUD.open(SCOPE, login()).read(LIST, **LISTED))
    stub.say = paged
    assert len(listing()) == 5


@pytest.mark.parametrize(
    ("answer", "wanted", "exit_code"),
    [
        pytest.param(error(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED"), AccessDenied, 3, id="denied"),
        pytest.param(old_error(403, "forbidden"), AccessDenied, 3, id="denied-the-old-way"),
        pytest.param(error(401, "UNAUTHENTICATED"), CredentialsRefused, 6, id="refused"),
        pytest.param(old_error(401, "authError"), CredentialsRefused, 6, id="refused-the-old-way"),
        pytest.param(error(403, "PERMISSION_DENIED", "SERVICE_DISABLED"), Unsupported, 3, id="api-not-enabled"),
        pytest.param(old_error(403, "accessNotConfigured"), Unsupported, 3, id="api-not-enabled-the-old-way"),
        pytest.param(error(501, "UNIMPLEMENTED"), Unsupported, 3, id="not-implemented"),
    ],
)
def test_each_refusal_has_its_own_error_and_is_not_repeated(stub: Stub, answer: Answer, wanted: type[HandoffError], exit_code: int) -> None:
    stub.say = lambda _: answer
    with pytest.raises(wanted, match="because") as caught:
        listing()
    assert type(caught.value) is wanted
    assert caught.value.exit_code == exit_code
    assert LIST in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert len(stub.asked) == 1


def test_a_throttle_is_waited_out_as_long_as_it_asks_and_no_longer(stub: Stub) -> None:
    answers = iter([error(429, "RESOURCE_EXHAUSTED", Retry_After="1"), ok({"accounts": [{"email": "a"}]})])
    stub.say = lambda _: next(answers)
    began = time.monotonic()
    assert len(listing()) == 1
    assert time.monotonic() - began >= 1.0
    stub.say = lambda _: error(429, "RESOURCE_EXHAUSTED", Retry_After="86400")
    with pytest.raises(Throttled):
        listing()
    assert len(stub.asked) == 3, "a wait of a day is the caller's to decide"


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        pytest.param(error(429, "RESOURCE_EXHAUSTED"), Throttled, id="throttled"),
        pytest.param(old_error(403, "userRateLimitExceeded"), Throttled, id="throttled-by-403"),
        pytest.param(error(500, "INTERNAL"), CloudError, id="http-500"),
        pytest.param((503, "", {}), CloudError, id="http-503-without-a-body"),
        pytest.param((0, "", {}), CloudError, id="hangs-up"),
    ],
)
def test_what_may_pass_is_tried_again_and_then_an_error(stub: Stub, answer: Answer, wanted: type[HandoffError]) -> None:
    answers = iter([answer, ok({"accounts": [{"email": "a"}]})])
    stub.say = lambda _: next(answers)
    assert len(listing()) == 1
    stub.asked.clear()
    stub.say = lambda _: answer
    with pytest.raises(wanted) as caught:
        listing()
    assert type(caught.value) is wanted
    assert caught.value.retriable
    assert len(stub.asked) == 4


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        pytest.param(error(404, "NOT_FOUND"), True, id="google's-own-word"),
        pytest.param(old_error(404, "notFound"), True, id="google's-old-word"),
        pytest.param(error(404, "SOMETHING_ELSE"), False, id="another-404"),
        pytest.param((404, "<html>not here</html>", {}), False, id="a-404-of-another-server"),
        pytest.param((404, {"detail": "Not Found"}, {}), False, id="a-json-404-of-another-server"),
        pytest.param(error(403, "PERMISSION_DENIED"), False, id="denied"),
        pytest.param(ok(""), False, id="no-body"),
    ],
)
def test_none_means_not_found_and_nothing_else(stub: Stub, answer: Answer, missing: bool) -> None:
    stub.say = lambda _: answer
    connection = CLOUD.open(SCOPE, login())
    if missing:
        assert connection.get(GET, **ONE) is None
        receipt = connection.write("iam.projects.serviceAccounts.delete", **ONE, missing_ok=True)
        assert receipt.applied is False
        with pytest.raises(CloudError, match="not found"):
            connection.write("iam.projects.serviceAccounts.delete", **ONE)
    else:
        with pytest.raises(CloudError):
            connection.get(GET, **ONE)
    if answer[0] == 404 and not missing:
        with pytest.raises(CloudError):
            connection.write("iam.projects.serviceAccounts.delete", **ONE, missing_ok=True)


def test_a_write_has_the_request_id(stub: Stub) -> None:
    stub.say = lambda _: (200, {}, {"X-Goog-Request-Id": "req-9"})
    receipt = CLOUD.open(SCOPE, login()).write("iam.projects.serviceAccounts.disable", **ONE)
    assert (receipt.op, receipt.request_id, receipt.applied) == ("iam.projects.serviceAccounts.disable", "req-9", True)


def test_a_conflict_is_told_at_once_and_may_be_tried_again_by_who_knows_how(stub: Stub) -> None:
    stub.say = lambda _: error(409, "ABORTED")
    with pytest.raises(CloudError) as caught:
        CLOUD.open(SCOPE, login()).write("iam.projects.serviceAccounts.disable", **ONE)
    assert caught.value.retriable
    assert len(stub.asked) == 1


@pytest.mark.parametrize("op", ["nosuch.projects.list", "iam.projects.nothing.list", "nonsense", "iam.projects.serviceAccounts.nothing"])
def test_a_call_that_nobody_knows_is_unsupported(stub: Stub, op: str) -> None:
    with pytest.raises(Unsupported):
        list(CLOUD.open(SCOPE, login()).read(op))
    assert stub.asked == []


def test_a_parameter_that_is_unknown_or_missing_is_unsupported(stub: Stub) -> None:
    with pytest.raises(Unsupported, match="colour"):
        list(CLOUD.open(SCOPE, login()).read(LIST, **LISTED, colour="red"))
    with pytest.raises(Unsupported, match="name"):
        list(CLOUD.open(SCOPE, login()).read(LIST))
    with pytest.raises(Unsupported, match="not a listing"):
        list(CLOUD.open(SCOPE, login()).read(GET, **ONE))
    assert listing() == []


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        pytest.param(ok({"accounts": []}), Outcome.WORKED, "ok", id="worked"),
        pytest.param(error(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED"), Outcome.REFUSED, "PERMISSION_DENIED", id="denied"),
        pytest.param(old_error(403, "forbidden"), Outcome.REFUSED, "forbidden", id="denied-the-old-way"),
        pytest.param(error(401, "UNAUTHENTICATED"), Outcome.REFUSED, "UNAUTHENTICATED", id="dead-token"),
        pytest.param(error(403, "PERMISSION_DENIED", "SERVICE_DISABLED"), Outcome.UNKNOWN, "PERMISSION_DENIED", id="api-not-enabled"),
        pytest.param(error(403, "PERMISSION_DENIED", "BILLING_DISABLED"), Outcome.UNKNOWN, "PERMISSION_DENIED", id="bill-not-paid"),
        pytest.param(error(403, "PERMISSION_DENIED", "SECURITY_POLICY_VIOLATED"), Outcome.UNKNOWN, "PERMISSION_DENIED", id="from-the-wrong-network"),
        pytest.param(error(500, "PERMISSION_DENIED"), Outcome.UNKNOWN, "PERMISSION_DENIED", id="a-500-says-nothing"),
        pytest.param(error(503, "UNAVAILABLE"), Outcome.UNKNOWN, "UNAVAILABLE", id="unavailable"),
        pytest.param(error(429, "RESOURCE_EXHAUSTED"), Outcome.UNKNOWN, "RESOURCE_EXHAUSTED", id="throttled"),
        pytest.param(old_error(403, "rateLimitExceeded"), Outcome.UNKNOWN, "rateLimitExceeded", id="throttled-by-403"),
        pytest.param(error(404, "NOT_FOUND"), Outcome.UNKNOWN, "NOT_FOUND", id="not-found"),
        pytest.param(error(400, "INVALID_ARGUMENT"), Outcome.UNKNOWN, "INVALID_ARGUMENT", id="bad-request"),
        pytest.param((401, "<html>proxy</html>", {}), Outcome.UNKNOWN, "http-401", id="401-of-a-proxy"),
        pytest.param((403, "<html>proxy</html>", {}), Outcome.UNKNOWN, "http-403", id="403-of-a-proxy"),
        pytest.param(ok("<html>sign in to the hotel</html>"), Outcome.UNKNOWN, "unreadable", id="unreadable"),
        pytest.param((0, "", {}), Outcome.UNKNOWN, "connection", id="hung-up"),
    ],
)
@pytest.mark.parametrize("form", ["gcp-bearer", "gcp-key", "gcp-workload"])
def test_one_try_is_one_call_and_never_rounded_up(stub: Stub, form: str, answer: Answer, outcome: Outcome, code: str) -> None:
    stub.say = lambda _: answer
    with_what = {"gcp-bearer": login(), "gcp-key": key(stub), "gcp-workload": workload()}[form]
    tried = CLOUD.attempt(SCOPE, with_what, LIST, LISTED)
    assert (tried.outcome, tried.code, tried.op) == (outcome, code, LIST)
    assert len([path for path in stub.asked if not path.endswith("token")]) == 1
    assert tried.at.tzinfo is not None


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        pytest.param(
            (400, {"error": "invalid_grant", "error_description": "Account disabled"}, {}), Outcome.REFUSED, "invalid_grant: Account disabled", id="dead"
        ),
        pytest.param((401, {"error": "invalid_client"}, {}), Outcome.REFUSED, "invalid_client", id="client"),
        pytest.param((400, {"error": "invalid_target"}, {}), Outcome.REFUSED, "invalid_target", id="trust-gone"),
        pytest.param((400, {"error": "unauthorized_client"}, {}), Outcome.REFUSED, "unauthorized_client", id="condition"),
        pytest.param((400, {"error": "invalid_request"}, {}), Outcome.UNKNOWN, None, id="our-own-fault"),
        pytest.param(
            (400, {"error": "invalid_scope", "error_description": "invalid_grant is not the word"}, {}), Outcome.UNKNOWN, None, id="the-word-in-a-sentence"
        ),
        pytest.param((400, "<html>access_denied by proxy</html>", {}), Outcome.UNKNOWN, None, id="a-proxy's-page"),
        pytest.param((404, "<html>not here</html>", {}), Outcome.UNKNOWN, None, id="a-wrong-address"),
        pytest.param((501, {"error": "unsupported_grant_type"}, {}), Outcome.UNKNOWN, None, id="http-501"),
        pytest.param(ok("<html>sign in to the hotel</html>"), Outcome.UNKNOWN, None, id="unreadable"),
        pytest.param(ok({"hello": SECRET}), Outcome.UNKNOWN, None, id="no-token-in-it"),
        pytest.param((0, "", {}), Outcome.UNKNOWN, "connection", id="hung-up"),
    ],
)
@pytest.mark.parametrize("form", ["gcp-key", "gcp-workload"])
def test_only_a_clear_word_of_the_token_endpoint_is_a_refusal(stub: Stub, form: str, answer: Answer, outcome: Outcome, code: str | None) -> None:
    with_what = key(stub) if form == "gcp-key" else workload()
    assert CLOUD.attempt(SCOPE, with_what, LIST, LISTED).outcome is Outcome.WORKED
    stub.asked.clear()
    stub.sign_in = lambda _: answer
    tried = CLOUD.attempt(SCOPE, with_what, LIST, LISTED)
    assert (tried.outcome, tried.op) == (outcome, "token")
    assert code is None or tried.code == code
    assert all(path.endswith("token") for path in stub.asked), "without a token nothing is tried"
    with pytest.raises(CredentialsRefused if outcome is Outcome.REFUSED else CloudError) as caught:
        CLOUD.whoami(SCOPE, with_what)
    assert "PRIVATE KEY" not in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_nobody_listens(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{free.getsockname()[1]}"
        token_gone = key(stub, token_uri=f"{gone}/token")
        assert (CLOUD.attempt(SCOPE, token_gone, LIST, LISTED).outcome, CLOUD.attempt(SCOPE, token_gone, LIST, LISTED).code) == (Outcome.UNKNOWN, "connection")
        monkeypatch.setenv("HANDOFF_GCP_URL", gone)
        tried = CLOUD.attempt(SCOPE, login(), LIST, LISTED)
        assert (tried.outcome, tried.code) == (Outcome.UNKNOWN, "connection")
        with pytest.raises(CloudError) as caught:
            listing()
        assert caught.value.retriable


def test_silence_is_unknown_after_a_bounded_wait(stub: Stub) -> None:
    def silent(_: Mapping[str, str]) -> Answer:
        stub.done.wait(20)
        return ok({})

    stub.say = silent
    quick = Gcp(timeout_s=0.3)
    tried = quick.attempt(SCOPE, login(), LIST, LISTED)
    assert (tried.outcome, tried.code) == (Outcome.UNKNOWN, "timeout")
    with pytest.raises(CloudError) as caught:
        listing(quick)
    assert caught.value.retriable
    stub.sign_in = silent
    tried = quick.attempt(SCOPE, key(stub), LIST, LISTED)
    assert (tried.outcome, tried.op, tried.code) == (Outcome.UNKNOWN, "token", "timeout")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (ok({"accessToken": SECRET, "expireTime": "2099-01-01T00:00:00Z"}), Outcome.WORKED),
        (error(403, "PERMISSION_DENIED"), Outcome.REFUSED),
        (error(503, "UNAVAILABLE"), Outcome.UNKNOWN),
        (error(404, "NOT_FOUND"), Outcome.UNKNOWN),
        (ok({"accessToken": SECRET, "expireTime": "some day"}), Outcome.UNKNOWN),
    ],
)
def test_a_federated_job_that_acts_as_an_account(stub: Stub, answer: Answer, outcome: Outcome) -> None:
    job = workload()
    acting = Login(name="x", cloud="gcp", party=Party.PROVIDER, principal="p", form=job.form, material={**job.material, "service_account": "a@p"})
    stub.say = lambda _: answer if stub.asked[-1].endswith(":generateAccessToken") else ok({})
    assert CLOUD.attempt(SCOPE, acting, LIST, LISTED).outcome is outcome
    if outcome is not Outcome.WORKED:
        with pytest.raises(HandoffError) as caught:
            list(CLOUD.open(SCOPE, acting).read(LIST, **LISTED))
        assert SECRET not in "".join(traceback.format_exception(caught.value))


BROKEN = {
    "not-json": f'{{"private_key": "{SECRET}',
    "a-list": f'["{SECRET}"]',
    "no-email": json.dumps({"type": "service_account", "private_key": PEM, "token_uri": "http://127.0.0.1:9/token"}),
    "no-key": json.dumps({"type": "service_account", "client_email": "a@b", "private_key": SECRET, "token_uri": "http://127.0.0.1:9/token"}),
    "key-of-a-wrong-type": json.dumps({"type": "service_account", "client_email": "a@b", "private_key": [SECRET], "token_uri": "http://127.0.0.1:9/token"}),
    "not-text": "\ud800",
}


@pytest.mark.parametrize("how", ["file", "info", "default"])
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_key_is_one_clear_error_and_nobodys_refusal(stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, how: str) -> None:
    file = tmp_path / "key.json"
    file.write_bytes(BROKEN[name].encode("utf-8", "surrogatepass"))
    broken = login("gcp-key", file=str(file)) if how == "file" else login("gcp-key", info=BROKEN[name])
    if how == "default":
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    with pytest.raises(CredentialsRefused) as caught:
        CLOUD.whoami(SCOPE, None if how == "default" else broken)
    told = str(caught.value)
    assert SECRET not in told
    assert "BEGIN" not in told
    assert how == "info" or str(file) in told
    if how != "default":
        assert "login x" in told
        assert CLOUD.attempt(SCOPE, broken, LIST, LISTED).outcome is Outcome.UNKNOWN
    assert stub.asked == []


def test_a_key_file_that_is_not_there(stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = login("gcp-key", file=str(tmp_path / "none.json"))
    with pytest.raises(CredentialsRefused, match=r"none\.json cannot be read"):
        CLOUD.whoami(SCOPE, absent)
    assert CLOUD.attempt(SCOPE, absent, LIST, LISTED).outcome is Outcome.UNKNOWN
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(CredentialsRefused, match=r"none\.json"):
        CLOUD.whoami(SCOPE)


@pytest.mark.parametrize(
    ("form", "missing"), [("gcp-key", "file"), ("gcp-workload", "subject_token"), ("gcp-bearer", "token"), ("azure-secret", "azure-secret")]
)
def test_a_login_that_lacks_a_field_or_is_another_clouds(stub: Stub, form: str, missing: str) -> None:
    lacking = Login(name="z", cloud="gcp", party=Party.CLIENT, principal="p", form=form, material={})
    with pytest.raises(UsageError, match=missing):
        list(CLOUD.open(SCOPE, lacking).read(LIST, **LISTED))
    assert CLOUD.attempt(SCOPE, lacking, LIST, LISTED).outcome is Outcome.UNKNOWN


def test_a_token_is_fetched_once_and_again_when_it_runs_out(stub: Stub) -> None:
    connection = CLOUD.open(SCOPE, key(stub))
    for _ in range(3):
        assert list(connection.read(LIST, **LISTED)) == []
    assert stub.asked.count("/token") == 1
    stub.sign_in = lambda _: ok({"access_token": SECRET, "expires_in": 1, "token_type": "Bearer"})
    connection = CLOUD.open(SCOPE, key(stub))
    for _ in range(2):
        assert list(connection.read(LIST, **LISTED)) == []
    assert stub.asked.count("/token") == 3


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        pytest.param((200, b"x" * 40, {"Content-Length": "100"}), "broke off", id="breaks-off"),
        pytest.param((200, b"x" * 40, {}), "40 bytes came, 100 were listed", id="too-short"),
        pytest.param((200, b"x" * 100, {"x-goog-generation": "8"}), "generation 8 came", id="another-generation"),
        pytest.param((200, b"y" * 100, {}), "MD5", id="other-bytes"),
        pytest.param((404, "No such object: b/a", {"x-guploader-uploadid": "u"}), "404", id="gone"),
        pytest.param((503, "", {}), "503", id="http-503"),
    ],
)
def test_an_object_that_does_not_come_as_it_was_listed_is_an_error(stub: Stub, answer: Answer, wanted: str) -> None:
    item = ObjectInfo(key="a/b c", size_bytes=100, version_id="7", checksums={"md5": hashlib.md5(b"x" * 100, usedforsecurity=False).hexdigest()})
    asked: list[Mapping[str, str]] = []

    def say(query: Mapping[str, str]) -> Answer:
        asked.append(query)
        return 200, b"x" * 100, {"x-goog-generation": "7"}

    stub.say = say
    reader = CLOUD.objects(SCOPE, login())
    assert b"".join(reader.read_object("bucket", item)) == b"x" * 100
    assert asked == [{"alt": "media", "generation": "7"}]
    assert stub.asked == ["/storage/v1/b/bucket/o/a%2Fb%20c"]
    stub.say = lambda _: answer
    with pytest.raises(CloudError, match=wanted):
        list(reader.read_object("bucket", item))


def test_an_object_that_is_stored_compressed_comes_as_it_is_stored(stub: Stub) -> None:
    raw = gzip.compress(b"plain " * 50)
    stub.say = lambda _: (200, raw, {"Content-Encoding": "gzip"})
    item = ObjectInfo(key="a", size_bytes=len(raw))
    assert b"".join(CLOUD.objects(SCOPE, login()).read_object("bucket", item)) == raw


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (error(403, "PERMISSION_DENIED"), AccessDenied),
        ((403, "x@y does not have storage.objects.get access.", {"x-guploader-uploadid": "u"}), AccessDenied),
        ((401, "Invalid Credentials", {"x-guploader-uploadid": "u"}), CredentialsRefused),
        ((403, "<html>proxy</html>", {}), CloudError),
    ],
)
def test_an_object_that_is_denied(stub: Stub, answer: Answer, wanted: type[HandoffError]) -> None:
    stub.say = lambda _: answer
    with pytest.raises(wanted) as caught:
        list(CLOUD.objects(SCOPE, login()).read_object("bucket", ObjectInfo(key="a", size_bytes=1)))
    assert type(caught.value) is wanted


@pytest.mark.parametrize("environment", [{}, {"project": ""}, {"project": 7}, {"organization": "1"}])
def test_a_malformed_environment_is_named(environment: Json) -> None:
    with pytest.raises(SpecError, match=r"environments\.gcp\.project"):
        CLOUD.scopes(environment)


def test_the_project_is_the_scope() -> None:
    assert [str(scope) for scope in CLOUD.scopes({"project": PROJECT, "locations": ["europe-west1"]})] == ["gcp:acme-prod"]


def test_endpoints_tell_a_lab_from_the_cloud(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CLOUD.endpoints() == (stub.url,)
    monkeypatch.delenv("HANDOFF_GCP_URL")
    assert any("googleapis.com" in url for url in CLOUD.endpoints())


def test_minting_nothing_else_than_tokens(stub: Stub) -> None:
    with pytest.raises(UsageError, match="cookie"):
        CLOUD.mint(SCOPE, key(stub), {"op": "cookie"})
    made = CLOUD.mint(SCOPE, key(stub), {"op": "token"})
    assert (made.form, made.principal) == ("gcp-bearer", "serviceAccount:x@y.iam.gserviceaccount.com")
    assert SECRET not in repr(made)


def test_on_the_stand_in(lab_env: Mapping[str, str]) -> None:
    project = Project()
    assert CLOUD.whoami(project.scope) == "serviceAccount:acme-admin@acme-admin.iam.gserviceaccount.com"
    made = {project.account(f"account-{number}") for number in range(5)}
    lab("settings", {"page_size": 1})
    try:
        assert {item["email"] for item in CLOUD.open(project.scope).read(LIST, name=project.name)} == made
    finally:
        lab("settings", {"page_size": None})
    assert CLOUD.open(project.scope).get(GET, name=f"{project.name}/serviceAccounts/nobody@{project.id}.iam.gserviceaccount.com") is None
    stranger = project.login("stranger-one")
    assert CLOUD.attempt(project.scope, stranger, LIST, {"name": project.name}).outcome is Outcome.REFUSED
    with pytest.raises(AccessDenied):
        list(CLOUD.open(project.scope, stranger).read(LIST, name=project.name))
    project.bind("roles/viewer", stranger.principal)
    assert all(CLOUD.attempt(project.scope, stranger, op, params).outcome is Outcome.WORKED for op, params in CLOUD.tries(project.scope, stranger))
