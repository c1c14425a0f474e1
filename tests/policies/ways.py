"""The ways to a verdict: the engine, the protocol that the engine speaks, `handoff policy check`, and the judge in this process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as messages

from handoff.cli._app import run
from handoff.controls import build, catalogue, evaluate
from handoff.controls.context import Context
from handoff.controls.model import Control, Result, Verdict
from handoff.controls.pack import Analyzer, Shared, say
from handoff.controls.resource import Stack
from handoff.lab.engine import find
from handoff.spec import load
from tests.policies.corpus import ROOT, SENTINEL, valued
from tests.policies.merged import STACK, Merged, Row

NAMES = ("baseline", "exit_readiness", "residency")
SHOWN = frozenset({Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR})
Said = tuple[str, str, str, str]
"""Control, URN (empty = the stack), the words, which hold the verdict and the path, and the enforcement level."""


@cache
def controls() -> tuple[Control, ...]:
    return tuple(control for pack in catalogue.load(ROOT / "policies") for control in pack.controls)


@cache
def context(spec: Path) -> Context:
    """The spec's context as the packs load it: on the day on which the engine runs."""
    return build.context(load(spec), "prod")


def judged(stack: Stack, spec: Path) -> tuple[Result, ...]:
    """In this process."""
    known = frozenset(one.id for one in controls())
    return evaluate.judge(controls(), context(spec), stack, stack_name=STACK, known=known).results


def words(results: Iterable[Result], *, strict: bool = False) -> set[Said]:
    """What the engine has to show of these results."""
    return {(one.control.id, one.urn, say(one), "mandatory" if evaluate.breaks(one, strict=strict) else "advisory") for one in results if one.verdict in SHOWN}


def records(results: Iterable[Result]) -> set[tuple[object, ...]]:
    """Everything of these results."""
    return {(one.control.id, one.verdict.value, one.urn, one.path, one.message, one.waived) for one in results}


def told(results: Iterable[Result]) -> set[tuple[object, ...]]:
    """What `handoff policy check --json` tells of these results at least."""
    return {(one.control.id, one.verdict.value, one.urn, one.path, one.message, one.waived is not None) for one in results if one.verdict in SHOWN}


def rows(arguments: list[str], spec: Path, capsys: Any) -> list[Mapping[str, Any]]:
    """The results that `handoff policy check` prints; its exit code has to follow from them."""
    capsys.readouterr()
    code = run(["policy", "check", str(spec), "--environment", "prod", "--policies", str(ROOT / "policies"), "--json", *arguments])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    results = [one for one in found if one["type"] == "result"]
    assert code == (9 if any(one["violation"] for one in results) else 0), found[-1]
    return results


def checked(option: str, file: Path, spec: Path, capsys: Any) -> set[tuple[object, ...]]:
    """By `handoff policy check`."""
    found = rows([option, str(file)], spec, capsys)
    words = {one.value for one in SHOWN}
    return {(one["control"], one["verdict"], one["urn"], one["path"], one["message"], one["waived"] is not None) for one in found if one["verdict"] in words}


def written(body: Mapping[str, object], file: Path) -> Path:
    file.write_text(json.dumps(body), encoding="utf-8")
    return file


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """Variables of an engine run: its home and its backend are in the folder."""
    engine = find.find()
    assert engine is not None
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HANDOFF_", "PULUMI_"))},
        "PATH": os.pathsep.join([str(engine.pulumi.parent), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_CONFIG_PASSPHRASE": "tests",
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "HANDOFF_PYTHON": sys.executable,
        **variables,
    }


PACKS = tuple(part for one in NAMES for part in ("--policy-pack", str(ROOT / "policies" / one)))


def analyzed(body: Mapping[str, object], folder: Path, *, violations: bool = True, **variables: str) -> list[Mapping[str, Any]]:
    """By the engine, of a state: its policy events."""
    file = written(body, folder / "engine.json")
    command = ["pulumi", "policy", "analyze", "--file", str(file), *PACKS, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder, **variables), capture_output=True, text=True, check=False, timeout=300)
    found = events(done.stdout)
    assert any("summaryEvent" in one for one in found), done.stderr[-3000:]
    assert (done.returncode != 0) is violations, done.stderr[-3000:]
    return policy_events(found)


def events(text: str) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def policy_events(found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one["policyEvent"] for one in found if "policyEvent" in one]


