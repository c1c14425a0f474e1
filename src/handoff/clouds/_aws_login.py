"""Signing in to AWS: a fresh botocore session for each opening, from the standard chain or from one login."""

from __future__ import annotations

import os
import threading
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import botocore
import botocore.config
import botocore.loaders
import botocore.parsers
import botocore.session
import botocore.utils

import handoff
from handoff import fan
from handoff.clouds import _pace
from handoff.clouds._aws_retry import Retry
from handoff.errors import UsageError
from handoff.lags import on_this_machine
from handoff.model import Secret

if TYPE_CHECKING:
    from handoff.model import Login

SESSION_NAME = "handoff"
DEFAULT_REGION = "us-east-1"
"""For calls of a whole account; the home of the global services of the `aws` partition."""
_AGENT = f"handoff/{handoff.__version__} botocore/{botocore.__version__}"
_ATTEMPTS = 6
_CONNECT_S = 10
_READ_S = 60
_TRY_S = 10

# Service models are data of the installed package, the same for everyone: sharing them makes an opening 20 times cheaper.
_LOADER = botocore.loaders.create_loader()


def _moment(value: object) -> datetime:
    """A time of an answer. Nearly all are ISO 8601, which the standard library reads fifty times faster than what botocore asks first."""
    if isinstance(value, str) and value[:4].isdecimal() and value[4:5] == "-" and value.endswith("Z"):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    at: datetime = botocore.utils.parse_timestamp(value)
    return at


_PARSERS = botocore.parsers.ResponseParserFactory()
_PARSERS.set_parser_defaults(timestamp_parser=_moment)


def settings(*, once: bool) -> botocore.config.Config:
    """How calls are made. Retries are not botocore's: see `_aws_retry`."""
    # A name of our own: the one that botocore puts together anew for every call takes longer than the call's signature.
    common: dict[str, Any] = {"user_agent": _AGENT, "max_pool_connections": fan.in_flight(), "retries": {"mode": "standard", "total_max_attempts": 1}}
    if on_this_machine(os.environ.get("AWS_ENDPOINT_URL", "")):
        # No bucket has a host name here, and no proxy of the machine leads back to it.
        common |= {"s3": {"addressing_style": "path"}, "proxies": {}}
    if once:
        return botocore.config.Config(connect_timeout=_TRY_S, read_timeout=_TRY_S, **common)
    return botocore.config.Config(connect_timeout=_CONNECT_S, read_timeout=_READ_S, **common)


class Session:
    """One sign-in and its clients, one for each service; shares no credential with any other session. Safe for several threads."""

    def __init__(self, login: Login | None, *, account: str = "", region: str = "", once: bool = False) -> None:
        profile = _text(login, "profile") if login and login.form == "aws-profile" else None
        self._core = botocore.session.Session(profile=profile)
        self._core.register_component("data_loader", _LOADER)
        self._core.register_component("response_parser_factory", _PARSERS)
        self._login = login
        self._once = once
        self._account = account
        self._region = region
        self._keys: dict[str, str] | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        # botocore's clients may be used by many threads, but not made by many.
        self._guard = threading.RLock()

    def client(self, service: str, *, home: str = "") -> Any:  # noqa: ANN401 - botocore's clients are made at run time and have no type
        """The client of one service, in its calls' home region if they have one. Raises botocore's errors, those of assuming a role included."""
        with self._guard:
            if (service, home) not in self._clients:
                self._clients[service, home] = self._make(service, self.keys(), home=home)
            return self._clients[service, home]

    def keys(self) -> dict[str, str]:
        """The credential as arguments of a client; empty means the standard chain or the named profile."""
        with self._guard:
            if self._keys is None:
                self._keys = self._sign_in()
            return self._keys

    def _make(self, service: str, keys: dict[str, str], *, home: str = "") -> Any:  # noqa: ANN401 - as above
        region = home or self._region or self._core.get_config_variable("region") or os.environ.get("AWS_REGION") or DEFAULT_REGION
        client = self._core.create_client(service, region_name=region, config=settings(once=self._once), **keys)
        if service == "s3control" and on_this_machine(client.meta.endpoint_url):
            client.meta.events.register("before-sign.s3-control", _one_host)
        attempts = 1 if self._once else int(self._core.get_config_variable("max_attempts") or _ATTEMPTS)
        Retry(_pace.of("aws", self._account, region, service), attempts=attempts).wire(client)
        return client

    def _sign_in(self) -> dict[str, str]:
        login = self._login
        match login.form if login else "":
            case "" | "aws-profile":
                return {}
            case "aws-keys":
                return _given(login)
            case "aws-role":
                given = _given(login)
                external = {"ExternalId": _text(login, "external_id")} if login and "external_id" in login.material else {}
                answer = self._make("sts", given).assume_role(RoleArn=_text(login, "role_arn"), RoleSessionName=SESSION_NAME, **external)
                return issued(answer["Credentials"])
            case form:
                raise UsageError(
                    f"login {login.name if login else ''}: AWS knows no form {form!r}", hint="One of aws-profile, aws-keys, aws-role; see docs/credentials.md."
                )


def _one_host(request: Any, **_: object) -> None:  # noqa: ANN401 - botocore's request
    """S3 Control puts the account's id before the host's name; on this machine no account has one, and the id is in a header anyway."""
    parts = urlsplit(request.url)
    account, _, host = parts.netloc.partition(".")
    if account.isdigit() and len(account) == 12:
        request.url = urlunsplit(parts._replace(netloc=host))


def issued(credentials: dict[str, Any]) -> dict[str, str]:
    """Credentials as STS gives them, as arguments of a client."""
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }


def _given(login: Login | None) -> dict[str, str]:
    keys = {"aws_access_key_id": _text(login, "access_key_id"), "aws_secret_access_key": _text(login, "secret_access_key")}
    if login and "session_token" in login.material:
        keys["aws_session_token"] = _text(login, "session_token")
    return keys


def _text(login: Login | None, name: str) -> str:
    value = login.material.get(name) if login else None
    if value is None:
        raise UsageError(f"login {login.name if login else ''}: {name} is missing", hint="See docs/credentials.md for the fields of each form.")
    return value.reveal() if isinstance(value, Secret) else value
