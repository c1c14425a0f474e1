"""Hybrid activations of Systems Manager: codes with which a machine anywhere joins the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SsmActivation(Item):
    """One activation that still lets machines in: not expired, and not used up."""

    id = KindId("aws.ssm_activation")
    title = "Systems Manager hybrid activation"
    row = "A27"
    source = "https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # AWS gives no figure for activations; a minute is how often an agent asks.
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteActivation.html (read 2026-11-22)")
    reads = frozenset({"ssm:DescribeActivations"})
    writes = frozenset({"ssm:DeleteActivation"})
    fences = frozenset({"iam:PassRole", "ssm:CreateActivation"})
    creates = frozenset({"aws:ssm/activation:Activation"})
    blind = "Who holds the activation code. Machines that joined by it stay (see managed nodes)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every activation that can still be used."""
        for one in reader.read("ssm:DescribeActivations"):
            if _usable(one):
                name = str(one.get("DefaultInstanceName") or one["ActivationId"])
                yield AccessPath(
                    kind=self.id,
                    id=str(one["ActivationId"]),
                    scope=reader.scope,
                    holder=f"whoever has the code of activation {name}",
                    allows=f"register machines that get the role {one.get('IamRole')}",
                    clues=(
                        *_marks.of_tags(one.get("Tags")),
                        *_marks.of_texts(one.get("Description"), name),
                        (Clue.NAME, str(one.get("Description") or name)),
                        (Clue.SHARED_SECRET, f"whoever made activation {name}, or was given its code, may use it"),
                    ),
                    detail={"name": name, "role": one.get("IamRole"), "limit": one.get("RegistrationLimit"), "expires": one.get("ExpirationDate")},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The role it gives, while it can be used."""
        found = reader.read("ssm:DescribeActivations", Filters=[{"FilterKey": "ActivationIds", "FilterValues": [path.id]}])
        return next(({"role": one.get("IamRole")} for one in found if one["ActivationId"] == path.id and _usable(one)), None)

    def delete_effect(self, path: AccessPath, /) -> str:
        """Codes are AWS's."""
        return f"activation {path.detail['name']} lets no further machine in; a new one has another code, so this cannot be undone"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("ssm:DeleteActivation", ActivationId=path.id, missing_ok=True)


def _usable(one: Json) -> bool:
    limit, used = one.get("RegistrationLimit"), one.get("RegistrationsCount") or 0
    return not one.get("Expired") and (not isinstance(limit, int) or not isinstance(used, int) or used < limit)


KIND: Kind = SsmActivation()
