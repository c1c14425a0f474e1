"""Whose is it: every clue, their order of strength, and what is left to a person."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff import vendors
from handoff.engine.attribute import Attributor
from handoff.model import AccessPath, Clue, KindId, Party
from handoff.spec import Engagement
from handoff.vendors import Vendor
from tests.engine._simulator import SCOPE

CLIENT_TENANT = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
PROVIDER_TENANT = "BBBBBBBB-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
OBJECT = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
APP = "dddddddd-dddd-4ddd-8ddd-dddddddddddd"


def spec(*decisions: dict[str, str]) -> Engagement:
    body: dict[str, Any] = {
        "apiVersion": "handoff/v1",
        "kind": "Engagement",
        "metadata": {"name": "toy"},
        "term": {"start": "2026-01-01", "end": "2027-01-01"},
        "parties": {
            "client": {
                "name": "Acme",
                "identities": {
                    "domains": ["acme.example"],
                    "tags": ["party=client"],
                    "aws": {"accounts": ["444444444444"], "principals": ["arn:aws:iam::111111111111:user/app-*"]},
                },
                "administrators": [{"cloud": "aws", "principal": "arn:aws:iam::111111111111:user/ada"}],
                "break_glass": [{"cloud": "gcp", "principal": "user:glass@acme.example"}],
            },
            "provider": {
                "name": "Nimbus",
                "identities": {
                    "aws": {
                        "accounts": ["222222222222"],
                        "organization": "o-nimbus",
                        "principals": ["arn:aws:iam::111111111111:role/nimbus-*"],
                        "canonical_ids": ["canon"],
                        "external_ids": ["ext-1"],
                    },
                    "azure": {"tenants": [PROVIDER_TENANT], "object_ids": [OBJECT], "app_ids": [APP]},
                    "gcp": {
                        "customers": ["C0nimbus"],
                        "projects": ["nimbus-ops"],
                        "project_numbers": ["4242"],
                        "principals": ["serviceAccount:agent@acme-prod.iam.gserviceaccount.com"],
                    },
                    "domains": ["nimbus.example"],
                    "oidc": [{"issuer": "https://token.example", "subject": "repo:nimbus/*"}],
                    "saml": ["urn:nimbus"],
                    "cidrs": ["203.0.113.0/24"],
                    "ssh_fingerprints": ["SHA256:abcDEF"],
                    "tags": ["party=provider"],
                },
            },
            "incoming": {"name": "Cumulus", "identities": {"aws": {"accounts": ["555555555555"]}}},
            "third_parties": [{"name": "Datadog", "identities": {"aws": {"accounts": ["464622532012"]}}}],
        },
        "environments": [
            {
                "name": "prod",
                "aws": {"account": "111111111111", "regions": ["eu-west-1"]},
                "azure": {"tenant": CLIENT_TENANT, "subscription": "33333333-3333-4333-8333-333333333333", "locations": ["westeurope"]},
                "gcp": {"organization": "111111111111", "project": "acme-prod", "locations": ["europe-west1"]},
            }
        ],
        "exit": {"decisions": list(decisions)},
    }
    return Engagement.model_validate(body)


SPEC = spec()


def path(*clues: tuple[Clue, str], id_: str = "AKIA1") -> AccessPath:
    return AccessPath(kind=KindId("aws.iam_access_key"), id=id_, scope=SCOPE, holder="somebody", allows="everything", clues=clues)


def party(*clues: tuple[Clue, str], of: Engagement = SPEC) -> Party:
    return Attributor(of).attribute(path(*clues)).party


@pytest.mark.parametrize(
    ("clue", "value", "expected"),
    [
        (Clue.AWS_ACCOUNT, "222222222222", Party.PROVIDER),
        (Clue.AWS_ACCOUNT, "111111111111", Party.CLIENT),
        (Clue.AWS_ACCOUNT, "555555555555", Party.INCOMING),
        (Clue.AWS_ACCOUNT, "464622532012", Party.THIRD_PARTY),
        (Clue.AWS_ACCOUNT, "999999999999", Party.UNKNOWN),
        (Clue.AWS_ORG, "o-nimbus", Party.PROVIDER),
        (Clue.AWS_ORG, "o-other", Party.UNKNOWN),
        (Clue.AWS_ARN, "arn:aws:iam::111111111111:role/nimbus-deploy", Party.PROVIDER),
        (Clue.AWS_ARN, "arn:aws:iam::111111111111:user/ada", Party.CLIENT),
        (Clue.AWS_ARN, "arn:aws:iam::111111111111:user/app-web", Party.CLIENT),
        (Clue.AWS_ARN, "arn:aws:iam::222222222222:user/x", Party.UNKNOWN),
        (Clue.PRINCIPAL, "serviceAccount:agent@acme-prod.iam.gserviceaccount.com", Party.PROVIDER),
        (Clue.PRINCIPAL, "serviceAccount:x@nimbus-ops.iam.gserviceaccount.com", Party.UNKNOWN),
        (Clue.AWS_CANONICAL_ID, "canon", Party.PROVIDER),
        (Clue.AWS_EXTERNAL_ID, "ext-1", Party.PROVIDER),
        (Clue.AWS_EXTERNAL_ID, "ext-2", Party.UNKNOWN),
        (Clue.AWS_SERVICE, "lambda.amazonaws.com", Party.CLOUD_SERVICE),
        (Clue.AWS_UNIQUE_ID, "AIDA1", Party.UNKNOWN),
        (Clue.ENTRA_TENANT, PROVIDER_TENANT.lower(), Party.PROVIDER),
        (Clue.ENTRA_TENANT, CLIENT_TENANT.upper(), Party.CLIENT),
        (Clue.ENTRA_OBJECT, OBJECT.upper(), Party.PROVIDER),
        (Clue.ENTRA_APP, APP, Party.PROVIDER),
        (Clue.GCP_MEMBER, "serviceAccount:deploy@nimbus-ops.iam.gserviceaccount.com", Party.PROVIDER),
        (Clue.GCP_MEMBER, "serviceAccount:web@acme-prod.iam.gserviceaccount.com", Party.CLIENT),
        (Clue.GCP_MEMBER, "serviceAccount:agent@acme-prod.iam.gserviceaccount.com", Party.PROVIDER),
        (Clue.GCP_MEMBER, "user:eve@nimbus.example", Party.PROVIDER),
        (Clue.GCP_MEMBER, "user:glass@acme.example", Party.CLIENT),
        (Clue.GCP_MEMBER, "group:ops@sub.nimbus.example", Party.PROVIDER),
        (Clue.GCP_MEMBER, "user:eve@notnimbus.example", Party.UNKNOWN),
        (Clue.GCP_MEMBER, "domain:nimbus.example", Party.PROVIDER),
        (Clue.GCP_MEMBER, "allUsers", Party.PUBLIC),
        (Clue.GCP_MEMBER, "allAuthenticatedUsers", Party.PUBLIC),
        (Clue.GCP_MEMBER, "deleted:user:eve@nimbus.example?uid=1", Party.DELETED),
        (Clue.GCP_MEMBER, "serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com", Party.CLOUD_SERVICE),
        (Clue.GCP_MEMBER, "serviceAccount:1@cloudservices.gserviceaccount.com", Party.CLOUD_SERVICE),
        (Clue.GCP_MEMBER, "serviceAccount:evil@cloudservices.gserviceaccount.com.nimbus.example", Party.UNKNOWN),
        (Clue.GCP_PROJECT, "nimbus-ops", Party.PROVIDER),
        (Clue.GCP_PROJECT, "4242", Party.PROVIDER),
        (Clue.GCP_PROJECT, "acme-prod", Party.CLIENT),
        (Clue.GCP_CUSTOMER, "C0nimbus", Party.PROVIDER),
        (Clue.OIDC, "https://token.example repo:nimbus/infra:ref", Party.PROVIDER),
        (Clue.OIDC, "token.example/ repo:nimbus/infra", Party.PROVIDER),
        (Clue.OIDC, "https://token.example repo:*", Party.UNKNOWN),
        (Clue.OIDC, "https://token.example repo:acme/x", Party.UNKNOWN),
        (Clue.OIDC, "https://evil.example repo:nimbus/x", Party.UNKNOWN),
        (Clue.SAML, "urn:nimbus", Party.PROVIDER),
        (Clue.EMAIL, "eve@NIMBUS.example", Party.PROVIDER),
        (Clue.EMAIL, "eve@nimbus.example.evil.example", Party.UNKNOWN),
        (Clue.AWS_VPCE, "vpce-0123456789abcdef0", Party.UNKNOWN),
        (Clue.DOMAIN, "hooks.nimbus.example", Party.PROVIDER),
        (Clue.DOMAIN, "notnimbus.example", Party.UNKNOWN),
        (Clue.CIDR, "203.0.113.7/32", Party.PROVIDER),
        (Clue.CIDR, "203.0.112.0/20", Party.UNKNOWN),
        (Clue.CIDR, "10.20.3.0/24", Party.CLIENT),
        (Clue.CIDR, "2001:db8::/48", Party.UNKNOWN),
        (Clue.CIDR, "not-an-address", Party.UNKNOWN),
        (Clue.SSH_KEY, "SHA256:abcDEF", Party.PROVIDER),
        (Clue.SSH_KEY, "SHA256:abcDEF==", Party.PROVIDER),
        (Clue.SSH_KEY, "SHA256:abcdef", Party.UNKNOWN),
        (Clue.CREATOR, "arn:aws:iam::111111111111:role/nimbus-deploy", Party.PROVIDER),
        (Clue.CREATOR, "arn:aws:sts::222222222222:assumed-role/ops/eve", Party.PROVIDER),
        (Clue.CREATOR, "arn:aws:sts::111111111111:assumed-role/ops/eve@nimbus.example", Party.PROVIDER),
        (Clue.CREATOR, "arn:aws:iam::111111111111:user/someone", Party.UNKNOWN),
        (Clue.TAG, "party=provider", Party.PROVIDER),
        (Clue.TAG, "party=client", Party.CLIENT),
        (Clue.TAG, "party=other", Party.UNKNOWN),
        (Clue.NAME, "Nimbus", Party.UNKNOWN),
        (Clue.EVERYONE, "*", Party.PUBLIC),
        (Clue.SHARED_SECRET, "account key", Party.PROVIDER),
        (Clue.CLIENT_OWN, "only the owner can", Party.CLIENT),
        (Clue.DELETED, "AIDA1", Party.DELETED),
    ],
)
def test_each_clue_alone(clue: Clue, value: str, expected: Party) -> None:
    assert party((clue, value)) is expected


def test_every_clue_is_tried_above() -> None:
    mark = next(mark for mark in test_each_clue_alone.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    assert {clue for clue, _, _ in mark.args[1]} == set(Clue)


LADDER = [
    ((Clue.PRINCIPAL, "arn:aws:iam::111111111111:user/ada"), (Clue.PRINCIPAL, "arn:aws:iam::111111111111:role/nimbus-1")),
    ((Clue.TAG, "party=client"), (Clue.TAG, "party=provider")),
    ((Clue.AWS_ACCOUNT, "444444444444"), (Clue.AWS_ACCOUNT, "222222222222")),
    ((Clue.EMAIL, "a@acme.example"), (Clue.EMAIL, "e@nimbus.example")),
]


@pytest.mark.parametrize("strong", range(len(LADDER)))
def test_the_stronger_clue_decides_whichever_party_it_speaks_for(strong: int) -> None:
    for weak in range(strong + 1, len(LADDER)):
        assert party(LADDER[strong][0], LADDER[weak][1]) is Party.CLIENT
        assert party(LADDER[weak][0], LADDER[strong][1]) is Party.PROVIDER


@pytest.mark.parametrize("pair", LADDER)
def test_two_parties_at_one_strength_are_nobodys_to_guess(pair: tuple[tuple[Clue, str], tuple[Clue, str]]) -> None:
    seen = Attributor(SPEC).attribute(path(*pair))
    assert seen.party is Party.UNKNOWN
    assert "disagree" in seen.why


VENDORS = {
    "999999999990": Vendor(name="Watchful", of_the_cloud=False),
    "999999999991": Vendor(name="ELB logs", of_the_cloud=True),
    "222222222222": Vendor(name="Big MSP", of_the_cloud=False),
}


def test_a_vendor_of_the_list_is_a_third_party_unless_the_spec_says_otherwise() -> None:
    attributor = Attributor(SPEC, VENDORS)
    seen = attributor.attribute(path((Clue.AWS_ACCOUNT, "999999999990")))
    assert (seen.party, seen.name) == (Party.THIRD_PARTY, "Watchful")
    assert "bundled list" in seen.why
    assert attributor.attribute(path((Clue.AWS_ACCOUNT, "999999999991"))).party is Party.CLOUD_SERVICE
    assert attributor.attribute(path((Clue.AWS_ACCOUNT, "222222222222"))).party is Party.PROVIDER
    assert attributor.attribute(path((Clue.AWS_ACCOUNT, "999999999999"))).party is Party.UNKNOWN


def test_who_made_it_decides_only_what_nothing_else_tells() -> None:
    made = (Clue.CREATOR, "arn:aws:iam::222222222222:user/eve")
    assert party(made) is Party.PROVIDER
    for stronger in ((Clue.TAG, "party=client"), (Clue.EMAIL, "a@acme.example"), (Clue.AWS_ACCOUNT, "111111111111"), (Clue.CIDR, "10.20.3.4/32")):
        assert party(made, stronger) is Party.CLIENT


def test_the_bundled_list_is_whole() -> None:
    listed = vendors.aws()
    assert len(listed) >= 450
    assert listed["464622532012"].name == "Datadog"
    assert all(len(account) == 12 and account.isdigit() for account in listed)
    assert listed["127311923021"].of_the_cloud


def test_living_in_the_estate_says_less_than_any_other_word() -> None:
    estate = (Clue.ENTRA_TENANT, CLIENT_TENANT)
    assert party(estate) is Party.CLIENT
    assert party(estate, (Clue.EMAIL, "ops@nimbus.example")) is Party.PROVIDER
    assert party(estate, (Clue.EMAIL, "ada@acme.example")) is Party.CLIENT
    assert party((Clue.AWS_ACCOUNT, "111111111111"), (Clue.AWS_ACCOUNT, "222222222222")) is Party.UNKNOWN


def test_a_shared_secret_is_the_weakest_of_all() -> None:
    secret = (Clue.SHARED_SECRET, "account key")
    assert party(secret, (Clue.CLIENT_OWN, "only the owner can")) is Party.CLIENT
    assert party(secret, (Clue.EMAIL, "a@acme.example")) is Party.CLIENT


def test_a_decision_beats_everything_for_its_kind_and_ids_only() -> None:
    decided = spec({"kind": "aws.iam_access_key", "id": "AKIA*", "party": "incoming", "reason": "moved", "decided_by": "Ada"})
    seen = Attributor(decided).attribute(path((Clue.TAG, "party=provider")))
    assert seen.party is Party.INCOMING
    assert seen.why == "decided by Ada: moved"
    assert Attributor(decided).attribute(path((Clue.TAG, "party=provider"), id_="ASIA1")).party is Party.PROVIDER
    other = spec({"kind": "aws.role_trust", "id": "*", "party": "incoming", "reason": "moved", "decided_by": "Ada"})
    assert party((Clue.TAG, "party=provider"), of=other) is Party.PROVIDER


def test_nothing_seen_is_unknown_and_the_reason_says_what_was_seen() -> None:
    assert Attributor(SPEC).attribute(path()).party is Party.UNKNOWN
    assert "aws_account 999999999999" in Attributor(SPEC).attribute(path((Clue.AWS_ACCOUNT, "999999999999"))).why


clues = st.lists(st.tuples(st.sampled_from(list(Clue)), st.text(max_size=30)), max_size=5)


@given(clues)
def test_noise_never_makes_anybody_the_client_or_the_provider(noise: list[tuple[Clue, str]]) -> None:
    """Except the two clues that are the kind's own finding, random text claims nothing."""
    told = [one for one in noise if one[0] not in {Clue.CLIENT_OWN, Clue.SHARED_SECRET}]
    assert party(*told) not in {Party.CLIENT, Party.PROVIDER, Party.INCOMING, Party.THIRD_PARTY}


@given(clues)
def test_the_order_of_clues_does_not_matter(noise: list[tuple[Clue, str]]) -> None:
    mixed = [*noise, (Clue.TAG, "party=provider"), (Clue.EMAIL, "a@acme.example")]
    assert party(*mixed) is party(*reversed(mixed)) is Party.PROVIDER


def test_googles_default_accounts_are_of_their_project() -> None:
    assert party((Clue.GCP_MEMBER, "serviceAccount:acme-prod@appspot.gserviceaccount.com")) is Party.CLIENT
    assert party((Clue.GCP_MEMBER, "serviceAccount:elsewhere@appspot.gserviceaccount.com")) is Party.UNKNOWN
    assert party((Clue.GCP_MEMBER, "serviceAccount:123456-compute@developer.gserviceaccount.com")) is Party.UNKNOWN
    assert party((Clue.GCP_MEMBER, "serviceAccount:123456@cloudbuild.gserviceaccount.com")) is Party.CLOUD_SERVICE
