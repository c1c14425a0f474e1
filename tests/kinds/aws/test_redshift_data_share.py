from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.redshift_data_share import KIND
from handoff.model import Clue, Verb
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed

NAMESPACE = "5d2f9f43-6a1c-4f5e-9a51-1f2b7f1c7a10"


def make(account: Account) -> str:
    return f"arn:aws:redshift:{account.region.region}:{account.id}:datashare:{NAMESPACE}/visits"


def add(account: Account, made: str, member: str) -> None:
    account.regional.write("redshift:AuthorizeDataShare", DataShareArn=made, ConsumerIdentifier=member, AllowWrites=member == CUT)


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="redshift:DescribeDataShares")
"""Nothing in the lab queries a cluster, so no try."""


def test_what_it_may_do_comes_back(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT, KEPT)
    assert (found[CUT].allows, found[KEPT].allows) == ("read and write data share visits", "read data share visits")
    before = SEED.cut(account, found[CUT])
    # It stays listed as deauthorized, which is no way in.
    assert list(SEED.paths(account)) == [KEPT]
    list(KIND.undo(account.regional, found[CUT], Verb.DISABLE, before))
    assert KIND.image(account.regional, found[CUT]) == before == {"writes": True}


def test_consumers_inside_the_account_and_shares_of_others_are_left_out(lab_env: Mapping[str, str]) -> None:
    account = Account()
    own, theirs = make(account), make(account).replace(account.id, CUT)
    add(account, own, NAMESPACE)
    add(account, theirs, KEPT)
    assert SEED.paths(account) == {}
    add(account, own, "ADX")
    assert SEED.paths(account)["ADX"].clues == ((Clue.AWS_SERVICE, "dataexchange.amazonaws.com"),)
