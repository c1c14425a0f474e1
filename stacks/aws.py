"""One environment on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws

from handoff.errors import SpecError
from stacks.components.aws import statements
from stacks.components.aws.alarms import Alarms, AlarmsArgs
from stacks.components.aws.audit_log import AuditLog, AuditLogArgs
from stacks.components.aws.backups import Backups, BackupsArgs
from stacks.components.aws.break_glass import BreakGlass, BreakGlassArgs
from stacks.components.aws.client_key import ClientKey, ClientKeyArgs
from stacks.components.aws.data_store import DataStore, DataStoreArgs
from stacks.components.aws.granted_role import GrantedRole, GrantedRoleArgs
from stacks.components.aws.network import Network, NetworkArgs
from stacks.components.aws.spending import Spending, SpendingArgs

if TYPE_CHECKING:
    from stacks.settings import Settings


def provision(settings: Settings) -> dict[str, object]:
    """Make it, and return what others need to find it. Raises SpecError when the environment is not on AWS."""
    block = settings.environment.aws
    if block is None:
        raise SpecError(f"environments: {settings.environment.name} has no aws block")
    return _Account(settings, account=block.account, region=block.regions[0]).provision()


class _Account:
    """One account and region; the methods are the parts of the environment in the order in which they need each other."""

    def __init__(self, settings: Settings, *, account: str, region: str) -> None:
        self.settings = settings
        self.account = account
        self.region = region
        self.partition = statements.partition(region)
        self.root = f"arn:{self.partition}:iam::{account}:root"
        self.guardians = settings.guardians("aws")
        provider = pulumi_aws.Provider("aws", region=region, allowed_account_ids=[account])
        self.options = pulumi.ResourceOptions(providers=[provider])

    def provision(self) -> dict[str, object]:
        settings = self.settings
        break_glass = self._break_glass()
        data_key = self._key("data", f"Data of {settings.prefix}", settings.data_classes)
        stores = {store.name: self._store(store.name, store.data_class, data_key.arn) for store in settings.stores("aws")}
        audit, audit_key = self._audit()
        self._alarms(audit, audit_key)
        network = self._network(audit)
        backups = self._backups(data_key.arn)
        roles = self._roles(data_key.arn)
        return {
            "account": self.account,
            "region": self.region,
            "stores": {name: store.bucket_name for name, store in stores.items()},
            "secrets": {name: store.secret_arn for name, store in stores.items()},
            "roles": {name: role.arn for name, role in roles.items()},
            "breakGlass": break_glass.arn,
            "keys": {"data": data_key.arn},
            "trail": audit.trail_arn,
            "logs": audit.bucket_name,
            "vpc": network.vpc_id,
            "backupVault": backups.vault_name,
            "budget": self._budget().budget_name,
        }

    def _break_glass(self) -> BreakGlass:
        return BreakGlass(
            "breakglass",
            BreakGlassArgs(
                role_name=self.settings.name("breakglass", limit=64),
                principals=self.guardians,
                account_root=self.root,
                arn_partition=self.partition,
                tags=self.settings.tags(),
            ),
            self.options,
        )

    def _key(self, name: str, description: str, data_class: str, *services: statements.Statement) -> ClientKey:
        return ClientKey(
            f"{name}-key",
            ClientKeyArgs(
                alias=self.settings.name(name, limit=200),
                description=description,
                policy=statements.key_policy(self.guardians, account_root=self.root, services=services),
                disposable=self.settings.disposable,
                tags=self.settings.tags(data_class=data_class),
            ),
            self.options,
        )

    def _store(self, name: str, data_class: str, key_arn: pulumi.Output[str]) -> DataStore:
        return DataStore(
            name,
            DataStoreArgs(
                bucket_name=self._bucket(name),
                bucket_arn=self._bucket_arn(name),
                secret_name=f"{self.settings.prefix}/{name}",
                key_arn=key_arn,
                disposable=self.settings.disposable,
                plain_http=self.settings.plain_http,
                tags=self.settings.tags(data_class=data_class),
            ),
            self.options,
        )

    def _bucket(self, name: str) -> str:
        """Bucket names are unique in the world: the account id makes this one so."""
        return self.settings.name(name, self.account)

    def _bucket_arn(self, name: str) -> str:
        return f"arn:{self.partition}:s3:::{self._bucket(name)}"

    def _audit(self) -> tuple[AuditLog, ClientKey]:
        here = {"account": self.account, "region": self.region, "arn_partition": self.partition}
        trail_name, bucket = self.settings.name("trail"), self._bucket_arn("audit")
        trail_arn = f"arn:{self.partition}:cloudtrail:{self.region}:{self.account}:trail/{trail_name}"
        log_group_name = f"/handoff/{self.settings.prefix}/operations"
        log_group_arn = f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{log_group_name}"
        uses = (
            statements.trail_key_use(trail_arn),
            statements.logs_key_use(self.region, log_group_arn=log_group_arn),
            statements.flow_key_use(**here),
            statements.alarm_key_use(account=self.account),
        )
        key = self._key("audit", f"Audit log of {self.settings.prefix}", "none", *uses)
        audit = AuditLog(
            "audit",
            AuditLogArgs(
                bucket_name=self._bucket("audit"),
                bucket_arn=bucket,
                allows=[*statements.trail_bucket(bucket, account=self.account, trail_arn=trail_arn), *statements.flow_bucket(bucket, **here)],
                trail_name=trail_name,
                role_name=self.settings.name("trail", limit=64),
                log_group_name=log_group_name,
                log_group_arn=log_group_arn,
                stores=[self._bucket_arn(store.name) for store in self.settings.stores("aws")],
                key_arn=key.arn,
                disposable=self.settings.disposable,
                plain_http=self.settings.plain_http,
                tags=self.settings.tags(),
            ),
            self.options,
        )
        return audit, key

    def _alarms(self, audit: AuditLog, key: ClientKey) -> Alarms:
        client = self.settings.engagement.parties.client
        args = AlarmsArgs(
            base_name=self.settings.name("alarms"),
            log_group_name=audit.log_group_name,
            key_arn=key.arn,
            emails=[one for one in client.contacts if "@" in one],
            tags=self.settings.tags(),
        )
        return Alarms("alarms", args, self.options)

    def _network(self, audit: AuditLog) -> Network:
        args = NetworkArgs(
            cidr=self.settings.environment.network,
            region=self.region,
            flow_log_bucket_arn=self._bucket_arn("audit"),
            ready=audit.ready,
            tags=self.settings.tags(),
        )
        return Network("network", args, self.options)

    def _backups(self, key_arn: pulumi.Output[str]) -> Backups:
        tags = self.settings.tags(data_class=self.settings.data_classes)
        return Backups(
            "backups",
            BackupsArgs(
                base_name=self.settings.name("backups", limit=50),
                role_name=self.settings.name("backup", limit=64),
                arn_partition=self.partition,
                recovery_point=self.settings.engagement.requirements.recovery_point,
                key_arn=key_arn,
                disposable=self.settings.disposable,
                engagement_id=tags["engagement-id"],
                tags=tags,
            ),
            self.options,
        )

    def _roles(self, data_key_arn: pulumi.Output[str]) -> dict[str, GrantedRole]:
        return {
            grant.name: GrantedRole(
                grant.name,
                GrantedRoleArgs(
                    grant=grant,
                    role_name=self.settings.name(grant.name, limit=54),
                    account=self.account,
                    arn_partition=self.partition,
                    buckets=[self._bucket(store.name) for store in self.settings.stores("aws")],
                    data_key_arn=data_key_arn,
                    tags=self.settings.tags(grant=grant),
                ),
                self.options,
            )
            for grant in self.settings.grants("aws")
        }

    def _budget(self) -> Spending:
        return Spending(
            "budget",
            SpendingArgs(
                budget_name=self.settings.name("monthly"),
                budget=self.settings.environment.budget,
                starts=self.settings.engagement.term.start,
                emails=self.settings.emails,
                tags=self.settings.tags(),
            ),
            self.options,
        )
