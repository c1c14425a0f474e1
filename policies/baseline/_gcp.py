"""What the Google controls share: whom a grant lets in, in each of its forms, and the clauses of a family of controls."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Verdict, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER
from handoff.engine.attribute import Attributor
from handoff.model import AccessPath, Clue, KindId, Party, Scope, ScopeType

if TYPE_CHECKING:
    from handoff.controls.context import Context
    from handoff.controls.model import Finding, ResourceRule
    from handoff.controls.resource import Resource

FAMILY: Mapping[str, Maps] = {
    "CFG": Maps(nist="~CM-2 CM-6", hipaa="~308(a)(1)(ii)(A) 308(a)(8)", pci="~2.2.1 2.2.6", soc2="~CC7.1 CC8.1", iso="~A.8.9 A.5.1"),
    "DEL": Maps(nist="~CP-9 SI-12", hipaa="~312(c)(1) 308(a)(7)(ii)(A)", pci="~10.3.4 3.2.1", soc2="~C1.1 A1.2", iso="~A.8.10 A.8.13"),
    "IAM": Maps(nist="~AC-6 AC-3", hipaa="~308(a)(4)(ii)(B) 308(a)(4)(i)", pci="~7.2.1 7.2.2", soc2="~CC6.3 CC1.3", iso="~A.5.15 A.5.18"),
    "KEY": Maps(nist="~SC-12 SC-12(2)", hipaa="~312(a)(2)(iv)", pci="~3.7.4 3.7.5", soc2="~PI1.5", iso="~A.8.24"),
    "NET": Maps(nist="~AC-4 SC-7", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="~1.2.5 1.3.1", soc2="~CC6.6", iso="~A.8.20 A.8.21"),
    "PUB": Maps(nist="~AC-3 AC-4", hipaa="~308(a)(3)(i) 312(a)(1)", pci="~1.4.4 7.2.1", soc2="~CC6.1 CC6.6", iso="~A.8.3 A.5.15"),
    "RST": Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="~A.8.24 A.8.11"),
    "VUL": Maps(nist="~RA-5 SI-2", hipaa="~308(a)(1)(ii)(A) 308(a)(5)(ii)(B)", pci="~11.3.1", soc2="~CC3.1 CC3.2", iso="~A.8.8"),
}
"""The default clauses of a family, by analogy: for the part of a row that belongs to another family than the row."""

KEY = "gcp:kms/cryptoKey:CryptoKey"
PROJECT = "gcp:organizations/project:Project"
ACCOUNT = "gcp:serviceaccount/account:Account"
ANYONE = frozenset({"allusers", "allauthenticatedusers"})
"""Members that let in everybody, in lower case."""
_IDENTITIES = frozenset({ACCOUNT, PROJECT, "gcp:iam/workloadIdentityPool:WorkloadIdentityPool", "gcp:projects/serviceIdentity:ServiceIdentity"})
"""Types whose outputs name somebody in particular."""
_DEFAULT_ACCOUNT = re.compile(r"(?:\d+-compute@developer|[\w.:-]+@appspot)\.gserviceaccount\.com|default")
_GRANT = {"Member": ("member", "role", "condition.expression"), "Binding": ("members[*]", "role", "condition.expression"), "Policy": ("policyData",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One role for one member."""

    path: str
    role: str | Unknown = ""
    member: str | Unknown = ""
    condition: str | Unknown = ""
    """The expression under which it holds; empty = always."""
    fault: str = ""
    """Why it cannot be read; then nothing else is set."""


def forms(*stems: str) -> dict[str, tuple[str, ...]]:
    """What is read of the member, binding and policy types that begin so: `projects/iAM`."""
    found = {}
    for stem in stems:
        module, name = stem.split("/")
        for kind, paths in _GRANT.items():
            found[f"gcp:{module}/{name}{kind}:{name[:1].upper()}{name[1:]}{kind}"] = paths
    return found


def grants(resource: Resource) -> Iterator[Grant]:
    """Every grant of a member, binding or policy resource."""
    if resource.type.endswith("Policy"):
        yield from _of_policy(resource)
        return
    role, condition = _text(resource.get("role")), _text(resource.get("condition.expression"))
    for at, member in resource.each("member" if resource.type.endswith("Member") else "members[*]"):
        yield Grant(path=at, role=role, member=_text(member), condition=condition)


