from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.errors import CloudError
from handoff.kinds.aws import _ranges
from handoff.kinds.aws.prefix_list_entry import KIND
from handoff.model import Clue, Verb
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, seeded


def listed(account: Account, **entries: str) -> str:
    """A list of ranges, each with what is said of it; its ARN."""
    given = [{"Cidr": cidr, "Description": said} for cidr, said in entries.items()]
    params = {"PrefixListName": "offices", "MaxEntries": 10, "AddressFamily": "IPv4", "Entries": given}
    return str(made(account, "ec2:CreateManagedPrefixList", "PrefixList", "PrefixListArn", **params))


class Seed:
    """Nothing is tried: what a range lets in are packets, and the lab carries none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        arn = listed(account, **{"203.0.113.0/24": "nimbus", "198.51.100.0/24": "acme"})
        return seeded(account, f"{arn}#203.0.113.0/24", f"{arn}#198.51.100.0/24", denied="ec2:GetManagedPrefixListEntries")


SEED = Seed()


def test_undo_gives_back_what_was_said_of_it(lab_env: Mapping[str, str]) -> None:
    account = Account()
    arn = listed(account, **{"203.0.113.0/24": "vpn of ops@nimbus.example"})
    path = path_of(KIND, account, f"{arn}#203.0.113.0/24")
    assert {(Clue.CIDR, "203.0.113.0/24"), (Clue.EMAIL, "ops@nimbus.example")} <= set(path.clues)
    before = cut(KIND, account, path)
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert KIND.image(account.regional, path) == before == {"description": "vpn of ops@nimbus.example"}


@pytest.mark.parametrize(
    ("cidr", "clue"),
    [
        ("0.0.0.0/0", Clue.EVERYONE),
        ("128.0.0.0/1", Clue.EVERYONE),
        ("::/0", Clue.EVERYONE),
        ("9.0.0.0/8", Clue.CIDR),
        ("2001:db8::/32", Clue.CIDR),
    ],
)
def test_half_of_the_internet_is_everyone(cidr: str, clue: Clue) -> None:
    assert _ranges.clue(_ranges.parse(cidr, where="pl-1"))[0] is clue


def test_what_is_no_range_is_not_passed_over() -> None:
    with pytest.raises(CloudError, match="pl-1"):
        _ranges.parse("offices", where="pl-1")
