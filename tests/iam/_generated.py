"""Policies and requests at random: dense enough that most statements are about most requests, so that every element decides now and then."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

ACTIONS = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:ListBucket",
    "s3:DeleteObject",
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "iam:CreateAccessKey",
    "iam:ListUsers",
    "iam:PassRole",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "kms:Decrypt",
    "kms:CreateGrant",
    "lambda:InvokeFunction",
    "sts:GetFederationToken",
)
PATTERNS = (
    *ACTIONS,
    "*",
    "s3:*",
    "S3:GET*",
    "s3:Get*",
    "s3:?etObject",
    "s3:*Object",
    "s3:*Bucket*",
    "iam:*",
    "*:List*",
    "*:*Grant",
    "kms:*",
    "sqs:*Message",
    "iam:C?eate*",
)
RESOURCES = (
    "arn:aws:s3:::records",
    "arn:aws:s3:::records/2026/a.txt",
    "arn:aws:s3:::records/2026/B.txt",
    "arn:aws:s3:::other/2026/a.txt",
    "arn:aws:sqs:eu-west-1:111111111111:jobs",
    "arn:aws:iam::111111111111:user/ops",
    "arn:aws:iam::111111111111:role/path/ops",
    "*",
)
RESOURCE_PATTERNS = (
    *RESOURCES,
    "arn:aws:s3:::*",
    "arn:aws:s3:::records*",
    "arn:aws:s3:::records/*",
    "arn:aws:s3:::*/2026/?.txt",
    "arn:aws:s3:::Records/*",
    "arn:aws:sqs:*:111111111111:*",
    "arn:aws:iam::111111111111:*/ops",
    "arn:aws:iam::*:user/*",
)
ADDRESSES = ("127.0.0.1", "127.0.0.0/8", "10.0.0.0/8", "0.0.0.0/0", "127.0.0.1/32", "2001:db8::/32")
MOMENTS = ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2020-06-01T12:00:00+02:00", "4102444800", "1577836800")

NEGATABLE = ("StringEquals", "StringEqualsIgnoreCase", "StringLike")
OF_TEXT = (*NEGATABLE, "StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike")
OF_ARNS = ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike")
ORDERS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")


class Generator:
    """Draws documents; the same seed gives the same ones."""

    def __init__(
        self, seed: int, *, account: str, user: str, resources: Sequence[str] = RESOURCE_PATTERNS, patterns: Sequence[str] = PATTERNS, asks_arn: bool = True
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311 not for secrecy
        self.account = account
        self.arn = user
        self._resources = resources
        self._patterns = patterns
        self._kinds = (self._text, self._text, *((self._arn,) if asks_arn else ()), self._address, self._order, self._bool, self._null)
        self._asks_arn = asks_arn

    def document(self, *, principals: Sequence[object] = (), most: int = 5) -> dict[str, Any]:
        """A policy; with principals one of a resource."""
        many = [self.statement(principals) for _ in range(self.random.randint(1, most))]
        return {"Version": "2012-10-17", "Statement": many[0] if len(many) == 1 and self.random.random() < 0.3 else many}

    def statement(self, principals: Sequence[object] = ()) -> dict[str, Any]:
        draw = self.random
        found: dict[str, Any] = {"Sid": f"S{draw.randint(0, 10**9)}", "Effect": draw.choice(("Allow", "Allow", "Allow", "Deny"))}
        if principals:
            found["Principal"] = draw.choice(principals)
        found["NotAction" if draw.random() < 0.15 else "Action"] = self._some(self._patterns)
        found["NotResource" if draw.random() < 0.15 else "Resource"] = self._some((*self._resources, "*", "*", "*"))
        if draw.random() < 0.6:
            found["Condition"] = self.conditions()
        return found

    def conditions(self) -> dict[str, dict[str, Any]]:
        block: dict[str, dict[str, Any]] = {}
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            operator, key, values = self.condition()
            block.setdefault(operator, {})[key] = values
        return block

    def condition(self) -> tuple[str, str, Any]:
        draw = self.random
        operator, keys, values = draw.choice(self._kinds)()
        if operator != "Null":
            if operator.startswith("String") and draw.random() < 0.25:
                operator = draw.choice(("ForAllValues:", "ForAnyValue:")) + operator
            if draw.random() < 0.25:
                operator += "IfExists"
        key = draw.choice(keys)
        return operator, draw.choice((key, key.lower(), key.upper())), values

    def _text(self) -> tuple[str, tuple[str, ...], Any]:
        operator = self.random.choice(OF_TEXT)
        if self.random.random() < 0.3:
            return operator, ("aws:PrincipalOrgID", "aws:SourceVpce", "sts:ExternalId"), self._some(("o-1", "vpce-1", "*"))
        if self.random.random() < 0.4 or not self._asks_arn:
            accounts = (self.account, "222222222222", f"{self.account[:4]}*", "*", "${aws:PrincipalAccount}")
            return operator, ("aws:PrincipalAccount",), self._some(accounts)
        own = f"arn:aws:iam::{self.account}"
        arns = (self.arn, self.arn.upper(), f"{own}:*", f"{own}:????*", "*:root", "arn:aws:iam::222222222222:root")
        return operator, ("aws:PrincipalArn",), self._some(arns)

    def _arn(self) -> tuple[str, tuple[str, ...], Any]:
        own = f"arn:aws:iam::{self.account}"
        values = (
            self.arn,
            f"{own}:*",
            f"{own}:user/*",
            "arn:*:iam::*:*",
            "arn:aws:*:root",
            f"arn:aws:iam::*{self.account[4:]}:*",
            "arn:aws:sts::*:*",
            f"arn:aws:*:{self.account}:*",
        )
        return self.random.choice(OF_ARNS), ("aws:PrincipalArn", "aws:PrincipalArn", "aws:SourceArn"), self._some(values)

    def _address(self) -> tuple[str, tuple[str, ...], Any]:
        return self.random.choice(("IpAddress", "NotIpAddress")), ("aws:SourceIp", "aws:SourceIp", "aws:VpcSourceIp"), self._some(ADDRESSES)

    def _order(self) -> tuple[str, tuple[str, ...], Any]:
        order = self.random.choice(ORDERS)
        if self.random.random() < 0.5:
            return f"Date{order}", ("aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime"), self._some(MOMENTS)
        return f"Numeric{order}", ("aws:EpochTime", "s3:max-keys", "aws:MultiFactorAuthAge"), self._some(("1000", "1577836800.5", "4102444800", "-1"))

    def _bool(self) -> tuple[str, tuple[str, ...], Any]:
        return "Bool", ("aws:SecureTransport", "aws:SecureTransport", "aws:MultiFactorAuthPresent"), self.random.choice(("true", "false", "False", True, False))

    def _null(self) -> tuple[str, tuple[str, ...], Any]:
        keys = ("aws:PrincipalArn", "aws:SourceIp", "aws:PrincipalOrgID", "sts:ExternalId")
        return "Null", keys, self.random.choice(("true", "false", True, False, ["false", "true"]))

    def _some(self, values: Sequence[str]) -> str | list[str]:
        found = self.random.sample(tuple(values), self.random.choice((1, 1, 2, 3)) if len(values) > 2 else 1)
        return found[0] if len(found) == 1 and self.random.random() < 0.5 else found
