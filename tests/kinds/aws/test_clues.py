"""What is seen about a holder, with the conditions and the Denies beside it."""

from __future__ import annotations

from typing import Any

import pytest

from handoff.kinds.aws import _clues, _policy
from handoff.model import Clue

P, C = "111111111111", "222222222222"


def opening(*statements: dict[str, Any]) -> _policy.Opening:
    document = _policy.parse({"Version": "2012-10-17", "Statement": list(statements)}, where="test")
    (found,) = _policy.openings(document)
    return found


def allow(principal: object, **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sqs:*", "Resource": "*", "Condition": condition}


def deny(principal: object, **condition: Any) -> dict[str, Any]:
    return {**allow(principal, **condition), "Effect": "Deny"}


@pytest.mark.parametrize(
    ("statement", "clues"),
    [
        (allow("*", IpAddress={"aws:SourceIp": "10.1.2.3/8"}), {(Clue.CIDR, "10.0.0.0/8")}),
        (allow("*", IpAddress={"aws:SourceIp": "0.0.0.0/0"}), {(Clue.EVERYONE, "anyone; aws:SourceIp binds nobody")}),
        (allow("*", StringEquals={"aws:SourceVpce": "vpce-1"}), {(Clue.AWS_VPCE, "vpce-1")}),
        (allow("*", StringEquals={"aws:PrincipalTag/owner": "ops"}), {(Clue.EVERYONE, "anyone; aws:PrincipalTag/owner binds nobody")}),
        (allow("*", StringLike={"aws:userid": "AROAEXAMPLEEXAMPLE12:*"}), {(Clue.AWS_UNIQUE_ID, "AROAEXAMPLEEXAMPLE12")}),
        (allow("*", StringLike={"aws:PrincipalArn": ["*", f"arn:aws:iam::{P}:role/x"]}), {(Clue.EVERYONE, "anyone; aws:PrincipalArn binds nobody")}),
        (allow("*", StringEquals={"kms:CallerAccount": P}), {(Clue.AWS_ACCOUNT, P)}),
        (allow({"AWS": P}, StringEquals={"aws:SourceVpce": "vpce-1", "aws:SourceAccount": C}), {(Clue.AWS_ACCOUNT, P)}),
        (allow({"AWS": P}, StringEquals={"sts:ExternalId": "x"}), {(Clue.AWS_ACCOUNT, P), (Clue.AWS_EXTERNAL_ID, "x")}),
    ],
)
def test_clues(statement: dict[str, Any], clues: set[tuple[Clue, str]]) -> None:
    assert set(_clues.of_opening(opening(statement))) == clues


def test_a_deny_of_all_others_says_whose_an_open_statement_is() -> None:
    refusal = deny("*", StringNotEquals={"aws:PrincipalOrgID": "o-1"})
    assert set(_clues.of_opening(opening(allow("*"), refusal))) == {(Clue.AWS_ORG, "o-1")}
    assert set(_clues.of_opening(opening(allow("*")))) == {(Clue.EVERYONE, "anyone")}
    assert set(_clues.of_opening(opening(allow({"AWS": P}), refusal))) == {(Clue.AWS_ACCOUNT, P)}, "whose a named account is does not hang on it"


def test_an_opening_says_whether_it_is_shut_and_keeps_its_name() -> None:
    plain, shut = opening(allow({"AWS": P})), opening(allow({"AWS": P}), {**deny({"AWS": P}), "Sid": "Fence"})
    assert plain.suffix == shut.suffix
    assert not plain.holder.shut
    assert [one.sid for one in shut.holder.shut] == ["Fence"]
    assert "Fence" in shut.holder.why
