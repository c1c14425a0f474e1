"""The AWS connection against a stub that cuts pages and fails in every way we know, and against the emulator."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import botocore.session
import pytest

from handoff import fan
from handoff.clouds import _aws_ops, _pace
from handoff.clouds.aws import CLOUD, permission
from handoff.errors import AccessDenied, CloudError, CredentialsRefused, SpecError, Throttled, Unsupported, UsageError
from handoff.model import Json, Login, Outcome, Party, Scope, ScopeType, Secret

ACCOUNT = "111111111111"
SCOPE = Scope(type=ScopeType.AWS_ACCOUNT, id=ACCOUNT)
REGION = Scope(type=ScopeType.AWS_REGION, id=ACCOUNT, region="eu-west-1")
LOGIN = Login(
    name="x",
    cloud="aws",
    party=Party.CLIENT,
    principal="arn",
    form="aws-keys",
    material={"access_key_id": "AKIAEXAMPLE", "secret_access_key": Secret("s3cr3t-value")},
)
Answer = tuple[int, str]
Say = Callable[[Mapping[str, str]], Answer]


def xml(action: str, inner: str) -> Answer:
    return (
        200,
        f"<{action}Response><{action}Result>{inner}</{action}Result><ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></{action}Response>",
    )


def error(status: int, code: str) -> Answer:
    return status, f"<ErrorResponse><Error><Code>{code}</Code><Message>because</Message></Error><RequestId>req-2</RequestId></ErrorResponse>"


def users(*names: str, more: str = "") -> Answer:
    members = "".join(f"<member><UserName>{name}</UserName></member>" for name in names)
    return xml("ListUsers", f"<IsTruncated>{'true' if more else 'false'}</IsTruncated><Users>{members}</Users>{more if more != 'true' else ''}")


class Stub:
    """Answers the query protocol of IAM and STS as each test says, and counts."""

    def __init__(self) -> None:
        self.says: dict[str, Say] = {
            "GetCallerIdentity": lambda _: xml("GetCallerIdentity", f"<Arn>arn:aws:iam::{ACCOUNT}:user/x</Arn><UserId>U</UserId><Account>{ACCOUNT}</Account>")
        }
        self.asked: list[str] = []
        self.hangs = threading.Event()

    def answer(self, body: str) -> Answer:
        params = {name: values[0] for name, values in parse_qs(body).items()}
        self.asked.append(params["Action"])
        return self.says[params["Action"]](params)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    state = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, text = state.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if status == 0:  # hang up without a word
                self.close_connection = True
                return
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t-value")
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def paged(params: Mapping[str, str]) -> Answer:
    page = int(params.get("Marker", "0"))
    more = f"<Marker>{page + 1}</Marker>" if page < 4 else ""
    return users(*(f"u{page}{number}" for number in range(3)), more=more)


def test_every_item_of_every_page(stub: Stub) -> None:
    stub.says["ListUsers"] = paged
    assert [item["UserName"] for item in CLOUD.open(SCOPE).read("iam:ListUsers")] == [f"u{page}{number}" for page in range(5) for number in range(3)]
    assert stub.asked.count("ListUsers") == 5
    assert stub.asked.count("GetCallerIdentity") == 1


def test_nothing_is_sent_before_the_first_call(stub: Stub) -> None:
    CLOUD.open(SCOPE)
    assert stub.asked == []


@pytest.mark.parametrize(
    "say",
    [
        pytest.param(lambda _: users("a", more="true"), id="more-without-a-marker"),
        pytest.param(lambda _: users("a", more="<Marker>same</Marker>"), id="marker-that-leads-nowhere"),
        pytest.param(lambda _: (200, "<ListUsersResponse/>"), id="empty-answer"),
        pytest.param(lambda _: (200, "<html>proxy</html>"), id="somebody-else's-page"),
        pytest.param(lambda _: (200, ""), id="no-body"),
        pytest.param(lambda _: (200, "<ListUsersResponse><Users>"), id="cut-off"),
        pytest.param(lambda _: error(500, "InternalFailure"), id="http-500"),
        pytest.param(lambda _: (503, ""), id="http-503-without-a-body"),
        pytest.param(lambda _: (0, ""), id="hangs-up"),
        pytest.param(lambda _: error(404, "NoSuchEntity"), id="not-found-is-no-empty-list"),
        pytest.param(lambda _: (403, "<html>blocked by proxy</html>"), id="403-without-the-vendor's-word"),
    ],
)
def test_a_failed_listing_is_never_an_empty_or_short_one(stub: Stub, say: Say) -> None:
    stub.says["ListUsers"] = say
    with pytest.raises(CloudError) as caught:
        list(CLOUD.open(SCOPE).read("iam:ListUsers"))
    assert not isinstance(caught.value, AccessDenied | Unsupported)
    stub.says["ListUsers"] = lambda _: users("a")
    assert len(list(CLOUD.open(SCOPE).read("iam:ListUsers"))) == 1


def test_a_failure_on_a_later_page_is_a_failure(stub: Stub) -> None:
    stub.says["ListUsers"] = lambda params: error(500, "InternalFailure") if params.get("Marker") == "2" else paged(params)
    seen: list[object] = []
    with pytest.raises(CloudError) as caught:
        seen.extend(CLOUD.open(SCOPE).read("iam:ListUsers"))
    assert caught.value.retriable


def test_a_truly_empty_listing_is_empty(stub: Stub) -> None:
    stub.says["ListUsers"] = lambda _: users()
    assert list(CLOUD.open(SCOPE).read("iam:ListUsers")) == []


@pytest.mark.parametrize(
    ("answer", "wanted", "exit_code"),
    [
        pytest.param(error(403, "AccessDenied"), AccessDenied, 3, id="denied"),
        pytest.param(error(403, "InvalidClientTokenId"), CredentialsRefused, 6, id="unknown-key"),
        pytest.param(error(403, "ExpiredToken"), CredentialsRefused, 6, id="expired"),
        pytest.param(error(403, "SignatureDoesNotMatch"), CredentialsRefused, 6, id="wrong-secret"),
        pytest.param(error(400, "Throttling"), Throttled, 3, id="throttled"),
        pytest.param(error(503, "SlowDown"), Throttled, 3, id="throttled-by-503"),
        pytest.param(error(400, "InvalidAction"), Unsupported, 3, id="unknown-action"),
        pytest.param(error(501, "NotImplemented"), Unsupported, 3, id="not-implemented"),
    ],
)
def test_each_refusal_has_its_own_error(stub: Stub, answer: Answer, wanted: type[Exception], exit_code: int) -> None:
    stub.says["ListUsers"] = lambda _: answer
    with pytest.raises(wanted) as caught:
        list(CLOUD.open(SCOPE).read("iam:ListUsers"))
    assert type(caught.value) is wanted
    assert caught.value.exit_code == exit_code  # type: ignore[attr-defined]
    assert "iam:ListUsers" in str(caught.value)
    assert "s3cr3t-value" not in str(caught.value)


def test_throttling_is_waited_out_once(stub: Stub) -> None:
    answers = iter([error(400, "Throttling"), users("a")])
    stub.says["ListUsers"] = lambda _: next(answers)
    assert len(list(CLOUD.open(SCOPE).read("iam:ListUsers"))) == 1
    assert stub.asked.count("ListUsers") == 2


def test_denied_is_not_tried_again(stub: Stub) -> None:
    stub.says["ListUsers"] = lambda _: error(403, "AccessDenied")
    with pytest.raises(AccessDenied, match="because") as caught:
        list(CLOUD.open(SCOPE).read("iam:ListUsers"))
    assert "iam:ListUsers" in caught.value.hint
    assert stub.asked.count("ListUsers") == 1


def test_a_call_that_does_not_page_must_not_be_cut_short(stub: Stub) -> None:
    stub.says["GetUser"] = lambda _: xml("GetUser", "<User><UserName>a</UserName></User>")
    assert CLOUD.open(SCOPE).get("iam:GetUser", UserName="a")
    stub.says["ListAccessKeys"] = lambda _: xml("ListAccessKeys", "<IsTruncated>true</IsTruncated><Marker>1</Marker><AccessKeyMetadata/>")
    with pytest.raises(CloudError, match="cut short"):
        CLOUD.open(SCOPE).get("iam:ListAccessKeys", UserName="a")


def test_a_listing_that_only_names_things(stub: Stub) -> None:
    stub.says["ListUserPolicies"] = lambda _: xml("ListUserPolicies", "<IsTruncated>false</IsTruncated><PolicyNames><member>one</member></PolicyNames>")
    assert list(CLOUD.open(SCOPE).read("iam:ListUserPolicies", UserName="a")) == [{"PolicyNames": "one"}]


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        pytest.param(error(404, "NoSuchEntity"), True, id="the-vendor's-own-word"),
        pytest.param(error(404, "SomethingElse"), False, id="another-404"),
        pytest.param((404, "<html>not here</html>"), False, id="a-404-of-a-proxy"),
        pytest.param(error(500, "NoSuchEntity"), False, id="the-word-on-a-500"),
        pytest.param(error(403, "AccessDenied"), False, id="denied"),
    ],
)
def test_none_means_not_found_and_nothing_else(stub: Stub, answer: Answer, missing: bool) -> None:
    stub.says["GetUser"] = lambda _: answer
    connection = CLOUD.open(SCOPE)
    if missing:
        assert connection.get("iam:GetUser", UserName="a") is None
    else:
        with pytest.raises(CloudError):
            connection.get("iam:GetUser", UserName="a")


def test_a_write_has_the_request_id_and_missing_is_for_the_kind_to_expect(stub: Stub) -> None:
    stub.says["DeleteUser"] = lambda _: (200, "<DeleteUserResponse><ResponseMetadata><RequestId>req-9</RequestId></ResponseMetadata></DeleteUserResponse>")
    receipt = CLOUD.open(SCOPE).write("iam:DeleteUser", UserName="a")
    assert (receipt.op, receipt.request_id, receipt.applied) == ("iam:DeleteUser", "req-9", True)
    stub.says["DeleteUser"] = lambda _: error(404, "NoSuchEntity")
    receipt = CLOUD.open(SCOPE).write("iam:DeleteUser", UserName="a", missing_ok=True)
    assert (receipt.request_id, receipt.applied) == ("req-2", False)
    with pytest.raises(CloudError):
        CLOUD.open(SCOPE).write("iam:DeleteUser", UserName="a")


def test_a_credential_of_another_account_is_refused_before_anything_is_read(stub: Stub) -> None:
    stub.says["ListUsers"] = lambda _: users("a")
    with pytest.raises(CredentialsRefused, match=r"account 111111111111 .*:999999999999"):
        list(CLOUD.open(Scope(type=ScopeType.AWS_ACCOUNT, id="999999999999")).read("iam:ListUsers"))
    assert "ListUsers" not in stub.asked
    with pytest.raises(CredentialsRefused):
        CLOUD.whoami(Scope(type=ScopeType.AWS_ACCOUNT, id="999999999999"))
    assert CLOUD.whoami(SCOPE) == f"arn:aws:iam::{ACCOUNT}:user/x"


@pytest.mark.parametrize("op", ["nosuch:List", "iam:ListNothing", "nonsense"])
def test_a_call_that_nobody_knows_is_unsupported(stub: Stub, op: str) -> None:
    with pytest.raises(Unsupported):
        list(CLOUD.open(SCOPE).read(op))


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        pytest.param(users("a"), Outcome.WORKED, "ok", id="worked"),
        pytest.param(error(403, "AccessDenied"), Outcome.REFUSED, "AccessDenied", id="denied"),
        pytest.param(error(403, "InvalidClientTokenId"), Outcome.REFUSED, "InvalidClientTokenId", id="dead-key"),
        pytest.param(error(403, "ExpiredToken"), Outcome.REFUSED, "ExpiredToken", id="expired"),
        pytest.param(error(500, "AccessDenied"), Outcome.UNKNOWN, "AccessDenied", id="a-500-says-nothing"),
        pytest.param(error(503, "ServiceUnavailable"), Outcome.UNKNOWN, "ServiceUnavailable", id="unavailable"),
        pytest.param(error(400, "Throttling"), Outcome.UNKNOWN, "Throttling", id="throttled"),
        pytest.param(error(403, "RequestTimeTooSkewed"), Outcome.UNKNOWN, "RequestTimeTooSkewed", id="our-clock-is-wrong"),
        pytest.param(error(404, "NoSuchEntity"), Outcome.UNKNOWN, "NoSuchEntity", id="not-found"),
        pytest.param((403, "<html>proxy</html>"), Outcome.UNKNOWN, None, id="403-of-a-proxy"),
        pytest.param((200, "<ListUsersResponse><Use"), Outcome.UNKNOWN, None, id="unreadable"),
        pytest.param((0, ""), Outcome.UNKNOWN, "connection", id="hung-up"),
    ],
)
def test_one_try_is_one_call_and_never_rounded_up(stub: Stub, answer: Answer, outcome: Outcome, code: str | None) -> None:
    stub.says["ListUsers"] = lambda _: answer
    tried = CLOUD.attempt(SCOPE, LOGIN, "iam:ListUsers", {})
    assert tried.outcome is outcome
    assert code is None or tried.code == code
    assert stub.asked == ["ListUsers"]
    assert tried.at.tzinfo is not None


def test_nobody_listens(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        tried = CLOUD.attempt(SCOPE, LOGIN, "iam:ListUsers", {})
        assert (tried.outcome, tried.code) == (Outcome.UNKNOWN, "connection")
        with pytest.raises(CloudError) as caught:
            list(CLOUD.open(SCOPE).read("iam:ListUsers"))
        assert caught.value.retriable


@pytest.mark.slow
def test_silence_is_unknown_after_a_bounded_wait(stub: Stub) -> None:
    def silent(_: Mapping[str, str]) -> Answer:
        stub.hangs.wait(30)
        return users("a")

    stub.says["ListUsers"] = silent
    tried = CLOUD.attempt(SCOPE, LOGIN, "iam:ListUsers", {})
    stub.hangs.set()
    assert (tried.outcome, tried.code) == (Outcome.UNKNOWN, "timeout")


def test_a_role_that_cannot_be_assumed_is_refused_under_that_name(stub: Stub) -> None:
    role = Login(
        name="r",
        cloud="aws",
        party=Party.PROVIDER,
        principal="arn",
        form="aws-role",
        material={**LOGIN.material, "role_arn": "arn:aws:iam::111111111111:role/operator"},
    )
    stub.says["AssumeRole"] = lambda _: error(403, "AccessDenied")
    tried = CLOUD.attempt(SCOPE, role, "iam:ListUsers", {})
    assert (tried.outcome, tried.op, tried.code) == (Outcome.REFUSED, "sts:AssumeRole", "AccessDenied")
    stub.says["AssumeRole"] = lambda _: error(503, "ServiceUnavailable")
    assert CLOUD.attempt(SCOPE, role, "iam:ListUsers", {}).outcome is Outcome.UNKNOWN


def test_no_credential_at_all(stub: Stub, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(CredentialsRefused):
        CLOUD.whoami(SCOPE)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(CredentialsRefused, match="nobody"):
        CLOUD.whoami(SCOPE)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"account": "1", "regions": ["eu-west-1"]},
        {"account": 111111111111, "regions": ["eu-west-1"]},
        {"account": ACCOUNT, "regions": []},
        {"account": ACCOUNT, "regions": "eu"},
    ],
)
def test_a_malformed_environment_is_named(environment: Json) -> None:
    with pytest.raises(SpecError, match=r"environments\.aws"):
        CLOUD.scopes(environment)


def test_one_account_and_each_region_once() -> None:
    assert [str(scope) for scope in CLOUD.scopes({"account": ACCOUNT, "regions": ["eu-west-1", "eu-central-1", "eu-west-1"]})] == [
        "aws:111111111111",
        "aws:111111111111:eu-west-1",
        "aws:111111111111:eu-central-1",
    ]


def test_endpoints_tell_a_lab_from_the_cloud(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(url.startswith("http://127.0.0.1:") for url in CLOUD.endpoints())
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert any("amazonaws.com" in url for url in CLOUD.endpoints())


def test_a_form_that_aws_does_not_know(stub: Stub) -> None:
    other = Login(name="z", cloud="aws", party=Party.CLIENT, principal="p", form="azure-secret", material={})
    with pytest.raises(UsageError, match="azure-secret"):
        list(CLOUD.open(SCOPE, other).read("iam:ListUsers"))


def test_permissions_are_those_that_the_evaluator_asks_for() -> None:
    """Against a list by somebody else: the actions that the emulator enforces."""
    actions = pytest.importorskip("ministack.core.iam_actions")
    text = "\n".join(str(value) for name, value in vars(actions).items() if not name.startswith("__"))
    assert permission("s3:ListBuckets") == "s3:ListAllMyBuckets"
    assert permission("iam:ListUsers") == "iam:ListUsers"
    unknown = [needed for needed in _aws_ops._PERMISSIONS.values() if needed.startswith("s3:") and needed.split(":")[1] not in text]
    assert not unknown


def test_on_the_emulator(lab_env: Mapping[str, str]) -> None:
    account = CLOUD.scopes({"account": ACCOUNT, "regions": ["eu-west-1"]})[0]
    assert CLOUD.whoami(account) == f"arn:aws:iam::{ACCOUNT}:user/acme-admin"
    assert any(user["UserName"] == "acme-admin" for user in CLOUD.open(account).read("iam:ListUsers"))
    assert CLOUD.open(account).get("iam:GetUser", UserName="nobody-by-this-name") is None
    dead = Login(
        name="x", cloud="aws", party=Party.CLIENT, principal="p", form="aws-keys", material={"access_key_id": "AKIANOBODY", "secret_access_key": Secret("no")}
    )
    assert CLOUD.attempt(account, dead, "iam:ListUsers", {}).outcome is Outcome.REFUSED
    with pytest.raises(CredentialsRefused):
        CLOUD.whoami(account, dead)


# Listings that botocore has no paginator for, or that carry several lists.


class JsonStub:
    """Answers the JSON protocol (Secrets Manager, EventBridge, SQS, ...) as each test says, by the operation's target."""

    def __init__(self) -> None:
        self.says: dict[str, Callable[[dict[str, Any]], tuple[int, object, dict[str, str]]]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def answer(self, target: str, body: bytes) -> tuple[int, object, dict[str, str]]:
        params = json.loads(body or b"{}")
        self.asked.append((target, params))
        return self.says[target](params)


@pytest.fixture
def speaks_json(monkeypatch: pytest.MonkeyPatch) -> Iterator[JsonStub]:
    state = JsonStub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            target = self.headers.get("X-Amz-Target", "")
            if "GetCallerIdentity" in body.decode():
                status, text, headers = (
                    *xml("GetCallerIdentity", f"<Arn>arn:aws:iam::{ACCOUNT}:user/x</Arn><UserId>U</UserId><Account>{ACCOUNT}</Account>"),
                    {},
                )
            else:
                status, answer, headers = state.answer(target.rsplit(".", 1)[-1], body)
                text = answer if isinstance(answer, str) else json.dumps(answer)
                headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "req-3", **headers}
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t-value")
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def cut(member: str, token: str, *, pages: int = 4, ask: str = "") -> Callable[[dict[str, Any]], tuple[int, object, dict[str, str]]]:
    """One item a page, the next page by a token."""

    def say(params: dict[str, Any]) -> tuple[int, object, dict[str, str]]:
        page = int(params.get(ask or token, "0"))
        more = {token: str(page + 1)} if page + 1 < pages else {}
        return 200, {member: [{"Name": f"n{page}"}], **more}, {}

    return say


