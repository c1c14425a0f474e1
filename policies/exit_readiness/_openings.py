"""Who can walk in through a resource, whose they are, and until when: one reading for every control of grants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from handoff.controls.resource import UNKNOWN, Unknown
from handoff.kinds.aws import _clues
from handoff.model import Clue, Party

from . import _aws_types, _azure_types, _gcp_types, _policies
from ._parties import parties
from ._ways import Form

if TYPE_CHECKING:
    from handoff.controls.context import Context
    from handoff.controls.resource import Resource

    from ._parties import Parties
    from ._ways import Way

ACCESS: Mapping[str, tuple[Way, ...]] = {**_aws_types.ACCESS, **_azure_types.ACCESS, **_gcp_types.ACCESS}
"""Every type that opens a way in, on every cloud."""
CLOUDS = {"aws": "aws", "azure-native": "azure", "azuread": "azure", "gcp": "gcp"}
_MEMO = "exit openings"
_LATER = "not known before the update"
_UNTIL = re.compile(r"request\.time\s*<=?\s*timestamp\(\s*[\"']([^\"']+)[\"']\s*\)")
_NOTE = re.compile(r"\bexpires=(\d{4}-\d{2}-\d{2})\b")
_EMAIL = re.compile(r"[^/]+@[^/]+$")
_ENTITY_ID = re.compile(r"""\bentityID\s*=\s*["']([^"']+)["']""")
_ACL = re.compile(r"(?:[A-Z]+:)?(?:(user|group|domain|project)-)?(.+)")
_HOURS = re.compile(r"(\d{1,6})h(?:0m0s)?")
_ACCOUNTS = re.compile(r"\d{12}(\s*,\s*\d{12})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One way in that a resource makes."""

    cloud: str
    way: Way
    holder: str | Unknown
    party: Party
    why: str
    expires: date | Unknown | None = None
    """Last day on which it opens anything; None = never ends."""
    ends_elsewhere: str = ""
    """Not empty: another resource ends it, and this says which."""
    path: str = ""


def reads(*, without: frozenset[Form] = frozenset()) -> dict[str, tuple[str, ...]]:
    """Every type with the properties that its ways are read from; types with ways of these forms only are left out."""
    found = {}
    for token, ways in ACCESS.items():
        kept = [one for one in ways if one.form not in without]
        if kept:
            found[token] = tuple(dict.fromkeys(path for one in kept for path in one.reads))
    return found


def read(resource: Resource, context: Context) -> tuple[Opening, ...]:
    """Every opening of a resource. The controls of one resource follow each other, so the last answer is kept."""
    last = context.memo.get(_MEMO)
    if isinstance(last, tuple) and last[0] is resource.inputs and last[1] == resource.type:
        return last[2]  # type: ignore[no-any-return]  # what was put there below
    found = tuple(_all(resource, parties(context)))
    context.memo[_MEMO] = (resource.inputs, resource.type, found)
    return found


def _all(resource: Resource, known: Parties) -> Iterator[Opening]:
    for way in ACCESS.get(resource.type, ()):
        if way.form is Form.IDENTITY or not _is_open(resource, way):
            continue
        look = _Look(resource=resource, way=way, parties=known, cloud=CLOUDS[resource.type.split(":", 1)[0]])
        yield from _READERS[way.form](look)


