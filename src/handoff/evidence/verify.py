"""Checks a certificate's bundle without network and without trust: signatures, digests, chain, and that the statement follows from the records.

Nothing in a proof entry or in the statement is taken at its word: verdicts are decided again from ledger, plan and sweeps, and compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from handoff import canonical
from handoff.errors import EvidenceInvalid, MachineError, UsageError
from handoff.evidence import bundle as files
from handoff.evidence import ledger, readable, signing
from handoff.evidence.certificate import declared, derive_from
from handoff.evidence.signing import PARTIES, PublicKey
from handoff.evidence.state import write_artefact
from handoff.evidence.statement import PREDICATE_TYPE, STATEMENT_TYPE

if TYPE_CHECKING:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner

    from handoff.evidence.bundle import Bundle

_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the check of a bundle gave."""

    checks: tuple[Check, ...]
    warnings: tuple[str, ...]
    predicate: Mapping[str, Any]
    """As the statement says it; rely on it only when `valid`."""

    @property
    def valid(self) -> bool:
        """True when every check passed."""
        return all(check.passed for check in self.checks)


def verify(made: Bundle, given: Mapping[str, PublicKey]) -> Report:
    """Check a bundle; `given` are the keys that the caller trusts, by party. Never raises for what is wrong with the evidence: that is in the report."""
    checks: list[Check] = []
    try:
        envelope, content = _open(made)
    except EvidenceInvalid as error:
        return Report(checks=(Check(name="envelope", passed=False, detail=error.message),), warnings=(), predicate={})
    checks.append(Check(name="envelope", passed=True, detail="holds the statement as it stands beside it"))
    predicate = content["predicate"]
    warnings: list[str] = []
    checks += _signatures(made, envelope, given, warnings)
    rest: tuple[tuple[str, Callable[[], str]], ...] = (
        ("files", lambda: _files(made, content["subject"])),
        ("ledger", lambda: _ledger(made, predicate["ledger"])),
        ("plan", lambda: _plan(made, predicate["plan"])),
        ("spec", lambda: _spec(made, predicate)),
        ("manifests", lambda: _manifests(made, predicate)),
        ("verdict", lambda: _verdict(made, predicate)),
        ("text", lambda: _text(made, predicate)),
    )
    checks += [_run(name, check) for name, check in rest]
    return Report(checks=tuple(checks), warnings=tuple(warnings), predicate=predicate)


def _open(made: Bundle) -> tuple[Envelope, dict[str, Any]]:
    envelope = signing.read_envelope(made.read(files.ENVELOPE), name=str(made.path / files.ENVELOPE))
    if envelope.payload != made.read(files.STATEMENT):
        raise EvidenceInvalid(f"{made.path / files.STATEMENT}: is not what the envelope {files.ENVELOPE} holds: one of them was changed")
    try:
        content = json.loads(envelope.payload)
        right = (
            content["_type"] == STATEMENT_TYPE
            and content["predicateType"] == PREDICATE_TYPE
            and isinstance(content["predicate"], dict)
            and isinstance(content["subject"], list)
        )
    except _MALFORMED as error:
        raise EvidenceInvalid(f"{made.path / files.STATEMENT}: is not a statement") from error
    if not right:
        raise EvidenceInvalid(f"{made.path / files.STATEMENT}: is not a statement about an exit ({PREDICATE_TYPE})")
    return envelope, content


def _run(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name=name, passed=True, detail=check())
    except (EvidenceInvalid, UsageError) as error:
        return Check(name=name, passed=False, detail=error.message)
    except _MALFORMED as error:
        return Check(name=name, passed=False, detail=f"cannot be worked out: {type(error).__name__}: {error}")


def _signatures(made: Bundle, envelope: Envelope, given: Mapping[str, PublicKey], warnings: list[str]) -> Iterator[Check]:
    seen: dict[str, str] = {}
    for party in PARTIES:
        try:
            key = _key(made, party, given.get(party))
        except (EvidenceInvalid, UsageError) as error:
            yield Check(name=f"signature {party}", passed=False, detail=error.message)
            continue
        if key is not None and party not in given:
            warnings.append(
                f"the {party}'s key is the one in the bundle: this shows that nothing changed since it was signed, not who signed. "
                f"Compare the fingerprint {key.fingerprint} with the {party} over another channel, or give --key {party}=FILE."
            )
        yield Check(name=f"signature {party}", **_signature(envelope, party, key, seen))
        if key is not None:
            seen[key.fingerprint] = party


def _key(made: Bundle, party: str, given: PublicKey | None) -> PublicKey | None:
    """The key to check with: the caller's, which the bundle may not contradict, else the bundle's."""
    path = made.keys().get(party)
    if path is None:
        return given
    pem = made.read(f"{files.KEYS}/{party}.pub")
    key = given or signing.read_public(pem, name=str(path))
    if pem != key.pem:
        raise EvidenceInvalid(f"{path}: is not the key that was given for the {party}" if given else f"{path}: was changed")
    return key


def _signature(envelope: Envelope, party: str, key: PublicKey | None, seen: Mapping[str, str]) -> dict[str, Any]:
    if key is None:
        return {"passed": False, "detail": f"the {party} has not signed: no key of the {party}'s in the bundle, and none was given"}
    if key.fingerprint in seen:
        return {"passed": False, "detail": f"the {party}'s key is the {seen[key.fingerprint]}'s: two parties need two keys"}
    if not signing.signed_by(envelope, key):
        return {
            "passed": False,
            "detail": f"{files.ENVELOPE} holds no good signature of the {party}'s key {key.fingerprint} (that of {files.KEYS}/{party}.pub, unless one was given)",
        }
    return {"passed": True, "detail": f"good, key {key.fingerprint}"}


