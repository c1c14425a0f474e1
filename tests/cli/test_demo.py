"""`handoff demo` as a user runs it: interrupted once, then whole, into a folder of the test's own."""

from __future__ import annotations

import configparser
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bagit
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = [
    "The engagement",
    "Three clouds on this machine",
    "Onboarding",
    "A bad change is blocked",
    "The provider at work",
    "Hidden ways in",
    "Canaries",
    "Discover",
    "Plan",
    "Apply",
    "Prove",
    "Data goes home",
    "Knowledge goes along",
    "The certificate",
    "A tampered copy",
]
LONGEST_S = 500
SECRET_FIELDS = {"secret_access_key", "session_token", "client_secret", "token", "key", "subject_token", "private_key", "info"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Folders of this module's demonstrations: the lab's lies outside the output."""

    out: Path
    lab: Path

    @property
    def demo_lab(self) -> Path:
        """Where the demonstration keeps its own lab."""
        return self.lab.with_name(f"{self.lab.name}-demo")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "handoff", *words]

    def env(self, lab: Path | None = None) -> dict[str, str]:
        return {**os.environ, "HANDOFF_LAB_DIR": str(lab or self.lab)}

    def handoff(self, *words: str, lab: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*words), cwd=ROOT, env=self.env(lab), capture_output=True, text=True, check=False, timeout=LONGEST_S)

    def processes(self) -> dict[int, str]:
        """Every process that names the lab's folder in its environment or on its command line, our own tests' aside."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal() or int(entry.name) == os.getpid():
                continue
            try:
                line, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(self.lab).encode() in line + environment:
                found[int(entry.name)] = line.replace(b"\0", b" ").decode(errors="replace").strip()
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One whole demonstration."""

    ground: Ground
    done: subprocess.CompletedProcess[str]
    secrets: Mapping[str, str]
    """Every secret value that its lab held, by where it was."""
    logins: str
    """The lab's own file of logins, which does hold them."""
    running: Mapping[int, str]
    """What ran before the lab went down."""

    def story(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.ground.out / "story.json").read_text(encoding="utf-8"))
        return found

    def keys(self) -> list[str]:
        return [word for party in ("client", "provider") for word in ("--key", f"{party}={self.ground.out / 'keys' / f'{party}.pub'}")]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("demo")
    made = Ground(out=folder / "out", lab=folder / "lab")
    try:
        yield made
    finally:
        made.handoff("lab", "down", lab=made.demo_lab)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A demonstration that somebody stopped while it provisioned."""

    exit_code: int
    stdout: str
    stderr: str
    running: Mapping[int, str]
    """What ran just before."""


@pytest.fixture(scope="module")
def stopped(ground: Ground) -> Stopped:
    """Ctrl-C, which a terminal gives to the whole foreground group, once the engine is at work."""
    child = subprocess.Popen(
        ground.command("demo", "--out", str(ground.out)),
        cwd=ROOT,
        env=ground.env(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + LONGEST_S
        while not any(" up --yes" in line for line in ground.processes().values()):
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.2)
        time.sleep(4)
        running = ground.processes()
        os.killpg(child.pid, signal.SIGINT)
        stdout, stderr = child.communicate(timeout=60)
    finally:
        child.kill()
        child.wait()
    return Stopped(exit_code=child.returncode, stdout=stdout, stderr=stderr, running=running)


@pytest.fixture(scope="module")
def played(ground: Ground, stopped: Stopped) -> Played:
    """A whole demonstration over what the stopped one left; its lab is kept up until its secrets are known."""
    done = ground.handoff("demo", "--out", str(ground.out), "--keep-lab", "--json")
    logins = ground.demo_lab / "logins.json"
    secrets = dict(_secrets(ground.demo_lab)) if logins.exists() else {}
    text = logins.read_text(encoding="utf-8") if logins.exists() else ""
    running = ground.processes()
    down = ground.handoff("lab", "down", lab=ground.demo_lab)
    assert done.returncode == 0, done.stderr
    assert down.returncode == 0, down.stderr
    return Played(ground=ground, done=done, secrets=secrets, logins=text, running=running)


def _secrets(lab: Path) -> Iterator[tuple[str, str]]:
    """Every secret value in the lab's files: logins, canaries, key files, profiles, private keys, the stand-ins' root secrets."""
    for path in (lab / "logins.json", *sorted((lab / "credentials").iterdir()), *sorted((lab / "data").rglob("root.secret"))):
        name, text = path.relative_to(lab).as_posix(), path.read_text(encoding="utf-8")
        if name.endswith("state.json"):
            continue  # the engine's, its secrets are ciphertext
        if text.lstrip().startswith("{"):
            for where, value in _leaves(json.loads(text), name):
                yield from _parts(where, value)
        elif "-----BEGIN" in text:
            if "PRIVATE KEY" in text:
                yield from _parts(name, text)
        elif name.endswith("aws-credentials"):
            profiles = configparser.RawConfigParser()
            profiles.read_string(text)
            yield from ((f"{name}: {profile}", profiles[profile]["aws_secret_access_key"]) for profile in profiles.sections())
        elif name.endswith(".secret"):
            yield name, text.strip()


def _leaves(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and name in SECRET_FIELDS:
                yield f"{where}.{name}", inner
            else:
                yield from _leaves(inner, f"{where}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{where}[{number}]")


def _parts(where: str, value: str) -> Iterator[tuple[str, str]]:
    """A private key counts line by line, so that a re-wrapped or JSON-escaped copy is seen too."""
    if "PRIVATE KEY" in value:
        lines = [line for line in value.replace("\\n", "\n").splitlines() if len(line) >= 40 and not line.startswith("-----")]
        yield from ((f"{where}, line {number}", line) for number, line in enumerate(lines))
    else:
        yield where, value


def _found(secrets: Mapping[str, str], content: bytes) -> set[str]:
    return {where for where, value in secrets.items() if value.encode() in content}


def _leaks(secrets: Mapping[str, str], folder: Path) -> set[tuple[str, str]]:
    """Which secret lies in which file below this folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {(path.relative_to(folder).as_posix(), where) for path in files for where in _found(secrets, path.read_bytes())}


