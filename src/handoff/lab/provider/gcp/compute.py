"""Networks, subnetworks and firewalls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.provider.gcp._base import delete_path, given, guarded, in_project, project_of, tail
from handoff.lab.provider.record import Created, Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.lab.provider.record import Context, Properties

_API = "/compute/v1"
_SUBNETWORK = ("ipCidrRange", "description", "privateIpGoogleAccess", "purpose", "role", "stackType")
_LOG = ("aggregationInterval", "filterExpr", "flowSampling", "metadata", "metadataFields")
_FIREWALL = (
    "description",
    "direction",
    "priority",
    "sourceRanges",
    "destinationRanges",
    "sourceTags",
    "targetTags",
    "sourceServiceAccounts",
    "targetServiceAccounts",
)
_PROTOCOLS = {"allows": "allowed", "denies": "denied"}


def _place(ctx: Context, inputs: Properties, *, regional: bool) -> str:
    region = tail(str(inputs.get("region") or ctx.config.get("region", "")))
    return f"projects/{project_of(ctx, inputs)}/regions/{region}" if regional else f"projects/{project_of(ctx, inputs)}/global"


def _insert(collection: str, body: Callable[[Properties], dict[str, Any]], *, regional: bool = False) -> Callable[[Context, Properties], Created]:
    def create(ctx: Context, inputs: Properties) -> Created:
        place = _place(ctx, inputs, regional=regional)
        sent = {"name": inputs["name"], **body(inputs)}
        if "network" in inputs:
            sent["network"] = _network_link(ctx, inputs)
        ctx.gcp.request("POST", f"{_API}/{place}/{collection}", sent)
        return Created(id=f"{place}/{collection}/{inputs['name']}")

    return create


def _network_link(ctx: Context, inputs: Properties) -> str:
    """A network by link, id or bare name, as the API takes it."""
    network = str(inputs["network"])
    return network if "/" in network else f"projects/{project_of(ctx, inputs)}/global/networks/{network}"


def _same_network(state: Properties, link: str) -> str:
    """State keeps the wording of a network that is the same one."""
    known = str(state.get("network", ""))
    return known if known and (link.endswith("/" + known) or link == known) else link


def _delete(ctx: Context, resource_id: str, _state: Properties) -> None:
    delete_path(ctx, f"{_API}/{resource_id}")


def _network(inputs: Properties) -> dict[str, Any]:
    return {
        "autoCreateSubnetworks": bool(inputs.get("autoCreateSubnetworks")),
        "routingConfig": {"routingMode": inputs.get("routingMode") or "REGIONAL"},
        **given(inputs, ("description", "mtu")),
    }


def _read_network(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"{_API}/{resource_id}")
    if found is None:
        return None
    out: Properties = {"name": found["name"], "autoCreateSubnetworks": found["autoCreateSubnetworks"], "routingMode": found["routingConfig"]["routingMode"]}
    return out | {"selfLink": found["selfLink"], "networkId": found["id"], **given(found, ("description", "mtu"))}


def _update_network(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    ctx.gcp.request("PATCH", f"{_API}/{resource_id}", {name: value for name, value in _network(new).items() if name in {"routingConfig", "mtu"}})


def _subnetwork(inputs: Properties) -> dict[str, Any]:
    body = given(inputs, _SUBNETWORK)
    if inputs.get("logConfig"):
        body["logConfig"] = {"enable": True, **given(inputs["logConfig"], _LOG)}
    if inputs.get("secondaryIpRanges"):
        body["secondaryIpRanges"] = [given(item, ("rangeName", "ipCidrRange")) for item in inputs["secondaryIpRanges"]]
    return body


def _read_subnetwork(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"{_API}/{resource_id}")
    if found is None:
        return None
    out: Properties = {"name": found["name"], "region": state.get("region") or tail(found["region"]), "network": _same_network(state, found["network"])}
    out |= given(found, (*_SUBNETWORK, "secondaryIpRanges", "selfLink", "gatewayAddress", "creationTimestamp"))
    if (found.get("logConfig") or {}).get("enable"):
        out["logConfig"] = given(found["logConfig"], _LOG)
    return out


def _update_subnetwork(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    body = _subnetwork(new)
    body.setdefault("logConfig", {"enable": False})
    ctx.gcp.request(
        "PATCH", f"{_API}/{resource_id}", {name: value for name, value in body.items() if name in {"logConfig", "secondaryIpRanges", "privateIpGoogleAccess"}}
    )


def _firewall(inputs: Properties) -> dict[str, Any]:
    body = {**given(inputs, _FIREWALL), "disabled": bool(inputs.get("disabled"))}
    for here, there in _PROTOCOLS.items():
        if inputs.get(here):
            body[there] = [{"IPProtocol": rule["protocol"], **given(rule, ("ports",))} for rule in inputs[here]]
    return body | ({"logConfig": {"enable": True, **given(inputs["logConfig"], ("metadata",))}} if inputs.get("logConfig") else {})


def _read_firewall(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"{_API}/{resource_id}")
    if found is None:
        return None
    out: Properties = {"name": found["name"], "network": _same_network(state, found["network"]), "disabled": bool(found.get("disabled"))}
    out |= given(found, (*_FIREWALL, "selfLink", "creationTimestamp"))
    for here, there in _PROTOCOLS.items():
        if found.get(there):
            out[here] = [{"protocol": rule["IPProtocol"], **given(rule, ("ports",))} for rule in found[there]]
    return out | ({"logConfig": given(found["logConfig"], ("metadata",))} if (found.get("logConfig") or {}).get("enable") else {})


def _update_firewall(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    body = _firewall(new)
    body.setdefault("logConfig", {"enable": False})
    ctx.gcp.request("PATCH", f"{_API}/{resource_id}", body)


RECORDS: tuple[Record, ...] = (
    in_project(
        guarded(
            Record(
                token="gcp:compute/network:Network",
                create=_insert("networks", _network),
                read=_read_network,
                update=_update_network,
                delete=_delete,
                handled=frozenset({"name", "autoCreateSubnetworks", "routingMode", "description", "mtu"}),
                kept=frozenset({"deleteDefaultRoutesOnCreate"}),
                computed=frozenset({"selfLink", "networkId"}),
                # source: https://www.pulumi.com/registry/packages/gcp/api-docs/compute/network/ (read 2026-11-22)
                defaults={"autoCreateSubnetworks": True},
                replace_on=frozenset({"name", "autoCreateSubnetworks", "description"}),
                name_property="name",
            )
        )
    ),
    in_project(
        guarded(
            Record(
                token="gcp:compute/subnetwork:Subnetwork",
                create=_insert("subnetworks", _subnetwork, regional=True),
                read=_read_subnetwork,
                update=_update_subnetwork,
                delete=_delete,
                handled=frozenset({"name", "network", "logConfig", "secondaryIpRanges", *_SUBNETWORK}),
                computed=frozenset({"selfLink", "gatewayAddress", "creationTimestamp"}),
                required=frozenset({"network", "ipCidrRange"}),
                replace_on=frozenset({"name", "network", "ipCidrRange", "description", "purpose", "role", "stackType"}),
                name_property="name",
            )
        ),
        also=frozenset({"region"}),
    ),
    in_project(
        guarded(
            Record(
                token="gcp:compute/firewall:Firewall",
                create=_insert("firewalls", _firewall),
                read=_read_firewall,
                update=_update_firewall,
                delete=_delete,
                handled=frozenset({"name", "network", "allows", "denies", "disabled", "logConfig", *_FIREWALL}),
                computed=frozenset({"selfLink", "creationTimestamp"}),
                required=frozenset({"network"}),
                unordered=frozenset({"allows", "denies"}),
                replace_on=frozenset({"name", "network", "direction"}),
                name_property="name",
            )
        )
    ),
)
