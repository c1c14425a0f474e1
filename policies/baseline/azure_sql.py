"""Azure SQL: who gets in, how it is encrypted, and what it records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, alone, as_number, both, every, has, is_one_of, is_set, is_true, own_key

from . import _azure_network as network
from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

SERVER = "azure-native:sql:Server"
FIREWALL = "azure-native:sql:FirewallRule"
POSTGRES_FIREWALL = "azure-native:dbforpostgresql:FirewallRule"
TDE = "azure-native:sql:TransparentDataEncryption"
PROTECTOR = "azure-native:sql:EncryptionProtector"
AUDITING = "azure-native:sql:ServerBlobAuditingPolicy"
EXTENDED_AUDITING = "azure-native:sql:ExtendedServerBlobAuditingPolicy"
ENTRA_ONLY = "azure-native:sql:ServerAzureADOnlyAuthentication"
_AUDITED = ("state", "retentionDays", "storageEndpoint", "isAzureMonitorTargetEnabled")
_ON = is_one_of("state", ("Enabled",), "does not audit")
_FROM_VAULT = is_one_of("serverKeyType", ("AzureKeyVault",), "takes its key from the service, not from the client's vault", default="ServiceManaged")
_PROTECTED = shapes.owned((PROTECTOR,), "serverName", "names no key, so the service's own is used", identity="serverName", rule=_FROM_VAULT)
_AUDITS = shapes.owned((AUDITING, EXTENDED_AUDITING), "serverName", "has no auditing policy", identity="serverName")


def ranges(resource: Resource, context: Context) -> Iterator[Finding]:
    """A rule lets in a small range of addresses."""
    del context
    wrong = network.is_wide(resource.get("startIpAddress"), resource.get("endIpAddress"))
    if isinstance(wrong, Unknown):
        yield unknown(f"whom it lets in {LATER}", "startIpAddress")
    elif wrong:
        yield fail(wrong, "startIpAddress")


def keyed(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A server names its key itself or through its encryption protector."""
    if resource.get("keyId") is None:
        yield from _PROTECTED(resource, stack, context)
    else:
        yield from own_key("keyId", "names no key of the client's vault")(resource, stack, context)


def audited(resource: Resource, context: Context) -> Iterator[Finding]:
    """A policy audits, to Azure Monitor or for long enough to a storage account; 0 days are for ever."""
    yield from _ON(resource, context)
    wanted = context.engagement.requirements.log_retention.days
    monitored, endpoint, days = resource.get("isAzureMonitorTargetEnabled"), resource.get("storageEndpoint"), resource.get("retentionDays")
    number = as_number(days)
    if monitored is True:
        return
    if endpoint is None and monitored is not UNKNOWN:
        yield fail("sends what it audits nowhere", "storageEndpoint")
    elif UNKNOWN in (monitored, days):
        yield unknown(f"how long it keeps what it audits {LATER}", "retentionDays")
    elif days is not None and (number is None or 0 < number < wanted):
        yield fail(f"keeps what it audits for {days} days, and {wanted} are asked for", "retentionDays")


