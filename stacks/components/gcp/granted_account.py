"""How another party works in the project, for as long as its grant lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_gcp import iam, kms, projects, serviceaccount

from handoff.errors import SpecError
from stacks.components.gcp.client_key import USE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handoff.spec.model import OidcIdentity
    from stacks.settings import Grant

LOOK = ("roles/iam.securityReviewer", "roles/logging.viewer")
WORK = ("roles/compute.networkAdmin", "roles/storage.objectUser")
"""No basic role: Google takes no condition on those, so a grant of one could not end by itself. source: https://cloud.google.com/iam/docs/conditions-overview (read 2026-11-22)"""
FEDERATION = "roles/iam.workloadIdentityUser"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedAccountArgs:
    """One access grant in one project."""

    grant: Grant
    project: pulumi.Output[str]
    key_id: pulumi.Output[str]


class GrantedAccount(pulumi.ComponentResource):
    """A service account without keys that the party's own federated workloads act as, and the party's named principals; every right has the grant's end as its condition."""

    def __init__(self, name: str, args: GrantedAccountArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:gcp:GrantedAccount", name, None, opts)
        identities = args.grant.party.identities
        named = [one for one in identities.gcp.principals if "*" not in one]
        if not identities.oidc and not named:
            raise SpecError(
                f"parties.{args.grant.holder}.identities: a grant on Google Cloud needs an oidc identity, or a principal under gcp.principals without `*`",
                hint="Name the issuer and subject that the party's workloads sign in with, or the accounts themselves.",
            )
        self._args = args
        self._inside = pulumi.ResourceOptions(parent=self)
        self._until = {
            "title": f"{args.grant.name}-until-{args.grant.expires}",
            "expression": f'request.time < timestamp("{args.grant.ends_at}")',
        }
        members: dict[str, pulumi.Input[str]] = {f"{name}-{number}": one for number, one in enumerate(named)}
        self.email: pulumi.Output[str] | None = None
        if identities.oidc:
            account = self._account(name)
            self.email = account.email
            members[name] = account.member
            self._federate(name, account, identities.oidc)
        for who, member in members.items():
            self._bind(who, member)
        self.register_outputs({"email": self.email})

    def _account(self, name: str) -> serviceaccount.Account:
        grant = self._args.grant
        return serviceaccount.Account(
            name,
            account_id=grant.name[:30].rstrip("-"),
            project=self._args.project,
            display_name=f"{grant.party.name}: {grant.purpose}",
            description=f"handoff:party={grant.holder} handoff:grant={grant.purpose} expires={grant.expires}",
            opts=self._inside,
        )

    def _federate(self, name: str, account: serviceaccount.Account, trusted: Sequence[OidcIdentity]) -> None:
        pool = iam.WorkloadIdentityPool(
            name,
            workload_identity_pool_id=name[:32].rstrip("-"),
            project=self._args.project,
            display_name=name[:32],
            description=f"handoff:party={self._args.grant.holder} handoff:grant={self._args.grant.purpose} expires={self._args.grant.expires}",
            opts=self._inside,
        )
        for number, one in enumerate(trusted):
            iam.WorkloadIdentityPoolProvider(
                f"{name}-{number}",
                workload_identity_pool_id=pool.workload_identity_pool_id,
                workload_identity_pool_provider_id=f"issuer-{number}",
                project=self._args.project,
                display_name=self._args.grant.party.name[:32],
                attribute_mapping={"google.subject": "assertion.sub"},
                attribute_condition=subject_condition(one.subject),
                oidc={"issuer_uri": one.issuer},
                opts=self._inside,
            )
        serviceaccount.IAMMember(
            name,
            service_account_id=account.name,
            role=FEDERATION,
            member=pulumi.Output.concat("principalSet://iam.googleapis.com/", pool.name, "/*"),
            condition=self._until,
            opts=self._inside,
        )

    def _bind(self, who: str, member: pulumi.Input[str]) -> None:
        roles = (*LOOK, *WORK) if self._args.grant.writes else LOOK
        for role in roles:
            projects.IAMMember(
                f"{who}-{role.removeprefix('roles/')}",
                project=self._args.project,
                role=role,
                member=member,
                condition=self._until,
                opts=self._inside,
            )
        if self._args.grant.writes:
            kms.CryptoKeyIAMMember(f"{who}-keys", crypto_key_id=self._args.key_id, role=USE, member=member, condition=self._until, opts=self._inside)


def subject_condition(subject: str) -> str:
    """The exact subject, or everything below it when it ends in `*`. Raises SpecError for a `*` anywhere else, which the condition language cannot say exactly."""
    start, star, rest = subject.partition("*")
    if rest or '"' in subject or "\\" in subject or (star and not start):
        raise SpecError(f"oidc subject {subject!r} cannot be made into an exact condition", hint="Write the subject in full, or with one `*` at its end.")
    return f'assertion.sub.startsWith("{start}")' if star else f'assertion.sub == "{subject}"'
