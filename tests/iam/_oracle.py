"""Our evaluator beside ministack's, over the wire; and where ministack leaves AWS's documented rules, the page that says so."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from handoff.errors import AccessDenied
from handoff.iam import match
from handoff.iam.conditions import Context, operator
from handoff.iam.document import Condition, Document, Effect, Named, Statement, parse
from handoff.iam.evaluate import Answer, Policies, Request, evaluate
from handoff.iam.match import Caller
from handoff.model import Writer
from tests.iam._generated import ACTIONS, PATTERNS, RESOURCES, Generator
from tests.kinds.aws._account import REGION, Account, assuming

_DOCS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A rule of AWS's that ministack does not follow, and what a statement comes to without it."""

    what: str
    source: str
    taken: Callable[[Statement, Request], Statement | None]


def _plain_text(statement: Statement, request: Request) -> Statement:
    return replace(statement, has_variables=False)


def _whole_arns(statement: Statement, request: Request) -> Statement:
    def taken(one: Condition) -> Condition:
        name = operator(one.operator)
        if not name.name.startswith("arn"):
            return one
        return replace(one, operator=("StringNotLike" if name.is_negated else "StringLike") + ("IfExists" if name.if_exists else ""))

    return replace(statement, conditions=tuple(map(taken, statement.conditions)))


def _first_null(statement: Statement, request: Request) -> Statement:
    taken = (replace(one, values=one.values[:1]) if one.operator.lower() == "null" else one for one in statement.conditions)
    return replace(statement, conditions=tuple(taken))


def _never_but(statement: Statement, request: Request) -> Statement | None:
    return None if statement.not_principals is not None else statement


def _wild_names(statement: Statement, request: Request) -> Statement:
    arn = request.caller.arn
    # It is then narrowed by a boundary, as everyone is and as the caller's own name would not be.
    taken = tuple(replace(one, value="*") if match.has_wildcard(one.value) and match.like(one.value, arn) else one for one in statement.principals or ())
    return statement if statement.principals is None else replace(statement, principals=taken)


def _foreign_keys(statement: Statement, request: Request) -> Statement:
    if not request.action.startswith("kms:") or request.is_at_home or (statement.principals is None and statement.not_principals is None):
        return statement
    return Statement(effect=Effect.ALLOW, principals=(Named(type="AWS", value="*"),), actions=("*",), resources=("*",))


DEPARTURES = (
    Departure(what="policy variables are not replaced", source=f"{_DOCS}reference_policies_variables.html (read 2026-11-22)", taken=_plain_text),
    Departure(
        what="a star of ArnLike reaches beyond its part of the ARN: each of the six components is checked separately",
        source=f"{_DOCS}reference_policies_elements_condition_operators.html#Conditions_ARN (read 2026-11-22)",
        taken=_whole_arns,
    ),
    Departure(
        what="of several values of Null only the first counts: several values are alternatives",
        source=f"{_DOCS}reference_policies_condition-logic-multiple-context-keys-or-values.html (read 2026-11-22)",
        taken=_first_null,
    ),
    Departure(
        what="a key's policy is not asked about callers of another account",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html (read 2026-11-22)",
        taken=_foreign_keys,
    ),
    Departure(
        what="NotPrincipal is about nobody: it is about all but those it names",
        source=f"{_DOCS}reference_policies_elements_notprincipal.html (read 2026-11-22)",
        taken=_never_but,
    ),
    Departure(
        what="a wildcard inside a principal's name matches: none may be used there",
        source=f"{_DOCS}reference_policies_elements_principal.html (read 2026-11-22)",
        taken=_wild_names,
    ),
)
"""Everything in which ministack was found to leave AWS's pages."""
OF_IDENTITIES = DEPARTURES[:3]
"""Those that concern policies without principals."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a comparison came to."""

    compared: int = 0
    agreed: Counter[str] = field(default_factory=Counter)
    departed: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def take(self, request: Request, policies: Policies, theirs: str, told: str) -> None:
        """One answer of ministack's beside ours; with its departures ours must be the same in every single case."""
        self.compared += 1
        ours = _said(request, policies, theirs)
        if ours != theirs:
            flipping = (one for one in DEPARTURES if _said(request, _departed(policies, request, (one,)), theirs) == theirs)
            self.departed[next((one.what for one in flipping), "several at once")] += 1
        else:
            self.agreed[ours] += 1
        if _said(request, _departed(policies, request, DEPARTURES), theirs) != theirs:
            self.wrong.append(f"ours {ours}, theirs {theirs}: {told}")

    def facts(self) -> Mapping[str, object]:
        """For the record of a run."""
        return {
            "compared": self.compared,
            "agreed": dict(self.agreed),
            "departed": dict(self.departed),
            "wrong": len(self.wrong),
            "seconds": round(self.seconds, 1),
        }


