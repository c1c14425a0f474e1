"""Who may sign in through a provider of a workload identity pool."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.model import Json

POOLS = "iam.projects.locations.workloadIdentityPools.list"
PROVIDERS = "iam.projects.locations.workloadIdentityPools.providers.list"
_TEXT = r"""'[^'\\]*'|"[^"\\]*\""""
_EXACT = re.compile(rf"assertion\.sub\s*==\s*(?P<text>{_TEXT})")
_PREFIX = re.compile(rf"assertion\.sub\.startsWith\(\s*(?P<text>{_TEXT})\s*\)")
_TOKEN = re.compile(rf"(?P<text>{_TEXT})|(?P<word>\s+|[\w.]+|==|!=|[<>]=?|[,\[\]+*/%-])|(?P<open>\()|(?P<close>\))|(?P<also>&&)")
"""What a condition may be made of to be understood; `||`, `!`, `? :` and escapes are not among it."""
_ENTITY = re.compile(r"""\bentityID\s*=\s*["']([^"']+)["']""")


def holder(provider: Json, *, google_subject: str = "") -> tuple[Clue, str]:
    """The account, SAML provider, or issuer and subject that this provider lets in.

    `google_subject` narrows it to one subject of Google's, where the provider's mapping takes that over from the token unchanged.
    """
    aws = cast("Mapping[str, Any]", provider.get("aws") or {})
    if aws:
        return Clue.AWS_ACCOUNT, str(aws.get("accountId", ""))
    saml = cast("Mapping[str, Any]", provider.get("saml") or {})
    if saml:
        entity = _ENTITY.search(str(saml.get("idpMetadataXml", "")))
        return (Clue.SAML, entity[1]) if entity else (Clue.NAME, str(provider["name"]))
    if provider.get("x509"):
        return Clue.NAME, str(provider["name"])  # whoever has a certificate of its trust anchors
    oidc = cast("Mapping[str, Any]", provider.get("oidc") or {})
    mapping = cast("Mapping[str, Any]", provider.get("attributeMapping") or {})
    is_same = bool(google_subject) and str(mapping.get("google.subject", "")).strip() == "assertion.sub"
    return Clue.OIDC, f"{oidc.get('issuerUri', '')} {google_subject if is_same else subject(str(provider.get('attributeCondition', '')))}"


def subject(condition: str) -> str:
    """The subject pattern that a condition lets in, `*` = any.

    Only a test of `assertion.sub` that stands alone or in a chain of `&&` narrows it for certain; whatever could open another door
    (`||`, `!`, `? :`, a test inside brackets) makes it anybody.
    """
    for part in _chain(condition):
        exact, prefix = _EXACT.fullmatch(part), _PREFIX.fullmatch(part)
        if exact:
            return exact["text"][1:-1]
        if prefix:
            return f"{prefix['text'][1:-1]}*"
    return "*"


def _chain(condition: str) -> list[str]:
    """The operands of the outermost `&&`; empty when the condition is not understood."""
    parts, depth, place = [""], 0, 0
    while place < len(condition):
        token = _TOKEN.match(condition, place)
        if token is None:
            return []
        place = token.end()
        depth += bool(token["open"]) - bool(token["close"])
        if token["also"] and depth == 0:
            parts.append("")
        else:
            parts[-1] += token.group()
    return [part.strip() for part in parts] if depth == 0 else []
