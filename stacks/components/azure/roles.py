"""Built-in roles and policies of Azure by their fixed ids, and stable ids for what the program makes.

source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (read 2026-11-22)
"""

from __future__ import annotations

import uuid

import pulumi

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
REGISTRATION_DELETER = "91c1777a-f3dc-4fae-b103-61d183457e46"
"""Lets the managing tenant give up its own delegation. source: https://learn.microsoft.com/azure/lighthouse/how-to/remove-delegation (read 2026-11-22)"""
VAULT_ADMINISTRATOR = "00482a5a-887f-4fb3-b363-3b7fe8e74483"
VAULT_CRYPTO_USER = "12338af0-0e69-4776-bea7-57ae8d297424"
VAULT_CRYPTO_SERVICE_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
"""Key Vault Crypto Service Encryption User: reads keys, wraps and unwraps with them."""
BLOB_DATA_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"

ALLOWED_LOCATIONS = "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c"
ALLOWED_MANAGING_TENANTS = "/providers/Microsoft.Authorization/policyDefinitions/7a8a51a3-ad87-4def-96f3-65a1839242b6"
"""source: https://github.com/Azure/azure-policy/tree/master/built-in-policies/policyDefinitions (read 2026-11-22)"""

NIST = "179d1daa-458f-4e47-8086-2a68d0d6c38f"
INITIATIVES = {"nist-800-53-low": NIST, "nist-800-53-moderate": NIST, "nist-800-53-high": NIST, "hipaa": "a169a624-5599-4385-a696-c8d643089fab"}
"""Framework of the spec -> the built-in initiative that checks for it; it finds, and changes nothing.

source: https://learn.microsoft.com/azure/governance/policy/samples/built-in-initiatives (read 2026-11-22)
"""

_NAMESPACE = uuid.UUID("9b0c0f5e-2d3a-5a64-8b1f-6f0f3f6f7a10")


def definition(subscription: str, role: str) -> str:
    """The full id of a built-in role as seen from a subscription."""
    return f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def stable_id(*parts: str) -> str:
    """A GUID that is the same on every run for the same parts: Azure names assignments and delegations by GUID."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def untyped_principal(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    """Takes away the principal type that the SDK fills in (`User`): the spec names object ids, and Azure knows itself what they are."""
    return pulumi.ResourceTransformationResult(props={key: value for key, value in args.props.items() if key != "principal_type"}, opts=args.opts)
