"""Virtual machines on Google Cloud: reachable from inside only, started from what is trusted, and with the client's key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, every, is_absent, is_false, is_one_of, is_true, own_key

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

INSTANCE = "gcp:compute/instance:Instance"
TEMPLATES = ("gcp:compute/instanceTemplate:InstanceTemplate", "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate")
MACHINES = (INSTANCE, *TEMPLATES)
METADATA = "gcp:compute/projectMetadata:ProjectMetadata"
METADATA_ITEM = "gcp:compute/projectMetadataItem:ProjectMetadataItem"
DISK, REGION_DISK = "gcp:compute/disk:Disk", "gcp:compute/regionDisk:RegionDisk"
LOGIN, LOGIN_2FA = "enable-oslogin", "enable-oslogin-2fa"
FULL_ACCESS = frozenset({"https://www.googleapis.com/auth/cloud-platform", "cloud-platform"})
_GOOGLES_KEY = "is encrypted with Google's own key"
_login = is_true(f"metadata.{LOGIN}", "lets in whoever has an SSH key in the metadata, instead of asking IAM")
_second = is_true(f"metadata.{LOGIN_2FA}", "asks for no second factor when somebody logs in")
_item = is_one_of("value", ("true",), "switches the check of logins by IAM off")


def account(resource: Resource, _: Context) -> Iterator[Finding]:
    """No machine acts as the account that the service made by itself."""
    if resource.get("serviceAccount") in (None, UNKNOWN):
        if resource.get("serviceAccount") is UNKNOWN:
            yield unknown(f"its account {LATER}", "serviceAccount")
        return
    email = resource.get("serviceAccount.email")
    if email is UNKNOWN:
        if not any(_gcp.type_of(urn) == _gcp.ACCOUNT for urn in _gcp.made_from(resource, "serviceAccount")):
            yield unknown(f"its account {LATER}", "serviceAccount.email")
    elif not isinstance(email, str) or not email or _gcp.is_default_account(email):
        full = any(value in FULL_ACCESS for _, value in resource.each("serviceAccount.scopes[*]") if isinstance(value, str))
        yield fail(f"acts as the default account{', with access to every API' if full else ''}", "serviceAccount.email")


def login(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Who logs in is decided by IAM: by the machine's metadata or, when that is silent, by the project's."""
    faults = list(_login(resource, context))
    if not faults:
        return
    if resource.get(f"metadata.{LOGIN}") is None:
        items = [one for one in stack.of(METADATA_ITEM) if one.get("key") in (LOGIN, UNKNOWN)]
        project = [list(_login(one, context)) for one in stack.of(METADATA)] + [list(project_login(one, context)) for one in items]
        if any(not one for one in project):
            return
        faults = next((one for one in project if any(each.verdict == "unknown" for each in one)), faults)
    for one in faults:
        yield unknown(one.message, f"metadata.{LOGIN}") if one.verdict == "unknown" else fail(one.message, f"metadata.{LOGIN}")


def project_login(resource: Resource, context: Context) -> Iterator[Finding]:
    """The project's metadata asks IAM, and for a second factor."""
    if resource.type == METADATA:
        yield from every(_login, _second)(resource, context)
        return
    key = resource.get("key")
    if key is UNKNOWN:
        yield unknown(f"which entry it is {LATER}", "key")
    elif key in (LOGIN, LOGIN_2FA):
        yield from _item(resource, context)
    else:
        yield not_applicable("is another entry of the metadata")


_disk_key = own_key("diskEncryptionKey.kmsKeySelfLink", _GOOGLES_KEY)
_boot_key = own_key("bootDisk.kmsKeySelfLink", _GOOGLES_KEY)
_region_disk_key = own_key("diskEncryptionKey.kmsKeyName", _GOOGLES_KEY)


