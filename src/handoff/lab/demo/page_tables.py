"""The page's lists: every way in, every verdict, every file, and how to check it oneself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from urllib.parse import quote

from handoff.lab.demo.page_facts import PROVEN, STAYS, Facts, Record, key_of, number_of, records, text_of, texts
from handoff.lab.demo.page_picture import CLOUD_NAMES, PARTY_NAMES, kind_title, party_class
from handoff.lab.demo.page_text import breakable, counted, size, text

_MOST_DOCUMENTS = 24
_MOST_OPEN = 60
"""Rows of a table that stands open by itself."""


def every_path(facts: Facts) -> str:
    """All ways in before the exit, to be filtered."""
    if not facts.before:
        return ""
    rows = "".join(_path_row(facts, one) for one in facts.before)
    head = "".join(f'<th scope="col">{one}</th>' for one in ("Whose, and why", "Cloud", "Way in", "Holder, and what it opens", "Verdict"))
    table = f'<table class="cards" id="every-path"><caption class="quiet">The ways in as listed before the exit, with what became of them.</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return _section(
        "paths",
        "Every way in",
        f'{_filters(facts)}<details class="long" id="list"{" open" if len(facts.before) <= _MOST_OPEN else ""}><summary>One by one</summary>{table}</details><p class="nothing" hidden>No way in fits this filter.</p>',
    )


def _filters(facts: Facts) -> str:
    parties = list(dict.fromkeys(text_of(one, "party") for one in facts.before))
    clouds = sorted({text_of(one, "cloud") for one in facts.before})
    verdicts = list(dict.fromkeys(facts.verdict(one) for one in facts.before))
    choices = (
        _choice("party", "Party", [(one, PARTY_NAMES.get(one, one)) for one in parties]),
        _choice("cloud", "Cloud", [(one, CLOUD_NAMES.get(one, one)) for one in clouds]),
        _choice("verdict", "Verdict", [(one, _verdict_words(one)) for one in verdicts]),
        _choice("origin", "Origin", [("yes", "Opened by hand")]) if facts.hidden_keys else "",
    )
    return f'<form class="filters" role="search" aria-label="Filter the ways in" hidden><label>Search<input type="search" name="words" autocomplete="off"></label>{"".join(choices)}<output>{counted(len(facts.before), "way in", "ways in")}</output></form>'


def _choice(name: str, label: str, options: Sequence[tuple[str, str]]) -> str:
    told = "".join(f'<option value="{text(value)}">{text(words)}</option>' for value, words in options)
    return f'<label>{label}<select name="{name}"><option value="">All</option>{told}</select></label>'


def _path_row(facts: Facts, one: Record) -> str:
    party, cloud, said = text_of(one, "party"), text_of(one, "cloud"), facts.verdict(one)
    by_hand = key_of(one) in facts.hidden_keys
    whose = text_of(one, "third_party") or PARTY_NAMES.get(party, party)
    cells = (
        ("Whose, and why", f'<span class="party {party_class(party)}">{text(whose)}</span><small>{breakable(text_of(one, "why"))}</small>'),
        ("Cloud", f"{text(CLOUD_NAMES.get(cloud, cloud))}<small>{breakable(text_of(one, 'scope'))}</small>"),
        ("Way in", f"{text(kind_title(text_of(one, 'kind')))}{'<em>opened by hand</em>' if by_hand else ''}<small>{breakable(text_of(one, 'id'))}</small>"),
        ("Holder, and what it opens", f"{breakable(text_of(one, 'holder'))}<small>{breakable(text_of(one, 'allows'))}</small>"),
        ("Verdict", _mark(said)),
    )
    data = f'data-party="{text(party)}" data-cloud="{text(cloud)}" data-verdict="{text(said)}" data-origin="{"yes" if by_hand else ""}"'
    return f"<tr {data}>{_cells(cells)}</tr>"


def every_proof(facts: Facts) -> str:
    """All verdicts, with how they were reached."""
    if not facts.proofs:
        return ""
    rows = "".join(_proof_row(facts, key, one) for key, one in facts.proofs.items())
    head = "".join(f'<th scope="col">{one}</th>' for one in ("Way in", "Where", "Holder", "How it was shown", "Verdict"))
    intro = (
        "<p>After the lag of its kind, each way in is listed again with fresh connections and probed. Where the provider gave up a credential, that is tried too: "
        "it has to be refused while the client's own credential works on the same call. A timeout or a server error counts as unknown, never as refused.</p>"
    )
    table = (
        f'<table class="cards"><caption class="quiet">The verdicts of the round of proof.</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )
    return _section(
        "proofs", "Every verdict", f'{intro}<details class="long"><summary>{counted(len(facts.proofs), "verdict")}, one by one</summary>{table}</details>'
    )


def _proof_row(facts: Facts, key: str, one: Record) -> str:
    why = "".join(f"<small>{text(reason)}</small>" for reason in texts(one, "reasons"))
    said = PROVEN if key in facts.dead else facts.verdict(one)
    cells = (
        ("Way in", f"{text(kind_title(text_of(one, 'kind')))}<small>{breakable(text_of(one, 'id'))}</small>"),
        ("Where", breakable(text_of(one, "scope"))),
        ("Holder", breakable(text_of(one, "holder"))),
        ("How it was shown", text(text_of(one, "method"))),
        ("Verdict", _mark(said) + why),
    )
    return f"<tr>{_cells(cells)}</tr>"


def left_behind(facts: Facts, out: Path) -> str:
    """The files that are there, with links."""
    groups = (
        (
            "Evidence",
            "Signed by both parties; what <code>handoff verify</code> reads.",
            _links(
                out,
                [
                    "evidence/certificate.md",
                    "evidence/certificate.dsse.json",
                    "evidence/statement.json",
                    "evidence/ledger.jsonl",
                    "evidence/VERIFY.md",
                    "evidence/",
                ],
            ),
        ),
        (
            "Plan and keys",
            "The plan that was carried out, and the public keys of both.",
            _links(out, ["plan.json", "keys/client.pub", "keys/provider.pub", "story.json"]),
        ),
        ("Documents", "What the next operator needs to know.", _links(out, _documents(out))),
        ("Counter-examples", "A change that the policies refused, and evidence with one line changed.", _links(out, ["bad-change/__main__.py", "tampered/"])),
    )
    told = "".join(f"<div><h3>{title}</h3><p>{words}</p><ul>{links}</ul></div>" for title, words, links in groups if links)
    return _section("files", "What it left", f'{_bags(facts, out)}<div class="files">{told}</div>') if told or records(facts.story, "bags") else ""


def _bags(facts: Facts, out: Path) -> str:
    rows = ""
    for one in records(facts.story, "bags"):
        name = PurePath(text_of(one, "bag")).name
        manifest = f"bags/{name}/manifest-sha256.txt"
        link = f'<a href="{text(quote(f"bags/{name}/"))}">{breakable(name)}</a>' if name and (out / "bags" / name).is_dir() else breakable(name or "no bag")
        listed = f' <a href="{text(quote(manifest))}">manifest</a>' if name and (out / manifest).is_file() else ""
        cells = (
            ("Store", breakable(text_of(one, "store"))),
            ("Bag", link + listed + (f"<small>{text(one['problem'])}</small>" if one.get("problem") else "")),
            ("Objects", f"{number_of(one, 'objects') or 0:.0f}"),
            ("Size", f'<span class="whole-word">{size(number_of(one, "bytes") or 0)}</span>'),
            ("Manifest, SHA-256", f"<small>{text(text_of(one, 'manifest').removeprefix('sha256:'))}</small>"),
        )
        rows += f"<tr>{_cells(cells)}</tr>"
    head = "".join(f'<th scope="col">{one}</th>' for one in ("Store", "Bag", "Objects", "Size", "Manifest, SHA-256"))
    return (
        f'<table class="cards"><caption>The client\'s data, returned as BagIt bags (RFC 8493)</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        if rows
        else ""
    )


def _documents(out: Path) -> list[str]:
    folder = out / "documents"
    found = (
        sorted(path.relative_to(out).as_posix() for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")) if folder.is_dir() else []
    )
    return found[:_MOST_DOCUMENTS] + (["documents/"] if found else [])


def _links(out: Path, names: Sequence[str]) -> str:
    return "".join(f'<li><a href="{text(quote(name))}">{breakable(name)}</a></li>' for name in names if (out / name).exists())


def check_it(facts: Facts, out: Path) -> str:
    """How a reader checks all this without trusting the page."""
    if not (out / "evidence").is_dir():
        return ""
    name = out.name
    bag = next((PurePath(text_of(one, "bag")).name for one in records(facts.story, "bags") if one.get("bag")), "")
    steps = [
        (
            "Signatures, digests, the ledger's chain, and every verdict decided again. No network is needed.",
            f"handoff verify {name}/evidence --key client={name}/keys/client.pub --key provider={name}/keys/provider.pub",
        ),
        ("Every returned file against its manifest.", f"handoff export verify {name}/bags"),
    ]
    steps += [("The same for one bag, without handoff.", f"cd {name}/bags/{bag} && sha256sum --check manifest-sha256.txt")] if bag else []
    steps += [("And the tampered copy, which has to be refused with exit code 5.", f"handoff verify {name}/tampered")] if (out / "tampered").is_dir() else []
    told = "".join(f'<li><p>{words}</p><div class="command"><code>{text(line)}</code></div></li>' for words, line in steps)
    caution = "<p>This page is not evidence: it retells the story. The keys here were made by the demonstration; in earnest, get each public key from its owner and not from this folder. <code>evidence/VERIFY.md</code> tells how to check with openssl, jq and sha256sum alone.</p>"
    return _section("check", "Check it yourself", f'{caution}<ol class="steps">{told}</ol>')


def _verdict_words(said: str) -> str:
    return {PROVEN: "proven dead", STAYS: "stays", "open": "not proven"}.get(said, said)


def _mark(said: str) -> str:
    shade = said if said in {PROVEN, STAYS} else "open"
    return f'<span class="mark {shade}">{text(_verdict_words(said))}</span>'


def _cells(cells: Sequence[tuple[str, str]]) -> str:
    return "".join(f'<td data-label="{label}">{body}</td>' for label, body in cells)


def _section(name: str, title: str, body: str) -> str:
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>{body}</section>'
