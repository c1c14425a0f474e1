"""The root user of an account: mailbox, keys, second factor. No call takes it from anybody; a person has to."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _organization, _people
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader

_MAILBOX, _KEYS, _CERTIFICATES, _FACTOR = "root-mailbox", "root-access-keys", "root-certificates", "root-mfa"


class RootUser(Item):
    """Whoever reads the root mailbox resets the password; whoever has a root key needs nothing else.

    A management account tells the mailbox of every account of its organization. For an account outside of one, and for a member seen from inside, AWS
    tells it to nobody: then the provider may hold it until somebody has looked, and a decision of the spec says so.
    """

    id = KindId("aws.root_user")
    title = "Root user: mailbox, access keys, second factor"
    row = "A13"
    source = "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-root-user-email.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    lag = Lag(
        settle_s=0,
        survives_s=12 * 3600,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html (read 2026-11-22)",
    )
    reads = _organization.READS | {"account:GetPrimaryEmail", "iam:GetAccountSummary", "iam:ListVirtualMFADevices", "organizations:ListAccounts"}
    writes: frozenset[str] = frozenset()
    fences = frozenset({"account:AcceptPrimaryEmailUpdate", "account:StartPrimaryEmailUpdate", "iam:CreateLoginProfile", "sts:AssumeRoot"})
    creates: frozenset[str] = frozenset()
    blind = (
        "The telephone number and the support contacts that AWS asks when a mailbox is lost; who knows the root password; whether a hardware device or passkey "
        "of the root user is still the one that the provider enrolled."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """The mailboxes that are told, else the one that is not; the root user's keys, certificates and devices."""
        summary = _summary(reader)
        if _organization.managed(reader):
            for account in reader.read("organizations:ListAccounts"):
                yield self._mailbox(reader, str(account["Id"]), str(account.get("Email", "")))
        elif summary.get("AccountPasswordPresent") != 0:
            yield self._mailbox(reader, reader.scope.id, "")
        if summary.get("AccountAccessKeysPresent"):
            yield self._path(reader, _KEYS, "call AWS as the root user with an access key", "AWS does not tell who has the root user's access keys")
        if summary.get("AccountSigningCertificatesPresent"):
            yield self._path(reader, _CERTIFICATES, "sign requests as the root user", "AWS does not tell who has the key of the root user's certificates")
        if summary.get("AccountMFAEnabled"):
            for what in _factors(reader) or [_FACTOR]:
                yield self._path(reader, what, "answer for the root user where a second factor is asked for", "AWS does not tell who has the seed or the token")

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """What of it is there now; for a mailbox, by the call that asks for one account."""
        what = str(path.detail["what"])
        if what.startswith(_MAILBOX):
            return self._mail(reader, path)
        if what in {_KEYS, _CERTIFICATES}:
            name = "AccountAccessKeysPresent" if what == _KEYS else "AccountSigningCertificatesPresent"
            return {"present": True} if _summary(reader).get(name) else None
        enabled = _summary(reader).get("AccountMFAEnabled") and what in (_factors(reader) or [_FACTOR])
        return {"device": what} if enabled else None

    def manual_effect(self, path: AccessPath, /) -> str:
        """Who does what, and where."""
        account, what = path.detail["account"], str(path.detail["what"])
        if what == _KEYS:
            return f"the client signs in as the root user of {account} and deletes the access keys (Security credentials); the account summary then shows none"
        if what == _CERTIFICATES:
            return f"the client signs in as the root user of {account} and deletes the signing certificates; the account summary then shows none"
        if what.startswith(_FACTOR):
            return f"the client signs in as the root user of {account}, removes the device and enrols one of its own; the old device is then no longer listed"
        if path.detail["mail"]:
            return (
                f"from the management account the client calls account StartPrimaryEmailUpdate for {account} with a mailbox of its own and AcceptPrimaryEmailUpdate with "
                f"the code that arrives there (for the management account itself: sign in as root, Account settings), resets the password and looks at telephone "
                f"and second factor; {path.detail['mail']} is then no longer the account's address"
            )
        return (
            f"the client signs in as the root user of {account}, looks whose mailbox, telephone number and second factor are registered (Account settings), puts in "
            f"its own and resets the password; AWS shows this to no call from inside the account, so the client writes the outcome down as a decision of the spec"
        )

    def _mailbox(self, reader: Reader, account: str, mail: str) -> AccessPath:
        unknown = ((Clue.SHARED_SECRET, f"AWS does not tell whose the root mailbox of {account} is"),)
        return AccessPath(
            kind=self.id,
            id=f"{account}#{_MAILBOX}#{mail.lower()}" if mail else f"{account}#{_MAILBOX}",
            scope=reader.scope,
            holder=mail or f"whoever reads the root mailbox of {account}",
            allows=f"reset the root password of account {account} and do everything in it",
            clues=_people.mails(mail) or unknown,
            detail={"account": account, "what": _MAILBOX, "mail": mail},
        )

    def _path(self, reader: Reader, what: str, allows: str, why: str) -> AccessPath:
        account = reader.scope.id
        return AccessPath(
            kind=self.id,
            id=f"{account}#{what}",
            scope=reader.scope,
            holder=f"whoever has the {what.partition('#')[0]} of {account}",
            allows=f"{allows} of account {account}",
            clues=((Clue.SHARED_SECRET, why),),
            detail={"account": account, "what": what, "mail": ""},
        )

    def _mail(self, reader: Reader, path: AccessPath) -> Json | None:
        account, mail = str(path.detail["account"]), str(path.detail["mail"])
        if not mail:
            return {"mailbox": "not told"} if _summary(reader).get("AccountPasswordPresent") != 0 else None
        if account != reader.scope.id:
            answer = reader.get("account:GetPrimaryEmail", AccountId=account)
            now = str(answer.get("PrimaryEmail", "")) if answer else ""
        else:
            # A management account cannot ask for its own address, but it is the organization's.
            now = str((_organization.managed(reader) or {}).get("MasterAccountEmail", ""))
        return {"mailbox": mail} if now.lower() == mail.lower() else None


def _summary(reader: Reader) -> Json:
    answer = reader.get("iam:GetAccountSummary")
    return cast("Json", answer["SummaryMap"]) if answer else {}


def _factors(reader: Reader) -> list[str]:
    # The serial of a device made anew may be the same.
    devices = reader.read("iam:ListVirtualMFADevices", AssignmentStatus="Assigned")
    roots = (device for device in devices if str(cast("Json", device.get("User") or {}).get("Arn", "")).endswith(":root"))
    return [f"{_FACTOR}#{device['SerialNumber']}#{device.get('EnableDate', '')}" for device in roots]


KIND: Kind = RootUser()
