"""Whatever another party is given stands in the spec and ends by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import Unknown
from handoff.controls.rules import alone
from handoff.model import Party

from . import _azure_types, _openings
from ._ways import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

    from ._openings import Opening

OURS = frozenset({Party.CLIENT, Party.CLOUD_SERVICE})
GRANTED = frozenset({Party.PROVIDER, Party.INCOMING})


def in_spec(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every holder belongs to a party, and a provider's to a grant of this environment and cloud."""
    for one in _openings.read(resource, context):
        if one.way.form is Form.SECRET:
            continue
        if isinstance(one.holder, Unknown):
            yield unknown(f"who is let in: {one.why}", one.path)
        elif one.party in GRANTED and not context.grants(one.cloud, one.party.value):
            yield fail(f"lets in {one.holder} of the {one.party.value}, who has no grant on {one.cloud} in {context.environment.name}", one.path)
        elif one.party is Party.PUBLIC:
            yield fail(f"lets in anyone ({one.holder})", one.path)
        elif one.party not in OURS | GRANTED | {Party.THIRD_PARTY}:
            yield fail(f"lets in {one.holder}, whom the spec does not know: {one.why}", one.path)


def expires(resource: Resource, context: Context) -> Iterator[Finding]:
    """A provider's way in ends no later than the last grant that covers it."""
    for one in _openings.read(resource, context):
        if one.way.form is Form.SECRET and not one.way.ends:
            continue  # what cannot end at all is the business of exit-long-lived
        if isinstance(one.holder, Unknown):
            if not _ends_for_anyone(one, context):
                yield unknown(f"whether it ends in time: who is let in is {one.why}", one.path)
            continue
        if one.party not in GRANTED or one.ends_elsewhere:
            continue
        last = max((grant.expires for grant in context.grants(one.cloud, one.party.value)), default=None)
        if isinstance(one.expires, Unknown):
            yield unknown("its end is not known before the update", one.path)
        elif one.expires is None:
            yield fail(f"lets in {one.holder} of the {one.party.value} without an end", one.path)
        elif last is not None and one.expires > last:
            yield fail(f"lets in {one.holder} until {one.expires}, after the grant ends on {last}", one.path)


def _ends_for_anyone(one: Opening, context: Context) -> bool:
    """True when it ends in time whichever other party the holder turns out to belong to."""
    ends = [max((grant.expires for grant in context.grants(one.cloud, party.value)), default=None) for party in GRANTED]
    earliest = min((end for end in ends if end is not None), default=None)
    return one.ends_elsewhere != "" or (not isinstance(one.expires, Unknown) and one.expires is not None and earliest is not None and one.expires <= earliest)


def standing(resource: Resource, context: Context) -> Iterator[Finding]:
    """A delegation gives standing rights only to look and to leave; writing is by activation."""
    del context
    for at, role in resource.each("properties.authorizations[*].roleDefinitionId"):
        if isinstance(role, Unknown):
            yield unknown("a standing role is not known before the update", at)
        elif str(role).rsplit("/", 1)[-1].lower() not in STANDING:
            yield fail(f"gives the standing role {role}; only reading, and deleting the delegation itself, may stand", at)
    for at, eligible in resource.each("properties.eligibleAuthorizations[*]"):
        limit = eligible.get("justInTimeAccessPolicy", {}) if isinstance(eligible, dict) else {}
        if not isinstance(limit, dict) or not limit.get("maximumActivationDuration"):
            yield fail("can be activated without a limit in time", at)


STANDING = frozenset({"acdd72a7-3385-48ef-bd42-f606fba81ae7", "91c1777a-f3dc-4fae-b103-61d183457e46", "39bc4728-0917-49c7-9d2c-d95423bc2eb4"})
"""Reader, Managed Services Registration Assignment Delete, Security Reader. source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (read 2026-11-22)"""
_TRUST = """\
import json

import pulumi_aws as aws

trust = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
    "Condition": {"StringEquals": {"sts:ExternalId": "acme-nimbus-2026"}, "DateLessThan": {"aws:CurrentTime": "2027-03-31T23:59:59Z"}},
}
aws.iam.Role("monitor", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
"""
_DELEGATION = """\
import pulumi_azure_native as azure

SUBSCRIPTION = "/subscriptions/33333333-3333-4333-8333-333333333333"
ROLES = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
azure.managedservices.RegistrationDefinition(
    "operate",
    scope=SUBSCRIPTION,
    properties={
        "managed_by_tenant_id": "22222222-2222-4222-8222-222222222222",
        "description": "expires=2027-03-31",
        "authorizations": [
            {
                "principal_id": "bbbbbbbb-0001-4000-8000-000000000001",
                "role_definition_id": f"{ROLES}/acdd72a7-3385-48ef-bd42-f606fba81ae7",
            },
        ],
        "eligible_authorizations": [
            {
                "principal_id": "bbbbbbbb-0001-4000-8000-000000000001",
                "role_definition_id": f"{ROLES}/b24988ac-6180-42a0-ab88-20f7382dd24c",
                "just_in_time_access_policy": {"multi_factor_auth_provider": "Azure", "maximum_activation_duration": "PT4H"},
            },
        ],
    },
)
"""
_MAPS = Maps(nist="AC-2(3) AC-6", hipaa="308(a)(3)(ii)(C)", iso="A.5.18")
CONTROLS = (
    Control(
        id="exit-grant-in-spec",
        title="Whoever is let in stands in the spec",
        why="A grant that no spec names is one that nobody will look for at the exit.",
        fix="Add the grant under access, or the party under parties or third_parties; or remove the opening.",
        blind="Who can become a named principal, members of a group that is let in, and object ids that the cloud gives only at the update.",
        source="https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final (read 2026-11-22)",
        maps=_MAPS,
        severity=Severity.CRITICAL,
        category=Category.EXIT,
        reads=_openings.reads(without=frozenset({Form.SECRET, Form.IDENTITY})),
        evaluate_linked=alone(in_spec),
        snippet=_TRUST,
    ),
    Control(
        id="exit-grant-expires",
        title="What a provider is given ends with the contract by itself",
        why="Access that has to be remembered to be ended outlives the contract.",
        fix="AWS: DateLessThan aws:CurrentTime in the trust. Google: request.time < timestamp(...) in the condition. Azure: a delegation whose description ends with expires=DATE. Keys that cannot end: use a role or federation instead.",
        blind="An end that only a description states is a note to people: Azure ends no delegation by itself. Tokens issued before the end live out their hours.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws-dates.html (read 2026-11-22)",
        maps=_MAPS,
        severity=Severity.CRITICAL,
        category=Category.EXIT,
        reads=_openings.reads(without=frozenset({Form.IDENTITY})),
        evaluate_linked=alone(expires),
        snippet=_TRUST,
    ),
    Control(
        id="exit-delegation-standing",
        title="An Azure delegation lets nobody write without an activation",
        why="Azure ends no delegation by itself, so what stands must not be able to change anything.",
        fix="Keep authorizations to Reader and the assignment-delete role, and put writing roles under eligibleAuthorizations with a justInTimeAccessPolicy.",
        blind="What a role that stands may do once its definition is changed.",
        source="https://learn.microsoft.com/azure/lighthouse/how-to/create-eligible-authorizations (read 2026-11-22)",
        maps=_MAPS,
        category=Category.EXIT,
        reads={_azure_types.LIGHTHOUSE: ("properties.authorizations", "properties.eligibleAuthorizations")},
        evaluate=standing,
        snippet=_DELEGATION,
    ),
)
