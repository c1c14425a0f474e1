"""The client keeps two working administrators, or one and a break-glass, on every scope; else nothing is done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handoff.engine import lockout
from handoff.engine.lockout import Administrator
from handoff.errors import LockOut
from handoff.model import AccessPath, Clue
from tests.engine._simulator import KEY, OTHER, SCOPE, admin

ADA, BEA, GLASS = admin("arn:ada"), admin("arn:bea"), admin("arn:glass", break_glass=True)


def path(holder: str, *clues: tuple[Clue, str]) -> AccessPath:
    return AccessPath(kind=KEY.id, id=f"key of {holder}", scope=SCOPE, holder=holder, allows="everything", clues=clues)


@pytest.mark.parametrize("held", [(ADA, BEA), (ADA, GLASS), (ADA, BEA, GLASS)])
def test_enough_are_left(held: tuple[Administrator, ...]) -> None:
    lockout.check(held, [path("arn:nimbus")], [SCOPE])


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ((), "names no further administrators"),
        ((ADA,), "1 working administrator"),
        ((GLASS,), "0 working administrator"),
        ((GLASS, admin("arn:glass-2", break_glass=True)), "0 working administrator"),
        ((ADA, admin("arn:bea", answer="denied")), "arn:bea did not sign in: denied"),
        ((ADA, replace(BEA, signed_in={})), "no login was given"),
        ((ADA, ADA), "1 working administrator"),
        ((ADA, admin("ARN:ADA")), "1 working administrator"),
        ((ADA, admin("arn:ada", break_glass=True)), "1 working administrator"),
        ((replace(ADA, cloud="gcp"), replace(BEA, cloud="gcp")), "names no further administrators"),
    ],
)
def test_too_few_work(held: tuple[Administrator, ...], told: str) -> None:
    with pytest.raises(LockOut, match=told) as refused:
        lockout.check(held, [], [SCOPE])
    assert refused.value.exit_code == 7


@pytest.mark.parametrize("clue", [Clue.AWS_ARN, Clue.PRINCIPAL, Clue.ENTRA_OBJECT, Clue.GCP_MEMBER])
def test_an_administrator_whose_own_way_in_is_planned_does_not_count(clue: Clue) -> None:
    lockout.check((ADA, BEA), [path("somebody", (clue, "arn:other"))], [SCOPE])
    with pytest.raises(LockOut, match="arn:bea would be cut by"):
        lockout.check((ADA, BEA), [path("somebody", (clue, "ARN:bea"))], [SCOPE])
    with pytest.raises(LockOut, match="arn:bea would be cut by"):
        lockout.check((ADA, BEA), [path("arn:bea")], [SCOPE])


def test_every_scope_has_to_keep_them() -> None:
    everywhere = [admin(name, scopes=(SCOPE, OTHER)) for name in ("arn:ada", "arn:bea")]
    lockout.check(everywhere, [], [SCOPE, OTHER])
    with pytest.raises(LockOut, match=str(OTHER)):
        lockout.check((everywhere[0], BEA), [], [SCOPE, OTHER])


def test_a_break_glass_that_would_be_cut_does_not_stand_in() -> None:
    with pytest.raises(LockOut, match="arn:glass would be cut"):
        lockout.check((ADA, GLASS), [path("arn:glass")], [SCOPE])
