"""What the two OSCAL documents have in common: ids that stay, properties, and the models of compliance-trestle that check every field.

trestle is an extra of this package (`oscal`) and takes a second to import: only who asks for OSCAL loads it. source:
https://pages.nist.gov/OSCAL-Reference/models/v1.2.1/ (read 2026-11-22)
"""

from __future__ import annotations

import importlib
import uuid
from typing import TYPE_CHECKING

from handoff import __version__
from handoff.controls.reports._words import printable
from handoff.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from handoff.controls.frameworks import Clause

VERSION = "1.2.1"
NAMESPACE = "https://handoff.example/ns/oscal"
CATALOG = "https://raw.githubusercontent.com/usnistgov/oscal-content/main/nist.gov/SP800-53/rev5/json/NIST_SP-800-53_rev5_catalog.json"
"""NIST's own catalogue. source: https://github.com/usnistgov/oscal-content (read 2026-11-22)"""
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_NIST = "nist-800-53"


def made(model: str, name: str, body: Mapping[str, object]) -> str:
    """The document as JSON, after the model of `trestle.oscal.<model>` has checked it. Raises MachineError where trestle is not installed."""
    try:
        module = importlib.import_module(f"trestle.oscal.{model}")
    except ModuleNotFoundError:
        raise MachineError("OSCAL needs compliance-trestle, which is not installed", hint="Install the extra: pip install 'handoff[oscal]'.") from None
    checked = module.Model.model_validate({name: body})
    return str(checked.model_dump_json(by_alias=True, exclude_none=True, indent=1)) + "\n"


def identity(*parts: str) -> str:
    """A UUID that follows from its parts: the same thing has the same id in every document."""
    return str(uuid.uuid5(_IDS, "\0".join(map(printable, parts))))


def metadata(title: str, moment: datetime) -> dict[str, object]:
    """The head of a document."""
    return {"title": line(title), "last-modified": at(moment), "version": __version__, "oscal-version": VERSION}


def at(moment: datetime) -> str:
    """A time as OSCAL writes it."""
    return moment.isoformat(timespec="seconds")


def props(**facts: str) -> list[dict[str, str]]:
    """Properties of our own name space; empty values are left out, `_` in a name becomes `-`."""
    return [{"name": name.replace("_", "-"), "ns": NAMESPACE, "value": line(value)} for name, value in facts.items() if line(value) != "-"]


def line(text: str) -> str:
    """One line without blanks at its ends, as titles and values have to be."""
    return " ".join(printable(text).split()) or "-"


def controls(clauses: tuple[Clause, ...]) -> list[tuple[str, bool]]:
    """The NIST controls among clauses by their OSCAL id (`sc-28.1`), and whether each is derived."""
    return [(one.clause.lower().replace("(", ".").replace(")", ""), one.derived) for one in clauses if one.framework == _NIST]
