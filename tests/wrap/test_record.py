from __future__ import annotations

from collections.abc import Iterator

import pytest

from handoff.errors import AccessDenied
from handoff.model import Json, Receipt, Scope, ScopeType
from handoff.wrap.record import RecordedReader, RecordedWriter


class Estate:
    scope = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        if params.get("denied"):
            raise AccessDenied(op)
        yield {"op": op}

    def get(self, op: str, /, **params: object) -> Json | None:
        return None

    def write(self, op: str, /, **params: object) -> Receipt:
        return self.write_for(op, **params)[0]

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        return Receipt(op=op, request_id="r1", applied=True), {"id": "new"}


def test_every_operation_is_seen_before_it_is_sent() -> None:
    seen: list[str] = []
    receipts: list[Receipt] = []
    writer = RecordedWriter(Estate(), seen.append, receipts.append)
    assert list(writer.read("a:List")) == [{"op": "a:List"}]
    assert writer.get("a:Get") is None
    assert writer.write("a:Put").request_id == "r1"
    assert writer.write_for("a:Create")[1] == {"id": "new"}
    assert seen == ["a:List", "a:Get", "a:Put", "a:Create"]
    assert [receipt.op for receipt in receipts] == ["a:Put", "a:Create"]


def test_a_refused_operation_was_used_all_the_same() -> None:
    seen: list[str] = []
    reader = RecordedReader(Estate(), seen.append)
    with pytest.raises(AccessDenied):
        list(reader.read("a:List", denied=True))
    assert seen == ["a:List"]
    assert not hasattr(reader, "write")
