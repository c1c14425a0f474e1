"""Names, labels and the ways in which a stack's configuration can be wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.errors import SpecError
from handoff.spec import load
from stacks.components.aws.backups import schedule
from stacks.components.gcp.granted_account import subject_condition
from stacks.settings import Settings, label, slug
from tests.stacks.estate import ROOT

if TYPE_CHECKING:
    from tests.stacks.estate import Run


@pytest.fixture(scope="module")
def settings() -> Settings:
    engagement = load(ROOT / "engagements/acme-health.yaml").engagement
    return Settings(engagement=engagement, environment=engagement.environments[0], today=datetime(2026, 11, 22, tzinfo=UTC).date())


def test_names_are_cut_and_stay_apart(settings: Settings) -> None:
    assert settings.name("records") == "acme-health-prod-records"
    long = [settings.name("x" * 80, end, limit=40) for end in ("a", "b")]
    assert [len(one) for one in long] == [40, 40]
    assert long[0] != long[1]


def test_compact_names_differ_between_estates(settings: Settings) -> None:
    here, there = (settings.compact_name("records", salt=one) for one in ("one", "other"))
    assert here != there
    assert here == settings.compact_name("records", salt="one")
    assert re.fullmatch(r"[a-z0-9]{3,24}", here)


@given(st.text(min_size=1, max_size=200))
def test_slugs_and_labels_are_always_legal(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?", slug(text))
    assert re.fullmatch(r"[a-z0-9_-]{0,63}", label(text))


@pytest.mark.parametrize(
    ("hours", "want"),
    [(0.5, "cron(0 * * * ? *)"), (1, "cron(0 * * * ? *)"), (5, "cron(0 0/4 * * ? *)"), (12, "cron(0 0/12 * * ? *)"), (24, "cron(0 3 * * ? *)")],
)
def test_backups_are_at_least_as_frequent_as_promised(hours: float, want: str) -> None:
    assert schedule(timedelta(hours=hours)) == want


def test_subjects_become_exact_conditions() -> None:
    assert subject_condition("repo:nimbus/ops:ref:refs/heads/main") == 'assertion.sub == "repo:nimbus/ops:ref:refs/heads/main"'
    for bad in ("repo:*/ops", "*", 'repo" || true || "'):
        with pytest.raises(SpecError, match="exact condition"):
            subject_condition(bad)


def test_unknown_environment_is_named(run: Run) -> None:
    with pytest.raises(pulumi.RunError, match="no environment 'test'; it has prod"):
        run("engagements/acme-health.yaml", "test")


def test_cloud_outside_the_spec_is_refused(run: Run) -> None:
    with pytest.raises(pulumi.RunError, match="handoff:clouds names gcp"):
        run("engagements/harbor-books.yaml", "shop", clouds=["gcp"])


def test_missing_spec_is_one_clear_message(run: Run) -> None:
    with pytest.raises(pulumi.RunError, match=r"engagements/nowhere\.yaml"):
        run("engagements/nowhere.yaml", "prod")


def test_disposable_relaxes_what_keeps_data(run: Run) -> None:
    kept, gone = (run("engagements/acme-health.yaml", "prod", disposable=one) for one in ("false", "true"))
    for estate, want in ((kept, False), (gone, True)):
        assert {one.inputs["forceDestroy"] for one in (*estate.of("aws:s3/bucket:Bucket"), *estate.of("gcp:storage/bucket:Bucket"))} == {want}
        (project,) = estate.of("gcp:organizations/project:Project")
        assert project.inputs["deletionPolicy"] == ("DELETE" if want else "PREVENT")
        assert bool(estate.of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")) is not want
        (vault,) = estate.of("azure-native:keyvault:Vault")
        # Storage accounts take a key only of a vault that cannot be purged, so that never goes; the wait does.
        assert vault.inputs["properties"]["enablePurgeProtection"] is True
        assert vault.inputs["properties"]["softDeleteRetentionInDays"] == (7 if want else 90)


def test_secret_value_comes_from_configuration_only(acme: pulumi.runtime.mocks.Mocks) -> None:
    (secret,) = acme.of("azure-native:keyvault:Secret")  # type: ignore[attr-defined]  # the fixture is an Estate
    assert "4dabf18193072939515e22adb298388d" in str(secret.inputs["properties"]), "the value is not marked as a secret"
