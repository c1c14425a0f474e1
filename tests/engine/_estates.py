"""Random AWS estates for the real kinds: who holds what is drawn, whose it is is worked out by the real attribution."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from handoff import registry
from handoff.engine.attribute import Attributor, Strength
from handoff.engine.chains import Chains
from handoff.engine.plan import Found
from handoff.model import AccessPath, Kind, KindId, Party
from handoff.powers import Fencing
from handoff.spec import Engagement
from tests.engine._aws import ACCOUNT, ALL, GLOBAL, REGION, REGIONAL, Aws, Cloud, arn

NAMES = ("iam_access_key", "login_profile", "role_trust", "s3_bucket_policy", "kms_grant", "kms_key_policy", "sqs_queue_policy")
KINDS: dict[KindId, Kind] = {KindId(f"aws.{name}"): registry.kinds("aws")[KindId(f"aws.{name}")] for name in NAMES}
PROVIDER, THIRD, STRANGER = "222222222222", "333333333333", "444444444444"
MARKS = {Party.CLIENT: {"handoff:party": "client"}, Party.PROVIDER: {"handoff:party": "provider"}, Party.UNKNOWN: {}}
OPS = sorted({op for kind in KINDS.values() if isinstance(kind, Fencing) for op in kind.fences})
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def engagement() -> Engagement:
    body: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "engagements/harbor-books.yaml").read_text(encoding="utf-8"))
    body["environments"] = [{"name": "prod", "aws": {"account": ACCOUNT, "regions": [REGION]}}]
    body["parties"] = {
        "client": {
            "name": "Acme",
            "identities": {"tags": ["handoff:party=client"]},
            "administrators": [{"cloud": "aws", "principal": arn("user", name)} for name in ("ada", "bea")]
            + [{"cloud": "aws", "principal": arn("role", "admin")}],
            "break_glass": [{"cloud": "aws", "principal": arn("user", "glass")}],
        },
        "provider": {"name": "Nimbus", "identities": {"aws": {"accounts": [PROVIDER]}, "tags": ["handoff:party=provider"]}},
        "third_parties": [{"name": "Auditor", "identities": {"aws": {"accounts": [THIRD]}}}],
    }
    for name in ("data", "access", "waivers", "service_levels", "state"):
        body.pop(name, None)
    return Engagement.model_validate(body)


SPEC = engagement()


@dataclass(slots=True)
class Estate:
    """One drawn estate."""

    seed: int
    cloud: Cloud = field(default_factory=Cloud)
    operator: str = ""
    regrows: dict[str, int] = field(default_factory=dict)
    """By grantee: how often a grant that may create grants makes another."""
    mints: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By holder: what it could open."""

    def connection(self, scope: Any) -> Aws:
        return Aws(self.cloud, scope)


