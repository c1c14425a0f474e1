"""Container registries: who can pull and push."""

from __future__ import annotations

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control
from handoff.controls.rules import every, is_false

from . import _azure_shapes as shapes

REGISTRY = "azure-native:containerregistry:Registry"
_MAPS = Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="308(a)(3)(i) 312(a)(1)", pci="~1.4.4 7.2.1", soc2="CC6.1", iso="A.8.1")

CONTROLS = (
    Control(
        id="azure-registry-accounts",
        title="Registries have no admin user and serve nobody anonymously",
        why="The admin user is one password for everything, shared by all who ever deployed, and survives an exit unnoticed.",
        fix="Set adminUserEnabled and anonymousPullEnabled to false.",
        blind="Tokens of repositories, and who holds a role on the registry.",
        source="https://learn.microsoft.com/azure/container-registry/container-registry-authentication (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("Z37",),
        maps=_MAPS,
        reads={REGISTRY: ("adminUserEnabled", "anonymousPullEnabled")},
        remedy={"adminUserEnabled": False},
        evaluate=every(is_false("adminUserEnabled", "has an admin user"), is_false("anonymousPullEnabled", "lets anyone pull images")),
        snippet="""\
from pulumi_azure_native import containerregistry

containerregistry.Registry("images", resource_group_name="acme-prod", sku={"name": "Premium"}, admin_user_enabled=False)
""",
    ),
    Control(
        id="azure-registry-network",
        title="Registries are closed to public networks",
        why="Images hold code and now and then secrets, and a leaked token works from anywhere when the registry answers everybody.",
        fix="Set publicNetworkAccess to Disabled and reach the registry through a private endpoint, which needs the Premium tier.",
        blind="What trusted Azure services may do through the bypass.",
        source="https://learn.microsoft.com/azure/container-registry/container-registry-private-link (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("Z37",),
        maps=_MAPS,
        reads={REGISTRY: ("publicNetworkAccess",)},
        evaluate=shapes.closed("answers every network"),
        snippet="""\
from pulumi_azure_native import containerregistry

containerregistry.Registry("images", resource_group_name="acme-prod", sku={"name": "Premium"}, public_network_access="Disabled")
""",
    ),
)
