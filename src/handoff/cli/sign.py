"""`handoff sign`: puts a party's signature under a certificate, or makes the key for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def sign(
    bundle: Annotated[Path | None, typer.Argument(help="The certificate: its folder, or the envelope in it.")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Private key (Ed25519, PEM, mode 0600).")] = None,
    party: Annotated[str | None, typer.Option("--party", help="For whom: client or provider.")] = None,
    new_key: Annotated[Path | None, typer.Option("--new-key", help="Make a key pair FILE and FILE.pub instead of signing.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Check a certificate's content and sign it for one party. Both parties sign the same envelope, in either order.

    Exit codes: 0 signed; 2 no such key or certificate; 5 the certificate does not verify, so it was not signed.
    """
    from handoff.cli import _show
    from handoff.errors import UsageError
    from handoff.evidence import signing
    from handoff.evidence.bundle import Bundle
    from handoff.evidence.verify import sign as put_under

    if new_key is not None:
        if bundle or key or party:
            raise UsageError("--new-key stands alone", hint="Make the key first, then sign with it.")
        made = signing.new_key(new_key)
        if as_json:
            _show.summary(0, key=str(new_key), public=f"{new_key}.pub", fingerprint=made.fingerprint)
        else:
            _show.say(f"Private key {new_key} (keep it), public key {new_key}.pub (give it to the other party).\nFingerprint {made.fingerprint}")
        return
    if bundle is None or key is None or party not in signing.PARTIES:
        raise UsageError("name the certificate, --key FILE and --party client or provider", hint="`handoff sign --new-key FILE` makes a key pair.")
    signed, predicate = put_under(Bundle.at(bundle), signing.read_private(key), party)
    if as_json:
        _show.summary(0, party=party, fingerprint=signed.fingerprint, verdict=predicate["verdict"])
    else:
        _show.say(f"Signed for the {party} with key {signed.fingerprint}. The certificate says: {predicate['verdict']}.")


COMMAND = sign
