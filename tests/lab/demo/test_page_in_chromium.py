"""The page in a real browser: nothing goes wrong in it, nothing sticks out, and its filters filter."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from handoff.lab.demo import page

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
ANSWER_S = 30


class Browser:
    """Chromium, driven over its debugging pipe: JSON messages that end with a zero byte, so no network and no library is needed."""

    def __init__(self, profile: Path) -> None:
        their_in, self._out = os.pipe()
        self._in, their_out = os.pipe()
        command = f'exec "$0" "$@" 3<&{their_in} 4>&{their_out}'
        argv = ["bash", "-c", command, str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-pipe"]
        self.process = subprocess.Popen(argv, pass_fds=(their_in, their_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(their_in)
        os.close(their_out)
        self._rest, self._count, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._count += 1
        message = {"id": self._count, "method": method, "params": params} | ({"sessionId": self._session} if self._session else {})
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._count:
                assert "error" not in told, told
                return dict(told["result"])
            self.events.append(told)

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + ANSWER_S
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(until - time.monotonic(), 0))
            assert ready, "Chromium did not answer"
            self._rest += os.read(self._in, 1 << 20)
        one, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(one))

    def visit(self, path: Path, *, width: int, dark: bool = False) -> None:
        self.events.clear()
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}, {"name": "prefers-reduced-motion", "value": "reduce"}]
        self.call("Emulation.setEmulatedMedia", features=features)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.call("Page.navigate", url=path.resolve().as_uri())
        while self.value("document.readyState") != "complete":
            time.sleep(0.02)

    def value(self, expression: str) -> Any:
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def complaints(self) -> list[str]:
        self.value("1")
        return [json.dumps(one) for one in self.events if one.get("method") in {"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"}]

    def requests(self) -> list[str]:
        return [one["params"]["request"]["url"] for one in self.events if one.get("method") == "Network.requestWillBeSent"]

    def close(self) -> None:
        os.close(self._out)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        os.close(self._in)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    started = Browser(tmp_path_factory.mktemp("chromium"))
    yield started
    started.close()


SHOWN_ROWS = "[...document.querySelectorAll('#every-path tbody tr')].filter((row) => row.offsetParent !== null).length"
STICKS_OUT = """((limit) => {
  const scrolls = (one) => one && (one.tagName === 'PRE' || scrolls(one.parentElement));
  return [...document.querySelectorAll('body *')]
    .filter((one) => !scrolls(one) && !one.matches('.skip, caption, thead, thead *') && one.getBoundingClientRect().right > limit + 0.5)
    .map((one) => one.outerHTML.slice(0, 120));
})"""
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (one) => { for (let at = one; at; at = at.parentElement) { const found = rgb(getComputedStyle(at).backgroundColor); if (found[3] === 255) return found; } return [255, 255, 255]; };
  const poor = [];
  for (const one of document.querySelectorAll('body *:not(svg *)')) {
    if (!one.offsetParent || ![...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
    const [a, b] = [light(rgb(getComputedStyle(one).color)), light(ground(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(ratio.toFixed(2) + ' ' + one.outerHTML.slice(0, 100));
  }
  return poor;
})()"""


@pytest.fixture
def index(folder: Callable[[dict[str, Any]], Path], story: dict[str, Any]) -> Path:
    return page.write(folder(story))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_complains_nothing_is_fetched_and_nothing_sticks_out(browser: Browser, index: Path, width: int, dark: bool) -> None:
    browser.visit(index, width=width, dark=dark)
    assert browser.complaints() == []
    assert [one for one in browser.requests() if not one.startswith("data:")] == [index.resolve().as_uri()]
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.value(f"{STICKS_OUT}({width})") == []
    assert browser.value(CONTRAST) == []


def test_the_checks_above_would_notice(browser: Browser, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!doctype html><p style='width:900px;color:#999;background:#fff'>pale and wide</p><script>console.error('no'); nothing()</script>", encoding="utf-8"
    )
    browser.visit(bad, width=360)
    assert len(browser.complaints()) >= 2
    assert browser.value("document.documentElement.scrollWidth") > 360
    assert browser.value(f"{STICKS_OUT}(360)")
    assert browser.value(CONTRAST)


def test_filters_narrow_the_list_and_say_how_many(browser: Browser, index: Path) -> None:
    browser.visit(index, width=1280)
    assert browser.value(SHOWN_ROWS) == 30
    browser.value(
        "(() => { const form = document.querySelector('.filters'); form.party.value = 'provider'; form.cloud.value = 'gcp'; form.dispatchEvent(new Event('input')); })()"
    )
    assert browser.value(SHOWN_ROWS) == 5
    assert browser.value("document.querySelector('.filters output').textContent") == "5 of 30 ways in"
    browser.value(
        "(() => { const form = document.querySelector('.filters'); form.words.value = 'nowhere-to-be-found'; form.dispatchEvent(new Event('input')); })()"
    )
    assert browser.value(SHOWN_ROWS) == 0
    assert browser.value("!document.querySelector('.nothing').hidden") is True


def test_on_a_phone_the_long_list_opens_when_asked_for(browser: Browser, index: Path) -> None:
    browser.visit(index, width=390)
    assert browser.value("document.querySelector('#list').open") is False
    browser.value(
        "(() => { const form = document.querySelector('.filters'); form.origin.value = 'yes'; form.origin.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    assert browser.value("document.querySelector('#list').open") is True


def test_on_a_phone_one_picture_at_a_time(browser: Browser, index: Path) -> None:
    shown = "[...document.querySelectorAll('figure')].filter((one) => one.offsetParent).map((one) => one.className).join()"
    browser.visit(index, width=390)
    assert browser.value(shown) == "before"
    browser.value("document.querySelector('#show-after').click()")
    assert browser.value(shown) == "after"
    browser.visit(index, width=1280)
    assert browser.value(shown) == "before,after"


def test_printed_it_shows_everything(browser: Browser, index: Path) -> None:
    browser.visit(index, width=390)
    browser.value("dispatchEvent(new Event('beforeprint'))")
    assert browser.value("document.querySelectorAll('details:not([open])').length") == 0
    browser.value("dispatchEvent(new Event('afterprint'))")
    assert browser.value("document.querySelectorAll('details[open]').length") == 0
    assert len(browser.call("Page.printToPDF")["data"]) > 10_000


def test_no_text_of_the_story_runs(browser: Browser, folder: Callable[[dict[str, Any]], Path], story: dict[str, Any]) -> None:
    story["steps"][0]["text"] = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'>"
    story["paths_before"][0]["holder"] = "\" onmouseover='window.ran = 1' autofocus onfocus='window.ran = 1"
    browser.visit(page.write(folder(story)), width=1280)
    assert browser.value("window.ran === undefined && document.querySelectorAll('img').length === 0") is True
    assert browser.complaints() == []
