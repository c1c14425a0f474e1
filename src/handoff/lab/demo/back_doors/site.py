"""Where the doors are opened: whose account, with whose hand, and who comes in through them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from handoff import registry
from handoff.lab.demo.back_doors.way import Trial
from handoff.model import Login, Party, Scope, ScopeType, Secret, Writer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.model import Json

REGION = "eu-west-1"
MARK = "ops@nimbus.example"
"""What the provider's engineer writes on what is made by hand."""
OWN = "platform@acme.example"
"""What the client's people write on theirs."""
TAG = ("handoff:party", "provider")
ISSUER = "token.actions.nimbus.example"
PARTNER_ID = "acme-watch-7"
EVERYTHING: Mapping[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One account of a client's in the lab, with a provider's and a third party's beside it."""

    home: Writer
    """The account, with the hand of an administrator."""
    region: Writer
    provider: Writer
    """The provider's own account, with its own hand."""
    partner: Writer
    """A third party's, likewise."""
    desk: Login
    """The provider's engineer, in the provider's own account."""
    watch: Login
    """The third party's, in its own."""
    silent: Login
    """A user of the provider's in the client's account, whom nothing but resource policies lets in."""
    reports: Login
    """A user of the client's, likewise."""
    batch: Login
    """A user of the client's with rights."""
    bucket: str
    external_id: str
    authority: str
    """File of the authority of the lab's certificates; empty where it speaks plain HTTP."""

    @property
    def account(self) -> str:
        """The client's."""
        return self.home.scope.id

    def trial(self, name: str, login: Login, op: str, **params: object) -> Trial:
        """A call in the client's region."""
        return Trial(name=name, login=login, scope=self.region.scope, op=op, params=params)

    def session(self, login: Login, role_arn: str, external_id: str = "") -> Login:
        """A session of a role, begun now."""
        how = {"op": "sts:AssumeRole", "role_arn": role_arn, **({"external_id": external_id} if external_id else {})}
        return minted(self.home.scope, login, how)


def enter(hand: Login, account: str, *, provider: str, partner: str, bucket: str, external_id: str, authority: str = "") -> Site:
    """Make the people who come in, and the connections. The names carry the account, so that several estates may share a provider."""
    theirs, third = (_own_hand(one) for one in (provider, partner))
    home = registry.cloud("aws").open(_account(account), hand)
    made = {
        "desk": user(theirs, f"desk-{account}", EVERYTHING, party=Party.PROVIDER),
        "watch": user(third, f"watch-{account}", EVERYTHING, party=Party.THIRD_PARTY),
        "silent": user(home, "svc-sync", owner=MARK, party=Party.PROVIDER),
        "reports": user(home, "acme-reports", owner=OWN, party=Party.CLIENT),
        "batch": user(home, "acme-batch", allow(["s3:*", "sts:*"]), owner=OWN, party=Party.CLIENT),
    }
    region = registry.cloud("aws").open(Scope(type=ScopeType.AWS_REGION, id=account, region=REGION), hand)
    return Site(home=home, region=region, provider=theirs, partner=third, **made, bucket=bucket, external_id=external_id, authority=authority)


def user(writer: Writer, name: str, *may: Mapping[str, object], owner: str = "", party: Party) -> Login:
    """A user with one key, allowed no more than is said."""
    writer.write("iam:CreateUser", UserName=name, Tags=[{"Key": "owner", "Value": owner}] if owner else [])
    if may:
        writer.write("iam:PutUserPolicy", UserName=name, PolicyName="own", PolicyDocument=document(*may))
    key = cast("Mapping[str, str]", writer.write_for("iam:CreateAccessKey", UserName=name)[1]["AccessKey"])
    arn = f"arn:aws:iam::{writer.scope.id}:user/{name}"
    return keys(name, arn, party, {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]})


def keys(name: str, principal: str, party: Party, given: Mapping[str, str]) -> Login:
    """A login of the credentials that an answer of AWS gave."""
    material: dict[str, str | Secret] = {"access_key_id": given["AccessKeyId"], "secret_access_key": Secret(given["SecretAccessKey"])}
    material |= {"session_token": Secret(given["SessionToken"])} if "SessionToken" in given else {}
    return Login(name=name, cloud="aws", party=party, principal=principal, form="aws-keys", material=material)


def minted(scope: Scope, login: Login, how: Mapping[str, str]) -> Login:
    """A session or address that a login gives, issued now."""
    given: Login = cast("Any", registry.cloud("aws")).mint(scope, login, how)
    return given


def made(writer: Writer, op: str, *names: str, **params: object) -> str:
    """What a call made: the member of its answer that the names lead to."""
    return member(writer.write_for(op, **params)[1], *names)


def member(answer: Any, *names: str | int) -> str:  # noqa: ANN401 an answer of AWS's, to any depth
    """A member of an answer."""
    for name in names:
        answer = answer[name]
    return str(answer)


def document(*statements: Mapping[str, object]) -> str:
    """A policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: object, resource: object = "*", **more: object) -> Json:
    """A statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _own_hand(account: str) -> Writer:
    # An account's root in the lab: the hand of whoever sets it up, see docs/lab-aws.md.
    root = keys("root", f"arn:aws:iam::{account}:root", Party.UNKNOWN, {"AccessKeyId": account, "SecretAccessKey": "root"})
    return registry.cloud("aws").open(_account(account), root)


def _account(account: str) -> Scope:
    return Scope(type=ScopeType.AWS_ACCOUNT, id=account)
