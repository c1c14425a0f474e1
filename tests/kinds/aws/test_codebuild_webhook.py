from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.codebuild_webhook import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import found, one, seeded


def project(account: Account, name: str, location: str, *, hook: dict[str, Any] | None) -> None:
    account.regional.write(
        "codebuild:CreateProject",
        name=name,
        source={"type": "GITHUB", "location": location},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=f"arn:aws:iam::{account.id}:role/build",
    )
    if hook is not None:
        account.regional.write("codebuild:CreateWebhook", projectName=name, **hook)


class Seed:
    """Nothing is tried: no code host calls the lab."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        project(account, "shop", "https://github.com/nimbus/shop", hook={})
        project(account, "mail", "https://github.com/acme/mail", hook={})
        project(account, "quiet", "https://github.com/nimbus/quiet", hook=None)
        return seeded(KIND, account, "nimbus/shop", "acme/mail", denied="codebuild:BatchGetProjects")


SEED = Seed()


def test_no_address_or_password_is_kept_and_a_runner_is_told_by_its_organization(lab_env: Mapping[str, str]) -> None:
    account = Account()
    project(account, "shop", "https://robot:hush@git.nimbus.example/shop", hook={})
    project(account, "runner", "CODEBUILD_DEFAULT_WEBHOOK_SOURCE_LOCATION", hook={"scopeConfiguration": {"name": "nimbus", "scope": "GITHUB_ORGANIZATION"}})
    path = one(KIND, account, "git.nimbus.example/shop")
    assert (Clue.DOMAIN, "git.nimbus.example") in path.clues
    assert one(KIND, account, "github.com/nimbus").detail["project"] == "runner"
    shown = json.dumps([[path.holder, path.allows, path.detail, KIND.image(account.regional, path)] for path in found(KIND, account)], default=str)
    assert "hush" not in shown
    assert "codebuild.example" not in shown
