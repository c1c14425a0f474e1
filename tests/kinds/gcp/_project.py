"""A Google Cloud project of a test's own in the lab, made by the client's administrator through the same connection that is under test."""

from __future__ import annotations

import base64
import os
import random
import time
from functools import cached_property
from typing import Any

import httpx

from handoff import registry
from handoff.lab.jwt import Signer
from handoff.model import Login, Party, Scope, ScopeType, Secret, Writer

ISSUER = "https://token.ci.test.example"
GET = "cloudresourcemanager.projects.get"
POLICY = "cloudresourcemanager.projects.getIamPolicy"
POOLS = "iam.projects.locations.workloadIdentityPools"
SIGNER = Signer.make()


def lab(path: str, body: Any = None, *, verb: str = "POST") -> None:
    """The stand-in's own endpoints: faults, settings, issuers."""
    with httpx.Client(base_url=os.environ["HANDOFF_GCP_URL"], trust_env=False) as client:
        client.request(verb, f"/_lab/{path}", json=body).raise_for_status()


class Project:
    """Makes what a test needs; every credential it hands out is a real one, signed and checked."""

    def __init__(self) -> None:
        self.id = "test-" + "".join(random.choices("abcdefghijkmnpqrstuvwxyz", k=12))  # noqa: S311 not for secrecy
        self.name = f"projects/{self.id}"
        self.scope = Scope(type=ScopeType.GCP_PROJECT, id=self.id)
        self.cloud: Any = registry.cloud("gcp")  # Any: minting and objects are more than every cloud has
        self.writer.write("cloudresourcemanager.projects.create", body={"projectId": self.id, "parent": "organizations/111111111111"})

    @cached_property
    def writer(self) -> Writer:
        connection: Writer = self.cloud.open(self.scope)
        return connection

    @cached_property
    def number(self) -> str:
        found: Any = self.writer.get(GET, name=self.name)
        return str(found["name"]).split("/")[1]

    def account(self, key: str, *roles: str, display: str = "", description: str = "") -> str:
        """A service account with these roles on the project; its address."""
        body = {"accountId": key, "serviceAccount": {"displayName": display, "description": description}}
        _, made = self.writer.write_for("iam.projects.serviceAccounts.create", name=self.name, body=body)
        email = str(made["email"])
        for role in roles:
            self.bind(role, f"serviceAccount:{email}")
        return email

    def key(self, email: str) -> Login:
        """One more key of an account, as a login."""
        _, made = self.writer.write_for("iam.projects.serviceAccounts.keys.create", name=f"{self.name}/serviceAccounts/{email}", body={})
        info = base64.b64decode(str(made["privateKeyData"])).decode()
        material: dict[str, str | Secret] = {"info": Secret(info), "key_name": str(made["name"])}
        return Login(name=email, cloud="gcp", party=Party.PROVIDER, principal=f"serviceAccount:{email}", form="gcp-key", material=material)

    def login(self, key: str, *roles: str) -> Login:
        """An account and a key of it."""
        return self.key(self.account(key, *roles))

    def policy(self) -> dict[str, Any]:
        found: Any = self.writer.get(POLICY, resource=self.name, body={"options": {"requestedPolicyVersion": 3}})
        return dict(found)

    def bind(self, role: str, *members: str, condition: dict[str, str] | None = None) -> None:
        policy = self.policy()
        binding: dict[str, Any] = {"role": role, "members": list(members)} | ({"condition": condition} if condition else {})
        changed = policy | {"version": 3, "bindings": [*policy.get("bindings", []), binding]}
        self.writer.write("cloudresourcemanager.projects.setIamPolicy", resource=self.name, body={"policy": changed})

    def unbind(self, member: str) -> None:
        policy = self.policy()
        for binding in policy["bindings"]:
            binding["members"] = [one for one in binding["members"] if one != member]
        self.writer.write("cloudresourcemanager.projects.setIamPolicy", resource=self.name, body={"policy": policy})

    def limited(self, key: str, *permissions: str) -> Login:
        """Somebody who may do exactly this."""
        role = {"roleId": key.replace("-", "_"), "role": {"title": key, "includedPermissions": list(permissions), "stage": "GA"}}
        _, made = self.writer.write_for("iam.projects.roles.create", parent=self.name, body=role)
        return self.login(key, str(made["name"]))

    def pool(self, key: str = "partner-ci") -> str:
        """A pool; its name, and the issuer known to the lab."""
        lab("issuers", {"issuer": ISSUER, "jwks": SIGNER.jwks()})
        self.writer.write(f"{POOLS}.create", parent=f"{self.name}/locations/global", workloadIdentityPoolId=key, body={})
        return f"projects/{self.number}/locations/global/workloadIdentityPools/{key}"

    def provider(self, pool: str, key: str, condition: str = "", **more: Any) -> str:
        """A provider; its name."""
        body = {"oidc": {"issuerUri": ISSUER}, "attributeMapping": {"google.subject": "assertion.sub"}, "attributeCondition": condition} | more
        self.writer.write(f"{POOLS}.providers.create", parent=pool, workloadIdentityPoolProviderId=key, body=body)
        return f"{pool}/providers/{key}"

    def workload(self, provider: str, subject: str, **more: str) -> Login:
        """A job of the issuer's, as a login that exchanges its token at each try; it may look at the project."""
        pool = provider.rpartition("/providers/")[0]
        member = f"principal://iam.googleapis.com/{pool}/subject/{subject}"
        if not any(member in one["members"] for one in self.policy().get("bindings", [])):
            self.bind("roles/viewer", member)
        now = int(time.time())
        token = SIGNER.sign({"iss": ISSUER, "aud": f"https://iam.googleapis.com/{provider}", "sub": subject, "iat": now, "exp": now + 900})
        material: dict[str, str | Secret] = {"audience": f"//iam.googleapis.com/{provider}", "subject_token": Secret(token), **more}
        return Login(name=subject, cloud="gcp", party=Party.PROVIDER, principal=member, form="gcp-workload", material=material)

    @property
    def looks(self) -> tuple[str, dict[str, str]]:
        """A call that needs a right on the project and changes nothing."""
        return GET, {"name": self.name}

    def tried(self, login: Login) -> tuple[Scope, Login, str, dict[str, str]]:
        return (self.scope, login, *self.looks)

    def works(self, login: Login) -> str:
        """The outcome of one try."""
        return str(self.cloud.attempt(*self.tried(login)).outcome)
