"""The numbers in README and in the explanations are those of the sample and of the rules, and the pictures are current."""

from __future__ import annotations

import re
import runpy
import tomllib
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from readiness_tui.cli import codes
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.intervals.rates import needed_for_rate, wilson
from readiness_tui.domain.metrics.meets import APPROXIMATE
from readiness_tui.domain.text.format import number, whole_percent
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.importing.formats import formats
from readiness_tui.services.review import scorecard
from tests.docs.pages import DOCS, ROOT, blocks
from tests.docs.sample import sample

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def card_and_view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ReviewView]]:
    with sample(tmp_path_factory.mktemp("sample")) as desk:
        yield scorecard.text(desk), load(desk, shared=True)


def unwrapped(text: str) -> list[str]:
    """Lines of a document, each paragraph as one."""
    joined = re.sub(r"(?<=\S)\n(?![-|#>\n])\s*", " ", text)
    return [" ".join(line.split()) for line in joined.splitlines()]


def test_what_readme_quotes_of_the_scorecard_stands_there(card_and_view: tuple[str, ReviewView]) -> None:
    quoted = [
        line for line in unwrapped(re.sub("^> ?", "", "\n".join(re.findall("^>.*", README, re.M)), flags=re.M)) if line
    ]
    assert len(quoted) > 5
    assert set(quoted) - set(unwrapped(card_and_view[0])) == set()


def test_what_readme_says_of_the_sample(card_and_view: tuple[str, ReviewView]) -> None:
    proof = card_and_view[1].facts.dossiers["OBS-04"].proposal
    assert proof is not None
    assert f"{proof.k} of {proof.n} calls carry both" in README


def test_what_readme_says_of_the_program() -> None:
    exits = "exits {GO} for GO, {NO_GO} for NO-GO, {CONDITIONS} for GO WITH CONDITIONS, {UNUSABLE} for input"
    flat = " ".join(README.split())
    assert exits.format(**vars(codes)) in flat
    assert f"{codes.UNTRUSTED} for a file that something else has changed" in flat
    assert f"{codes.OUR_FAULT} for a fault of ours" in flat
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={re.search('With Python ([0-9.]+) or newer', README)[1]}"  # type: ignore[index]
    tried = re.search("Of ([0-9]+) moves", (DOCS / "moves.md").read_text(encoding="utf-8"))
    assert tried is not None
    assert "more than a hundred attempts" in flat
    assert int(tried[1]) > 100


# -- scoring.md -------------------------------------------------------------------------------------------------------

SCORING = (DOCS / "scoring.md").read_text(encoding="utf-8")


def test_the_worked_section_is_the_samples(card_and_view: tuple[str, ReviewView]) -> None:
    (section,) = (one for one in card_and_view[1].judgement.sections if one.checklist.title == "Reliability")
    rows = re.findall(r"^\| (REL-\d+) \| (\d) \| (\d) \| (\d) \| (.*) \|$", SCORING, re.M)
    found = []
    for one in section.standings:
        why = "the proof disagrees" if one.conflict else "only claimed" if one.assurance == "claimed" else one.assurance
        found.append((one.item.id, str(one.item.weight), str(one.vote), str(one.counts), why))
    assert rows == found
    terms = " + ".join(f"{weight}·{counts}" for _, weight, _, counts, _ in rows)
    weights = sum(int(row[1]) for row in rows)
    points = sum(int(row[1]) * int(row[3]) for row in rows)
    assert f"{terms} = {points} of 2·{weights} = {2 * weights} points: {whole_percent(section.score)} %" in SCORING


