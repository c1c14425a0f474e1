"""ARM paths: what a URL path names."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GROUP = re.compile(r"^/subscriptions/([^/]+)/resourcegroups(?:/([^/]+))?$", re.IGNORECASE)
_PROVIDERS = re.compile(r"/providers/", re.IGNORECASE)
GROUP_TYPE = "Microsoft.Resources/resourceGroups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One resource, one collection, or one action on a resource."""

    scope: str
    """What it hangs on: a resource group, a subscription, or for an extension another resource; `/` at the top."""
    type: str
    """`Namespace/type[/type]`, as written in the path."""
    names: tuple[str, ...]
    id: str
    """Of the resource, or of the resource that the collection or action is below."""
    is_collection: bool = False
    action: str = ""

    @property
    def key(self) -> str:
        """The id in lower case, under which the resource is stored."""
        return self.id.lower()

    @property
    def parent_id(self) -> str:
        """For a nested type the id of the resource above it, else empty."""
        if len(self.names) < (1 if self.is_collection else 2):
            return ""
        return self.id if self.is_collection else self.id.rsplit("/", 2)[0]


def parse(path: str, *, is_post: bool) -> Target | None:
    """The target of an ARM path, or None when it has no such form."""
    path = path.rstrip("/")
    if found := _GROUP.match(path):
        name = found.group(2)
        scope = f"/subscriptions/{found.group(1)}"
        return Target(
            scope=scope, type=GROUP_TYPE, names=(name,) if name else (), id=f"{scope}/resourceGroups/{name}" if name else scope, is_collection=name is None
        )
    pieces = list(_PROVIDERS.finditer(path))
    if not pieces:
        return None
    scope, rest = path[: pieces[-1].start()], path[pieces[-1].end() :].split("/")
    if len(rest) < 2 or not all(rest):
        return None
    namespace, segments = rest[0], rest[1:]
    action = ""
    if len(segments) % 2 and is_post and len(segments) > 1:
        action = segments.pop()
    types, names = segments[0::2], segments[1::2]
    is_collection = len(types) > len(names)
    named = segments[:-1] if is_collection else segments
    base = f"{scope}/providers/{namespace}"
    return Target(
        scope=scope or "/",
        type=f"{namespace}/{'/'.join(types)}",
        names=tuple(names),
        id=f"{base}/{'/'.join(named)}" if named else scope or "/",
        is_collection=is_collection,
        action=action,
    )