def _said(request: Request, policies: Policies, theirs: str) -> str:
    answer = evaluate(request, policies).answer
    if theirs in {"worked", "refused"}:
        return "worked" if answer is Answer.ALLOWED else "refused"
    return answer.value


def _departed(policies: Policies, request: Request, departures: tuple[Departure, ...]) -> Policies:
    def taken(document: Document) -> Document:
        statements: list[Statement] = []
        for one in document.statements:
            left: Statement | None = one
            for departure in departures:
                left = left if left is None else departure.taken(left, request)
            statements += [] if left is None else [left]
        return replace(document, statements=tuple(statements))

    return replace(
        policies,
        identity=tuple(map(taken, policies.identity)),
        boundary=None if policies.boundary is None else tuple(map(taken, policies.boundary)),
        resource=None if policies.resource is None else taken(policies.resource),
    )


def simulated(account: Account, *, seed: int, documents: int) -> Tally:
    """Identity policies, every action of each on one resource, by SimulateCustomPolicy, which takes the account's root for the caller."""
    began, tally = time.monotonic(), Tally()
    root = f"arn:aws:iam::{account.id}:root"
    draw = Generator(seed, account=account.id, user=root)
    context = _context(account.id, root, {})
    # The simulator looks at policies alone, and so not at what a root may do anyhow.
    caller = Caller(arn=f"arn:aws:iam::{account.id}:user/simulated")
    for _ in range(documents):
        texts = [json.dumps(draw.document()) for _ in range(draw.random.choice((1, 1, 2)))]
        resource = draw.random.choice(RESOURCES)
        parsed = tuple(parse(text, where="generated") for text in texts)
        answers = account.writer.read("iam:SimulateCustomPolicy", PolicyInputList=texts, ActionNames=list(ACTIONS), ResourceArns=[resource])
        for action, theirs in [(str(one["EvalActionName"]), str(one["EvalDecision"])) for one in answers]:
            request = Request(caller=caller, action=action, resource=resource, owner=account.id, context=context)
            tally.take(request, Policies(identity=parsed), theirs, f"{action} on {resource} by {texts}")
    tally.seconds = time.monotonic() - began
    return tally


