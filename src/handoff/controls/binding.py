"""How a pack that the engine started learns which spec and environment it judges by.

The first that names both wins: the policy's own configuration (`--policy-pack-config`), the stack's configuration
(`handoff:spec`, `handoff:environment`), the environment variables HANDOFF_SPEC and HANDOFF_ENVIRONMENT. A relative path counts from
the project's root: the nearest folder with a `Pulumi.yaml` at or above the working directory, else at or above the pack.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from handoff.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SPEC, ENVIRONMENT, UNKNOWN, REMEDIATE = "handoff:spec", "handoff:environment", "handoff:failOnUnknown", "handoff:remediate"
VARIABLES = {SPEC: "HANDOFF_SPEC", ENVIRONMENT: "HANDOFF_ENVIRONMENT", UNKNOWN: "HANDOFF_FAIL_ON_UNKNOWN", REMEDIATE: "HANDOFF_REMEDIATE"}
_TRUE = frozenset({"true", "1", "yes", "on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which spec, which of its environments, and how to take what is found."""

    spec: Path
    environment: str
    fail_on_unknown: bool
    remediate: bool
    """Set what may safely be set, instead of only saying so."""


def bind(sources: Iterable[Mapping[str, str]], *, roots: Iterable[Path]) -> Binding:
    """The binding that the sources give, first one first; `roots` are folders to look for the project from. Raises UsageError."""
    given: dict[str, str] = {}
    for source in sources:
        given = {**{key: value for key, value in source.items() if value}, **given}
    missing = [name for name in (SPEC, ENVIRONMENT) if name not in given]
    if missing:
        raise UsageError(
            f"no {' and no '.join(missing)}: nothing can be judged without the engagement spec",
            hint=f"pulumi config set {SPEC} engagements/NAME.yaml; pulumi config set {ENVIRONMENT} NAME; or set {VARIABLES[SPEC]} and {VARIABLES[ENVIRONMENT]}",
        )
    return Binding(
        spec=_spec(given[SPEC], tuple(roots)),
        environment=given[ENVIRONMENT],
        fail_on_unknown=given.get(UNKNOWN, "").lower() in _TRUE,
        remediate=given.get(REMEDIATE, "").lower() in _TRUE,
    )


def _spec(name: str, roots: tuple[Path, ...]) -> Path:
    path = Path(name)
    if path.is_absolute():
        return path
    for root in roots:
        for folder in (root, *root.parents):
            if (folder / "Pulumi.yaml").is_file():
                if (folder / path).is_file():
                    return folder / path
                break
    looked = ", ".join(str(one) for one in roots)
    raise UsageError(f"{SPEC} is {name}, and there is no such file under the project of {looked}", hint="The path counts from the folder of Pulumi.yaml.")
