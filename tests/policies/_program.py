"""A program of this project's kind: three clouds, explicit and default providers, references, a secret and what is known later."""

import pulumi
import pulumi_aws as aws
import pulumi_azure_native as azure
import pulumi_gcp as gcp

here = pulumi.ResourceOptions(provider=aws.Provider("ireland", region="eu-west-1"))
abroad = pulumi.ResourceOptions(provider=aws.Provider("virginia", region="us-east-1"))
key = aws.kms.Key("key", enable_key_rotation=False, opts=here)
records = aws.s3.Bucket("records", bucket="records", opts=here)
copies = aws.s3.Bucket("copies", opts=abroad)
aws.s3.BucketPublicAccessBlock("records", bucket=records.id, block_public_acls=True, block_public_policy=True, opts=here)
aws.s3.BucketReplicationConfig(
    "records",
    bucket=records.id,
    role="arn:aws:iam::111111111111:role/copy",
    rules=[{"status": "Enabled", "destination": {"bucket": copies.arn}}],
    opts=here,
)
aws.cloudwatch.LogGroup("named", kms_key_id=key.arn, retention_in_days=30, opts=here)
aws.secretsmanager.Secret("hidden", kms_key_id=key.arn, replicas=[{"region": pulumi.Output.secret("us-west-2")}], opts=here)
aws.lambda_.Permission("source", function="f", action="lambda:InvokeFunction", principal="s3.amazonaws.com", source_arn=records.arn, opts=here)
aws.rds.Instance("later", instance_class="db.m7g.large", publicly_accessible=copies.force_destroy, replicate_source_db=key.arn, opts=here)
aws.sqs.Queue("defaulted")

europe = pulumi.ResourceOptions(provider=azure.Provider("europe", location="westeurope"))
group = azure.resources.ResourceGroup("group", opts=europe)
azure.storage.StorageAccount("abroad", resource_group_name=group.name, location="eastus", kind="StorageV2", sku={"name": "Standard_RAGRS"}, opts=europe)
azure.storage.StorageAccount("at-home", resource_group_name=group.name, location="westeurope", kind="StorageV2", sku={"name": "Standard_LRS"}, opts=europe)

belgium = pulumi.ResourceOptions(provider=gcp.Provider("belgium", project="acme-prod", region="europe-west1"))
gcp.storage.Bucket("anywhere", location="US", opts=belgium)
gcp.storage.Bucket("at-home", location="EU", uniform_bucket_level_access=True, public_access_prevention="enforced", opts=belgium)
gcp.storage.BucketIAMMember("all", bucket="x", role="roles/viewer", member="allUsers", opts=belgium)
