"""The certificate for people, written from the predicate and nothing else, and how to check a bundle without this program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from handoff.errors import CoverageIncomplete, PathsRemain
from handoff.evidence.statement import COVERAGE_INCOMPLETE, EXIT_PROVEN

if TYPE_CHECKING:
    from handoff.errors import HandoffError

INSTRUCTIONS = b"""# How to check this certificate

`handoff verify FOLDER --key client=CLIENT.pub --key provider=PROVIDER.pub` checks everything, without network: signatures, digests, the
ledger's chain, and that the statement is what ledger, plan and sweeps come down to. Get both public keys from their owners, not from this folder.

With standard tools (openssl 3, jq, coreutils), in this folder:

1. Every file is what was signed for:

       jq -r '.subject[] | .digest.sha256 + "  " + .name' statement.json | sha256sum --check --strict

2. Who signed. A fingerprint is compared with its owner over another channel:

       openssl pkey -pubin -in keys/client.pub -outform DER | sha256sum
       { printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c < statement.json | tr -d ' ')"; cat statement.json; } > /tmp/pae
       jq -r '.signatures[].sig' certificate.dsse.json | while read -r sig; do
         echo "$sig" | base64 -d > /tmp/sig
         for key in keys/*.pub; do openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in /tmp/pae -sigfile /tmp/sig 2>/dev/null && echo "$key"; done
       done

   Both parties have to appear. The envelope holds the statement as it stands beside it:

       jq -r .payload certificate.dsse.json | base64 -d | cmp - statement.json

3. The ledger hangs together: each line holds the SHA-256 of the line before, line end included.

       sed -n 1p ledger.jsonl | sha256sum; sed -n 2p ledger.jsonl | jq -r .previous

4. A returned bag is the one that was certified: its `tagmanifest-sha256.txt` is the same file as the one in `bags/`.

What each file is: `statement.json` the signed statement; `certificate.dsse.json` the envelope with the signatures; `certificate.md` the same for
people; `ledger.jsonl` everything that was seen, intended, done and proven; `plan.json` what was decided; `sweeps/` what was found before and
after; `bags/` and `documents/` the manifests of what was handed over; `spec.yaml` the engagement; `keys/` public keys.
"""


def certificate(predicate: Mapping[str, Any]) -> bytes:
    """The certificate in Markdown."""
    return ("\n".join([*_head(predicate), *_paths(predicate), *_handed_over(predicate), *_tail(predicate)]) + "\n").encode("utf-8", "backslashreplace")


def _head(predicate: Mapping[str, Any]) -> list[str]:
    said, place = predicate["declared"], predicate["environment"]
    lines = [f"# Certificate of exit: {cell(said['engagement']['name'])}", "", f"**Verdict: {predicate['verdict']}**", ""]
    if predicate["remains"]:
        lines += ["This certificate does **not** say that the provider is gone. What remains:", "", *(f"- {cell(one)}" for one in predicate["remains"]), ""]
    lines += [
        f"- Client: {cell(said['parties']['client'])}",
        f"- Provider: {cell(said['parties']['provider'])}",
        f"- Run: `{predicate['run']}`, plan `{predicate['plan']['digest']}`",
        f"- Recorded until: {predicate['recorded_until']}",
        f"- Where: {'a **lab**, not a real cloud' if place['kind'] == 'lab' else 'real clouds'}; scopes {', '.join(place['scopes'])}",
        f"- Regulations named in the spec: {', '.join(said['regulations']) or 'none'}",
        "",
    ]
    if place["shown_only_on_stand_ins"]:
        lines += ["Shown only against stand-ins:", "", *(f"- {one}" for one in place["shown_only_on_stand_ins"]), ""]
    return lines


def _paths(predicate: Mapping[str, Any]) -> list[str]:
    lines = [
        f"## {len(predicate['paths'])} paths of the provider's",
        "",
        "| verdict | kind | id | scope | holder | cut | not before | probed | canaries refused |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in predicate["paths"]:
        refused = sum(trial["tried"]["outcome"] == "refused" for trial in one["canaries"])
        cells = [
            one["verdict"],
            one["kind"],
            one["id"],
            one["scope"],
            one["holder"],
            one["cut_at"],
            one["not_before"],
            one["probed_at"],
            f"{refused} of {len(one['canaries'])}",
        ]
        lines.append("| " + " | ".join(cell(item) for item in cells) + " |")
    before, after = predicate["sweeps"]["before"], predicate["sweeps"]["after"]
    lines += [
        "",
        f"Paths by party before: {_counts(before['paths'])}; after: {_counts(after['paths'])}.",
        f"Listings read after: {after['listings']}, of them not whole: {len(after['incomplete'])}.",
        "",
    ]
    return lines


def _handed_over(predicate: Mapping[str, Any]) -> list[str]:
    lines = ["## Handed over", ""]
    for one in predicate["returned"]:
        lines.append(
            f"- Bag `{one['bag']}`: {one['objects']} objects, {one['bytes']} bytes of {cell(one['store'])} in {one['scope']}; `{one['tagmanifest']}`. Not in it: {cell(one['blind'])}"
        )
    if predicate["documents"]:
        lines.append(f"- Documents: {predicate['documents']['files']} files, manifest `{predicate['documents']['manifest']}`")
    return [*lines, *(["Nothing is recorded."] if len(lines) == 2 else []), ""]


def _tail(predicate: Mapping[str, Any]) -> list[str]:
    held = predicate["ledger"]
    notes = [f"- {cell(one)}" for one in predicate["residuals"]] or ["- nothing"]
    return [
        "## To know besides",
        "",
        *notes,
        "",
        "## Ledger",
        "",
        f"{held['count']} entries, head `{held['head']}`, Merkle root `{held['merkle_root']}`. How to check: VERIFY.md.",
    ]


def _counts(parties: Mapping[str, int]) -> str:
    return ", ".join(f"{party} {count}" for party, count in sorted(parties.items())) or "none"


def cell(value: object) -> str:
    """Text that cannot break out of a Markdown table or start markup."""
    text = "" if value is None else " ".join(str(value).split())
    for char in "\\`*_[]<>|":
        text = text.replace(char, f"\\{char}")
    return text


def objection(predicate: Mapping[str, Any]) -> HandoffError | None:
    """What a predicate that does not say `exit proven` comes to at the command line."""
    if predicate["verdict"] == EXIT_PROVEN:
        return None
    told = f"the certificate says {predicate['verdict']!r}:\n" + "\n".join(f"  {one}" for one in predicate["remains"])
    return CoverageIncomplete(told) if predicate["verdict"] == COVERAGE_INCOMPLETE else PathsRemain(told)