def shown(found: Iterable[Mapping[str, Any]]) -> set[Said]:
    """What the engine showed; findings of the whole stack stand at its root."""
    return {
        (
            one["policyName"],
            "" if "::pulumi:pulumi:Stack::" in one["resourceUrn"] else one["resourceUrn"],
            str(one["message"]).removesuffix("\n"),
            one["enforcementLevel"],
        )
        for one in found
    }


class Preview:
    """A preview of a program by the engine, in a project of its own. `port`: where a provider for the packages answers."""

    def __init__(self, folder: Path, program: Path, *, port: int, packages: Iterable[str], config: Mapping[str, str]) -> None:
        self._project = folder / "project"
        (self._project / "code").mkdir(parents=True)
        (folder / "backend").mkdir()
        shutil.copyfile(program, self._project / "code" / "__main__.py")
        (self._project / "Pulumi.yaml").write_text("name: handoff\nruntime: python\nmain: code/\n", encoding="utf-8")
        attached = ",".join(f"{one}:{port}" for one in packages)
        self._env = environment(folder, PULUMI_DEBUG_PROVIDERS=attached, PULUMI_BACKEND_URL=f"file://{folder / 'backend'}")
        self._run("stack", "init", STACK)
        settings = self._project / f"Pulumi.{STACK}.yaml"
        kept = settings.read_text(encoding="utf-8") if settings.exists() else ""
        settings.write_text(f"{kept}\nconfig: {json.dumps(dict(config))}\n", encoding="utf-8")

    def events(self) -> list[Mapping[str, Any]]:
        """The policy events, with the three packs."""
        self._env["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = "true"
        found = events(self._run("preview", "--json", "--stack", STACK, *PACKS, violations=True))
        del self._env["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"]
        return policy_events(found)

    def body(self) -> dict[str, Any]:
        """What the preview leaves as a file, without packs."""
        return dict(json.loads(self._run("preview", "--json", "--show-sames", "--stack", STACK)))

    def _run(self, *arguments: str, violations: bool = False) -> str:
        command = ["pulumi", *arguments, "--non-interactive"]
        done = subprocess.run(command, cwd=self._project, env=self._env, capture_output=True, text=True, check=False, timeout=300)
        assert (done.returncode != 0) is violations, done.stderr[-3000:] + done.stdout[-3000:]
        return done.stdout


class Protocol:
    """Speaks to the three packs as the engine does, without an engine."""

    def __init__(self) -> None:
        shared = Shared()
        self._packs = [Analyzer(ROOT / "policies" / one, shared) for one in NAMES]

    def said(self, merged: Merged, spec: Path) -> set[Said]:
        config = {"handoff:spec": str(spec), "handoff:environment": "prod"}
        configure = messages.AnalyzerStackConfigureRequest(stack=STACK, project="handoff", config=config).SerializeToString()
        for pack in self._packs:
            pack.call("ConfigureStack", configure)
        providers = {one.urn: one for one in merged.rows}
        answers = []
        for row in merged.rows:
            request = messages.AnalyzeRequest(urn=row.urn, type=row.type, name=row.name, properties=_struct(row.inputs), provider=_provider(row, providers))
            answers += [pack.call("Analyze", request.SerializeToString()) for pack in self._packs]
        # The engine sends outputs here; nothing of them may count.
        outputs = [
            messages.AnalyzerResource(urn=row.urn, type=row.type, name=row.name, provider=_provider(row, providers), propertyDependencies=_links(row))
            for row in merged.rows
        ]
        whole = messages.AnalyzeStackRequest(resources=outputs).SerializeToString()
        answers += [pack.call("AnalyzeStack", whole) for pack in self._packs]
        return {
            (one.policyName, one.urn, one.message, messages.EnforcementLevel.Name(one.enforcementLevel).lower())
            for body in answers
            for one in messages.AnalyzeResponse.FromString(body).diagnostics
        }


def _struct(inputs: Mapping[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(valued(inputs, SENTINEL))
    return made


def _provider(row: Row, rows: Mapping[str, Row]) -> messages.AnalyzerProviderResource | None:
    if not row.provider:
        return None
    one = rows[row.provider]
    return messages.AnalyzerProviderResource(type=one.type, urn=one.urn, name=one.name, properties=_struct(one.inputs))


def _links(row: Row) -> dict[str, messages.AnalyzerPropertyDependencies]:
    return {name: messages.AnalyzerPropertyDependencies(urns=found) for name, found in row.links.items()}
