"""Plans: order, determinism, what is refused, and what random estates come to."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff import registry
from handoff.engine import order, planfile
from handoff.engine import own as owns
from handoff.engine import plan as planning
from handoff.errors import EvidenceInvalid, LockOut, TooManyChanges, UnknownHolder
from handoff.model import Clue, KindId, Party, Verb
from tests.engine._simulator import ADMINS, GRANT, KEY, KINDS, SCOPE, USER, MemoryJournal, admin, executor_of, found_in, party_of, plan_of, run_to_end, world_of

NOBODY = owns.Own(principals=frozenset())
ESTATE = ("key/1:nimbus/ops", "key/2:nimbus/hidden", "key/9:acme/ada", "user/1:nimbus/ops", "grant/1:nimbus/ops", "grant/9:acme/app")


def test_the_order_is_stage_then_phase_then_what_wants_to_go_first() -> None:
    actions = plan_of(world_of(*ESTATE)).actions
    assert [(one.verb, one.kind, one.path.rsplit("|", 1)[1]) for one in actions] == [
        (Verb.DISABLE, GRANT.id, "grant/1"),
        (Verb.DISABLE, KEY.id, "key/1"),
        (Verb.DISABLE, KEY.id, "key/2"),
        (Verb.DISABLE, USER.id, "user/1"),
        (Verb.DELETE, KEY.id, "key/1"),
        (Verb.DELETE, KEY.id, "key/2"),
        (Verb.DELETE, USER.id, "user/1"),
    ]
    assert [one.id for one in actions] == [f"a{number:05d}" for number in range(1, 8)]


def test_nothing_irreversible_comes_before_anything_reversible() -> None:
    reversible = [one.reversible for one in plan_of(world_of(*ESTATE)).actions]
    assert all(earlier or not later for earlier, later in pairwise(reversible))


def test_equal_estates_give_equal_bytes_in_whatever_order_they_were_read() -> None:
    forwards, backwards = plan_of(world_of(*ESTATE)), plan_of(world_of(*reversed(ESTATE)))
    assert forwards.document() == backwards.document()
    assert plan_of(world_of(*ESTATE[1:])).document() != forwards.document()


def test_the_order_of_the_real_kinds_does_not_depend_on_the_process() -> None:
    program = "from handoff import registry; from handoff.engine import order; print(list(order._ranks(registry.kinds()).items()))"
    seen = {
        subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": str(seed)}, capture_output=True, text=True, check=True).stdout
        for seed in (1, 2, 3)
    }
    assert len(seen) == 1
    assert all(kind in next(iter(seen)) for kind in registry.kinds())


def test_kinds_that_wait_for_each_other_are_told() -> None:
    kinds = {KEY.id: replace(KEY, after=frozenset({USER.id})), USER.id: USER}
    with pytest.raises(ValueError, match="wait for each other"):
        order.arrange((), kinds)


def test_an_unknown_holder_is_refused_before_any_state_is_read() -> None:
    found = found_in(world_of(*ESTATE, "key/5:stranger/x"))
    read: list[str] = []

    def image(path: object) -> None:
        read.append(str(path))

    with pytest.raises(UnknownHolder, match=r"key/5.*stranger/x") as refused:
        planning.targets(found, NOBODY, image)
    assert refused.value.exit_code == 7
    assert not read
    assert planning.targets([one for one in found if party_of(one.path) is not Party.UNKNOWN], NOBODY, image), "positive control"


def test_the_operators_own_way_in_is_a_target_without_an_action() -> None:
    plan = plan_of(world_of(*ESTATE), own=frozenset({"NIMBUS/ops"}))
    own = {target.path.key for target in plan.targets if target.own}
    assert len(own) == 3
    assert not own & {action.path for action in plan.actions}
    assert {action.path.rsplit("|", 1)[1] for action in plan.actions} == {"key/2"}


@pytest.mark.parametrize("clue", [Clue.AWS_ARN, Clue.PRINCIPAL, Clue.ENTRA_OBJECT, Clue.GCP_MEMBER])
def test_own_is_told_by_any_naming_clue(clue: Clue) -> None:
    path = replace(found_in(world_of("key/1:x"))[0].path, clues=((clue, "ARN:me"),))
    assert owns.recognise(["arn:me"], [path]).feeds(path)
    assert not owns.recognise(["arn:you"], [path]).feeds(path)


def test_more_changes_than_allowed_are_refused() -> None:
    plan = plan_of(world_of(*ESTATE))
    planning.refuse_if_unsafe(plan.targets, plan.actions, ADMINS, [SCOPE], max_changes=7)
    with pytest.raises(TooManyChanges, match="7 changes, the limit is 6"):
        planning.refuse_if_unsafe(plan.targets, plan.actions, ADMINS, [SCOPE], max_changes=6)


def test_a_plan_that_cuts_an_administrator_is_refused() -> None:
    plan = plan_of(world_of(*ESTATE))
    with pytest.raises(LockOut, match="nimbus/ops would be cut by"):
        planning.refuse_if_unsafe(plan.targets, plan.actions, (admin("acme/ada"), admin("nimbus/ops")), [SCOPE], max_changes=None)


def test_a_plan_survives_its_file() -> None:
    plan = plan_of(world_of(*ESTATE, "key/ü\u2028:nimbus/ø"), soak_s=1.5)
    assert planfile.read(plan.document(), name="plan.json") == plan


@pytest.mark.parametrize(
    "document", [b"", b"{}", b"[]", b"null", b"\xff", b'{"type":"plan","schema_version":1}', b'{"type":"plan","schema_version":2}', b'"' * 9, b"[" * 100_000]
)
def test_what_is_no_plan_is_refused(document: bytes) -> None:
    with pytest.raises(EvidenceInvalid, match=r"plan\.json"):
        planfile.read(document, name="plan.json")


def test_a_plan_with_any_byte_changed_is_refused_or_has_another_digest() -> None:
    document = plan_of(world_of(*ESTATE)).document()
    for changed in (document + b" ", document.replace(b'"reversible":true', b'"reversible": true'), document.replace(b'"soak_s":0', b'"soak_s":0,"x":1')):
        assert changed != document
        with pytest.raises(EvidenceInvalid):
            planfile.read(changed, name="plan.json")


holders = st.sampled_from(["nimbus/ops", "nimbus/hidden", "acme/ada", "acme/bea", "acme/app"])
names = st.builds(lambda title, number: f"{title}/{number}", st.sampled_from(["key", "user", "grant"]), st.integers(0, 12))
estates = st.dictionaries(names, holders, max_size=20)


@settings(max_examples=150, deadline=None)
@given(estates)
def test_random_estates_end_without_the_provider_and_with_the_clients_untouched(estate: dict[str, str]) -> None:
    world = world_of(*(f"{name}:{holder}" for name, holder in estate.items()))
    clients = {key: body for key, body in world.snapshot().items() if body["holder"].startswith("acme")}
    plan = plan_of(world)
    planning.refuse_if_unsafe(plan.targets, plan.actions, ADMINS, [SCOPE], max_changes=None)
    run_to_end(executor_of(plan, world, MemoryJournal()))
    assert world.objects == clients
    assert not [one for one in found_in(world) if party_of(one.path) is Party.PROVIDER]
    assert max(world.effects.values(), default=1) == 1
    paths = [action.path for action in plan.actions if action.verb is Verb.DISABLE]
    assert len(paths) == len(set(paths))


@settings(max_examples=150, deadline=None)
@given(estates, st.sets(st.sampled_from(["acme/ada", "acme/bea"])))
def test_random_estates_never_pass_a_lock_out(estate: dict[str, str], taken: set[str]) -> None:
    """Some administrators' ways in are attributed to the provider: whatever passes leaves two administrators whole."""
    world = world_of(*(f"{name}:{holder}" for name, holder in estate.items()))
    found = [
        replace(one, attribution=replace(one.attribution, party=Party.PROVIDER if one.path.holder in taken else one.attribution.party))
        for one in found_in(world)
    ]
    targets = planning.targets(found, NOBODY, lambda path: {})
    cut = {target.path.holder for target in targets}
    held = tuple(one for one in ADMINS if one.principal not in cut)
    try:
        planning.refuse_if_unsafe(targets, order.actions(targets, KINDS, lambda kind: 0), ADMINS, [SCOPE], max_changes=None)
    except LockOut:
        assert len(held) < len(ADMINS)
    else:
        assert len(held) == len(ADMINS)


def test_an_id_that_json_cannot_hold_as_it_is_still_makes_a_plan() -> None:
    """Vendors give strings back as they were given: a lone surrogate is one."""
    plan = plan_of(world_of("key/\ud800:nimbus/ops"))
    assert planfile.read(plan.document(), name="plan.json") == plan
    assert KindId("toy.key") in {action.kind for action in plan.actions}
