"""The records of one small exit, written down with the engine's own values, and what can go wrong in them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handoff import canonical
from handoff import spec as specs
from handoff.engine.attribute import Attribution
from handoff.engine.plan import Action, Found, Plan, Target
from handoff.engine.prove import Evidence, Trial, judge
from handoff.evidence import certificate, signing, verify
from handoff.evidence.bundle import Bundle
from handoff.evidence.signing import PublicKey
from handoff.evidence.state import StateFolder
from handoff.model import AccessPath, Attempt, Coverage, KindId, Outcome, Party, Read, Receipt, Scope, ScopeType, Verb, Verdict
from handoff.runs import discovering, planning, proving

SPEC = Path(__file__).parents[2] / "engagements/harbor-books.yaml"
SCOPE = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")
KIND = KindId("aws.iam_access_key")
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SETTLE_S = 2.0


def path_of(id_: str, kind: str = KIND) -> AccessPath:
    return AccessPath(kind=KindId(kind), id=id_, scope=SCOPE, holder=f"arn:aws:iam::111111111111:user/{id_}", allows="signs requests | as the user")


def attempt(outcome: Outcome, at: datetime, code: str = "ok") -> Attempt:
    return Attempt(outcome=outcome, op="sts:GetCallerIdentity", code=code, at=at)


@dataclass(slots=True, kw_only=True)
class Story:
    """What happens in one exit; tests change a field and see what the certificate says."""

    state: StateFolder
    before: tuple[tuple[str, Party], ...] = (("AKIAOPS", Party.PROVIDER), ("AKIAHIDDEN", Party.PROVIDER), ("AKIACLIENT", Party.CLIENT))
    after: tuple[tuple[str, Party], ...] = (("AKIACLIENT", Party.CLIENT),)
    read_after: Read = Read.COMPLETE
    probe: Verdict = Verdict.GONE
    canary: Outcome = Outcome.REFUSED
    control: Outcome | None = Outcome.WORKED
    own: tuple[str, ...] = ()
    not_done: tuple[str, ...] = ()
    rolled_back: tuple[str, ...] = ()
    later: tuple[tuple[str, Party], ...] | None = None
    loose: tuple[str, ...] = ()
    probed_after_s: float = 5.0
    lie: dict[str, Any] = field(default_factory=dict)
    """Fields of proof entries that a forger sets."""
    now: datetime = START

    def tick(self, seconds: float = 1.0) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def sweep(self, ledger: Any, paths: tuple[tuple[str, Party], ...], read: Read, run: str) -> str:
        ledger.append("sweep.started", {"engagement": "harbor-books", "scopes": [str(SCOPE)], "endpoints": ["http://127.0.0.1:4566"], "lab": True}, run=run)
        found = [Found(path=path_of(id_), attribution=Attribution(party=party, why="told")) for id_, party in sorted(paths)]
        coverage = [Coverage(kind=KIND, scope=SCOPE, read=read, found=len(found), reason=None if read is Read.COMPLETE else "AccessDenied iam:ListAccessKeys")]
        lines = [*map(discovering.path_line, found), *map(discovering.coverage_line, coverage)]
        record = b"".join(canonical.encode(line) + b"\n" for line in lines)
        digest = f"sha256:{self.state.write_sweep(record)}"
        ledger.append("sweep.finished", {"sweep": digest, "paths": {}, "coverage": 1, "incomplete": []}, run=run)
        return digest

    def tell(self) -> str:
        """Write it all down; returns the run's id."""
        with self.state.open_ledger(clock=self.tick) as ledger:
            plan = self._plan(self.sweep(ledger, self.before, Read.COMPLETE, ""))
            digest = f"sha256:{self.state.write_plan(plan.document())}"
            run = planning.run_of(digest)
            ledger.append("plan.made", {"plan": digest, "sweep": plan.sweep}, run=run)
            ledger.append("approval", {"party": "client", "by": "Ada", "plan": digest}, run=run)
            ledger.append("apply.started", {"plan": digest}, run=run)
            for action in plan.actions:
                self._act(ledger, action, run)
            cut = self.now
            self.tick(self.probed_after_s)
            after = self.sweep(ledger, self.after, self.read_after, run)
            for target in plan.targets:
                if not target.own:
                    ledger.append("proof", self._proof(target.path, cut), run=run)
            ledger.append("proof.finished", {"paths": len(plan.targets), "open": 0, "loose_canaries": list(self.loose), "sweep": after}, run=run)
            for name in self.rolled_back:
                ledger.append("rollback.intent", {"action": name, "path": ""}, run=run)
            if self.later is not None:
                self.sweep(ledger, self.later, Read.COMPLETE, "")
        return run

    def _plan(self, sweep: str) -> Plan:
        theirs = [path_of(id_) for id_, party in sorted(self.before) if party is Party.PROVIDER]
        targets = tuple(Target(path=one, party=Party.PROVIDER, why="named", image="sha256:0", own=one.id in self.own) for one in theirs)
        steps = [(one, verb) for verb in (Verb.DISABLE, Verb.DELETE) for one in theirs if one.id not in self.own]
        actions = tuple(
            Action(
                id=f"a{number:05d}", path=one.key, kind=one.kind, verb=verb, phase=5, reversible=verb is Verb.DISABLE, effect=f"{verb} it", settle_s=SETTLE_S
            )
            for number, (one, verb) in enumerate(steps, start=1)
        )
        digest = hashlib.sha256(SPEC.read_bytes()).hexdigest()
        return Plan(
            engagement="harbor-books",
            spec=f"sha256:{digest}",
            spec_file="engagements/harbor-books.yaml",
            sweep=sweep,
            made_at=self.tick(),
            operator={"aws": "arn:aws:iam::111111111111:user/acme-admin"},
            endpoints=("http://127.0.0.1:4566",),
            lab=True,
            soak_s=2.0,
            coverage_complete=True,
            administrators=(),
            targets=targets,
            actions=actions,
            kept={"client": 1},
        )

    def _act(self, ledger: Any, action: Action, run: str) -> None:
        if action.id in self.not_done:
            return
        ledger.append(
            "action.intent",
            {
                "action": action.id,
                "path": action.path,
                "kind": action.kind,
                "verb": action.verb.value,
                "before": {"Status": "Active"},
                "cut_at": canonical.rfc3339(self.now),
            },
            run=run,
        )
        receipt = Receipt(op="iam:UpdateAccessKey", request_id=f"req-{action.id}", applied=True)
        done = {"action": action.id, "path": action.path, "receipts": [receipt], "after": "sha256:1", "resumed": False, "already_gone": False}
        ledger.append("action.done", discovering.plain_body(done), run=run)

    def _proof(self, path: AccessPath, cut: datetime) -> dict[str, Any]:
        trials: tuple[Trial, ...] = ()
        if path.id == "AKIAOPS":
            control = None if self.control is None else attempt(self.control, self.now)
            trials = (
                Trial(canary="nimbus-ops", form="aws-keys", worked_at=START, tried=attempt(self.canary, self.now, "InvalidClientTokenId"), control=control),
            )
        evidence = Evidence(
            path=path,
            cut_at=cut,
            not_before=cut + timedelta(seconds=SETTLE_S),
            gathered_at=self.now,
            still_listed=path.id in dict(self.after),
            coverage=Coverage(kind=KIND, scope=SCOPE, read=self.read_after, found=0),
            probe=self.probe,
            trials=trials,
        )
        return {**discovering.plain_body(proving._record(evidence, judge(evidence))), **self.lie}


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    monkeypatch.setenv("HANDOFF_STATE", str(tmp_path / "state"))
    return StateFolder.of(specs.load(SPEC).engagement.metadata.name)


