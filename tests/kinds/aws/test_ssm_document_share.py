from __future__ import annotations

import json
from collections.abc import Mapping

from handoff.kinds.aws.ssm_document_share import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed

CONTENT = {"schemaVersion": "2.2", "mainSteps": [{"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["true"]}}]}
DOCUMENT = {"Name": "backup-records", "PermissionType": "Share"}


def make(account: Account) -> str:
    account.regional.write("ssm:CreateDocument", Name=DOCUMENT["Name"], Content=json.dumps(CONTENT), DocumentType="Command", DocumentFormat="JSON")
    return DOCUMENT["Name"]


def add(account: Account, made: str, member: str, **more: str) -> None:
    account.regional.write("ssm:ModifyDocumentPermission", **DOCUMENT, AccountIdsToAdd=[member], **more)


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="ssm:DescribeDocumentPermission")
"""The lab lets no account use another's document, so no try."""


def test_a_public_document_is_everybodys(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared("all")
    assert found["all"].clues == ((Clue.EVERYONE, "all"),)
    SEED.cut(account, found["all"])
    assert SEED.paths(account) == {}


def test_the_version_that_was_shared_comes_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    add(account, made, CUT, SharedDocumentVersion="$LATEST")
    path = SEED.paths(account)[CUT]
    before = SEED.cut(account, path)
    assert before == {"member": CUT, "version": "$LATEST"}
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert KIND.image(account.regional, path) == before


def test_a_document_that_is_deleted_takes_its_shares_along(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT, KEPT)
    SEED.cut(account, found[CUT])
    SEED.cut(account, found[KEPT])
    account.regional.write("ssm:DeleteDocument", Name=DOCUMENT["Name"])
    assert KIND.probe(account.regional, found[KEPT]) is Verdict.GONE
