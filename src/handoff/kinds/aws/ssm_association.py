"""State Manager associations: documents that Systems Manager runs on nodes, again and again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _clues, _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_AWS_OWN = re.compile(r"(AWS|Amazon)[A-Za-z]*-.+")


class SsmAssociation(Item):
    """One association. Whose it is: the owner of the document that runs, and of the bucket that its output goes to."""

    id = KindId("aws.ssm_association")
    title = "Systems Manager association"
    row = "A27"
    source = "https://docs.aws.amazon.com/systems-manager/latest/userguide/state-manager-about.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 6
    # AWS gives no figure; a minute is how often an agent asks.
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteAssociation.html (read 2026-11-22)")
    reads = frozenset({"s3:ListBuckets", "ssm:DescribeAssociation", "ssm:ListAssociations", "ssm:ListTagsForResource"})
    writes = frozenset({"ssm:DeleteAssociation"})
    fences = frozenset({"ssm:CreateAssociation", "ssm:CreateAssociationBatch", "ssm:UpdateAssociation"})
    creates = frozenset({"aws:ssm/association:Association"})
    blind = "What a document of the account's own does, and what runs already (see its executions). Scripts that a document loads from elsewhere."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every association of the region."""
        buckets: frozenset[str] | None = None
        for one, tags in fan.each(lambda one: _read(reader, one), reader.read("ssm:ListAssociations")):
            bucket = _bucket(one)
            if bucket and buckets is None:
                buckets = frozenset(str(own["Name"]) for own in reader.read("s3:ListBuckets"))
            document = str(one["Name"])
            foreign = bucket if bucket and bucket not in (buckets or ()) else ""
            yield AccessPath(
                kind=self.id,
                id=str(one["AssociationId"]),
                scope=reader.scope,
                holder=document + (f", output to bucket {foreign} which is not the account's" if foreign else ""),
                allows="run commands as root on the nodes that it names",
                clues=(*_of_document(document, reader.scope.id, foreign=bool(foreign)), *_marks.of_tags(tags), *_marks.of_texts(one.get("AssociationName"))),
                detail={"document": document, "name": one.get("AssociationName"), "bucket": bucket, "schedule": one.get("ScheduleExpression")},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The document and where its output goes."""
        answer = reader.get("ssm:DescribeAssociation", AssociationId=path.id)
        one = cast("Json", answer["AssociationDescription"]) if answer else None
        return {"document": one["Name"], "bucket": _bucket(one)} if one else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """Ids are AWS's."""
        return f"{path.detail['document']} is no longer run by association {path.id}; made anew it has another id, so this cannot be undone"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("ssm:DeleteAssociation", AssociationId=path.id, missing_ok=True)


def _read(reader: Reader, one: Json) -> tuple[Json, object]:
    """The listing leaves out where the output goes."""
    answer = reader.get("ssm:DescribeAssociation", AssociationId=one["AssociationId"])
    tags = reader.get("ssm:ListTagsForResource", ResourceType="Association", ResourceId=one["AssociationId"]) or {}
    return {**one, **(cast("Json", answer["AssociationDescription"]) if answer else {})}, tags.get("TagList")


def _bucket(one: Json) -> str:
    location = cast("Json", cast("Json", one.get("OutputLocation") or {}).get("S3Location") or {})
    return str(location.get("OutputS3BucketName") or "")


def _of_document(document: str, own: str, *, foreign: bool) -> Iterator[tuple[Clue, str]]:
    """A document of somebody else is named by its ARN; AWS's and the account's own by their names."""
    if document.startswith("arn:"):
        yield from _clues.of_arn(document)
    elif foreign:
        # Who gets the output decides, and no API says whose a bucket is.
        yield Clue.NAME, document
    elif _AWS_OWN.fullmatch(document):
        yield Clue.AWS_SERVICE, "ssm.amazonaws.com"
    else:
        yield Clue.AWS_ACCOUNT, own


KIND: Kind = SsmAssociation()
