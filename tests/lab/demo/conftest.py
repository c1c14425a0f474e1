"""A story as `handoff demo` leaves it, made up from its ids; with hostile texts on request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ACCOUNT, SUBSCRIPTION, TENANT = "111111111111", "33333333-3333-4333-8333-333333333333", "11111111-1111-4111-8111-111111111111"
BUCKET, STORAGE = "acme-prod-records-5f1c", "acmeprodrecords"
SUB_PATH = f"/subscriptions/{SUBSCRIPTION}"
ROLE = f"{SUB_PATH}/providers/Microsoft.Authorization/roleAssignments"
GCP_OPERATOR = "serviceAccount:nimbus-ops@nimbus-ops.iam.gserviceaccount.com"

# kind, id, scope, party, holder, allows, why
_PATHS = [
    ("aws.iam_access_key", "AKIAHIDDEN0000000001", f"aws:{ACCOUNT}", "provider", f"arn:aws:iam::{ACCOUNT}:user/svc-archive", "call AWS as IAM user svc-archive", "ops@nimbus.example is in a domain of provider"),
    ("aws.iam_access_key", "AKIAPROVIDER00000001", f"aws:{ACCOUNT}", "provider", f"arn:aws:iam::{ACCOUNT}:user/provider-ci", "call AWS as IAM user provider-ci", f"arn:aws:iam::{ACCOUNT}:user/provider-ci is named by provider"),
    ("aws.login_profile", "AIDAHIDDEN#login-profile", f"aws:{ACCOUNT}", "provider", f"arn:aws:iam::{ACCOUNT}:user/svc-archive", "sign in to the console as IAM user svc-archive", "ops@nimbus.example is in a domain of provider"),
    ("aws.role_trust", "AROAOPERATE#0", f"aws:{ACCOUNT}", "provider", "arn:aws:iam::222222222222:root", "become role acme-health-prod-provider-operate", "asks for the external id of provider"),
    ("aws.role_trust", "AROAREAD#0", f"aws:{ACCOUNT}", "provider", "arn:aws:iam::222222222222:root", "become role acme-health-prod-provider-read", "asks for the external id of provider"),
    ("aws.s3_bucket_policy", f"arn:aws:s3:::{BUCKET}#ArchiveSync", f"aws:{ACCOUNT}", "provider", "arn:aws:iam::222222222222:root", f"s3:GetObject on {BUCKET} for account 222222222222", "AWS account 222222222222 is of provider"),
    ("aws.s3_bucket_policy", f"arn:aws:s3:::{BUCKET}#Operate", f"aws:{ACCOUNT}", "provider", "arn:aws:iam::222222222222:root", f"s3:ListBucket on {BUCKET} for account 222222222222", "AWS account 222222222222 is of provider"),
    ("aws.kms_grant", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/6f6a4f2e#grant-1", f"aws:{ACCOUNT}:eu-west-1", "provider", f"arn:aws:iam::{ACCOUNT}:role/acme-health-prod-provider-operate", "Decrypt, GenerateDataKey with a key of the records", "named by provider"),
    ("azure.app_credential", "applications/archive-sync/password/1", f"azure:{TENANT}", "provider", "archive-sync", "signs in as archive-sync, with all that it may do", "ops@nimbus.example is in a domain of provider"),
    ("azure.app_credential", "applications/provider-ops/password/2", f"azure:{TENANT}", "provider", "provider-ops", "signs in as provider-ops, with all that it may do", "carries the tag handoff:party=provider of provider"),
    ("azure.role_assignment", f"{ROLE}/cccccccc-0001-4000-8000-000000000001", f"azure:{SUBSCRIPTION}", "provider", "dddddddd-0001-4000-8000-000000000001", f"Contributor on {SUB_PATH}", "ops@nimbus.example is in a domain of provider"),
    ("azure.role_assignment", f"{ROLE}/0a1b2c3d-1111-4000-8000-000000000009", f"azure:{SUBSCRIPTION}", "provider", "dddddddd-0002-4000-8000-000000000002", f"Reader on {SUB_PATH}/resourceGroups/acme-prod", "carries the tag handoff:party=provider of provider"),
    ("azure.lighthouse_delegation", f"{SUB_PATH}/providers/Microsoft.ManagedServices/registrationAssignments/eeee", f"azure:{SUBSCRIPTION}", "provider", "tenant 22222222-2222-4222-8222-222222222222", "3 authorization(s) for Contributor, Reader", "Entra tenant 22222222-2222-4222-8222-222222222222 is of provider"),
    ("azure.storage_account_key", f"{SUB_PATH}/resourceGroups/acme-prod/providers/Microsoft.Storage/storageAccounts/{STORAGE}#key1#9f86d081884c7d65#dddddddd", f"azure:{SUBSCRIPTION}", "provider", "dddddddd-0001-4000-8000-000000000001", f"everything in storage account {STORAGE}", "a shared secret that the provider may hold: it could list it"),
    ("azure.storage_account_key", f"{SUB_PATH}/resourceGroups/acme-prod/providers/Microsoft.Storage/storageAccounts/{STORAGE}#key2#60303ae22b998861#dddddddd", f"azure:{SUBSCRIPTION}", "provider", "dddddddd-0001-4000-8000-000000000001", f"everything in storage account {STORAGE}", "a shared secret that the provider may hold: it could list it"),
    ("gcp.project_iam_binding", "acme-prod#roles/storage.admin#operator", "gcp:acme-prod", "provider", GCP_OPERATOR, "roles/storage.admin on the project", f"{GCP_OPERATOR} is named by provider"),
    ("gcp.project_iam_binding", "acme-prod#roles/editor#eve", "gcp:acme-prod", "provider", "user:eve@nimbus.example", "roles/editor on the project", "eve@nimbus.example is in a domain of provider"),
    ("gcp.project_iam_binding", "acme-prod#roles/viewer#ops", "gcp:acme-prod", "provider", "group:ops@nimbus.example", "roles/viewer on the project until 2027-03-31", "ops@nimbus.example is in a domain of provider"),
    ("gcp.service_account_key", "projects/acme-prod/serviceAccounts/provider-ops@acme-prod.iam.gserviceaccount.com/keys/77", "gcp:acme-prod", "provider", "serviceAccount:provider-ops@acme-prod.iam.gserviceaccount.com", "signs in as provider-ops, with all that it may do", "named by provider"),
    ("gcp.workload_identity_provider", "projects/1/locations/global/workloadIdentityPools/provider/providers/ci", "gcp:acme-prod", "provider", "https://token.actions.nimbus.example repo:nimbus/ops", "its tokens are exchanged for the project's, to act as whatever its principals are bound to", "federated subject repo:nimbus/ops is of provider"),
    ("aws.iam_access_key", "AKIAACMEADMIN0000001", f"aws:{ACCOUNT}", "client", f"arn:aws:iam::{ACCOUNT}:user/acme-admin", "call AWS as IAM user acme-admin", "named by client"),
    ("aws.iam_access_key", "AKIAACMEADMIN0000002", f"aws:{ACCOUNT}", "client", f"arn:aws:iam::{ACCOUNT}:user/acme-admin-2", "call AWS as IAM user acme-admin-2", "named by client"),
    ("aws.role_trust", "AROABREAKGLASS#0", f"aws:{ACCOUNT}", "client", f"arn:aws:iam::{ACCOUNT}:user/acme-breakglass", "become role acme-health-prod-breakglass", "named by client"),
    ("aws.role_trust", "AROABACKUP#0", f"aws:{ACCOUNT}", "cloud-service", "backup.amazonaws.com", "become role acme-health-prod-backup", "a service of the cloud itself (backup.amazonaws.com)"),
    ("azure.role_assignment", f"{ROLE}/aaaa1", f"azure:{SUBSCRIPTION}", "client", "aaaaaaaa-0001-4000-8000-000000000001", f"Owner on {SUB_PATH}", "named by client"),
    ("azure.role_assignment", f"{ROLE}/aaaa2", f"azure:{SUBSCRIPTION}", "client", "aaaaaaaa-0002-4000-8000-000000000002", f"Owner on {SUB_PATH}", "named by client"),
    ("azure.app_credential", "applications/acme-admin/password/3", f"azure:{TENANT}", "client", "acme-admin", "signs in as acme-admin, with all that it may do", "named by client"),
    ("gcp.project_iam_binding", "acme-prod#roles/owner#admin", "gcp:acme-prod", "client", "serviceAccount:acme-admin@acme-admin.iam.gserviceaccount.com", "roles/owner on the project", "named by client"),
    ("gcp.project_iam_binding", "acme-prod#roles/owner#admin2", "gcp:acme-prod", "client", "serviceAccount:acme-admin-2@acme-admin.iam.gserviceaccount.com", "roles/owner on the project", "named by client"),
    ("gcp.service_account", "projects/acme-prod/serviceAccounts/records@acme-prod.iam.gserviceaccount.com#1", "gcp:acme-prod", "client", "serviceAccount:records@acme-prod.iam.gserviceaccount.com", "acts as records wherever that is bound", "Google Cloud project acme-prod is of client"),
]  # fmt: skip

_HIDDEN = [
    ("aws", "an access key of a new IAM user, svc-archive"),
    ("aws", "a console password for svc-archive"),
    ("aws", f"a statement in the policy of bucket {BUCKET} that lets account 222222222222 in"),
    ("azure", "a secret of a new application, archive-sync"),
    ("azure", "Contributor on the subscription for archive-sync"),
    ("azure", f"key1 of storage account {STORAGE}, listed as archive-sync"),
    ("gcp", f"roles/storage.admin for {GCP_OPERATOR}, without an end"),
    ("gcp", "roles/editor for user:eve@nimbus.example"),
]

_TRIES = ("key of svc-archive", "session token of svc-archive", "key of acme-batch")
# Of those on AWS the one who opened them tells kind, words of the listed path, and what can be tried.
_TOLD: dict[str, dict[str, Any]] = {
    _HIDDEN[0][1]: {"kind": "aws.iam_access_key", "marks": ["AKIAHIDDEN0000000001"], "tries": list(_TRIES[:2])},
    _HIDDEN[1][1]: {"kind": "aws.login_profile", "marks": ["user/svc-archive"], "tries": []},
    _HIDDEN[2][1]: {"kind": "aws.s3_bucket_policy", "marks": ["ArchiveSync"], "tries": []},
}

# title, text, seconds, facts, (line, output, exit code, seconds)
_STEPS: list[tuple[str, str, float, list[str], list[tuple[str, str, int, float]]]] = [
    ("The engagement", "One spec says who the parties are, where data may live, what the provider may do and how it ends.", 0.9, ["Acme Health (client) and Nimbus MSP (provider), on AWS, Azure and Google Cloud; personal health data stays in the EU."], [("handoff spec check engagements/acme-health.yaml", "engagements/acme-health.yaml: a valid engagement: acme-health, 3 clouds, 1 environment", 0, 0.8)]),
    ("Three clouds on this machine", "Emulators and stand-ins that check credentials and permissions; no cloud account is touched.", 9.4, [], [("handoff lab up", "aws        up  127.0.0.1:41231\nazure      up  127.0.0.1:41232\ngcp        up  127.0.0.1:41233", 0, 8.9), ('eval "$(handoff lab env)"', "", 0, 0.4)]),
    ("Onboarding", "The real Pulumi engine provisions the client's environment on three clouds, every resource judged by three policy packs.", 41.2, ["58 created; grants end with the contract, keys are the client's.", f"The client puts 12 records into each store: {BUCKET}, {STORAGE}/records, acme-prod-records."], [("pulumi up --yes --policy-pack policies/residency --policy-pack policies/baseline --policy-pack policies/exit_readiness", "Updating (acme-prod)\n\n" + "\n".join(f" +  aws:s3:Bucket number-{n} created (0.1s)" for n in range(1, 19)) + "\nResources:\n    + 58 created\n\nDuration: 36s", 0, 39.5), ("pulumi stack output", "", 0, 1.2)]),
    ("A bad change is blocked", "A pull request adds a quick bucket in us-east-1. The preview stops it before anything exists.", 14.8, ["Refused: the data's residency is the EU; the bucket would be in us-east-1."], [("pulumi preview --policy-pack policies/residency --policy-pack policies/baseline --policy-pack policies/exit_readiness", "Policies:\n    residency@v0.1.0\n        - [mandatory]  aws-region  (aws:s3/bucket:Bucket: quick-export)\n          quick-export would be in us-east-1; class phi may live in: eu\nerror: preview failed", 255, 14.7)]),
    ("The provider at work", "With what it was granted: an assumed role, a Lighthouse delegation, a bound service account.", 1.4, ["AWS: became role operate with the external id", "aws: s3:ListBuckets worked", "azure: GET {scope}/resourcegroups worked", "gcp: storage.buckets.list worked"], []),
    ("Hidden ways in", "Helping out with an administrator's rights, an engineer of the provider's opens more by hand. No program knows of it.", 3.1, [f"{cloud}: {text}" for cloud, text in _HIDDEN], []),
    ("Canaries", "The provider gives up its credentials. Each is shown to work, and sessions are minted, so that each can be shown dead later.", 4.0, ["svc-archive key works: s3:ListBuckets", "archive-sync secret works: GET {scope}/resourcegroups"], [("handoff canary engagements/acme-health.yaml --logins provider-logins.json --out canaries.json", "", 0, 4.0)]),
    ("Discover", "Every way in on three clouds, whose it is and why; and how well each listing could be read.", 3.5, ["30 ways in; 20 are the provider's; every listing was read whole."], [("handoff discover engagements/acme-health.yaml", "", 0, 3.4)]),
    ("Plan", "Ordered, bound to a digest. An unknown holder, a lock-out or a moved estate would stop it here.", 2.9, ["20 ways in, 33 actions, 13 of which cannot be undone and come after the soak.", "Approved by both: sha256:" + "ab" * 32], [("handoff plan engagements/acme-health.yaml --out handoff-demo/plan.json", "", 0, 2.9)]),
    ("Apply", "Disable first, soak, then delete. Each write has its intent and its pre-image in the ledger before it is made.", 9.8, ["33 actions done."], [("handoff apply handoff-demo/plan.json --digest sha256:" + "ab" * 32, "", 0, 9.8)]),
    ("Prove", "After each lag: read afresh, probe, and try every canary again, beside the client's own credential on the same call.", 8.6, ["20 of 20 ways in are proven dead; every canary was refused, the client's own credentials work."], [("handoff prove engagements/acme-health.yaml --canaries canaries.json", "", 0, 8.6)]),
    ("Data goes home", "Each store as a bag with SHA-256 taken while it streams, checked again from the disk.", 3.3, [f"{BUCKET}: 12 objects, 24480 bytes"], [("handoff export verify handoff-demo/bags", "handoff-demo/bags/aws-records: 12 objects, 24480 bytes, all as the manifests say", 0, 1.0)]),
    ("Knowledge goes along", "Asset inventory, access before and after, a map.", 2.1, [], [("handoff document engagements/acme-health.yaml --out handoff-demo/documents --state state.json", "3 sections", 0, 1.4)]),
    ("The certificate", "Everything above, in one folder that both parties sign and anyone can check without a network.", 4.4, ["Verified offline: signatures of both, every digest, the ledger's chain, and every verdict decided again."], [("handoff verify handoff-demo/evidence --key provider=handoff-demo/keys/provider.pub --key client=handoff-demo/keys/client.pub", "ok   signatures: client, provider\nok   digests: 14 files\nok   ledger: 412 entries\nok   verdicts: decided again\nVerifies. It says: exit proven", 0, 0.7)]),
    ("A tampered copy", "Somebody changes one line of the ledger in a copy.", 0.8, ["Refused, with exit code 5."], [("handoff verify handoff-demo/tampered", "FAIL ledger: line 381 does not hold the hash of line 380", 5, 0.7)]),
]  # fmt: skip

RESIDUALS = ["9 path(s) were proven by listing and probe, without a canary", "3 path(s) held by the cloud's own services stay"]
STAND_INS = [
    "AWS: an emulator (ministack), not AWS",
    "Azure and Entra: handoff's own stand-in, not Microsoft's",
    "Google Cloud: handoff's own stand-in, not Google's",
]


def path_line(kind: str, id_: str, scope: str, party: str, holder: str, allows: str, why: str) -> dict[str, Any]:
    head = {"type": "path", "schema_version": 1, "kind": kind, "id": id_, "cloud": kind.split(".")[0], "scope": scope, "key": f"{kind}|{scope}|{id_}"}
    return head | {"holder": holder, "party": party, "why": why, "third_party": "", "allows": allows, "detail": {"secret_access_key": "detail-never-shown"}}


def proof_line(path: dict[str, Any], proof: str = "proven", reasons: tuple[str, ...] = ()) -> dict[str, Any]:
    method = "listing, probe, 1 canary attempt(s) with a positive control"
    return {"type": "proof", **{name: path[name] for name in ("kind", "id", "scope", "holder")}, "proof": proof, "method": method, "reasons": list(reasons)}


def whole() -> dict[str, Any]:
    paths = [path_line(*one) for one in _PATHS]
    scopes = sorted({(one["kind"], one["scope"]) for one in paths})
    return {
        "steps": [
            {"title": title, "text": text, "seconds": seconds, "facts": facts, "commands": [dict(zip(("line", "output", "exit_code", "seconds"), one, strict=True)) for one in commands]}
            for title, text, seconds, facts, commands in _STEPS
        ],
        "made": "+ 58 created",
        "stores": [BUCKET, f"{STORAGE}/records", "acme-prod-records"],
        "hidden": [{"cloud": cloud, "text": text, **_TOLD.get(text, {})} for cloud, text in _HIDDEN],
        "tries": {"before": dict.fromkeys(_TRIES, "worked"), "after": dict.fromkeys(_TRIES, "refused") | {"key of acme-batch": "worked"}},
        "canaries": 14,
        "paths_before": paths,
        "coverage": [{"type": "coverage", "kind": kind, "scope": scope, "read": "complete", "found": 1, "reason": None} for kind, scope in scopes],
        "targets": 20,
        "actions": 33,
        "proofs": [proof_line(one) for one in paths if one["party"] == "provider"],
        "bags": [
            {"type": "bag", "export": f"{cloud}.store", "scope": "s", "store": store, "bag": f"handoff-demo/bags/{cloud}-records", "objects": 12, "bytes": 24480, "manifest": f"sha256:{'1f' * 32}", "tagmanifest": f"sha256:{'2e' * 32}", "kept": False}
            for cloud, store in (("aws", BUCKET), ("azure", f"{STORAGE}/records"), ("gcp", "acme-prod-records"))
        ],
        "seconds": 112.4,
    }  # fmt: skip


def fill(out: Path, story: dict[str, Any]) -> Path:
    """The folder around the story, as a demonstration that went to its end leaves it."""
    after = [one for one in whole()["paths_before"] if one["party"] != "provider"]
    sweep = "".join(json.dumps(one) + "\n" for one in after)
    digest = hashlib.sha256(sweep.encode()).hexdigest()
    declared = {"parties": {"client": "Acme Health", "provider": "Nimbus MSP"}}
    predicate = {
        "declared": declared,
        "verdict": "exit proven",
        "remains": [],
        "residuals": RESIDUALS,
        "environment": {"kind": "lab", "shown_only_on_stand_ins": STAND_INS},
    }
    files = {
        "story.json": json.dumps(story),
        "plan.json": "{}",
        f"evidence/sweeps/{digest}.jsonl": sweep,
        "evidence/ledger.jsonl": json.dumps({"type": "proof.finished", "body": {"sweep": f"sha256:{digest}"}}) + "\n",
        "evidence/statement.json": json.dumps({"predicate": predicate}),
        "evidence/certificate.dsse.json": "{}",
        "evidence/certificate.md": "# Certificate",
        "evidence/VERIFY.md": "# How",
        "documents/index.md": "# Transfer",
        "documents/access.csv": "a,b",
        "keys/client.pub": "public",
        "keys/provider.pub": "public",
        "tampered/ledger.jsonl": "{}",
        **{f"bags/{cloud}-records/{name}": "x" for cloud in ("aws", "azure", "gcp") for name in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt")},
    }
    for name, text in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text, encoding="utf-8")
    return out


@pytest.fixture
def story() -> dict[str, Any]:
    """A story that went to its end."""
    return whole()


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Makes the whole folder of a demonstration around a story."""
    return lambda told: fill(tmp_path / "handoff-demo", told)
