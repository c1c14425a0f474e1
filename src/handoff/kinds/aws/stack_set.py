"""StackSets that this account administers: what they hold is put into other accounts again and again."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _clues, _people
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class StackSet(Item):
    """One set. The stacks that it made stay where they are; they only belong to no set any more.

    A set that another account administers shows here as the trust of its execution role (A8).
    """

    id = KindId("aws.stack_set")
    title = "CloudFormation StackSet"
    row = "A18"
    source = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStackInstances.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 6
    lag = Lag(
        settle_s=60,
        survives_s=3600,
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts.html (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"cloudformation:DescribeStackSet", "cloudformation:ListStackInstances", "cloudformation:ListStackSets"}
    writes = frozenset({"cloudformation:DeleteStackInstances", "cloudformation:DeleteStackSet"})
    fences = frozenset({"cloudformation:CreateStackInstances", "cloudformation:CreateStackSet", "cloudformation:UpdateStackSet"})
    creates = frozenset({"aws:cloudformation/stackSet:StackSet"})
    after = frozenset({KindId("aws.role_trust")})
    blind = (
        "Sets that another account administers; sets of a delegated administrator, which are read in the management account; what the stacks themselves open."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every active set of the region."""
        marks = _people.Marks(reader)
        names = (str(item["StackSetName"]) for item in reader.read("cloudformation:ListStackSets", Status="ACTIVE"))
        for answer in fan.each(lambda name: reader.get("cloudformation:DescribeStackSet", StackSetName=name), names):
            if answer is None:
                continue
            made = cast("Json", answer["StackSet"])
            role = str(made.get("AdministrationRoleARN") or "")
            yield AccessPath(
                kind=self.id,
                id=str(made["StackSetId"]),
                scope=reader.scope,
                holder=role or "the organization's StackSets service",
                allows=f"change stacks in other accounts through stack set {made['StackSetName']}",
                clues=tuple(dict.fromkeys((*_tags(made), *(_clues.of_arn(role) if role else ()), *marks.of(role), (Clue.AWS_ACCOUNT, reader.scope.id)))),
                detail={"name": made["StackSetName"], "model": made.get("PermissionModel"), "role": role, "execution_role": made.get("ExecutionRoleName")},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The set and where its stacks are."""
        answer = reader.get("cloudformation:DescribeStackSet", StackSetName=path.detail["name"])
        made = cast("Json", answer["StackSet"]) if answer else {}
        # A set made anew under the old name has another id.
        if made.get("StackSetId") != path.id or made.get("Status") == "DELETED":
            return None
        return {"id": path.id, "instances": [f"{one['Account']} {one['Region']}" for one in self._instances(reader, path)]}

    def delete_effect(self, path: AccessPath, /) -> str:
        """The stacks could be imported into a set made anew."""
        return (
            f"stack set {path.detail['name']} is deleted and its stacks stay as they are; a set made anew has another id. Taking many stacks out takes a while: until "
            f"that is done the set is there, and the next run deletes it"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Take the stacks out, keeping them; then delete the empty set. AWS takes one such operation at a time, so what is not done at once is left for the next run."""
        for targets, regions in self._groups(writer, path):
            yield writer.write("cloudformation:DeleteStackInstances", StackSetName=path.detail["name"], **targets, Regions=regions, RetainStacks=True)
            if {str(one["Region"]) for one in self._instances(writer, path)} & set(regions):
                return
        yield writer.write("cloudformation:DeleteStackSet", StackSetName=path.detail["name"], missing_ok=True)

    def _groups(self, reader: Reader, path: AccessPath) -> list[tuple[Json, list[str]]]:
        """Targets and regions that go together: every target of a group has a stack in every region of it."""
        field = "OrganizationalUnitId" if path.detail["model"] == "SERVICE_MANAGED" else "Account"
        targets: defaultdict[str, set[str]] = defaultdict(set)
        for one in self._instances(reader, path):
            targets[str(one["Region"])].add(str(one[field]))
        regions: defaultdict[frozenset[str], list[str]] = defaultdict(list)
        for region, found in sorted(targets.items()):
            regions[frozenset(found)].append(region)
        if field == "Account":
            return [({"Accounts": sorted(found)}, together) for found, together in regions.items()]
        return [({"DeploymentTargets": {"OrganizationalUnitIds": sorted(found)}}, together) for found, together in regions.items()]

    def _instances(self, reader: Reader, path: AccessPath) -> Iterator[Json]:
        return reader.read("cloudformation:ListStackInstances", StackSetName=path.detail["name"])


def _tags(made: Json) -> list[tuple[Clue, str]]:
    return [(Clue.TAG, f"{tag['Key']}={tag['Value']}") for tag in cast("list[Json]", made.get("Tags") or [])]


KIND: Kind = StackSet()
