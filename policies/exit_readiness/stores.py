"""Every data store has a class, goes back, and can be destroyed for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, Verdict, fail, not_applicable, unknown
from handoff.controls.resource import Unknown
from handoff.controls.rules import LATER, own_key

from . import _aws_types, _stores
from ._ways import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

    from ._stores import Classed

_NO_DATA = "its tag says that it keeps no data of the client's"
_NO_KEY = "is encrypted with no key of the client's, so it cannot be destroyed by destroying the key, which its class asks for"


def store_class(resource: Resource, context: Context) -> Iterator[Finding]:
    """Its tag names a class of the spec, or the spec's own list of stores names it."""
    store = _stores.STORES.get(resource.type) or _stores.COPIES.get(resource.type) or _stores.SECRETS[resource.type]
    found = _stores.classed(resource, store, context)
    if isinstance(found, Unknown):
        yield unknown(f"its data class {LATER}", store.tags)
    elif found.is_without_data:
        yield not_applicable(_NO_DATA)
    elif found.says and not found.classes:
        yield fail(f"its data class {found.says} stands nowhere in the spec", store.tags)
    elif not found.says and not found.by_name:
        yield fail("has no data class: no data-class tag, and no store of the environment has its name", store.tags)


def export(resource: Resource, context: Context) -> Iterator[Finding]:
    """Some export returns the data of this type."""
    if resource.type not in context.returns:
        yield fail("keeps data, and no export returns data of this type")


