"""Every error says what to do, and its exit code is one that the documentation knows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handoff import errors
from handoff.errors import HandoffError

DOCUMENTED = {1, 2, 3, 4, 5, 6, 7, 8, 9, 130}


def every(of: type[HandoffError] = HandoffError) -> Iterator[type[HandoffError]]:
    yield of
    for one in of.__subclasses__():
        yield from every(one)


OURS = [one for one in every() if one.__module__ == errors.__name__]


@pytest.mark.parametrize("error", OURS)
def test_an_error_has_a_documented_code_a_meaning_and_a_hint(error: type[HandoffError]) -> None:
    assert error.exit_code in DOCUMENTED
    assert error.__doc__
    assert error is HandoffError or error.hint
    assert error("what happened").message == str(error("what happened")) == "what happened"


def test_every_code_but_the_bug_has_an_error() -> None:
    assert {one.exit_code for one in OURS} == DOCUMENTED


def test_a_hint_can_be_given_on_the_spot_and_touches_no_other() -> None:
    assert errors.UsageError("x", hint="do this").hint == "do this"
    assert errors.UsageError("x").hint != "do this"


def test_denied_is_never_retried_and_a_broken_answer_may_be() -> None:
    assert errors.CloudError.retriable
    assert errors.Throttled.retriable
    assert not errors.AccessDenied.retriable
    assert not errors.Unsupported.retriable
