"""The program that `test_engine.py` gives to the real engine: every AWS type the lab knows, wired together."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
me = aws.get_caller_identity()
tags = {"engagement": config.get("tag") or "acme"}
read = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "*"}]}
owner = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{me.account_id}:root"}, "Action": "kms:*", "Resource": "*"}
trust = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": "x"}},
}

key = aws.kms.Key(
    "key", enable_key_rotation=True, deletion_window_in_days=7, tags=tags, policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [owner]})
)
aws.kms.Alias("alias", name="alias/engine-test", target_key_id=key.key_id)
role = aws.iam.Role("role", assume_role_policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [trust]}), tags=tags)
policy = aws.iam.Policy("policy", policy=pulumi.Output.json_dumps(read), tags=tags)
aws.iam.RolePolicyAttachment("attachment", role=role.name, policy_arn=policy.arn)
aws.iam.RolePolicy("inline", role=role.id, policy=policy.policy)
aws.kms.Grant("grant", key_id=key.key_id, grantee_principal=role.arn, operations=["Encrypt", "Decrypt"])
user = aws.iam.User("user", force_destroy=True, tags=tags)
access_key = aws.iam.AccessKey("access-key", user=user.name)
aws.iam.UserPolicy("user-policy", user=user.name, policy=policy.policy)
aws.iam.UserPolicyAttachment("user-attachment", user=user.name, policy_arn=policy.arn)
aws.iam.UserLoginProfile("login", user=user.name)
aws.iam.OpenIdConnectProvider("oidc", url="https://token.engine.example", client_id_lists=["sts.amazonaws.com"], thumbprint_lists=["a" * 40], tags=tags)

bucket = aws.s3.Bucket(config.get("bucket") or "data", force_destroy=True, object_lock_enabled=True, tags=tags)
aws.s3.BucketPublicAccessBlock(
    "block", bucket=bucket.id, block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True
)
versioning = aws.s3.BucketVersioning("versioning", bucket=bucket.id, versioning_configuration={"status": "Enabled"})
by_key = {"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn}}
aws.s3.BucketServerSideEncryptionConfiguration("encryption", bucket=bucket.id, rules=[by_key])
delivery = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": ["s3:GetBucketAcl", "s3:PutObject"]}
bucket_policy = aws.s3.BucketPolicy(
    "bucket-policy",
    bucket=bucket.id,
    policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [{**delivery, "Resource": [bucket.arn, pulumi.Output.concat(bucket.arn, "/*")]}]}),
)
aws.s3.BucketLifecycleConfiguration(
    "lifecycle", bucket=bucket.id, rules=[{"id": "r", "status": "Enabled", "filter": {"prefix": "logs/"}, "expiration": {"days": 90}}]
)
after = pulumi.ResourceOptions(depends_on=[versioning])
aws.s3.BucketObjectLockConfiguration("lock", bucket=bucket.id, rule={"default_retention": {"mode": "GOVERNANCE", "days": 1}}, opts=after)
plain = aws.s3.Bucket("plain", force_destroy=True)
aws.s3.BucketObjectv2("text", bucket=plain.id, key="a/b.txt", content="hello", content_type="text/plain", tags=tags)
aws.s3.BucketObject("asset", bucket=plain.id, source=pulumi.StringAsset("text"))
elsewhere = aws.s3.Bucket("elsewhere", region="eu-central-1", opts=pulumi.ResourceOptions(delete_before_replace=True))

aws.cloudwatch.LogGroup("logs", retention_in_days=30, kms_key_id=key.arn, tags=tags)
trailing = pulumi.ResourceOptions(depends_on=[bucket_policy])
aws.cloudtrail.Trail("trail", s3_bucket_name=bucket.id, is_multi_region_trail=True, kms_key_id=key.arn, tags=tags, opts=trailing)
vpc = aws.ec2.Vpc("vpc", cidr_block="10.9.0.0/16", tags=tags)
aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.9.1.0/24", tags=tags)
notice = {
    "comparison_operator": "GREATER_THAN",
    "threshold_type": "PERCENTAGE",
    "notification_type": "ACTUAL",
    "subscriber_email_addresses": ["a@acme.example"],
}
budget = {"budget_type": "COST", "limit_amount": "1000", "limit_unit": "USD", "time_unit": "MONTHLY"}
aws.budgets.Budget("budget", **budget, notifications=[{**notice, "threshold": percent} for percent in (50, 80, 100)], tags=tags)
vault = aws.backup.Vault("vault", kms_key_arn=key.arn, tags=tags)
daily = {"rule_name": "daily", "target_vault_name": vault.name, "schedule": "cron(0 3 * * ? *)", "lifecycle": {"delete_after": 35}}
plan = aws.backup.Plan("plan", rules=[daily], tags=tags)
aws.backup.Selection("selection", plan_id=plan.id, iam_role_arn=role.arn, selection_tags=[{"type": "STRINGEQUALS", "key": "backup", "value": "yes"}])
secret = aws.secretsmanager.Secret("secret", kms_key_id=key.arn, recovery_window_in_days=0, tags=tags)
aws.secretsmanager.SecretVersion("version", secret_id=secret.id, secret_string="a-secret-nobody-may-read")

for name, value in {"user": user.name, "access_key": access_key.id, "role": role.name, "bucket": bucket.id, "plain": plain.id, "key": key.key_id}.items():
    pulumi.export(name, value)