def test_a_listing_without_a_paginator_is_paged_by_its_own_members(speaks_json: JsonStub) -> None:
    assert not botocore.session.get_session().create_client("events", region_name="eu-west-1").can_paginate("list_event_buses"), "else this shows nothing"
    speaks_json.says["ListEventBuses"] = cut("EventBuses", "NextToken")
    assert [item["Name"] for item in CLOUD.open(REGION).read("events:ListEventBuses")] == ["n0", "n1", "n2", "n3"]
    assert [params.get("NextToken") for _, params in speaks_json.asked] == [None, "1", "2", "3"]


@pytest.mark.parametrize("pages", [1, 3])
def test_a_listing_with_a_paginator_too(speaks_json: JsonStub, pages: int) -> None:
    speaks_json.says["ListSecrets"] = cut("SecretList", "NextToken", pages=pages)
    assert len(list(CLOUD.open(REGION).read("secretsmanager:ListSecrets"))) == pages


def test_a_page_that_leads_to_itself_is_no_whole_listing(speaks_json: JsonStub) -> None:
    speaks_json.says["ListEventBuses"] = lambda _: (200, {"EventBuses": [{"Name": "a"}], "NextToken": "same"}, {})
    with pytest.raises(CloudError, match="leads to itself"):
        list(CLOUD.open(REGION).read("events:ListEventBuses"))