def destruction(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """By its class: a key of the client's to destroy, or nothing that keeps a deletion from being final in time."""
    store = _stores.STORES.get(resource.type) or _stores.COPIES[resource.type]
    found = _stores.classed(resource, store, context)
    if isinstance(found, Unknown):
        yield unknown(f"its data class {LATER}, so how it has to be destroyed is not known", store.tags)
    elif found.is_without_data:
        yield not_applicable(_NO_DATA)
    elif not found.classes:
        yield unknown("which class its data has is not known, so neither is how it has to be destroyed", store.tags)
    else:
        yield from _by_class(resource, stack, context, store, found)


def _by_class(resource: Resource, stack: Stack, context: Context, store: Store, found: Classed) -> Iterator[Finding]:
    how = {one.destruction for one in found.classes}
    if "cryptographic-erase" in how:
        yield from _keyed(resource, stack, context, store)
    if "delete" in how:
        yield from _unlocked(resource, stack, context)


def _keyed(resource: Resource, stack: Stack, context: Context, store: Store) -> Iterator[Finding]:
    """The best of the places that may name its key."""
    said: list[list[Finding]] = []
    certain = True
    for path in store.keys:
        said.append(list(own_key(path, _NO_KEY)(resource, stack, context)))
    if resource.type in _aws_types.BUCKETS:
        for kind in _stores.SSE:
            settings, known = stack.settings_of(resource, kind, "bucket", identity="bucket")
            certain = certain and known
            said += [list(own_key(_stores.SSE_KEY, _NO_KEY)(one, stack, context)) for one in settings]
    parent = _stores.parent_of(resource, stack, store)
    if parent is not None and parent.type in _stores.PARENT_KEYS:
        said.append(list(own_key(_stores.PARENT_KEYS[parent.type], _NO_KEY)(parent, stack, context)))
    if any(not one for one in said):
        return
    unsure = next((one for one in said if all(each.verdict is Verdict.UNKNOWN for each in one)), None)
    if unsure is not None:
        yield from unsure
    elif not certain or (store.parent[1] in _stores.PARENT_KEYS and parent is None):
        yield unknown("whether it is encrypted with a key of the client's, another resource tells that is not known")
    elif said:
        yield from said[-1] if not store.keys else said[0]
    else:
        yield fail("can have no key of the client's, so it cannot be destroyed by destroying the key, which its class asks for")


def _unlocked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """What is written on the term's last day can be deleted before the retrieval period ends."""
    own = _stores.OWN_LOCKS.get(resource.type)
    found = [(resource, own)] if own is not None else []
    for kind, by, identity, lock in _stores.SET_LOCKS.get(resource.type, ()):
        settings, _ = stack.settings_of(resource, kind, by, identity=identity)
        found += [(one, lock) for one in settings]
    longest = context.engagement.exit.retrieval.days
    for one, lock in found:
        days = _stores.locked_days(one, lock)
        path = lock.days if one is resource else ""
        if isinstance(days, Unknown):
            yield unknown(f"how long it is locked {LATER}", path)
        elif days is not None and days > longest:
            yield fail(f"is locked for {days:g} days, and nobody can lift that: what is written last outlives the {longest} days of retrieval", path)


VALUES = {
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretString", "secretBinary"),
    "aws:ssm/parameter:Parameter": ("value",),
    "azure-native:keyvault:Secret": ("properties.value",),
    "gcp:secretmanager/secretVersion:SecretVersion": ("secretData",),
    "gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion": ("secretData",),
}
"""Types by which the program itself puts a value into a secrets store, which then stands in the stack's state."""


def secret_value(resource: Resource, context: Context) -> Iterator[Finding]:
    """A value that stands in the state is readable to whoever holds the state's key, so that key has to be the client's or be changed."""
    if resource.type == "aws:ssm/parameter:Parameter" and resource.get("type") != "SecureString":
        yield not_applicable("keeps no secret")
        return
    path = next((path for path in VALUES[resource.type] if resource.get(path) is not None), None)
    if path is None:
        yield not_applicable("the program gives it no value")
        return
    state = context.engagement.state
    if state is None:
        yield unknown("its value stands in the stack's state, and the spec does not say whose key that is encrypted with", path)
    elif state.secrets_owner == "provider" and not state.rekey:
        yield fail("its value stands in the stack's state, encrypted with a key of the provider's, and no step changes that at the exit", path)


def _paths(store: Store) -> tuple[str, ...]:
    return tuple(filter(None, (store.tags, *store.keys, store.parent[0])))


_LOCK_PATHS = {token: (one.days, *filter(None, (one.years, one.on))) for token, one in _stores.OWN_LOCKS.items()}
_SETTINGS = {kind: (by, lock.days, *filter(None, (lock.years, lock.on))) for settings in _stores.SET_LOCKS.values() for kind, by, _, lock in settings}
_WHOLE = {token: store for token, store in _stores.STORES.items() if not store.is_part}
CONTROLS = (
    Control(
        id="exit-store-class",
        title="Every data store names the class of its data",
        why="The class decides where data may lie, in which form it goes back and how it is destroyed.",
        fix="Give it the tag (Google Cloud: the label) data-class with a class of the spec, or list it under environments[].stores.",
        blind="Whether the data is of the class that the tag says.",
        source="https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final (read 2026-11-22)",
        maps=Maps(nist="CM-8 RA-2", iso="A.5.9 A.5.12"),
        also=("gdpr 30",),
        severity=Severity.MEDIUM,
        category=Category.EXIT,
        reads={
            token: tuple(filter(None, (store.tags,)))
            for token, store in {**_WHOLE, **_stores.COPIES, **_stores.SECRETS}.items()
            if store.tags or not store.parent[1]
        },
        evaluate=store_class,
        snippet="""\
import pulumi_aws as aws

aws.s3.Bucket("records", tags={"data-class": "phi"})
""",
    ),
    Control(
        id="exit-store-export",
        title="Every data store can be returned",
        why="The client is entitled to its data in full at the exit; a store that nobody can export is a lock-in.",
        fix="Use a store type that an export covers (`handoff export --help`), or add an export.",
        blind="Data inside machines and clusters, and stores that no resource of the stack is.",
        source="https://eur-lex.europa.eu/eli/reg/2023/2854/oj (read 2026-11-22)",
        maps=Maps(iso="A.5.23"),
        also=("eu-data-act 25", "gdpr 28(3)(g)"),
        category=Category.EXIT,
        reads={token: () for token, store in _stores.STORES.items() if store.is_whole},
        evaluate=export,
        snippet="""\
import pulumi_gcp as gcp

gcp.storage.Bucket("records", location="EUROPE-WEST1", labels={"data-class": "phi"})
""",
    ),
    Control(
        id="exit-store-destruction",
        title="Every data store can be destroyed for good, as its class asks",
        why="The provider has to prove that nothing is left, and the client has to be able to make it so without the provider.",
        fix="cryptographic-erase: name a key of the client's on the store. delete: no retention that nobody can lift and that is longer than exit.retrieval.",
        blind="Legal holds, retention of single objects, and what is left in backups of the cloud itself.",
        source="https://csrc.nist.gov/pubs/sp/800/88/r1/final (read 2026-11-22)",
        maps=Maps(nist="MP-6 SI-12", hipaa="310(d)(2)(i)", iso="A.8.10"),
        also=("gdpr 28(3)(g)",),
        category=Category.EXIT,
        reads={token: (*_paths(store), *_LOCK_PATHS.get(token, ())) for token, store in {**_WHOLE, **_stores.COPIES}.items()},
        looks_at={
            **_SETTINGS,
            **{token: (path,) for token, path in _stores.PARENT_KEYS.items()},
            **dict.fromkeys(_stores.SSE, ("bucket", _stores.SSE_KEY)),
        },
        evaluate_linked=destruction,
        snippet="""\
import pulumi_aws as aws

key = aws.kms.Key("records", description="Client records", enable_key_rotation=True)
aws.rds.Instance(
    "records",
    instance_class="db.t4g.small",
    engine="postgres",
    allocated_storage=100,
    storage_encrypted=True,
    kms_key_id=key.arn,
    tags={"data-class": "phi"},
)
""",
    ),
    Control(
        id="exit-secret-value",
        title="A secret that the program sets is not left in a state that the provider can read",
        why="The stack's state repeats the value, so whoever can decrypt the state still knows the secret after the exit.",
        fix="Let the application or the client write the value; else keep the state's secrets provider the client's, or give state.rekey in the spec.",
        blind="Who has read the value before, and copies of the state.",
        source="https://www.pulumi.com/docs/iac/concepts/secrets/ (read 2026-11-22)",
        maps=Maps(nist="IA-5 SC-28", iso="A.5.17"),
        category=Category.EXIT,
        reads={token: ("type", *paths) if token.startswith("aws:ssm") else paths for token, paths in VALUES.items()},
        evaluate=secret_value,
        snippet="""\
import pulumi
import pulumi_aws as aws

aws.secretsmanager.SecretVersion("records", secret_id="records", secret_string=pulumi.Output.secret("only for the lab"))
""",
    ),
)
