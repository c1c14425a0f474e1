"""Forty ways in, opened by hand through the clouds' own calls: all are found, cut and proven; nothing that came through them works after, and all of the others' does."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from handoff import logins
from handoff.lab.demo import back_doors
from handoff.lab.demo.back_doors import site as sites
from handoff.lab.demo.back_doors.way import Trial, Way, found
from handoff.lab.demo.provider import VENDOR_ACCOUNT
from handoff.model import Outcome, Party
from tests.kinds.aws._account import Account
from tests.runs._estate import REGION, AwsEstate, lines

pytestmark = pytest.mark.slow
EXTERNAL_ID = "acme-nimbus-2026"


@dataclass(slots=True)
class Planted:
    """An estate with every door open."""

    estate: AwsEstate
    site: sites.Site
    ways: tuple[Way, ...]

    def of(self, *parties: Party) -> list[Way]:
        return [way for way in self.ways if way.party in parties]

    @property
    def doors(self) -> list[Way]:
        return self.of(Party.PROVIDER)

    @property
    def others(self) -> list[Way]:
        return self.of(Party.CLIENT, Party.THIRD_PARTY)


@pytest.fixture
def planted(tmp_path: Path, lab_env: Mapping[str, str]) -> Planted:
    estate = AwsEstate(tmp_path / "estate", lab_env)
    provider = Account().id
    bucket = f"records-{estate.account.id}"
    estate.account.writer.write("s3:CreateBucket", Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    parties = estate.body["parties"]
    parties["client"]["identities"]["domains"].append("acme.example")
    parties["provider"]["identities"] = {
        "aws": {"accounts": [provider], "external_ids": [EXTERNAL_ID]},
        "domains": ["nimbus.example"],
        "oidc": [{"issuer": f"https://{sites.ISSUER}", "subject": "repo:nimbus/*"}],
        "tags": ["=".join(sites.TAG)],
    }
    estate.write_files()
    hand = estate.admins[0]
    site = sites.enter(
        hand, estate.account.id, provider=provider, partner=VENDOR_ACCOUNT, bucket=bucket, external_id=EXTERNAL_ID, authority=lab_env.get("AWS_CA_BUNDLE", "")
    )
    return Planted(estate, site, back_doors.open_all(site))


class Regrowing:
    """A grant of the provider's that makes itself anew for as long as it is let: once before the cut begins, and on until it is refused."""

    def __init__(self, site: sites.Site) -> None:
        self._site, self.made = site, 0
        root = f"arn:aws:iam::{site.account}:root"
        own = {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
        # The lab lets nobody in by a grant, so the key's policy says what the grant would.
        again = {"Sid": "Again", "Effect": "Allow", "Principal": {"AWS": site.silent.principal}, "Action": "kms:CreateGrant", "Resource": "*"}
        self.key = sites.made(site.region, "kms:CreateKey", "KeyMetadata", "Arn", Policy=sites.document(own, again))
        self._asked = {"KeyId": self.key, "GranteePrincipal": site.silent.principal, "Operations": ["CreateGrant", "Decrypt"]}
        site.region.write("kms:CreateGrant", **self._asked)
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._over = threading.Event()

    def __enter__(self) -> Regrowing:
        assert self._again() is Outcome.WORKED
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _go_on(self) -> None:
        while self._again() is not Outcome.REFUSED and not self._over.wait(0.5):
            pass

    def _again(self) -> Outcome:
        outcome = self._site.trial("again", self._site.silent, "kms:CreateGrant", **self._asked).outcome()
        self.made += outcome is Outcome.WORKED
        return outcome

    @property
    def left(self) -> int:
        return len(list(self._site.region.read("kms:ListGrants", KeyId=self.key)))


def outcomes(ways: Sequence[Way]) -> dict[str, Outcome]:
    trials: list[Trial] = [trial for way in ways for trial in way.trials]
    assert len({trial.name for trial in trials}) == len(trials), "each is told by its name"
    with ThreadPoolExecutor(8) as pool:
        return dict(zip((trial.name for trial in trials), pool.map(lambda trial: trial.outcome(), trials), strict=True))


def test_forty_doors_are_found_cut_and_proven(planted: Planted, record_property: Callable[[str, object], None]) -> None:
    estate, doors, others = planted.estate, planted.doors, planted.others
    kinds = Counter(way.kind for way in doors)
    assert len(doors) >= 40
    assert len(kinds) >= 25
    growing = Regrowing(planted.site)
    before = outcomes(planted.ways)
    assert {name: one for name, one in before.items() if one is not Outcome.WORKED} == {}

    swept = estate.handoff("discover", "spec.yaml", "--json")
    told = lines(swept.stdout)
    incomplete = [one for one in told if one["type"] == "coverage" and one["read"] != "complete"]
    assert incomplete == []
    assert swept.returncode == 0, swept.stderr
    paths = [one for one in told if one["type"] == "path"]
    listed = {way.text: found(way, paths) for way in planted.ways}
    assert len(listed) == len(planted.ways)
    assert {text: rows for text, rows in listed.items() if len(rows) != 1} == {}
    assert {way.text: listed[way.text][0] for way in planted.ways if listed[way.text][0]["party"] != way.party} == {}

    given = [one.login for way in doors for one in way.trials if one.login is not None and one.name.startswith("key of ")]
    logins.dump([*given, planted.site.desk], estate.folder / "provider.json")
    kept = estate.handoff("canary", "spec.yaml", "--logins", "provider.json", "--out", "canaries.json", "--json")
    assert kept.returncode == 0, kept.stderr
    canaries = [one for one in lines(kept.stdout) if one["type"] == "canary"]
    digest = estate.plan()
    with growing:
        applied = estate.handoff("apply", "plan.json", "--digest", digest)
    assert applied.returncode == 0, applied.stderr
    proof = estate.handoff("prove", "spec.yaml", "--canaries", "canaries.json", "--json")
    proven: dict[str, Any] = {f"{one['kind']}|{one['id']}": one["proof"] for one in lines(proof.stdout) if one["type"] == "proof"}
    keys = {way.text: f"{way.kind}|{listed[way.text][0]['id']}" for way in doors}
    assert {text: proven.get(key) for text, key in keys.items() if proven.get(key) != "proven"} == {}
    assert proof.returncode == 0, proof.stdout + proof.stderr

    refused, working = outcomes(doors), outcomes(others)
    assert {name: one for name, one in refused.items() if one is not Outcome.REFUSED} == {}
    assert {name: one for name, one in working.items() if one is not Outcome.WORKED} == {}
    assert growing.made >= 1
    assert growing.left == 0
    figures = {
        "doors": len(doors),
        "kinds": len(kinds),
        "tries refused": len(refused),
        "others": len(others),
        "tries that go on": len(working),
        "canaries": len(canaries),
        "grants made anew": growing.made,
    }
    for name, value in figures.items():
        record_property(name, value)
    print(figures)
