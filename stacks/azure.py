"""One environment on Azure."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import pulumi
import pulumi_azure_native
import pulumi_azuread
from pulumi_azure_native import resources

from handoff.errors import SpecError
from stacks.components.azure.alerts import Alerts, AlertsArgs
from stacks.components.azure.audit_log import AuditLog, AuditLogArgs, Watched
from stacks.components.azure.backups import Backups, BackupsArgs
from stacks.components.azure.break_glass import BreakGlass, BreakGlassArgs
from stacks.components.azure.client_vault import ClientVault, ClientVaultArgs
from stacks.components.azure.data_key import DataKey, DataKeyArgs
from stacks.components.azure.data_store import DataStore, DataStoreArgs
from stacks.components.azure.delegation import Delegation, DelegationArgs
from stacks.components.azure.guardrails import Guardrails, GuardrailsArgs
from stacks.components.azure.key_use import KeyUse, KeyUseArgs
from stacks.components.azure.network import Network, NetworkArgs
from stacks.components.azure.spending import Spending, SpendingArgs

if TYPE_CHECKING:
    from handoff.spec.model import AzureEnvironment
    from stacks.settings import Settings


def provision(settings: Settings) -> dict[str, object]:
    """Make it, and return what others need to find it. Raises SpecError when the environment is not on Azure."""
    block = settings.environment.azure
    if block is None:
        raise SpecError(f"environments: {settings.environment.name} has no azure block")
    return _Subscription(settings, block).provision()


class _Subscription:
    """One subscription and location; the methods are the parts of the environment in the order in which they need each other."""

    def __init__(self, settings: Settings, block: AzureEnvironment) -> None:
        self.settings = settings
        self.block = block
        self.subscription = block.subscription
        self.location = block.locations[0]
        self.guardians = settings.guardians("azure")
        self.entra = pulumi_azuread.Provider("entra", tenant_id=block.tenant)
        provider = pulumi_azure_native.Provider("azure", location=self.location, subscription_id=block.subscription, tenant_id=block.tenant)
        self.options = pulumi.ResourceOptions(providers=[provider])
        group = resources.ResourceGroup(
            "environment",
            resource_group_name=settings.name(limit=90),
            location=self.location,
            tags=settings.tags(data_class=settings.data_classes),
            opts=pulumi.ResourceOptions(provider=provider),
        )
        self.group_name: pulumi.Output[str] = group.name

    def provision(self) -> dict[str, object]:
        guardrails = self._guardrails()
        break_glass = self._break_glass()
        network = self._network()
        vault = self._vault(network)
        key = self._data_key(vault)
        stores = {store.name: self._store(store.name, store.data_class, vault, key, network) for store in self.settings.stores("azure")}
        audit = self._audit(vault, key, network)
        self._backups(key)
        self._alerts()
        delegations = self._delegations(guardrails)
        groups = self._key_uses(vault)
        return {
            "subscription": self.subscription,
            "location": self.location,
            "resourceGroup": self.group_name,
            "stores": {name: store.store for name, store in stores.items()},
            "secrets": {name: store.secret_id for name, store in stores.items() if store.secret_id is not None},
            "delegations": {name: one.assignment_id for name, one in delegations.items()},
            "groups": {name: one.group_id for name, one in groups.items()},
            "breakGlass": break_glass.group_id,
            "vault": vault.vault_name,
            "keys": {"data": vault.key_id},
            "logs": audit.workspace_id,
            "budget": self._budget().budget_name,
        }

    def _guardrails(self) -> Guardrails:
        tenants = {tenant for grant in self.settings.grants("azure") for tenant in grant.party.identities.azure.tenants}
        args = GuardrailsArgs(
            subscription=self.subscription,
            prefix=self.settings.name(limit=50),
            locations=self.block.locations,
            managing_tenants=sorted(tenants),
            frameworks=self.settings.engagement.requirements.frameworks,
        )
        return Guardrails("guardrails", args, self.options)

    def _break_glass(self) -> BreakGlass:
        members = [one.principal for one in self.settings.engagement.parties.client.break_glass if one.cloud == "azure"]
        enforced = self.settings.engagement.term.phase != "onboard"
        return BreakGlass(
            "breakglass", BreakGlassArgs(group_name=self.settings.name("breakglass"), members=members, enforced=enforced, entra=self.entra), self.options
        )

    def _vault(self, network: Network) -> ClientVault:
        return ClientVault(
            "vault",
            ClientVaultArgs(
                vault_name=self.settings.compact_name(salt=self.subscription),
                subscription=self.subscription,
                tenant=self.block.tenant,
                location=self.location,
                group_name=self.group_name,
                subnet_id=network.subnet_id,
                administrators=self.guardians,
                disposable=self.settings.disposable,
                tags=self.settings.tags(data_class=self.settings.data_classes),
            ),
            self.options,
        )

    def _data_key(self, vault: ClientVault) -> DataKey:
        return DataKey(
            "data-key",
            DataKeyArgs(
                identity_name=self.settings.name("data-key"),
                subscription=self.subscription,
                location=self.location,
                group_name=self.group_name,
                vault=vault,
                tags=self.settings.tags(data_class=self.settings.data_classes),
            ),
            self.options,
        )

    def _store(self, name: str, data_class: str, vault: ClientVault, key: DataKey, network: Network) -> DataStore:
        # On the way down the store's secret goes while the vault's administrators still are that.
        options = pulumi.ResourceOptions.merge(self.options, pulumi.ResourceOptions(depends_on=[vault]))
        return DataStore(
            name,
            DataStoreArgs(
                store_name=name,
                account_name=self.settings.compact_name(name, salt=self.subscription),
                subscription=self.subscription,
                location=self.location,
                group_name=self.group_name,
                vault_name=vault.vault_name,
                secret_value=self.settings.store_secret,
                secret_expires_s=int(datetime.combine(self.settings.engagement.term.end, time.max, UTC).timestamp()),
                subnet_id=network.subnet_id,
                account_keys=self.settings.disposable,
                owners=self.guardians,
                key=key,
                tags=self.settings.tags(data_class=data_class),
            ),
            options,
        )

    def _audit(self, vault: ClientVault, key: DataKey, network: Network) -> AuditLog:
        watched = {
            "vault": Watched(resource_id=vault.vault_id, log={"category_group": "audit"}),
            "network": Watched(resource_id=network.guard_id, log={"category": "NetworkSecurityGroupEvent"}),
        }
        return AuditLog(
            "audit",
            AuditLogArgs(
                subscription=self.subscription,
                workspace_name=self.settings.name("audit"),
                account_name=self.settings.compact_name("audit", salt=self.subscription),
                location=self.location,
                group_name=self.group_name,
                subnet_id=network.subnet_id,
                watched=watched,
                key=key,
                tags=self.settings.tags(),
            ),
            self.options,
        )

    def _network(self) -> Network:
        args = NetworkArgs(
            base_name=self.settings.name("network"),
            cidr=self.settings.environment.network,
            location=self.location,
            group_name=self.group_name,
            tags=self.settings.tags(),
        )
        return Network("network", args, self.options)

    def _backups(self, key: DataKey) -> Backups:
        tags = self.settings.tags(data_class=self.settings.data_classes)
        return Backups(
            "backups",
            BackupsArgs(vault_name=self.settings.name("backups", limit=50), location=self.location, group_name=self.group_name, key=key, tags=tags),
            self.options,
        )

    def _alerts(self) -> Alerts:
        args = AlertsArgs(
            base_name=self.settings.name("alerts"),
            subscription=self.subscription,
            group_name=self.group_name,
            client_emails=[one for one in self.settings.engagement.parties.client.contacts if "@" in one],
            emails=self.settings.emails,
            tags=self.settings.tags(),
        )
        return Alerts("alerts", args, self.options)

    def _delegations(self, guardrails: Guardrails) -> dict[str, Delegation]:
        options = pulumi.ResourceOptions.merge(self.options, pulumi.ResourceOptions(depends_on=[guardrails.tenants]))
        return {
            grant.name: Delegation(
                grant.name,
                DelegationArgs(grant=grant, subscription=self.subscription, offer_name=self.settings.name(grant.name)),
                options,
            )
            for grant in self.settings.grants("azure")
        }

    def _key_uses(self, vault: ClientVault) -> dict[str, KeyUse]:
        return {
            grant.name: KeyUse(
                f"{grant.name}-keys",
                KeyUseArgs(
                    grant=grant,
                    group_name=self.settings.name(grant.name),
                    subscription=self.subscription,
                    vault_id=vault.vault_id,
                    entra=self.entra,
                ),
                self.options,
            )
            for grant in self.settings.grants("azure")
            if grant.writes
        }

    def _budget(self) -> Spending:
        return Spending(
            "budget",
            SpendingArgs(
                budget_name=self.settings.name("monthly"),
                subscription=self.subscription,
                budget=self.settings.environment.budget,
                month=self.settings.today,
                ends=self.settings.engagement.term.end,
                emails=self.settings.emails,
            ),
            self.options,
        )
