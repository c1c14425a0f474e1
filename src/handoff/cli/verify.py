"""`handoff verify`: checks a certificate without network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from handoff.evidence.signing import PublicKey


def verify(
    bundle: Annotated[Path, typer.Argument(help="The certificate: its folder, or the envelope in it.")],
    key: Annotated[list[str] | None, typer.Option("--key", help="A public key that you trust, as PARTY=FILE; once for client, once for provider.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Check signatures of both parties, digests of all files, the ledger's chain, and decide every verdict again from the records. Needs no network.

    Exit codes: 0 it verifies and the exit is proven; 3 or 4 it verifies, and says that something could not be read or remains; 5 it does not verify.
    """
    from handoff.cli import _show
    from handoff.errors import EvidenceInvalid
    from handoff.evidence import readable
    from handoff.evidence import verify as checking
    from handoff.evidence.bundle import Bundle

    report = checking.verify(Bundle.at(bundle), dict(_key(text) for text in key or ()))
    error = (
        readable.objection(report.predicate)
        if report.valid
        else EvidenceInvalid("this certificate does not verify:\n" + "\n".join(f"  {one.name}: {one.detail}" for one in report.checks if not one.passed))
    )
    for one in report.checks:
        if as_json:
            _show.line({"type": "check", "schema_version": 1, "name": one.name, "passed": one.passed, "detail": one.detail})
        else:
            _show.say(f"{'ok  ' if one.passed else 'FAIL'} {one.name}: {one.detail}")
    for text in report.warnings:
        if as_json:
            _show.line({"type": "warning", "schema_version": 1, "text": text})
        else:
            _show.say(f"note {text}")
    verdict = report.predicate["verdict"] if report.valid else None
    if as_json:
        environment = report.predicate["environment"] if report.valid else None
        _show.summary(error.exit_code if error else 0, valid=report.valid, verdict=verdict, keys_given=not report.warnings, environment=environment)
    elif report.valid:
        place = report.predicate["environment"]
        _show.say(
            f"Verifies. It says: {verdict}" + (f" (shown in a lab only: {'; '.join(place['shown_only_on_stand_ins'])})." if place["kind"] == "lab" else ".")
        )
    if error:
        raise error


def _key(text: str) -> tuple[str, PublicKey]:
    from handoff.errors import UsageError
    from handoff.evidence import signing

    party, _, name = text.partition("=")
    if party not in signing.PARTIES or not name:
        raise UsageError(f"--key {text}: write PARTY=FILE with one of {', '.join(signing.PARTIES)}")
    try:
        return party, signing.read_public(Path(name).read_bytes(), name=name)
    except OSError as error:
        raise UsageError(f"--key {text}: {name} cannot be read: {error.strerror}") from error


COMMAND = verify
