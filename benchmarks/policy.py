"""The catalogue over a made-up state of 1,000 and 5,000 resources, without the engine, beside a state of ten and a bare interpreter."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import _measure as measure

TYPES: dict[str, dict[str, object]] = {
    "aws:s3/bucket:Bucket": {"bucket": "b{0}", "region": "eu-west-1"},
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {"bucket": "b{0}", "blockPublicAcls": True, "region": "eu-west-1"},
    "aws:kms/key:Key": {"description": "k{0}", "region": "eu-west-1"},
    "aws:iam/role:Role": {"name": "r{0}", "assumeRolePolicy": '{"Version": "2012-10-17", "Statement": []}'},
    "aws:sqs/queue:Queue": {"name": "q{0}", "region": "eu-west-1"},
    "azure-native:storage:StorageAccount": {"accountName": "a{0}", "location": "westeurope", "allowBlobPublicAccess": False},
    "azure-native:authorization:RoleAssignment": {"principalId": "aaaaaaaa-0001-4000-8000-000000000001"},
    "gcp:storage/bucket:Bucket": {"name": "g{0}", "location": "EUROPE-WEST1"},
    "gcp:projects/iAMMember:IAMMember": {"role": "roles/viewer", "member": "serviceAccount:acme-admin@acme-admin.iam.gserviceaccount.com"},
    "gcp:secretmanager/secret:Secret": {"secretId": "s{0}"},
}


def state(count: int) -> str:
    """An exported state with this many resources, the types in equal parts."""
    root = "urn:pulumi:bench::handoff::pulumi:pulumi:Stack::handoff-bench"
    made = [{"urn": root, "type": "pulumi:pulumi:Stack", "custom": False, "outputs": {"engagement": "acme-health", "environment": "prod"}}]
    for number in range(count):
        token, inputs = list(TYPES.items())[number % len(TYPES)]
        filled = {name: value.replace("{0}", str(number)) if isinstance(value, str) else value for name, value in inputs.items()}
        made.append(
            {
                "urn": f"urn:pulumi:bench::handoff::{token}::n{number}",
                "type": token,
                "custom": True,
                "id": str(number),
                "inputs": filled,
                "outputs": filled,
                "parent": root,
            }
        )
    return json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": made}})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        figures = {"python -c pass": measure.seconds(measure.BARE)}
        for count in (10, 1000, 5000):
            path = Path(folder) / f"{count}.json"
            path.write_text(state(count), encoding="utf-8")
            words = (measure.HANDOFF, "policy", "check", measure.SPEC, "--state", path, "--json")
            figures[f"policy check, {count} resources"] = measure.seconds(words, runs=3, expect=9)
    measure.report("policy", figures, against="policy check, 10 resources")
