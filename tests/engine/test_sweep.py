"""A sweep says how well it could read, and never takes a refusal for an empty list."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from handoff.engine.sweep import Reading, sweep
from handoff.errors import CredentialsRefused
from handoff.model import Read, Reader, Scope
from tests.engine._simulator import DENIED, FAILED, KEY, KINDS, OTHER, SCOPE, UNSUPPORTED, Connection, World, world_of

ESTATE = ("key/1:nimbus/ops", "key/2:nimbus/ops", "key/3:acme/ada", "grant/1:nimbus/ops")


def readings(world: World, *scopes: Scope) -> dict[str, Reading]:
    return {one.coverage.kind: one for one in sweep(KINDS.values(), scopes or (SCOPE,), lambda scope: Connection(world, scope))}


def test_everything_is_found_and_every_listing_is_complete() -> None:
    seen = readings(world_of(*ESTATE))
    assert {one.coverage.read for one in seen.values()} == {Read.COMPLETE}
    assert [path.id for path in seen["toy.key"].paths] == ["key/1", "key/2", "key/3"]
    assert seen["toy.key"].coverage.found == 3
    assert seen["toy.user"].coverage.found == 0, "none found, and it may be said"


@pytest.mark.parametrize(("how", "read"), [(DENIED, Read.DENIED), (UNSUPPORTED, Read.UNSUPPORTED), (FAILED, Read.FAILED)])
def test_a_listing_that_ends_early_keeps_what_it_gave_and_says_so(how: Callable[[], Exception], read: Read) -> None:
    world = world_of(*ESTATE)
    world.refusals["list:key"] = how
    seen = readings(world)
    assert seen["toy.key"].coverage.read is read
    assert seen["toy.key"].coverage.reason == "told no"
    assert [path.id for path in seen["toy.key"].paths] == ["key/1"], "the first page was read before the refusal"
    assert seen["toy.grant"].coverage.read is Read.COMPLETE, "another listing is not touched by it"


def test_a_refusal_of_an_empty_listing_is_no_empty_listing() -> None:
    world = world_of("grant/1:nimbus/ops")
    world.refusals["list:key"] = DENIED
    assert readings(world)["toy.key"].coverage.read is Read.DENIED


def test_a_reader_that_cannot_be_opened_is_a_failed_coverage() -> None:
    def refuse(scope: Scope) -> Reader:
        raise FAILED()

    seen = list(sweep([KEY], [SCOPE], refuse))
    assert [one.coverage.read for one in seen] == [Read.FAILED]


def test_refused_own_credentials_end_the_sweep() -> None:
    def refuse(scope: Scope) -> Reader:
        raise CredentialsRefused("expired")

    with pytest.raises(CredentialsRefused):
        list(sweep(KINDS.values(), [SCOPE], refuse))


def test_one_reading_for_each_kind_and_scope() -> None:
    world = world_of(*ESTATE)
    world.objects[OTHER, "key/7"] = {"type": "key", "holder": "nimbus/x", "open": True}
    seen = list(sweep(KINDS.values(), [SCOPE, OTHER], lambda scope: Connection(world, scope)))
    assert len({(one.coverage.kind, one.coverage.scope) for one in seen}) == len(seen) == 2 * len(KINDS)
    assert {path.scope for one in seen for path in one.paths if path.id == "key/7"} == {OTHER}
