"""Users, and what they sign in with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from handoff.lab.demo.back_doors import site as sites
from handoff.lab.demo.back_doors.way import Trial, Way
from handoff.model import KindId, Login, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.lab.demo.back_doors.site import Site

NAME = "svc-archive"
_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nsvc-archive\n-----END CERTIFICATE-----\n"
_SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"


def open_all(site: Site) -> Iterator[Way]:
    """A user of the provider's with six credentials, one that only resource policies know, and two of the client's."""
    archive = sites.user(site.home, NAME, sites.allow(["s3:*", "iam:List*", "sts:GetFederationToken"]), owner=sites.MARK, party=Party.PROVIDER)
    yield _key(site, archive, f"an access key of a new IAM user, {NAME}")
    yield from _other_credentials(site)
    # Its key may do nothing by itself; that it signs in at all is what the try shows.
    signs_in = site.trial("key of svc-sync", site.silent, "sts:GetCallerIdentity")
    yield _of(site.silent, "an access key of a second IAM user, svc-sync, that no policy of its own allows anything", signs_in)
    yield _key(site, site.batch, "a key of the client's own user, acme-batch")
    yield _of(site.reports, "a key of the client's own user, acme-reports", site.trial("key of acme-reports", site.reports, "sts:GetCallerIdentity"))


def _key(site: Site, login: Login, text: str) -> Way:
    """The key itself; two sessions and an address that were made with it."""
    scope = site.home.scope
    tried = {
        "key": login,
        "session token": sites.minted(scope, login, {"op": "sts:GetSessionToken"}),
        "federation token": sites.minted(scope, login, {"op": "sts:GetFederationToken"}),
        "presigned address": sites.minted(scope, login, {"op": "s3:presign", "bucket": site.bucket}),
    }
    trials = (
        Trial(name=f"{name} of {login.name}", login=one, scope=scope, op="s3:ListObjectsV2", params={"Bucket": site.bucket}) for name, one in tried.items()
    )
    return _of(login, text, *trials)


def _of(login: Login, text: str, *trials: Trial) -> Way:
    marks = (str(login.material["access_key_id"]),)
    return Way(kind=KindId("aws.iam_access_key"), marks=marks, text=text, trials=trials, party=login.party)


def _other_credentials(site: Site) -> Iterator[Way]:
    home = site.home
    home.write("iam:CreateLoginProfile", UserName=NAME, Password=f"Lab-{time.time_ns():x}!aA", PasswordResetRequired=False)
    yield Way(kind=KindId("aws.login_profile"), marks=(f"user/{NAME}",), text=f"a console password for {NAME}")
    ssh = sites.made(home, "iam:UploadSSHPublicKey", "SSHPublicKey", "SSHPublicKeyId", UserName=NAME, SSHPublicKeyBody=f"{_SSH}{site.account}")
    yield Way(kind=KindId("aws.ssh_public_key"), marks=(ssh,), text=f"an SSH key of {NAME} for CodeCommit")
    git = sites.made(
        home,
        "iam:CreateServiceSpecificCredential",
        "ServiceSpecificCredential",
        "ServiceSpecificCredentialId",
        UserName=NAME,
        ServiceName="codecommit.amazonaws.com",
    )
    yield Way(kind=KindId("aws.service_credential"), marks=(git,), text=f"a CodeCommit password of {NAME}")
    signing = sites.made(home, "iam:UploadSigningCertificate", "Certificate", "CertificateId", UserName=NAME, CertificateBody=_CERTIFICATE)
    yield Way(kind=KindId("aws.signing_certificate"), marks=(signing,), text=f"a signing certificate of {NAME}")
