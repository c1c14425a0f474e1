"""Sending authorization policies of SES identities: who may send mail in the client's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SesIdentityPolicy(ResourcePolicy):
    """One principal of one Allow statement of one policy of one identity."""

    id = KindId("aws.ses_identity_policy")
    title = "SES sending authorization policy"
    source = "https://docs.aws.amazon.com/ses/latest/dg/sending-authorization.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(
        settle_s=300,
        survives_s=0,
        source="https://docs.aws.amazon.com/ses/latest/dg/sending-authorization-identity-owner-tasks-management.html (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"sesv2:GetEmailIdentityPolicies", "sesv2:ListEmailIdentities"}
    writes = frozenset({"sesv2:CreateEmailIdentityPolicy", "sesv2:DeleteEmailIdentityPolicy", "sesv2:UpdateEmailIdentityPolicy"})
    fences = frozenset({"ses:CreateEmailIdentityPolicy", "ses:PutIdentityPolicy", "ses:UpdateEmailIdentityPolicy"})
    creates = frozenset({"aws:ses/identityPolicy:IdentityPolicy", "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy"})
    blind = "SMTP credentials (they are access keys of IAM users), and DKIM keys that were made outside SES."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every policy of every identity of the region."""
        identities = (str(item["IdentityName"]) for item in reader.read("sesv2:ListEmailIdentities"))
        for identity, policies in fan.each(lambda identity: (identity, _policies(reader, identity)), identities):
            arn = f"arn:aws:ses:{reader.scope.region}:{reader.scope.id}:identity/{identity}"
            for name in sorted(policies):
                yield Held(id=f"{arn}#{name}", name=f"sender {identity} ({name})", params={"EmailIdentity": identity, "PolicyName": name})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy of this name."""
        return _policies(reader, str(held.params["EmailIdentity"])).get(str(held.params["PolicyName"]))

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced; made anew when it was deleted."""
        verb = "Update" if self.read_policy(writer, held) else "Create"
        return writer.write(f"sesv2:{verb}EmailIdentityPolicy", **held.params, Policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy lets nobody of another account send."""
        return writer.write("sesv2:DeleteEmailIdentityPolicy", **held.params, missing_ok=True)


def _policies(reader: Reader, identity: str) -> Json:
    answer = reader.get("sesv2:GetEmailIdentityPolicies", EmailIdentity=identity)
    return cast("Json", (answer or {}).get("Policies") or {})


KIND: Kind = SesIdentityPolicy()
