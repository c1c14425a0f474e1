"""One environment on Google Cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_gcp

from handoff.errors import SpecError
from stacks.components.gcp.audit_log import AuditLog, AuditLogArgs
from stacks.components.gcp.client_key import ClientKey, ClientKeyArgs
from stacks.components.gcp.client_project import ClientProject, ClientProjectArgs
from stacks.components.gcp.data_store import DataStore, DataStoreArgs
from stacks.components.gcp.granted_account import GrantedAccount, GrantedAccountArgs
from stacks.components.gcp.network import Network, NetworkArgs
from stacks.components.gcp.spending import Spending, SpendingArgs

if TYPE_CHECKING:
    from handoff.spec.model import GcpEnvironment
    from stacks.settings import Settings


def provision(settings: Settings) -> dict[str, object]:
    """Make it, and return what others need to find it. Raises SpecError when the environment is not on Google Cloud."""
    block = settings.environment.gcp
    if block is None:
        raise SpecError(f"environments: {settings.environment.name} has no gcp block")
    return _Project(settings, block).provision()


class _Project:
    """One project; the methods are the parts of the environment in the order in which they need each other."""

    def __init__(self, settings: Settings, block: GcpEnvironment) -> None:
        self.settings = settings
        self.block = block
        self.location = block.locations[0]
        provider = pulumi_gcp.Provider("gcp", project=block.project, region=self.location)
        options = pulumi.ResourceOptions(providers=[provider])
        self.project = ClientProject(
            "project",
            ClientProjectArgs(
                project=block.project,
                display_name=settings.name(limit=30),
                organization=block.organization,
                billing_account=block.billing_account,
                locations=block.locations,
                disposable=settings.disposable,
                labels=settings.labels(data_class=settings.data_classes),
            ),
            options,
        )
        self.options = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=list(self.project.enabled)))

    def provision(self) -> dict[str, object]:
        key = self._key()
        stores = {store.name: self._store(store.name, store.data_class, key) for store in self.settings.stores("gcp")}
        audit = AuditLog("audit", AuditLogArgs(project=self.project.project_id, location=self.location, disposable=self.settings.disposable), self.options)
        self._network()
        accounts = self._accounts(key)
        return {
            "project": self.project.project_id,
            "number": self.project.number,
            "location": self.location,
            "stores": {name: store.bucket_name for name, store in stores.items()},
            "secrets": {name: store.secret_id for name, store in stores.items()},
            "accounts": {name: one.email for name, one in accounts.items() if one.email is not None},
            "keys": {"data": key.key_id},
            "logs": audit.bucket_id,
            "budget": self._budget(),
        }

    def _key(self) -> ClientKey:
        return ClientKey(
            "data-key",
            ClientKeyArgs(
                project=self.project.project_id,
                number=self.project.number,
                location=self.location,
                ring_name=self.settings.name(),
                hardware=self.settings.is_restricted,
                disposable=self.settings.disposable,
                labels=self.settings.labels(data_class=self.settings.data_classes),
            ),
            self.options,
        )

    def _store(self, name: str, data_class: str, key: ClientKey) -> DataStore:
        return DataStore(
            name,
            DataStoreArgs(
                project=self.project.project_id,
                location=self.location,
                # Project ids are unique in the world, so a bucket's name that begins with one is too.
                bucket_name=f"{self.block.project}-{name}",
                secret_name=name,
                key_id=key.key_id,
                ready=key.storage_may_use,
                disposable=self.settings.disposable,
                labels=self.settings.labels(data_class=data_class),
            ),
            self.options,
        )

    def _network(self) -> Network:
        args = NetworkArgs(
            base_name=self.settings.name(limit=50), project=self.project.project_id, region=self.location, cidr=self.settings.environment.network
        )
        return Network("network", args, self.options)

    def _accounts(self, key: ClientKey) -> dict[str, GrantedAccount]:
        return {
            grant.name: GrantedAccount(grant.name, GrantedAccountArgs(grant=grant, project=self.project.project_id, key_id=key.key_id), self.options)
            for grant in self.settings.grants("gcp")
        }

    def _budget(self) -> pulumi.Output[str] | None:
        """None without a billing account in the spec: then somebody else pays, and watches."""
        if self.block.billing_account is None:
            return None
        args = SpendingArgs(
            display_name=self.settings.name("monthly", limit=60),
            billing_account=self.block.billing_account,
            number=self.project.number,
            budget=self.settings.environment.budget,
        )
        return Spending("budget", args, self.options).budget_name
