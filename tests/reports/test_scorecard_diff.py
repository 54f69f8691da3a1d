"""Two scorecards held against each other; a markdown file says the same as the values it was made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.scorecard.brief import Brief, Chapter, brief, difference
from readiness_tui.domain.scorecard.digest import scorecard_digest
from readiness_tui.domain.scorecard.model import Scorecard
from readiness_tui.domain.text.plain import plain
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.reports.page.scorecard import scorecard_html
from readiness_tui.reports.scorecard_brief import read_brief
from readiness_tui.reports.scorecard_diff import diff_object, diff_text
from readiness_tui.reports.scorecard_json import scorecard_json
from readiness_tui.reports.scorecard_md import scorecard_markdown
from tests.reports.sample import make_card, with_text
from tests.reports.test_escape import texts

BEFORE = make_card()


def sealed(card: Scorecard) -> Scorecard:
    return replace(card, digest=scorecard_digest(plain(card)))


def after() -> Scorecard:
    """The card a month later: better in one place, worse in another."""
    card = BEFORE
    gate = replace(card.gate, rows=(replace(card.gate.rows[0], result=Result.FAIL), *card.gate.rows[1:]))
    closed, *gaps = card.gaps
    gaps = [
        replace(gaps[0], owner="zoe", due=date(2027, 1, 9)),
        *gaps[1:],
        replace(closed, key="case/new", title="New one"),
    ]
    (condition,) = card.conditions
    section, other = card.sections
    item = replace(section.items[0], word="partial", points=1)
    return sealed(
        replace(
            card, release="2026.12", as_of=date(2026, 12, 24), verdict=Verdict.CONDITIONS, valid_until=date(2027, 1, 1),
            headline=40, gate=gate, gaps=tuple(gaps), causes=card.causes[1:],
            conditions=(replace(condition, owner="dora"), replace(condition, key="z", text="Another one", due=None)),
            sections=(replace(section, percent=55, items=(item, *section.items[1:])), other),
        )
    )  # fmt: skip


AFTER = after()


def by_text(one: Brief) -> dict[Chapter, list[object]]:
    """Its chapters as a text has them: of conditions and reasons the key is not known."""
    return {
        chapter: [
            (entry.name.rstrip("."), dict(entry.facts))
            if chapter in (Chapter.REASONS, Chapter.CONDITIONS)
            else (key, entry.name, dict(entry.facts))
            for key, entry in one.entries[chapter].items()
        ]
        for chapter in Chapter
    }


@pytest.mark.parametrize("card", [BEFORE, AFTER, sealed(make_card(previous=AFTER)), sealed(replace(BEFORE, gaps=()))])
def test_markdown_is_read_as_the_values_it_was_made_of(card: Scorecard) -> None:
    read, held = read_brief(scorecard_markdown(card), "card.md"), brief(card)
    assert by_text(read) == by_text(held)
    names = ("system", "release", "as_of", "verdict", "valid_until", "headline", "assessed", "digest")
    assert {name: getattr(read, name) for name in names} == {name: getattr(held, name) for name in names}
    assert read_brief(scorecard_json(card), "card.json").card == card


@pytest.mark.slow
@given(texts.filter(lambda text: len(text.split()) > 0))
@settings(max_examples=80, deadline=None)
def test_whatever_text_it_holds_it_is_read_or_refused_never_misread(text: str) -> None:
    card = sealed(with_text(BEFORE, lambda old: f"{old} {text}" if old else old))
    try:
        read = read_brief(scorecard_markdown(card), "card.md")
    except ReadinessError:
        return
    assert difference(read, replace(brief(card), card=None)).same


def test_what_changed_is_said_chapter_by_chapter_and_by_cause() -> None:
    found = difference(brief(BEFORE), brief(AFTER))
    text = diff_text(found)
    assert not found.same
    for said in (
        "Support bot: release 2026.11, as of 24 Nov 2026 → release 2026.12",
        "verdict          NO-GO → GO WITH CONDITIONS",
        "valid until      — → 1 Jan 2027",
        "weakest section  18% → 40%",
        "GATE  1 changed",
        "  · hit_rate: result pass → fail",
        "  · Observability: score",
        "REASONS  1 gone",
        "  − gone: Blocker REL-02 is undecided",
        "CONDITIONS  1 new, 1 changed",
        "  + new: Another one (owner dora, due no date)".replace("dora", "chloe"),
        "  · INC-7 is an open sev2: owner chloe → dora",
        "GAPS  1 new, 1 gone, 1 changed",
        "  + new: New one",
        "owner ben → zoe",
        "BY CAUSE",
        "  evidence: hit_rate: pass → fail",
        "  judgement: OBS-01 Prompt version logged: met (evidenced) → partial",
    ):
        assert said in text, f"{said}\n{text}"
    assert max(map(len, text.split("\n"))) <= 80


@pytest.mark.parametrize("first", [scorecard_markdown, scorecard_json])
@pytest.mark.parametrize("second", [scorecard_markdown, scorecard_json])
def test_files_of_either_form_say_the_same_and_causes_are_known_of_two_json(first: object, second: object) -> None:
    sides = [read_brief(write(card), "f") for write, card in ((first, BEFORE), (second, AFTER))]  # type: ignore[operator]
    found, held = difference(*sides), difference(brief(BEFORE), brief(AFTER))
    exact = first is second is scorecard_json
    assert (found.causes is None) == (not exact)
    for chapter in Chapter:
        counts = [
            (len(one.chapters[chapter].new), len(one.chapters[chapter].gone), len(one.chapters[chapter].changed))
            for one in (found, held)
        ]
        assert counts[0] == counts[1], chapter
    assert ("ITEMS" in diff_text(found)) == (not exact)
    assert ("Why each changed is not known" in diff_text(found)) == (not exact)
    assert (diff_object(found)["causes"] is None) == (not exact)


def test_the_same_and_nothing_changed_are_said() -> None:
    assert "They are the same scorecard." in diff_text(difference(brief(BEFORE), brief(BEFORE)))
    later = sealed(replace(BEFORE, as_of=date(2026, 11, 25)))
    found = difference(brief(BEFORE), brief(later))
    assert found.same
    assert "Nothing that they are compared by has changed." in diff_text(found)
    assert "! The first is of a later day than the second." in diff_text(difference(brief(later), brief(BEFORE)))


def test_a_metric_with_a_threshold_and_a_margin_has_two_rows() -> None:
    row = BEFORE.gate.rows[0]
    margin = replace(row, rule=replace(row.rule, threshold=None, max_regression=0.02))
    both = sealed(replace(BEFORE, gate=replace(BEFORE.gate, rows=(row, margin))))
    for one in (brief(both), read_brief(scorecard_markdown(both), "f")):
        assert list(one.entries[Chapter.GATE]) == ["hit_rate", "hit_rate against the baseline"]
    without = sealed(replace(BEFORE, gate=replace(BEFORE.gate, rows=(margin,))))
    gone = difference(brief(both), brief(without)).chapters[Chapter.GATE]
    assert [one.name for one in gone.gone] == ["hit_rate"]
    assert not gone.changed


@pytest.mark.parametrize("write", [scorecard_markdown, scorecard_json])
def test_a_file_that_was_changed_is_not_compared(write: object) -> None:
    text = write(BEFORE).replace("Citation accuracy", "Citation precision", 1)  # type: ignore[operator]
    with pytest.raises(ReadinessError, match=r"card\.x is not what was exported"):
        read_brief(text, "card.x")


def test_html_and_a_teams_own_template_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match="Compare its markdown or its JSON"):
        read_brief(scorecard_html(BEFORE), "card.html")
    for template in (
        "# {{ card.system }}\n",
        "# Day-21 readiness scorecard: x, release y, 1 Jan 2026\n\n## Method\n\nNone.\n",
    ):
        (tmp_path / "scorecard.md.j2").write_text(template, encoding="utf-8")
        with pytest.raises(
            ReadinessError, match=r"our own template \(.+\) is missing|our own template \(.+ is missing\)"
        ):
            read_brief(scorecard_markdown(BEFORE, tmp_path), "card.md")


def test_a_name_that_is_cut_is_found_in_full_or_the_doubt_is_said() -> None:
    """The first page has lines of a hundred columns; what a title loses there stands in full below."""
    long = "A title that goes on " * 8
    section, other = BEFORE.sections
    card = sealed(
        replace(
            BEFORE,
            system=long,
            sections=(replace(section, title=f"First {long}"), replace(other, title=f"Second {long}")),
        )
    )
    read = read_brief(scorecard_markdown(card), "card.md")
    assert list(read.entries[Chapter.SECTIONS]) == list(brief(card).entries[Chapter.SECTIONS])
    assert read.system.endswith("…")
    said = "that both are of one system is not certain"
    found = difference(read, brief(sealed(replace(card, as_of=date(2026, 12, 1)))))
    assert said in " ".join(diff_text(found).split())
    assert said in diff_object(found)["remarks"][0]
    assert diff_object(difference(brief(BEFORE), brief(AFTER)))["remarks"] == []
