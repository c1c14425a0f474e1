from __future__ import annotations

from collections.abc import Iterator

from handoff.model import Json, Receipt, Scope, ScopeType
from handoff.wrap.dryrun import DryRun


class Estate:
    """A writer that remembers every write it was given."""

    scope = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")

    def __init__(self) -> None:
        self.written: list[str] = []

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        yield {"op": op, **params}

    def get(self, op: str, /, **params: object) -> Json | None:
        return None if params.get("missing") else {"op": op}

    def write(self, op: str, /, **params: object) -> Receipt:
        return self.write_for(op, **params)[0]

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        self.written.append(op)
        return Receipt(op=op, request_id="1", applied=True), {"id": "new"}


def test_reads_go_through_and_writes_go_nowhere() -> None:
    estate = Estate()
    dry = DryRun(estate)
    assert dry.scope == estate.scope
    assert list(dry.read("iam:ListUsers", Path="/")) == [{"op": "iam:ListUsers", "Path": "/"}]
    assert dry.get("iam:GetUser", missing=True) is None
    assert dry.write("iam:DeleteUser", UserName="a") == Receipt(op="iam:DeleteUser", request_id="", applied=False)
    assert dry.write_for("iam:CreateUser", UserName="b") == (Receipt(op="iam:CreateUser", request_id="", applied=False), {})
    assert estate.written == []
    assert dry.would == (("iam:DeleteUser", {"UserName": "a"}), ("iam:CreateUser", {"UserName": "b"}))
    estate.write("iam:DeleteUser", UserName="a")
    assert estate.written == ["iam:DeleteUser"]