CONTROLS = (
    Control(
        id="azure-sql-network",
        title="SQL servers refuse public networks and TLS below 1.2",
        why="A stolen password works from anywhere when the server answers the whole internet, and old TLS gives passwords away.",
        fix="Set publicNetworkAccess to Disabled and minimalTlsVersion to 1.2, and reach the server through a private endpoint.",
        blind="Private endpoints and who stands behind them.",
        source="https://learn.microsoft.com/azure/azure-sql/database/connectivity-settings (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("Z20",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="312(e)(1) 308(a)(1)(ii)(B)", pci="1.3.1", soc2="CC6.6", iso="~A.8.20 A.8.21"),
        reads={SERVER: ("publicNetworkAccess", "minimalTlsVersion")},
        evaluate=every(shapes.closed("answers every network"), is_one_of("minimalTlsVersion", ("1.2", "1.3"), "does not ask for TLS 1.2")),
        snippet="""\
from pulumi_azure_native import sql

sql.Server("records", resource_group_name="acme-prod", public_network_access="Disabled", minimal_tls_version="1.2")
""",
    ),
    Control(
        id="azure-sql-identity",
        title="SQL servers know people of Entra only",
        why="Logins with passwords live inside the server, where no exit that reads the directory finds them.",
        fix="Set administrators.azureADOnlyAuthentication to true with administrators.login of a group, or add a ServerAzureADOnlyAuthentication.",
        blind="Users inside the databases and what they were granted.",
        source="https://learn.microsoft.com/azure/azure-sql/database/authentication-azure-ad-only-authentication (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("Z21",),
        maps=Maps(nist="AC-3 AC-2", hipaa="308(a)(4)(ii)(B)", pci="7.2.1 7.2.2", soc2="~CC6.3 CC1.3", iso="~A.5.15 A.5.18"),
        reads={SERVER: ("administrators.azureADOnlyAuthentication", "administrators.login", "serverName")},
        looks_at={ENTRA_ONLY: ("azureADOnlyAuthentication", "serverName")},
        evaluate_linked=has(
            ENTRA_ONLY,
            "serverName",
            "has no administrator of Entra, so logins with passwords are all there is",
            identity="serverName",
            rule=is_true("azureADOnlyAuthentication", "also lets in logins with passwords"),
            inline="administrators",
            inline_rule=every(
                is_true("administrators.azureADOnlyAuthentication", "also lets in logins with passwords"),
                is_set("administrators.login", "names no administrator of Entra"),
            ),
        ),
        snippet="""\
from pulumi_azure_native import sql

sql.Server(
    "records",
    resource_group_name="acme-prod",
    administrators={
        "administrator_type": "ActiveDirectory",
        "azure_ad_only_authentication": True,
        "login": "database-administrators",
        "principal_type": "Group",
        "sid": "aaaaaaaa-0009-4000-8000-000000000009",
    },
)
""",
    ),
    Control(
        id="azure-sql-firewall",
        title="Firewall rules of databases let in small ranges only",
        why="A range over the whole internet, or the rule for all of Azure, makes the password the only protection.",
        fix="Set startIpAddress and endIpAddress to the few addresses that need the server, or remove the rule.",
        blind="Several rules that together make a wide range, and rules of single databases.",
        source="https://learn.microsoft.com/azure/azure-sql/database/firewall-configure (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("Z22",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="308(a)(1)(ii)(B) 308(a)(3)(i)", pci="1.3.1", soc2="~CC6.6", iso="~A.8.20 A.8.21"),
        severity=Severity.CRITICAL,
        reads={FIREWALL: ("startIpAddress", "endIpAddress"), POSTGRES_FIREWALL: ("startIpAddress", "endIpAddress")},
        evaluate=ranges,
        snippet="""\
from pulumi_azure_native import sql

sql.FirewallRule("office", resource_group_name="acme-prod", server_name="acme", start_ip_address="203.0.113.8", end_ip_address="203.0.113.15")
""",
    ),
    Control(
        id="azure-sql-tde",
        title="Transparent encryption of SQL databases is on",
        why="Files and backups of a database without it can be read by whoever gets hold of them.",
        fix="Set state to Enabled.",
        blind="Databases whose setting the program does not make: Azure turns it on for new ones.",
        source="https://learn.microsoft.com/azure/azure-sql/database/transparent-data-encryption-tde-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("Z23",),
        maps=Maps(nist="SC-28 SC-28(1)", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.4", iso="A.8.24"),
        reads={TDE: ("state",)},
        remedy={"state": "Enabled"},
        evaluate=is_one_of("state", ("Enabled",), "leaves the database unencrypted", default="Enabled"),
        snippet="""\
from pulumi_azure_native import sql

sql.TransparentDataEncryption(
    "records", resource_group_name="acme-prod", server_name="acme", database_name="records", tde_name="current", state="Enabled"
)
""",
    ),
    Control(
        id="azure-sql-key",
        title="SQL servers are encrypted with a key of the client's vault",
        why="Only a key that the client owns lets the client end the provider's reading, and erase what is left, at once.",
        fix="Give the server a keyId, or an EncryptionProtector with serverKeyType AzureKeyVault and serverKeyName of the client's key.",
        blind="Whose vault a key outside the stack belongs to, and keys of single databases.",
        source="https://learn.microsoft.com/azure/azure-sql/database/transparent-data-encryption-byok-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("Z24",),
        maps=Maps(nist="SC-12", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="PI1.4", iso="A.8.24"),
        reads={SERVER: ("keyId", "serverName"), PROTECTOR: ("serverKeyType", "serverKeyName", "serverName")},
        evaluate_linked=shapes.by_type_linked(
            {SERVER: keyed, PROTECTOR: both(alone(_FROM_VAULT), own_key("serverKeyName", "names no key of the client's vault"))}
        ),
        snippet="""\
from pulumi_azure_native import sql

server = sql.Server("records", resource_group_name="acme-prod")
sql.EncryptionProtector(
    "records",
    resource_group_name="acme-prod",
    server_name=server.id,
    encryption_protector_name="current",
    server_key_type="AzureKeyVault",
    server_key_name="acme-prod_data_0123456789abcdef0123456789abcdef",
)
""",
    ),
    Control(
        id="azure-sql-auditing",
        title="SQL servers record who did what, for as long as the spec asks",
        why="Without the record nobody can tell after the exit who read which data during the term.",
        fix="Give the server a ServerBlobAuditingPolicy with state Enabled and isAzureMonitorTargetEnabled, or storageEndpoint and retentionDays of log_retention.",
        blind="How long the workspace keeps what Azure Monitor gets, and auditing of single databases.",
        source="https://learn.microsoft.com/azure/azure-sql/database/auditing-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("Z25",),
        maps=Maps(nist="AU-12 AU-6", hipaa="312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="~CC7.2 CC7.3", iso="~A.8.15 A.8.16"),
        reads={SERVER: ("serverName",), AUDITING: (*_AUDITED, "serverName"), EXTENDED_AUDITING: (*_AUDITED, "serverName")},
        evaluate_linked=shapes.by_type_linked({SERVER: _AUDITS, AUDITING: alone(audited), EXTENDED_AUDITING: alone(audited)}),
        snippet="""\
from pulumi_azure_native import sql

server = sql.Server("records", resource_group_name="acme-prod")
sql.ServerBlobAuditingPolicy(
    "records",
    resource_group_name="acme-prod",
    server_name=server.id,
    blob_auditing_policy_name="default",
    state="Enabled",
    is_azure_monitor_target_enabled=True,
)
""",
    ),
)
