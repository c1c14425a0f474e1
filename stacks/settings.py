"""What every component needs to know of the spec: names, tags, grants and when they end."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, timedelta

    import pulumi

    from handoff.spec import Engagement, Environment, PartyBlock, Store

NO_DATA = "none"
"""Value of the `data-class` tag on what holds none of the client's data."""
_LABEL_LENGTH = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One access grant of the spec as it applies to one cloud of this environment."""

    holder: str
    """`provider` or `incoming`."""
    party: PartyBlock
    purpose: str
    """The spec's purpose as a part of names."""
    role: str
    """`reader`, `operator` or `administrator`."""
    expires: date
    just_in_time: timedelta | None

    @property
    def name(self) -> str:
        """Tells this grant from the others of the environment."""
        return f"{self.holder}-{self.purpose}"

    @property
    def ends_at(self) -> str:
        """The last second of the last day, in UTC, as AWS and Google conditions write it."""
        return f"{self.expires.isoformat()}T23:59:59Z"

    @property
    def writes(self) -> bool:
        """Whether the role changes anything."""
        return self.role != "reader"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One environment of one engagement."""

    engagement: Engagement
    environment: Environment
    today: date
    """Where a cloud refuses the past."""
    disposable: bool = False
    """The environment and its data may be destroyed by `pulumi destroy`; for test estates only."""
    plain_http: bool = False
    """AWS is reached without TLS, as the lab's emulator is: a bucket that refuses plain HTTP would refuse everybody."""
    store_secret: pulumi.Output[str] | None = None
    """Value of each store's secret where the cloud keeps no empty one (Azure); from the stack's encrypted configuration, so the same on every run."""

    @property
    def prefix(self) -> str:
        """Begins every physical name."""
        return f"{self.engagement.metadata.name}-{self.environment.name}"

    def name(self, *parts: str, limit: int = 63) -> str:
        """A physical name; the same for the same parts, and shortened with a digest when the cloud allows less."""
        return _shorten("-".join((self.prefix, *parts)), limit)

    def compact_name(self, *parts: str, salt: str, limit: int = 24) -> str:
        """Letters and digits only, and unique beyond this estate, for names that are global: the salt is the subscription or project."""
        whole = "".join((self.prefix, *parts))
        digest = hashlib.sha256(f"{salt}/{whole}".encode()).hexdigest()[:8]
        return re.sub(r"[^a-z0-9]", "", whole)[: limit - len(digest)] + digest

    def tags(self, *, data_class: str = NO_DATA, grant: Grant | None = None) -> dict[str, str]:
        """The tags that everything carries; an identity made for another party also says whose and what for."""
        tags = {
            "engagement-id": self.engagement.metadata.id or self.engagement.metadata.name,
            "client": self.engagement.parties.client.name,
            "environment": self.environment.name,
            "data-class": data_class,
            "owner": "client",
            "expires": (grant.expires if grant else self.engagement.term.end).isoformat(),
        }
        if grant:
            tags |= {"handoff:party": grant.holder, "handoff:grant": grant.purpose}
        return tags

    def labels(self, *, data_class: str = NO_DATA, grant: Grant | None = None) -> dict[str, str]:
        """The same in the form that Google Cloud allows: lower case, digits, `_` and `-`."""
        return {label(key): label(value) for key, value in self.tags(data_class=data_class, grant=grant).items()}

    def grants(self, cloud: str) -> Iterator[Grant]:
        """What parties other than the client may do here. Raises SpecError when two grants would share one name."""
        parties = {"provider": self.engagement.parties.provider, "incoming": self.engagement.parties.incoming}
        seen: set[str] = set()
        for one in self.engagement.access:
            party = parties.get(one.holder)
            if party is None or self.environment.name not in one.environments or cloud not in one.clouds:
                continue
            grant = Grant(holder=one.holder, party=party, purpose=slug(one.purpose), role=one.role, expires=one.expires, just_in_time=one.just_in_time)
            if grant.name in seen:
                raise SpecError(
                    f"access: two grants of {one.holder} for {one.purpose!r} in {self.environment.name}", hint="Give each grant a purpose of its own."
                )
            seen.add(grant.name)
            yield grant

    def stores(self, cloud: str) -> tuple[Store, ...]:
        """The data stores to make on one cloud."""
        return tuple(one for one in self.environment.stores if cloud in one.clouds)

    def guardians(self, cloud: str) -> tuple[str, ...]:
        """The client's administrators and break-glass identities on one cloud."""
        client = self.engagement.parties.client
        return tuple(dict.fromkeys(one.principal for one in (*client.administrators, *client.break_glass) if one.cloud == cloud))

    @property
    def emails(self) -> tuple[str, ...]:
        """Whom cost warnings go to: both parties."""
        parties = (self.engagement.parties.client, self.engagement.parties.provider)
        return tuple(dict.fromkeys(one for party in parties for one in party.contacts if "@" in one))

    @property
    def is_restricted(self) -> bool:
        """Whether a class kept in this environment is restricted."""
        stored = {one.data_class for one in self.environment.stores}
        return any(one.sensitivity == "restricted" for one in self.engagement.data if one.name in stored)

    @property
    def data_classes(self) -> str:
        """The classes kept in this environment, for what serves them all (keys, backups)."""
        return "+".join(sorted({one.data_class for one in self.environment.stores})) or NO_DATA


def slug(text: str, limit: int = 24) -> str:
    """Free text as a part of names: lower case, digits and single hyphens."""
    return _shorten(re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x", limit)


def label(text: str) -> str:
    """Text as a Google Cloud label. source: https://cloud.google.com/resource-manager/docs/labels-overview (read 2026-11-22)."""
    return re.sub(r"[^a-z0-9_-]", "_" if ":" in text else "-", text.lower())[:_LABEL_LENGTH]


def _shorten(name: str, limit: int) -> str:
    if len(name) <= limit:
        return name
    return f"{name[: limit - 9].rstrip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
