"""Whatever another party is given stands in the spec and ends by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import Unknown
from handoff.model import Party

from . import _openings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

OURS = frozenset({Party.CLIENT, Party.CLOUD_SERVICE})
GRANTED = frozenset({Party.PROVIDER, Party.INCOMING})


def in_spec(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every holder belongs to a party, and a provider's to a grant of this environment and cloud."""
    for one in _openings.read(resource, context):
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


def _ends_for_anyone(one: _openings.Opening, context: Context) -> bool:
    """True when it ends in time whichever other party the holder turns out to belong to."""
    ends = [max((grant.expires for grant in context.grants(one.cloud, party.value)), default=None) for party in GRANTED]
    earliest = min((end for end in ends if end is not None), default=None)
    return not isinstance(one.expires, Unknown) and one.expires is not None and earliest is not None and one.expires <= earliest


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
_MAPS = Maps(nist="AC-2(3) AC-6", hipaa="308(a)(3)(ii)(C)", iso="A.5.18")
CONTROLS = (
    Control(
        id="exit-grant-in-spec",
        title="Whoever is let in stands in the spec",
        why="A grant that no spec names is one that nobody will look for at the exit.",
        fix="Add the grant under access, or the party under parties or third_parties; or remove the opening.",
        source="https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final (read 2026-11-22)",
        maps=_MAPS,
        severity=Severity.CRITICAL,
        category=Category.EXIT,
        reads={name: paths for name, paths in _openings.READS.items() if name != _openings.APP_PASSWORD},
        evaluate=in_spec,
    ),
    Control(
        id="exit-grant-expires",
        title="What a provider is given ends with the contract by itself",
        why="Access that has to be remembered to be ended outlives the contract.",
        fix="AWS: DateLessThan aws:CurrentTime in the trust. Google: request.time < timestamp(...) in the condition. Azure: a delegation whose description ends with expires=DATE. Keys that cannot end: use a role or federation instead.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws-dates.html (read 2026-11-22)",
        maps=_MAPS,
        severity=Severity.CRITICAL,
        category=Category.EXIT,
        reads=_openings.READS,
        evaluate=expires,
    ),
    Control(
        id="exit-delegation-standing",
        title="An Azure delegation lets nobody write without an activation",
        why="Azure ends no delegation by itself, so what stands must not be able to change anything.",
        fix="Keep authorizations to Reader and the assignment-delete role, and put writing roles under eligibleAuthorizations with a justInTimeAccessPolicy.",
        source="https://learn.microsoft.com/azure/lighthouse/how-to/create-eligible-authorizations (read 2026-11-22)",
        maps=_MAPS,
        category=Category.EXIT,
        reads={_openings.LIGHTHOUSE: ("properties.authorizations", "properties.eligibleAuthorizations")},
        evaluate=standing,
    ),
)
