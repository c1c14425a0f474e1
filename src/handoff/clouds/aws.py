"""AWS through botocore: scopes, sign-in, paging, errors and retries, in one place.

Credentials and endpoints come from the standard chain (`AWS_PROFILE`, `AWS_ENDPOINT_URL`, ...). Operations are named
`service:Operation` as AWS names them. A listing of plain strings yields `{LIST: string}`; a listing whose answer has several lists, such as
`iam:GetAccountAuthorizationDetails`, yields each item as `{LIST: item}`, so that users can be told from roles.
"""

from __future__ import annotations

import logging
import os
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError

from handoff.clouds import _aws_mint
from handoff.clouds._aws_errors import CALL_ERRORS, SDK_ERRORS, classify, is_missing, translate
from handoff.clouds._aws_login import Session
from handoff.clouds._aws_objects import AwsObjects
from handoff.clouds._aws_ops import home, is_answer, marks_more, permission, plain
from handoff.clouds._aws_pages import Listing, listing
from handoff.errors import CloudError, CredentialsRefused, HandoffError, SpecError, Unsupported
from handoff.model import Attempt, Login, Outcome, Receipt, Scope, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.exports._contract import ObjectCloud, ObjectReader
    from handoff.model import Json

__all__ = ["CLOUD", "Aws", "AwsConnection", "permission"]

_log = logging.getLogger(__name__)
_MINT_S = 3600
# source: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html (read 2026-11-22)
_GLOBAL = frozenset({"iam", "organizations", "account", "route53", "cloudfront"})

# Calls that only read and that some identity policy has to allow: sts:GetCallerIdentity is none of them, for it works even under a deny of everything.
# source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html (read 2026-11-22)
_TRIES = ("s3:ListBuckets", "iam:ListUsers", "kms:ListKeys", "secretsmanager:ListSecrets", "ec2:DescribeRegions", "iam:ListRoles")


class AwsConnection:
    """One credential on one scope. Checks once, before its first call, that the credential is of the scope's account."""

    def __init__(self, scope: Scope, session: Session) -> None:
        self._scope = scope
        self._session = session
        self._checked = False
        self._guard = threading.Lock()
        self._methods: dict[str, tuple[Any, str]] = {}
        self._listings: dict[str, Listing] = {}

    @property
    def scope(self) -> Scope:
        """The scope this connection was opened for."""
        return self._scope

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """Every item of every page; raises when the answer says that there is more and does not say how to get it."""
        how = self._listing(op)
        onward: dict[str, Any] = {}
        while True:
            page = self._call(op, {**params, **onward}, paged=True) if how.tokens else self._call(op, params)
            if not is_answer(page):
                raise CloudError(f"{op}: the answer is empty: not even {how.lists[0][0]}")
            wraps = len(how.lists) > 1
            for name, item in how.items(page):
                yield {name: plain(item)} if wraps or not isinstance(item, dict) else cast("Json", plain(item))
            before, onward = onward, how.onward(page)
            if not onward:
                break
            if onward == before:
                raise CloudError(f"{op}: the page leads to itself: the rest cannot be read")
        if how.promises_more(page):
            raise CloudError(f"{op}: the last page says that there is more, but not how to get it")

    def get(self, op: str, /, **params: object) -> Json | None:
        """One object, or None when AWS says in its own words that it does not exist."""
        try:
            return cast("Json", plain(self._call(op, params, missing_ok=True)))
        except _MissingError:
            return None

    def write(self, op: str, /, **params: object) -> Receipt:
        """One change; `missing_ok=True` takes not-found as done already."""
        return self.write_for(op, **params)[0]

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        """One change and its answer. The answer may hold a secret (a created key): the caller keeps it to itself."""
        missing_ok = bool(params.pop("missing_ok", False))
        try:
            answer = self._call(op, params, missing_ok=missing_ok)
        except _MissingError as error:
            return Receipt(op=op, request_id=error.request_id, applied=False), {}
        request_id = str(answer.pop("ResponseMetadata", {}).get("RequestId", ""))
        _log.info("%s in %s", op, self._scope)
        return Receipt(op=op, request_id=request_id, applied=True), cast("Json", plain(answer))

    def identity(self) -> Json:
        """Who STS says that this credential is. Raises CredentialsRefused when that is outside the scope's account."""
        caller = self.get("sts:GetCallerIdentity") or {}
        if not caller.get("Account") or not caller.get("Arn"):
            raise CloudError("sts:GetCallerIdentity: the answer names no caller")
        if caller["Account"] != self._scope.id:
            raise CredentialsRefused(
                f"these credentials are of account {caller.get('Account')} ({caller.get('Arn')}), but {self._scope} was asked for",
                hint="Set AWS_PROFILE to a profile of the client's account.",
            )
        self._checked = True
        return caller

    def _call(self, op: str, params: Mapping[str, object], *, missing_ok: bool = False, paged: bool = False) -> dict[str, Any]:
        client, method = self._method(op)
        try:
            answer: dict[str, Any] = getattr(client, method)(**params)
        except CALL_ERRORS as error:
            if missing_ok and is_missing(op, error):
                raise _MissingError(error) from error
            raise translate(op, error, permission=permission(op)) from error
        if not paged and (more := marks_more(answer, params)):
            raise CloudError(f"{op}: the answer is cut short ({more}), and this call is not one that pages")
        return answer

    def _listing(self, op: str) -> Listing:
        if op not in self._listings:
            self._listings[op] = listing(op, *self._method(op))
        return self._listings[op]

    def _method(self, op: str) -> tuple[Any, str]:
        if not self._checked and op != "sts:GetCallerIdentity":
            with self._guard:
                if not self._checked:
                    self.identity()
        if op not in self._methods:
            self._methods[op] = method_of(self._session, op)
        return self._methods[op]


