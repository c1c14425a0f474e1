from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handoff.kinds.aws.acmpca_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    about = {"KeyAlgorithm": "RSA_2048", "SigningAlgorithm": "SHA256WITHRSA", "Subject": {"CommonName": "acme"}}
    _, answer = account.regional.write_for("acm-pca:CreateCertificateAuthority", CertificateAuthorityType="ROOT", CertificateAuthorityConfiguration=about)
    return str(answer["CertificateAuthorityArn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("acm-pca:PutPolicy", ResourceArn=made, Policy=text)


def tried(made: str) -> tuple[str, dict[str, Any]]:
    return "acm-pca:DescribeCertificateAuthority", {"CertificateAuthorityArn": made}


SEED = PolicySeed(
    kind=KIND,
    drops=("acm-pca:DeletePolicy",),
    make=make,
    put=put,
    action="acm-pca:DescribeCertificateAuthority",
    denied="acm-pca:GetPolicy",
    tried=tried,
    abroad=True,
)


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_a_deleted_authority_does_not_break_the_listing(lab_env: Mapping[str, str]) -> None:
    account = Account()
    kept, gone = make(account), make(account)
    for made in (kept, gone):
        put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    assert len(SEED.paths(account)) == 2
    account.regional.write("acm-pca:DeleteCertificateAuthority", CertificateAuthorityArn=gone)
    (path,) = SEED.paths(account)
    assert path.id.startswith(f"{kept}#")
