"""Resources of another account that are shared with the client through AWS RAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.dependencies.aws import _owner
from handoff.model import Dependency, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Reader, Use
    from handoff.powers import Leaning


class SharedIn:
    """A subnet, gateway, resolver rule or authority that its owner can take back at any time, with everything that stands in it."""

    id = KindId("aws.shared_in")
    title = "Resource shared into the account"
    row = "A23"
    source = "https://docs.aws.amazon.com/ram/latest/userguide/working-with-shared.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    reads = frozenset({"ram:ListResources"})
    blind = "Whether anything of the client's stands in the shared resource: what is shared in counts as needed until a person says otherwise."
    replace = "Make a resource of the client's own, move what stands in the shared one, and leave the share."

    def discover(self, reader: Reader, /) -> Iterator[Dependency]:
        """Every resource that others share with the account."""
        for one in reader.read("ram:ListResources", resourceOwner="OTHER-ACCOUNTS"):
            arn = str(one["arn"])
            owner = _owner.account_of(str(one.get("resourceShareArn", ""))) or _owner.account_of(arn)
            if owner and owner != reader.scope.id:
                needs = f"a {str(one.get('type', 'resource')).partition(':')[2] or 'resource'} of another account is used here"
                yield _owner.leaning(self.id, reader.scope, what=f"arn:aws:iam::{reader.scope.id}:root", on=arn, owner=owner, needs=needs)

    def used(self, reader: Reader, dependency: Dependency, since: datetime, /) -> Iterator[Use]:
        """No log of this account shows it."""
        return iter(())


DEPENDENCY: Leaning = SharedIn()