@pytest.fixture
def told(state: StateFolder) -> Callable[..., str]:
    """Tells the story with some fields changed; gives the run's id."""

    def tell(**changes: Any) -> str:
        return replace(Story(state=state), **changes).tell()

    return tell


@pytest.fixture
def spec_path() -> Path:
    return SPEC


@pytest.fixture
def certify(state: StateFolder, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Builds the certificate in `tmp_path/evidence`; gives its predicate."""

    def build(run: str | None = None, name: str = "evidence") -> dict[str, Any]:
        return certificate.build(state, specs.load(SPEC).engagement, SPEC.read_bytes(), run, tmp_path / name)[1]

    return build


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, PublicKey]:
    """A key pair of each party, as `PARTY.key` and `PARTY.key.pub`."""
    return {party: signing.new_key(tmp_path / f"{party}.key") for party in signing.PARTIES}


@pytest.fixture
def signed(told: Callable[..., str], certify: Callable[..., dict[str, Any]], keys: dict[str, PublicKey], tmp_path: Path) -> Bundle:
    """A bundle of a proven exit, signed by both parties."""
    told()
    certify()
    made = Bundle.at(tmp_path / "evidence")
    for party in keys:
        verify.sign(made, signing.read_private(tmp_path / f"{party}.key"), party)
    return made