def _of_policy(resource: Resource) -> Iterator[Grant]:
    path = "policyData"
    body = resource.get(path)
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            body = None
    if isinstance(body, Unknown):
        yield Grant(path=path, role=UNKNOWN, member=UNKNOWN, condition=UNKNOWN)
    elif not isinstance(body, Mapping) or not isinstance(body.get("bindings", []), list):
        yield Grant(path=path, fault="has a policy that is not JSON with bindings")
    else:
        for row in body.get("bindings", []):
            if not isinstance(row, Mapping):
                yield Grant(path=path, fault="has a binding in its policy that is not an object")
                continue
            condition = row.get("condition")
            expression = _text(condition.get("expression")) if isinstance(condition, Mapping) else ""
            members = row.get("members")
            for member in members if isinstance(members, list) else ():
                yield Grant(path=path, role=_text(row.get("role")), member=_text(member), condition=expression)


def _text(value: object) -> str | Unknown:
    return value if isinstance(value, str | Unknown) else ""


def made_from(resource: Resource, path: str) -> frozenset[str]:
    """URNs of what the top-level property of a path was made from."""
    return frozenset(resource.links.get(path.split(".", 1)[0].split("[", 1)[0], ()))


def type_of(urn: str) -> str:
    """The type token that a URN carries."""
    parts = urn.split("::")
    return parts[2].rsplit("$", 1)[-1] if len(parts) > 2 else ""


def is_somebody(resource: Resource, path: str) -> bool:
    """Whether a value that is not known yet is made from an identity of this stack, and so cannot be everybody."""
    return any(type_of(urn) in _IDENTITIES for urn in made_from(resource, path))


def nobody_at_large(says: str) -> ResourceRule:
    """No grant is for everybody. `says` completes "<resource> ... MEMBER", such as `lets in`."""

    def rule(resource: Resource, _: Context) -> Iterator[Finding]:
        for one in grants(resource):
            if one.fault:
                yield fail(one.fault, one.path)
            elif isinstance(one.member, Unknown):
                if not is_somebody(resource, one.path):
                    yield unknown(f"whom it lets in {LATER}", one.path)
            elif one.member.lower() in ANYONE:
                yield fail(f"{says} {one.member}", one.path)

    return rule


def unless(path: str, values: tuple[object, ...], rule: ResourceRule, otherwise: str) -> ResourceRule:
    """The rule holds, but where the property has one of these values the control does not apply, and `otherwise` says why."""

    def judge(resource: Resource, context: Context) -> Iterator[Finding]:
        value = resource.get(path)
        if isinstance(value, Unknown):
            if any(one.verdict in {Verdict.FAIL, Verdict.UNKNOWN} for one in rule(resource, context)):
                yield unknown(f"whether it applies: {path} {LATER}", path)
        elif value in values:
            yield not_applicable(otherwise)
        else:
            yield from rule(resource, context)

    return judge


def party(member: str, context: Context) -> Party:
    """Whose a member is by the spec."""
    scope = Scope(type=ScopeType.GCP_PROJECT, id="")
    path = AccessPath(kind=KindId("preview"), id=member, scope=scope, holder=member, allows="", clues=((Clue.GCP_MEMBER, member),))
    return Attributor(context.engagement).attribute(path).party


def is_default_account(email: str) -> bool:
    """Whether an e-mail names the account that Compute Engine or App Engine made by itself."""
    return _DEFAULT_ACCOUNT.fullmatch(email.removeprefix("serviceAccount:")) is not None


def is_everywhere(value: object) -> bool:
    """Whether an address range is all of the internet, or half of it."""
    if not isinstance(value, str):
        return False
    try:
        return ipaddress.ip_network(value.strip(), strict=False).prefixlen <= 1
    except ValueError:
        return False


def is_restricted(resource: Resource, context: Context) -> bool:
    """Whether data of the highest sensitivity may lie in a resource."""
    return any(one.sensitivity == "restricted" for one in context.classes(resource))
