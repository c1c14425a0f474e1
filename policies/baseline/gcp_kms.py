"""Cloud KMS keys of the client: rotated, closed, in hardware where the data asks for it, and not lost by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, alone, is_at_least, is_at_most, is_one_of, when

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

KEY = _gcp.KEY
ON_KEYS = _gcp.forms("kms/cryptoKeyIAM", "kms/keyRingIAM", "kms/ekmConnectionIam")
ON_PROJECTS = _gcp.forms("projects/iAM")
ADMINISTRATION = frozenset({"roles/cloudkms.admin", "roles/owner"})
USE = frozenset(
    {
        "roles/cloudkms.cryptoKeyDecrypter",
        "roles/cloudkms.cryptoKeyDecrypterViaDelegation",
        "roles/cloudkms.cryptoKeyEncrypter",
        "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        "roles/cloudkms.cryptoKeyEncrypterDecrypterViaDelegation",
        "roles/cloudkms.cryptoKeyEncrypterViaDelegation",
        "roles/cloudkms.cryptoOperator",
        "roles/cloudkms.signer",
        "roles/cloudkms.signerVerifier",
    }
)
OUTSIDE = ("EXTERNAL", "EXTERNAL_VPC")
QUARTER_S, MONTH_S = 90 * 24 * 60 * 60, 30 * 24 * 60 * 60
_rotates = when(
    "purpose",
    ("ENCRYPT_DECRYPT",),
    is_at_most("rotationPeriod", QUARTER_S, "does not rotate within 90 days"),
    "signs, or encrypts asymmetrically, which Cloud KMS cannot rotate by itself",
    default="ENCRYPT_DECRYPT",
)
_turns = _gcp.unless("importOnly", (True,), _rotates, "its material is made outside of Cloud KMS, which cannot rotate it")
_in_hardware = is_one_of("versionTemplate.protectionLevel", ("HSM", "HSM_SINGLE_TENANT", *OUTSIDE), "guards restricted data in software", default="SOFTWARE")


def hardware(resource: Resource, context: Context) -> Iterator[Finding]:
    """Keys of restricted data live in hardware."""
    if _gcp.is_restricted(resource, context):
        yield from _in_hardware(resource, context)
    else:
        yield not_applicable("no data class of this key is restricted")


def duties(resource: Resource, stack: Stack, _: Context) -> Iterator[Finding]:
    """Nobody both administers keys and uses them."""
    for one in _gcp.grants(resource):
        if not isinstance(one.role, Unknown) and one.role not in ADMINISTRATION:
            continue
        for other, use in _uses(stack):
            if use == one and other is resource:
                continue
            same = _same(resource, one, other, use)
            if isinstance(same, Unknown) or (same and UNKNOWN in (one.role, use.role)):
                yield unknown(f"whether {one.path} names who also uses keys through {other.name} {LATER}", one.path)
            elif same:
                yield fail(f"makes {_shown(one.member)} an administrator of keys that {other.name} lets him use", one.path)


def _uses(stack: Stack) -> Iterator[tuple[Resource, _gcp.Grant]]:
    for resource in stack.of(*ON_KEYS, *ON_PROJECTS):
        for one in _gcp.grants(resource):
            if isinstance(one.role, Unknown) or one.role in USE:
                yield resource, one


def _same(resource: Resource, one: _gcp.Grant, other: Resource, use: _gcp.Grant) -> bool | Unknown:
    """Whether two grants are for one member; members that are not known yet are told apart by what they were made from."""
    if not isinstance(one.member, Unknown) and not isinstance(use.member, Unknown):
        return one.member != "" and one.member == use.member
    left, right = _gcp.made_from(resource, one.path), _gcp.made_from(other, use.path)
    return left == right if left and right else UNKNOWN


def _shown(member: str | Unknown) -> str:
    return "the same account" if isinstance(member, Unknown) else member


CONTROLS = (
    Control(
        id="gcp-kms-rotation",
        title="Symmetric keys rotate at least every 90 days",
        why="A key that never changes exposes everything it ever encrypted when it leaks.",
        fix="Set rotationPeriod to 7776000s or less.",
        blind="Whether old versions are disabled, and whether data is encrypted again with the new one.",
        source="https://cloud.google.com/kms/docs/key-rotation (read 2026-11-22)",
        category=Category.BASELINE,
        family="KEY",
        rows=("G07",),
        maps=Maps(nist="~SC-12 SC-12(2)", hipaa="312(a)(2)(iv)", pci="3.7.4 3.7.5", soc2="PI1.5", iso="A.8.24"),
        severity=Severity.MEDIUM,
        reads={KEY: ("rotationPeriod", "purpose", "importOnly", "versionTemplate.protectionLevel")},
        remedy={"rotationPeriod": f"{QUARTER_S}s"},
        evaluate=_gcp.unless("versionTemplate.protectionLevel", OUTSIDE, _turns, "its material is kept outside of Cloud KMS, which cannot rotate it"),
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
""",
    ),
    Control(
        id="gcp-kms-destruction",
        title="A key version waits at least 30 days before it is destroyed",
        why="Data whose key is gone is gone, so the client needs time to notice and to call it back.",
        fix="Leave destroyScheduledDuration out, or set it to 2592000s or more; a key that exists keeps what it was made with.",
        blind="Versions that already wait to be destroyed; a lower limit in an organization policy.",
        source="https://cloud.google.com/kms/docs/destroy-restore (read 2026-11-22)",
        category=Category.BASELINE,
        family="DEL",
        rows=("G08",),
        maps=Maps(nist="~CP-9 SI-12", hipaa="312(c)(1)", pci="~10.3.4 3.2.1", soc2="PI1.5", iso="~A.8.10 A.8.13"),
        reads={KEY: ("destroyScheduledDuration",)},
        evaluate=is_at_least("destroyScheduledDuration", MONTH_S, "is destroyed too few seconds after somebody asks for it", default=MONTH_S),
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s", destroy_scheduled_duration="2592000s")
""",
    ),
    Control(
        id="gcp-kms-hardware",
        title="Keys of restricted data are kept in hardware",
        why="Material that lives in a certified module cannot be copied out of it, not even by whoever runs the service.",
        fix="Set versionTemplate.protectionLevel to HSM; a key that exists keeps its level, so make a new one.",
        blind="Versions that were made with another level; keys without the label of a data class count for all classes of the environment.",
        source="https://cloud.google.com/kms/docs/protection-levels (read 2026-11-22)",
        category=Category.BASELINE,
        family="KEY",
        rows=("G08",),
        maps=_gcp.FAMILY["KEY"],
        severity=Severity.MEDIUM,
        reads={KEY: ("versionTemplate.protectionLevel",)},
        evaluate=hardware,
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
template = {"algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION", "protection_level": "HSM"}
gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s", version_template=template)
""",
    ),
    Control(
        id="gcp-kms-public",
        title="No grant opens a key to everybody",
        why="A key that anyone may use protects nothing.",
        fix="Name users, groups or service accounts in member or members, and take allUsers and allAuthenticatedUsers out.",
        blind="Grants on the project or above it, which gcp-iam-public judges.",
        source="https://cloud.google.com/kms/docs/iam (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G09",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="308(a)(3)(i)", pci="7.2.1 7.2.2", soc2="CC6.3 CC1.3", iso="A.5.15 A.8.2"),
        severity=Severity.CRITICAL,
        reads=ON_KEYS,
        evaluate_linked=alone(_gcp.nobody_at_large("lets in")),
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
role = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
gcp.kms.CryptoKeyIAMMember("app", crypto_key_id=key.id, role=role, member="serviceAccount:app@acme-prod.iam.gserviceaccount.com")
""",
    ),
    Control(
        id="gcp-kms-duties",
        title="Nobody both administers keys and uses them",
        why="Whoever does both can read the data and then destroy the key, alone.",
        fix="Give roles/cloudkms.admin and the roles that encrypt or decrypt to different members (role, member).",
        blind="Members of a group, grants outside this stack, and custom roles.",
        source="https://cloud.google.com/kms/docs/separation-of-duties (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G09",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="308(a)(3)(i)", pci="7.2.1 7.2.2", soc2="CC6.3 CC1.3", iso="A.5.15 A.8.2"),
        reads={**ON_KEYS, **ON_PROJECTS},
        evaluate_linked=duties,
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
role = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
gcp.kms.CryptoKeyIAMMember("app", crypto_key_id=key.id, role=role, member="serviceAccount:app@acme-prod.iam.gserviceaccount.com")
gcp.kms.KeyRingIAMMember("admin", key_ring_id=ring.id, role="roles/cloudkms.admin", member="group:key-admins@acme.example")
""",
    ),
)
