"""Reads the spec that the stack names and makes one of its environments. Imports no cloud's SDK that the environment does not need."""

from __future__ import annotations

import importlib
import sys
from datetime import UTC, datetime
from pathlib import Path

import pulumi

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent
# The engine puts this folder first on the path, where `azure.py` would hide the package `azure`; the project's root belongs there.
sys.path[:] = [str(_ROOT), *(one for one in sys.path if not one or Path(one).resolve() not in {_HERE, _ROOT})]

from handoff.errors import HandoffError, SpecError  # noqa: E402 - needs the path set above
from handoff.spec import load  # noqa: E402
from stacks.settings import Settings  # noqa: E402


def settings(config: pulumi.Config) -> Settings:
    """The environment that the stack's configuration names. Raises SpecError."""
    loaded = load(_ROOT / config.require("spec"))
    for warning in loaded.warnings:
        pulumi.warn(warning)
    wanted = config.require("environment")
    environment = loaded.engagement.environment(wanted)
    if environment is None:
        known = ", ".join(one.name for one in loaded.engagement.environments)
        raise SpecError(f"{loaded.path}: no environment {wanted!r}; it has {known}", hint="Set handoff:environment in the stack's configuration.")
    return Settings(
        engagement=loaded.engagement,
        environment=environment,
        today=datetime.now(UTC).date(),
        disposable=config.get_bool("disposable") or False,
        plain_http=config.get_bool("plainHttp") or False,
        store_secret=config.get_secret("storeSecret"),
    )


def main() -> None:
    """Make the environment on each of its clouds; `handoff:clouds` in the configuration narrows it to a list of them."""
    config = pulumi.Config("handoff")
    wanted = settings(config)
    only = config.get_object("clouds") or wanted.environment.clouds
    unknown = set(only) - set(wanted.environment.clouds)
    if unknown:
        raise SpecError(f"handoff:clouds names {', '.join(sorted(unknown))}, where {wanted.environment.name} does not live")
    pulumi.export("engagement", wanted.engagement.metadata.name)
    pulumi.export("environment", wanted.environment.name)
    for cloud in wanted.environment.clouds:
        if cloud in only:
            pulumi.export(cloud, importlib.import_module(f"stacks.{cloud}").provision(wanted))


try:
    main()
except HandoffError as error:
    raise pulumi.RunError(f"{error.message}\n{error.hint}") from None
