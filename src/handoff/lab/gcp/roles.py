"""Predefined roles, with the permissions that matter in the lab; a role that is not listed is refused by name, never taken for empty.

source: https://cloud.google.com/iam/docs/roles-permissions (read 2026-11-22), narrowed to the services of the stand-in
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.lab.gcp.state import State

_VIEW = (
    "resourcemanager.projects.get",
    "resourcemanager.projects.getIamPolicy",
    "serviceusage.services.get",
    "serviceusage.services.list",
    "iam.serviceAccounts.get",
    "iam.serviceAccounts.list",
    "iam.serviceAccounts.getIamPolicy",
    "iam.serviceAccountKeys.get",
    "iam.serviceAccountKeys.list",
    "iam.roles.get",
    "iam.roles.list",
    "iam.workloadIdentityPools.get",
    "iam.workloadIdentityPools.list",
    "iam.workloadIdentityPoolProviders.get",
    "iam.workloadIdentityPoolProviders.list",
    "cloudkms.*.get",
    "cloudkms.*.list",
    "cloudkms.*.getIamPolicy",
    "secretmanager.*.get",
    "secretmanager.*.list",
    "secretmanager.secrets.getIamPolicy",
    "storage.buckets.list",
    "logging.*.get",
    "logging.*.list",
    "compute.*.get",
    "compute.*.list",
    "orgpolicy.policies.list",
    "orgpolicy.policy.get",
    "monitoring.*.get",
    "monitoring.*.list",
)
_EDIT = (
    "iam.serviceAccounts.create",
    "iam.serviceAccounts.update",
    "iam.serviceAccounts.delete",
    "iam.serviceAccounts.disable",
    "iam.serviceAccounts.enable",
    "iam.serviceAccounts.actAs",
    "iam.serviceAccountKeys.*",
    "serviceusage.services.*",
    "cloudkms.*.create",
    "cloudkms.*.update",
    "secretmanager.secrets.create",
    "secretmanager.secrets.update",
    "secretmanager.secrets.delete",
    "secretmanager.versions.add",
    "secretmanager.versions.enable",
    "secretmanager.versions.disable",
    "secretmanager.versions.destroy",
    "storage.buckets.create",
    "storage.buckets.delete",
    "compute.*",
    "logging.logEntries.create",
    "resourcemanager.projects.update",
)
_OBJECT_READ = ("storage.objects.get", "storage.objects.list")
_LISTS = ("*.list", "*.getIamPolicy", "resourcemanager.projects.get", "resourcemanager.organizations.get", "resourcemanager.folders.get")

ROLES: Mapping[str, tuple[str, ...]] = {
    # Owner lacks what the vendor keeps out of it: tokens for accounts, secret payloads it does have, data encryption it does not.
    "roles/owner": (
        *_VIEW,
        *_EDIT,
        "resourcemanager.projects.*",
        "iam.serviceAccounts.setIamPolicy",
        "iam.serviceAccounts.undelete",
        "iam.roles.*",
        "iam.workloadIdentityPools.*",
        "iam.workloadIdentityPoolProviders.*",
        "secretmanager.*",
        "cloudkms.*.setIamPolicy",
        "cloudkms.cryptoKeyVersions.destroy",
        "cloudkms.cryptoKeyVersions.restore",
        "logging.*",
        "monitoring.*",
    ),
    "roles/editor": (*_VIEW, *_EDIT),
    "roles/viewer": _VIEW,
    "roles/browser": ("resourcemanager.*.get", "resourcemanager.*.list", "resourcemanager.projects.getIamPolicy"),
    "roles/iam.securityReviewer": _LISTS,
    "roles/iam.securityAdmin": (*_LISTS, "*.setIamPolicy"),
    "roles/iam.roleViewer": ("iam.roles.get", "iam.roles.list"),
    "roles/iam.roleAdmin": ("iam.roles.*",),
    "roles/iam.organizationRoleAdmin": ("iam.roles.*",),
    "roles/iam.serviceAccountAdmin": ("iam.serviceAccounts.[cdegslu]*", "resourcemanager.projects.get"),
    "roles/iam.serviceAccountCreator": ("iam.serviceAccounts.create", "iam.serviceAccounts.get", "iam.serviceAccounts.list"),
    "roles/iam.serviceAccountViewer": ("iam.serviceAccounts.get", "iam.serviceAccounts.list", "iam.serviceAccounts.getIamPolicy"),
    "roles/iam.serviceAccountKeyAdmin": ("iam.serviceAccountKeys.*", "iam.serviceAccounts.get", "iam.serviceAccounts.list"),
    "roles/iam.serviceAccountUser": ("iam.serviceAccounts.actAs", "iam.serviceAccounts.get", "iam.serviceAccounts.list"),
    "roles/iam.serviceAccountTokenCreator": (
        "iam.serviceAccounts.getAccessToken",
        "iam.serviceAccounts.getOpenIdToken",
        "iam.serviceAccounts.implicitDelegation",
        "iam.serviceAccounts.signBlob",
        "iam.serviceAccounts.signJwt",
        "iam.serviceAccounts.get",
        "iam.serviceAccounts.list",
    ),
    "roles/iam.workloadIdentityUser": (
        "iam.serviceAccounts.getAccessToken",
        "iam.serviceAccounts.getOpenIdToken",
        "iam.serviceAccounts.get",
        "iam.serviceAccounts.list",
    ),
    "roles/iam.workloadIdentityPoolAdmin": ("iam.workloadIdentityPools.*", "iam.workloadIdentityPoolProviders.*"),
    "roles/iam.workloadIdentityPoolViewer": ("iam.workloadIdentityPool*.get", "iam.workloadIdentityPool*.list"),
    "roles/resourcemanager.organizationAdmin": (
        "resourcemanager.organizations.*",
        "resourcemanager.folders.get*",
        "resourcemanager.folders.list",
        "resourcemanager.folders.setIamPolicy",
        "resourcemanager.projects.get*",
        "resourcemanager.projects.list",
        "resourcemanager.projects.setIamPolicy",
        "orgpolicy.*.get",
        "orgpolicy.*.list",
    ),
    "roles/resourcemanager.organizationViewer": ("resourcemanager.organizations.get",),
    "roles/resourcemanager.folderAdmin": ("resourcemanager.folders.*", "resourcemanager.projects.get*", "resourcemanager.projects.list"),
    "roles/resourcemanager.folderViewer": ("resourcemanager.folders.get", "resourcemanager.folders.list", "resourcemanager.projects.get"),
    "roles/resourcemanager.projectCreator": ("resourcemanager.projects.create", "resourcemanager.organizations.get"),
    "roles/resourcemanager.projectDeleter": ("resourcemanager.projects.delete",),
    "roles/resourcemanager.projectIamAdmin": ("resourcemanager.projects.get*", "resourcemanager.projects.setIamPolicy"),
    "roles/resourcemanager.projectMover": ("resourcemanager.projects.move", "resourcemanager.projects.get"),
    "roles/orgpolicy.policyAdmin": ("orgpolicy.*",),
    "roles/orgpolicy.policyViewer": ("orgpolicy.*.get", "orgpolicy.*.list"),
    "roles/serviceusage.serviceUsageAdmin": ("serviceusage.services.*",),
    "roles/serviceusage.serviceUsageViewer": ("serviceusage.services.get", "serviceusage.services.list"),
    "roles/serviceusage.serviceUsageConsumer": ("serviceusage.services.get", "serviceusage.services.list", "serviceusage.services.use"),
    "roles/billing.admin": ("billing.*",),
    "roles/billing.viewer": ("billing.*.get", "billing.*.list"),
    "roles/billing.user": ("billing.accounts.get", "billing.accounts.list", "billing.resourceAssociations.create"),
    "roles/billing.costsManager": ("billing.budgets.*", "billing.accounts.get"),
    "roles/billing.projectManager": ("billing.resourceAssociations.*", "resourcemanager.projects.createBillingAssignment"),
    "roles/secretmanager.admin": ("secretmanager.*",),
    "roles/secretmanager.viewer": ("secretmanager.*.get", "secretmanager.*.list", "secretmanager.secrets.getIamPolicy"),
    "roles/secretmanager.secretAccessor": ("secretmanager.versions.access",),
    "roles/secretmanager.secretVersionAdder": ("secretmanager.versions.add",),
    "roles/secretmanager.secretVersionManager": ("secretmanager.versions.[adegl]*",),
    "roles/cloudkms.admin": (
        "cloudkms.*.create",
        "cloudkms.*.get*",
        "cloudkms.*.list",
        "cloudkms.*.setIamPolicy",
        "cloudkms.*.update",
        "cloudkms.*.destroy",
        "cloudkms.*.restore",
    ),
    "roles/cloudkms.viewer": ("cloudkms.*.get", "cloudkms.*.list"),
    "roles/cloudkms.cryptoKeyEncrypterDecrypter": ("cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeyVersions.useToDecrypt"),
    "roles/cloudkms.cryptoKeyEncrypter": ("cloudkms.cryptoKeyVersions.useToEncrypt",),
    "roles/cloudkms.cryptoKeyDecrypter": ("cloudkms.cryptoKeyVersions.useToDecrypt",),
    "roles/storage.admin": ("storage.*",),
    "roles/storage.objectAdmin": ("storage.objects.*",),
    "roles/storage.objectUser": ("storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.list", "storage.objects.update"),
    "roles/storage.objectViewer": _OBJECT_READ,
    "roles/storage.objectCreator": ("storage.objects.create",),
    "roles/storage.bucketViewer": ("storage.buckets.get", "storage.buckets.list"),
    "roles/storage.legacyBucketOwner": (
        "storage.buckets.get*",
        "storage.buckets.setIamPolicy",
        "storage.buckets.update",
        "storage.objects.create",
        "storage.objects.delete",
        "storage.objects.list",
    ),
    "roles/storage.legacyBucketReader": ("storage.buckets.get", "storage.objects.list"),
    "roles/storage.legacyBucketWriter": ("storage.buckets.get", "storage.objects.create", "storage.objects.delete", "storage.objects.list"),
    "roles/storage.legacyObjectOwner": ("storage.objects.get*", "storage.objects.setIamPolicy", "storage.objects.update"),
    "roles/storage.legacyObjectReader": ("storage.objects.get",),
    "roles/storage.hmacKeyAdmin": ("storage.hmacKeys.*",),
    "roles/logging.admin": ("logging.*",),
    "roles/logging.configWriter": ("logging.sinks.*", "logging.buckets.*"),
    "roles/logging.viewer": ("logging.*.get", "logging.*.list"),
    "roles/logging.privateLogViewer": ("logging.*.get", "logging.*.list", "logging.privateLogEntries.list"),
    "roles/logging.logWriter": ("logging.logEntries.create",),
    "roles/logging.bucketWriter": ("logging.buckets.write",),
    "roles/monitoring.viewer": ("monitoring.*.get", "monitoring.*.list"),
    "roles/monitoring.editor": ("monitoring.*",),
    "roles/monitoring.admin": ("monitoring.*",),
    "roles/compute.admin": ("compute.*",),
    "roles/compute.viewer": ("compute.*.get", "compute.*.list"),
    "roles/compute.networkAdmin": (
        "compute.networks.*",
        "compute.subnetworks.*",
        "compute.firewalls.get",
        "compute.firewalls.list",
        "compute.globalOperations.*",
        "compute.regionOperations.*",
    ),
    "roles/compute.networkViewer": ("compute.networks.get", "compute.networks.list", "compute.subnetworks.get", "compute.subnetworks.list"),
    "roles/compute.securityAdmin": ("compute.firewalls.*", "compute.globalOperations.*"),
}


def patterns(state: State, role: str) -> tuple[str, ...] | None:
    """Permissions of a role, with wildcards; None when there is no such role (deleted custom roles grant nothing)."""
    if role in ROLES:
        return ROLES[role]
    custom = state.table("roles").get(role)
    if custom is None:
        return None
    return () if custom.get("deleted") or custom.get("stage") == "DISABLED" else tuple(custom.get("includedPermissions", ()))


def grants(state: State, role: str, permission: str) -> bool:
    """True when the role holds the permission."""
    return any(fnmatchcase(permission, pattern) for pattern in patterns(state, role) or ())
