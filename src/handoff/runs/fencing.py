"""Writes the fence for the client to install, and tries whether it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from handoff import canonical, logins
from handoff.engine import fence as engine
from handoff.engine.fence import Fence, Who
from handoff.errors import UsageError
from handoff.model import Attempt, Json, Login, Outcome, Party, Scope, ScopeType
from handoff.runs.discovering import kinds_of

if TYPE_CHECKING:
    from handoff.engine.plan import Found
    from handoff.runs.estate import Estate

PROBE_OP = "iam:CreateAccessKey"
"""Tried on a user who does not exist: a fence refuses it, and without one AWS says that there is no such user. Nothing is made either way."""
_ABSENT = frozenset({"NoSuchEntity"})


def make(work: Estate, found: Iterable[Found], own: Mapping[str, str]) -> Fence:
    """The fence of an estate on AWS, from a sweep and the spec. Raises UsageError when the estate has nothing to fence on AWS, or nobody to stop."""
    accounts = frozenset(scope.id for scope in work.scopes if scope.cloud == "aws")
    if not accounts:
        raise UsageError("the spec has no environment on AWS", hint="Fences for Azure and Google Cloud are not generated yet; see docs/exit-order.md.")
    ids = work.spec.parties.provider.identities
    client = work.spec.parties.client
    spared = {one.principal for one in (*client.administrators, *client.break_glass) if one.cloud == "aws"} | {_role_of(own.get("aws", ""))} - {""}
    principals = {*engine.principals_of(found, accounts), *ids.aws.principals} - spared
    who = Who(principals=tuple(sorted(principals)), tags=ids.tags, accounts=ids.aws.accounts, spared=tuple(sorted(spared)))
    try:
        return engine.make(engine.actions_of(kind for kind in kinds_of(work).values() if kind.scope_type.value.startswith("aws.")), who)
    except ValueError as error:
        raise UsageError(str(error), hint="Complete parties.provider.identities in the spec.") from error


def _role_of(principal: str) -> str:
    """The role behind an assumed-role session; conditions on `aws:PrincipalArn` see the role."""
    if ":assumed-role/" not in principal:
        return principal
    head, _, rest = principal.replace(":sts:", ":iam:", 1).partition(":assumed-role/")
    return f"{head}:role/{rest.split('/', 1)[0]}"


def write(fence: Fence, folder: Path) -> tuple[Path, ...]:
    """The documents, one file each, and a README for whoever installs them."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for name, documents in (("scp", fence.service_control), ("rcp", fence.resource_control), ("principal", fence.principal)):
        for number, document in enumerate(documents, start=1):
            path = folder / f"{name}-{number}.json"
            path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
            made.append(path)
    readme = folder / "README.md"
    readme.write_text(_readme(fence, made), encoding="utf-8")
    return (*made, readme)


def digest(fence: Fence) -> str:
    """What the ledger keeps of it."""
    return canonical.digest(fence)


class Holds(StrEnum):
    """What one trial of the fence showed."""

    HOLDS = "holds"
    OPEN = "open"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One of the provider's credentials, tried against the fence beside one of the client's."""

    login: str
    scope: Scope
    holds: Holds
    tried: Attempt
    control: Attempt | None
    """The client's own try of the same call: it has to get through to where AWS says that there is no such user."""


def check(work: Estate, given: Iterable[Login]) -> tuple[Trial, ...]:
    """Tries the fence with each of the provider's logins on AWS. Raises UsageError without any."""
    held = [login for login in given if login.cloud == "aws" and login.party is Party.PROVIDER]
    if not held:
        raise UsageError("no login of the provider's on AWS was given", hint="Name a file of logins or canaries with --logins.")
    controls = [login for login in logins.from_environment() if login.cloud == "aws" and login.party is Party.CLIENT]
    scopes = [scope for scope in work.scopes if scope.type is ScopeType.AWS_ACCOUNT]
    return tuple(_try(work, scope, login, controls) for scope in scopes for login in held)


def _try(work: Estate, scope: Scope, login: Login, controls: Iterable[Login]) -> Trial:
    cloud, params = work.clouds["aws"], {"UserName": f"handoff-fence-{uuid4().hex[:12]}"}
    tried = cloud.attempt(scope, login, PROBE_OP, params)
    control: Attempt | None = None
    for one in controls:
        control = cloud.attempt(scope, one, PROBE_OP, params)
        if control.code in _ABSENT:
            break
    return Trial(login=login.name, scope=scope, holds=_verdict(tried, control), tried=tried, control=control)


def _verdict(tried: Attempt, control: Attempt | None) -> Holds:
    if tried.code in _ABSENT or tried.outcome is Outcome.WORKED:
        return Holds.OPEN
    if tried.outcome is Outcome.REFUSED and control is not None and control.code in _ABSENT:
        return Holds.HOLDS
    return Holds.UNKNOWN


def _readme(fence: Fence, made: Iterable[Path]) -> str:
    files = [path.name for path in made]
    scps, rcps, own = ([name for name in files if name.startswith(kind)] for kind in ("scp", "rcp", "principal"))
    lines = [
        "# The fence",
        "",
        f"It denies {len(fence.actions)} operations by which a new way in could be opened to the provider's principals. It cuts nothing that is there.",
        "Install it as the client, before `handoff apply`; take it away after the certificate is signed.",
        "",
        "Stopped: " + (", ".join(f"`{one}`" for one in (*fence.who.principals, *fence.who.tags, *fence.who.accounts)) or "nobody") + ".",
        "Never stopped: " + (", ".join(f"`{one}`" for one in fence.who.spared) or "nobody is named: name administrators in the spec") + ".",
        "",
        "With an organization (in its management account; the target is the client's account or its organizational unit):",
        "",
        "```sh",
        *(_organization(name, "SERVICE_CONTROL_POLICY") for name in scps),
        *(_organization(name, "RESOURCE_CONTROL_POLICY") for name in rcps),
        "```",
        "",
        "Without one: make them managed policies of the account, and attach each to every one of the provider's principals (`attach-role-policy --role-name` for a role):",
        "",
        "```sh",
        *(f"aws iam create-policy --policy-name {engine.POLICY_NAME}-{number} --policy-document file://{name}" for number, name in enumerate(own, 1)),
        *(
            f"aws iam attach-user-policy --user-name USER --policy-arn arn:aws:iam::ACCOUNT:policy/{engine.POLICY_NAME}-{number}"
            for number, _ in enumerate(own, 1)
        ),
        "```",
        "",
        "Then try it: `handoff fence SPEC --check --logins FILE`, with a login of the provider's.",
    ]
    return "\n".join(lines) + "\n"


def _organization(name: str, kind: str) -> str:
    title = f"{engine.POLICY_NAME}-{name.removesuffix('.json')}"
    return (
        f'aws organizations attach-policy --target-id TARGET --policy-id "$(aws organizations create-policy --type {kind} --name {title} '
        f"--description 'Exit of the provider' --content file://{name} --query Policy.PolicySummary.Id --output text)\""
    )


def lines(trials: Iterable[Trial]) -> Iterable[Json]:
    """The trials as JSON lines."""
    for one in trials:
        yield {
            "type": "fence",
            "schema_version": 1,
            "login": one.login,
            "scope": str(one.scope),
            "holds": one.holds.value,
            "code": one.tried.code,
            "control": one.control.code if one.control else None,
        }
