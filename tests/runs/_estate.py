"""A small AWS estate of a test's own: an account with two administrators and a break-glass, and a dozen ways in of a provider's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from handoff import logins, registry
from handoff.model import Login, Party
from tests.kinds.aws._account import Account, document

PROVIDER = "222222222222"
MARK = {"handoff:party": "provider"}
REGION = "eu-west-1"


@dataclass(slots=True)
class AwsEstate:
    """One engagement on one account, with its files in one folder."""

    folder: Path
    lab: Mapping[str, str]
    account: Account = field(default_factory=Account)
    body: dict[str, Any] = field(default_factory=dict)
    admins: tuple[Login, ...] = ()

    def __post_init__(self) -> None:
        self.admins = tuple(self._client(name) for name in ("ada", "bea", "glass"))
        self.body = {
            "apiVersion": "handoff/v1",
            "kind": "Engagement",
            "metadata": {"name": "small-co"},
            "term": {"start": "2026-01-01", "end": "2027-01-01"},
            "parties": {
                "client": {
                    "name": "Small Co",
                    "identities": {"tags": ["handoff:party=client"], "domains": ["ministack.local"]},
                    "administrators": [{"cloud": "aws", "principal": one.principal} for one in self.admins[:2]],
                    "break_glass": [{"cloud": "aws", "principal": self.admins[2].principal}],
                },
                "provider": {"name": "Nimbus MSP", "identities": {"aws": {"accounts": [PROVIDER]}, "tags": ["handoff:party=provider"]}},
            },
            "environments": [{"name": "prod", "aws": {"account": self.account.id, "regions": [REGION]}}],
        }
        self.write_files()
        self.write_lags()

    def _client(self, name: str) -> Login:
        login = self.account.user(name, tags={"handoff:party": "client"})
        return Login(name=name, cloud="aws", party=Party.CLIENT, principal=login.principal, form="aws-keys", material=login.material)

    def provider_everywhere(self) -> AwsEstate:
        """Keys, a password, trusts, bucket policies and key grants of the provider's, beside the client's own."""
        write, regional = self.account.writer.write, self.account.regional
        for name in ("ops", "hidden"):
            self.account.user(name, tags=MARK)
        self.account.key("ops")
        write("iam:CreateLoginProfile", UserName="ops", Password="Correct-horse-1")
        self.account.user("app", tags={"handoff:party": "client"})
        outside = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{PROVIDER}:root"}, "Action": "sts:AssumeRole"}
        own = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        self.account.role("deploy", outside, own)
        self.account.role("support", outside)
        for number in (1, 2):
            bucket = f"small-{self.account.id}-{number}"
            write("s3:CreateBucket", Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
            allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
            theirs, ours = ({**allowed, "Principal": {"AWS": f"arn:aws:iam::{account}:root"}} for account in (PROVIDER, self.account.id))
            write("s3:PutBucketPolicy", Bucket=bucket, Policy=document(*((theirs, ours) if number == 1 else (theirs,))))
        _, made = regional.write_for("kms:CreateKey")
        key: Any = made["KeyMetadata"]
        for name in ("one", "two"):
            regional.write("kms:CreateGrant", KeyId=key["Arn"], GranteePrincipal=f"arn:aws:iam::{PROVIDER}:role/{name}", Operations=["Decrypt"])
        return self

    @property
    def spec(self) -> Path:
        return self.folder / "spec.yaml"

    def write_files(self, *, admin: Login | None = None) -> None:
        """The spec, the administrators' logins, and the operator's own profile (`ada`'s, or another's)."""
        self.folder.mkdir(exist_ok=True)
        self.spec.write_text(yaml.safe_dump(self.body), encoding="utf-8")
        logins.dump(self.admins, self.folder / "logins.json")
        material = (admin or self.admins[0]).material
        secret: Any = material["secret_access_key"]
        text = f"[ada]\naws_access_key_id = {material['access_key_id']}\naws_secret_access_key = {secret.reveal()}\n"
        (self.folder / "credentials").write_text(text, encoding="utf-8")
        (self.folder / "config").write_text(f"[profile ada]\nregion = {REGION}\n", encoding="utf-8")

    def write_lags(self, *, soak_s: float = 0.2) -> None:
        (self.folder / "lags.json").write_text(json.dumps({"kinds": dict.fromkeys(registry.kinds("aws"), 0.6), "soak_s": soak_s}), encoding="utf-8")

    def env(self, **more: str) -> dict[str, str]:
        """Of a child process: nothing of the machine's own sign-ins gets in."""
        kept = {name: value for name, value in self.lab.items() if not name.startswith(("AZURE", "GOOGLE", "PULUMI"))}
        files = {
            "AWS_SHARED_CREDENTIALS_FILE": "credentials", "AWS_CONFIG_FILE": "config", "HANDOFF_LOGINS": "logins.json", "HANDOFF_LAGS": "lags.json", "HANDOFF_STATE": "state",
        }  # fmt: skip
        return kept | {name: str(self.folder / value) for name, value in files.items()} | {"AWS_PROFILE": "ada", "AWS_REGION": REGION} | more

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """`handoff ...` in the background."""
        command = [sys.executable, "-m", "handoff", *arguments]
        return subprocess.Popen(command, cwd=self.folder, env=self.env(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def handoff(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """`handoff ...`, to its end."""
        command = [sys.executable, "-m", "handoff", *arguments]
        return subprocess.run(command, cwd=self.folder, env=self.env(**more), capture_output=True, text=True, check=False, timeout=300)

    def plan(self, **more: str) -> str:
        """Make a plan; its digest."""
        done = self.handoff("plan", "spec.yaml", "--json", **more)
        assert done.returncode == 0, done.stderr
        return str(lines(done.stdout)[-1]["digest"])

    @property
    def ledger(self) -> Path:
        return self.folder / "state" / "small-co" / "ledger.jsonl"

    def entries(self, type_: str) -> list[dict[str, Any]]:
        """Bodies of the ledger's entries of one type."""
        kept = self.ledger.read_text(encoding="utf-8").splitlines() if self.ledger.exists() else []
        return [entry["body"] for entry in map(json.loads, kept) if entry["type"] == type_]

    def state(self) -> str:
        """The rights of the account as they are now, without what differs from one run to the next."""
        reader = self.account.writer
        found: list[object] = []
        for user in sorted(str(one["UserName"]) for one in reader.read("iam:ListUsers")):
            keys = sorted(str(one["Status"]) for one in reader.read("iam:ListAccessKeys", UserName=user))
            found.append(
                [user, keys, reader.get("iam:GetLoginProfile", UserName=user) is not None, len(list(reader.read("iam:ListUserPolicies", UserName=user)))]
            )
        for role in sorted(str(one["RoleName"]) for one in reader.read("iam:ListRoles")):
            body: Any = reader.get("iam:GetRole", RoleName=role)
            found.append([role, openings(body["Role"]["AssumeRolePolicyDocument"]), len(list(reader.read("iam:ListRolePolicies", RoleName=role)))])
        for number in (1, 2):
            policy = reader.get("s3:GetBucketPolicy", Bucket=f"small-{self.account.id}-{number}")
            found.append(policy and openings(json.loads(str(policy["Policy"]))))
        for key in self.account.regional.read("kms:ListKeys"):
            found.append(len(list(self.account.regional.read("kms:ListGrants", KeyId=key["KeyId"]))))
            held: Any = self.account.regional.get("kms:GetKeyPolicy", KeyId=key["KeyId"], PolicyName="default")
            found.append(json.loads(held["Policy"]))
        return json.dumps(found, sort_keys=True).replace(self.account.id, "ACCOUNT")


def openings(policy: Any) -> list[str]:
    """What a policy says, principal by principal: two statements that differ in nothing else may be written as one."""
    return sorted(
        json.dumps([{key: value for key, value in statement.items() if key != "Principal"}, type_, one], sort_keys=True)
        for statement in policy["Statement"]
        for type_, names in ({"*": "*"} if statement["Principal"] == "*" else statement["Principal"]).items()
        for one in ([names] if isinstance(names, str) else names)
    )


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
