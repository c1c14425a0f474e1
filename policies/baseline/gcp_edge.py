"""What Google Cloud shows to the internet: zones of names, load balancers and services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, every, is_false, is_none_of, is_one_of, is_set, is_true, when

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, ResourceRule
    from handoff.controls.resource import Resource

ZONE = "gcp:dns/managedZone:ManagedZone"
TLS_POLICIES = ("gcp:compute/sSLPolicy:SSLPolicy", "gcp:compute/regionSslPolicy:RegionSslPolicy")
PROXIES = (
    "gcp:compute/targetHttpsProxy:TargetHttpsProxy",
    "gcp:compute/regionTargetHttpsProxy:RegionTargetHttpsProxy",
    "gcp:compute/targetSSLProxy:TargetSSLProxy",
)
BACKEND, REGION_BACKEND = "gcp:compute/backendService:BackendService", "gcp:compute/regionBackendService:RegionBackendService"
RUN, RUN_V1 = "gcp:cloudrunv2/service:Service", "gcp:cloudrun/service:Service"
FUNCTION, FUNCTION_V1 = "gcp:cloudfunctionsv2/function:Function", "gcp:cloudfunctions/function:Function"
INVOKERS = _gcp.forms("cloudrunv2/serviceIam", "cloudrun/iam", "cloudfunctionsv2/functionIam", "cloudfunctions/functionIam")
ANNOTATION = "run.googleapis.com/ingress"
_ALL = "is reached from the whole internet"
_ingress = is_one_of("ingress", ("INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"), _ALL, default="INGRESS_TRAFFIC_ALL")
_settings = {
    RUN: _ingress,
    FUNCTION: is_one_of("serviceConfig.ingressSettings", ("ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"), _ALL, default="ALLOW_ALL"),
    FUNCTION_V1: is_one_of("ingressSettings", ("ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"), _ALL, default="ALLOW_ALL"),
}
_invoker = is_false("invokerIamDisabled", "asks nobody who calls it")
_granted = _gcp.nobody_at_large("may be called by")
_logs = every(
    is_true("logConfig.enable", "writes down no request"),
    is_none_of("logConfig.sampleRate", (0, "0"), "writes down none of its requests"),
)


def _refers(path: str, says: str) -> ResourceRule:
    """Something is named there; a name that is made from a resource of this stack is one, although it is known only at the update."""
    given = is_set(path, says)

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        if not _gcp.made_from(resource, path):
            yield from given(resource, context)

    return rule


_armor = _refers("securityPolicy", "has no security policy before it")


def ingress(resource: Resource, context: Context) -> Iterator[Finding]:
    """A service answers the client's network or a load balancer only."""
    if resource.type != RUN_V1:
        yield from _settings[resource.type](resource, context)
        return
    path = "metadata.annotations"
    notes = resource.get(path)
    value = notes.get(ANNOTATION) if isinstance(notes, dict) else notes
    if value is UNKNOWN:
        yield unknown(f"who reaches it {LATER}", path)
    elif value not in ("internal", "internal-and-cloud-load-balancing"):
        yield fail(_ALL, path)


