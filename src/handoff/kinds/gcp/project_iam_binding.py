"""Members of the project's own allow policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.gcp import _bindings, _members
from handoff.model import AccessPath, KindId, Lag, ScopeType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Receipt, Step, Verb, Writer

_PROJECT = _bindings.Carrier(
    get="cloudresourcemanager.projects.getIamPolicy",
    set="cloudresourcemanager.projects.setIamPolicy",
    what="the project",
    asks_in_body=True,
    must_exist=True,
)


class ProjectIamBinding:
    """One member in one role of the project, under one condition."""

    id = KindId("gcp.project_iam_binding")
    title = "Project IAM binding"
    row = "G1"
    source = "https://cloud.google.com/resource-manager/reference/rest/v3/projects/setIamPolicy (read 2026-11-22)"
    scope_type = ScopeType.GCP_PROJECT
    phase = 4
    lag = Lag(
        settle_s=420,
        survives_s=0,
        source="https://cloud.google.com/iam/docs/access-change-propagation (read 2026-11-22): two minutes as a rule, seven and more at times",
    )
    reads = frozenset({_PROJECT.get}) | _members.READS
    writes = frozenset({_PROJECT.set})
    creates = frozenset(
        {
            "gcp:projects/iAMMember:IAMMember",
            "gcp:projects/iAMBinding:IAMBinding",
            "gcp:projects/iAMPolicy:IAMPolicy",
            "gcp:projects/iAMCustomRole:IAMCustomRole",
        }
    )
    after = frozenset[KindId]()
    blind = "Bindings on the folder and the organization above, and on resources below, are other kinds. Members of a group are not looked up: the group is the holder."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every member of every binding."""
        yield from _PROJECT.paths(reader, _members.Members(reader), self.id, f"projects/{reader.scope.id}")

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take the member out of the binding."""
        return _bindings.steps(path)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The membership itself: other members and roles are none of this path's."""
        return _PROJECT.image(reader, path)

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Take the member out."""
        yield _PROJECT.change(writer, path, add=False)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put the member back, under the same condition."""
        yield _PROJECT.change(writer, path, add=True)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the policy as it stands; Google lets nobody ask what another member may do without further rights."""
        return Verdict.GONE if self.image(reader, path) is None else Verdict.ALIVE


KIND = ProjectIamBinding()