def test_json_leaves_an_empty_list_out_and_that_is_an_answer(speaks_json: JsonStub) -> None:
    speaks_json.says["ListQueues"] = lambda _: (200, {}, {})
    assert list(CLOUD.open(REGION).read("sqs:ListQueues")) == []


@pytest.mark.parametrize(("text", "headers"), [("", {}), ("{}", {"Content-Type": "text/html"}), ("<html>proxy</html>", {})])
def test_but_a_word_of_somebody_else_is_not(speaks_json: JsonStub, text: str, headers: dict[str, str]) -> None:
    speaks_json.says["ListQueues"] = lambda _: (200, text, headers)
    with pytest.raises(CloudError):
        list(CLOUD.open(REGION).read("sqs:ListQueues"))


def test_several_lists_are_told_apart(stub: Stub) -> None:
    user, role = "<member><UserName>u</UserName></member>", "<member><RoleName>r</RoleName></member>"
    stub.says["GetAccountAuthorizationDetails"] = lambda params: xml(
        "GetAccountAuthorizationDetails",
        f"<UserDetailList>{user}</UserDetailList><RoleDetailList/><IsTruncated>true</IsTruncated><Marker>2</Marker>"
        if "Marker" not in params
        else f"<UserDetailList/><RoleDetailList>{role}</RoleDetailList><IsTruncated>false</IsTruncated>",
    )
    seen = list(CLOUD.open(SCOPE).read("iam:GetAccountAuthorizationDetails", MaxItems=1))
    assert seen == [{"UserDetailList": {"UserName": "u"}}, {"RoleDetailList": {"RoleName": "r"}}]


