"""The page of a demonstration."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any


def write(out: Path) -> Path:
    """Render `story.json` of a demonstration as `index.html` beside it."""
    story: dict[str, Any] = json.loads((out / "story.json").read_text(encoding="utf-8"))
    chapters = "".join(f"<li><h2>{html.escape(one['title'])}</h2><p>{html.escape(one['text'])}</p></li>" for one in story["steps"])
    index = out / "index.html"
    index.write_text(f"<!doctype html><meta charset=utf-8><title>handoff</title><ol>{chapters}</ol>", encoding="utf-8")
    return index
