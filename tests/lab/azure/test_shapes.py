"""Honesty: what the stand-in answers is what the vendor's own models know, nothing more, and everything that they require."""

from __future__ import annotations

import typing
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from azure.keyvault.secrets._generated.models import SecretBundle
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.authorization.v2022_04_01.models import RoleAssignment, RoleDefinition
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.keyvault.models import Key, Vault
from azure.mgmt.managedservices import ManagedServicesClient
from azure.mgmt.managedservices.models import RegistrationAssignment, RegistrationDefinition
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.network.models import NetworkSecurityGroup, VirtualNetwork
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.resources.models import ResourceGroup
from azure.mgmt.storage import StorageManagementClient
from azure.mgmt.storage.models import BlobContainer, StorageAccount, StorageAccountListKeysResult

from handoff.lab import identities
from handoff.lab.azure import roles

if TYPE_CHECKING:
    from conftest import Azure

SUBSCRIPTION = f"/subscriptions/{identities.SUBSCRIPTION}"


def faults(model: type, body: dict[str, Any], where: str = "") -> list[str]:
    """Properties of the body that the model does not know, and required ones that are missing."""
    where = where or model.__name__
    if hasattr(model, "_attribute_map"):
        return _faults_by_map(model, body, where)
    model()  # fills in the field table
    fields = {field._rest_name: name for name, field in model._attr_to_rest_field.items()}
    hints: dict[str, Any] = {}
    for base in reversed(model.__mro__):
        hints.update(getattr(base, "__annotations__", {}))
    found = [f"{where}.{name} is not in the model" for name in body if name not in fields]
    for rest, name in fields.items():
        value, nested = body.get(rest), _model_in(hints[name], model)
        if rest not in body and type(None) not in typing.get_args(hints[name]):
            found.append(f"{where}.{rest} is required")
        if nested is not None and isinstance(value, dict) and typing.get_origin(hints[name]) is not dict:
            found += faults(nested, value, f"{where}.{rest}")
        if nested is not None and isinstance(value, list):
            found += [fault for item in value for fault in faults(nested, item, f"{where}.{rest}[]")]
    return found


def _model_in(hint: Any, owner: type) -> type | None:
    """The model class inside of an annotation such as `Optional[list["_models.Subnet"]]`."""
    import sys

    name = hint.__forward_arg__ if isinstance(hint, typing.ForwardRef) else hint if isinstance(hint, str) else None
    if name:
        found = getattr(sys.modules[owner.__module__.rpartition(".")[0]], name.rpartition(".")[2], None)
        return found if isinstance(found, type) and hasattr(found, "_deserialize") else None
    return next((model for one in typing.get_args(hint) if (model := _model_in(one, owner))), None)


def _faults_by_map(model: Any, body: dict[str, Any], where: str) -> list[str]:
    known = {entry["key"]: entry["type"] for entry in model._attribute_map.values()}
    flat = dict(body)
    if any(key.startswith("properties.") for key in known):
        flat = {**{k: v for k, v in body.items() if k != "properties"}, **{f"properties.{k}": v for k, v in body.get("properties", {}).items()}}
    found = [f"{where}.{name} is not in the model" for name in flat if name not in known]
    for name, rules in model._validation.items():
        if rules.get("required") and model._attribute_map[name]["key"] not in flat:
            found.append(f"{where}.{model._attribute_map[name]['key']} is required")
    module = __import__(model.__module__.rpartition(".")[0], fromlist=["x"])
    for key, value in flat.items():
        nested = getattr(module, str(known.get(key, "")).strip("[]"), None)
        if nested is not None and hasattr(nested, "_attribute_map"):
            found += [fault for item in (value if isinstance(value, list) else [value]) for fault in _faults_by_map(nested, item, f"{where}.{key}")]
    return found


def test_the_check_itself_sees_unknown_and_missing_properties() -> None:
    assert faults(StorageAccount, {"location": "x"}) == []
    assert faults(StorageAccount, {"location": "x", "colour": "red"}) == ["StorageAccount.colour is not in the model"]
    assert faults(StorageAccount, {}) == ["StorageAccount.location is required"]
    assert faults(VirtualNetwork, {"properties": {"subnets": [{"properties": {"colour": 1}}]}}) == [
        "VirtualNetwork.properties.subnets[].properties.colour is not in the model"
    ]
    assert faults(RoleAssignment, {"properties": {"colour": 1}}) == ["RoleAssignment.properties.colour is not in the model"]


