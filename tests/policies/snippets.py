"""Runs a control's snippet under Pulumi's mocks and gives what it makes as a stack."""

from __future__ import annotations

import json

from handoff.controls.resource import Provider, Resource, Stack, plain
from tests.policies.corpus import DEFAULTS
from tests.stacks.estate import Estate, Made, run_text


def stack(text: str) -> Stack:
    """What a snippet registers; a link is a value that the mock gave to another resource."""
    return of(run_text(text))


def of(estate: Estate) -> Stack:
    marks = [(mark, _urn(one)) for one in estate.made for mark in (f"{one.name}-id", f"arn:of:{one.token}:{one.name}")]
    return Stack(_resource(one, marks) for one in estate.made)


def _urn(made: Made) -> str:
    return f"urn:pulumi:test::handoff::{made.token}::{made.name}"


def _resource(made: Made, marks: list[tuple[str, str]]) -> Resource:
    inputs = plain(json.loads(json.dumps(made.inputs, default=str)))
    assert isinstance(inputs, dict)
    links = {name: tuple(urn for mark, urn in marks if mark in json.dumps(value, default=str)) for name, value in inputs.items()}
    package = made.token.split(":", 1)[0]
    provider = Provider(type=f"pulumi:providers:{package}", inputs=DEFAULTS[package]) if package in DEFAULTS else None
    return Resource(urn=_urn(made), type=made.token, name=made.name, inputs=inputs, provider=provider, links=links)
