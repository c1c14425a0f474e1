"""OSCAL component definition: what each pack's controls do for which NIST control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.reports import _oscal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from handoff.controls.catalogue import Pack
    from handoff.controls.model import Control


def component_definition(packs: Sequence[Pack], *, moment: datetime) -> str:
    """The document: a component for each pack, an implemented requirement for each control and NIST control that it maps to."""
    body = {
        "uuid": _oscal.identity("component-definition", _oscal.at(moment), *(f"{one.name} {one.version}" for one in packs)),
        "metadata": _oscal.metadata("Policy packs of handoff", moment),
        "components": [_component(one) for one in packs],
    }
    return _oscal.made("component", "component-definition", body)


def _component(pack: Pack) -> dict[str, object]:
    key = _oscal.identity("component", pack.name)
    requirements = [one for control in pack.controls for one in _requirements(control)]
    unmapped = [control.id for control in pack.controls if not _oscal.controls(control.maps.clauses)]
    found: dict[str, object] = {
        "uuid": key,
        "type": "validation",
        "title": _oscal.line(pack.name),
        "description": pack.description or pack.name,
        "props": _oscal.props(version=pack.version, controls=str(len(pack.controls))),
    }
    if unmapped:
        found["remarks"] = f"Without a NIST control: {', '.join(unmapped)}."
    if requirements:
        found["control-implementations"] = [
            {
                "uuid": _oscal.identity("control-implementation", pack.name),
                "source": _oscal.CATALOG,
                "description": f"What the controls of the pack {pack.name} hold in a stack's resources.",
                "implemented-requirements": requirements,
            }
        ]
    return found


def _requirements(control: Control) -> list[dict[str, object]]:
    return [
        {
            "uuid": _oscal.identity("implemented-requirement", control.id, name),
            "control-id": name,
            "description": f"{control.title}. {control.why}",
            "props": _oscal.props(
                control=control.id,
                severity=control.severity.value,
                category=control.category.value,
                derived="yes" if derived else "no",
                source=control.source,
            ),
            **({"remarks": f"Not seen: {control.blind}"} if control.blind else {}),
        }
        for name, derived in _oscal.controls(control.maps.clauses)
    ]
