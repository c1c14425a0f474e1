"""EC2 key pairs: public keys that are put on instances when they are launched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _ec2, _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class Ec2KeyPair(Item):
    """One key pair. Deleting it keeps it off new instances; on those that run it stays, see `aws.ec2_instance_key`."""

    id = KindId("aws.ec2_key_pair")
    title = "EC2 key pair"
    row = "A26"
    source = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/delete-key-pair.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = _ec2.LAG
    reads = frozenset({"ec2:DescribeKeyPairs"})
    writes = frozenset({"ec2:DeleteKeyPair"})
    fences = frozenset({"ec2:CreateKeyPair", "ec2:ImportKeyPair"})
    creates = frozenset({"aws:ec2/keyPair:KeyPair"})
    blind = "The keys on hosts (see the keys of instances), in images, and who holds the private half. Launch templates that name the pair fail afterwards."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every key pair of the region."""
        for pair in reader.read("ec2:DescribeKeyPairs"):
            name = str(pair["KeyName"])
            yield AccessPath(
                kind=self.id,
                id=str(pair["KeyPairId"]),
                scope=reader.scope,
                holder=f"whoever has the private half of {name}",
                allows="SSH into every instance that is launched with it",
                clues=(
                    *_marks.of_tags(pair.get("Tags")),
                    *_marks.of_texts(name),
                    (Clue.SSH_KEY, str(pair.get("KeyFingerprint"))),
                    (Clue.NAME, name),
                    (Clue.SHARED_SECRET, f"whoever made key pair {name}, or was given it, may have the private half"),
                ),
                detail={"name": name, "fingerprint": pair.get("KeyFingerprint"), "type": pair.get("KeyType"), "created": pair.get("CreateTime")},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Its name and fingerprint."""
        pair = next((one for one in reader.read("ec2:DescribeKeyPairs") if one["KeyPairId"] == path.id), None)
        return {"name": pair["KeyName"], "fingerprint": pair.get("KeyFingerprint")} if pair else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """AWS keeps no private half, and an import gets another id and fingerprint."""
        return f"key pair {path.detail['name']} can no longer be put on new instances; imported again it has another id, so this cannot be undone"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete by id, so that a new pair of the same name is safe."""
        yield writer.write("ec2:DeleteKeyPair", KeyPairId=path.id, missing_ok=True)


KIND: Kind = Ec2KeyPair()
