"""The suite itself can fail: a kind that takes a failure for "nothing there" passes none of its checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import pytest

from handoff.errors import HandoffError
from handoff.model import AccessPath, KindId, Reader
from tests.conformance import test_reads
from tests.conformance._case import Case

KIND = "aws.s3_bucket_policy"


class Careless:
    """A kind that ends its listing at the first failure."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kind, name)

    def discover(self, reader: Reader) -> Iterator[AccessPath]:
        try:
            yield from list(self._kind.discover(reader))
        except HandoffError:
            return


@pytest.fixture
def careless(shared: Callable[[KindId], Case]) -> Callable[[KindId], Case]:
    def case(kind_id: KindId) -> Case:
        # `asked` is read first: the operations are those of the kind as it should be.
        good = shared(kind_id)
        assert good.asked
        bad = copy(good)
        bad.kind = Careless(good.kind)
        return bad

    return case


def test_a_denial_that_is_swallowed(careless: Any, shared: Any) -> None:
    test_reads.test_denied_one_operation_it_says_so(KIND, shared)
    with pytest.raises(pytest.fail.Exception, match="0 paths are found all the same"):
        test_reads.test_denied_one_operation_it_says_so(KIND, careless)


@pytest.mark.parametrize(("code", "status"), [("ServiceUnavailable", 503), ("Throttling", 400)])
def test_a_failure_that_is_swallowed(code: str, status: int, careless: Any, lab: Any, monkeypatch: Any) -> None:
    with pytest.raises(pytest.fail.Exception, match="is never answered"):
        test_reads.test_an_answer_that_never_comes_is_no_empty_listing(KIND, code, status, careless, lab, monkeypatch)