def test_ctrl_c_while_it_provisions_ends_with_130_and_one_message(stopped: Stopped) -> None:
    assert stopped.exit_code == 130
    assert stopped.stdout.count("Onboarding") == 1
    assert stopped.stderr.splitlines()[0] == "handoff: Interrupted."
    assert len(stopped.stderr.splitlines()) == 2, stopped.stderr  # and what to do next: no traceback


def test_ctrl_c_leaves_no_process(stopped: Stopped, ground: Ground) -> None:
    assert any("handoff.lab.provider" in line for line in stopped.running.values()), stopped.running
    assert any(" up --yes" in line for line in stopped.running.values())
    for _ in range(50):  # the engine's helpers notice within a second or two that it has gone
        if not set(stopped.running) & set(ground.processes()):
            break
        time.sleep(0.2)
    left = ground.processes()
    assert not {pid: line for pid, line in stopped.running.items() if pid in left}


def test_it_tells_json_lines_that_end_in_a_summary(played: Played) -> None:
    lines = [json.loads(line) for line in played.done.stdout.splitlines()]
    assert {line["schema_version"] for line in lines} == {1}
    assert [line["title"] for line in lines[:-1] if line["type"] == "step"] == CHAPTERS
    assert lines[-1]["type"] == "summary"
    assert lines[-1]["exit_code"] == 0
    assert Path(lines[-1]["index"]) == played.ground.out / "index.html"


def test_the_page_is_there_and_tells_every_chapter(played: Played) -> None:
    page = (played.ground.out / "index.html").read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert [title for title in CHAPTERS if title not in page] == []


def test_the_story_has_every_chapter_and_every_command_ended_as_it_must(played: Played) -> None:
    steps = played.story()["steps"]
    assert [step["title"] for step in steps] == CHAPTERS
    refused = {step["title"]: [one["exit_code"] for one in step["commands"] if one["exit_code"]] for step in steps}
    assert [title for title, codes in refused.items() if codes] == ["A bad change is blocked", "A tampered copy"]
    assert refused["A tampered copy"] == [5]


def test_three_clouds_were_provisioned_and_worked_in(played: Played) -> None:
    story = played.story()
    assert story["made"] >= 150
    assert len(story["stores"]) == 3
    assert {one["cloud"] for one in story["hidden"]} == {"aws", "azure", "gcp"}
    facts = {step["title"]: " ".join(step["facts"]) for step in story["steps"]}
    assert all(f"{cloud}:" in facts["The provider at work"] for cloud in ("aws", "azure", "gcp"))


def test_the_ways_in_that_were_opened_by_hand_are_found_and_the_providers(played: Played) -> None:
    paths = played.story()["paths_before"]
    theirs = {(one["kind"], one["holder"]) for one in paths if one["party"] == "provider"}
    assert any(kind == "aws.iam_access_key" and holder.endswith(":user/svc-archive") for kind, holder in theirs)
    assert any(kind == "aws.login_profile" for kind, _ in theirs)
    assert any(kind == "aws.s3_bucket_policy" for kind, _ in theirs)
    assert any(kind == "azure.app_credential" for kind, _ in theirs)
    assert any(kind == "azure.role_assignment" for kind, _ in theirs)
    assert any(kind == "azure.storage_account_key" for kind, _ in theirs)
    assert any(kind == "gcp.project_iam_binding" and "eve@nimbus.example" in holder for kind, holder in theirs)
    assert any(one["party"] == "client" for one in paths)
    assert {one["read"] for one in played.story()["coverage"]} == {"complete"}


def test_every_way_in_is_proven_dead_and_canaries_were_tried(played: Played) -> None:
    story = played.story()
    proofs = story["proofs"]
    assert len(proofs) == story["targets"] > 30
    assert [one for one in proofs if one["proof"] != "proven"] == []
    assert {one["kind"].partition(".")[0] for one in proofs} == {"aws", "azure", "gcp"}
    assert any("canary attempt(s) with a positive control" in one["method"] for one in proofs)


