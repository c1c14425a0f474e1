"""What the client's administrators on AWS can still do after a plan: every planned write is applied to a copy of the account's rights, and evaluated.

Only what an administrator may do before counts as lost. Organization policies are the same before and after, so they are left out. A statement
whose condition nobody can know here (an address, a time) is taken as it would help the administrator, both before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from handoff.engine import lockout
from handoff.engine.lockout import Administrator, Loss
from handoff.engine.own import normal
from handoff.errors import CloudError
from handoff.iam import document
from handoff.iam.conditions import Context
from handoff.iam.evaluate import Policies, Request, evaluate
from handoff.iam.match import Caller, account_of, is_account
from handoff.model import Scope, ScopeType, Verb
from handoff.runs import _aws_account
from handoff.runs._aws_account import Account, Echo, Identity, policy_text
from handoff.runs.estate import utc_now
from handoff.wrap.dryrun import DryRun

if TYPE_CHECKING:
    from handoff.engine.plan import Action, Target
    from handoff.iam.document import Document, Named
    from handoff.model import AccessPath, Kind, KindId, Reader
    from handoff.runs.estate import Estate
    from handoff.runs.imaging import Imaging

ACTIONS = (
    "iam:CreateUser",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:DeactivateMFADevice",
    "organizations:LeaveOrganization",
    "organizations:AttachPolicy",
)
"""What an administrator has to go on being able to do, besides changing the policy of whatever the plan touches."""
_KEY_POLICY = "kms:PutKeyPolicy"
_PROBE = "handoff-probe"
_SESSION = "handoff"
_ALL = document.parse({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, where="the assumer's own rights")

Step = tuple["Action", "Target"]


@dataclass(slots=True, kw_only=True)
class AwsAftermath:
    """Evaluates the plan of one AWS account and its regions."""

    account: str
    rights: Account
    reader: Callable[[Scope], Reader]
    kinds: Mapping[KindId, Kind]
    at: datetime
    _echoes: dict[Scope, Echo] = field(default_factory=dict)
    _before: dict[tuple[str, str, str], bool] = field(default_factory=dict)

    def losses(self, administrators: Iterable[Administrator], steps: Iterable[Step]) -> Iterator[Loss]:
        """Each thing that an administrator may do before a step and not after it."""
        held = [(one, who) for one in administrators if one.cloud == "aws" and account_of(one.principal) == self.account if (who := self._of(one)) is not None]
        for one, who in held:
            self._note(one, who)
        reach = _reach(held)
        told: set[tuple[str, str]] = set()
        for action, target in steps:
            if action.verb is Verb.MANUAL or target.path.scope.id != self.account or not _may_matter(self.kinds[target.path.kind], target.path, reach):
                continue
            if self._only_takes_an_allow(target.path, held):
                continue
            for loss in self._after(action, target, held):
                if (loss.administrator, loss.action) not in told:
                    told.add((loss.administrator, loss.action))
                    yield loss

    def _of(self, one: Administrator) -> Identity | None:
        return self.rights.identity(one.principal)

    def _after(self, action: Action, target: Target, held: list[tuple[Administrator, Identity]]) -> Iterator[Loss]:
        kind, path = self.kinds[target.path.kind], target.path
        echo = self._echoes.setdefault(path.scope, Echo(self.reader(path.scope)))
        before = kind.image(echo, path)
        if before is None:
            return
        dry = DryRun(echo)
        list(kind.do(dry, path, action.verb, before, self.at))
        step = f"{action.id} {path.kind} {path.id}: {action.effect}"
        for op, params in dry.would:
            shown = self._document(op, params, path, echo)
            changed = self.rights.apply(op, params)
            echo.wrote(op, params)
            if changed:
                yield from (loss for one, who in held for loss in self._own(one, who, changed, step))
                yield from self._entry(op, params, held, shown, path, step)
            elif (text := policy_text(params)) is not None:
                resource = _resource_of(op, params, path)
                # Where the identity's own policies are enough, a resource's policy can take something away by a Deny only.
                if op == _KEY_POLICY or '"Deny"' in text or not self._by_identity(op, resource, held):
                    yield from self._resource(op, resource, shown, document.parse(text, where=path.id), held, step)

    def _only_takes_an_allow(self, path: AccessPath, held: list[tuple[Administrator, Identity]]) -> bool:
        """A path that is one principal of one statement: its cut takes an Allow away, which hurts nobody who may by his own policies. Keys and roles need the Allow."""
        writes = self.kinds[path.kind].writes
        if not {"mark", "principal_type"} <= path.detail.keys() or any(op.startswith(("iam:", "kms:")) for op in writes):
            return False
        return all(self._by_identity(op, _resource_of(op, {"Bucket": path.detail.get("bucket", "")}, path), held) for op in sorted(writes))

    def _by_identity(self, op: str, resource: str, held: list[tuple[Administrator, Identity]]) -> bool:
        for one, who in held:
            key = (one.principal, op, resource)
            if key not in self._before:
                self._before[key] = self._may(one, who, op, resource, None)
        return all(self._before[one.principal, op, resource] for one, _ in held)

    def _document(self, op: str, params: Mapping[str, object], path: AccessPath, echo: Echo) -> Document | None:
        """What stood there before the write, where the evaluation needs it: a key's policy and a role's trust."""
        if op == _KEY_POLICY:
            answer = echo.get("kms:GetKeyPolicy", KeyId=params["KeyId"], PolicyName="default")
            return document.parse(answer["Policy"], where=path.id) if answer else None
        if op == "iam:UpdateAssumeRolePolicy" and (role := self.rights.roles.get(str(params["RoleName"]))):
            return role.trust
        return None

    def _note(self, one: Administrator, who: Identity) -> None:
        for action in ACTIONS:
            self._before[one.principal, action, ""] = self._may(one, who, action, self._on(action, who), None)

    def _own(self, one: Administrator, who: Identity, changed: str, step: str) -> Iterator[Loss]:
        """What a write on a user, role or group takes from an administrator."""
        kind, name = changed.split(":", 1)
        is_gone = self._of(one) is None
        if not is_gone and not _concerns(who, kind, name):
            return
        for action in ACTIONS:
            if self._before[one.principal, action, ""] and (is_gone or not self._may(one, who, action, self._on(action, who), None)):
                yield Loss(administrator=one.principal, action=action, resource=self._on(action, who), step=step)

    def _entry(
        self, op: str, params: Mapping[str, object], held: list[tuple[Administrator, Identity]], shown: Document | None, path: AccessPath, step: str
    ) -> Iterator[Loss]:
        """Whether those who become an administrator's role still can, the one whom the step takes out left aside."""
        role = self.rights.roles.get(str(params.get("RoleName", ""))) if op == "iam:UpdateAssumeRolePolicy" else None
        if role is None or shown is None or role.trust is None:
            return
        for one, who in held:
            if who is role:
                entering = [named for named in _callers(shown) if normal(named.value) != normal(path.holder) and _enters(named, role.arn, shown)]
                lost = [named.value for named in entering if not _enters(named, role.arn, role.trust)]
                if lost or not entering:
                    who_ = ", ".join(lost) or "anybody: nobody else is trusted"
                    yield Loss(administrator=one.principal, action=f"be assumed by {who_}", resource=role.arn, step=step)

    def _resource(self, op: str, resource: str, shown: Document | None, now: Document, held: list[tuple[Administrator, Identity]], step: str) -> Iterator[Loss]:
        for one, who in held:
            key = (one.principal, op, resource)
            if key not in self._before:
                self._before[key] = self._may(one, who, op, resource, shown)
            if self._before[key] and not self._may(one, who, op, resource, now):
                yield Loss(administrator=one.principal, action=op, resource=resource, step=step)

    def _on(self, action: str, who: Identity) -> str:
        match action:
            case "iam:PutRolePolicy" | "iam:UpdateAssumeRolePolicy":
                return f"arn:aws:iam::{self.account}:role/{_PROBE}"
            case "iam:DeactivateMFADevice":
                return who.arn if ":user/" in who.arn else f"arn:aws:iam::{self.account}:user/{_PROBE}"
            case "iam:CreateUser":
                return f"arn:aws:iam::{self.account}:user/{_PROBE}"
            case _:
                return "*"

    def _may(self, one: Administrator, who: Identity, action: str, resource: str, policy: Document | None) -> bool:
        caller = Caller(arn=_calling(one.principal))
        known = {"aws:PrincipalArn": who.arn, "aws:PrincipalAccount": self.account, "aws:MultiFactorAuthPresent": "true", "aws:SecureTransport": "true"}
        request = Request(caller=caller, action=action, resource=resource, owner=self.account, context=Context.of(known, is_whole=False))
        return evaluate(request, self.rights.policies(who, policy), could=True).is_allowed


