"""ECR repositories: images are scanned, and a tag stays what it was."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, Verdict, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, is_one_of, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

REPOSITORY = "aws:ecr/repository:Repository"
REGISTRY = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
SCANS = frozenset({"SCAN_ON_PUSH", "CONTINUOUS_SCAN"})
ON_PUSH = is_true("imageScanningConfiguration.scanOnPush", "takes images unscanned")
MAPS = Maps(nist="~RA-5 SI-2", hipaa="~308(a)(1)(ii)(A) 308(a)(5)(ii)(B)", pci="11.3.1", soc2="~CC7.1 CC3.1", iso="~A.8.8")


def scanned(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """By the repository itself, or by a rule of the whole registry that covers it."""
    said = list(ON_PUSH(resource, context))
    if not said:
        return
    covered = [_covered(resource, one) for one in stack.of(REGISTRY)]
    if True in covered:
        return
    if None in covered and any(one.verdict is Verdict.FAIL for one in said):
        yield unknown(f"whether the registry scans it {LATER}")
    else:
        yield from said


def _covered(resource: Resource, registry: Resource) -> bool | None:
    """Whether a rule of the registry scans a repository; None when its filters or the repository's name are not known."""
    unsure = False
    name = resource.get("name")
    for at, _ in registry.each("rules[*]"):
        frequency = registry.get(f"{at}.scanFrequency")
        if frequency is UNKNOWN:
            unsure = True
        if not isinstance(frequency, str) or frequency not in SCANS:
            continue
        for _, pattern in registry.each(f"{at}.repositoryFilters[*].filter"):
            if pattern == "*" or (isinstance(pattern, str) and isinstance(name, str) and fnmatchcase(name, f"*{pattern}*" if "*" not in pattern else pattern)):
                return True
            unsure = unsure or pattern is UNKNOWN or not isinstance(name, str)
    return None if unsure else False


SNIPPET = """\
import pulumi_aws as aws

aws.ecr.Repository("apps", image_scanning_configuration={"scan_on_push": True}, image_tag_mutability="IMMUTABLE")
"""

CONTROLS = (
    Control(
        id="aws-ecr-scan",
        title="Images are scanned when they are pushed",
        why="An image with known flaws brings them into everything that runs it.",
        fix="Set imageScanningConfiguration.scanOnPush to true, or scan the registry with a RegistryScanningConfiguration that covers the repository.",
        blind="What becomes of the findings. A registry that another stack has scanned.",
        source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="VUL",
        rows=("A58",),
        maps=MAPS,
        severity=Severity.MEDIUM,
        reads={REPOSITORY: ("imageScanningConfiguration.scanOnPush", "name")},
        looks_at={REGISTRY: ("rules[*].scanFrequency", "rules[*].repositoryFilters[*].filter")},
        evaluate_linked=scanned,
        snippet=SNIPPET,
    ),
    Control(
        id="aws-ecr-tags",
        title="A tag of an image is never moved to another image",
        why="With tags that move, what was scanned and approved is not what runs tomorrow.",
        fix="Set imageTagMutability to IMMUTABLE.",
        blind="Images that are deleted and pushed again under the same tag.",
        source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="VUL",
        rows=("A58",),
        maps=MAPS,
        severity=Severity.MEDIUM,
        reads={REPOSITORY: ("imageTagMutability",)},
        evaluate=is_one_of("imageTagMutability", ("IMMUTABLE",), "lets tags be moved", default="MUTABLE"),
        snippet=SNIPPET,
    ),
)
