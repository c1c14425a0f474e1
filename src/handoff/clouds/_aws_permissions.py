"""IAM policies that allow exactly what a run calls, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from handoff.clouds._aws_ops import BESIDES, FREE, permission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json

POLICY_CHARACTERS = 6144
"""A managed policy holds no more, white space not counted.
source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (read 2026-11-22)"""


def actions(ops: Iterable[str]) -> tuple[str, ...]:
    """The IAM actions that allow these operations, sorted; those that every caller may do are left out."""
    return tuple(sorted({action for op in ops if op not in FREE for action in (permission(op), *BESIDES.get(op, ()))}))


def documents(allowed: Iterable[str], *, sid: str) -> tuple[Json, ...]:
    """As many managed policies as these actions need, each within the limit, one statement for each service so that a reader finds his way."""
    made: list[Json] = []
    for statements in _parts(list(_statements(allowed, sid))):
        made.append({"Version": "2012-10-17", "Statement": statements})
    return tuple(made)


def size(document: Json) -> int:
    """Characters as IAM counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def _statements(allowed: Iterable[str], sid: str) -> Iterator[Json]:
    services: dict[str, list[str]] = {}
    for action in sorted(set(allowed)):
        services.setdefault(action.split(":", 1)[0], []).append(action)
    for service, named in services.items():
        word = "".join(part.capitalize() for part in service.split("-"))
        yield {"Sid": f"{sid}{word}", "Effect": "Allow", "Action": named, "Resource": "*"}


def _parts(statements: list[Json]) -> Iterator[list[Json]]:
    part: list[Json] = []
    for statement in statements:
        if part and size({"Version": "2012-10-17", "Statement": [*part, statement]}) > POLICY_CHARACTERS:
            yield part
            part = []
        part.append(statement)
    if part:
        yield part
