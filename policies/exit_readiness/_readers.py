"""How each form of a way is read: a generator of openings per form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from handoff.controls.resource import UNKNOWN, Unknown
from handoff.kinds.aws import _clues
from handoff.model import Clue, Party

from . import _policies
from ._look import LATER, Look, Opening, day
from ._ways import Form

_UNTIL = re.compile(r"request\.time\s*<=?\s*timestamp\(\s*[\"']([^\"']+)[\"']\s*\)")
_NOTE = re.compile(r"\bexpires=(\d{4}-\d{2}-\d{2})\b")
_EMAIL = re.compile(r"[^/]+@[^/]+$")
_ENTITY_ID = re.compile(r"""\bentityID\s*=\s*["']([^"']+)["']""")
_ACL = re.compile(r"(?:[A-Z]+:)?(?:(user|group|domain|project)-)?(.+)")
_ACCOUNTS = re.compile(r"\d{12}(\s*,\s*\d{12})+")


def _policy(look: Look) -> Iterator[Opening]:
    at = look.way.at
    for where, document in look.resource.each(at):
        found = _policies.of_aws(document) if document is not UNKNOWN and document != "" else ()
        if document is UNKNOWN or isinstance(found, str):
            yield look.later(where, found if isinstance(found, str) else LATER)
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


def _principal(look: Look) -> Iterator[Opening]:
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


def _user(look: Look) -> Iterator[Opening]:
    name = look.resource.get(look.way.at)
    if isinstance(name, str):
        arn = f"arn:aws:iam::{look.parties.account}:user/{name}"
        yield look.by(look.way.at, arn, (Clue.AWS_ARN, arn))
    else:
        yield look.later(look.way.at)


def _note(look: Look) -> date | Unknown | None:
    """The end that a description states, where the service itself ends nothing."""
    said = look.beside("note")
    noted = _NOTE.search(said) if isinstance(said, str) else None
    return UNKNOWN if said is UNKNOWN else day(noted.group(1)) if noted else look.end()


def _tenant(look: Look) -> Iterator[Opening]:
    for at, name in look.names():
        yield look.later(at) if name is None else look.by(at, name, (Clue.ENTRA_TENANT, name), expires=_note(look))


def _object(look: Look) -> Iterator[Opening]:
    """Object ids made in this stack (managed identities, groups) stand in no spec: not known is not foreign."""
    clue = Clue.ENTRA_OBJECT if look.cloud == "azure" else Clue.PRINCIPAL
    for at, name in look.names():
        found = look.by(at, name, (clue, name), expires=look.end()) if name is not None else None
        if found is not None and found.party is not Party.UNKNOWN:
            yield found
        elif _is_of_this_stack(look, at):
            yield look.told(at, name or "a managed identity", (Party.CLIENT, "the managed identity of a resource of this stack"))
        else:
            yield look.later(at, f"no party claims {name}" if name else LATER, look.end() if look.way.ends else UNKNOWN)


def _is_of_this_stack(look: Look, at: str) -> bool:
    """Made from an Azure resource of the same stack: the identity of something that lies in the client's estate."""
    made_from = look.resource.links.get(re.split(r"[.\[]", at, maxsplit=1)[0], ())
    return bool(made_from) and all(urn.count("::") >= 3 and urn.split("::")[2].rpartition("$")[2].startswith("azure-native:") for urn in made_from)


def _app(look: Look) -> Iterator[Opening]:
    """Applications of the client's own tenant stand in no spec either."""
    for at, name in look.names():
        found = look.by(at, name, (Clue.ENTRA_APP, name)) if name is not None else None
        yield found if found and found.party is not Party.UNKNOWN else look.later(at, f"no party claims {name}" if name else LATER)


def _email(look: Look) -> Iterator[Opening]:
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


def _oidc(look: Look) -> Iterator[Opening]:
    subject = look.beside("subject")
    for at, issuer in look.names():
        if issuer is None or subject is UNKNOWN:
            yield look.later(at)
        else:
            holder = f"{issuer} {subject if isinstance(subject, str) else '*'}"
            yield look.by(at, holder, (Clue.OIDC, holder))


def _issuer(look: Look) -> Iterator[Opening]:
    for at, issuer in look.names():
        yield look.later(at) if issuer is None else look.told(at, issuer, look.parties.of_issuer(issuer))


def _saml(look: Look) -> Iterator[Opening]:
    for at, text in look.names():
        entity = _ENTITY_ID.search(text) if text else None
        yield look.by(at, entity[1], (Clue.SAML, entity[1])) if entity else look.later(at, "its metadata names no entity" if text else LATER)


def _account(look: Look) -> Iterator[Opening]:
    for at, account in look.names():
        yield look.later(at) if account is None else look.by(at, account, (Clue.AWS_ACCOUNT, account))


def _canonical(look: Look) -> Iterator[Opening]:
    for at, name in look.names():
        yield look.later(at) if name is None else look.by(at, name, (Clue.AWS_CANONICAL_ID, name))


def _member(look: Look) -> Iterator[Opening]:
    expression = look.beside("condition")
    expires = UNKNOWN if expression is UNKNOWN else _until(expression)
    for at, member in look.names():
        yield look.later(at, expires=expires) if member is None else _of_member(look, at, member, expires)


def _until(expression: object) -> date | None:
    found = _UNTIL.search(expression) if isinstance(expression, str) else None
    return day(found.group(1)) if found else None


def _of_member(look: Look, at: str, member: str, expires: date | Unknown | None) -> Opening:
    found = look.by(at, member, (Clue.GCP_MEMBER, member), expires=expires)
    if found.party is Party.UNKNOWN and member.startswith(("principal://", "principalSet://")):
        return look.later(at, f"{member} signs in from outside, and no party names it under identities.gcp.principals", expires)
    return found


def _members(look: Look) -> Iterator[Opening]:
    for at, document in look.resource.each(look.way.at):
        found = _policies.of_gcp(document) if document is not UNKNOWN else LATER
        if isinstance(found, str):
            yield look.later(at, found)
            continue
        for one in found:
            yield _of_member(look, at, one.name, _until(one.expression))


def _service_account(look: Look) -> Iterator[Opening]:
    name = look.resource.get(look.way.at)
    email = _EMAIL.search(name) if isinstance(name, str) else None
    if email is None:
        yield look.later(look.way.at)
    else:
        member = f"serviceAccount:{email.group(0)}"
        yield look.by(look.way.at, member, (Clue.GCP_MEMBER, member))


def _entity(look: Look) -> Iterator[Opening]:
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


def _secret(look: Look) -> Iterator[Opening]:
    """Whose it is, nothing tells: whoever made it may hold it, and the provider runs the program."""
    what = look.resource.type.rpartition(":")[2]
    yield look.told(look.way.ends, f"whoever holds this {what}", (Party.PROVIDER, "whoever made it may hold it"), expires=look.end())


def _network(look: Look) -> Iterator[Opening]:
    for at, text in look.names():
        found = look.parties.of_network(text) if text else None
        if found is not None:
            yield look.told(at, str(text), found)
        elif text is None and look.parties.has_networks:
            yield look.later(at)


READERS: Mapping[Form, Callable[[Look], Iterator[Opening]]] = {
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
