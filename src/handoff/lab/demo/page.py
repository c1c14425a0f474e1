"""The page of a demonstration: one file that needs no network, made of `story.json` and of what lies beside it."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from pathlib import Path

from handoff.errors import MachineError
from handoff.lab.demo import page_sections as sections
from handoff.lab.demo import page_tables as tables
from handoff.lab.demo.page_facts import Facts, read
from handoff.lab.demo.page_text import text


def write(out: Path) -> Path:
    """Render `index.html` in the folder of a demonstration. Fields that are missing are told as missing; raises UsageError, MachineError."""
    index = out / "index.html"
    page = render(read(out), out)
    try:
        index.write_text(page, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise MachineError(f"{index}: cannot be written: {error.strerror}") from error
    return index


def render(facts: Facts, out: Path) -> str:
    """The page as text; `out` says which files there are to link to."""
    parts = (
        ("access", "Who can get in", sections.access(facts)),
        ("hidden", "Opened by hand", sections.hidden(facts)),
        ("chapters", "What happened", sections.chapters(facts)),
        ("files", "What it left", tables.left_behind(facts, out)),
        ("check", "Check it yourself", tables.check_it(facts, out)),
        ("paths", "Every way in", tables.every_path(facts)),
        ("proofs", "Every verdict", tables.every_proof(facts)),
    )
    contents = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, body in parts if body)
    return (
        f'<!doctype html>\n<html lang="en">{_head(facts)}<body><a class="skip" href="#main">To the content</a>'
        f'<header><p class="brand">handoff <span>demo</span></p><nav aria-label="On this page"><ul>{contents}</ul></nav></header>'
        f'<main id="main">{sections.verdict(facts)}{"".join(body for _, _, body in parts)}</main>'
        f"<footer><p>Written by <code>handoff demo</code> into <code>{text(out.name)}</code>. Environment: lab. No network is needed to read this page.</p></footer>"
        f"<script>{_part('page.js')}</script></body></html>\n"
    )


def _head(facts: Facts) -> str:
    """No text of the story can run: only this page's one script is allowed, by its hash."""
    script = base64.b64encode(hashlib.sha256(_part("page.js").encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    return (
        f'<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><link rel="icon" href="data:,"><title>{text(sections.headline(facts))} - handoff demo</title><style>{_part("page.css")}</style></head>'
    )


def _part(name: str) -> str:
    return resources.files("handoff.lab.demo").joinpath(name).read_text(encoding="utf-8").strip()
