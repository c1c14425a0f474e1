"""Seeds of MFA devices that somebody else than the user has seen: AWS shows a seed once, to whoever makes the device."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _people, _sessions, _trail
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.model import Json, Kind, Reader


class MfaSeed(Item):
    """One virtual device that is a user's and was made by another. It is never taken from the user by machine: the user enrols anew."""

    id = KindId("aws.mfa_seed")
    title = "Seed of an MFA device that another than its user has seen"
    row = "A3"
    source = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = Lag(
        settle_s=_sessions.SETTLE_S,
        survives_s=36 * 3600,
        source="https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html (read 2026-11-22)",
    )
    reads = _trail.READS | _people.MARK_READS | {"iam:GetMFADevice", "iam:ListVirtualMFADevices"}
    writes: frozenset[str] = frozenset()
    fences = frozenset({"iam:CreateVirtualMFADevice", "iam:EnableMFADevice"})
    creates: frozenset[str] = frozenset()
    after = frozenset({KindId("aws.mfa_device")})
    blind = (
        "Devices that were made more than 90 days ago; all of them, when us-east-1 is not swept, where AWS records what IAM is asked; hardware devices whose "
        "token lies with the provider."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every device in use whose making the history shows, and shows as another's than its user's."""
        devices = {str(one["SerialNumber"]): one for one in reader.read("iam:ListVirtualMFADevices", AssignmentStatus="Assigned") if one.get("User")}
        marks = _people.Marks(reader)
        for event in _trail.events(reader, "CreateVirtualMFADevice"):
            # Newest first: an older device of the same number is none of this one.
            device = devices.pop(_serial(event, reader.scope.id), None)
            if device is None:
                continue
            user, (maker, clues) = cast("Json", device["User"]), _trail.caller(event, reader.scope.id)
            if maker == user["Arn"]:
                continue
            yield AccessPath(
                kind=self.id,
                id=f"{device['SerialNumber']}#{device['EnableDate']}#seed",
                scope=reader.scope,
                holder=maker,
                allows=f"answer for {user['Arn']} where a second factor is asked for",
                clues=tuple(dict.fromkeys((*clues, *marks.of(maker)))),
                detail={"serial": device["SerialNumber"], "enabled": device["EnableDate"], "user": user["Arn"], "made": event["eventTime"]},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Since when the device is the user's; an other one under the same number is none of this path."""
        name = str(path.detail["user"]).rsplit("/", 1)[-1]
        device = reader.get("iam:GetMFADevice", UserName=name, SerialNumber=path.detail["serial"])
        return {"serial": path.detail["serial"], "enabled": device["EnableDate"]} if device and device.get("EnableDate") == path.detail["enabled"] else None

    def manual_effect(self, path: AccessPath, /) -> str:
        """Only the user can set up a device that nobody else has seen."""
        return (
            f"{path.detail['user']} signs in, sets up a new device under Security credentials and removes {path.detail['serial']}, whose seed {path.holder} has seen; "
            f"the old device is then no longer listed"
        )


def _serial(event: Mapping[str, object], account: str) -> str:
    told = _trail.part(_trail.part(event, "responseElements"), "virtualMFADevice").get("serialNumber")
    asked = _trail.part(event, "requestParameters")
    return str(told or f"arn:aws:iam::{account}:mfa{asked.get('path') or '/'}{asked.get('virtualMFADeviceName')}")


KIND: Kind = MfaSeed()
