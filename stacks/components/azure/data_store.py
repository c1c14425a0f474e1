"""One data store: a blob container in an account of its own, and the secret of the application that uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import authorization, keyvault, storage

from stacks.components.azure import roles
from stacks.components.azure.sealed_account import SealedAccount, SealedAccountArgs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacks.components.azure.data_key import DataKey


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStoreArgs:
    """Names, place and class of data."""

    store_name: str
    account_name: str
    subscription: str
    location: str
    group_name: pulumi.Output[str]
    vault_name: pulumi.Output[str]
    secret_value: pulumi.Output[str] | None
    """Azure keeps no secret without a value; None makes none, and the client's application puts it in later."""
    owners: Sequence[str]
    """Object ids of the client's people: being Owner of a subscription does not open its data."""
    secret_expires_s: int
    """When the secret's value ends, in seconds since 1970."""
    subnet_id: pulumi.Output[str]
    account_keys: bool
    key: DataKey
    tags: Mapping[str, str]


class DataStore(pulumi.ComponentResource):
    """The container, and the client's own right to its data."""

    def __init__(self, name: str, args: DataStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:DataStore", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        account = SealedAccount(
            name,
            SealedAccountArgs(
                account_name=args.account_name,
                location=args.location,
                group_name=args.group_name,
                subnet_id=args.subnet_id,
                account_keys=args.account_keys,
                key=args.key,
                tags=args.tags,
            ),
            inside,
        )
        container = storage.BlobContainer(
            name,
            container_name=args.store_name,
            account_name=account.account_name,
            resource_group_name=args.group_name,
            public_access="None",
            opts=inside,
        )
        for number, principal in enumerate(args.owners):
            authorization.RoleAssignment(
                f"{name}-owner-{number}",
                role_assignment_name=roles.stable_id(args.subscription, args.account_name, principal),
                scope=account.account_id,
                role_definition_id=roles.definition(args.subscription, roles.BLOB_DATA_OWNER),
                principal_id=principal,
                opts=pulumi.ResourceOptions(parent=self, transformations=[roles.untyped_principal]),
            )
        self.secret_id: pulumi.Output[str] | None = None
        if args.secret_value is not None:
            secret = keyvault.Secret(
                name,
                secret_name=args.store_name,
                vault_name=args.vault_name,
                resource_group_name=args.group_name,
                properties={"value": args.secret_value, "attributes": {"expires": args.secret_expires_s}},
                tags=args.tags,
                opts=inside,
            )
            self.secret_id = secret.id
        self.store: pulumi.Output[str] = pulumi.Output.concat(account.account_name, "/", container.name)
        """`ACCOUNT/CONTAINER`."""
        self.register_outputs({"store": self.store})
