"""The connections of one configured provider instance, made on first use and shared by its threads.

Credentials come from each cloud's standard environment (`handoff lab env`); what the program sets on a provider resource wins.
"""

from __future__ import annotations

import os
import ssl
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

from handoff.lab import identities
from handoff.lab.provider.record import EmulatorError
from handoff.lab.provider.rest import TIMEOUT_S, HttpRest, Token, failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

_STORAGE_SCOPE = "https://storage.azure.com/.default"
_GCP_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class Connections:
    """Implements `record.Context` over the lab's emulators."""

    def __init__(self, config: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> None:
        self.config = config
        self._environ = os.environ if environ is None else environ
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def aws(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 clients have no static type
        """See `record.Context`."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._client(self._session, *key)
            return self._clients[key]

    @property
    def region(self) -> str:
        """See `record.Context`."""
        return str(self.config.get("region") or self._variable("AWS_REGION"))

    @property
    def subscription(self) -> str:
        """See `record.Context`."""
        return str(self.config.get("subscriptionId") or self._environ.get("ARM_SUBSCRIPTION_ID") or identities.SUBSCRIPTION)

    @property
    def tenant(self) -> str:
        """See `record.Context`."""
        return str(self.config.get("tenantId") or self._variable("AZURE_TENANT_ID"))

    @property
    def project(self) -> str:
        """See `record.Context`."""
        return str(self.config.get("project") or self._variable("GOOGLE_CLOUD_PROJECT", "GOOGLE_PROJECT", default="project"))

    @cached_property
    def azure(self) -> HttpRest:
        """See `record.Context`."""
        return self._azure_rest("HANDOFF_AZURE_ARM_URL", "https://management.azure.com/.default")

    @cached_property
    def graph(self) -> HttpRest:
        """See `record.Context`."""
        return self._azure_rest("HANDOFF_AZURE_GRAPH_URL", "https://graph.microsoft.com/.default")

    @cached_property
    def blob(self) -> HttpRest:
        """See `record.Context`."""
        return self._azure_rest("HANDOFF_AZURE_BLOB_URL", _STORAGE_SCOPE)

    @cached_property
    def vault(self) -> HttpRest:
        """See `record.Context`."""
        return self._azure_rest("HANDOFF_AZURE_VAULT_URL", "https://vault.azure.net/.default")

    @cached_property
    def gcp(self) -> HttpRest:
        """See `record.Context`."""
        return HttpRest(self._http, self._variable("HANDOFF_GCP_URL"), Token(self._gcp_token))

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401 - boto3 has no static type
        import boto3

        keys = {"aws_access_key_id": "accessKey", "aws_secret_access_key": "secretKey", "aws_session_token": "token", "profile_name": "profile"}
        own = {name: self.config[setting] for name, setting in keys.items() if self.config.get(setting)}
        session = boto3.session.Session(**own)
        allowed = self.config.get("allowedAccountIds")
        if not allowed:
            return session
        account = self._client(session, "sts", self.region).get_caller_identity()["Account"]
        if account in allowed:
            return session
        if own or len(allowed) > 1:
            raise EmulatorError("AccountNotAllowed", f"the credentials are of account {account}; the provider allows {', '.join(allowed)} only")
        # The lab has an administrator in the client's account alone. In any other account a program works as that account's
        # root, which the emulator takes a 12-digit key id for.
        return boto3.session.Session(aws_access_key_id=allowed[0], aws_secret_access_key="root")

    def _client(self, session: Any, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 has no static type
        return session.client(service, region_name=region, config=self._boto_config, endpoint_url=self._environ.get("AWS_ENDPOINT_URL"))

    @cached_property
    def _boto_config(self) -> Any:  # noqa: ANN401 - boto3 has no static type
        from botocore.config import Config

        # One retry: the emulator is local, so a second failure is an answer and not the weather.
        return Config(
            retries={"total_max_attempts": 2, "mode": "standard"},
            max_pool_connections=32,
            connect_timeout=5,
            read_timeout=TIMEOUT_S,
            proxies={},
            s3={"addressing_style": "path"},
        )

    @cached_property
    def _http(self) -> httpx.Client:
        import httpx

        ca_file = self._environ.get("HANDOFF_CA_FILE")
        verify = ssl.create_default_context(cafile=ca_file) if ca_file else True
        return httpx.Client(verify=verify, trust_env=False, timeout=TIMEOUT_S, limits=httpx.Limits(max_connections=32))

    def _azure_rest(self, variable: str, scope: str) -> HttpRest:
        return HttpRest(self._http, self._variable(variable), Token(lambda: self._entra_token(scope)))

    def _entra_token(self, scope: str) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": str(self.config.get("clientId") or self._variable("AZURE_CLIENT_ID")),
            "client_secret": str(self.config.get("clientSecret") or self._variable("AZURE_CLIENT_SECRET")),
            "scope": scope,
        }
        path = f"/{self.tenant}/oauth2/v2.0/token"
        try:
            answer = self._http.post(self._variable("AZURE_AUTHORITY_HOST").rstrip("/") + path, data=form)
        except _http_error() as error:
            raise EmulatorError("Unreachable", f"the token endpoint does not answer: {error}") from error
        if not answer.is_success:
            raise failure("POST", path, answer)
        body = answer.json()
        return str(body["access_token"]), float(body["expires_in"])

    def _gcp_token(self) -> tuple[str, float]:
        import requests
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import Request
        from google.oauth2 import service_account

        session = requests.Session()
        session.trust_env = False
        file = self._variable("GOOGLE_APPLICATION_CREDENTIALS")
        try:
            credentials = service_account.Credentials.from_service_account_file(file, scopes=[_GCP_SCOPE])
            credentials.refresh(Request(session))
        except (GoogleAuthError, OSError, ValueError) as error:
            raise EmulatorError("CredentialsRefused", f"{file}: {error}") from error
        # google-auth refreshes by expiry, a naive UTC time; half an hour is well inside the hour that Google gives.
        return str(credentials.token), 1800.0

    def _variable(self, *names: str, default: str = "") -> str:
        """The first variable that is set; `default` names the provider setting that could stand in for it."""
        for name in names:
            if self._environ.get(name):
                return self._environ[name]
        also = f", and the provider has no {default}" if default else ""
        raise EmulatorError("NotConfigured", f"{' or '.join(names)} is not set for the lab's providers{also}; start them with `handoff lab up`")


def _http_error() -> type[Exception]:
    import httpx

    return httpx.HTTPError
