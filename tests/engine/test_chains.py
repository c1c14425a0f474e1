"""Who stands behind a role, any number of hops away."""

from __future__ import annotations

import random
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from handoff.engine.attribute import Attribution, Attributor, Strength
from handoff.engine.chains import Chains
from handoff.model import AccessPath, Clue, KindId, Party
from tests.engine._simulator import SCOPE
from tests.engine.test_attribute import SPEC

CLIENT, PROVIDER = "111111111111", "222222222222"


def role(name: str) -> str:
    return f"arn:aws:iam::{CLIENT}:role/{name}"


def trust(holder: str, name: str) -> AccessPath:
    clues = [(Clue.AWS_ARN, holder), (Clue.AWS_ACCOUNT, holder.split(":")[4])] if holder.startswith("arn:") else [(Clue.AWS_SERVICE, holder)]
    return AccessPath(
        kind=KindId("aws.role_trust"), id=f"{name}#{holder}", scope=SCOPE, holder=holder, allows="x", clues=tuple(clues), detail={"role_arn": role(name)}
    )


def held(holder: str) -> AccessPath:
    clues = ((Clue.AWS_ARN, holder), (Clue.AWS_ACCOUNT, holder.split(":")[4]))
    return AccessPath(kind=KindId("aws.s3_bucket_policy"), id=f"b#{holder}", scope=SCOPE, holder=holder, allows="x", clues=clues)


def settle(trusts: Iterable[AccessPath], *paths: AccessPath) -> list[Attribution]:
    chains, attributor = Chains(), Attributor(SPEC)
    for path in (*trusts, *paths):
        chains.note(path, attributor.attribute(path))
    chains.close()
    return [chains.settle(path, attributor.attribute(path)) for path in paths]


OUTSIDE = f"arn:aws:iam::{PROVIDER}:root"
OWN = f"arn:aws:iam::{CLIENT}:root"


def test_a_role_that_only_the_provider_can_become_is_the_providers() -> None:
    one, two = settle([trust(OUTSIDE, "operate"), trust(OWN, "backup")], held(role("operate")), held(role("backup")))
    assert (one.party, two.party) == (Party.PROVIDER, Party.CLIENT)
    assert "only the provider can become" in one.why


def test_through_any_number_of_hops() -> None:
    hops = [trust(OUTSIDE, "r0"), *(trust(role(f"r{number}"), f"r{number + 1}") for number in range(50))]
    (found,) = settle(hops, held(role("r50")))
    assert found.party is Party.PROVIDER
    assert found.through == tuple(role(f"r{number}") for number in range(51))


def test_a_role_of_both_stays_the_clients_and_says_so() -> None:
    (found,) = settle([trust(OUTSIDE, "shared"), trust(OWN, "shared")], held(role("shared")))
    assert found.party is Party.CLIENT
    assert "the provider reaches it too" in found.why


def test_a_service_that_runs_as_a_role_says_nothing_of_whose_it_is() -> None:
    (found,) = settle([trust("lambda.amazonaws.com", "run")], held(role("run")))
    assert found.party is Party.CLIENT
    (mixed,) = settle([trust("lambda.amazonaws.com", "run"), trust(OUTSIDE, "run")], held(role("run")))
    assert mixed.party is Party.PROVIDER


def test_a_closed_circle_has_to_be_decided() -> None:
    circle = [trust(role("a"), "b"), trust(role("b"), "a")]
    (found,) = settle(circle, held(role("a")))
    assert found.party is Party.UNKNOWN
    assert found.through == (role("a"), role("b"))
    (entered,) = settle([*circle, trust(OUTSIDE, "b")], held(role("a")))
    assert entered.party is Party.PROVIDER
    (selfish,) = settle([trust(role("c"), "c")], held(role("c")))
    assert selfish.party is Party.UNKNOWN


def test_what_is_named_stands_by_itself() -> None:
    named = AccessPath(
        kind=KindId("aws.x"), id="n", scope=SCOPE, holder=role("operate"), allows="x", clues=((Clue.TAG, "party=client"), (Clue.AWS_ARN, role("operate")))
    )
    (found,) = settle([trust(OUTSIDE, "operate")], named)
    assert found.party is Party.CLIENT
    assert found.strength is Strength.MARK


def test_how_far_a_role_reaches() -> None:
    chains = Chains()
    for path in (trust(OUTSIDE, "a"), trust(role("a"), "b"), trust(role("b"), "c"), trust(role("c"), "a"), trust(role("x"), "y")):
        chains.note(path, Attributor(SPEC).attribute(path))
    assert chains.reaches(role("a")) == (role("b"), role("c"))
    assert chains.reaches(role("y")) == ()


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40),
    st.sets(st.integers(0, 9)),
    st.sets(st.integers(0, 9)),
    st.randoms(use_true_random=False),
)
def test_the_fixed_point_is_plain_reachability(edges: list[tuple[int, int]], theirs: set[int], ours: set[int], rng: random.Random) -> None:
    trusts = [trust(role(str(one)), str(other)) for one, other in edges]
    trusts += [trust(OUTSIDE, str(one)) for one in theirs] + [trust(OWN, str(one)) for one in ours]
    rng.shuffle(trusts)

    def reached(start: set[int]) -> set[int]:
        seen = set(start)
        while more := {other for one, other in edges if one in seen} - seen:
            seen |= more
        return seen

    known = {int(one.detail["role_arn"].rsplit("/", 1)[-1]) for one in trusts}  # type: ignore[attr-defined]
    # A role that no trust was read of is the client's, as far as anybody can say.
    by_provider, by_client = reached(theirs), reached(ours | {other for one, other in edges if one not in known})
    for number in known:
        (found,) = settle(trusts, held(role(str(number))))
        assert (found.party is Party.PROVIDER) == (number in by_provider and number not in by_client)
        if number in by_client:
            assert found.party is Party.CLIENT
            assert ("reaches it too" in found.why) == (number in by_provider)
