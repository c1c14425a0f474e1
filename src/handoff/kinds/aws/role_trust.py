"""Trust policies of IAM roles: who may become the role."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _clues, _means, _people, _policy, _saml, _sessions, _use
from handoff.model import AROUND, AccessPath, Clue, KindId, Lag, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Use, Writer

GRANT_TAG = "handoff:grant"
"""Tag of roles that exist only as the provider's way in; only such a role is deleted."""

_SERVICE_LINKED = "/aws-service-role/"
# A trust policy needs a statement; this one trusts nobody.
_NOBODY_SID = "HandoffNobody"
_NOBODY = {"Sid": _NOBODY_SID, "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}


class RoleTrust:
    """One principal of one Allow statement of a role's trust policy, with the sessions that it began.

    Editing the trust ends no session, so disabling also writes an inline role policy that refuses every token issued before the cut. AWS cannot
    tell whose session it is: those of other principals of the same role end too, and may begin anew. A role that is tagged
    as the provider's access role (`handoff:grant`) is deleted in a second step, provided that nobody else is trusted by then.
    """

    id = KindId("aws.role_trust")
    title = "Role trust"
    row = "A8"
    source = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 4
    lag = Lag(settle_s=_sessions.SETTLE_S, survives_s=12 * 3600, source=_sessions.SOURCE)
    reads = _people.READS | frozenset(
        {
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:GetSAMLProvider",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
            "iam:ListRoleTags",
        }
    )
    writes = frozenset(
        {"iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"},
    )
    fences = frozenset({"iam:CreateRole", "iam:UpdateAssumeRolePolicy"})
    creates = frozenset({"aws:iam/role:Role"})
    after: frozenset[KindId] = frozenset()
    uses = _use.USES
    blind = "Service-linked roles, whose trust only AWS changes; chains through a role of a third account; who holds the credentials of a trusted account."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every principal of every Allow statement of every role that is not service-linked."""
        marks, rights = _people.Marks(reader), _means.Rights(reader)
        for role in _people.roles(reader):
            if str(role.get("Path", "")).startswith(_SERVICE_LINKED):
                continue
            document = _policy.parse(role.get("AssumeRolePolicyDocument"), where=str(role["Arn"]))
            openings = list(_policy.openings(document))
            mints = rights.of(role) if openings else ()
            for opening in openings:
                yield replace(self._path(reader, role, opening, marks, is_grant=GRANT_TAG in _people.tag_keys(role)), mints=mints)

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take the principal out and cut sessions; delete the role when it is the provider's own."""
        name = path.detail["role_name"]
        effect = f"{path.holder} may no longer become role {name}, and every session of {name} that began before is refused; undone by putting it back and removing {_cut_name(path)}"
        disable = Step(verb=Verb.DISABLE, reversible=True, effect=effect)
        if not path.detail["is_grant"]:
            return (disable,)
        gone = f"role {name} is deleted with its policies, if nobody else is trusted by it; a role made anew has another id and regains no trust"
        return (disable, Step(verb=Verb.DELETE, reversible=False, effect=gone))

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The principal's share of the trust, and the policy that cuts its sessions."""
        document = self._trust(reader, path)
        if document is None:
            return None
        return {"role_id": path.detail["role_id"], "statements": _policy.find(document, *_key(path)), "cut": self._cut(reader, path), AROUND: document}

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Trust first, sessions second: a session begun in between is then older than the cut."""
        name = path.detail["role_name"]
        document = self._trust(writer, path)
        if document is None:
            return
        if verb is Verb.DELETE:
            yield from self._delete(writer, path, document)
            return
        trusted = _policy.find(document, *_key(path))
        if trusted:
            rest = _policy.without(document, *_key(path))
            yield self._put(writer, path, _policy.add(rest, _NOBODY) if _policy.is_empty(rest) else rest)
        if trusted or self._cut(writer, path) is None:
            policy = json.dumps(_sessions.older_than(_sessions.cut_time(at)))
            yield writer.write("iam:PutRolePolicy", RoleName=name, PolicyName=_cut_name(path), PolicyDocument=policy)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Trust and sessions as they were before."""
        name = path.detail["role_name"]
        document = self._trust(writer, path)
        if document is None:
            return
        wanted = _policy.put_back(document, cast("list[Json]", before["statements"]), drop_sid=_NOBODY_SID, around=before.get(AROUND), taken=_key(path))
        if wanted != document and not _policy.is_empty(wanted):
            yield self._put(writer, path, wanted)
        if before["cut"] is None:
            yield writer.write("iam:DeleteRolePolicy", RoleName=name, PolicyName=_cut_name(path), missing_ok=True)
        else:
            yield writer.write("iam:PutRolePolicy", RoleName=name, PolicyName=_cut_name(path), PolicyDocument=json.dumps(before["cut"]))

    def mints(self, path: AccessPath, /) -> tuple[Mapping[str, str], ...]:
        """A session of the role, with the external id that the trust asks for (AWS holds those for no secret); not for federations, whose tokens others issue."""
        if path.detail["principal_type"] != "AWS":
            return ()
        external = next(_clues.demanded(cast("Json", path.detail["conditions"]), "sts:externalid"), "")
        return ({"op": "sts:AssumeRole", "role_arn": str(path.detail["role_arn"])} | ({"external_id": external} if external else {}),)

    def used(self, reader: Reader, path: AccessPath, since: datetime, /) -> Iterator[Use]:
        """Every session that the principal began."""
        return _use.of_trust(reader, str(path.detail["role_arn"]), str(path.detail["principal"]), since)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the role itself, where discover lists. Without trust but with neither cut nor deletion, old sessions may live: only DISABLED."""
        document = self._trust(reader, path)
        if document is None:
            return Verdict.GONE
        if _policy.find(document, *_key(path)):
            return Verdict.ALIVE
        will_go = path.detail["is_grant"] and _trusts_nobody(document)
        return Verdict.DISABLED if will_go or self._cut(reader, path) is None else Verdict.GONE

    def _path(self, reader: Reader, role: Json, opening: _policy.Opening, marks: _people.Marks, *, is_grant: bool) -> AccessPath:
        return AccessPath(
            kind=self.id,
            id=f"{role['RoleId']}#{opening.suffix}",
            scope=reader.scope,
            holder=opening.principal if opening.type != _policy.NOT else f"anyone but {opening.principal}",
            allows=f"become role {role['RoleName']}",
            clues=(*_clues.of_opening(opening), *marks.of(opening.principal), *_entity(reader, opening)),
            detail={
                "role_name": role["RoleName"],
                "role_arn": role["Arn"],
                "role_id": role["RoleId"],
                "mark": opening.mark,
                "principal_type": opening.type,
                "principal": opening.principal,
                "sid": opening.statement.get("Sid"),
                "conditions": opening.conditions,
                "expires": _clues.expires(opening.conditions),
                "is_grant": is_grant,
            },
        )

    def _trust(self, reader: Reader, path: AccessPath) -> Json | None:
        # A role made anew under the old name is another role with another id.
        answer = reader.get("iam:GetRole", RoleName=path.detail["role_name"])
        role = cast("Json", answer["Role"]) if answer else {}
        if role.get("RoleId") != path.detail["role_id"]:
            return None
        return _policy.parse(role.get("AssumeRolePolicyDocument"), where=str(path.detail["role_arn"]))

    def _cut(self, reader: Reader, path: AccessPath) -> object:
        found = reader.get("iam:GetRolePolicy", RoleName=path.detail["role_name"], PolicyName=_cut_name(path))
        return found["PolicyDocument"] if found else None

    def _put(self, writer: Writer, path: AccessPath, document: Json) -> Receipt:
        return writer.write("iam:UpdateAssumeRolePolicy", RoleName=path.detail["role_name"], PolicyDocument=_policy.text(document))

    def _delete(self, writer: Writer, path: AccessPath, document: Json) -> Iterator[Receipt]:
        name = path.detail["role_name"]
        tags = {tag["Key"] for tag in writer.read("iam:ListRoleTags", RoleName=name)}
        if GRANT_TAG not in tags or not _trusts_nobody(document) or list(writer.read("iam:ListInstanceProfilesForRole", RoleName=name)):
            return
        for attached in list(writer.read("iam:ListAttachedRolePolicies", RoleName=name)):
            yield writer.write("iam:DetachRolePolicy", RoleName=name, PolicyArn=attached["PolicyArn"], missing_ok=True)
        for inline in _cuts_last(str(item["PolicyNames"]) for item in list(writer.read("iam:ListRolePolicies", RoleName=name))):
            yield writer.write("iam:DeleteRolePolicy", RoleName=name, PolicyName=inline, missing_ok=True)
        yield writer.write("iam:DeleteRole", RoleName=name, missing_ok=True)


def _trusts_nobody(document: Json) -> bool:
    return next(_policy.openings(document), None) is None


def _cuts_last(names: Iterator[str]) -> list[str]:
    # What refuses old sessions goes last, so that no session comes back to life while the role is being taken apart.
    return sorted(names, key=lambda name: (name.startswith(_sessions.POLICY), name))


def _cut_name(path: AccessPath) -> str:
    # Each path has its own policy, so that undoing one cut leaves the other.
    return f"{_sessions.POLICY}-{hashlib.sha256(path.id.encode()).hexdigest()[:12]}"


def _key(path: AccessPath) -> tuple[str, str, str]:
    return str(path.detail["mark"]), str(path.detail["principal_type"]), str(path.detail["principal"])


def _entity(reader: Reader, opening: _policy.Opening) -> Iterator[tuple[Clue, str]]:
    if opening.type != "Federated" or ":saml-provider/" not in opening.principal:
        return
    provider = reader.get("iam:GetSAMLProvider", SAMLProviderArn=opening.principal)
    found = _saml.entity(provider.get("SAMLMetadataDocument")) if provider else None
    if found:
        yield Clue.SAML, found


KIND: Kind = RoleTrust()