def encrypted(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every disk that a resource makes names a key of the client's."""
    if resource.type == DISK:
        yield from _disk_key(resource, stack, context)
    elif resource.type == REGION_DISK:
        yield from _region_disk_key(resource, stack, context)
    elif resource.type == INSTANCE:
        if resource.get("bootDisk") is UNKNOWN:
            yield unknown(f"its boot disk {LATER}", "bootDisk")
        elif resource.get("bootDisk.source") is None:
            yield from _boot_key(resource, stack, context)
    else:
        yield from _template(resource, stack, context)


def _template(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    for at, entry in resource.each("disks[*]"):
        if entry is UNKNOWN:
            yield unknown(f"its disks {LATER}", at)
        elif isinstance(entry, dict) and entry.get("source") is None and entry.get("type") != "SCRATCH":
            yield from own_key(f"{at}.diskEncryptionKey.kmsKeySelfLink", _GOOGLES_KEY)(resource, stack, context)


_CFG = Maps(nist="~CM-2 CM-6", hipaa="~308(a)(1)(ii)(A) 308(a)(8)", pci="~2.2.1 2.2.6", soc2="~CC7.1 CC8.1", iso="~A.8.9 A.5.1")
_SHIELDED = ("shieldedInstanceConfig.enableSecureBoot", "shieldedInstanceConfig.enableVtpm", "shieldedInstanceConfig.enableIntegrityMonitoring")
_ADDRESSES = ("networkInterfaces[*].accessConfigs", "networkInterfaces[*].ipv6AccessConfigs")
CONTROLS = (
    Control(
        id="gcp-vm-public-address",
        title="Machines have no address on the internet",
        why="A machine with its own address is scanned and tried by strangers from its first minute.",
        fix="Leave accessConfigs and ipv6AccessConfigs out, and reach the machine through IAP, a load balancer or Cloud NAT.",
        blind="Machines behind a load balancer; addresses that are added outside of the program.",
        source="https://cloud.google.com/compute/docs/ip-addresses (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G18",),
        maps=Maps(nist="~AC-4 SC-7", hipaa="308(a)(1)(ii)(B)", pci="1.4.5", soc2="CC6.6", iso="~A.8.20 A.8.21"),
        reads=dict.fromkeys(MACHINES, _ADDRESSES),
        evaluate=every(*(is_absent(path, "has an address on the internet") for path in _ADDRESSES)),
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.Instance(
    "app",
    zone="europe-west1-b",
    machine_type="e2-small",
    boot_disk={"initialize_params": {"image": "debian-cloud/debian-12"}},
    network_interfaces=[{"subnetwork": "projects/acme-prod/regions/europe-west1/subnetworks/work"}],
)
""",
    ),
    Control(
        id="gcp-vm-shielded",
        title="Machines start from software that is signed and measured",
        why="Code that starts before the operating system can hide from everything that runs in it.",
        fix="Set enableSecureBoot, enableVtpm and enableIntegrityMonitoring of shieldedInstanceConfig to true; drivers without a signature then no longer load.",
        blind="Whether the image supports it, and whether anybody looks at a failed measurement.",
        source="https://cloud.google.com/compute/shielded-vm/docs/shielded-vm (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("G19",),
        maps=_CFG,
        severity=Severity.MEDIUM,
        reads=dict.fromkeys(MACHINES, _SHIELDED),
        evaluate=every(
            is_true(_SHIELDED[0], "starts software that nobody signed"),
            is_true(_SHIELDED[1], "has no virtual trusted platform module", default=True),
            is_true(_SHIELDED[2], "does not check what it started", default=True),
        ),
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.Instance(
    "app",
    zone="europe-west1-b",
    machine_type="e2-small",
    boot_disk={"initialize_params": {"image": "debian-cloud/debian-12"}},
    network_interfaces=[{"subnetwork": "projects/acme-prod/regions/europe-west1/subnetworks/work"}],
    shielded_instance_config={"enable_secure_boot": True, "enable_vtpm": True, "enable_integrity_monitoring": True},
)
""",
    ),
    Control(
        id="gcp-vm-account",
        title="Machines act as an account of their own",
        why="The default account may often edit the whole project, and so may whoever gets onto the machine.",
        fix="Make a service account with the roles that the machine needs, and set serviceAccount.email to it.",
        blind="The roles of the account; scopes, which Google advises against as the only bound.",
        source="https://cloud.google.com/compute/docs/access/service-accounts (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G20",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="~308(a)(4)(ii)(B) 308(a)(4)(i)", pci="7.2.1 7.2.5", soc2="~CC6.3 CC1.3", iso="A.8.3"),
        reads=dict.fromkeys(MACHINES, ("serviceAccount.email", "serviceAccount.scopes[*]")),
        evaluate_linked=alone(account),
        snippet="""\
import pulumi_gcp as gcp

account = gcp.serviceaccount.Account("app", account_id="app-server")
gcp.compute.Instance(
    "app",
    zone="europe-west1-b",
    machine_type="e2-small",
    boot_disk={"initialize_params": {"image": "debian-cloud/debian-12"}},
    network_interfaces=[{"subnetwork": "projects/acme-prod/regions/europe-west1/subnetworks/work"}],
    service_account={"email": account.email, "scopes": ["cloud-platform"]},
)
""",
    ),
    Control(
        id="gcp-vm-metadata",
        title="Machines ignore the project's SSH keys and have no serial console",
        why="A key in the project's metadata opens every machine, and the serial console knows no firewall.",
        fix="Set block-project-ssh-keys to true in metadata, and leave serial-port-enable out.",
        blind="Keys in the machine's own metadata; a serial console that the project's metadata switches on.",
        source="https://cloud.google.com/compute/docs/connect/restrict-ssh-keys (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("G21",),
        maps=_CFG,
        severity=Severity.MEDIUM,
        reads=dict.fromkeys(MACHINES, ("metadata.block-project-ssh-keys", "metadata.serial-port-enable")),
        evaluate=every(
            is_true("metadata.block-project-ssh-keys", "lets in every SSH key of the project"),
            is_one_of("metadata.serial-port-enable", (False, 0, "0", "false", "n", "no"), "has a serial console on the internet", default=False),
        ),
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.Instance(
    "app",
    zone="europe-west1-b",
    machine_type="e2-small",
    boot_disk={"initialize_params": {"image": "debian-cloud/debian-12"}},
    network_interfaces=[{"subnetwork": "projects/acme-prod/regions/europe-west1/subnetworks/work"}],
    metadata={"block-project-ssh-keys": "TRUE", "enable-oslogin": "TRUE"},
)
""",
    ),
    Control(
        id="gcp-vm-forwarding",
        title="Machines do not forward packets of others",
        why="A machine that forwards can carry data past the rules of the network.",
        fix="Leave canIpForward out, or set it to false; routers and network appliances need a waiver.",
        blind="Forwarding in the machine itself, such as a proxy.",
        source="https://cloud.google.com/vpc/docs/using-routes#canipforward (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("G21",),
        maps=_CFG,
        severity=Severity.MEDIUM,
        reads=dict.fromkeys(MACHINES, ("canIpForward",)),
        evaluate=is_false("canIpForward", "may forward packets of others"),
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.Instance(
    "app",
    zone="europe-west1-b",
    machine_type="e2-small",
    boot_disk={"initialize_params": {"image": "debian-cloud/debian-12"}},
    network_interfaces=[{"subnetwork": "projects/acme-prod/regions/europe-west1/subnetworks/work"}],
)
""",
    ),
    Control(
        id="gcp-project-login",
        title="The project's metadata asks IAM and a second factor of whoever logs in",
        why="Access by IAM ends with the grant, while an SSH key in metadata stays until somebody takes it out.",
        fix="Set enable-oslogin and enable-oslogin-2fa to TRUE in metadata.",
        blind="Machines whose own metadata says otherwise, which gcp-vm-login judges; Windows machines.",
        source="https://cloud.google.com/compute/docs/oslogin/set-up-oslogin (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G22",),
        maps=_gcp.FAMILY["IAM"],
        reads={METADATA: (f"metadata.{LOGIN}", f"metadata.{LOGIN_2FA}"), METADATA_ITEM: ("key", "value")},
        evaluate=project_login,
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.ProjectMetadata("login", metadata={"enable-oslogin": "TRUE", "enable-oslogin-2fa": "TRUE"})
""",
    ),
    Control(
        id="gcp-vm-login",
        title="IAM decides who logs in to a machine",
        why="Access by IAM ends with the grant, while an SSH key in metadata stays until somebody takes it out.",
        fix="Set enable-oslogin to TRUE in metadata of the machine, or of the project with ProjectMetadata.",
        blind="Project metadata that another stack sets; Windows machines, and images without OS Login.",
        source="https://cloud.google.com/compute/docs/oslogin (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G22",),
        maps=_gcp.FAMILY["IAM"],
        reads=dict.fromkeys(MACHINES, (f"metadata.{LOGIN}",)),
        looks_at={METADATA: (f"metadata.{LOGIN}",), METADATA_ITEM: ("key", "value")},
        evaluate_linked=login,
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.ProjectMetadata("login", metadata={"enable-oslogin": "TRUE", "enable-oslogin-2fa": "TRUE"})
gcp.compute.Instance(
    "app",
    zone="europe-west1-b",
    machine_type="e2-small",
    boot_disk={"initialize_params": {"image": "debian-cloud/debian-12"}},
    network_interfaces=[{"subnetwork": "projects/acme-prod/regions/europe-west1/subnetworks/work"}],
)
""",
    ),
    Control(
        id="gcp-disk-encryption",
        title="Disks are encrypted with a key of the client's",
        why="Only a key that the client owns lets the client end the provider's reading, and erase what is left, at once.",
        fix="Set diskEncryptionKey.kmsKeySelfLink (kmsKeyName on a regional disk, bootDisk.kmsKeySelfLink on a machine) when the disk is made.",
        blind="Disks that an instance group made from an older template; keys that the client hands over with each call, which stand in the state.",
        source="https://cloud.google.com/compute/docs/disks/customer-managed-encryption (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("G23",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.5", iso="A.8.11"),
        reads={
            DISK: ("diskEncryptionKey.kmsKeySelfLink",),
            REGION_DISK: ("diskEncryptionKey.kmsKeyName",),
            INSTANCE: ("bootDisk.kmsKeySelfLink", "bootDisk.source"),
            **dict.fromkeys(TEMPLATES, ("disks[*].diskEncryptionKey.kmsKeySelfLink", "disks[*].source", "disks[*].type")),
        },
        looks_at={_gcp.KEY: ()},
        evaluate_linked=encrypted,
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
gcp.compute.Disk("data", zone="europe-west1-b", size=100, disk_encryption_key={"kms_key_self_link": key.id})
""",
    ),
)
