"""Defender for Cloud: which plans are paid for, and who is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, every, exists, is_one_of, is_true

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

PRICING = "azure-native:security:Pricing"
CONTACT = "azure-native:security:SecurityContact"
PLANS: Mapping[str, tuple[str, ...]] = {
    "VirtualMachines": ("azure-native:compute:VirtualMachine", "azure-native:compute:VirtualMachineScaleSet"),
    "StorageAccounts": ("azure-native:storage:StorageAccount",),
    "KeyVaults": ("azure-native:keyvault:Vault",),
    "SqlServers": ("azure-native:sql:Server",),
    "OpenSourceRelationalDatabases": ("azure-native:dbforpostgresql:Server",),
    "CosmosDbs": ("azure-native:cosmosdb:DatabaseAccount",),
    "Containers": ("azure-native:containerservice:ManagedCluster", "azure-native:containerregistry:Registry"),
    "AppServices": ("azure-native:web:WebApp",),
}
"""Plan -> the types that it watches. source: https://learn.microsoft.com/azure/defender-for-cloud/defender-for-cloud-introduction (read 2026-11-22)"""


def plans(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every kind of resource that the stack makes is watched, and no plan is set to the free tier."""
    why = shapes.elsewhere(stack, context)
    needed = [plan for plan, types in PLANS.items() if any(one in stack.types for one in types)]
    if why or not (needed or stack.of(PRICING)):
        yield not_applicable(why or "the stack makes nothing that a Defender plan watches")
        return
    paid: set[str] = set()
    unsure = False
    for one in stack.of(PRICING):
        name, tier = one.get("pricingName"), one.get("pricingTier")
        if UNKNOWN in (name, tier):
            unsure = True
            yield unknown(f"which plan it sets to what {LATER}", "pricingTier", urn=one.urn)
        elif isinstance(tier, str) and tier.lower() == "standard":
            paid.add(str(name).lower())
        else:
            yield fail(f"sets plan {name} to the free tier, which watches nothing", "pricingTier", urn=one.urn)
    for plan in needed:
        if plan.lower() not in paid:
            said = unknown if unsure else fail
            yield said(f"no Pricing of the stack sets Defender plan {plan} to Standard, and the stack makes what it watches")


def addressed(resource: Resource, context: Context) -> Iterator[Finding]:
    """The contact's addresses hold one of the client's and, until the exit, one of the provider's."""
    value = resource.get("emails")
    if value is UNKNOWN:
        yield unknown(f"whom it tells {LATER}", "emails")
        return
    given = {one.strip().lower() for one in re.split(r"[;,]", value) if one.strip()} if isinstance(value, str) else set()
    if not given:
        yield fail("names no address", "emails")
        return
    parties = context.engagement.parties
    wanted = [("client", parties.client)] if context.engagement.term.phase == "exit" else [("client", parties.client), ("provider", parties.provider)]
    for name, party in wanted:
        own = {one.lower() for one in party.contacts}
        domains = tuple(f"@{one.lower()}" for one in party.identities.domains)
        if (own or domains) and not any(one in own or (domains and one.endswith(domains)) for one in given):
            yield fail(f"tells nobody of the {name}", "emails")


CONTROLS = (
    Control(
        id="azure-security-plans",
        title="Defender plans watch every kind of resource that the stack makes",
        why="An attack or a misuse of access that nobody watches for is found at the exit, if at all.",
        fix="Make a Pricing with pricingTier Standard for each plan named.",
        blind="Plans that the subscription or the tenant has from elsewhere, and what the alerts lead to.",
        source="https://learn.microsoft.com/azure/defender-for-cloud/defender-for-cloud-introduction (read 2026-11-22)",
        category=Category.BASELINE,
        family="MON",
        rows=("Z38",),
        maps=Maps(nist="SI-4 IR-4 AU-6", hipaa="308(a)(6)(ii) 308(a)(8)", pci="~10.4.1 10.4.1.1", soc2="CC6.8", iso="A.5.25"),
        severity=Severity.MEDIUM,
        looks_at={PRICING: ("pricingName", "pricingTier"), **{one: () for types in PLANS.values() for one in types}},
        evaluate_stack=plans,
        snippet="""\
from pulumi_azure_native import security, storage

storage.StorageAccount("records", resource_group_name="acme-prod", kind="StorageV2", sku={"name": "Standard_ZRS"})
security.Pricing(
    "storage",
    scope_id="subscriptions/33333333-3333-4333-8333-333333333333",
    pricing_name="StorageAccounts",
    pricing_tier="Standard",
    sub_plan="DefenderForStorageV2",
)
""",
    ),
    Control(
        id="azure-security-contact",
        title="Security alerts reach the client and, until the exit, the provider",
        why="Alerts that go to the provider alone stop reaching anybody on the day that the provider leaves.",
        fix="Make a SecurityContact whose emails hold a contact of each party, with isEnabled true and notificationsByRole.state On.",
        blind="Whether anybody reads the mail.",
        source="https://learn.microsoft.com/azure/defender-for-cloud/configure-email-notifications (read 2026-11-22)",
        category=Category.BASELINE,
        family="GOV",
        rows=("Z39",),
        maps=Maps(nist="IR-6 IR-4", hipaa="308(a)(6)(ii)", pci="~12.10.1", soc2="CC3.1", iso="A.5.5"),
        severity=Severity.MEDIUM,
        looks_at={CONTACT: ("emails", "isEnabled", "notificationsByRole.state")},
        evaluate_stack=exists(
            "azure",
            (CONTACT,),
            "no SecurityContact of the stack says whom security alerts reach",
            rule=every(
                addressed,
                is_true("isEnabled", "is switched off", default=True),
                is_one_of("notificationsByRole.state", ("On",), "tells no role of the subscription"),
            ),
        ),
        snippet="""\
from pulumi_azure_native import security

security.SecurityContact(
    "security",
    security_contact_name="default",
    emails="cloud-security@acme.example;operations@nimbus.example",
    is_enabled=True,
    notifications_by_role={"state": "On", "roles": ["Owner"]},
)
""",
    ),
)