def _is_open(resource: Resource, way: Way) -> bool:
    if way.only_if is None:
        return True
    path, values = way.only_if
    value = resource.get(path)
    return value is UNKNOWN or any(value == one for one in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One way of one resource, while it is read."""

    resource: Resource
    way: Way
    parties: Parties
    cloud: str

    def end(self) -> date | Unknown | None:
        """What the property of its end says."""
        value = self.resource.get(self.way.ends) if self.way.ends else None
        if value is None:
            return self._relative_end()
        return UNKNOWN if value is UNKNOWN else day(value) if isinstance(value, str) else None

    def _relative_end(self) -> date | Unknown | None:
        lasts = self.beside("lasts")
        if lasts is UNKNOWN:
            return UNKNOWN
        hours = as_hours(lasts)
        return None if hours is None else self.parties.today + timedelta(hours=hours)

    def beside(self, meaning: str) -> object:
        """The value of a property beside the holder."""
        path = next((path for path, one in (self.way.beside or {}).items() if one == meaning), "")
        return self.resource.get(path) if path else None

    def names(self) -> Iterator[tuple[str, str | None]]:
        """Every holder that is named, with its path; None for one that is not known yet."""
        for at, value in self.resource.each(self.way.at):
            if isinstance(value, str):
                yield at, value
            elif value is UNKNOWN:
                yield at, None

    def later(self, at: str, why: str = _LATER, expires: date | Unknown | None = UNKNOWN) -> Opening:
        """An opening of nobody knows whom."""
        return Opening(cloud=self.cloud, way=self.way, holder=UNKNOWN, party=Party.UNKNOWN, why=why, expires=expires, path=at)

    def by(self, at: str, holder: str, *clues: tuple[Clue, str], expires: date | Unknown | None = None, elsewhere: str = "") -> Opening:
        """An opening of whom the clues point to."""
        return self.told(at, holder, self.parties.whose(self.cloud, holder, *clues), expires=expires, elsewhere=elsewhere)

    def told(self, at: str, holder: str, answer: tuple[Party, str], *, expires: date | Unknown | None = None, elsewhere: str = "") -> Opening:
        """An opening whose party is known already."""
        return Opening(
            cloud=self.cloud,
            way=self.way,
            holder=holder,
            party=answer[0],
            why=answer[1],
            expires=expires,
            ends_elsewhere=elsewhere or self.way.ends_elsewhere,
            path=at,
        )


def as_hours(text: object) -> float | None:
    """The hours of a duration such as `2160h`; None for anything else."""
    found = _HOURS.fullmatch(text) if isinstance(text, str) else None
    return float(found[1]) if found else None


def day(text: str) -> date | None:
    """The day of a moment in UTC; None for what is no moment."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).date()


def _policy(look: _Look) -> Iterator[Opening]:
    at = look.way.at
    for where, document in look.resource.each(at):
        found = _policies.of_aws(document) if document is not UNKNOWN and document != "" else ()
        if document is UNKNOWN or isinstance(found, str):
            yield look.later(where, found if isinstance(found, str) else _LATER)
            continue
        for one in found:
            clues = _clues.of_principal(one.kind, one.name, one.conditions)
            yield look.by(where, one.name, *clues, expires=_condition_end(one.conditions))


def _condition_end(conditions: Mapping[str, Mapping[str, object]]) -> date | None:
    """The earliest date that a DateLessThan condition on the current time sets."""
    found = []
    for operator, block in conditions.items():
        if operator.lower() in {"datelessthan", "datelessthanequals"}:
            values = [value for key, value in block.items() if str(key).lower() == "aws:currenttime"]
            found += [end for value in values for one in (value if isinstance(value, list) else [value]) if (end := day(str(one)))]
    return min(found, default=None)


def _principal(look: _Look) -> Iterator[Opening]:
    asked = {key: value for path, key in (look.way.beside or {}).items() if isinstance(value := look.resource.get(path), str)}
    conditions = {"StringEquals": asked} if asked else {}
    for at, text in look.names():
        if text is None:
            yield look.later(at)
            continue
        for name in re.split(r"\s*,\s*", text) if _ACCOUNTS.fullmatch(text) else (text,):
            kind = "Service" if name.endswith(".amazonaws.com") else "AWS"
            inside = f":iam::{look.parties.account}:role/" in name
            if name == "all" or name.startswith("arn:aws:organizations:"):
                clue = (Clue.EVERYONE, "anyone") if name == "all" else (Clue.AWS_ORG, name.rpartition("organization/")[2].split("/")[0])
                yield look.by(at, name, clue)
            else:
                yield look.by(at, name, *_clues.of_principal(kind, name, conditions), elsewhere="the role's trust" if inside else "")


def _user(look: _Look) -> Iterator[Opening]:
    name = look.resource.get(look.way.at)
    if isinstance(name, str):
        arn = f"arn:aws:iam::{look.parties.account}:user/{name}"
        yield look.by(look.way.at, arn, (Clue.AWS_ARN, arn))
    else:
        yield look.later(look.way.at)


def _note(look: _Look) -> date | Unknown | None:
    """The end that a description states, where the service itself ends nothing."""
    said = look.beside("note")
    noted = _NOTE.search(said) if isinstance(said, str) else None
    return UNKNOWN if said is UNKNOWN else day(noted.group(1)) if noted else look.end()


def _tenant(look: _Look) -> Iterator[Opening]:
    for at, name in look.names():
        yield look.later(at) if name is None else look.by(at, name, (Clue.ENTRA_TENANT, name), expires=_note(look))


def _object(look: _Look) -> Iterator[Opening]:
    """Object ids made in this stack (managed identities, groups) stand in no spec: not known is not foreign."""
    clue = Clue.ENTRA_OBJECT if look.cloud == "azure" else Clue.PRINCIPAL
    for at, name in look.names():
        if name is None:
            yield look.later(at, expires=look.end() if look.way.ends else UNKNOWN)
            continue
        found = look.by(at, name, (clue, name), expires=look.end())
        yield look.later(at, f"no party claims {name}") if found.party is Party.UNKNOWN else found


def _app(look: _Look) -> Iterator[Opening]:
    """Applications of the client's own tenant stand in no spec either."""
    for at, name in look.names():
        found = look.by(at, name, (Clue.ENTRA_APP, name)) if name is not None else None
        yield found if found and found.party is not Party.UNKNOWN else look.later(at, f"no party claims {name}" if name else _LATER)


def _email(look: _Look) -> Iterator[Opening]:
    for at, name in look.names():
        if name is None:
            yield look.later(at)
        else:
            address = name if "@" in name else f"any@{name}"
            yield look.by(at, name, (Clue.EMAIL, _guest(address)), expires=look.end())


def _guest(address: str) -> str:
    """The address at home of a guest, whose name in the directory is `ann_home.example#EXT#@tenant.onmicrosoft.com`."""
    local, mark, _ = address.partition("#EXT#")
    return "@".join(local.rpartition("_")[::2]) if mark else address


def _oidc(look: _Look) -> Iterator[Opening]:
    subject = look.beside("subject")
    for at, issuer in look.names():
        if issuer is None or subject is UNKNOWN:
            yield look.later(at)
        else:
            holder = f"{issuer} {subject if isinstance(subject, str) else '*'}"
            yield look.by(at, holder, (Clue.OIDC, holder))


def _issuer(look: _Look) -> Iterator[Opening]:
    for at, issuer in look.names():
        yield look.later(at) if issuer is None else look.told(at, issuer, look.parties.of_issuer(issuer))


def _saml(look: _Look) -> Iterator[Opening]:
    for at, text in look.names():
        entity = _ENTITY_ID.search(text) if text else None
        yield look.by(at, entity[1], (Clue.SAML, entity[1])) if entity else look.later(at, "its metadata names no entity" if text else _LATER)


def _account(look: _Look) -> Iterator[Opening]:
    for at, account in look.names():
        yield look.later(at) if account is None else look.by(at, account, (Clue.AWS_ACCOUNT, account))


def _canonical(look: _Look) -> Iterator[Opening]:
    for at, name in look.names():
        yield look.later(at) if name is None else look.by(at, name, (Clue.AWS_CANONICAL_ID, name))


def _member(look: _Look) -> Iterator[Opening]:
    expression = look.beside("condition")
    expires = UNKNOWN if expression is UNKNOWN else _until(expression)
    for at, member in look.names():
        yield look.later(at, expires=expires) if member is None else _of_member(look, at, member, expires)


def _until(expression: object) -> date | None:
    found = _UNTIL.search(expression) if isinstance(expression, str) else None
    return day(found.group(1)) if found else None


def _of_member(look: _Look, at: str, member: str, expires: date | Unknown | None) -> Opening:
    found = look.by(at, member, (Clue.GCP_MEMBER, member), expires=expires)
    if found.party is Party.UNKNOWN and member.startswith(("principal://", "principalSet://")):
        return look.later(at, f"{member} signs in from outside, and no party names it under identities.gcp.principals", expires)
    return found


def _members(look: _Look) -> Iterator[Opening]:
    for at, document in look.resource.each(look.way.at):
        found = _policies.of_gcp(document) if document is not UNKNOWN else _LATER
        if isinstance(found, str):
            yield look.later(at, found)
            continue
        for one in found:
            yield _of_member(look, at, one.name, _until(one.expression))


def _service_account(look: _Look) -> Iterator[Opening]:
    name = look.resource.get(look.way.at)
    email = _EMAIL.search(name) if isinstance(name, str) else None
    if email is None:
        yield look.later(look.way.at)
    else:
        member = f"serviceAccount:{email.group(0)}"
        yield look.by(look.way.at, member, (Clue.GCP_MEMBER, member))


def _entity(look: _Look) -> Iterator[Opening]:
    for at, text in look.names():
        parts = _ACL.fullmatch(text) if text else None
        if parts is None:
            yield look.later(at)
        elif parts[1] == "project":  # the owners, editors or viewers of a project, whom its own bindings name
            project = parts[2].partition("-")[2]
            yield look.by(at, parts[0], (Clue.GCP_PROJECT, project), elsewhere="the bindings of that project")
        else:
            kind = "serviceAccount" if parts[2].endswith("gserviceaccount.com") else parts[1]
            yield _of_member(look, at, f"{kind}:{parts[2]}" if kind else parts[2], None)


def _secret(look: _Look) -> Iterator[Opening]:
    """Whose it is, nothing tells: whoever made it may hold it, and the provider runs the program."""
    what = look.resource.type.rpartition(":")[2]
    yield look.told(look.way.ends, f"whoever holds this {what}", (Party.PROVIDER, "whoever made it may hold it"), expires=look.end())


def _network(look: _Look) -> Iterator[Opening]:
    for at, text in look.names():
        found = look.parties.of_network(text) if text else None
        if found is not None:
            yield look.told(at, str(text), found)


_READERS: Mapping[Form, Callable[[_Look], Iterator[Opening]]] = {
    Form.AWS_POLICY: _policy,
    Form.AWS_PRINCIPAL: _principal,
    Form.AWS_USER: _user,
    Form.AWS_CANONICAL: _canonical,
    Form.AWS_ACCOUNT: _account,
    Form.TENANT: _tenant,
    Form.OBJECT: _object,
    Form.APP: _app,
    Form.EMAIL: _email,
    Form.OIDC: _oidc,
    Form.ISSUER: _issuer,
    Form.SAML: _saml,
    Form.GCP_MEMBER: _member,
    Form.GCP_POLICY: _members,
    Form.GCP_ACCOUNT: _service_account,
    Form.GCP_ENTITY: _entity,
    Form.SECRET: _secret,
    Form.NETWORK: _network,
}