def test_a_list_inside_of_the_answer_is_found(speaks_json: JsonStub) -> None:
    """botocore's paginator names `StreamDescription.Shards`: an item that is not at the top is an item all the same."""
    speaks_json.says["DescribeStream"] = lambda _: (200, {"StreamDescription": {"Shards": [{"ShardId": "s"}], "HasMoreShards": False}}, {})
    assert list(CLOUD.open(REGION).read("kinesis:DescribeStream", StreamName="x")) == [{"ShardId": "s"}]


def test_every_throttled_message_slows_the_service_down_and_no_other(speaks_json: JsonStub) -> None:
    answers: list[tuple[int, object, dict[str, str]]] = [
        (400, {"__type": "ThrottlingException", "message": "slower"}, {}),
        (200, {"Grants": []}, {}),
    ]
    speaks_json.says["ListGrants"] = lambda _: answers.pop(0)
    kms, other = (_pace.of("aws", ACCOUNT, "eu-west-3", service) for service in ("kms", "secretsmanager"))
    assert kms.rate is None
    region = Scope(type=ScopeType.AWS_REGION, id=ACCOUNT, region="eu-west-3")
    assert list(CLOUD.open(region).read("kms:ListGrants", KeyId="k")) == []
    assert kms.rate is not None
    assert other.rate is None
    assert len(speaks_json.asked) == 2


