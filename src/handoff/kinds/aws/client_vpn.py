"""Client VPN endpoints: who may reach which network through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

ENDING = "revoking"
OVER = frozenset({"deleting", "deleted"})


class ClientVpn(Item):
    """One authorization rule of one endpoint: a network, and the group that may reach it, or everyone who can sign in."""

    id = KindId("aws.client_vpn")
    title = "Client VPN authorization"
    row = "A29"
    source = "https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/cvpn-working-rules.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    # A session lasts 24 hours unless the endpoint says less.
    lag = Lag(settle_s=300, survives_s=86400, source="https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/cvpn-working-max-duration.html (read 2026-11-22)")
    reads = frozenset({"ec2:DescribeClientVpnAuthorizationRules", "ec2:DescribeClientVpnEndpoints"})
    writes = frozenset({"ec2:AuthorizeClientVpnIngress", "ec2:RevokeClientVpnIngress"})
    fences = frozenset({"ec2:AuthorizeClientVpnIngress", "ec2:CreateClientVpnEndpoint", "ec2:ImportClientVpnClientCertificateRevocationList"})
    creates = frozenset({"aws:ec2clientvpn/authorizationRule:AuthorizationRule", "aws:ec2clientvpn/endpoint:Endpoint"})
    blind = (
        "Who holds a client certificate, who is in a group of the directory or of the identity provider, and connections that are up "
        "(ec2:TerminateClientVpnConnections ends them, the client's own too). A certificate that was handed out is revoked in the endpoint's revocation list."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every rule of every endpoint."""
        endpoints = (one for one in reader.read("ec2:DescribeClientVpnEndpoints") if _state(one) not in OVER)
        for endpoint, rules in fan.each(lambda one: (one, list(_rules(reader, str(one["ClientVpnEndpointId"])))), endpoints):
            for rule in rules:
                if _state(rule) not in {ENDING, "failed"}:
                    yield self._path(reader, endpoint, rule)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The rule, unless it is being taken away."""
        rule = self._rule(reader, path)
        return {"description": rule.get("Description") or ""} if rule and _state(rule) != ENDING else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """A rule can be given again."""
        return f"{path.holder} may no longer reach {path.detail['cidr']} through {path.detail['endpoint']}; undone by authorizing it again"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Revoke."""
        who = {"AccessGroupId": path.detail["group"]} if path.detail["group"] else {"RevokeAllGroups": True}
        yield writer.write("ec2:RevokeClientVpnIngress", **_named(path), **who, missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Authorize, as it was."""
        who = {"AccessGroupId": path.detail["group"]} if path.detail["group"] else {"AuthorizeAllGroups": True}
        said = {"Description": before["description"]} if before["description"] else {}
        yield writer.write("ec2:AuthorizeClientVpnIngress", **_named(path), **who, **said)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """While it is being taken away, packets may still pass."""
        rule = self._rule(reader, path)
        if rule is None:
            return Verdict.GONE
        return Verdict.UNKNOWN if _state(rule) == ENDING else Verdict.ALIVE

    def _rule(self, reader: Reader, path: AccessPath) -> Json | None:
        endpoint = str(path.detail["endpoint"])
        if not any(one["ClientVpnEndpointId"] == endpoint and _state(one) not in OVER for one in reader.read("ec2:DescribeClientVpnEndpoints")):
            return None
        wanted = (path.detail["cidr"], path.detail["group"])
        return next((rule for rule in _rules(reader, endpoint) if (rule["DestinationCidr"], rule.get("GroupId") or "") == wanted), None)

    def _path(self, reader: Reader, endpoint: Json, rule: Json) -> AccessPath:
        name, cidr, group = str(endpoint["ClientVpnEndpointId"]), str(rule["DestinationCidr"]), str(rule.get("GroupId") or "")
        ways, clues = _signing_in(endpoint)
        return AccessPath(
            kind=self.id,
            id=f"{name}#{cidr}#{group or '*'}",
            scope=reader.scope,
            holder=f"group {group} ({ways})" if group else f"everyone who can sign in ({ways})",
            allows=f"reach {cidr} through Client VPN {name}",
            clues=(*_marks.of_tags(endpoint.get("Tags")), *_marks.of_texts(rule.get("Description"), endpoint.get("Description")), *clues),
            detail={"endpoint": name, "cidr": cidr, "group": group, "ways": ways},
        )


def _rules(reader: Reader, endpoint: str) -> Iterator[Json]:
    return reader.read("ec2:DescribeClientVpnAuthorizationRules", ClientVpnEndpointId=endpoint)


def _signing_in(endpoint: Json) -> tuple[str, tuple[tuple[Clue, str], ...]]:
    """How people sign in, and what that tells."""
    ways, clues = [], []
    for option in cast("list[Json]", endpoint.get("AuthenticationOptions") or ()):
        ways.append(str(option.get("Type")))
        if saml := cast("Json", option.get("FederatedAuthentication") or {}).get("SamlProviderArn"):
            clues.append((Clue.AWS_ARN, str(saml)))
        if directory := cast("Json", option.get("ActiveDirectory") or {}).get("DirectoryId"):
            clues.append((Clue.NAME, str(directory)))
        if option.get("Type") == "certificate-authentication":
            clues.append((Clue.SHARED_SECRET, "whoever has a client certificate of the endpoint's authority gets in"))
    return ", ".join(ways), tuple(clues)


def _state(thing: Json) -> str:
    return str(cast("Json", thing.get("Status") or {}).get("Code"))


def _named(path: AccessPath) -> Json:
    return {"ClientVpnEndpointId": path.detail["endpoint"], "TargetNetworkCidr": path.detail["cidr"]}


KIND: Kind = ClientVpn()
