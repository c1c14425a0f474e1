"""The project's own stacks pass every control of every pack, judged as the programs register them under Pulumi's mocks.

Each is judged as its settings file has it (on the lab) and as a real one would be: without what the lab's settings say.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from handoff.controls import build, catalogue, evaluate
from handoff.controls.resource import Provider, Resource, Stack, plain
from handoff.spec import load
from tests.stacks.estate import Estate, Made, run_program

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)


def urn(made: Made, stack: str) -> str:
    return f"urn:pulumi:{stack}::handoff::{made.token}::{made.name}"


def stack_of(estate: Estate, stack: str) -> Stack:
    """What the program registered; a link is a value that the mock gave to another resource."""
    marks = [(mark, urn(one, stack)) for one in estate.made for mark in (f"{one.name}-id", f"arn:of:{one.token}:{one.name}")]
    providers = {urn(one, stack): one.inputs for one in estate.made if one.token.startswith("pulumi:providers:")}

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
        return Resource(urn=urn(made, stack), type=made.token, name=made.name, inputs=inputs, provider=provider, links=links)

    return Stack(resource(one) for one in estate.made)


SAMPLES = [("acme-health", "prod", "acme-prod"), ("harbor-books", "shop", "harbor-shop")]
LAB_ONLY = {"disposable", "plainHttp"}


def settings(stack: str) -> dict[str, object]:
    """What the stack's settings file says, but for what the tests give themselves."""
    found = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
    plain = {key.removeprefix("handoff:"): value for key, value in found.items() if isinstance(value, str)}
    return {key: value for key, value in plain.items() if key not in {"spec", "environment"}}


def judged(spec: str, environment: str, stack: str, config: dict[str, object]) -> evaluate.Report:
    path = ROOT / "engagements" / f"{spec}.yaml"
    made = stack_of(run_program(path, environment, **config), stack)
    assert len(made.resources) > 20
    packs = catalogue.load(ROOT / "policies")
    controls = [control for pack in packs for control in pack.controls]
    known = frozenset(one.id for one in controls)
    return evaluate.judge(controls, build.context(load(path, today=TODAY), environment, today=TODAY), made, stack_name=stack, known=known)


def broken(report: evaluate.Report) -> set[tuple[str, str, str]]:
    return {(one.control.id, one.urn.rsplit("::", 1)[-1], one.message) for one in report.violations()}


@pytest.mark.slow
@pytest.mark.parametrize(("spec", "environment", "stack"), SAMPLES)
def test_a_sample_breaks_no_control_on_the_lab(spec: str, environment: str, stack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    config = settings(stack)
    assert config.keys() == LAB_ONLY
    assert broken(judged(spec, environment, stack, config)) == set()


@pytest.mark.slow
@pytest.mark.parametrize(("spec", "environment"), [one[:2] for one in SAMPLES])
def test_a_real_one_needs_no_waiver_that_is_the_labs(spec: str, environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    report = judged(spec, environment, "real", {})
    assert broken(report) == set()
    assert not {"aws-s3-transport", "azure-storage-shared-key"} & {one.control.id for one in report.waived}