def test_retry_after_is_waited_for(speaks_json: JsonStub) -> None:
    asked_at: list[float] = []

    def say(_: dict[str, Any]) -> tuple[int, object, dict[str, str]]:
        asked_at.append(time.monotonic())
        return (429, {"message": "later"}, {"Retry-After": "2"}) if len(asked_at) == 1 else (200, {"Grants": []}, {})

    speaks_json.says["ListGrants"] = say
    region = Scope(type=ScopeType.AWS_REGION, id=ACCOUNT, region="eu-west-2")
    assert list(CLOUD.open(region).read("kms:ListGrants", KeyId="k")) == []
    assert asked_at[1] - asked_at[0] >= 2


def test_as_many_attempts_as_the_standard_setting_says_and_then_a_failure(speaks_json: JsonStub) -> None:
    speaks_json.says["ListGrants"] = lambda _: (503, {"message": "down"}, {})
    with pytest.raises(CloudError) as caught:
        list(CLOUD.open(REGION).read("kms:ListGrants", KeyId="k"))
    assert caught.value.retriable
    assert len(speaks_json.asked) == 3


def test_whoever_ends_a_sweep_ends_a_wait_too(speaks_json: JsonStub) -> None:
    speaks_json.says["ListGrants"] = lambda _: (429, {"message": "later"}, {"Retry-After": "50"})
    ground = fan.Ground()
    region = Scope(type=ScopeType.AWS_REGION, id=ACCOUNT, region="us-east-2")
    with fan.threads(1, ground) as pool:
        waiting = pool.submit(lambda: list(CLOUD.open(region).read("kms:ListGrants", KeyId="k")))
        while not speaks_json.asked:
            time.sleep(0.01)
        ground.halt.set()
        with pytest.raises(fan.Halted):
            waiting.result(timeout=20)
    assert len(speaks_json.asked) == 1


def test_many_threads_make_one_client_and_sign_in_once(stub: Stub) -> None:
    stub.says["ListUsers"] = lambda _: users("a")
    connection = CLOUD.open(SCOPE)
    with fan.threads(16, fan.Ground()) as pool:
        assert [len(one) for one in pool.map(lambda _: list(connection.read("iam:ListUsers")), range(40))] == [1] * 40
    assert stub.asked.count("GetCallerIdentity") == 1
    assert stub.asked.count("ListUsers") == 40
