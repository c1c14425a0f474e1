"""Policies of Lambda layer versions: who may take a layer into its functions."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _clues, _people, _policy
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class LambdaLayerPolicy(Item):
    """One principal of one statement of one layer version's policy. Statements come and go one by one, by their ids; a version's number is never reused."""

    id = KindId("aws.lambda_layer_policy")
    title = "Lambda layer policy"
    row = "A19"
    source = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html#permissions-resource-xaccountlayer (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 3
    # Lambda gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"lambda:GetLayerVersionPolicy", "lambda:ListLayerVersions", "lambda:ListLayers"}
    writes = frozenset({"lambda:AddLayerVersionPermission", "lambda:RemoveLayerVersionPermission"})
    fences = frozenset({"lambda:AddLayerVersionPermission"})
    creates = frozenset({"aws:lambda/layerVersionPermission:LayerVersionPermission"})
    blind = "Functions that have taken the layer already (they keep it), copies of its code, and layer versions that were deleted."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every principal that the policy of any version of any layer lets in."""
        marks = _people.Marks(reader)
        layers = fan.each(lambda layer: [_named(layer, one) for one in _versions(reader, layer)], reader.read("lambda:ListLayers"))
        for version, document in fan.each(lambda version: (version, _document(reader, version)), chain.from_iterable(layers)):
            for opening in _policy.openings(document):
                yield AccessPath(
                    kind=self.id,
                    id=f"{version['arn']}#{opening.suffix}",
                    scope=reader.scope,
                    holder=opening.principal,
                    allows=f"{', '.join(str(action) for action in _policy.listed(opening.statement.get('Action')))} on layer {version['arn']}",
                    clues=(*_clues.of_principal(opening.type, opening.principal, opening.conditions), *marks.of(opening.principal)),
                    detail={**version, "mark": opening.mark, "principal_type": opening.type, "principal": opening.principal, "sid": opening.statement["Sid"]},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The statement."""
        found = _policy.find(_document(reader, path.detail), *(str(path.detail[name]) for name in ("mark", "principal_type", "principal")))
        return {"statement": found[0]} if found else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Statements are named, so a switch it is."""
        return f"statement {path.detail['sid']} of the policy of {path.detail['arn']} is taken out; undone by putting it back under the same id"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """By the statement's id."""
        yield writer.write("lambda:RemoveLayerVersionPermission", **_call(path.detail), StatementId=path.detail["sid"], missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Lambda writes the same statement from the same members."""
        statement = cast("Json", before["statement"])
        organizations = list(_clues.demanded(cast("Json", statement.get("Condition") or {}), "aws:principalorgid"))
        yield writer.write(
            "lambda:AddLayerVersionPermission",
            **_call(path.detail),
            StatementId=path.detail["sid"],
            Action=statement["Action"],
            Principal=path.detail["principal"],
            **({"OrganizationId": organizations[0]} if organizations else {}),
        )


def _versions(reader: Reader, layer: Json) -> Iterator[Json]:
    return reader.read("lambda:ListLayerVersions", LayerName=layer["LayerName"])


def _named(layer: Json, version: Json) -> Json:
    return {"arn": version["LayerVersionArn"], "layer": layer["LayerName"], "version": version["Version"]}


def _call(version: Json) -> dict[str, object]:
    return {"LayerName": version["layer"], "VersionNumber": version["version"]}


def _document(reader: Reader, version: Json) -> Json:
    answer = reader.get("lambda:GetLayerVersionPolicy", **_call(version))
    return _policy.parse(answer["Policy"] if answer else {}, where=str(version["arn"]))


KIND: Kind = LambdaLayerPolicy()
