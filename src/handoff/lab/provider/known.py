"""The resource types and functions that the lab knows, found by walking the records."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, cast

from handoff import registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.lab.provider.record import Invoke, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One Pulumi package that the lab stands in for."""

    name: str
    version: str
    """The installed SDK's, which is what the engine asks for."""
    settings: frozenset[str]
    """Provider configuration that is understood."""
    records: Mapping[str, Record]
    """By token."""
    invokes: Mapping[str, Invoke]
    """By token."""


_AWS = {"region", "profile", "accessKey", "secretKey", "token", "defaultTags", "allowedAccountIds", "maxRetries", "skipMetadataApiCheck"} | {
    "skipCredentialsValidation",
    "skipRegionValidation",
    "skipRequestingAccountId",
}
_ENTRA = {"tenantId", "clientId", "clientSecret", "environment", "metadataHost", "partnerId", "msiEndpoint", "useMsi", "useOidc"} | {
    "clientCertificatePassword",
    "clientCertificatePath",
    "oidcRequestToken",
    "oidcRequestUrl",
    "oidcToken",
    "oidcTokenFilePath",
}
_AZURE_NATIVE = {"subscriptionId", "location", "auxiliaryTenantIds", "disableInstanceDiscovery", "disablePulumiPartnerId", "useDefaultAzureCredential"}
_AZUREAD = {"useCli", "useAksWorkloadIdentity", "disableTerraformPartnerId", "clientCertificate", "clientIdFilePath", "clientSecretFilePath"} | {
    "adoPipelineServiceConnectionId"
}
SETTINGS: Mapping[str, frozenset[str]] = {
    "aws": frozenset(_AWS),
    "azure-native": frozenset(_ENTRA | _AZURE_NATIVE),
    "azuread": frozenset(_ENTRA | _AZUREAD),
    "gcp": frozenset({"project", "region", "zone", "userProjectOverride", "billingProject", "disableGlobalProjectWarning", "addPulumiAttributionLabel"}),
}


@cache
def package(name: str) -> Package:
    """Everything known of one package; a duplicate token is an error. Raises RegistryError."""
    home = f"{__package__}.{name.replace('-', '_')}"
    records: dict[str, Record] = {}
    invokes: dict[str, Invoke] = {}
    for path, value in registry.load(home, "RECORDS").items():
        for record in cast("tuple[Record, ...]", value):
            if record.token in records:
                raise registry.RegistryError(f"{record.token} has two records, one of them in {home}.{path}", hint="Keep one.")
            if not record.token.startswith(f"{name}:"):
                raise registry.RegistryError(f"{record.token} lies in {home}.{path}", hint=f"Tokens there begin with {name}:")
            records[record.token] = record
        invokes.update(getattr(importlib.import_module(f"{home}.{path}"), "INVOKES", {}))
    return Package(name=name, version=version(f"pulumi-{name}"), settings=SETTINGS[name], records=records, invokes=invokes)


def tokens() -> dict[str, tuple[str, ...]]:
    """Known resource types by package, sorted."""
    return {name: tuple(sorted(package(name).records)) for name in SETTINGS}