def _calling(principal: str) -> str:
    """A role acts as a session."""
    if ":role/" not in principal:
        return principal
    head, name = principal.split(":role/", 1)
    return f"{head.replace(':iam:', ':sts:')}:assumed-role/{name.rsplit('/', 1)[-1]}/{_SESSION}"


def _concerns(who: Identity, kind: str, name: str) -> bool:
    own = who.arn.rsplit("/", 1)[-1]
    match kind:
        case "GroupName":
            return name in who.groups
        case "PolicyArn":
            return True
        case _:
            return own == name and (":user/" in who.arn) == (kind == "UserName")


def _reach(held: Iterable[tuple[Administrator, Identity]]) -> frozenset[str]:
    """Names of all through which an administrator has its rights."""
    return frozenset(name for _, who in held for name in (who.arn.rsplit("/", 1)[-1], *who.groups, *who.attached))


def _may_matter(kind: Kind, path: AccessPath, reach: frozenset[str]) -> bool:
    """False for what writes nothing but on users and roles that are none of the administrators'."""
    if not any(op.startswith("iam:") or "Policy" in op or "Attributes" in op or "Permission" in op for op in kind.writes):
        return False
    if not all(op.startswith("iam:") for op in kind.writes):
        return True
    names = {str(path.detail[name]) for name in ("user_name", "role_name", "group_name", "policy_arn") if name in path.detail}
    return not names or bool(names & reach)


