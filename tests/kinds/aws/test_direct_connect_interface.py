from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff import canonical
from handoff.kinds.aws.direct_connect_interface import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, seeded

KEY = "a-bgp-key-that-is-not-real"


def line(account: Account) -> str:
    return str(made(account, "directconnect:CreateConnection", "connectionId", connectionName="line", location="EqDC2", bandwidth="1Gbps"))


def interface(account: Account, on: str) -> str:
    new = {"virtualInterfaceName": "own", "vlan": 101, "asn": 65000, "authKey": KEY, "tags": [{"key": "team", "value": "nimbus"}]}
    return str(made(account, "directconnect:CreatePrivateVirtualInterface", "virtualInterfaceId", connectionId=on, newPrivateVirtualInterface=new))


def hosted(account: Account, on: str, owner: str) -> str:
    new = {"virtualInterfaceName": "hosted", "vlan": 102, "asn": 65000}
    params = {"connectionId": on, "ownerAccount": owner, "newPrivateVirtualInterfaceAllocation": new}
    return str(made(account, "directconnect:AllocatePrivateVirtualInterface", "virtualInterfaceId", **params))


class Seed:
    """Nothing is tried: what goes over a line are packets, and the lab carries none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        on = line(account)
        return seeded(account, hosted(account, on, "222222222222"), interface(account, on), denied="directconnect:DescribeVirtualInterfaces")


SEED = Seed()


def test_whose_it_is(lab_env: Mapping[str, str]) -> None:
    account, provider = Account(), Account()
    own, theirs = line(account), line(provider)
    told = {
        "own": path_of(KIND, account, interface(account, own)),
        "theirs on our line": path_of(KIND, account, hosted(account, own, provider.id)),
        "ours on their line": path_of(KIND, account, hosted(provider, theirs, account.id)),
    }
    accounts = {name: [value for clue, value in path.clues if clue is Clue.AWS_ACCOUNT] for name, path in told.items()}
    # AWS does not show the client whose line it is that another account hosts.
    assert accounts == {"own": [account.id], "theirs on our line": [provider.id], "ours on their line": []}
    assert (Clue.TAG, "team=nimbus") in told["own"].clues


def test_the_key_stays_where_it_is_and_the_other_sides_interface_ends(lab_env: Mapping[str, str]) -> None:
    account, provider = Account(), Account()
    path = path_of(KIND, account, hosted(provider, line(provider), account.id))
    own = path_of(KIND, account, interface(account, line(account)))
    assert KEY not in canonical.encode((own, KIND.image(account.regional, own))).decode()
    cut(KIND, account, path, Verb.DELETE)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert KIND.probe(account.regional, own) is Verdict.ALIVE
