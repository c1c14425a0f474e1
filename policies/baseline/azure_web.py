"""Web and function apps: encrypted on the way, and without passwords for what they use."""

from __future__ import annotations

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity
from handoff.controls.rules import every, is_none_of, is_one_of, is_true

APP = "azure-native:web:WebApp"
SLOT = "azure-native:web:WebAppSlot"
_TLS = ("httpsOnly", "siteConfig.minTlsVersion", "siteConfig.ftpsState")

CONTROLS = (
    Control(
        id="azure-web-tls",
        title="Web apps speak HTTPS with TLS 1.2 only, and no FTP",
        why="Sessions, data and deployments that travel without encryption can be read and changed on the way.",
        fix="Set httpsOnly to true, siteConfig.minTlsVersion to 1.2 and siteConfig.ftpsState to Disabled.",
        blind="Settings that somebody changes by hand, and what a gateway in front of the app does.",
        source="https://learn.microsoft.com/azure/app-service/overview-security (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("Z36",),
        maps=Maps(nist="SC-8 SC-8(1)", hipaa="312(e)(1) 312(e)(2)(ii)", pci="4.2.1 2.2.7", soc2="CC6.7 CC6.6", iso="A.8.24"),
        reads={APP: _TLS, SLOT: _TLS},
        evaluate=every(
            is_true("httpsOnly", "answers plain HTTP"),
            is_one_of("siteConfig.minTlsVersion", ("1.2", "1.3"), "speaks TLS below 1.2", default="1.2"),
            is_one_of("siteConfig.ftpsState", ("Disabled",), "takes deployments by FTP", default="FtpsOnly"),
        ),
        snippet="""\
from pulumi_azure_native import web

web.WebApp(
    "portal",
    resource_group_name="acme-prod",
    https_only=True,
    site_config={"min_tls_version": "1.2", "ftps_state": "Disabled"},
)
""",
    ),
    Control(
        id="azure-web-identity",
        title="Web apps have an identity of their own",
        why="An app without an identity keeps passwords for what it uses, and whoever deployed it has read them.",
        fix="Set identity.type to SystemAssigned or UserAssigned and grant the identity roles.",
        blind="Passwords in appSettings that the app uses all the same.",
        source="https://learn.microsoft.com/azure/app-service/overview-managed-identity (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("Z36",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="~308(a)(4)(ii)(B) 308(a)(4)(i)", pci="~7.2.1 7.2.2", soc2="~CC6.3 CC1.3", iso="~A.5.15 A.5.18"),
        severity=Severity.MEDIUM,
        reads={APP: ("identity.type",), SLOT: ("identity.type",)},
        evaluate=is_none_of("identity.type", ("None", ""), "has no identity of its own", default="None"),
        snippet="""\
from pulumi_azure_native import web

web.WebApp("portal", resource_group_name="acme-prod", identity={"type": "SystemAssigned"})
""",
    ),
)
