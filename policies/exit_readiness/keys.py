"""The keys are the client's, and nobody else holds their material."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.controls.destinations import is_foreign
from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, foreign_account

from . import _aws_types, _azure_types, _gcp_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

USES: Mapping[str, tuple[str, ...]] = {**_aws_types.USES_KEY, **_azure_types.USES_KEY, **_gcp_types.USES_KEY}
HSM = "azure-native:keyvault:ManagedHsm"
VAULTS = {_azure_types.VAULT: "vaultName", HSM: "name"}
TENANT = "properties.tenantId"
IMPORTED: Mapping[str, str] = {**_aws_types.IMPORTED, **_gcp_types.IMPORTED}
EXTERNAL = {
    "aws:kms/customKeyStore:CustomKeyStore": "xksProxyUriEndpoint",
    "gcp:kms/cryptoKeyVersion:CryptoKeyVersion": "externalProtectionLevelOptions.externalKeyUri",
}
"""Keys that lie outside the cloud: nothing here tells with whom."""
KEYS = frozenset(
    {
        "aws:kms/key:Key",
        "aws:kms/alias:Alias",
        "aws:kms/externalKey:ExternalKey",
        "aws:kms/replicaKey:ReplicaKey",
        "azure-native:keyvault:Key",
        "azure-native:keyvault:Vault",
        HSM,
        "azure-native:compute:DiskEncryptionSet",
        "gcp:kms/cryptoKey:CryptoKey",
        "gcp:kms/cryptoKeyVersion:CryptoKeyVersion",
    }
)
_PROJECT = re.compile(r"(?:^|/)projects/([^/]+)/")
_SUBSCRIPTION = re.compile(r"/subscriptions/([0-9a-fA-F-]{36})(?:/|$)")
_VAULT = re.compile(r"https://([A-Za-z0-9-]+)\.(?:vault|managedhsm)\.")


def client(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Whoever's account, tenant or project the key lies in, it is the client's."""
    if resource.type in VAULTS:
        yield from _tenant(resource, context)
        return
    for path in USES[resource.type]:
        for at, value in resource.each(path):
            if value is UNKNOWN:
                if not any(one.type in KEYS for one in stack.linked(resource, at)):
                    yield unknown(f"whose key it uses {LATER}, and it is made from no key of this stack", at)
            elif isinstance(value, str) and value:
                yield from _JUDGES[resource.type.split(":", 1)[0]](resource, stack, context, at, value)


def _tenant(vault: Resource, context: Context) -> Iterator[Finding]:
    tenant = vault.get(TENANT)
    own = {one.azure.tenant for one in context.engagement.environments if one.azure} | set(context.engagement.parties.client.identities.azure.tenants)
    if tenant is UNKNOWN:
        yield unknown(f"its tenant {LATER}", TENANT)
    elif isinstance(tenant, str) and tenant.lower() not in {one.lower() for one in own}:
        yield fail(f"trusts the tenant {tenant}, which is not the client's", TENANT)


def _aws(_: Resource, __: Stack, context: Context, at: str, value: str) -> Iterator[Finding]:
    account = foreign_account(value, context)
    if account:
        yield fail(f"uses a key of account {account}, which is not the client's", at)


def _azure(resource: Resource, stack: Stack, context: Context, at: str, value: str) -> Iterator[Finding]:
    inside = _SUBSCRIPTION.search(value)
    if inside:
        if is_foreign(inside[1], "azure", context):
            yield fail(f"uses a key of subscription {inside[1]}, which is not the client's", at)
        return
    vault = _VAULT.match(value)
    if vault is None or any(one.type in KEYS for one in stack.linked(resource, at)):
        return
    if not any(str(one.inputs.get(name, "")).lower() == vault[1].lower() for kind, name in VAULTS.items() for one in stack.of(kind)):
        yield unknown(f"whose vault {vault[1]} is, nothing tells: no resource of this stack makes it", at)


def _gcp(resource: Resource, stack: Stack, context: Context, at: str, value: str) -> Iterator[Finding]:
    found = _PROJECT.search(value)
    if found is None:
        return
    parties = context.engagement.parties
    own = {one.gcp.project for one in context.engagement.environments if one.gcp} | _projects(parties.client)
    if found[1] in own:
        return
    others = [parties.provider, *filter(None, (parties.incoming,)), *parties.third_parties]
    whose = next((one.name for one in others if found[1] in _projects(one)), None)
    if whose is not None:
        yield fail(f"uses a key of project {found[1]}, which is {whose}'s", at)
    elif not any(one.type in KEYS for one in stack.linked(resource, at)):
        yield unknown(f"whose project {found[1]} is, the spec does not say: list it under parties.client.identities.gcp.projects if it is the client's", at)


def _projects(party: object) -> set[str]:
    ids = party.identities.gcp  # type: ignore[attr-defined]  # every block of a party has identities
    return {*ids.projects, *ids.project_numbers}


_JUDGES = {"aws": _aws, "azure-native": _azure, "gcp": _gcp}


def material(resource: Resource, context: Context) -> Iterator[Finding]:
    """The program, and whoever runs it, has held no key's material."""
    del context
    outside = EXTERNAL.get(resource.type)
    if outside is not None:
        if resource.get(outside) is not None:
            yield unknown("lies outside the cloud, and nothing here tells with whom", outside)
        return
    path = IMPORTED[resource.type]
    value = resource.get(path)
    if value is UNKNOWN:
        yield unknown(f"whether its material comes with the program: {path} {LATER}", path)
    elif value not in (None, False, ""):
        yield fail("takes its material from outside: whoever brought it along can keep a copy, so destroying it here destroys nothing", path)


CONTROLS = (
    Control(
        id="exit-keys-client",
        title="Every key in use lies in an account, tenant or project of the client's",
        why="Whoever holds the key can read the data after the exit, or keep the client from reading it.",
        fix="Use a key of the client's own account, tenant or project: a KMS key, a Key Vault key or a Cloud KMS key that a stack of the client's makes.",
        blind="Who may use or administer the key, which its policy tells, and keys that a service keeps for itself.",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html (read 2026-11-22)",
        maps=Maps(nist="SC-12 SC-28(1)", hipaa="312(a)(2)(iv)", iso="A.8.24"),
        severity=Severity.CRITICAL,
        category=Category.EXIT,
        reads={**USES, **dict.fromkeys(VAULTS, (TENANT,))},
        looks_at={token: (name,) for token, name in VAULTS.items()},
        evaluate_linked=client,
        snippet="""\
import pulumi_aws as aws

key = aws.kms.Key("records", description="Client records", enable_key_rotation=True)
aws.secretsmanager.Secret("records", kms_key_id=key.arn)
""",
    ),
    Control(
        id="exit-keys-material",
        title="No key's material comes from outside",
        why="A copy of imported material outlives the key: what was erased with the key can be read again by whoever kept it.",
        fix="Let the service make the key; where material has to be imported, let the client do so, and waive this control with that as compensation.",
        blind="Imports that are made by hand; Azure imports keys by a call and not by a resource.",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html (read 2026-11-22)",
        maps=Maps(nist="SC-12", iso="A.8.24"),
        category=Category.EXIT,
        reads={token: (path,) for token, path in {**IMPORTED, **EXTERNAL}.items()},
        evaluate=material,
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("records", location="europe-west1")
gcp.kms.CryptoKey("records", key_ring=ring.id, rotation_period="7776000s")
""",
    ),
)
