from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from handoff.errors import SpecError
from handoff.spec import Loaded, load

TODAY = date(2026, 11, 22)
SAMPLE = Path(__file__).resolve().parents[2] / "engagements" / "acme-health.yaml"

Change = Callable[[dict[str, Any]], object]
Judge = Callable[[Change], Loaded]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    def judge_change(change: Change) -> Loaded:
        data = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
        change(data)
        path = tmp_path / "spec.yaml"
        path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
        return load(path, today=TODAY)

    return judge_change


def put(*where: str | int, value: object) -> Change:
    def change(data: dict[str, Any]) -> None:
        block: Any = data
        for part in where[:-1]:
            block = block[part]
        block[where[-1]] = value

    return change


def drop_break_glass(cloud: str) -> Change:
    def change(data: dict[str, Any]) -> None:
        client = data["parties"]["client"]
        client["break_glass"] = [one for one in client["break_glass"] if one["cloud"] != cloud]

    return change


WAIVER = {"control": "aws-s3-encryption", "resource": "logs", "reason": "r", "owner": "o", "approver": "a"}
GRANT = {"holder": "provider", "purpose": "help", "environments": ["prod"]}
STATE = {"backend": "gs://acme-state", "owner": "client", "secrets_provider": "passphrase", "secrets_owner": "client"}
DECISION = {"kind": "aws.iam_access_key", "reason": "r", "decided_by": "d"}