def draw(seed: int) -> Estate:
    """The estate of a seed."""
    rng = random.Random(seed)  # noqa: S311 not for secrecy
    estate = Estate(seed=seed)
    cloud = estate.cloud
    for name in ("ada", "bea", "glass"):
        cloud.user(name, tags=MARKS[Party.CLIENT], may=ALL, keys=rng.randint(0, 2), password=rng.random() < 0.5)
    people = [_user(rng, cloud, number) for number in range(rng.randint(1, 5))]
    roles = [f"r{number}" for number in range(rng.randint(0, 5))]
    cloud.role("admin", {"AWS": ROOT}, *_trusted(rng, roles, people, rng.randint(0, 2)), tags=MARKS[Party.CLIENT], may=ALL)
    for name in roles:
        tags = {"handoff:grant": "yes"} if rng.random() < 0.3 else {}
        cloud.role(
            name, *(_trusted(rng, roles, people, rng.randint(1, 3)) or [{"AWS": ROOT}]), tags=tags | (MARKS[Party.PROVIDER] if rng.random() < 0.2 else {})
        )
    for number in range(rng.randint(0, 3)):
        cloud.buckets[f"b{number}"] = _policy(rng, roles, people, "s3:GetObject", "s3:*", "s3:PutBucketPolicy") if rng.random() < 0.9 else None
    for number in range(rng.randint(0, 2)):
        own = {"Sid": "root", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
        body = json.loads(_policy(rng, roles, people, "kms:Decrypt", "kms:CreateGrant"))
        body["Statement"].insert(rng.randint(0, len(body["Statement"])), own)
        grants = {f"g{number}x{at}": _grant(rng, roles, people) for at in range(rng.randint(0, 3))}
        cloud.keys[f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k{number}"] = {"policy": json.dumps(body), "grants": grants}
    for number in range(rng.randint(0, 2)):
        cloud.queues[f"https://sqs/{ACCOUNT}/q{number}"] = _policy(rng, roles, people, "sqs:SendMessage", "sqs:*")
    theirs = [name for name in people if cloud.users[name]["tags"] == MARKS[Party.PROVIDER]]
    estate.operator = arn("user", rng.choice(theirs)) if theirs and rng.random() < 0.3 else arn("user", "ada")
    estate.mints = {who: tuple(sorted(rng.sample(OPS, rng.randint(1, 3)))) for who in (*map(_user_arn, people), _outside(PROVIDER)) if rng.random() < 0.4}
    if rng.random() < 0.4:
        estate.regrows = {_outside(PROVIDER): rng.randint(1, 3)}
    return estate


def _user_arn(name: str) -> str:
    return arn("user", name)


def _outside(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


def _user(rng: random.Random, cloud: Cloud, number: int) -> str:
    party = rng.choice((Party.PROVIDER, Party.PROVIDER, Party.CLIENT))
    cloud.user(f"u{number}", tags=MARKS[party], may=ALL if rng.random() < 0.3 else None, keys=rng.randint(0, 2), password=rng.random() < 0.4)
    return f"u{number}"


def _somebody(rng: random.Random, roles: list[str], people: list[str]) -> dict[str, str]:
    choices: list[dict[str, str]] = [
        {"AWS": _outside(PROVIDER)},
        {"AWS": f"arn:aws:iam::{PROVIDER}:role/ops"},
        {"AWS": _outside(THIRD)},
        {"AWS": ROOT},
        {"AWS": arn("user", "ada")},
        {"AWS": arn("user", rng.choice(people))},
        {"Service": rng.choice(("lambda.amazonaws.com", "ec2.amazonaws.com"))},
        {"AWS": "AROADELETEDDELETED01"},
        {"AWS": "*"},
    ]
    if roles:
        choices += [{"AWS": arn("role", rng.choice(roles))}] * 3
    return rng.choice(choices)


def _trusted(rng: random.Random, roles: list[str], people: list[str], count: int) -> list[dict[str, str]]:
    return [_somebody(rng, roles, people) for _ in range(count)]


def _policy(rng: random.Random, roles: list[str], people: list[str], *actions: str) -> str:
    statements: list[dict[str, Any]] = []
    for _ in range(rng.randint(1, 3)):
        named = [one["AWS"] for one in _trusted(rng, roles, people, rng.randint(1, 3)) if "AWS" in one] or [_outside(THIRD)]
        principal: Any = "*" if "*" in named else {"AWS": named[0] if len(named) == 1 else list(dict.fromkeys(named))}
        statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": rng.choice(actions), "Resource": "*"}
        if rng.random() < 0.3:
            statement["Sid"] = f"s{rng.randint(0, 9)}"
        statements.append(statement)
    if rng.random() < 0.3:
        deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        statements.append({"Sid": "tls", **deny})
    return json.dumps({"Version": "2012-10-17", "Id": "drawn", "Statement": statements})


def _grant(rng: random.Random, roles: list[str], people: list[str]) -> dict[str, Any]:
    who = _somebody(rng, roles, people).get("AWS", _outside(THIRD))
    who = _outside(PROVIDER) if who in {"*", ROOT, "AROADELETEDDELETED01"} else who
    return {"GranteePrincipal": who, "Operations": rng.choice((["Decrypt"], ["Decrypt", "CreateGrant"]))}


def regrow(estate: Estate) -> None:
    """Let a provider's grant that may create grants make one more, unless the key's policy denies it that by now."""

    def again(cloud: Cloud) -> None:
        for key, body in cloud.keys.items():
            for id_, grant in list(body["grants"].items()):
                who = grant["GranteePrincipal"]
                is_denied = f"HandoffDeny{id_}" in body["policy"]
                if "CreateGrant" in grant["Operations"] and estate.regrows.get(who, 0) and not is_denied:
                    estate.regrows[who] -= 1
                    body["grants"][f"{id_}n{estate.regrows[who]}"] = dict(grant)
                    return
            del key

    estate.cloud.regrow = again


def found(estate: Estate, *, only: Kind | None = None) -> list[Found]:
    """Every path, attributed as a sweep does; what nobody claims is decided for the client, as people would."""
    attributor, chains = Attributor(SPEC), Chains()
    seen: list[Found] = []
    for kind in KINDS.values() if only is None else (only,):
        for path in kind.discover(estate.connection(GLOBAL if kind.scope_type == "aws.account" else REGIONAL)):
            one = _minting(estate, path)
            attribution = attributor.attribute(one)
            chains.note(one, attribution)
            seen.append(Found(path=one, attribution=attribution))
    chains.close()
    settled = [Found(path=one.path, attribution=chains.settle(one.path, one.attribution)) for one in seen]
    return [one if one.attribution.party is not Party.UNKNOWN else Found(path=one.path, attribution=_decided(one)) for one in settled]


def _decided(one: Found) -> Any:
    from dataclasses import replace

    return replace(one.attribution, party=Party.CLIENT, why="decided", strength=Strength.DECISION)


def _minting(estate: Estate, path: AccessPath) -> AccessPath:
    from dataclasses import replace

    return replace(path, mints=tuple(sorted({*path.mints, *estate.mints.get(path.holder, ())})))
