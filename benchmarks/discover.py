"""Discovery on an estate of 2,000 principals and 400 resources with 230 grants to outsiders, beside a bare script and, where they are installed, others.

    benchmarks/discover.py [--runs 3] [--scale 1] [--delay-ms 0 30] [--ten]
    C7N=/path/to/custodian PROWLER=/path/to/prowler benchmarks/discover.py

It makes an emulator of its own (ministack with signatures and policies checked) and seeds it; with `--ten` also one with ten times as much.
Prints one JSON object. Calls are counted on the emulator's side.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _aws_estate as estate
import _measure as measure

HERE = Path(__file__).resolve().parent
_LOOK_S = 0.02
_FOREIGN = ("provider", "third-party")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One process, to its end."""

    seconds: float
    cpu_s: float
    rss_mb: float
    calls: Mapping[str, int]
    output: Path


class Ground:
    """An emulator with an estate, and a folder for what runs against it."""

    def __init__(self, folder: Path, url: str, seeded: estate.Estate) -> None:
        self.folder, self.url, self.seeded = folder, url, seeded
        estate.engagement(folder / "bench.yaml")

    def env(self, url: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HANDOFF_LA", "HANDOFF_STATE", "HANDOFF_LOGINS"))}
        return kept | {
            "AWS_ACCESS_KEY_ID": self.seeded.key_id,
            "AWS_SECRET_ACCESS_KEY": self.seeded.secret,
            "AWS_REGION": estate.REGION,
            "AWS_DEFAULT_REGION": estate.REGION,
            "AWS_ENDPOINT_URL": url,
            "HANDOFF_STATE": str(self.folder / "state"),
        }

    def calls(self) -> dict[str, int]:
        with urllib.request.urlopen(f"{self.url}/_bench/calls") as answer:  # noqa: S310 - our own emulator
            told: dict[str, int] = json.load(answer)
            return told

    def run(self, argv: Sequence[str | Path], url: str, *, expect: Sequence[int] = (0,)) -> Ran:
        self.calls()
        output = self.folder / "output"
        started = time.perf_counter()
        with output.open("wb") as stdout, (self.folder / "errors").open("wb") as stderr:
            process = subprocess.Popen(argv, stdout=stdout, stderr=stderr, env=self.env(url), cwd=self.folder)
            status, used, peak_kb = _ended(process.pid)
        took = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in expect:
            sys.exit(f"{argv} ended with {process.returncode}:\n{(self.folder / 'errors').read_text()[-3000:]}")
        return Ran(seconds=took, cpu_s=used.ru_utime + used.ru_stime, rss_mb=peak_kb / 1024, calls=self.calls(), output=output)

    def handoff(self, url: str) -> tuple[Ran, dict[str, int]]:
        kinds = [word for kind in estate.KINDS for word in ("--kind", kind)]
        ran = self.run((measure.HANDOFF, "discover", "bench.yaml", "--json", *kinds), url)
        return ran, self.recall(ran.output)

    def recall(self, output: Path) -> dict[str, int]:
        """How many of the seeded grants were found with a party, and what was said beyond them."""
        lines = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
        foreign = {(line["kind"], line["id"], line["holder"]): json.dumps(line) for line in lines if line["type"] == "path" and line["party"] in _FOREIGN}
        by_kind: dict[str, list[tuple[str, str]]] = {}
        for (kind, _, holder), text in foreign.items():
            by_kind.setdefault(kind, []).append((holder, text))
        found = sum(any(grant.account in holder and grant.object in text for holder, text in by_kind.get(grant.kind, ())) for grant in self.seeded.grants)
        keys = sum(line["type"] == "path" and line["kind"] == "aws.iam_access_key" for line in lines)
        return {"found": found, "of": len(self.seeded.grants), "beyond": len(foreign) - found, "keys": keys, "keys_of": self.seeded.keys}

    def bare(self, url: str, threads: int) -> tuple[Ran, dict[str, int]]:
        ran = self.run((sys.executable, HERE / "_bare.py", url, self.seeded.key_id, self.seeded.secret, str(threads)), url)
        told: dict[str, int] = json.loads(ran.output.read_text())
        return ran, told

    def custodian(self, url: str, command: str) -> tuple[Ran, dict[str, int]]:
        out = self.folder / "c7n"
        kinds = {"aws.iam-role": "", "aws.s3": "", "aws.kms-key": "", "aws.sqs": "", "aws.sns": "", "aws.secrets-manager": ""}
        policies: list[dict[str, Any]] = [
            {"name": f"p{number}", "resource": kind, "filters": [{"type": "cross-account", "whitelist": [estate.ACCOUNT]}]} for number, kind in enumerate(kinds)
        ]
        policies.append({"name": "keys", "resource": "aws.iam-user", "filters": [{"type": "access-key"}]})
        (self.folder / "c7n.json").write_text(json.dumps({"policies": policies}))
        ran = self.run((command, "run", "--cache-period", "0", "-r", estate.REGION, "-s", str(out), "c7n.json"), url)
        found = sum(len(json.loads((out / f"p{number}" / "resources.json").read_text())) for number in range(len(kinds)))
        return ran, {"found": found}

    def prowler(self, url: str, command: str) -> tuple[Ran, dict[str, int]]:
        services = ("iam", "s3", "kms", "sqs", "sns", "secretsmanager")
        out = self.folder / "prowler"
        ran = self.run((command, "aws", "--services", *services, "-M", "json-ocsf", "-o", str(out), "-f", estate.REGION), url, expect=(0, 3))
        findings = [one for file in out.glob("*.json") for one in json.loads(file.read_text())]
        return ran, {"found": sum("cross_account" in one["metadata"]["event_code"] and one["status_code"] == "FAIL" for one in findings)}


@contextmanager
def ground(scale: int) -> Iterator[Ground]:
    """An emulator, seeded, ended at the end."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as free:
        folder = Path(name)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        env = {
            **os.environ,
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "MINISTACK_ACCOUNT_ID": estate.ACCOUNT,
            "MINISTACK_HOST": "127.0.0.1",
            "TMPDIR": name,
            "LOG_LEVEL": "WARNING",
        }
        with (folder / "emulator.log").open("wb") as log:
            process = subprocess.Popen((sys.executable, "-P", HERE / "_emulator.py"), env=env, stdout=log, stderr=log)
            try:
                _wait_for(port)
                url = f"http://127.0.0.1:{port}"
                yield Ground(folder, url, estate.Seeder(url, scale).run())
            finally:
                process.terminate()
                process.wait()


@contextmanager
def delayed(url: str, delay_ms: int) -> Iterator[str]:
    """The same address with every message to it handed on later."""
    if not delay_ms:
        yield url
        return
    target = re.search(r":(\d+)$", url)
    assert target
    process = subprocess.Popen((sys.executable, HERE / "_delay.py", target[1], str(delay_ms / 1000)), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def _ended(pid: int) -> tuple[int, resource.struct_rusage, int]:
    """How a process ended, what it used, and its peak of resident memory: its own high-water mark, for `ru_maxrss` begins at that of whoever started it."""
    peak_kb = 0
    while True:
        try:
            told = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
            peak_kb = max(peak_kb, *(int(kb) for kb in re.findall(r"VmHWM:\s+(\d+)", told)), 0)
        except OSError:
            pass
        done, status, used = os.wait4(pid, os.WNOHANG)
        if done:
            return status, used, peak_kb
        time.sleep(_LOOK_S)


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("the emulator does not start")


def compare(on: Ground, delay_ms: int, runs: int) -> dict[str, object]:
    """Each in turn, so that the machine's moods meet all of them."""
    with delayed(on.url, delay_ms) as url:
        takes = {"handoff": lambda: on.handoff(url), "bare, 16 threads": lambda: on.bare(url, 16), "bare, 64 threads": lambda: on.bare(url, 64)}
        rounds: dict[str, list[tuple[Ran, dict[str, int]]]] = {name: [] for name in takes}
        for _ in range(runs):
            for name, take in takes.items():
                rounds[name].append(take())
        if command := os.environ.get("C7N"):
            rounds["Cloud Custodian"] = [on.custodian(url, command)]
        if command := os.environ.get("PROWLER"):
            rounds["Prowler"] = [on.prowler(url, command)]
    rows = {name: _row(seen) for name, seen in rounds.items()}
    took = {name: statistics.median(ran.seconds for ran, _ in seen) for name, seen in rounds.items()}
    ratios = {f"handoff / {name}": round(took["handoff"] / value, 2) for name, value in took.items() if name != "handoff"}
    return {"delay_ms": delay_ms, "rows": rows, "ratios": ratios}


def _row(seen: Sequence[tuple[Ran, dict[str, int]]]) -> dict[str, object]:
    last, found = seen[-1]
    return {
        "seconds": [round(ran.seconds, 2) for ran, _ in seen],
        "cpu_s": round(statistics.median(ran.cpu_s for ran, _ in seen), 2),
        "peak_rss_mb": round(max(ran.rss_mb for ran, _ in seen)),
        "calls": sum(last.calls.values()),
        "calls_by_service": dict(sorted(last.calls.items())),
        **found,
    }


def _both(on: Ground, runs: int) -> dict[str, list[tuple[Ran, dict[str, int]]]]:
    """The bare script grows with the emulator, so it tells how much of the growth is not ours."""
    seen: dict[str, list[tuple[Ran, dict[str, int]]]] = {"handoff": [], "bare, 64 threads": []}
    for _ in range(runs):
        seen["handoff"].append(on.handoff(on.url))
        seen["bare, 64 threads"].append(on.bare(on.url, 64))
    return seen


def _grown(small: Mapping[str, list[tuple[Ran, dict[str, int]]]], large: Mapping[str, list[tuple[Ran, dict[str, int]]]]) -> dict[str, object]:
    told: dict[str, object] = {}
    for name in small:
        one, ten = (statistics.median(ran.seconds for ran, _ in seen[name]) for seen in (small, large))
        one_cpu, ten_cpu = (statistics.median(ran.cpu_s for ran, _ in seen[name]) for seen in (small, large))
        one_mb, ten_mb = (max(ran.rss_mb for ran, _ in seen[name]) for seen in (small, large))
        ratios = {"time_ratio": round(ten / one, 2), "cpu_ratio": round(ten_cpu / one_cpu, 2), "memory_ratio": round(ten_mb / one_mb, 2)}
        told[name] = {"1 x": _row(small[name]), "10 x": _row(large[name]), **ratios}
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--delay-ms", type=int, nargs="*", default=[0, 30])
    parser.add_argument("--ten", action="store_true", help="also on an estate ten times as large")
    given = parser.parse_args()
    told: dict[str, Any] = {"benchmark": "discover", "necessary_calls": estate.NECESSARY * given.scale}
    with ground(given.scale) as on:
        told["at"] = [compare(on, delay_ms, given.runs) for delay_ms in given.delay_ms]
        first = _both(on, given.runs) if given.ten else {}
    if given.ten:
        with ground(given.scale * 10) as on:
            told["ten_times"] = _grown(first, _both(on, given.runs))
    print(json.dumps({**told, "machine": measure.machine()}, indent=1))


if __name__ == "__main__":
    main()
