from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from handoff.errors import UsageError
from handoff.lab.demo import page

Folder = Callable[[dict[str, Any]], Path]
VOID = {"meta", "link", "br", "wbr", "input", "img", "hr"}


class Reading(HTMLParser):
    """What a page holds: text, links, ids, headings; fails on tags that do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.referred: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [str(given["href"])] if tag == "a" else []
        self.ids += [str(given["id"])] if "id" in given else []
        self.referred += str(given.get("aria-labelledby") or given.get("for") or "").split()
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.words += f"{data} "


def read(index: Path) -> Reading:
    return Reading(index.read_text(encoding="utf-8"))


def told(index: Path) -> str:
    return " ".join(read(index).words.split())


def test_a_whole_story_says_its_verdict_beside_its_limits(folder: Folder, story: dict[str, Any]) -> None:
    index = page.write(folder(story))
    seen = told(index)
    assert index.name == "index.html"
    assert "20 of 20 ways in proven dead" in seen
    assert "Acme Health ends its contract with Nimbus MSP" in seen
    assert seen.index("third-party emulator (ministack)") < seen.index("Each line is one way in")
    assert "our own stand-ins" in seen
    assert "9 path(s) were proven by listing and probe, without a canary" in seen
    assert seen.count("found, cut, proven dead") == 8
    assert "8 of 8" in seen
    assert all(chapter["title"] in seen and all(command["line"] in seen for command in chapter["commands"]) for chapter in story["steps"])
    assert "What is missing" not in index.read_text(encoding="utf-8")


def test_the_pictures_draw_one_line_for_each_way_in(folder: Folder, story: dict[str, Any]) -> None:
    text = page.write(folder(story)).read_text(encoding="utf-8")
    before, after = (re.search(rf'<figure class="{name}">.*?</figure>', text, re.DOTALL) for name in ("before", "after"))
    assert before is not None
    assert after is not None
    assert before[0].count('class="way provider') == 20
    assert before[0].count("hidden-way") == 8
    assert before[0].count('class="way client') == after[0].count('class="way client') == 9
    assert after[0].count('class="way provider') == 0


def test_one_file_that_asks_nobody(folder: Folder, story: dict[str, Any]) -> None:
    text = page.write(folder(story)).read_text(encoding="utf-8")
    assert not re.findall(r"(?:src|srcset|action)\s*=|@import|url\(", text)
    assert not [link for link in read(page.write(folder(story))).links if "//" in link]
    assert "default-src 'none'" in text


def test_links_lead_somewhere_and_ids_are_there(folder: Folder, story: dict[str, Any]) -> None:
    out = folder(story)
    seen = read(page.write(out))
    assert len(seen.links) > 20
    assert [link for link in seen.links if not link.startswith("#") and not (out / unquote(link)).exists()] == []
    assert [link for link in seen.links if link.startswith("#") and link[1:] not in seen.ids] == []
    assert [one for one in seen.referred if one not in seen.ids] == []
    assert len(seen.ids) == len(set(seen.ids))
    assert {"header", "main", "nav", "footer", "h1", "title"} <= set(seen.tags)
    assert seen.tags.count("h1") == 1


def test_what_is_not_there_is_not_linked(folder: Folder, story: dict[str, Any]) -> None:
    out = folder(story)
    (out / "evidence" / "VERIFY.md").unlink()
    links = read(page.write(out)).links
    assert "evidence/VERIFY.md" not in links
    assert "evidence/certificate.md" in links


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;\x00"


def _spoiled(value: Any) -> Any:
    if isinstance(value, str):
        return value + HOSTILE
    if isinstance(value, list):
        return [_spoiled(one) for one in value]
    return (
        {name: one if name in {"kind", "party", "proof", "cloud", "read"} else _spoiled(one) for name, one in value.items()}
        if isinstance(value, dict)
        else value
    )


def test_text_of_the_story_is_text(folder: Folder, story: dict[str, Any]) -> None:
    index = page.write(folder(_spoiled(story)))
    seen = read(index)
    assert seen.tags.count("script") == 1
    assert "img" not in seen.tags
    assert seen.words.count("<script>alert(1)</script>") > 100


def test_unknown_parties_kinds_and_clouds_are_told_and_not_proven(folder: Folder, story: dict[str, Any]) -> None:
    story["paths_before"] += [
        story["paths_before"][0] | {"kind": f"else<{n}.thing_of{HOSTILE}", "cloud": HOSTILE, "party": party}
        for n, party in enumerate(("unknown", "<b>", "public"))
    ]
    seen = read(page.write(folder(story)))
    assert seen.tags.count("script") == 1
    assert "20 of 21 ways in proven dead" in " ".join(seen.words.split())


SECRETS = {
    "pem": "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END " + "PRIVATE KEY-----",
    "jwt": "eyJhbGciOiJSUzI1NiJ9." + "eyJzdWIiOiJuaW1idXMifQ." + "c2lnbmF0dXJlLWJ5dGVz",
    "storage": "AccountName=a;AccountKey=" + "bm90LWEtcmVhbC1rZXktYnV0LWxvbmc=",
    "json": '{"secret_access_key": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLE"}',
    "env": "client_secret=Zm9vYmFyYmF6cXV4",
    "sas": "https://x/y?sv=1&sig=abcdefghijklmnopqrstuvwx%3D",
}
NEEDLES = (
    "MIIEvQIBADANBgkq",
    "c2lnbmF0dXJlLWJ5dGVz",
    "bm90LWEtcmVhbC1rZXktYnV0LWxvbmc",
    "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLE",
    "Zm9vYmFyYmF6cXV4",
    "abcdefghijklmnopqrstuvwx",
    "detail-never-shown",
)


def test_no_secret_reaches_the_page(folder: Folder, story: dict[str, Any]) -> None:
    out = folder(story)
    story["steps"][1]["commands"][0]["output"] = "\n".join(["before-the-secrets", *SECRETS.values(), "after-the-secrets"])
    (out / "story.json").write_text(json.dumps(story), encoding="utf-8")
    raw, text = (out / "story.json").read_text(encoding="utf-8"), page.write(out).read_text(encoding="utf-8")
    assert all(needle in raw for needle in NEEDLES)
    assert [needle for needle in NEEDLES if needle in text] == []
    assert "before-the-secrets" in text
    assert "after-the-secrets" in text


@pytest.mark.parametrize("proof", ["alive", "disabled", "unknown"])
def test_one_that_is_not_proven_is_never_rounded_up(folder: Folder, story: dict[str, Any], proof: str) -> None:
    story["proofs"][0] |= {"proof": proof, "reasons": ["the probe says " + proof]}
    seen = told(page.write(folder(story)))
    assert "19 of 20 ways in proven dead" in seen
    assert "1 way in is not proven dead." in seen
    assert "the probe says " + proof in seen
    assert "found, not proven dead" in seen
    assert "ends its contract" not in seen


def test_a_way_in_without_a_verdict_counts_as_open(folder: Folder, story: dict[str, Any]) -> None:
    del story["proofs"][3]
    assert "19 of 20 ways in proven dead" in told(page.write(folder(story)))


def test_a_proven_one_that_the_last_sweep_lists_is_not_dead(folder: Folder, story: dict[str, Any]) -> None:
    out = folder(story)
    sweep = next((out / "evidence" / "sweeps").iterdir())
    sweep.write_text(sweep.read_text(encoding="utf-8") + json.dumps(story["paths_before"][0]) + "\n", encoding="utf-8")
    assert "19 of 20 ways in proven dead" in told(page.write(out))


def test_a_listing_that_was_not_read_whole_stands_beside_the_verdict(folder: Folder, story: dict[str, Any]) -> None:
    story["coverage"][0] |= {"read": "denied", "reason": "AccessDenied"}
    seen = told(page.write(folder(story)))
    assert f"1 listing could not be read whole: {story['coverage'][0]['kind']}." in seen
    assert "12 of 13" in seen


def test_hidden_ways_that_no_listing_shows_are_said_to_be_missing(folder: Folder, story: dict[str, Any]) -> None:
    story["hidden"].append({"cloud": "gcp", "text": "a tunnel under the fence"})
    seen = told(page.write(folder(story)))
    assert "8 of 9" in seen
    assert "A tunnel under the fence not recognised in the listing" in seen


def test_the_many_of_one_cloud_are_a_table_by_kind_with_what_was_tried(folder: Folder, story: dict[str, Any]) -> None:
    seen = told(page.write(folder(story)))
    assert "3 ways in of 3 kinds on AWS: 3 found, cut and proven dead. Of 2 keys, sessions and addresses that came with them, 2 are refused now." in seen
    assert "IAM access key An access key of a new IAM user, svc-archive 2 worked before, 2 refused after found, cut, proven dead" in seen
    assert "none to try in the lab" in seen


def test_a_try_that_was_not_refused_and_a_way_in_that_is_not_dead_are_not_counted(folder: Folder, story: dict[str, Any]) -> None:
    story["tries"]["after"]["session token of svc-archive"] = "unknown"
    story["proofs"] = [one for one in story["proofs"] if one["kind"] != "aws.login_profile"]
    seen = told(page.write(folder(story)))
    assert "2 found, cut and proven dead. Of 2 keys, sessions and addresses that came with them, 1 are refused now." in seen
    assert "2 worked before, 1 refused after" in seen


@pytest.mark.parametrize(("more", "is_open"), [(0, True), (31, False)])
def test_a_list_of_more_than_sixty_is_folded(folder: Folder, story: dict[str, Any], more: int, is_open: bool) -> None:
    story["paths_before"] += [story["paths_before"][-1] | {"id": f"one-more-{number}"} for number in range(more)]
    assert ('id="list" open>' in page.write(folder(story)).read_text(encoding="utf-8")) is is_open


FIELDS = ("steps", "made", "stores", "hidden", "tries", "canaries", "paths_before", "coverage", "targets", "actions", "proofs", "bags", "seconds")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ["missing", None, "text", 3, {}, [None, 1, "x"], [{}]])
def test_any_field_may_be_missing_or_wrong(folder: Folder, story: dict[str, Any], field: str, value: object) -> None:
    if value == "missing":
        del story[field]
    else:
        story[field] = value
    assert "What this does not show" in read(page.write(folder(story))).words


def test_a_story_that_broke_off_says_so(tmp_path: Path, story: dict[str, Any]) -> None:
    half = {name: story[name] for name in ("steps", "hidden", "paths_before", "coverage")} | {"error": "`handoff plan` ended with exit code 7"}
    half["steps"] = half["steps"][:9]
    (tmp_path / "story.json").write_text(json.dumps(half), encoding="utf-8")
    seen = told(page.write(tmp_path))
    assert "Nothing is proven" in seen
    assert "It stopped with: `handoff plan` ended with exit code 7" in seen
    assert "No certificate was made." in seen
    assert "No data was returned." in seen
    assert "found, not proven dead" in seen
    assert "Check it yourself" not in seen


def test_no_story_at_all(tmp_path: Path) -> None:
    assert "There is no record of a demonstration here" in told(page.write(tmp_path))


def test_a_broken_story_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "story.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"story\.json: not JSON"):
        page.write(tmp_path)


def test_without_a_sweep_afterwards_the_picture_says_where_it_is_from(folder: Folder, story: dict[str, Any]) -> None:
    out = folder(story)
    assert "is what the last sweep listed" in told(page.write(out))
    (out / "evidence" / "ledger.jsonl").unlink()
    seen = told(page.write(out))
    assert "The evidence has no sweep after the exit" in seen
    assert "20 of 20 ways in proven dead" in seen