class Aws:
    """Amazon Web Services."""

    name = "aws"

    def scopes(self, environment: Json, /) -> tuple[Scope, ...]:
        """The account, and each of its regions: `{"account": "111111111111", "regions": ["eu-west-1"]}`."""
        account, regions = environment.get("account"), environment.get("regions")
        if not isinstance(account, str) or not account.isdigit() or len(account) != 12:
            raise SpecError(f"environments.aws.account: {account!r} is not an account id of 12 digits")
        if not isinstance(regions, list | tuple) or not regions or not all(isinstance(region, str) for region in regions):
            raise SpecError(f"environments.aws.regions: {regions!r} is not a list of regions")
        return (
            Scope(type=ScopeType.AWS_ACCOUNT, id=account),
            *(Scope(type=ScopeType.AWS_REGION, id=account, region=region) for region in dict.fromkeys(regions)),
        )

    def open(self, scope: Scope, login: Login | None = None, /) -> AwsConnection:
        """A fresh connection to a scope."""
        return AwsConnection(scope, _session(login, account=scope.id, region=scope.region))

    def home(self, scope: Scope, op: str, /) -> Scope | None:
        """The account, for a region asked about what is the same in all of them; None where the scope itself is to be asked."""
        is_global = scope.type is ScopeType.AWS_REGION and op.partition(":")[0] in _GLOBAL
        return Scope(type=ScopeType.AWS_ACCOUNT, id=scope.id) if is_global else None

    def whoami(self, scope: Scope, login: Login | None = None, /) -> str:
        """The ARN that STS gives for the caller, who must be in the scope's account."""
        return str(self.open(scope, login).identity()["Arn"])

    def attempt(self, scope: Scope, login: Login, op: str, params: Json, /) -> Attempt:
        """One try, nothing repeated. Assuming the role of an `aws-role` login is part of the try; its refusal is reported under its own name."""
        if login.form == _aws_mint.URL_FORM:
            return _aws_mint.attempt_url(login, op)
        at_op = op
        try:
            session = Session(login, account=scope.id, region=scope.region, once=True)
            at_op = "sts:AssumeRole" if login.form == "aws-role" else op
            session.keys()
            at_op = op
            client, method = method_of(session, op)
            answer = getattr(client, method)(**params)
            if "Body" in answer:
                answer["Body"].close()
        except CALL_ERRORS as error:
            outcome, code = classify(error)
            return Attempt(outcome=outcome, op=at_op, code=code, at=datetime.now(UTC))
        except HandoffError as error:
            return Attempt(outcome=Outcome.UNKNOWN, op=at_op, code=type(error).__name__, at=datetime.now(UTC))
        return Attempt(outcome=Outcome.WORKED, op=op, code="ok", at=datetime.now(UTC))

    def tries(self, scope: Scope, login: Login, /) -> tuple[tuple[str, Json], ...]:
        """Harmless calls that show whether a login works in the scope; none when it belongs to another account, where it would only reach its own."""
        if login.form == _aws_mint.URL_FORM:
            bucket = str(login.material.get("bucket", ""))
            return ((str(login.material.get("op", "s3:ListBuckets")), {"Bucket": bucket} if bucket else {}),)
        try:
            caller = Session(login, account=scope.id, region=scope.region, once=True).client("sts").get_caller_identity()
        except CALL_ERRORS:
            # Whatever keeps it from saying who it is will show in the tries themselves.
            return tuple((op, {}) for op in _TRIES)
        return tuple((op, {}) for op in _TRIES) if caller.get("Account") == scope.id else ()

    def mint(self, scope: Scope, login: Login, how: Mapping[str, str], /) -> Login:
        """A session issued now, as a login of form `aws-keys`: a canary for the proof that sessions die too.

        `how`: `{"op": "sts:AssumeRole", "role_arn": ..., "external_id": ...}`, `{"op": "sts:GetSessionToken"}`, `{"op": "sts:GetFederationToken"}` or
        `{"op": "s3:presign", "bucket": ...}`; with `access_key_id`, by that key only.
        """
        return _aws_mint.mint(_session(login, account=scope.id, region=scope.region), login, how)

    def objects(self, scope: Scope, login: Login | None = None, /) -> ObjectReader:
        """A fresh connection for reading the objects of the scope's buckets."""
        return AwsObjects(self.open(scope, login), _session(login, account=scope.id, region=scope.region))

    def endpoints(self) -> tuple[str, ...]:
        """The endpoints that the environment or the profile names, else the public one."""
        session = _session(None, region="")
        named = {value for name, value in os.environ.items() if name.startswith("AWS_ENDPOINT_URL") and value}
        try:
            return tuple(sorted(named | {session.client(service).meta.endpoint_url for service in ("sts", "iam")}))
        except SDK_ERRORS as error:
            raise translate("sts", error, permission="") from error


class _MissingError(Exception):
    """The object of the call does not exist; never leaves this module."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.request_id = str(getattr(error, "response", {}).get("ResponseMetadata", {}).get("RequestId", ""))


def _session(login: Login | None, *, account: str = "", region: str) -> Session:
    try:
        return Session(login, account=account, region=region)
    except SDK_ERRORS as error:
        raise translate("sign-in", error, permission="") from error


def method_of(session: Session, op: str) -> tuple[Any, str]:
    """The client and the Python method of an operation. Raises Unsupported for a name that botocore does not know."""
    service, _, name = op.partition(":")
    try:
        client = session.client(service, home=home(op))
        client.meta.service_model.operation_model(name)
    except UnknownServiceError as error:
        raise Unsupported(f"{op}: this botocore knows no service {service!r}") from error
    except OperationNotFoundError as error:
        raise Unsupported(f"{op}: this botocore knows no such operation") from error
    except SDK_ERRORS as error:
        raise translate("sts:AssumeRole", error, permission="sts:AssumeRole") from error
    return client, xform_name(name)


CLOUD: ObjectCloud = Aws()
