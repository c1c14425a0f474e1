"""The project of the environment, and what its policies refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_gcp import organizations, orgpolicy, projects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SERVICES = (
    "billingbudgets.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "orgpolicy.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProjectArgs:
    """Which project, and where its resources may lie."""

    project: str
    display_name: str
    organization: str
    billing_account: str | None
    locations: Sequence[str]
    disposable: bool
    labels: Mapping[str, str]


class ClientProject(pulumi.ComponentResource):
    """The client's project with the services it needs, resources only in the spec's locations, no keys for service accounts, no public addresses of machines and no public buckets."""

    def __init__(self, name: str, args: ClientProjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:gcp:ClientProject", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        project = organizations.Project(
            name,
            project_id=args.project,
            name=args.display_name,
            org_id=args.organization,
            **({"billing_account": args.billing_account} if args.billing_account else {}),
            auto_create_network=False,
            deletion_policy="DELETE" if args.disposable else "PREVENT",
            labels=args.labels,
            opts=inside,
        )
        enabled = [
            projects.Service(
                f"{name}-{service.removesuffix('.googleapis.com')}",
                project=project.project_id,
                service=service,
                disable_on_destroy=False,
                opts=inside,
            )
            for service in SERVICES
        ]
        ready = pulumi.ResourceOptions(parent=self, depends_on=enabled)
        self._policy(
            f"{name}-locations",
            project.project_id,
            "gcp.resourceLocations",
            {"values": {"allowed_values": [f"in:{one}-locations" for one in args.locations]}},
            ready,
        )
        self._policy(f"{name}-keys", project.project_id, "iam.disableServiceAccountKeyCreation", {"enforce": "TRUE"}, ready)
        self._policy(f"{name}-addresses", project.project_id, "compute.vmExternalIpAccess", {"deny_all": "TRUE"}, ready)
        self._policy(f"{name}-public-buckets", project.project_id, "storage.publicAccessPrevention", {"enforce": "TRUE"}, ready)
        self.project_id: pulumi.Output[str] = project.project_id
        self.number: pulumi.Output[str] = project.number
        self.enabled: Sequence[pulumi.Resource] = enabled
        """What everything else in the project waits for."""
        self.register_outputs({"projectId": self.project_id, "number": self.number})

    @staticmethod
    def _policy(name: str, project: pulumi.Output[str], constraint: str, rule: Mapping[str, object], options: pulumi.ResourceOptions) -> None:
        parent = pulumi.Output.concat("projects/", project)
        orgpolicy.Policy(name, name=pulumi.Output.concat(parent, "/policies/", constraint), parent=parent, spec={"rules": [rule]}, opts=options)