@pytest.fixture(scope="module")
def made(azure: Azure) -> dict[str, Any]:
    """One of each type, made by the unmodified management clients; then read as plain JSON."""
    arguments = azure.sdk(identities.ADMIN)
    name, tail = f"rg-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex[:10]
    subscription = identities.SUBSCRIPTION
    group = ResourceManagementClient(subscription_id=subscription, **arguments).resource_groups.create_or_update(name, {"location": "westeurope"})
    storage = StorageManagementClient(subscription_id=subscription, **arguments)
    account = storage.storage_accounts.begin_create(name, f"s{tail}", {"location": "westeurope", "sku": {"name": "Standard_ZRS"}, "kind": "StorageV2"}).result()
    container = storage.blob_containers.create(name, f"s{tail}", "records", {})
    vaults = KeyVaultManagementClient(subscription_id=subscription, **arguments)
    properties = {"tenantId": identities.CLIENT_TENANT, "sku": {"family": "A", "name": "standard"}, "enablePurgeProtection": True}
    vault = vaults.vaults.begin_create_or_update(name, f"kv{tail}", {"location": "westeurope", "properties": properties}).result()
    key = vaults.keys.create_if_not_exist(name, f"kv{tail}", "cmk", {"properties": {"kty": "RSA"}})
    network = NetworkManagementClient(subscription_id=subscription, **arguments)
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}]}
    virtual = network.virtual_networks.begin_create_or_update(name, "v", {"location": "westeurope", "properties": space}).result()
    rules = [{"name": "r", "properties": {"access": "Deny", "direction": "Inbound", "priority": 100, "protocol": "*"}}]
    walls = network.network_security_groups.begin_create_or_update(name, "n", {"location": "westeurope", "properties": {"securityRules": rules}}).result()
    grants = AuthorizationManagementClient(subscription_id=subscription, **arguments)
    assignment = grants.role_assignments.create(
        str(group["id"]),
        str(uuid.uuid4()),
        {
            "properties": {
                "roleDefinitionId": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{roles.READER}",
                "principalId": azure.principal().object_id,
            }
        },
    )
    lighthouse = ManagedServicesClient(
        azure.credential(identities.ADMIN), base_url=azure.base, credential_scopes=arguments["credential_scopes"], connection_verify=azure.ca
    )
    held = [{"principalId": identities.PROVIDER_OPERATOR_AZURE, "roleDefinitionId": roles.READER}]
    definition = lighthouse.registration_definitions.begin_create_or_update(
        str(uuid.uuid4()),
        SUBSCRIPTION,
        {"properties": {"managedByTenantId": identities.PROVIDER_TENANT, "authorizations": held, "registrationDefinitionName": "ops"}},
    ).result()
    delegation = lighthouse.registration_assignments.begin_create_or_update(
        str(group["id"]), str(uuid.uuid4()), {"properties": {"registrationDefinitionId": definition.id}}
    ).result()
    return {
        "group": (ResourceGroup, group["id"]),
        "account": (StorageAccount, account["id"]),
        "container": (BlobContainer, container["id"]),
        "vault": (Vault, vault["id"]),
        "key": (Key, key["id"]),
        "network": (VirtualNetwork, virtual["id"]),
        "walls": (NetworkSecurityGroup, walls["id"]),
        "assignment": (RoleAssignment, assignment.id),
        "definition": (RegistrationDefinition, definition.id),
        "delegation": (RegistrationAssignment, delegation.id),
    }


@pytest.mark.parametrize("name", ["group", "account", "container", "vault", "key", "network", "walls", "assignment", "definition", "delegation"])
def test_what_arm_answers_is_what_the_vendors_models_know(azure: Azure, made: dict[str, Any], name: str) -> None:
    model, path = made[name]
    assert faults(model, azure.ok(azure.arm("GET", path))) == []
    listed = azure.ok(azure.arm("GET", path.rpartition("/")[0])) if name != "group" else azure.ok(azure.arm("GET", f"{SUBSCRIPTION}/resourceGroups"))
    assert [fault for item in listed["value"] for fault in faults(model, item)] == []
    assert path in {item["id"] for item in listed["value"]}


def test_role_definitions_keys_and_expanded_delegations_too(azure: Azure, made: dict[str, Any]) -> None:
    listed = azure.ok(azure.arm("GET", f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"))["value"]
    assert roles.OWNER in {item["name"] for item in listed}
    assert [fault for item in listed for fault in faults(RoleDefinition, item)] == []
    keys = azure.ok(azure.arm("POST", f"{made['account'][1]}/listKeys"))
    assert faults(StorageAccountListKeysResult, keys) == []
    expanded = azure.ok(azure.arm("GET", made["delegation"][1], **{"$expandRegistrationDefinition": "true"}))
    assert faults(RegistrationAssignment, expanded) == []


def test_a_secret_bundle_has_the_members_of_the_model(azure: Azure) -> None:
    name = f"kv{uuid.uuid4().hex[:10]}"
    properties = {"tenantId": identities.CLIENT_TENANT, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
    uri = azure.ok(azure.arm("PUT", f"{azure.group()}/providers/Microsoft.KeyVault/vaults/{name}", {"location": "westeurope", "properties": properties}))[
        "properties"
    ]["vaultUri"]
    headers = {"authorization": f"Bearer {azure.token(identities.ADMIN, 'https://vault.azure.net')}"}
    bundle = azure.ok(azure.client.put(f"{uri}secrets/db", json={"value": "x"}, headers=headers, params={"api-version": "7.4"}))
    assert faults(SecretBundle, bundle) == []


def test_deletions_through_the_management_clients_leave_nothing(azure: Azure) -> None:
    arguments = azure.sdk(identities.ADMIN)
    client = ResourceManagementClient(subscription_id=identities.SUBSCRIPTION, **arguments)
    name = f"rg-{uuid.uuid4().hex[:8]}"
    client.resource_groups.create_or_update(name, {"location": "westeurope"})
    assert name in {group.name for group in client.resource_groups.list()}
    client.resource_groups.begin_delete(name).wait()
    assert name not in {group.name for group in client.resource_groups.list()}
