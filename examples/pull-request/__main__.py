"""A bucket for orders, under the client's key. What logs the account is made in the client's own stack."""

import json

import pulumi
import pulumi_aws as aws

NAME = "corner-shop-orders"
TAGS = {"data-class": "orders"}
here = pulumi.ResourceOptions(provider=aws.Provider("aws", region="eu-central-1"))
pulumi.export("engagement", "corner-shop")
pulumi.export("environment", "shop")

key = aws.kms.Key(
    "orders",
    description="Orders of the shop",
    deletion_window_in_days=30,
    enable_key_rotation=True,
    tags=TAGS,
    opts=here,
)
bucket = aws.s3.Bucket(
    "orders",
    bucket=NAME,
    tags=TAGS,
    opts=here,
)
aws.s3.BucketPublicAccessBlock(
    "orders",
    bucket=bucket.id,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
    opts=here,
)
aws.s3.BucketVersioning("orders", bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=here)
aws.s3.BucketServerSideEncryptionConfiguration(
    "orders",
    bucket=bucket.id,
    rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn}, "bucket_key_enabled": True}],
    opts=here,
)
tls_only = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [f"arn:aws:s3:::{NAME}", f"arn:aws:s3:::{NAME}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
aws.s3.BucketPolicy("orders", bucket=bucket.id, policy=json.dumps({"Version": "2012-10-17", "Statement": [tls_only]}), opts=here)