@pytest.mark.parametrize(
    "said",
    [
        f"a section below {DEFAULT_POLICY.section_floor} %",
        f"a section below {DEFAULT_POLICY.section_go} %",
        f"less than {DEFAULT_POLICY.assessed_floor} % assessed",
        f"less than {DEFAULT_POLICY.assessed_go} % assessed",
        f"GO lapses after {DEFAULT_POLICY.go_days} days",
        f"at most {DEFAULT_POLICY.waiver_days} days ahead",
        f"instead of an eval case, for {DEFAULT_POLICY.eval_case_days} days",
        f"the review's owner and {DEFAULT_POLICY.condition_days} days",
        "due {}, {} or {} days after".format(*(DEFAULT_POLICY.gap_days(one) for one in Severity)),
        "weights {}, {}, {}".format(*(one.weight for one in Severity)),
    ],
)
def test_scoring_says_the_numbers_of_the_policy(said: str) -> None:
    assert said in " ".join(SCORING.split())


# -- bounds.md --------------------------------------------------------------------------------------------------------

BOUNDS = (DOCS / "bounds.md").read_text(encoding="utf-8")


def test_the_bounds_are_those_of_the_program() -> None:
    rows = re.findall(r"^\| ([\d,]+) of ([\d,]+) \| ([\d.]+) \| ≥ ([\d.]+) \| (.*) \|$", BOUNDS, re.M)
    assert len(rows) == 6
    for right, of, value, bound, words in rows:
        k, n = int(right.replace(",", "")), int(of.replace(",", ""))
        found = wilson(k, n)
        assert found.low is not None
        assert (f"{k / n:.2f}", number(found.low)) == (value, bound)
        assert words == ("holds at 95 %" if found.low >= 0.8 else "could be luck")
    assert (
        f"20 cases prove ≥ 0.80 only from {needed_for_rate(0.8, 20)} right on, 100 from {needed_for_rate(0.8, 100)}"
        in BOUNDS
    )


def test_the_row_that_it_explains_is_the_samples(card_and_view: tuple[str, ReviewView]) -> None:
    from readiness_tui.domain.metrics.words import bound_text, value_text

    (row,) = (one for one in card_and_view[1].facts.gate.rows if one.rule.metric == "retrieval_hit_rate")
    assert row.estimate is not None
    (shown,) = (block.text for block in blocks(DOCS / "bounds.md") if "retrieval_hit_rate" in block.text)
    flat = " ".join(shown.split())
    for said in (value_text(row.estimate.value, row.rule), bound_text(row.estimate, row.rule), row.reason, row.sure):
        assert said
        assert said in flat
    assert APPROXIMATE not in row.sure


# -- pictures ---------------------------------------------------------------------------------------------------------

PAINTER = runpy.run_path(str(DOCS / "make_pictures.py"))


@pytest.mark.slow
@pytest.mark.parametrize("picture", PAINTER["PICTURES"], ids=lambda one: one.name)
async def test_a_picture_is_what_the_app_shows(picture: object) -> None:
    painted = await PAINTER["paint"](picture)
    file = PAINTER["TARGET"] / f"{picture.name}.svg"  # type: ignore[attr-defined]
    assert file.read_text(encoding="utf-8") == painted, "run python docs/make_pictures.py, and look at what changed"


def test_there_is_no_other_picture_and_none_fetches_anything() -> None:
    files = sorted(PAINTER["TARGET"].iterdir())
    assert [file.stem for file in files] == sorted(one.name for one in PAINTER["PICTURES"])
    for file in files:
        text = file.read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        assert root.tag.endswith("svg")
        assert re.findall(r"(?:href|src)=|url\((?!#)|@import|<script", text) == []


def test_the_page_of_words_is_current() -> None:
    made = runpy.run_path(str(DOCS / "make_glossary.py"))
    written = (DOCS / "glossary.md").read_text(encoding="utf-8")
    assert made["document"]() == written, "run python docs/make_glossary.py"


def test_the_page_of_tools_names_every_format_once() -> None:
    page = (DOCS / "from_tools.md").read_text(encoding="utf-8")
    told = re.findall(r"\| `(\w+)` \|$", page, re.M)
    assert set(told) == {one.name for one in formats()}
    assert {name for name in told if told.count(name) > 1} == {"otlp"}, "live, and from a file"
