"""The stack's own state is the client's, or is re-keyed at the exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, fail, passed, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Stack


def backend(stack: Stack, context: Context) -> Iterator[Finding]:
    """The spec says where the state lies and whose key its secrets have; what is the provider's has a re-key step."""
    del stack
    state = context.engagement.state
    if state is None:
        yield unknown("the spec does not say where the stack's state lies, and whose key its secrets are encrypted with: give it a block `state`", "state")
        return
    theirs = [what for what, owner in (("the backend", state.owner), ("the secrets provider", state.secrets_owner)) if owner == "provider"]
    if theirs and not state.rekey:
        yield fail(f"{' and '.join(theirs)} of the stack's state is the provider's, and the spec names no step that hands over and re-keys it", "state.rekey")
    elif theirs:
        yield passed(f"{' and '.join(theirs)} is the provider's until the exit: {state.rekey}")
    else:
        yield passed(f"{state.backend} and {state.secrets_provider} are the client's")


CONTROLS = (
    Control(
        id="exit-state-backend",
        title="The stack's state and the key of its secrets are the client's, or are re-keyed at the exit",
        why="The state lists the whole estate and holds its secrets; without it the client cannot go on, and with it the provider still knows them.",
        fix="Keep the state in a bucket of the client's and its secrets under a key of the client's, and say so in the spec's block state; else give state.rekey.",
        blind="Whether the spec says the truth: a stack does not tell where its own state lies. Copies of the state are not seen either.",
        source="https://www.pulumi.com/docs/iac/concepts/state-and-backends/ (read 2026-11-22)",
        maps=Maps(nist="SC-12 CM-8", iso="A.5.11 A.8.24"),
        category=Category.EXIT,
        evaluate_stack=backend,
        snippet="""\
import pulumi_aws as aws

aws.s3.Bucket("state", tags={"data-class": "none"})
""",
    ),
)
