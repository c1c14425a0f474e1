"""Models of Bedrock: in which regions prompts are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._aws_reach import ALSO, REACH_MAPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

PROFILE = "aws:bedrock/inferenceProfile:InferenceProfile"
AGENT = "aws:bedrock/agentAgent:AgentAgent"
PROMPT = "aws:bedrock/agentPrompt:AgentPrompt"
MODEL = {PROFILE: "modelSource.copyFrom", AGENT: "foundationModel", PROMPT: "variants[*].modelId"}
"""The property that names the model or the profile."""
GEOGRAPHIES: Mapping[str, tuple[str, ...]] = {
    "us": ("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
    "us-gov": ("us-gov-east-1", "us-gov-west-1"),
    "eu": ("eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"),
    "apac": (
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-4",
    ),
    "jp": ("ap-northeast-1", "ap-northeast-3"),
    "au": ("ap-southeast-2", "ap-southeast-4"),
    "ca": ("ca-central-1", "ca-west-1"),
}
"""Regions that answer for a profile, by the first part of its id. Models differ: these are the widest sets.
source: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html (read 2026-11-22)"""
ANYWHERE = "global"
_KINDS = ("inference-profile", "application-inference-profile")


def model(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every model or profile that is named: its own region, and the regions that answer for it."""
    for at, value in resource.each(MODEL[resource.type]):
        if isinstance(value, str) and value:
            yield from _named(resource, context, at, value)
        else:
            yield unknown(f"which model or profile it uses {LATER}" if value is UNKNOWN else "names no model", at)


def _named(resource: Resource, context: Context, at: str, value: str) -> Iterator[Finding]:
    parts = value.split(":", 5)
    is_arn = len(parts) == 6 and parts[0] == "arn"
    kind, _, name = parts[5].rpartition("/") if is_arn else ("", "", value)
    if is_arn and parts[3]:
        yield from judged(resource, context, parts[3], at, "has prompts answered in", is_copy=False)
    geography = name.split(".", 1)[0].lower()
    if geography == ANYWHERE:
        yield fail(f"has prompts answered in every commercial region: {name} is a global profile", at)
    elif geography in GEOGRAPHIES:
        outside = [one for one in GEOGRAPHIES[geography] if context.forbids(resource, "aws", one)]
        for one in outside[:1]:
            yield from judged(resource, context, one, at, f"has prompts answered in any region of {name}, among them", is_copy=False)
    elif kind in _KINDS:
        yield unknown(f"which regions answer for the profile {name} is not known", at)


CONTROLS = (
    Control(
        id="residency-aws-bedrock-profiles",
        title="Prompts are answered in allowed regions only",
        why="A cross-region inference profile sends each prompt to whichever of its regions has room, data and all.",
        fix="Set modelSource.copyFrom, foundationModel or variants[].modelId to a model of an allowed region, or to a profile all of whose regions are allowed.",
        blind="Applications that call a profile by its id, the profiles behind an application profile, and regions that AWS adds to a profile later.",
        source="https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R040",),
        maps=REACH_MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={token: (path,) for token, path in MODEL.items()},
        evaluate=model,
        snippet="""\
import pulumi_aws as aws

aws.bedrock.InferenceProfile(
    "triage",
    name="triage",
    model_source={"copy_from": "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"},
)
""",
    ),
)
