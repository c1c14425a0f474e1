"""CloudFront: viewers get their pages over TLS of today."""

from __future__ import annotations

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control
from handoff.controls.rules import every, is_one_of

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
VERSIONS = ("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")
"""source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html (read 2026-11-22)"""
SECURE = ("redirect-to-https", "https-only")

CONTROLS = (
    Control(
        id="aws-cloudfront-tls",
        title="Distributions serve viewers over TLS 1.2 or newer only",
        why="What a viewer sends in plain text, or under TLS that was broken long ago, can be read and changed on the way.",
        fix="Set viewerProtocolPolicy of every cache behavior to redirect-to-https, and viewerCertificate.minimumProtocolVersion to TLSv1.2_2021 or newer.",
        blind="The way from CloudFront to the origin.",
        source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("A56",),
        maps=Maps(nist="~SC-8 SC-8(1)", hipaa="312(e)(1)", pci="4.2.1 2.2.7", soc2="~CC6.7 CC6.6", iso="~A.8.24 A.8.20"),
        reads={
            DISTRIBUTION: (
                "viewerCertificate.minimumProtocolVersion",
                "defaultCacheBehavior.viewerProtocolPolicy",
                "orderedCacheBehaviors[*].viewerProtocolPolicy",
            )
        },
        evaluate=every(
            is_one_of("viewerCertificate.minimumProtocolVersion", VERSIONS, "takes TLS older than 1.2, or weak ciphers", default="TLSv1"),
            is_one_of("defaultCacheBehavior.viewerProtocolPolicy", SECURE, "serves plain HTTP", default="allow-all"),
            is_one_of("orderedCacheBehaviors[*].viewerProtocolPolicy", SECURE, "serves plain HTTP", default=SECURE[0]),
        ),
        snippet="""\
import pulumi_aws as aws

aws.cloudfront.Distribution(
    "web",
    enabled=True,
    aliases=["www.acme.example"],
    origins=[{"origin_id": "web", "domain_name": "acme-web.s3.eu-west-1.amazonaws.com"}],
    default_cache_behavior={
        "target_origin_id": "web",
        "allowed_methods": ["GET", "HEAD"],
        "cached_methods": ["GET", "HEAD"],
        "viewer_protocol_policy": "redirect-to-https",
    },
    restrictions={"geo_restriction": {"restriction_type": "none"}},
    viewer_certificate={
        "acm_certificate_arn": "arn:aws:acm:us-east-1:111111111111:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
        "ssl_support_method": "sni-only",
        "minimum_protocol_version": "TLSv1.2_2021",
    },
)
""",
    ),
)