def test_every_canary_was_refused_beside_a_credential_of_the_clients_that_worked(played: Played) -> None:
    entries = [json.loads(line) for line in (played.ground.out / "evidence" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]
    trials = [trial for entry in entries if entry["type"] == "proof" for trial in entry["body"]["trials"]]
    trials += [entry["body"] for entry in entries if entry["type"] == "canary.control"]
    assert len(trials) == played.story()["canaries"] >= 8
    assert [one for one in trials if one["tried"]["outcome"] != "refused"] == []
    assert [one for one in trials if one["control"]["outcome"] != "worked"] == []
    assert all(one["worked_at"] < one["tried"]["at"] for one in trials)
    assert {"aws-keys", "azure-secret", "azure-bearer", "azure-shared-key", "gcp-key"} <= {one["form"] for one in trials}


def test_the_certificate_verifies_and_says_proven(played: Played) -> None:
    done = played.ground.handoff("verify", str(played.ground.out / "evidence"), *played.keys())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "It says: exit proven" in done.stdout


def test_a_copy_that_somebody_changed_is_refused(played: Played, tmp_path: Path) -> None:
    assert played.ground.handoff("verify", str(played.ground.out / "tampered"), *played.keys()).returncode == 5
    copy = tmp_path / "copy"
    shutil.copytree(played.ground.out / "evidence", copy)
    assert played.ground.handoff("verify", str(copy), *played.keys()).returncode == 0
    ledger = copy / "ledger.jsonl"
    ledger.chmod(0o600)
    lines = ledger.read_text(encoding="utf-8").splitlines(keepends=True)
    ledger.write_text("".join(lines[:5] + lines[6:]), encoding="utf-8")
    done = played.ground.handoff("verify", str(copy), *played.keys())
    assert done.returncode == 5
    assert "ledger" in done.stdout + done.stderr


def test_every_bag_is_valid_for_an_independent_reader(played: Played, tmp_path: Path) -> None:
    bags = sorted(path.parent for path in (played.ground.out / "bags").rglob("bagit.txt"))
    assert len(bags) == 3
    for bag in bags:
        assert bagit.Bag(str(bag)).validate()
        copy = tmp_path / bag.name
        shutil.copytree(bag, copy)
        payload = next(path for path in (copy / "data").rglob("*.json"))
        payload.chmod(0o600)
        payload.write_bytes(payload.read_bytes().replace(b"patient", b"pAtient", 1))
        with pytest.raises(bagit.BagValidationError):
            bagit.Bag(str(copy)).validate()


def test_no_secret_of_the_lab_reaches_the_output(played: Played, tmp_path: Path) -> None:
    sources = {where.partition(".json")[0].partition(":")[0].partition(",")[0] for where in played.secrets}
    assert {"logins", "credentials/canaries", "credentials/provider-logins", "credentials/aws-credentials", "credentials/client.pem"} <= sources
    assert {where: len(value) for where, value in played.secrets.items() if len(value) < 16} == {}
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "planted.json").write_text(played.logins, encoding="utf-8")
    planted = {where for _, where in _leaks(played.secrets, tmp_path)}
    assert planted >= {where for where in played.secrets if where.startswith("logins.json")} > set()
    assert _leaks(played.secrets, played.ground.out) == set()
    assert _found(played.secrets, (played.done.stdout + played.done.stderr).encode()) == set()


def test_nothing_of_the_lab_is_left_running(played: Played) -> None:
    assert len(played.running) >= 6
    assert played.ground.processes() == {}
    assert not (played.ground.demo_lab / "logins.json").exists()
    assert not any(path.is_file() for path in (played.ground.demo_lab / "credentials").rglob("*"))


def test_a_folder_of_somebody_elses_is_left_alone(ground: Ground, tmp_path: Path) -> None:
    foreign = tmp_path / "papers"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("years of work\n", encoding="utf-8")
    done = ground.handoff("demo", "--out", str(foreign))
    assert done.returncode == 2
    assert "papers" in done.stderr
    assert "--out" in done.stderr
    assert [path.name for path in foreign.iterdir()] == ["thesis.txt"]
    assert (foreign / "thesis.txt").read_text(encoding="utf-8") == "years of work\n"


def test_forty_ways_in_on_aws_came_with_what_is_refused_now_while_the_others_go_on(played: Played) -> None:
    story = played.story()
    doors = [one for one in story["hidden"] if one["cloud"] == "aws"]
    assert len(doors) >= 40
    assert len({one["kind"] for one in doors}) >= 25
    theirs = {name for one in doors for name in one["tries"]}
    before, after = story["tries"]["before"], story["tries"]["after"]
    assert set(before.values()) == {"worked"}
    assert {after[name] for name in theirs} == {"refused"}
    assert {outcome for name, outcome in after.items() if name not in theirs} == {"worked"}
