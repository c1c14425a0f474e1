"""The project's own stacks pass every control of every pack, judged as the programs register them under Pulumi's mocks."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from handoff.controls import build, catalogue, evaluate
from handoff.controls.resource import Provider, Resource, Stack, plain
from handoff.spec import load
from tests.stacks.estate import Estate, Made, run_program

ROOT = Path(__file__).resolve().parents[2]
KNOWN: dict[str, set[tuple[str, str]]] = {
    "acme-health": set(),
    "harbor-books": set(),
}
"""What the stacks do not hold yet; a control that is mended has to leave this list."""
TODAY = date(2026, 11, 22)


def urn(made: Made) -> str:
    return f"urn:pulumi:test::handoff::{made.token}::{made.name}"


def stack_of(estate: Estate) -> Stack:
    """What the program registered; a link is a value that the mock gave to another resource."""
    marks = [(mark, urn(one)) for one in estate.made for mark in (f"{one.name}-id", f"arn:of:{one.token}:{one.name}")]
    providers = {urn(one): one.inputs for one in estate.made if one.token.startswith("pulumi:providers:")}

    def resource(made: Made) -> Resource:
        reference = made.provider.rpartition("::")[0]
        # The mock's service accounts have no project in their address; Google's have.
        text = re.sub(r"serviceAccount:([a-z0-9-]+)(?=\")", r"serviceAccount:\1@acme-prod.iam.gserviceaccount.com", json.dumps(made.inputs, default=str))
        inputs = plain(json.loads(text))
        assert isinstance(inputs, dict)
        links = {name: tuple(found for mark, found in marks if f'"{mark}"' in json.dumps(value, default=str)) for name, value in inputs.items()}
        provider = next(
            (Provider(type=one.split("::")[2], inputs=found) for one, found in providers.items() if reference.endswith(one.split("::", 2)[2])), None
        )
        return Resource(urn=urn(made), type=made.token, name=made.name, inputs=inputs, provider=provider, links=links)

    return Stack(resource(one) for one in estate.made)


@pytest.mark.slow
@pytest.mark.parametrize(("spec", "environment"), [("acme-health", "prod"), ("harbor-books", "shop")])
def test_a_sample_breaks_no_control(spec: str, environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    path = ROOT / "engagements" / f"{spec}.yaml"
    stack = stack_of(run_program(path, environment))
    controls = [control for pack in catalogue.load(ROOT / "policies") for control in pack.controls]
    report = evaluate.judge(controls, build.context(load(path, today=TODAY), environment, today=TODAY), stack, stack_name="test")
    assert len(stack.resources) > 20
    broken = {(one.control.id, one.urn.rsplit("::", 1)[-1]) for one in report.violations()}
    assert broken == KNOWN[spec]
