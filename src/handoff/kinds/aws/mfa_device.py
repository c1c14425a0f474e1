"""MFA devices of IAM users: whoever has the seed or the token can answer for the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _people, _sessions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Verb, Writer


class MfaDevice(Item):
    """One device of one user.

    It is its user's: the client's devices are never cut by machine, for that would lock people out. AWS shows the seed of a virtual device once, to
    whoever makes it: a client's user whose device the provider made has to enrol anew, which `aws.mfa_seed` asks for.
    A device goes after its user's password and keys, so that no moment is left in which the password alone is enough.
    """

    id = KindId("aws.mfa_device")
    title = "MFA device of an IAM user"
    row = "A3"
    source = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    lag = Lag(
        settle_s=_sessions.SETTLE_S,
        survives_s=36 * 3600,
        source="https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html (read 2026-11-22)",
    )
    reads = _people.READS | {"iam:GetMFADevice", "iam:ListMFADevices"}
    writes = frozenset({"iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice"})
    fences = frozenset({"iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ResyncMFADevice"})
    creates = frozenset({"aws:iam/virtualMfaDevice:VirtualMfaDevice"})
    after = frozenset({KindId("aws.iam_access_key"), KindId("aws.login_profile")})
    blind = (
        "Who else holds the seed (aws.mfa_seed says who made the device); devices of the root user (A13) and of people in Identity Center; sessions that began with the device, "
        "which the cut of the user's keys ends."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every device of every user: virtual, hardware, passkey."""
        for user, devices in fan.each(lambda user: (user, list(reader.read("iam:ListMFADevices", UserName=user["UserName"]))), _people.users(reader)):
            clues = _people.clues(user) if devices else ()
            for device in devices:
                serial = str(device["SerialNumber"])
                yield AccessPath(
                    kind=self.id,
                    # A virtual device made anew may have the same serial number.
                    id=f"{serial}#{device['EnableDate']}",
                    scope=reader.scope,
                    holder=str(user["Arn"]),
                    allows=f"answer for IAM user {user['UserName']} where a second factor is asked for",
                    clues=clues,
                    detail={"user_name": user["UserName"], "serial": serial, "enabled": device["EnableDate"], "virtual": ":mfa/" in serial},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Since when the device is the user's."""
        device = reader.get("iam:GetMFADevice", UserName=path.detail["user_name"], SerialNumber=path.detail["serial"])
        if device is None or device.get("EnableDate") != path.detail["enabled"]:
            return None
        return {"user_name": path.detail["user_name"], "serial": path.detail["serial"], "enabled": device["EnableDate"]}

    def delete_effect(self, path: AccessPath, /) -> str:
        """AWS keeps no copy of a seed that it would give out."""
        return f"MFA device {path.detail['serial']} of {path.detail['user_name']} is deactivated; a seed never comes back, the user has to enrol anew"

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Deactivate, and delete what is virtual; killed in between, the second call is made again."""
        yield from super().do(writer, path, verb, before, at)
        if path.detail["virtual"] and not self._is_somebodys(writer, path):
            yield writer.write("iam:DeleteVirtualMFADevice", SerialNumber=path.detail["serial"], missing_ok=True)

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Deactivate."""
        yield writer.write("iam:DeactivateMFADevice", UserName=path.detail["user_name"], SerialNumber=path.detail["serial"], missing_ok=True)

    def _is_somebodys(self, reader: Reader, path: AccessPath) -> bool:
        # Made anew and in use again since: that is another device.
        return reader.get("iam:GetMFADevice", UserName=path.detail["user_name"], SerialNumber=path.detail["serial"]) is not None


KIND: Kind = MfaDevice()