def _files(made: Bundle, subjects: list[Mapping[str, Any]]) -> str:
    signed = {str(one["name"]): str(one["digest"]["sha256"]) for one in subjects}
    there = made.subjects()
    if len(signed) != len(subjects):
        raise EvidenceInvalid(f"{made.path / files.STATEMENT}: names a file twice")
    wrong = [f"{made.path / name}: missing" for name in sorted(signed.keys() - there.keys())]
    wrong += [
        f"{made.path / name}: was changed: its SHA-256 is not the one that was signed"
        for name in sorted(signed.keys() & there.keys())
        if signed[name] != there[name]
    ]
    wrong += [f"{made.path / name}: was not signed for" for name in sorted(there.keys() - signed.keys())]
    if wrong:
        raise EvidenceInvalid("; ".join(wrong))
    return f"{len(signed)} files, each with the digest that was signed"


def _ledger(made: Bundle, said: Mapping[str, Any]) -> str:
    made.read(files.LEDGER)
    found = ledger.verify(made.path / files.LEDGER)
    if (found.count, found.head, found.merkle_root) != (said["count"], said["head"], said["merkle_root"]):
        raise EvidenceInvalid(
            f"{made.path / files.LEDGER}: {found.count} entries with head {found.head}; the statement says {said['count']} with {said['head']}"
        )
    return f"{found.count} entries, each following from the one before; Merkle root {found.merkle_root}"


def _plan(made: Bundle, said: Mapping[str, Any]) -> str:
    return _same(made, files.PLAN, said["digest"])


def _same(made: Bundle, name: str, digest: str) -> str:
    found = f"sha256:{canonical.sha256(made.read(name))}"
    if found != digest:
        raise EvidenceInvalid(f"{made.path / name}: has the digest {found}; the records say {digest}")
    return found


def _spec(made: Bundle, predicate: Mapping[str, Any]) -> str:
    from handoff import spec

    digest = _same(made, files.SPEC, predicate["plan"]["spec"])
    made_at = datetime.fromisoformat(predicate["plan"]["made_at"])
    said = declared(spec.load(made.path / files.SPEC, today=made_at.date()).engagement)
    if canonical.encode(said) != canonical.encode(predicate["declared"]):
        raise EvidenceInvalid(f"{made.path / files.STATEMENT}: what it says of the engagement is not what {files.SPEC} says")
    return digest


def _manifests(made: Bundle, predicate: Mapping[str, Any]) -> str:
    for one in predicate["returned"]:
        _same(made, f"bags/{one['bag']}/tagmanifest-sha256.txt", one["tagmanifest"])
        _same(made, f"bags/{one['bag']}/manifest-sha256.txt", one["manifest"])
    if predicate["documents"]:
        _same(made, "documents/manifest.json", predicate["documents"]["manifest"])
    return f"{len(predicate['returned'])} bag(s), {'the' if predicate['documents'] else 'no'} documents"


def _verdict(made: Bundle, predicate: Mapping[str, Any]) -> str:
    again = derive_from(made, predicate["declared"])
    if canonical.encode(again) != canonical.encode(predicate):
        differs = sorted(name for name in again.keys() | predicate.keys() if canonical.encode(again.get(name)) != canonical.encode(predicate.get(name)))
        raise EvidenceInvalid(
            f"{made.path / files.STATEMENT}: does not follow from ledger, plan and sweeps in: {', '.join(differs)}; they come down to {again['verdict']!r}"
        )
    return f"{again['verdict']}, decided again from ledger, plan and sweeps"


def _text(made: Bundle, predicate: Mapping[str, Any]) -> str:
    if readable.certificate(predicate) != made.read("certificate.md"):
        raise EvidenceInvalid(f"{made.path / 'certificate.md'}: does not say what the statement says")
    return "certificate.md says what the statement says"


def sign(made: Bundle, signer: CryptoSigner, party: str) -> tuple[PublicKey, Mapping[str, Any]]:
    """Check all but signatures, then put a party's signature under the statement and its key beside it. Raises EvidenceInvalid, UsageError, MachineError."""
    key = signing.public_of(signer)
    report = verify(made, {})
    wrong = [check for check in report.checks if not check.passed and not check.name.startswith("signature ")]
    if wrong:
        raise EvidenceInvalid("not signed, because it does not verify:\n" + "\n".join(f"  {check.name}: {check.detail}" for check in wrong))
    for other, path in made.keys().items():
        held = signing.read_public(path.read_bytes(), name=str(path)).fingerprint
        if (held == key.fingerprint) != (other == party):
            told = "this is that party's key: each party signs with its own" if other != party else "the party has signed with another key already"
            raise UsageError(f"{path}: {told}", hint="Build the certificate again with `handoff certify` to begin anew.")
    envelope = signing.read_envelope(made.read(files.ENVELOPE), name=files.ENVELOPE)
    try:
        (made.path / files.KEYS).mkdir(exist_ok=True)
    except OSError as error:
        raise MachineError(f"{made.path}: cannot be written: {error.strerror}") from error
    write_artefact(made.path / files.ENVELOPE, signing.sign(envelope, signer))
    write_artefact(made.path / files.KEYS / f"{party}.pub", key.pem)
    return key, report.predicate
