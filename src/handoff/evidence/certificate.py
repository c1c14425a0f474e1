"""Builds a certificate's bundle out of an engagement's records. Whatever the records do not show, the certificate does not say."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from handoff import canonical
from handoff.errors import EstateMoved, EvidenceInvalid, MachineError, UsageError
from handoff.evidence import bundle as files
from handoff.evidence import ledger, readable, signing
from handoff.evidence.bundle import Bundle
from handoff.evidence.facts import gather, read_sweep
from handoff.evidence.statement import Material, derive, run_of, statement, sweeps_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from handoff.evidence.state import StateFolder
    from handoff.spec import Engagement


def build(state: StateFolder, engagement: Engagement, spec: bytes, run: str | None, out: Path) -> tuple[Bundle, dict[str, Any]]:
    """Write the bundle of a run to `out` and record it; returns it with its predicate. Raises UsageError, EstateMoved, EvidenceInvalid, MachineError."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise MachineError(f"{out} is there already", hint="A certificate is not written over. Name another folder.")
    with state.open_ledger() as records:
        plan_digest = _plan_of(records, run)
    partial = out.with_name(f"{out.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        made = Bundle(path=partial)
        predicate = _fill(made, state, engagement, spec, plan_digest)
        if out.exists():
            out.rmdir()
        partial.rename(out)
    except OSError as error:
        raise MachineError(f"{out}: the certificate cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    finished = Bundle(path=out)
    body = {"plan": plan_digest, "verdict": predicate["verdict"], "statement": f"sha256:{canonical.sha256(finished.read(files.STATEMENT))}"}
    with state.open_ledger() as records:
        records.append("certificate.made", body, run=run_of(plan_digest))
    return finished, predicate


def _plan_of(records: ledger.Ledger, run: str | None) -> str:
    """Digest of the plan of a run, or of the newest plan that was applied, else made."""
    found = {"plan.made": "", "apply.started": ""}
    for entry in records:
        if entry.type in found and run in {None, entry.run}:
            found[entry.type] = str(entry.body["plan"])
    digest = found["apply.started"] or found["plan.made"]
    if not digest:
        raise UsageError(
            f"the ledger knows no plan{f' of {run}' if run else ''}",
            hint="Run `handoff plan`, `handoff apply` and `handoff prove` first; `handoff apply` tells the id of its run.",
        )
    return digest


def _fill(made: Bundle, state: StateFolder, engagement: Engagement, spec: bytes, plan_digest: str) -> dict[str, Any]:
    plan_bytes = state.read_artefact(state.plan(plan_digest))
    plan: dict[str, Any] = json.loads(plan_bytes)
    if plan["spec"] != f"sha256:{canonical.sha256(spec)}":
        raise EstateMoved("the spec was changed after the plan was made", hint="Certify with the spec that the plan was made for; it is part of the evidence.")
    _write(made, files.SPEC, spec)
    _write(made, files.PLAN, plan_bytes)
    _write(made, files.LEDGER, state.ledger.read_bytes())
    facts = gather(ledger.read(made.path / files.LEDGER), run=run_of(plan_digest), plan=plan_digest)
    for digest in sweeps_of(plan, facts):
        _write(made, made.sweep(digest), state.read_artefact(state.sweep(digest)))
    for body in facts.returned.values():
        for tag_file in sorted((state.path / "bags" / str(body["tagmanifest"]).removeprefix("sha256:")).iterdir()):
            _write(made, f"bags/{body['bag']}/{tag_file.name}", tag_file.read_bytes())
    if facts.documents is not None:
        _write(made, "documents/manifest.json", (state.path / "documents" / f"{str(facts.documents['manifest']).removeprefix('sha256:')}.json").read_bytes())
    predicate = derive_from(made, declared(engagement))
    _write(made, "certificate.md", readable.certificate(predicate))
    _write(made, "VERIFY.md", readable.INSTRUCTIONS)
    payload = statement(made.subjects(), predicate)
    _write(made, files.STATEMENT, payload)
    _write(made, files.ENVELOPE, signing.sealed(payload))
    return predicate


def derive_from(made: Bundle, said: Mapping[str, Any]) -> dict[str, Any]:
    """The predicate that the files of a bundle come down to. Raises EvidenceInvalid, or KeyError, TypeError, ValueError for files that are not what they should be."""
    plan_bytes = made.read(files.PLAN)
    path = made.path / files.LEDGER
    made.read(files.LEDGER)
    return derive(
        Material(
            declared=said,
            plan=json.loads(plan_bytes),
            plan_digest=f"sha256:{canonical.sha256(plan_bytes)}",
            entries=ledger.read(path),
            ledger=ledger.verify(path),
            sweep=lambda digest: read_sweep(_held(made, digest)),
        )
    )


def _held(made: Bundle, digest: str) -> bytes:
    name = made.sweep(digest)
    data = made.read(name)
    if f"sha256:{canonical.sha256(data)}" != digest:
        raise EvidenceInvalid(f"{made.path / name}: its content is not what its name says: it was changed")
    return data


def declared(engagement: Engagement) -> dict[str, Any]:
    """What the statement takes over from the spec."""
    parties = engagement.parties
    return {
        "engagement": {"name": engagement.metadata.name, "id": engagement.metadata.id, "revision": engagement.metadata.revision},
        "parties": {"client": parties.client.name, "provider": parties.provider.name, "incoming": parties.incoming.name if parties.incoming else None},
        "clouds": list(engagement.clouds),
        "approvals": sorted(engagement.exit.approvals.apply),
        "regulations": sorted(engagement.exit.regulations),
        "term": {"start": engagement.term.start.isoformat(), "end": engagement.term.end.isoformat()},
    }


def _write(made: Bundle, name: str, data: bytes) -> None:
    path = made.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
