"""Forty ways in on AWS, each opened by hand with an administrator's rights, as people open them; and ways of others beside them that have to stay.

Every module opens those of one theme through AWS's own API. Nothing of this is in any Pulumi program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.demo.back_doors import federation, functions, networks, people, policies, roles, shares

if TYPE_CHECKING:
    from handoff.lab.demo.back_doors.site import Site
    from handoff.lab.demo.back_doors.way import Way


def open_all(site: Site) -> tuple[Way, ...]:
    """All of them. Issuers come before the roles that trust them."""
    themes = (people, federation, roles, policies, functions, shares, networks)
    return tuple(way for theme in themes for way in theme.open_all(site))