CASES: list[tuple[str, Change, Change, str]] = [
    ("term ends after it starts", put("term", "end", value="2027-06-30"), put("term", "end", value="2025-12-31"), "term.end"),
    (
        "environments have different names",
        put("environments", 0, "name", value="prod"),
        lambda data: data["environments"].append(data["environments"][0]),
        "environments[1]",
    ),
    ("data classes have different names", put("data", 0, "class", value="phi"), lambda data: data["data"].append(data["data"][0]), "data[1]"),
    (
        "stores have different names",
        lambda data: data["environments"][0]["stores"].append({"name": "images", "class": "phi", "clouds": ["aws"]}),
        lambda data: data["environments"][0]["stores"].append({"name": "records", "class": "phi", "clouds": ["aws"]}),
        "environments[0].stores[1].name",
    ),
    (
        "an environment names a cloud",
        lambda data: (put("environments", 0, "gcp", value=None)(data), put("environments", 0, "stores", 0, "clouds", value=["aws"])(data)),
        put("environments", 0, value={"name": "prod"}),
        "environments[0]",
    ),
    ("a grant ends with the term", put("access", 1, "expires", value="2027-03-31"), put("access", 1, "expires", value="2027-04-01"), "access[1].expires"),
    ("a grant starts before it ends", put("access", 1, "starts", value="2026-05-01"), put("access", 1, "starts", value="2027-03-31"), "access[1].expires"),
    (
        "a long writing role is activated",
        lambda data: data["access"].append({**GRANT, "role": "operator", "starts": "2027-01-01", "expires": "2027-03-31"}),
        lambda data: data["access"].append({**GRANT, "role": "operator", "starts": "2026-12-01", "expires": "2027-03-31"}),
        "access[2].role",
    ),
    (
        "a grant names environments that exist",
        put("access", 0, "environments", value=["prod"]),
        put("access", 0, "environments", value=["prod", "test"]),
        "access[0].environments[1]",
    ),
    (
        "a store names a class that exists",
        put("environments", 0, "stores", 0, "class", value="phi"),
        put("environments", 0, "stores", 0, "class", value="pii"),
        "environments[0].stores[0].class",
    ),
    (
        "a store's cloud is the environment's",
        put("environments", 0, "stores", 0, "clouds", value=["aws"]),
        put("environments", 0, "gcp", value=None),
        "environments[0].stores[0].clouds",
    ),
    (
        "residency is a known place",
        put("data", 0, "residency", value=["eu", "switzerland"]),
        put("data", 0, "residency", value=["eu", "atlantis"]),
        "data[0].residency[1]",
    ),
    (
        "dr_residency is a known place",
        put("data", 0, "dr_residency", value=["germany"]),
        put("data", 0, "dr_residency", value=["germanium"]),
        "data[0].dr_residency[0]",
    ),
    (
        "a short recovery point has a second site",
        put("requirements", "recovery_point", value="PT15M"),
        lambda data: (put("requirements", "recovery_point", value="PT15M")(data), put("data", 0, "dr_residency", value=[])(data)),
        "data[0]",
    ),
    (
        "regions exist",
        put("environments", 0, "aws", "regions", value=["eu-central-1"]),
        put("environments", 0, "aws", "regions", value=["eu-middle-1"]),
        "environments[0].aws.regions[0]",
    ),
    (
        "locations exist on Azure",
        put("environments", 0, "azure", "locations", value=["swedencentral"]),
        put("environments", 0, "azure", "locations", value=["westeurop"]),
        "environments[0].azure.locations[0]",
    ),
    (
        "locations exist on Google",
        put("environments", 0, "gcp", "locations", value=["europe-west4"]),
        put("environments", 0, "gcp", "locations", value=["europe-west99"]),
        "environments[0].gcp.locations[0]",
    ),
    ("break-glass on every cloud", lambda data: None, drop_break_glass("gcp"), "parties.client.break_glass"),
    (
        "a waiver lasts 180 days",
        put("waivers", value=[{**WAIVER, "expires": "2027-05-01"}]),
        put("waivers", value=[{**WAIVER, "expires": "2027-06-01"}]),
        "waivers[0].expires",
    ),
    (
        "a waiver is not issued in the future",
        put("waivers", value=[{**WAIVER, "issued": "2026-11-22", "expires": "2027-05-01"}]),
        put("waivers", value=[{**WAIVER, "issued": "2026-11-23", "expires": "2027-05-01"}]),
        "waivers[0].issued",
    ),
    (
        "a waiver names who approved it",
        put("waivers", value=[{**WAIVER, "expires": "2027-05-01"}]),
        put("waivers", value=[{name: value for name, value in WAIVER.items() if name != "approver"} | {"expires": "2027-05-01"}]),
        "waivers[0].approver",
    ),
    ("a state's backend is one of Pulumi's", put("state", "backend", value="gs://acme-state"), put("state", "backend", value="acme-state"), "state.backend"),
    (
        "a secrets provider is one of Pulumi's",
        put("state", "secrets_provider", value="awskms://alias/state"),
        put("state", "secrets_provider", value="vault"),
        "state.secrets_provider",
    ),
    (
        "what is the client's names no account of the provider's",
        put("state", value={**STATE, "secrets_provider": "gcpkms://projects/acme-prod/locations/global/keyRings/r/cryptoKeys/k"}),
        put("state", value={**STATE, "secrets_provider": "gcpkms://projects/nimbus-ops/locations/global/keyRings/r/cryptoKeys/k"}),
        "state.secrets_provider",
    ),
    (
        "a store's size is a number above nothing",
        put("environments", 0, "stores", 0, "size_gb", value=12.5),
        put("environments", 0, "stores", 0, "size_gb", value=0),
        "environments[0].stores[0].size_gb",
    ),
    ("notice of the EU Data Act", put("exit", "notice", value="P62D"), put("exit", "notice", value="P63D"), "exit.notice"),
    ("transition of the EU Data Act", put("exit", "transition", value="P30D"), put("exit", "transition", value="P31D"), "exit.transition"),
    ("retrieval of the EU Data Act", put("exit", "retrieval", value="P30D"), put("exit", "retrieval", value="P29D"), "exit.retrieval"),
    (
        "a decision names the path",
        put("exit", "decisions", value=[{**DECISION, "id": "AKIA*", "party": "provider"}]),
        put("exit", "decisions", value=[{**DECISION, "id": "**", "party": "provider"}]),
        "exit.decisions[0].id",
    ),
    (
        "a decision names a party there is",
        put("exit", "decisions", value=[{**DECISION, "id": "AKIA1", "party": "client"}]),
        put("exit", "decisions", value=[{**DECISION, "id": "AKIA1", "party": "incoming"}]),
        "exit.decisions[0].party",
    ),
]


@pytest.mark.parametrize(("good", "bad", "field"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_rule_lets_the_good_pass_and_names_the_bad(judge: Judge, good: Change, bad: Change, field: str) -> None:
    judge(good)
    with pytest.raises(SpecError) as caught:
        judge(bad)
    assert any(f": {field}: " in row for row in caught.value.message.splitlines()), caught.value.message


def test_a_framework_that_asks_for_a_second_site_warns_without_one(judge: Judge) -> None:
    assert judge(lambda data: None).warnings == ()
    (warning,) = judge(put("data", 0, "dr_residency", value=[])).warnings
    assert "data[0]" in warning
    assert "nist-800-53-moderate" in warning


def test_a_state_of_the_providers_warns_without_a_step_that_hands_it_over(judge: Judge) -> None:
    assert judge(put("state", value={**STATE, "owner": "provider", "rekey": "hand it over"})).warnings == ()
    (warning,) = judge(put("state", value={**STATE, "owner": "provider"})).warnings
    assert "state.rekey" in warning
    assert judge(lambda data: data.pop("state")).engagement.state is None


def test_rules_of_the_data_act_bind_only_those_who_name_it(judge: Judge) -> None:
    def change(data: dict[str, Any]) -> None:
        data["exit"] |= {"regulations": ["hipaa"], "notice": "P90D"}

    assert judge(change).engagement.exit.notice.days == 90
