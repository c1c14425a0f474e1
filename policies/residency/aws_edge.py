"""Edge networks of AWS: where content is cached, logged and taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, fail, not_applicable, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._aws_reach import ALSO, BUCKET, BUCKETS, MAPS, REACH_MAPS, addressed, named, sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
MULTI_TENANT = "aws:cloudfront/multitenantDistribution:MultitenantDistribution"
REALTIME_LOG = "aws:cloudfront/realtimeLogConfig:RealtimeLogConfig"
STREAM = "aws:kinesis/stream:Stream"
ENDPOINTS = "aws:globalaccelerator/endpointGroup:EndpointGroup"
CUSTOM_ENDPOINTS = "aws:globalaccelerator/customRoutingEndpointGroup:CustomRoutingEndpointGroup"
SERVICE = "cloudfront"
"""How `global_services` of a data class names it."""
_SHIELD = {DISTRIBUTION: "origins[*].originShield", MULTI_TENANT: "origins[*].originShields[*]"}
_GEO = "restrictions.geoRestriction.restrictionType"
_GLOBAL_S3 = ".s3.amazonaws.com"
_STREAM = "endpoint.kinesisStreamConfig.streamArn"


def edge(resource: Resource, context: Context) -> Iterator[Finding]:
    """A distribution needs the consent of every data class; its origin shield is a cache in one region."""
    enabled = resource.get("enabled")
    if enabled in (False, "false"):
        yield not_applicable("is switched off and serves nothing")
        return
    if not context.global_service(resource, SERVICE):
        if enabled is UNKNOWN:
            yield unknown(f"whether it is switched on {LATER}, and {SERVICE} is not among the data classes' global_services", "enabled")
            return
        priced = resource.get("priceClass") if resource.type == DISTRIBUTION else None
        sites = f" ({priced})" if isinstance(priced, str) else ""
        viewers = "" if resource.get(_GEO) in ("whitelist", "blacklist") else " to viewers everywhere"
        yield fail(
            f"caches content at edge sites in many countries{sites} and serves it{viewers}; {SERVICE} is not among the data classes' global_services",
            "priceClass" if sites else "",
        )
    for at, shielded in resource.each(f"{_SHIELD[resource.type]}.enabled"):
        if shielded is UNKNOWN or shielded in (True, "true"):
            path = f"{at.removesuffix('.enabled')}.originShieldRegion"
            yield from judged(resource, context, resource.get(path), path, "has its origin shield, a central cache, in", is_copy=False)


def logs(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The bucket or the stream that the access logs go to."""
    what = "writes its access logs to"
    if resource.type == REALTIME_LOG:
        yield from sent(resource, stack, context, what, (_STREAM,), STREAM, is_copy=True)
        return
    values = list(resource.each("loggingConfig.bucket"))
    if not values:
        yield not_applicable("names no bucket for access logs")
    for at, value in values:
        if isinstance(value, str) and value.endswith(_GLOBAL_S3):
            yield from named(resource, stack, context, what, at, value.removesuffix(_GLOBAL_S3), is_copy=True)
        elif isinstance(value, str):
            yield from addressed(resource, stack, context, what, at, is_copy=True)
        else:
            yield from sent(resource, stack, context, what, (at,), *BUCKETS, is_copy=True)


def endpoints(resource: Resource, context: Context) -> Iterator[Finding]:
    """The region of the endpoints; without one, that of the provider."""
    what = "sends traffic to endpoints in"
    region = resource.get("endpointGroupRegion")
    if region is None:
        place = effective(resource)
        region = place.region if place is not None else None
    yield from judged(resource, context, region, "endpointGroupRegion", what, is_copy=False)


CONTROLS = (
    Control(
        id="residency-aws-cloudfront-edge",
        title="CloudFront serves only data whose classes allow it",
        why="Edge sites and regional caches of CloudFront decrypt and keep content in many countries, and no price class is limited to one.",
        fix="Serve the data from a load balancer in an allowed region, or let the client add cloudfront to global_services of the data class. "
        "Set originShield.originShieldRegion to an allowed region.",
        blind="Whether anything cacheable carries data of a class, and which sites the viewers really meet.",
        source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowCloudFrontWorks.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R030",),
        maps=REACH_MAPS,
        also=ALSO,
        reads={
            DISTRIBUTION: ("enabled", "priceClass", _GEO, "origins[*].originShield.enabled", "origins[*].originShield.originShieldRegion"),
            MULTI_TENANT: ("enabled", _GEO, "origins[*].originShields[*].enabled", "origins[*].originShields[*].originShieldRegion"),
        },
        evaluate=edge,
        snippet="""\
import pulumi_aws as aws

# It stays off until the client lets the data class into the edge network: global_services names cloudfront.
aws.cloudfront.Distribution(
    "site",
    enabled=False,
    price_class="PriceClass_100",
    origins=[{
        "domain_name": "site.eu-west-1.elb.amazonaws.com",
        "origin_id": "site",
        "origin_shield": {"enabled": True, "origin_shield_region": "eu-west-1"},
    }],
    default_cache_behavior={
        "allowed_methods": ["GET", "HEAD"],
        "cached_methods": ["GET", "HEAD"],
        "target_origin_id": "site",
        "viewer_protocol_policy": "https-only",
    },
    restrictions={"geo_restriction": {"restriction_type": "whitelist", "locations": ["IE", "DE"]}},
    viewer_certificate={"cloudfront_default_certificate": True},
)
""",
    ),
    Control(
        id="residency-aws-cloudfront-logs",
        title="Access logs of CloudFront land in allowed regions",
        why="Access logs hold addresses and requests of the viewers, which are personal data.",
        fix="Set loggingConfig.bucket, or endpoint.kinesisStreamConfig.streamArn, to a bucket or stream in an allowed region.",
        blind="Logs that a distribution delivers through CloudWatch log delivery.",
        source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R030",),
        maps=MAPS,
        also=ALSO,
        reads={DISTRIBUTION: ("loggingConfig.bucket",), REALTIME_LOG: (_STREAM,)},
        looks_at={BUCKET: ("bucket", "region"), STREAM: ("region",)},
        evaluate_linked=logs,
        snippet="""\
import pulumi_aws as aws

aws.cloudfront.RealtimeLogConfig(
    "viewers",
    name="viewers",
    fields=["timestamp", "c-ip"],
    sampling_rate=100,
    endpoint={
        "stream_type": "Kinesis",
        "kinesis_stream_config": {
            "role_arn": "arn:aws:iam::111111111111:role/viewers",
            "stream_arn": "arn:aws:kinesis:eu-west-1:111111111111:stream/viewers",
        },
    },
)
""",
    ),
    Control(
        id="residency-aws-accelerator-endpoints",
        title="Accelerators send traffic to allowed regions only",
        why="An accelerator takes traffic in at the nearest edge site and moves users to another endpoint group when one fails.",
        fix="Remove the endpoint group, or set endpointGroupRegion to an allowed region.",
        blind="The edge sites that take the traffic in, which residency-aws-region judges.",
        source="https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoint-groups.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R031",),
        maps=REACH_MAPS,
        also=ALSO,
        reads={ENDPOINTS: ("endpointGroupRegion",), CUSTOM_ENDPOINTS: ("endpointGroupRegion",)},
        evaluate=endpoints,
        snippet="""\
import pulumi_aws as aws

aws.globalaccelerator.EndpointGroup(
    "site",
    listener_arn="arn:aws:globalaccelerator::111111111111:accelerator/1234abcd/listener/0123vxyz",
    endpoint_group_region="eu-west-1",
)
""",
    ),
)
