"""Load balancers of AWS: what they take from clients is encrypted, logged and well-formed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, is_true, when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
"""Each type also has its older name."""
DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
SAFE_POLICY = re.compile(r"ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)(-.+)?", re.IGNORECASE)
"""Policies that take nothing older than TLS 1.2.

source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html (read 2026-11-22)
"""
LOGS = is_true("accessLogs.enabled", "writes no access logs")


def secured(resource: Resource, _: Context) -> Iterator[Finding]:
    """HTTPS or TLS with a policy of today; plain HTTP only to send clients to HTTPS."""
    protocol = resource.get("protocol")
    if protocol is UNKNOWN:
        yield unknown(f"which protocol it takes {LATER}", "protocol")
        return
    if protocol is None and resource.get("port") is None:
        yield not_applicable("a listener of a gateway balancer, which hands packets on")
        return
    name = protocol.upper() if isinstance(protocol, str) and protocol else "HTTP"
    if name in {"HTTPS", "TLS"}:
        yield from _policy(resource)
    elif name == "HTTP":
        yield from _redirect(resource)
    else:
        yield not_applicable(f"takes {name} and hands it on: whether it is encrypted is its target's matter")


def _policy(resource: Resource) -> Iterator[Finding]:
    policy = resource.get("sslPolicy")
    if policy is UNKNOWN:
        yield unknown(f"sslPolicy {LATER}", "sslPolicy")
    elif policy in (None, ""):
        yield fail(f"takes TLS older than 1.2: sslPolicy is not set, which means {DEFAULT_POLICY}", "sslPolicy")
    elif not isinstance(policy, str) or not SAFE_POLICY.fullmatch(policy):
        yield fail(f"takes TLS older than 1.2 by its policy {policy}", "sslPolicy")


def _redirect(resource: Resource) -> Iterator[Finding]:
    """The last action is what answers; the ones before it only authenticate."""
    unsure = False
    for at, _ in resource.each("defaultActions[*]"):
        kind, protocol = resource.get(f"{at}.type"), resource.get(f"{at}.redirect.protocol")
        if kind == "redirect" and isinstance(protocol, str) and protocol.upper() == "HTTPS":
            return
        unsure = unsure or UNKNOWN in (kind, protocol)
    if unsure:
        yield unknown(f"whether it sends clients to HTTPS {LATER}", "defaultActions")
    else:
        yield fail("takes plain HTTP and does not send clients to HTTPS", "protocol")


def logged(resource: Resource, context: Context) -> Iterator[Finding]:
    """Access logs, where the kind of balancer writes any."""
    if resource.get("loadBalancerType") == "gateway":
        yield not_applicable("a gateway balancer, which writes no access logs")
    else:
        yield from LOGS(resource, context)


LISTENER_SNIPPET = """\
import pulumi_aws as aws

balancer = aws.lb.LoadBalancer("web", load_balancer_type="application", subnets=["subnet-1", "subnet-2"])
target = aws.lb.TargetGroup("web", port=8443, protocol="HTTPS", vpc_id="vpc-1")
aws.lb.Listener(
    "web",
    load_balancer_arn=balancer.arn,
    port=443,
    protocol="HTTPS",
    ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
    certificate_arn="arn:aws:acm:eu-west-1:111111111111:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
    default_actions=[{"type": "forward", "target_group_arn": target.arn}],
)
aws.lb.Listener(
    "web-plain",
    load_balancer_arn=balancer.arn,
    port=80,
    protocol="HTTP",
    default_actions=[{"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "status_code": "HTTP_301"}}],
)
"""
BALANCER_SNIPPET = """\
import pulumi_aws as aws

aws.lb.LoadBalancer(
    "web",
    load_balancer_type="application",
    subnets=["subnet-1", "subnet-2"],
    drop_invalid_header_fields=True,
    access_logs={"bucket": "acme-access-logs", "enabled": True},
)
"""

CONTROLS = (
    Control(
        id="aws-balancer-tls",
        title="Listeners take TLS 1.2 or newer, and plain HTTP only to redirect",
        why="What a client sends in plain text, or under TLS that was broken long ago, can be read and changed on the way.",
        fix="Set protocol to HTTPS or TLS and sslPolicy to ELBSecurityPolicy-TLS13-1-2-2021-06, and make HTTP listeners redirect to HTTPS.",
        blind="Rules of a redirecting listener that forward plain requests, TLS that a target ends itself, and classic load balancers.",
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("A54",),
        maps=Maps(nist="SC-8 SC-8(1)", hipaa="~312(e)(1) 312(e)(2)(i)", pci="~4.2.1 2.2.7", soc2="~CC6.7 CC6.6", iso="~A.8.24 A.8.20"),
        reads=dict.fromkeys(LISTENERS, ("protocol", "port", "sslPolicy", "defaultActions[*].type", "defaultActions[*].redirect.protocol")),
        evaluate=secured,
        snippet=LISTENER_SNIPPET,
    ),
    Control(
        id="aws-balancer-logs",
        title="Load balancers write access logs",
        why="Who called what, from where and when, is recorded nowhere else.",
        fix="Set accessLogs.enabled to true and accessLogs.bucket to the bucket of the logs.",
        blind="Who may read the bucket. A network balancer logs its TLS listeners only.",
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("A55",),
        maps=Maps(nist="AU-2 AU-3 AU-12", hipaa="312(b) 308(a)(1)(ii)(D)", pci="~10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.15"),
        severity=Severity.MEDIUM,
        reads=dict.fromkeys(BALANCERS, ("accessLogs.enabled", "loadBalancerType")),
        evaluate=logged,
        snippet=BALANCER_SNIPPET,
    ),
    Control(
        id="aws-balancer-headers",
        title="Application load balancers drop malformed headers",
        why="Headers that servers read differently let one request hide another inside it.",
        fix="Set dropInvalidHeaderFields to true.",
        blind="Requests that are malformed in other ways, for which desyncMitigationMode decides.",
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("A55",),
        maps=Maps(nist="~CM-2 CM-6", hipaa="~308(a)(1)(ii)(A) 308(a)(8)", pci="~2.2.1 2.2.6", soc2="~CC7.1 CC8.1", iso="~A.8.9 A.5.1"),
        severity=Severity.MEDIUM,
        reads=dict.fromkeys(BALANCERS, ("dropInvalidHeaderFields", "loadBalancerType")),
        evaluate=when(
            "loadBalancerType",
            ("application",),
            is_true("dropInvalidHeaderFields", "hands malformed headers on"),
            "only application balancers read headers",
            default="application",
        ),
        snippet=BALANCER_SNIPPET,
    ),
)
