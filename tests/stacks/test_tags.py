"""Whatever can carry tags carries all of them, and in the form that its cloud allows."""

from __future__ import annotations

import importlib
import inspect
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.stacks.estate import Estate, Made

ALL = {"engagement-id", "client", "environment", "data-class", "owner", "expires"}
PACKAGES = {"aws": "pulumi_aws", "azure-native": "pulumi_azure_native", "azuread": "pulumi_azuread", "gcp": "pulumi_gcp"}
OWN_MEANING = {"gcp:organizations/project:Project": {"tags"}, "gcp:secretmanager/secret:Secret": {"tags"}}
"""`tags` of these are Resource Manager tags, bound by value ids; labels are what carries text there."""


@cache
def _property(token: str) -> str | None:
    """`tags`, `labels` or None: what the SDK's class for the type takes."""
    package, module, name = re.fullmatch(r"([^:]+):([^:/]+)(?:/[^:]+)?:(.+)", token).groups()  # type: ignore[union-attr]  # tokens have this form
    where = PACKAGES[package] + ("" if module == "index" else f".{module}")
    made = getattr(importlib.import_module(where), name)
    taken = set(inspect.signature(made._internal_init).parameters) - OWN_MEANING.get(token, set())
    return next((one for one in ("tags", "labels") if one in taken), None)


def _taggable(estate: Estate) -> list[tuple[Made, str]]:
    return [(one, found) for one in estate.resources if (found := _property(one.token)) is not None]


def test_tags_are_complete(acme: Estate, harbor: Estate) -> None:
    for estate in (acme, harbor):
        taggable = _taggable(estate)
        assert len(taggable) >= 15
        for one, where in taggable:
            assert set(one.inputs.get(where, {})) >= ALL, f"{one.token} {one.name}"


def test_what_was_made_for_the_provider_says_so(acme: Estate) -> None:
    marked = [one for one, where in _taggable(acme) if "handoff:party" in one.inputs[where]]
    assert {one.token for one in marked} == {"aws:iam/role:Role", "aws:iam/policy:Policy"}
    described = [one for one in acme.resources if "handoff:party=provider handoff:grant=" in str(one.inputs)]
    assert {one.token for one in described} == {
        "azure-native:authorization:RoleAssignment",
        "azure-native:managedservices:RegistrationDefinition",
        "azuread:index/group:Group",
        "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
        "gcp:serviceaccount/account:Account",
    }


def test_labels_are_legal(acme: Estate) -> None:
    seen = 0
    for one, where in _taggable(acme):
        if where == "labels":
            for key, value in one.inputs["labels"].items():
                assert re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key), one.name
                assert re.fullmatch(r"[a-z0-9_-]{0,63}", value), one.name
                seen += 1
    assert seen


@pytest.mark.parametrize(
    ("token", "cloud"), [("aws:s3/bucket:Bucket", "aws"), ("azure-native:storage:StorageAccount", "azure"), ("gcp:storage/bucket:Bucket", "gcp")]
)
def test_stores_name_their_data_class(acme: Estate, token: str, cloud: str) -> None:
    inputs = acme.one(token, "records").inputs
    assert inputs["labels" if cloud == "gcp" else "tags"]["data-class"] == "phi"
