"""Key vaults: closed, under roles, recoverable, and with keys and secrets that do not last for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, either, every, is_set, is_true

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

VAULT = "azure-native:keyvault:Vault"
HSM = "azure-native:keyvault:ManagedHsm"
KEY = "azure-native:keyvault:Key"
SECRET = "azure-native:keyvault:Secret"  # noqa: S105 - a type
ACTIONS = "properties.rotationPolicy.lifetimeActions[*].action.type"
_VAULT = """\
from pulumi_azure_native import keyvault

keyvault.Vault(
    "client",
    resource_group_name="acme-prod",
    properties={
        "tenant_id": "11111111-1111-4111-8111-111111111111",
        "sku": {"family": "A", "name": "standard"},
"""


def rotates(resource: Resource, context: Context) -> Iterator[Finding]:
    """One of the actions of a key's life is a rotation."""
    del context
    actions = [value for _, value in resource.each(ACTIONS)]
    if any(isinstance(one, str) and one.lower() == "rotate" for one in actions):
        return
    if any(one is UNKNOWN for one in actions):
        yield unknown(f"what happens in its life {LATER}", ACTIONS)
    else:
        yield fail("does not rotate", ACTIONS)


CONTROLS = (
    Control(
        id="azure-keyvault-recoverable",
        title="Deleted key vaults and keys come back, and nobody can purge them before their time",
        why="Data whose key is purged is gone, and a purge takes seconds.",
        fix="Set properties.enablePurgeProtection to true and leave properties.enableSoftDelete on.",
        blind="How long deleted keys are kept. Purge protection cannot be taken back, so a test vault keeps its name for that time.",
        source="https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="DEL",
        rows=("Z09",),
        maps=Maps(nist="CP-9", hipaa="312(c)(1) 308(a)(7)(ii)(A)", pci="~10.3.4 3.2.1", soc2="PI1.5", iso="~A.8.10 A.8.13"),
        reads={
            VAULT: ("properties.enablePurgeProtection", "properties.enableSoftDelete"),
            HSM: ("properties.enablePurgeProtection", "properties.enableSoftDelete"),
        },
        evaluate=every(
            is_true("properties.enablePurgeProtection", "can be purged at once"),
            is_true("properties.enableSoftDelete", "does not keep what is deleted", default=True),
        ),
        snippet=f'{_VAULT}        "enable_purge_protection": True,\n    }},\n)\n',
    ),
    Control(
        id="azure-keyvault-rbac",
        title="Key vaults take their permissions from roles",
        why="Access policies of a vault show up in no list of role assignments, so an exit that reads those misses them.",
        fix="Set properties.enableRbacAuthorization to true and grant Key Vault roles.",
        blind="Which roles are granted: the controls of role assignments say that.",
        source="https://learn.microsoft.com/azure/key-vault/general/rbac-guide (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("Z10",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="308(a)(4)(ii)(B) 308(a)(4)(i)", pci="7.2.1 7.2.2", soc2="~CC6.3 CC1.3", iso="~A.5.15 A.5.18"),
        reads={VAULT: ("properties.enableRbacAuthorization",)},
        evaluate=is_true("properties.enableRbacAuthorization", "takes its permissions from access policies of its own"),
        snippet=f'{_VAULT}        "enable_rbac_authorization": True,\n    }},\n)\n',
    ),
    Control(
        id="azure-keyvault-network",
        title="Key vaults are closed to networks that no rule names",
        why="A stolen token opens the vault from anywhere when the vault answers the whole internet.",
        fix="Set properties.publicNetworkAccess to Disabled, or properties.networkAcls.defaultAction to Deny with rules for the networks that need the vault.",
        blind="Whether the rules themselves are narrow, and what trusted Azure services may do through the bypass.",
        source="https://learn.microsoft.com/azure/key-vault/general/network-security (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("Z11",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="308(a)(1)(ii)(B)", pci="1.3.1", soc2="~CC6.6", iso="~A.8.20 A.8.21"),
        reads={
            VAULT: ("properties.publicNetworkAccess", "properties.networkAcls.defaultAction"),
            HSM: ("properties.publicNetworkAccess", "properties.networkAcls.defaultAction"),
        },
        evaluate=shapes.closed("answers every network", public="properties.publicNetworkAccess", action="properties.networkAcls.defaultAction"),
        snippet=f'{_VAULT}        "public_network_access": "Disabled",\n    }},\n)\n',
    ),
    Control(
        id="azure-keyvault-key-rotation",
        title="Keys of a vault rotate by themselves and expire",
        why="A key that never changes exposes everything it ever encrypted when it leaks.",
        fix="Give properties.rotationPolicy a lifetimeActions entry of type rotate and an attributes.expiryTime, or set properties.attributes.expires.",
        blind="Whether what uses the key follows new versions, and keys that are made outside the program.",
        source="https://learn.microsoft.com/azure/key-vault/keys/how-to-configure-key-rotation (read 2026-11-22)",
        category=Category.BASELINE,
        family="KEY",
        rows=("Z12",),
        maps=Maps(nist="IA-5", hipaa="312(a)(2)(iv)", pci="3.7.4 3.7.5", soc2="PI1.5", iso="~A.8.24"),
        severity=Severity.MEDIUM,
        reads={
            KEY: (
                ACTIONS,
                "properties.rotationPolicy.attributes.expiryTime",
                "properties.attributes.expires",
            )
        },
        evaluate=every(
            rotates,
            either(
                is_set("properties.rotationPolicy.attributes.expiryTime", "never expires"),
                is_set("properties.attributes.expires", "never expires"),
            ),
        ),
        snippet="""\
from pulumi_azure_native import keyvault

keyvault.Key(
    "data",
    resource_group_name="acme-prod",
    vault_name="acme-prod",
    properties={
        "kty": "RSA",
        "key_size": 3072,
        "rotation_policy": {
            "attributes": {"expiry_time": "P2Y"},
            "lifetime_actions": [{"action": {"type": "rotate"}, "trigger": {"time_after_create": "P1Y"}}],
        },
    },
)
""",
    ),
    Control(
        id="azure-keyvault-secret-expiry",
        title="Secrets of a vault expire",
        why="A secret without an end outlives the contract under which it was handed out.",
        fix="Set properties.attributes.expires to a time in seconds since 1970.",
        blind="Whether what the secret opens ends with it, and whether the time is near enough.",
        source="https://learn.microsoft.com/azure/key-vault/secrets/about-secrets (read 2026-11-22)",
        category=Category.BASELINE,
        family="CRD",
        rows=("Z13",),
        maps=Maps(nist="IA-5 IA-5(1)", hipaa="308(a)(3)(ii)(C) 308(a)(5)(ii)(D)", pci="8.3.9 8.6.3", soc2="~CC6.1 CC6.2", iso="~A.5.17 A.5.18"),
        severity=Severity.MEDIUM,
        reads={SECRET: ("properties.attributes.expires",)},
        evaluate=is_set("properties.attributes.expires", "never expires"),
        snippet="""\
from pulumi_azure_native import keyvault

keyvault.Secret(
    "database",
    resource_group_name="acme-prod",
    vault_name="acme-prod",
    properties={"value": "replace-me", "attributes": {"expires": 1811808000}},
)
""",
    ),
)
