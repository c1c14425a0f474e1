"""Whose a thing is that an ARN or an image's address names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.model import Clue, Dependency

if TYPE_CHECKING:
    from handoff.model import Json, KindId, Scope

_ACCOUNT = re.compile(r"\d{12}")
# source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html (read 2026-11-22)
_REGISTRY = re.compile(r"^(?:https?://)?(\d{12})\.dkr[.-]ecr[.-]")


def account_of(arn: str) -> str:
    """The account id of an ARN; empty when it has none."""
    account = (arn.split(":", 5) + [""] * 6)[4]
    return account if _ACCOUNT.fullmatch(account) else ""


def registry_of(image: str) -> str:
    """The account of a private registry that a container image is pulled from; empty for any other registry."""
    found = _REGISTRY.match(image)
    return found[1] if found else ""


def leaning(kind: KindId, scope: Scope, *, what: str, on: str, owner: str, needs: str, detail: Json | None = None) -> Dependency:
    """One dependency on a thing of an AWS account (`owner`: its id)."""
    return Dependency(
        kind=kind,
        id=f"{what}#{on}",
        scope=scope,
        owner=owner,
        needs=needs,
        clues=((Clue.AWS_ACCOUNT, owner),),
        detail={"what": what, "on": on, **(detail or {})},
    )
