from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from handoff.documents.access import SECTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.documents._contract import Source
    from handoff.evidence.facts import SweepRecord


def test_before_and_after_are_compared(source: Callable[..., Source]) -> None:
    written = SECTION.write(source())
    before = list(csv.DictReader(io.StringIO(written.files["access/before.csv"].decode())))
    assert [(row["party"], row["id"]) for row in before] == [("client", "AKIACLIENT"), ("provider", "AKIAOPS"), ("provider", "AKIATWO")]
    page = written.files["access/access.md"].decode()
    assert "| provider | not seen any more | aws.iam\\_access\\_key | AKIAOPS |" in page
    assert "| client | stays | aws.iam\\_access\\_key | AKIACLIENT |" in page
    assert "| client | new | aws.iam\\_access\\_key | AKIANEW |" in page
    assert "every listing was complete" in page
    assert written.summary == "3 paths before, 2 after"


def test_what_could_not_be_read_is_told(source: Callable[..., Source], sweep: Callable[..., SweepRecord]) -> None:
    page = SECTION.write(source(after=sweep(read="denied"))).files["access/access.md"].decode()
    assert "- after: aws.iam_access_key in aws:111111111111: denied: AccessDenied" in page
    assert "every listing was complete" not in page


def test_an_exit_that_is_not_proven_has_no_list_after_it(source: Callable[..., Source]) -> None:
    written = SECTION.write(source(after=None))
    assert written.files.keys() == {"access/before.csv", "access/access.md"}
    assert "not proven yet" in written.summary
    assert "| there |" in written.files["access/access.md"].decode()
    nothing = SECTION.write(source(before=None, after=None))
    assert nothing.files.keys() == {"access/access.md"}
    assert "Nothing was read." in nothing.files["access/access.md"].decode()


def test_hostile_text_stays_in_its_cell(source: Callable[..., Source], sweep: Callable[..., SweepRecord]) -> None:
    page = SECTION.write(source(before=sweep(("provider", "x|y\n| fake | row"), holder="<script>"))).files["access/access.md"].decode()
    assert "x\\|y \\| fake \\| row" in page
    assert "\\<script\\>" in page
