"""What the kinds of IAM Roles Anywhere share: tags, certificates, and the roles that profiles offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cryptography import x509

from handoff.kinds.aws import _people, _sessions
from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import AccessPath, Json, Reader, Receipt, Writer

Found = tuple[Clue, str]


def tags(reader: Reader, arn: str) -> tuple[Found, ...]:
    """The tags of an anchor, a profile or a subject."""
    return tuple((Clue.TAG, f"{tag['key']}={tag['value']}") for tag in reader.read("rolesanywhere:ListTagsForResource", resourceArn=arn))


def subject(bundle: str) -> tuple[str, list[Found]]:
    """Subject of the first certificate of a bundle, and what it tells; a bundle that cannot be read tells nothing, and says so."""
    name = next(iter(subjects(bundle)), "")
    if not name:
        return "a certificate bundle that cannot be read", []
    return name, [*_people.mails(name), (Clue.NAME, name)]


def subjects(bundle: str) -> list[str]:
    """Subject of every certificate of a bundle; none when there is no bundle or it cannot be read."""
    try:
        return [certificate.subject.rfc4514_string() for certificate in x509.load_pem_x509_certificates(bundle.encode())]
    except ValueError:
        return []


def roles(reader: Reader) -> list[str]:
    """ARNs of the roles that the region's profiles offer: any anchor opens any of them, unless the role's own trust says otherwise."""
    found = {role for profile in reader.read("rolesanywhere:ListProfiles") for role in cast("list[str]", profile.get("roleArns") or [])}
    return sorted(found)


def cuts(reader: Reader, path: AccessPath, policy: str) -> dict[str, object]:
    """For each role of the path that is still there, the policy that cuts its sessions, or None."""
    names = [_name(role) for role in cast("list[str]", path.detail["roles"])]
    return {name: _bearer(name).cut(reader, policy) for name in names if reader.get("iam:GetRole", RoleName=name) is not None}


def cut(writer: Writer, path: AccessPath, policy: str, at: datetime) -> Iterator[Receipt]:
    """Refuse the older tokens of each role."""
    document = _sessions.older_than(_sessions.cut_time(at))
    for name in cuts(writer, path, policy):
        yield _bearer(name).put(writer, policy, document)


def put_back(writer: Writer, path: AccessPath, policy: str, before: Json) -> Iterator[Receipt]:
    """The policies as they were; a role that is gone keeps none."""
    for name in cuts(writer, path, policy):
        yield _bearer(name).put_back(writer, policy, before.get(name))


def _bearer(name: str) -> _sessions.Bearer:
    return _sessions.Bearer(type="Role", name=name)


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
