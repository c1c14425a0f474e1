"""What keeps the client's data: its class, its key and its locks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import as_number

from . import _aws_types, _azure_types, _gcp_types
from ._ways import Store

if TYPE_CHECKING:
    from handoff.controls.context import Context
    from handoff.controls.resource import Resource, Stack
    from handoff.spec import DataClass

STORES: Mapping[str, Store] = {**_aws_types.STORES, **_azure_types.STORES, **_gcp_types.STORES}
SECRETS: Mapping[str, Store] = {**_aws_types.SECRETS, **_azure_types.SECRETS, **_gcp_types.SECRETS}
COPIES: Mapping[str, Store] = {
    "aws:backup/vault:Vault": Store(keys=("kmsKeyArn",)),
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": Store(keys=("encryptionKeyArn",)),
    "gcp:backupdisasterrecovery/backupVault:BackupVault": Store(tags="labels", keys=("encryptionConfig.kmsKeyName",)),
}
"""Types that keep copies: they go back with what they copy, and have to be destroyed all the same."""
PARENT_KEYS: Mapping[str, str] = {**_azure_types.PARENT_KEYS, **_gcp_types.PARENT_KEYS}
SSE = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
SSE_KEY = "rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyId"
NO_DATA = "none"
_TAGS = ("data-class", "data_class")
_NAMES = ("bucket", "name", "accountName", "identifier", "clusterIdentifier", "databaseName", "datasetId", "serverName", "instanceId", "repositoryId")
"""Input properties that hold a store's own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What keeps data from being deleted, by whomever."""

    days: str
    """The property with its length."""
    per_day: float = 1
    """How many of the property's units are a day."""
    years: str = ""
    on: str = ""
    """The property that makes it one that nobody can lift, and with which value; empty = it always is."""
    value: object = True


_BUCKET_LOCK = Lock(days="rule.defaultRetention.days", years="rule.defaultRetention.years", on="rule.defaultRetention.mode", value="COMPLIANCE")
OWN_LOCKS: Mapping[str, Lock] = {
    "aws:s3/bucket:Bucket": Lock(
        days="objectLockConfiguration.rule.defaultRetention.days",
        years="objectLockConfiguration.rule.defaultRetention.years",
        on="objectLockConfiguration.rule.defaultRetention.mode",
        value="COMPLIANCE",
    ),
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": Lock(days="minRetentionDays"),
    _azure_types.ACCOUNT: Lock(
        days="immutableStorageWithVersioning.immutabilityPolicy.immutabilityPeriodSinceCreationInDays",
        on="immutableStorageWithVersioning.immutabilityPolicy.state",
        value="Locked",
    ),
    "gcp:storage/bucket:Bucket": Lock(days="retentionPolicy.retentionPeriod", per_day=86400, on="retentionPolicy.isLocked"),
    "gcp:backupdisasterrecovery/backupVault:BackupVault": Lock(days="backupMinimumEnforcedRetentionDuration", per_day=86400),
}
"""Locks that a store carries itself."""
SET_LOCKS: Mapping[str, tuple[tuple[str, str, str, Lock], ...]] = {
    "aws:s3/bucket:Bucket": (("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "bucket", "bucket", _BUCKET_LOCK),),
    "aws:s3/bucketV2:BucketV2": (("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "bucket", "bucket", _BUCKET_LOCK),),
    "aws:backup/vault:Vault": (
        (
            "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
            "backupVaultName",
            "name",
            Lock(days="minRetentionDays", on="changeableForDays", value=None),
        ),
    ),
}
"""Store -> (type of what locks it, its property that names the store, the store's own name, the lock)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classed:
    """To which data classes a store belongs, and how that is told."""

    classes: tuple[DataClass, ...]
    says: str
    """What its tag says; empty = it has none."""
    by_name: bool = False
    """True: the spec's own list of stores names it."""

    @property
    def is_without_data(self) -> bool:
        """True when its own tag says that no data of the client's lies there."""
        return self.says == NO_DATA


def classed(resource: Resource, store: Store, context: Context) -> Classed | Unknown:
    """The classes of a store; UNKNOWN when its tag is not known yet. Without a tag or a name of the spec's: the strictest of all."""
    tags = resource.get(store.tags) if store.tags else None
    if tags is UNKNOWN:
        return UNKNOWN
    said = next((tags[key] for key in _TAGS if key in tags), None) if isinstance(tags, dict) else None
    if said is UNKNOWN:
        return UNKNOWN
    spec = context.engagement
    if isinstance(said, str):
        named = [spec.data_class(one) for one in re.split(r"[+, _]", said) if one]
        return Classed(classes=tuple(one for one in named if one) if all(named) else (), says=said)
    mine = _of_spec(resource, context)
    if mine:
        return Classed(classes=tuple(one for one in spec.data if one.name in mine), says="", by_name=True)
    return Classed(classes=context.classes(resource), says="")


def _of_spec(resource: Resource, context: Context) -> set[str]:
    cloud = {"aws": "aws", "azure-native": "azure", "gcp": "gcp"}.get(resource.type.split(":", 1)[0])
    names = {resource.name, *(one for one in map(resource.inputs.get, _NAMES) if isinstance(one, str))}
    stores = [one for one in context.environment.stores if cloud in one.clouds and any(one.name in name for name in names)]
    if not stores:
        return set()
    parts = {part for name in names for part in (name, *re.split(r"[-_.]", name))}
    return {one.data_class for one in stores if one.name in parts}


def parent_of(resource: Resource, stack: Stack, store: Store) -> Resource | None:
    """What holds a part's tags or key: by a link, else by its name."""
    path, kind = store.parent
    if not kind:
        return None
    linked = _first(one for one in stack.linked(resource, path) if one.type == kind)
    name = resource.get(path)
    if linked is not None or not isinstance(name, str):
        return linked
    return _first(one for one in stack.called((path, *_NAMES), name) if one.type == kind)


def _first(resources: Iterable[Resource]) -> Resource | None:
    """Of several the one whose URN comes first, so that the order of the stack does not matter."""
    return min(resources, key=lambda one: one.urn, default=None)


def locked_days(resource: Resource, lock: Lock) -> float | Unknown | None:
    """For how long nobody at all can delete what is written; None = somebody can."""
    if lock.on:
        value = resource.get(lock.on)
        if value is UNKNOWN:
            return UNKNOWN
        wanted = lock.value
        if (value is None) if wanted is None else (_plain(value) != _plain(wanted)):
            return None
    for path, days in ((lock.days, 1 / lock.per_day), (lock.years, 365.0)):
        found = resource.get(path) if path else None
        if found is UNKNOWN:
            return UNKNOWN
        number = as_number(found)
        if number is not None:
            return number * days
    return None


def _plain(value: object) -> str:
    return str(value).lower()
