"""The pages in a real Chromium: on a phone, on a laptop, light and dark, and on paper."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.cli.root import run

pytestmark = [pytest.mark.slow, pytest.mark.browser]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
LIGHT, DARK = "1", "0"  # Blink's preferredColorScheme

# The page lies in a frame of the wanted width, where its own policy holds and the frame's script can measure it.
MEASURE = """<!doctype html><html><body style="margin:0"><iframe id="page" style="border:0;width:{width}px;height:800px"
srcdoc="{page}"></iframe><script>
const frame = document.getElementById("page");
frame.addEventListener("load", () => {{
  const page = frame.contentDocument, view = frame.contentWindow;
  const part = (c) => {{ const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }};
  const light = (rgb) => 0.2126 * part(rgb[0]) + 0.7152 * part(rgb[1]) + 0.0722 * part(rgb[2]);
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (node) => {{
    for (; node; node = node.parentElement) {{
      const found = colour(view.getComputedStyle(node).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }}
    return [255, 255, 255];
  }};
  const state = () => {{
    let worst = 99, where = "";
    for (const node of page.querySelectorAll("body *")) {{
      const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
      if (!own || node.namespaceURI !== "http://www.w3.org/1999/xhtml" || !node.offsetParent) continue;
      const [a, b] = [light(colour(view.getComputedStyle(node).color)), light(ground(node))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < worst) {{ worst = ratio; where = node.outerHTML.slice(0, 120); }}
    }}
    const root = page.documentElement;
    return {{ scroll: root.scrollWidth, client: root.clientWidth, worst, where, text: page.body.innerText.length,
             ground: view.getComputedStyle(root).backgroundColor }};
  }};
  const folded = state();
  page.querySelectorAll("details").forEach((one) => {{ one.open = true; }});
  const opened = state();
  const strips = [...page.querySelectorAll("svg")].map((one) => one.getBoundingClientRect().width);
  const broken = [];  // words of a chart's labels that do not lie on one line
  for (const label of page.querySelectorAll(".chart li > span:first-child")) {{
    const text = label.firstChild;
    for (const word of text.data.matchAll(/\\S+/g)) {{
      const part = page.createRange();
      part.setStart(text, word.index);
      part.setEnd(text, word.index + word[0].length);
      if (new Set([...part.getClientRects()].map((one) => one.top)).size > 1) broken.push(word[0]);
    }}
  }}
  const said = document.createElement("pre");
  said.id = "said";
  said.textContent = JSON.stringify({{ folded, opened, strips, broken }});
  document.body.append(said);
}});
</script></body></html>"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample's scorecard and the note of its closed incident, as the commands write them."""
    folder = tmp_path_factory.mktemp("pages")
    database = str(folder / "demo.db")
    assert run(["--db", database, "demo", "--no-open"]) == 0
    assert run(["--db", database, "scorecard", "--format", "html", "-o", str(folder / "card.html")]) == 0
    assert (
        run(["--db", database, "incident", "export", "INC-1", "--format", "html", "-o", str(folder / "note.html")]) == 0
    )
    return {"card": folder / "card.html", "note": folder / "note.html"}


def chromium(*arguments: str) -> str:
    assert CHROMIUM is not None, "no Chromium is installed: apt install chromium, or leave out -m browser"
    made = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *arguments],
        capture_output=True,
        timeout=120,
        check=True,
    )
    return made.stdout.decode()


def measured(page: Path, width: int, scheme: str, folder: Path) -> dict[str, Any]:
    around = folder / "measure.html"
    around.write_text(MEASURE.format(width=width, page=html.escape(page.read_text(encoding="utf-8"))), encoding="utf-8")
    told = chromium(
        f"--blink-settings=preferredColorScheme={scheme}", "--virtual-time-budget=4000", "--dump-dom", around.as_uri()
    )
    found = re.search(r'<pre id="said">(.*?)</pre>', told, re.DOTALL)
    assert found, told[-2000:]
    said: dict[str, Any] = json.loads(html.unescape(found[1]))
    return said


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("name", ["card", "note"])
def test_nothing_scrolls_sideways_and_all_text_has_contrast(
    pages: dict[str, Path], name: str, width: int, scheme: str, tmp_path: Path
) -> None:
    found = measured(pages[name], width, scheme, tmp_path)
    for state in (found["folded"], found["opened"]):
        assert state["scroll"] == state["client"] == width, state
        assert state["worst"] >= 4.5, state
        assert state["text"] > 500
        assert (state["ground"] == "rgb(255, 255, 255)") == (scheme == LIGHT)
    if name == "card":
        assert found["opened"]["text"] > 2 * found["folded"]["text"]
        assert len(found["strips"]) > 8
        assert not found["broken"]
        assert min(found["strips"]) > width / 4


def test_the_scorecard_prints_on_two_to_four_pages(pages: dict[str, Path], tmp_path: Path) -> None:
    chromium("--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'card.pdf'}", pages["card"].as_uri())
    printed = (tmp_path / "card.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 4
