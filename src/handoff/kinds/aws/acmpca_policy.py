"""Policies of private certificate authorities (ACM PCA): who of other accounts may have certificates issued."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class AcmpcaPolicy(ResourcePolicy):
    """One principal of one Allow statement of one certificate authority's policy."""

    id = KindId("aws.acmpca_policy")
    title = "Private certificate authority's policy"
    source = "https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/privateca/latest/APIReference/API_DeletePolicy.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"acm-pca:GetPolicy", "acm-pca:ListCertificateAuthorities"}
    writes = frozenset({"acm-pca:DeletePolicy", "acm-pca:PutPolicy"})
    fences = frozenset({"acm-pca:PutPolicy"})
    creates = frozenset({"aws:acmpca/policy:Policy"})
    after = frozenset({KindId("aws.ram_share")})
    blind = "Certificates that were issued already: they stay good until they expire or are revoked. Authorities that are deleted and only kept for restoring."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every authority of the account that is not deleted; a deleted one answers nothing until it is restored."""
        for item in reader.read("acm-pca:ListCertificateAuthorities", ResourceOwner="SELF"):
            if item.get("Status") != "DELETED":
                arn = str(item["Arn"])
                yield Held(id=arn, name=f"certificate authority {arn.rsplit('/', 1)[-1]}", params={"ResourceArn": arn})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy; not-found when there is none."""
        return (reader.get("acm-pca:GetPolicy", **held.params) or {}).get("Policy")

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("acm-pca:PutPolicy", **held.params, Policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy lets in nobody of another account."""
        return writer.write("acm-pca:DeletePolicy", **held.params, missing_ok=True)


KIND: Kind = AcmpcaPolicy()