Tries = tuple[tuple[str, str, str, Mapping[str, Any]], ...]
"""IAM action, ARN, operation, parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A resource that takes a policy, and calls on it that a caller can make."""

    made: Callable[[str], Tries]
    """Gives the resource this policy."""
    patterns: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Somebody who makes calls."""

    account: Account
    caller: Caller
    named: tuple[str, ...]
    """ARNs by which a policy can name it."""
    reach: Writer
    kind: str
    """`User` or `Role`, as the operations that give it policies are called."""
    asks_arn: bool
    """False: no conditions on aws:PrincipalArn. ministack gives a session's own ARN where AWS gives its role's."""


def enforced(owner: Account, stranger: Account, *, seed: int, rounds: int) -> Tally:
    """A user and a role of the owner, and a user of another account: real keys, and real calls on a bucket, a queue and a key with policies of their own."""
    began, tally = time.monotonic(), Tally()
    bucket, queue, key = _bucket(owner), _queue(owner), _key(owner)
    hands = (_user(owner), _user(stranger), _role(owner))
    for at in range(rounds):
        hand = hands[at % 3]
        # ministack matches another account's callers with a bucket's policy by their account alone, whatever the policy says of users: no oracle.
        targets = (queue, key) if hand.account is stranger else (bucket, queue, key)
        target = targets[at // 3 % len(targets)]
        draw = Generator(seed + at, account=hand.account.id, user=hand.named[0], resources=target.resources, patterns=target.patterns, asks_arn=hand.asks_arn)
        _round(owner, hand, target, draw, tally)
    tally.seconds = time.monotonic() - began
    return tally


def _user(account: Account) -> Hand:
    login = account.user("caller", may=[])
    reach = account.cloud.open(account.region, login)
    return Hand(account=account, caller=Caller(arn=login.principal), named=(login.principal,), reach=reach, kind="User", asks_arn=True)


def _role(account: Account) -> Hand:
    opener = account.user("opener")
    arn = account.role("caller", {"Effect": "Allow", "Principal": {"AWS": opener.principal}, "Action": "sts:AssumeRole"})
    account.writer.write("iam:DeleteRolePolicy", RoleName="caller", PolicyName="test")
    reach = account.cloud.open(account.region, assuming(opener, arn))
    session = str((reach.get("sts:GetCallerIdentity") or {})["Arn"])
    return Hand(account=account, caller=Caller(arn=session), named=(arn, session), reach=reach, kind="Role", asks_arn=False)


def _round(owner: Account, hand: Hand, target: Target, draw: Generator, tally: Tally) -> None:
    own = draw.document(most=3)
    hand.account.writer.write(f"iam:Put{hand.kind}Policy", **{f"{hand.kind}Name": "caller"}, PolicyName="drawn", PolicyDocument=json.dumps(own))
    bound = _bound(hand, draw)
    theirs = draw.document(principals=_principals(owner, hand), most=3)
    if draw.random.random() < 0.3:
        theirs = {"Version": "2012-10-17", "Statement": _turned(theirs["Statement"], draw.random.choice((hand.named[0], "arn:aws:iam::999999999999:root")))}
    tries = target.made(json.dumps(theirs))
    policies = Policies(
        identity=(parse(own, where="identity"),),
        boundary=None if bound is None else (parse(bound, where="boundary"),),
        resource=parse(theirs, where="resource"),
    )
    context = _context(
        hand.account.id, hand.named[0], {"aws:TokenIssueTime": _stamp(time.time()), "aws:MultiFactorAuthPresent": "false"} if hand.kind == "Role" else {}
    )
    for action, arn, op, params in tries:
        request = Request(caller=hand.caller, action=action, resource=arn, owner=owner.id, context=context)
        tally.take(request, policies, _try(hand.reach, op, params), f"{op} {arn} by {hand.caller.arn}: {json.dumps([own, bound, theirs])}")


def _turned(statements: Any, named: str) -> list[dict[str, Any]]:
    """The same for everybody but one."""
    many = statements if isinstance(statements, list) else [statements]
    return [{name: value for name, value in one.items() if name != "Principal"} | {"NotPrincipal": {"AWS": named}} for one in many]


def _bound(hand: Hand, draw: Generator) -> dict[str, Any] | None:
    writer, named = hand.account.writer, {f"{hand.kind}Name": "caller"}
    if draw.random.random() < 0.6:
        writer.write(f"iam:Delete{hand.kind}PermissionsBoundary", **named, missing_ok=True)
        return None
    bound = draw.document(most=2)
    _, made = writer.write_for("iam:CreatePolicy", PolicyName=f"bound-{draw.random.randint(0, 10**12)}", PolicyDocument=json.dumps(bound))
    policy: Any = made["Policy"]
    writer.write(f"iam:Put{hand.kind}PermissionsBoundary", **named, PermissionsBoundary=policy["Arn"])
    return bound


def _principals(owner: Account, hand: Hand) -> tuple[object, ...]:
    return (
        "*",
        {"AWS": "*"},
        *({"AWS": one} for one in hand.named),
        {"AWS": hand.account.id},
        {"AWS": [f"arn:aws:iam::{hand.account.id}:root", hand.named[0]]},
        {"AWS": f"arn:aws:iam::{owner.id}:root"},
        {"AWS": f"arn:aws:iam::{hand.account.id}:root"},
        {"Service": "lambda.amazonaws.com"},
        {"AWS": f"arn:aws:iam::{hand.account.id}:user/c*"},
    )


def _context(account: str, arn: str, more: Mapping[str, str]) -> Context:
    now = time.time()
    known = {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": account,
        "aws:PrincipalType": "User",
        "aws:CurrentTime": _stamp(now),
        "aws:EpochTime": str(int(now)),
        "aws:RequestedRegion": REGION,
        "aws:SecureTransport": "false",
        "aws:SourceIp": "127.0.0.1",
        **more,
    }
    return Context.of(known)


def _stamp(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def _try(hand: Writer, op: str, params: Mapping[str, Any]) -> str:
    try:
        hand.get(op, **params)
    except AccessDenied:
        return "refused"
    return "worked"


def _kinds(service: str) -> tuple[str, ...]:
    return tuple(one for one in PATTERNS if one.split(":")[0].lower() in {service, "*"})


def _bucket(owner: Account) -> Target:
    name = f"oracle-{owner.id}"
    owner.writer.write("s3:CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    owner.writer.write("s3:DeletePublicAccessBlock", Bucket=name)
    owner.writer.write("s3:PutObject", Bucket=name, Key="a.txt", Body=b"a")
    arn = f"arn:aws:s3:::{name}"

    def made(text: str) -> Tries:
        owner.writer.write("s3:PutBucketPolicy", Bucket=name, Policy=text)
        return (
            ("s3:ListBucket", arn, "s3:ListObjectsV2", {"Bucket": name}),
            ("s3:GetBucketPolicy", arn, "s3:GetBucketPolicy", {"Bucket": name}),
            ("s3:GetObject", f"{arn}/a.txt", "s3:GetObject", {"Bucket": name, "Key": "a.txt"}),
        )

    return Target(made=made, patterns=_kinds("s3"), resources=(arn, f"{arn}/*", f"{arn}*", f"{arn}/?.txt"))


def _queue(owner: Account) -> Target:
    numbers = count()

    def made(text: str) -> Tries:
        # A new one each time: a Deny of a queue's policy would refuse its owner's root the next change.
        _, answer = owner.regional.write_for("sqs:CreateQueue", QueueName=f"oracle-{next(numbers)}", Attributes={"Policy": text})
        url = str(answer["QueueUrl"])
        arn = f"arn:aws:sqs:{REGION}:{owner.id}:{url.rsplit('/', 1)[-1]}"
        return (
            ("sqs:GetQueueAttributes", arn, "sqs:GetQueueAttributes", {"QueueUrl": url, "AttributeNames": ["QueueArn"]}),
            ("sqs:SendMessage", arn, "sqs:SendMessage", {"QueueUrl": url, "MessageBody": "x"}),
            ("sqs:ReceiveMessage", arn, "sqs:ReceiveMessage", {"QueueUrl": url}),
        )

    return Target(
        made=made, patterns=(*_kinds("sqs"), "sqs:Get*", "sqs:*"), resources=(f"arn:aws:sqs:{REGION}:{owner.id}:oracle-*", f"arn:aws:sqs:*:{owner.id}:*")
    )


def _key(owner: Account) -> Target:
    _, answer = owner.regional.write_for("kms:CreateKey")
    key: Any = answer["KeyMetadata"]
    arn = str(key["Arn"])

    def made(text: str) -> Tries:
        owner.regional.write("kms:PutKeyPolicy", KeyId=arn, PolicyName="default", Policy=text, BypassPolicyLockoutSafetyCheck=True)
        return (
            ("kms:DescribeKey", arn, "kms:DescribeKey", {"KeyId": arn}),
            ("kms:Encrypt", arn, "kms:Encrypt", {"KeyId": arn, "Plaintext": b"x"}),
            ("kms:GetKeyPolicy", arn, "kms:GetKeyPolicy", {"KeyId": arn, "PolicyName": "default"}),
        )

    return Target(made=made, patterns=(*_kinds("kms"), "kms:D*", "kms:Encrypt", "kms:*"), resources=(arn, f"arn:aws:kms:*:{owner.id}:key/*"))


def shown(tally: Tally) -> Iterator[str]:
    """The first few disagreements."""
    yield from tally.wrong[:3]
