"""Members of the allow policies of KMS keys and key rings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.gcp import _bindings, _members
from handoff.model import AccessPath, KindId, Lag, ScopeType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Receipt, Step, Verb, Writer

_LOCATIONS = "cloudkms.projects.locations.list"
_RINGS = "cloudkms.projects.locations.keyRings"
_KEYS = f"{_RINGS}.cryptoKeys"
_RING = _bindings.Carrier(get=f"{_RINGS}.getIamPolicy", set=f"{_RINGS}.setIamPolicy", what="the key ring")
_KEY = _bindings.Carrier(get=f"{_KEYS}.getIamPolicy", set=f"{_KEYS}.setIamPolicy", what="the key")


class KmsKeyIamBinding:
    """One member in one role of one key or key ring, under one condition."""

    id = KindId("gcp.kms_key_iam_binding")
    title = "KMS key IAM binding"
    row = "G13"
    source = "https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/setIamPolicy (read 2026-11-22)"
    scope_type = ScopeType.GCP_PROJECT
    phase = 3
    lag = Lag(
        settle_s=420,
        survives_s=0,
        source="https://cloud.google.com/iam/docs/access-change-propagation (read 2026-11-22): two minutes as a rule, seven and more at times",
    )
    reads = frozenset({_LOCATIONS, f"{_RINGS}.list", f"{_KEYS}.list", _RING.get, _KEY.get}) | _members.READS
    writes = frozenset({_RING.set, _KEY.set})
    creates = frozenset(
        {
            "gcp:kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding",
            "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
            "gcp:kms/cryptoKeyIAMPolicy:CryptoKeyIAMPolicy",
            "gcp:kms/keyRingIAMBinding:KeyRingIAMBinding",
            "gcp:kms/keyRingIAMMember:KeyRingIAMMember",
            "gcp:kms/keyRingIAMPolicy:KeyRingIAMPolicy",
        }
    )
    after = frozenset[KindId]()
    blind = (
        "Bindings on import jobs and EKM connections, and keys of other projects that encrypt this one's data. What was decrypted before the cut is known to whoever "
        "decrypted it. Members of a group are not looked up: the group is the holder."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every member of every binding of every key ring and key, in every location."""
        members = _members.Members(reader)
        for location in reader.read(_LOCATIONS, name=f"projects/{reader.scope.id}"):
            for ring in reader.read(f"{_RINGS}.list", parent=f"projects/{reader.scope.id}/locations/{location['locationId']}"):
                yield from _RING.paths(reader, members, self.id, str(ring["name"]), _short(str(ring["name"])))
                for key in reader.read(f"{_KEYS}.list", parent=ring["name"]):
                    yield from _KEY.paths(reader, members, self.id, str(key["name"]), _short(str(key["name"])))

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take the member out of the binding."""
        return _bindings.steps(path)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The membership itself."""
        return _carrier(path).image(reader, path)

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Take the member out."""
        yield _carrier(path).change(writer, path, add=False)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put the member back, under the same condition."""
        yield _carrier(path).change(writer, path, add=True)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the policy as it stands; Google lets nobody ask what another member may do without further rights."""
        return Verdict.GONE if self.image(reader, path) is None else Verdict.ALIVE


def _carrier(path: AccessPath) -> _bindings.Carrier:
    return _KEY if "/cryptoKeys/" in str(path.detail["resource"]) else _RING


def _short(name: str) -> str:
    """`records/records in europe-west1`, or the ring alone."""
    _, _, location, *rest = name.removeprefix("projects/").split("/")
    return f"{'/'.join(rest[1::2])} in {location}"


KIND = KmsKeyIamBinding()
