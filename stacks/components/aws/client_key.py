"""A KMS key that is the client's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import kms

if TYPE_CHECKING:
    from collections.abc import Mapping

DELETION_WAIT_DAYS = 30
SHORTEST_DELETION_WAIT_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKeyArgs:
    """What the key is for, and who may administer it."""

    alias: str
    description: str
    policy: str
    disposable: bool
    tags: Mapping[str, str]


class ClientKey(pulumi.ComponentResource):
    """The client administers it; another party gets its use by a grant that the client can revoke."""

    def __init__(self, name: str, args: ClientKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:ClientKey", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        key = kms.Key(
            name,
            description=args.description,
            policy=args.policy,
            enable_key_rotation=True,
            deletion_window_in_days=SHORTEST_DELETION_WAIT_DAYS if args.disposable else DELETION_WAIT_DAYS,
            tags=args.tags,
            opts=inside,
        )
        kms.Alias(name, name=f"alias/{args.alias}", target_key_id=key.key_id, opts=inside)
        self.key_id: pulumi.Output[str] = key.key_id
        self.arn: pulumi.Output[str] = key.arn
        self.register_outputs({"keyId": self.key_id, "arn": self.arn})
