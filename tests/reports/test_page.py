"""The HTML documents: the same content as the markdown, readable by everybody, inert whatever text they hold."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from markdown_it.token import Token

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.scorecard.model import Scorecard
from readiness_tui.domain.scorecard.trend import Earlier, TrendPoint, trend_point
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.reports.incident_md import incident_markdown
from readiness_tui.reports.page.charts import MOST, charts
from readiness_tui.reports.page.frame import stylesheet
from readiness_tui.reports.page.from_markdown import html_page
from readiness_tui.reports.page.scorecard import scorecard_html
from readiness_tui.reports.scorecard_md import scorecard_markdown
from readiness_tui.reports.seal import read_sealed
from tests.reports.html_tree import Node, tree
from tests.reports.markdown import parser
from tests.reports.sample import AS_OF, make_card, make_incident, with_text
from tests.reports.test_escape import HOSTILE, texts

EARLIER = (
    Earlier("2026.09", date(2026, 9, 1), TrendPoint(Verdict.NO_GO, 12, (), "1/3", 9, 40)),
    Earlier("2026.10", date(2026, 10, 1), TrendPoint(Verdict.NO_GO, None, (), "not run", 0, None)),
)
FULL = scorecard_html(make_card(previous=make_card()), EARLIER)
FIRST = scorecard_html(make_card())
INCIDENT = html_page(incident_markdown(make_incident(), AS_OF, short=False), "INC-7 Refund tool called twice")
PAGES = [pytest.param(page, id=name) for name, page in (("full", FULL), ("first", FIRST), ("incident", INCIDENT))]


def aged_card() -> Scorecard:
    card = make_card()
    return replace(
        card, gaps=tuple(replace(card.gaps[0], key=f"k{n}", title=f"Gap {n}", age=n) for n in range(MOST + 3))
    )


# Who reads it


@pytest.mark.parametrize("page", PAGES)
def test_headings_are_in_order_and_the_page_has_a_name_and_a_language(page: str) -> None:
    root, _ = tree(page)
    (html,) = root.all("html")
    (title,) = root.all("title")
    assert html.attrs["lang"] == "en"
    assert title.text()
    levels = [int(node.tag[1]) for node in root.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(list(root.all("main"))) == 1


@pytest.mark.parametrize("page", PAGES)
def test_every_table_scrolls_by_itself_and_says_what_its_cells_are(page: str) -> None:
    root, _ = tree(page)
    tables = list(root.all("table"))
    assert tables
    for table in tables:
        around = table.parent
        assert around is not None
        assert (around.attrs["class"], around.attrs["role"], around.attrs["tabindex"]) == ("wide", "region", "0")
        assert around.attrs["aria-label"].strip()
        (head,) = table.all("thead")
        headers = list(head.all("th"))
        assert all(header.attrs["scope"] == "col" and header.text() for header in headers)
        for row in (row for body in table.all("tbody") for row in body.all("tr")):
            cells = [cell for cell in row.children if isinstance(cell, Node)]
            assert len(cells) == len(headers)
            assert [cell.tag for cell in cells] == ["th"] + ["td"] * (len(cells) - 1)
            assert cells[0].attrs["scope"] == "row"


def test_every_drawing_says_in_words_what_it_shows() -> None:
    root, _ = tree(scorecard_html(aged_card(), EARLIER))
    drawings = list(root.all("svg"))
    assert len(drawings) > 10
    for drawing in drawings:
        assert drawing.attrs["role"] == "img"
        assert re.search(r"\d|—", drawing.attrs["aria-label"])
    said = [drawing.attrs["aria-label"] for drawing in drawings]
    assert "hit_rate: 0.850, bound ≥ 0.735, needs ≥ 0.80: ● pass" in said
    assert "Reliability: 18%" in said
    assert f"Gap {MOST}: {MOST} days" in said
    assert (
        "Weakest section of each review. 2026.09, 1 Sep 2026: 12%; 2026.10, 1 Oct 2026: —; 2026.11, 24 Nov 2026: 18%"
        in said
    )


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def schemes() -> Iterator[dict[str, str]]:
    for block in re.findall(r":root \{(.*?)\}", stylesheet(), re.DOTALL):
        yield dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block))


def test_the_colours_hold_wcag_aa_light_dark_and_on_paper() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    found = list(schemes())
    assert len(found) == 3
    used = set(re.findall(r"var\(--([a-z]+)\)", stylesheet()))
    for colours in found:
        assert colours.keys() == used
        for text in ("ink", "soft", "link", "go", "warn", "stop"):
            for ground in ("paper", "panel"):
                assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        # What a drawing is read by: 3 to 1 (WCAG 1.4.11).
        for drawn, ground in (
            ("bar", "paper"),
            ("bar", "track"),
            ("bar", "meets"),
            ("ink", "track"),
            ("ink", "meets"),
        ):
            assert contrast(colours[drawn], colours[ground]) >= 3, (drawn, ground)
    plain = re.sub(r":root \{.*?\}", "", stylesheet(), flags=re.DOTALL)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", plain)  # no colour that this test does not see


@pytest.mark.parametrize("page", PAGES)
def test_no_mark_is_without_a_word(page: str) -> None:
    root, _ = tree(page)
    for node in root.all("span", "td", "strong", "li"):
        if re.fullmatch(r"[●◐○✗!·–☐☑]", node.text()):
            assert node.attrs.get("aria-hidden") == "true"  # the word stands after it
    assert "☐ to do: INC-7 is an open sev2" in tree(FULL)[0].text()


# What it says


def cells(markdown: str) -> Iterator[str]:
    tokens = parser().parse(markdown)
    for token, after in pairwise(tokens):
        if token.type == "td_open":
            yield _text(after)


def _text(token: Token) -> str:
    return "".join(child.content for child in token.children or []).strip()


@pytest.mark.parametrize("card", [make_card(), make_card(previous=make_card())])
def test_whatever_stands_in_a_table_of_the_markdown_stands_in_the_page(card: Scorecard) -> None:
    said = tree(scorecard_html(card))[0].text()
    found = [cell for cell in cells(scorecard_markdown(card)) if cell]
    assert len(found) > 100
    assert [cell for cell in found if " ".join(cell.split()) not in said] == []


def test_every_reason_condition_and_person_is_in_it() -> None:
    card = make_card(previous=make_card())
    said = tree(scorecard_html(card))[0].text()
    for text in (
        *(cause.text for cause in card.causes if cause.verdict is Verdict.NO_GO),
        *(f"{one.text} — {one.owner} — 15 Dec 2026" for one in card.conditions),
        *(flip.text for flip in card.flips),
        *(f"{one.by}: {one.reason}" for one in card.dissents),
        *card.gate.warnings,
        "✗ NO-GO",
        card.reason,
        "Nothing changed.",
        "computed: NO-GO",
        card.digest,
    ):
        assert text in said, text


def test_what_is_empty_does_not_print_and_blind_votes_are_said() -> None:
    card = make_card()
    bare = replace(card, gaps=(), exceptions=(), incidents=(), proofs=(), conditions=(), blind=True, reviewers=())
    root, _ = tree(scorecard_html(bare))
    titles = {node.text() for node in root.all("h2")}
    assert not titles & {"Gaps", "Incidents", "Probe evidence", "Conditions", "Trend", "Changes since the last review"}
    assert "not named; votes blind: undecided until the reveal" in root.text()


# Its drawings


def strip(**changes: object) -> Node:
    rule = Rule("hit_rate", Direction.HIGHER, 0.8)
    row = GateRow(rule, Result.PASS, Estimate(0.9, 40, low=0.85), "met")
    row = replace(row, **changes)
    card = make_card()
    return tree(str(charts(replace(card, gate=replace(card.gate, rows=(row,))), ()).gate))[0]


def at(node: Node, tag: str, name: str, place: str) -> float:
    (shape,) = (one for one in node.all(tag) if one.attrs["class"].split()[0] == name)
    assert shape.attrs[place].endswith("%")
    return float(shape.attrs[place].removesuffix("%"))


def test_a_value_stands_on_the_side_of_its_threshold_where_it_is() -> None:
    met = strip()
    limit = at(met, "line", "rule", "x1")
    assert limit < at(met, "line", "span", "x1") < at(met, "circle", "dot", "cx")
    assert at(met, "rect", "meets", "x") == limit
    assert at(met, "rect", "meets", "x") + at(met, "rect", "meets", "width") == pytest.approx(100)
    missed = strip(estimate=Estimate(0.7, 40, low=0.6))
    assert at(missed, "circle", "dot", "cx") < at(missed, "line", "rule", "x1")
    less = strip(rule=Rule("latency_p95_ms", Direction.LOWER, 3500), estimate=Estimate(3000, 90, high=3600))
    assert at(less, "circle", "dot", "cx") < at(less, "line", "rule", "x1") < at(less, "line", "span", "x1")
    assert at(less, "rect", "meets", "x") == 0
    assert at(less, "rect", "meets", "width") == at(less, "line", "rule", "x1")


def test_what_is_approximate_is_dashed_and_no_bound_is_said() -> None:
    about = strip(estimate=Estimate(0.9, 40, low=0.85, low_doubt="skewed"))
    assert [one.attrs["class"] for one in about.all("line")] == ["span about", "rule"]
    none = strip(estimate=Estimate(0.9, 2))
    assert [one.attrs["class"] for one in none.all("line")] == ["rule"]
    assert "0.900, no bound" in none.text()


@pytest.mark.parametrize(
    "changes",
    [
        {"estimate": None, "result": Result.MISSING},
        {"rule": Rule("hit_rate", Direction.HIGHER, None, max_regression=0.02)},
        {"estimate": Estimate(float("inf"), 3)},
        {"estimate": Estimate(float("nan"), 3)},
        {"estimate": Estimate(1e300, 3)},
    ],
)
def test_what_cannot_be_placed_is_not_drawn(changes: dict[str, object]) -> None:
    assert not list(strip(**changes).all("svg"))


def test_equal_and_odd_figures_are_drawn_within_their_strip() -> None:
    for value, threshold, low in ((0.8, 0.8, 0.8), (0, 0, None), (-5, 1e99, float("inf")), (1e-300, 2e-300, 0)):
        found = strip(rule=Rule("own", Direction.HIGHER, threshold), estimate=Estimate(value, 9, low=low))
        for shape in found.all("circle", "line", "rect"):
            for name in ("x", "x1", "x2", "cx", "width"):
                if name in shape.attrs:
                    assert 0 <= float(shape.attrs[name].removesuffix("%")) <= 100


def test_a_review_without_a_score_breaks_the_line_of_the_trend() -> None:
    card = make_card()
    points = [Earlier("a", AS_OF, replace(trend_point(card), headline=headline)) for headline in (10, 20, None, 40)]
    found = tree(str(charts(card, points).trend))[0]
    assert len([one for one in found.all("line") if one.attrs["class"] == "step"]) == 2  # 10–20 and 40–now
    assert len(list(found.all("circle"))) == 4
    assert [one.text() for one in found.all("text")] == ["10%", "20%", "—", "40%", "18%"]
    assert not charts(card, ()).trend


def test_the_oldest_gaps_have_a_bar_and_the_rest_is_counted() -> None:
    card = aged_card()
    accepted = replace(card.gaps[0], key="x", title="Accepted", age=99, state=GapState.ACCEPTED)
    made = charts(replace(card, gaps=(*card.gaps, accepted)), ())
    bars = list(tree(str(made.ages))[0].all("li"))
    assert [bar.text().split(" days")[0] for bar in bars][:2] == [
        f"Gap {MOST + 2}{MOST + 2}",
        f"Gap {MOST + 1}{MOST + 1}",
    ]
    assert (len(bars), made.ages_left) == (MOST, 3)
    assert "Accepted" not in made.ages
    assert (
        "Of those still to be closed, none was there the day before."
        in tree(scorecard_html(replace(card, gaps=(replace(card.gaps[0], age=0),))))[0].text()
    )


# Nothing in it acts


def held(page: str) -> None:
    """No script, nothing loaded from elsewhere, no address but those of evidence."""
    root, comments = tree(page)
    assert not list(
        root.all("script", "link", "img", "iframe", "object", "embed", "base", "form", "input", "use", "image")
    )
    for node in root.all():
        assert not [
            name for name in node.attrs if name.startswith("on") or name in ("style", "src", "srcset", "xlink:href")
        ]
        if "href" in node.attrs:
            assert node.tag == "a"
            assert node.attrs["href"].startswith(("https://", "http://"))
            assert node.attrs["rel"] == "noopener noreferrer"
            assert node.attrs["href"] == node.text()
    (policy,) = (node for node in root.all("meta") if node.attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.attrs["content"].startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert not re.search(r"url\(|@import|@font-face|expression", stylesheet())
    assert [one[:21] for one in comments] in ([], [" readiness-scorecard "])


@pytest.mark.parametrize("page", PAGES)
def test_it_runs_and_loads_nothing(page: str) -> None:
    held(page)


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """Its elements with the names of their attributes; what looks like a digest is code."""
    return [(node.tag, tuple(node.attrs)) for node in tree(page)[0].all() if node.tag != "code"]


def with_every(text: str) -> str:
    card = with_text(make_card(previous=make_card()), lambda old: text if old else old)
    earlier = with_text(EARLIER, lambda old: text if old else old)
    return scorecard_html(replace(card, digest="0" * 64), earlier)


@pytest.mark.parametrize("text", [*HOSTILE, '" onmouseover="x', "' x='", "</title><script>x</script>", "javascript:x"])
def test_hostile_text_in_every_field_is_shown_and_changes_nothing(text: str) -> None:
    page = with_every(text)
    held(page)
    assert shape(page) == shape(with_every("x"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]", page)


@pytest.mark.slow
@given(texts.filter(lambda text: text.strip() != ""))
@settings(max_examples=60, deadline=None)
def test_any_text_in_every_field_leaves_the_page_as_it_was(text: str) -> None:
    assert shape(with_every(text)) == shape(with_every("x"))


def test_a_link_is_one_only_where_a_person_gave_an_address_as_evidence() -> None:
    card = make_card()
    (section, *_), gaps = card.sections, card.gaps
    evil = (
        "url javascript:alert(1)",
        "url https://user@evil.example/",
        "see https://evil.example",
        'url https://ok.example/a?b=1&c="2"',
    )
    item = replace(section.items[0], evidence=evil, note="https://note.example")
    card = replace(
        card, sections=(replace(section, items=(item,)),), gaps=(replace(gaps[0], evidence="; ".join(evil)),)
    )
    page = scorecard_html(card)
    held(page)
    links = [node.attrs["href"] for node in tree(page)[0].all("a")]
    assert links == ["https://ok.example/a?b=1&c="] * 2 or links == []
    asked = scorecard_html(replace(card, gaps=(replace(gaps[0], evidence="url https://ok.example/a?b=1&c=2"),)))
    assert next(node.attrs["href"] for node in tree(asked)[0].all("a")) == "https://ok.example/a?b=1&c=2"


def test_secrets_do_not_get_into_it() -> None:
    key = "ghp_" + "a1B2" * 8
    page = scorecard_html(replace(make_card(), owner=key, release=f"2026 {key}"))
    assert key not in page


# Its file


def test_it_can_be_checked_alone() -> None:
    sealed = read_sealed(FULL, "card.html")
    assert sealed.intact
    assert sealed.digest == make_card(previous=make_card()).digest
    assert read_sealed(FULL.replace("\n", "\r\n"), "card.html").intact
    assert not read_sealed(FULL.replace("2 of 3", "3 of 3", 1), "card.html").intact


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "77"])
def test_another_process_writes_the_same_bytes(seed: str) -> None:
    code = (
        "import sys; from tests.reports.test_page import FULL, INCIDENT;"
        "sys.stdout.buffer.write((FULL + INCIDENT).encode())"
    )
    root = Path(__file__).parents[2]
    env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "TZ": "Pacific/Auckland"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=root, env=env)
    assert ran.stdout.decode() == FULL + INCIDENT


def test_a_team_replaces_what_stands_in_the_page_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "scorecard.html.j2").write_text(
        '<main><h1>{{ card.system }}</h1><p title="{{ card.owner }}">{{ card.digest | digest(12) }}</p>'
        "{{ charts.sections }}<script>alert(1)</script></main>",
        encoding="utf-8",
    )
    page = scorecard_html(replace(make_card(), system="<b>@bot</b>", owner='" onclick="x'), (), tmp_path)
    assert "<h1>&lt;b&gt;@bot&lt;/b&gt;</h1>" in page
    assert 'title="&quot; onclick=&quot;x"' in page
    assert "default-src 'none'" in page  # a script in a template is not run
    assert read_sealed(page, "s").intact


@pytest.mark.parametrize("template", ["{% for %}", "{{ card.nothing }}", "{{ card.system.__class__.__mro__ }}"])
def test_a_template_that_does_not_work_is_an_error_that_names_it(tmp_path: Path, template: str) -> None:
    (tmp_path / "scorecard.html.j2").write_text(template, encoding="utf-8")
    with pytest.raises(ReadinessError, match=r"scorecard\.html\.j2"):
        scorecard_html(make_card(), (), tmp_path)
