from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.documents.map import SECTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.documents._contract import Source
    from handoff.evidence.facts import SweepRecord


def test_parties_lead_over_their_paths_to_scopes(source: Callable[..., Source]) -> None:
    files = SECTION.write(source()).files
    assert files["map/before.mmd"].decode().splitlines() == [
        "flowchart LR",
        '  p_client(["Acme Health (client)"])',
        '  p_provider(["Nimbus MSP (provider)"])',
        '  s0[("aws:111111111111")]',
        '  p_client --> g0["aws.iam_access_key x 1"] --> s0',
        '  p_provider --> g1["aws.iam_access_key x 2"] --> s0',
    ]
    assert "p_provider" not in files["map/after.mmd"].decode()
    assert files["map/map.md"].decode().count("```mermaid") == 2


def test_names_cannot_break_the_picture(source: Callable[..., Source], sweep: Callable[..., SweepRecord]) -> None:
    record = sweep(("third-party", "x"), kind='k"] --> evil["', scope="```\nend")
    picture = SECTION.write(source(before=record)).files["map/before.mmd"].decode()
    assert "evil[" not in picture
    assert "```" not in picture
    for line in picture.splitlines()[1:]:
        assert re.fullmatch(r'  (p_\w+\(\["[^"]*"\]\)|s\d+\[\("[^"]*"\)\]|p_\w+ --> g\d+\["[^"]*"\] --> s\d+)', line)


def test_without_a_sweep_it_says_so(source: Callable[..., Source]) -> None:
    written = SECTION.write(source(before=None, after=None))
    assert b"No sweep is in the ledger yet." in written.files["map/map.md"]
