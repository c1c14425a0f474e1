"""Virtual machines and disks: how people log in, what they start from, and who can copy a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, not_applicable
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import alone, both, every, is_one_of, is_true, own_key

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, ResourceRule
    from handoff.controls.resource import Resource

MACHINE = "azure-native:compute:VirtualMachine"
SCALE_SET = "azure-native:compute:VirtualMachineScaleSet"
DISK = "azure-native:compute:Disk"
PREFIX = {MACHINE: "", SCALE_SET: "virtualMachineProfile."}
"""Where a type keeps the machine's settings."""
SYSTEM = (
    "osProfile.linuxConfiguration.disablePasswordAuthentication",
    "osProfile.windowsConfiguration",
    "storageProfile.osDisk.osType",
    "storageProfile.imageReference.publisher",
)
TRUSTED = ("securityProfile.encryptionAtHost", "securityProfile.securityType", "securityProfile.uefiSettings.secureBootEnabled")


def _of_both(paths: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {token: tuple(f"{prefix}{path}" for path in paths) for token, prefix in PREFIX.items()}


def passwords(resource: Resource, context: Context) -> Iterator[Finding]:
    """Linux machines take keys only."""
    prefix = PREFIX[resource.type]
    if resource.get(f"{prefix}osProfile") is None:
        yield not_applicable("starts from a disk that has its users already")
    elif _is_windows(resource, prefix):
        yield not_applicable("runs Windows")
    else:
        yield from is_true(f"{prefix}{SYSTEM[0]}", "lets people log in with a password")(resource, context)


def _is_windows(resource: Resource, prefix: str) -> bool:
    publisher = resource.get(f"{prefix}storageProfile.imageReference.publisher")
    return (
        resource.get(f"{prefix}storageProfile.osDisk.osType") == "Windows"
        or resource.get(f"{prefix}osProfile.windowsConfiguration") not in (None, UNKNOWN)
        or (isinstance(publisher, str) and publisher.lower().startswith("microsoftwindows"))
    )


def trusted(prefix: str) -> ResourceRule:
    """The host encrypts all disks, and the firmware starts signed code only."""
    host, kind, boot = (f"{prefix}{path}" for path in TRUSTED)
    return every(
        is_true(host, "does not encrypt its temporary disk and caches at the host"),
        is_one_of(kind, ("TrustedLaunch", "ConfidentialVM"), "starts without trusted launch"),
        is_true(boot, "starts without secure boot"),
    )


CONTROLS = (
    Control(
        id="azure-vm-ssh-keys",
        title="Linux machines refuse passwords",
        why="Passwords are guessed and shared, and nobody can tell afterwards who still knows one.",
        fix="Set osProfile.linuxConfiguration.disablePasswordAuthentication to true and give publicKeys.",
        blind="What the image itself allows, and keys that somebody adds later.",
        source="https://learn.microsoft.com/azure/virtual-machines/linux/create-ssh-keys-detailed (read 2026-11-22)",
        category=Category.BASELINE,
        family="CRD",
        rows=("Z31",),
        maps=Maps(nist="IA-5 IA-5(1)", hipaa="~312(d) 308(a)(3)(ii)(C)", pci="~8.3.9 8.6.3", soc2="~CC6.1 CC6.2", iso="~A.5.17 A.5.18"),
        reads=_of_both(SYSTEM),
        evaluate=passwords,
        snippet="""\
from pulumi_azure_native import compute

compute.VirtualMachine(
    "web",
    resource_group_name="acme-prod",
    os_profile={"computer_name": "web", "admin_username": "operator", "linux_configuration": {"disable_password_authentication": True}},
)
""",
    ),
    Control(
        id="azure-vm-trusted-launch",
        title="Machines encrypt at the host and start from trusted firmware",
        why="Temporary disks and caches hold copies of data outside the disk's encryption, and code below the system outlives a reinstallation.",
        fix="Set securityProfile.encryptionAtHost to true, securityType to TrustedLaunch and uefiSettings.secureBootEnabled to true.",
        blind="Machine sizes and images that offer neither, for which a waiver is needed.",
        source="https://learn.microsoft.com/azure/virtual-machines/trusted-launch (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("Z32",),
        maps=Maps(nist="SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="~A.8.24 A.8.11"),
        reads=_of_both(TRUSTED),
        evaluate=shapes.by_type({token: trusted(prefix) for token, prefix in PREFIX.items()}),
        snippet="""\
from pulumi_azure_native import compute

compute.VirtualMachine(
    "web",
    resource_group_name="acme-prod",
    security_profile={
        "encryption_at_host": True,
        "security_type": "TrustedLaunch",
        "uefi_settings": {"secure_boot_enabled": True, "v_tpm_enabled": True},
    },
)
""",
    ),
    Control(
        id="azure-disk-closed",
        title="Disks are under the client's key and cannot be exported over the internet",
        why="A disk can be downloaded as a whole through one address, and without the client's key it can be read anywhere.",
        fix="Set encryption.diskEncryptionSetId, publicNetworkAccess to Disabled and networkAccessPolicy to DenyAll or AllowPrivate.",
        blind="Disks that a machine makes for itself, and snapshots.",
        source="https://learn.microsoft.com/azure/virtual-machines/disk-encryption (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("Z33",),
        maps=Maps(nist="SC-12", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="PI1.5", iso="A.8.24 A.8.11"),
        reads={DISK: ("encryption.diskEncryptionSetId", "publicNetworkAccess", "networkAccessPolicy")},
        evaluate_linked=both(
            own_key("encryption.diskEncryptionSetId", "names no disk encryption set, so the service's key is used"),
            alone(shapes.closed("can be exported over public networks")),
            alone(is_one_of("networkAccessPolicy", ("DenyAll", "AllowPrivate"), "can be exported from every network", default="AllowAll")),
        ),
        snippet="""\
from pulumi_azure_native import compute

keys = compute.DiskEncryptionSet("disks", resource_group_name="acme-prod")
compute.Disk(
    "records",
    resource_group_name="acme-prod",
    creation_data={"create_option": "Empty"},
    disk_size_gb=64,
    encryption={"type": "EncryptionAtRestWithCustomerKey", "disk_encryption_set_id": keys.id},
    public_network_access="Disabled",
    network_access_policy="DenyAll",
)
""",
    ),
)