def invoker(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whoever calls a service is asked who he is."""
    yield from (_invoker if resource.type == RUN else _granted)(resource, context)


def armored(resource: Resource, context: Context) -> Iterator[Finding]:
    """What a load balancer shows to the internet has a security policy before it."""
    scheme = resource.get("loadBalancingScheme")
    if scheme is None:
        scheme = "EXTERNAL" if resource.type == BACKEND else "INTERNAL"
    if scheme is UNKNOWN:
        yield from (unknown(f"whether it is reached from the internet {LATER}", "loadBalancingScheme") for _ in [*_armor(resource, context)][:1])
    elif isinstance(scheme, str) and scheme.startswith("INTERNAL"):
        yield not_applicable("an internal load balancer")
    else:
        yield from _armor(resource, context)


_TRN = Maps(nist="~SC-8 SC-8(1)", hipaa="~312(e)(1) 312(e)(2)(i)", pci="4.2.1 2.2.7", soc2="~CC6.7 CC6.6", iso="~A.8.24 A.8.20")
_PUB = Maps(nist="~AC-3 AC-4", hipaa="~308(a)(3)(i) 312(a)(1)", pci="~1.4.4 7.2.1", soc2="~CC6.1 CC6.6", iso="~A.8.3 A.5.15")
CONTROLS = (
    Control(
        id="gcp-dns-signed",
        title="Public zones are signed",
        why="Without signatures, anybody on the way can answer for the client's names.",
        fix="Set dnssecConfig.state to on, and then give the registrar the DS record.",
        blind="Whether the registrar has the DS record: until then nobody checks the signatures.",
        source="https://cloud.google.com/dns/docs/dnssec (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("G38",),
        maps=Maps(nist="~SC-8 SC-8(1)", hipaa="~312(e)(1) 312(e)(2)(i)", pci="~4.2.1 2.2.7", soc2="CC6.7", iso="~A.8.24 A.8.20"),
        severity=Severity.MEDIUM,
        reads={ZONE: ("visibility", "dnssecConfig.state")},
        remedy={"dnssecConfig.state": "on"},
        evaluate=when(
            "visibility",
            ("public",),
            is_one_of("dnssecConfig.state", ("on", "transfer"), "is not signed", default="off"),
            "a private zone",
            default="public",
        ),
        snippet="""\
import pulumi_gcp as gcp

gcp.dns.ManagedZone("acme", dns_name="acme.example.", dnssec_config={"state": "on"})
""",
    ),
    Control(
        id="gcp-lb-tls-policy",
        title="TLS policies allow TLS 1.2 and strong ciphers only",
        why="Older versions and ciphers can be broken by whoever listens.",
        fix="Set minTlsVersion to TLS_1_2 and profile to MODERN or RESTRICTED.",
        blind="A CUSTOM profile fails, whatever its customFeatures are.",
        source="https://cloud.google.com/load-balancing/docs/ssl-policies-concepts (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("G39",),
        maps=_TRN,
        reads=dict.fromkeys(TLS_POLICIES, ("minTlsVersion", "profile")),
        evaluate=every(
            is_one_of("minTlsVersion", ("TLS_1_2", "TLS_1_3"), "allows old versions of TLS", default="TLS_1_0"),
            is_one_of("profile", ("MODERN", "RESTRICTED", "FIPS_202205"), "allows weak ciphers", default="COMPATIBLE"),
        ),
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.SSLPolicy("modern", min_tls_version="TLS_1_2", profile="MODERN")
""",
    ),
    Control(
        id="gcp-lb-tls-proxy",
        title="Load balancers that end TLS have a policy for it",
        why="Without a policy, a load balancer takes TLS 1.0 and weak ciphers.",
        fix="Set sslPolicy to a policy with minTlsVersion TLS_1_2.",
        blind="What the policy says when another stack makes it.",
        source="https://cloud.google.com/load-balancing/docs/use-ssl-policies (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("G39",),
        maps=_TRN,
        reads=dict.fromkeys(PROXIES, ("sslPolicy",)),
        evaluate_linked=alone(_refers("sslPolicy", "has no policy for TLS, so takes TLS 1.0")),
        snippet="""\
import pulumi_gcp as gcp

policy = gcp.compute.SSLPolicy("modern", min_tls_version="TLS_1_2", profile="MODERN")
gcp.compute.TargetHttpsProxy("web", url_map="projects/acme-prod/global/urlMaps/web", ssl_policy=policy.id)
""",
    ),
    Control(
        id="gcp-lb-logging",
        title="Load balancers write down requests",
        why="Who fetched what from outside is in no other log.",
        fix="Set logConfig.enable to true, and logConfig.sampleRate above 0.",
        blind="How many requests a low sampleRate leaves out.",
        source="https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("G40",),
        maps=Maps(nist="~AU-2 AU-3", hipaa="~312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.16"),
        severity=Severity.MEDIUM,
        reads=dict.fromkeys((BACKEND, REGION_BACKEND), ("logConfig.enable", "logConfig.sampleRate")),
        remedy={"logConfig.enable": True},
        evaluate=_logs,
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.BackendService("web", load_balancing_scheme="EXTERNAL_MANAGED", log_config={"enable": True, "sample_rate": 1})
""",
    ),
    Control(
        id="gcp-lb-security-policy",
        title="Load balancers on the internet have a security policy before them",
        why="A security policy turns away known attacks before they reach the client's code.",
        fix="Set securityPolicy to a policy of Cloud Armor.",
        blind="What the rules of the policy turn away; backends that are buckets.",
        source="https://cloud.google.com/armor/docs/security-policy-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G40",),
        maps=_gcp.FAMILY["NET"],
        severity=Severity.MEDIUM,
        reads=dict.fromkeys((BACKEND, REGION_BACKEND), ("securityPolicy", "loadBalancingScheme")),
        evaluate_linked=alone(armored),
        snippet="""\
import pulumi_gcp as gcp

policy = gcp.compute.SecurityPolicy("web")
gcp.compute.BackendService("web", load_balancing_scheme="EXTERNAL_MANAGED", security_policy=policy.id)
""",
    ),
    Control(
        id="gcp-run-ingress",
        title="Services and functions are reached from inside or by a load balancer only",
        why="The address that Google gives every service goes around the load balancer and its guards.",
        fix="Set ingress to INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER, ingressSettings of a function to ALLOW_INTERNAL_AND_GCLB, or narrower.",
        blind="Which load balancers are there.",
        source="https://cloud.google.com/run/docs/securing/ingress (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("G41",),
        maps=_PUB,
        reads={RUN: ("ingress",), RUN_V1: ("metadata.annotations",), FUNCTION: ("serviceConfig.ingressSettings",), FUNCTION_V1: ("ingressSettings",)},
        evaluate=ingress,
        snippet="""\
import pulumi_gcp as gcp

gcp.cloudrunv2.Service("app", location="europe-west1", ingress="INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", template={"containers": [{"image": "app"}]})
""",
    ),
    Control(
        id="gcp-run-invoker",
        title="Services and functions ask who calls them",
        why="A service that anybody may call is as open as the data behind it.",
        fix="Leave invokerIamDisabled out, and grant roles/run.invoker to named members only.",
        blind="Services that check their callers by themselves.",
        source="https://cloud.google.com/run/docs/authenticating/overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("G41",),
        maps=_PUB,
        severity=Severity.CRITICAL,
        reads={RUN: ("invokerIamDisabled",), **INVOKERS},
        evaluate_linked=alone(invoker),
        snippet="""\
import pulumi_gcp as gcp

app = gcp.cloudrunv2.Service("app", location="europe-west1", template={"containers": [{"image": "app"}]})
caller = "serviceAccount:web@acme-prod.iam.gserviceaccount.com"
gcp.cloudrunv2.ServiceIamMember("web", name=app.name, location="europe-west1", role="roles/run.invoker", member=caller)
""",
    ),
)