def _resource_of(op: str, params: Mapping[str, object], path: AccessPath) -> str:
    match op:
        case "s3:PutBucketPolicy":
            return f"arn:aws:s3:::{params['Bucket']}"
        case "kms:PutKeyPolicy":
            return str(params["KeyId"])
        case _:
            return path.id.split("#", 1)[0]


def _callers(trust: Document) -> list[Named]:
    return list(dict.fromkeys(one for statement in trust.statements if statement.effect is document.Effect.ALLOW for one in statement.principals or ()))


def _enters(named: Named, role: str, trust: Document) -> bool:
    """Whether whom a trust names may become the role, as far as the trust goes."""
    action = "sts:AssumeRole"
    match named.type:
        case "Federated":
            caller = Caller(federated=named.value)
            action = "sts:AssumeRoleWithSAML" if ":saml-provider/" in named.value else "sts:AssumeRoleWithWebIdentity"
        case "Service":
            caller = Caller(service=named.value)
        case _:
            account = account_of(named.value)
            caller = Caller(arn=f"arn:aws:iam::{account}:root" if is_account(named.value) else _calling(named.value))
    request = Request(caller=caller, action=action, resource=role, context=Context.of({}, is_whole=False))
    return evaluate(request, Policies(identity=(_ALL,), resource=trust), could=True).is_allowed


def check(work: Estate, kinds: Mapping[KindId, Kind], reading: Imaging, held: Iterable[Administrator], steps: Iterable[Step]) -> tuple[str, ...]:
    """Raises LockOut for what the plan would take from an administrator; gives what could not be evaluated, in one line each."""
    held, steps, notes = tuple(held), tuple(steps), []
    for account in sorted({scope.id for scope in work.scopes if scope.type is ScopeType.AWS_ACCOUNT}):
        here = [one for one in held if one.cloud == "aws" and account_of(one.principal) == account]
        scope = Scope(type=ScopeType.AWS_ACCOUNT, id=account)
        if not here or not steps:
            continue
        try:
            losses = list(of_account(account, scope, reading.reader, kinds, utc_now()).losses(here, steps))
        except CloudError as error:
            notes.append(f"what administrators of aws:{account} can still do after the plan could not be evaluated: {error.message}")
            continue
        lockout.refuse_losses(losses)
    return tuple(notes)


def of_account(account: str, scope: Scope, reader: Callable[[Scope], Reader], kinds: Mapping[KindId, Kind], at: datetime) -> AwsAftermath:
    """The evaluation of one account. Raises like any read."""
    return AwsAftermath(account=account, rights=_aws_account.read(reader(scope)), reader=reader, kinds=kinds, at=at)
