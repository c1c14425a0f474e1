"""Certificates of the client's that another account's private authority issued."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.dependencies.aws import _owner
from handoff.model import Dependency, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Use
    from handoff.powers import Leaning

# Without them ACM lists certificates with RSA keys of 1,024 and 2,048 bits only.
# source: https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html (read 2026-11-22)
_KEYS = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]


class PrivateCa:
    """The certificate cannot be renewed without its authority, and whoever owns that can issue another for the same name."""

    id = KindId("aws.private_ca")
    title = "Certificate of another account's private authority"
    row = "1.5"
    source = "https://docs.aws.amazon.com/privateca/latest/userguide/pca-resource-sharing.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    reads = frozenset({"acm:DescribeCertificate", "acm:ListCertificates"})
    blind = "Certificates that were imported, whose private key somebody brought: their authority is not told by ACM."
    replace = "Issue the certificate anew from an authority of the client's, put it in service, and revoke the old one."

    def discover(self, reader: Reader, /) -> Iterator[Dependency]:
        """Every certificate of ACM whose authority is another account's."""
        names = (str(one["CertificateArn"]) for one in reader.read("acm:ListCertificates", Includes={"keyTypes": _KEYS}))
        for name, answer in fan.each(lambda one: (one, reader.get("acm:DescribeCertificate", CertificateArn=one)), names):
            told = cast("Json", (answer or {}).get("Certificate") or {})
            authority = str(told.get("CertificateAuthorityArn") or "")
            owner = _owner.account_of(authority)
            if owner and owner != reader.scope.id:
                users = len(cast("list[str]", told.get("InUseBy") or ()))
                needs = f"the certificate of {told.get('DomainName')} was issued by it; in use by {users} resource(s)"
                yield _owner.leaning(self.id, reader.scope, what=name, on=authority, owner=owner, needs=needs)

    def used(self, reader: Reader, dependency: Dependency, since: datetime, /) -> Iterator[Use]:
        """ACM tells where a certificate is in use now; that is in what it is needed for."""
        return iter(())


DEPENDENCY: Leaning = PrivateCa()
