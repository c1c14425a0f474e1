"""Projects of a test's own in the lab's Google Cloud, with real accounts, keys and bindings, made by the client's administrator."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from handoff import lags, registry
from handoff.lab import identities
from handoff.lab.bootstrap.gcp import OIDC_ISSUER, OIDC_KEY
from handoff.lab.jwt import Signer
from handoff.model import Kind, Login, Outcome, Party, Scope, ScopeType, Secret, Writer

PATIENCE_S = 10.0
USE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
ACT = "roles/iam.serviceAccountTokenCreator"
FEDERATION = "roles/iam.workloadIdentityUser"


def fresh(what: str) -> str:
    return f"{what}-{uuid.uuid4().hex[:10]}"


class Project:
    """A new project of the client's organization."""

    def __init__(self) -> None:
        self.cloud: Any = registry.cloud("gcp")  # Any: minting and objects are more than every cloud has
        self.id = fresh("bound")
        self.scope = Scope(type=ScopeType.GCP_PROJECT, id=self.id)
        body = {"projectId": self.id, "parent": f"organizations/{identities.CLIENT_GCP_ORGANIZATION}"}
        self.writer.write("cloudresourcemanager.projects.create", body=body)

    @cached_property
    def writer(self) -> Writer:
        connection: Writer = self.cloud.open(self.scope)
        return connection

    @cached_property
    def number(self) -> str:
        found: Any = self.writer.get("cloudresourcemanager.projects.get", name=f"projects/{self.id}")
        return str(found["name"]).removeprefix("projects/")

    def make(self, op: str, **params: object) -> Any:
        return self.writer.write_for(op, **params)[1]

    def account(self, description: str = "") -> str:
        """The e-mail address of a new service account."""
        body = {"accountId": fresh("sa"), "serviceAccount": {"description": description}}
        return str(self.make("iam.projects.serviceAccounts.create", name=f"projects/{self.id}", body=body)["email"])

    def name(self, email: str) -> str:
        return f"projects/{self.id}/serviceAccounts/{email}"

    def login(self, email: str) -> Login:
        """A key of the account, signing in for real."""
        made = self.make("iam.projects.serviceAccounts.keys.create", name=self.name(email), body={})
        info = base64.b64decode(made["privateKeyData"]).decode()
        return Login(name=email, cloud="gcp", party=Party.PROVIDER, principal=member(email), form="gcp-key", material={"info": Secret(info)})

    def key(self, location: str = "europe-west1") -> tuple[str, str]:
        """Names of a new key ring and of a key in it."""
        ring = self.make("cloudkms.projects.locations.keyRings.create", parent=f"projects/{self.id}/locations/{location}", keyRingId=fresh("ring"), body={})[
            "name"
        ]
        op = "cloudkms.projects.locations.keyRings.cryptoKeys.create"
        key = self.make(op, parent=ring, cryptoKeyId="records", body={"purpose": "ENCRYPT_DECRYPT"})["name"]
        return str(ring), str(key)

    def bind(self, carrier: str, resource: str, role: str, *members: str, condition: Mapping[str, str] | None = None) -> None:
        """One more binding of a resource; `carrier` is the API's collection."""
        policy = self.policy(carrier, resource)
        added: dict[str, Any] = {"role": role, "members": list(members)} | ({"condition": dict(condition)} if condition else {})
        body = {"policy": {**policy, "version": 3, "bindings": [*policy.get("bindings", []), added]}}
        self.writer.write(f"{carrier}.setIamPolicy", resource=resource, body=body)

    def policy(self, carrier: str, resource: str) -> Any:
        return self.writer.get(f"{carrier}.getIamPolicy", resource=resource, **{"options.requestedPolicyVersion": 3})

    def pool(self, *providers: Mapping[str, Any], description: str = "") -> str:
        """The id of a new workload identity pool with these providers."""
        pools, pool = "iam.projects.locations.workloadIdentityPools", fresh("pool")
        parent = f"projects/{self.id}/locations/global"
        self.make(f"{pools}.create", parent=parent, workloadIdentityPoolId=pool, body={"description": description})
        for number, provider in enumerate(providers):
            body = {"attributeMapping": {"google.subject": "assertion.sub"}, **provider}
            self.make(
                f"{pools}.providers.create", parent=f"{parent}/workloadIdentityPools/{pool}", workloadIdentityPoolProviderId=f"issuer-{number}", body=body
            )
        return pool

    def everybody_of(self, pool: str) -> str:
        return f"principalSet://iam.googleapis.com/projects/{self.number}/locations/global/workloadIdentityPools/{pool}/*"

    def works(self, tried: Any) -> Outcome:
        scope, login, op, params = tried
        outcome: Outcome = self.cloud.attempt(scope, login, op, params).outcome
        return outcome

    def awaits(self, kind: Kind, tried: Any, wanted: Outcome) -> Outcome:
        """The outcome once it is the wanted one, or the last one after the lag and some patience."""
        ends = time.monotonic() + lags.in_force(self.cloud.endpoints()).settle(kind).total_seconds() + PATIENCE_S
        while (seen := self.works(tried)) is not wanted and time.monotonic() < ends:
            time.sleep(0.1)
        return seen


def member(email: str) -> str:
    return f"serviceAccount:{email}"


def encrypting(project: Project, login: Login, key: str) -> Any:
    """A try that uses the key."""
    return project.scope, login, "cloudkms.projects.locations.keyRings.cryptoKeys.encrypt", {"name": key, "body": {"plaintext": "cmVjb3Jk"}}


def acting(project: Project, login: Login, email: str) -> Any:
    """A try that makes a token for the account."""
    body = {"scope": ["https://www.googleapis.com/auth/cloud-platform"]}
    return project.scope, login, "iamcredentials.projects.serviceAccounts.generateAccessToken", {"name": f"projects/-/serviceAccounts/{email}", "body": body}


def ci(folder: Path, project: Project, pool: str, subject: str, account: str) -> Login:
    """The provider's CI: its issuer's own token for this subject, to be exchanged for the account's."""
    audience = f"//iam.googleapis.com/projects/{project.number}/locations/global/workloadIdentityPools/{pool}/providers/issuer-0"
    now = int(time.time())
    claims = {"iss": OIDC_ISSUER, "sub": subject, "aud": audience, "iat": now, "exp": now + 600}
    token = Signer.kept(folder / "credentials" / OIDC_KEY).sign(claims)
    material: dict[str, str | Secret] = {"audience": audience, "subject_token": Secret(token), "service_account": account}
    return Login(name="ci", cloud="gcp", party=Party.PROVIDER, principal=subject, form="gcp-workload", material=material)


__all__ = ["ACT", "FEDERATION", "OIDC_ISSUER", "USE", "Project", "acting", "ci", "encrypting", "fresh", "member"]
