"""The scorecard: what it says, that the same review gives the same bytes, and that a file can be checked alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from readiness_tui.domain.checklists.assessment import Assurance, Vote
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.model import GateOutcome, Result
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.scorecard.compose import compose
from readiness_tui.domain.scorecard.digest import scorecard_digest
from readiness_tui.domain.scorecard.model import ChangeCause, GapLine, GateCard, Scorecard
from readiness_tui.domain.text.format import width
from readiness_tui.domain.text.plain import plain
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Facts, Judgement, Part, Verdict
from readiness_tui.reports import scorecard_head
from readiness_tui.reports.escape import inline
from readiness_tui.reports.scorecard_json import read_scorecard, scorecard_json
from readiness_tui.reports.scorecard_md import scorecard_markdown
from readiness_tui.reports.seal import read_sealed
from tests.domain.build import change_dossier, make_evidence
from tests.reports.markdown import parser
from tests.reports.sample import AS_OF, OBSERVABILITY, make_card, make_gate, make_sample, with_text
from tests.reports.test_escape import texts

EXPECTED = Path(__file__).parent / "expected" / "scorecard.md"


def headings(markdown: str) -> list[str]:
    return [line.removeprefix("## ") for line in markdown.split("\n") if line.startswith("## ")]


def recomposed(sample: tuple[Facts, Judgement], **changes: Any) -> Scorecard:
    return compose(*sample, app_version="0.1.0", **changes)


# What it says


def test_the_worked_scorecard() -> None:
    """The whole document, byte for byte. After a change that is meant: `python -m tests.reports.write_expected`."""
    assert scorecard_markdown(make_card()) == EXPECTED.read_text(encoding="utf-8")


def test_the_first_ten_lines_say_all_that_decides() -> None:
    first = scorecard_markdown(make_card()).split("\n")[:10]
    text = "\n".join(first)
    for said in (
        "Support bot",
        "2026.11",
        "24 Nov 2026",
        "**NO-GO**",
        "REL-02 is undecided: Fallback",
        "2 of 3 required pass",
        "Reliability 18%",
        "assessed** 76%",
        "1 open · 1 partial",
        "no owner — 1 Dec 2026",
        "ana, ben",
        "dissent** ben",
        "overridden** to GO WITH CONDITIONS by dana",
    ):
        assert said in text, said
    assert any(line.startswith("- **Reviewers**") for line in first)


WORST = "@everyone <b>|`*_[x](https://evil.example)~$1&amp;| " + "W" * 150 + " 漢字" * 40


def large_card(text: str = "", *, previous: bool = False, shown: int = 40) -> Scorecard:
    """The worked card with forty of everything, each longer than a line; `text` stands in all of it."""
    card = make_card(previous=make_card() if previous else None)
    say = f"needs a sentence that goes on for longer than one line of a hundred columns can hold {text}"
    causes = tuple(
        replace(card.causes[0], key=f"item/x/{n}", text=f"Reason {n} {say}", verdict=Verdict.NO_GO, part=part)
        for part in Part for n in range(shown)
    )  # fmt: skip
    conditions = tuple(
        replace(card.conditions[0], key=f"item/y/{n}", text=f"Condition {n} {say}", owner=f"owner {text}")
        for n in range(shown)
    )
    gaps = tuple(replace(card.gaps[0], key=f"item/z/{n}", title=f"Gap {n} {say}") for n in range(shown))
    rows = tuple(replace(card.gate.rows[0], reason=f"row {n} {say}") for n in range(shown))
    rows = (*rows, replace(card.gate.rows[0], result=Result.FAIL, rule=replace(rows[0].rule, metric=f"last {text}")))
    sections = tuple(
        replace(card.sections[0], title=f"Section {n} {text}", percent=n + 40, blockers_open=12, blockers_partial=12,
                blockers_waived=12, previous=60)
        for n in range(shown)
    )  # fmt: skip
    return replace(
        card, causes=causes, conditions=conditions, gaps=gaps, sections=(*sections, replace(sections[0], percent=3)),
        gate=replace(card.gate, rows=rows, name=f"gate {text}"), reason=f"{causes[0].text}; and 39 more reasons.",
        weakest=f"Section 0 {text}", system=f"Support bot {text}", release=f"2026.11 {text}",
        reviewers=tuple(f"{n} {text}" for n in range(shown)),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", WORST], ids=["plain", "worst"])
@pytest.mark.parametrize("previous", [False, True])
@pytest.mark.parametrize("shown", [1, 3, 40])
def test_the_first_sixty_lines_hold_what_decides_however_large_the_review(
    text: str, previous: bool, shown: int
) -> None:
    """Of at most 100 columns; what is cut is counted there and stands in full after them."""
    card = large_card(text, previous=previous, shown=shown)
    lines = scorecard_markdown(card).split("\n")
    first = lines[: min(60, lines.index("## What to do"))]
    rest = " ".join("\n".join(lines[len(first) :]).split())
    assert max(map(width, first)) <= 100
    head = "\n".join(first)
    assert first[2].startswith("**NO-GO**: Reason 0")
    assert any(line.startswith("- **Reviewers**") for line in first[:10])
    assert [line for line in first if line.startswith("## ")][:4] == [
        "## Why",
        "## Conditions",
        "## Gate",
        "## Sections",
    ]
    assert "- Reason 0 needs" in head
    assert "- [ ] Condition 0 needs" in head
    assert "| ✗ fail |" in head  # the one row of forty that fails
    assert "| 3% |" in head  # the lowest of forty sections
    assert [line[:11] for line in first if line.startswith("- **Gap ")] == [
        f"- **Gap {n}**" for n in range(1, min(shown, 3) + 1)
    ]
    if shown == 40:
        assert head.count(" more, below") == 4
    for n in range(shown):
        assert (
            f"Reason {n} needs a sentence that goes on for longer than one line of a hundred columns can hold" in rest
        )
        assert f"Condition {n} needs a sentence that goes on for longer than one line" in rest
        assert f"| row {n} needs a sentence" in rest
        assert f"Gap {n} needs a sentence" in rest
    listed = sum(line.startswith("- [ ] ") for line in lines)
    assert listed == shown  # each condition is one task, once
    read_back, _ = read_scorecard(scorecard_json(card), "it")
    assert (read_back.causes, read_back.conditions, read_back.gate.rows) == (
        card.causes,
        card.conditions,
        card.gate.rows,
    )


def test_a_bare_review_has_a_head_of_its_own() -> None:
    card = replace(make_card(), causes=(), conditions=(), gaps=(), sections=(), gate=GateCard())
    lines = scorecard_markdown(card).split("\n")
    assert max(map(width, lines[: lines.index(next(line for line in lines[12:] if line.startswith("## ")))])) <= 100
    assert not {"Conditions", "Gate", "Sections", "What to do"} & set(headings("\n".join(lines)))


def test_a_conditional_verdict_says_until_when_and_lists_its_conditions() -> None:
    facts, judgement = make_sample()
    card = recomposed((facts, replace(judgement, verdict=Verdict.CONDITIONS, valid_until=date(2026, 12, 15))))
    markdown = scorecard_markdown(card)
    assert "**GO WITH CONDITIONS** (valid until 15 Dec 2026): INC-7" in markdown.split("\n")[2]
    assert "- [ ] INC-7 is an open sev2 — chloe — 15 Dec 2026\n" in markdown


def test_the_sections_come_in_the_documents_order_and_empty_ones_do_not_print() -> None:
    full = headings(scorecard_markdown(make_card(previous=make_card())))
    assert full == [
        "Why",
        "Conditions",
        "Gate",
        "Sections",
        "More gaps",
        "What to do",
        "Gate in full",
        "Gaps",
        "Waivers and not-applicables",
        "Incidents",
        "Changes since the last review",
        "Probe evidence",
        "Items",
        "Disagreements, overrides, and what would flip the verdict",
        "Method",
    ]
    facts, judgement = make_sample(gate=GateOutcome(None, None), incidents=())
    bare = recomposed((replace(facts, gaps={}, dossiers={}), replace(judgement, conditions=(), found_gaps=())))
    assert not {"Conditions", "Gate", "Gaps", "Incidents", "Probe evidence"} & set(headings(scorecard_markdown(bare)))


def test_percentages_never_flatter_and_a_miss_never_looks_like_a_pass() -> None:
    row = make_gate().rows[0]
    missed = replace(row, result=Result.FAIL, estimate=Estimate(0.79999, 40, high=0.9), change=None)
    slow = replace(make_gate().rows[2], result=Result.FAIL, estimate=Estimate(3500.2, 9), change=None)
    facts, judgement = make_sample(gate=replace(make_gate(), rows=(missed, slow)))
    markdown = scorecard_markdown(recomposed((facts, judgement)))
    assert "| 0.799 | — |" in markdown
    assert "| 3,501 | — | 9 |" in markdown


def test_a_figure_that_is_no_number_is_none() -> None:
    row = replace(make_gate().rows[0], result=Result.MISSING, estimate=Estimate(float("nan"), 3))
    facts, judgement = make_sample(gate=replace(make_gate(), rows=(row,)))
    card = recomposed((facts, judgement))
    assert card.gate.rows[0].estimate is None
    assert read_scorecard(scorecard_json(card), "it") == (card, True)


def test_a_waiver_raises_nothing_and_a_not_applicable_shows_what_it_hides() -> None:
    waiver, inapplicable = make_card().exceptions
    assert (waiver.kind, waiver.percent, waiver.without) == ("waiver", 18, 18)
    # REL-01 1 of 2 at weight 3, REL-02 and REL-05 at 0: 3/16; with REL-07 (weight 1) as well: 3/18.
    assert (inapplicable.kind, inapplicable.percent, inapplicable.without) == ("not applicable", 18, 16)


def test_an_expired_waiver_is_called_so() -> None:
    facts, judgement = make_sample()
    later = replace(judgement, as_of=date(2026, 12, 21))
    assert recomposed((facts, later)).exceptions[0].kind == "expired waiver"


def test_a_blocker_that_one_person_calls_not_applicable_is_unconfirmed() -> None:
    facts, judgement = make_sample()
    facts = change_dossier(facts, "REL-02", votes=(Vote("REL-02", "ana", None, na=True, na_reason="one model"),))
    approvers = {
        confirmed: [
            entry.approver
            for entry in recomposed((given, judged(given, judgement))).exceptions
            if entry.item_id == "REL-02"
        ]
        for confirmed in ("", "ben")
        for given in [change_dossier(facts, "REL-02", na_confirmed_by=confirmed)]
    }
    assert approvers == {"": ["unconfirmed"], "ben": ["ben"]}


def test_gaps_are_todays_and_the_living_by_severity_then_date() -> None:
    gaps = make_card().gaps
    assert [(gap.key, gap.state) for gap in gaps] == [
        ("gate/citation_accuracy", GapState.OPEN),
        ("incident/7/1", GapState.OPEN),
        ("item/reliability/REL-01", GapState.OPEN),
        ("item/reliability/REL-05", GapState.ACCEPTED),
        ("case/case-12", GapState.OPEN),
    ]
    rel_01: GapLine = gaps[2]
    assert (rel_01.owner, rel_01.age, rel_01.evidence) == ("ben", 22, "url https://example.org/timeouts")
    assert "item/reliability/REL-05" not in {gap.key for gap in make_card().top_gaps}  # an accepted risk


def test_blind_votes_are_not_in_it_before_the_reveal() -> None:
    facts, judgement = make_sample()
    facts = replace(facts, review=replace(facts.review, blind=True))
    card = recomposed((facts, judgement))
    assert (card.voted, card.disagreements) == (0, ())
    assert "**votes blind**: undecided until the reveal" in scorecard_markdown(card)
    shown = recomposed((replace(facts, review=replace(facts.review, revealed=True)), judgement))
    assert (shown.agreed, shown.voted) == (1, 2)
    assert shown.disagreements[0].votes == ("ana 2", "ben 1")


def test_secrets_are_in_no_form_of_it() -> None:
    key = "ghp_" + "a1B2" * 8
    facts, judgement = make_sample()
    facts = change_dossier(facts, "REL-01", note=f"token {key}", evidence=(make_evidence(ref=key),))
    card = recomposed((facts, judgement))
    assert key not in scorecard_json(card) + scorecard_markdown(card)
    assert "masked" in card.sections[1].items[0].note


def test_two_inputs_of_one_name_are_both_named() -> None:
    pairs = [("log.jsonl", "b"), ("log.jsonl", "a"), ("log.jsonl", "a")]
    assert recomposed(make_sample(), input_digests=pairs).method.inputs == (("log.jsonl", "a"), ("log.jsonl", "b"))


# Changes, by cause


def changed(**changes: Any) -> dict[ChangeCause, list[str]]:
    before = make_card()
    facts, judgement = make_sample()
    facts = replace(facts, **changes)
    after = compose(facts, judged(facts, judgement), app_version="0.1.0", previous=before)
    found: dict[ChangeCause, list[str]] = {}
    for change in after.changes:
        found.setdefault(change.cause, []).append(change.text)
    return found


def judged(facts: Facts, judgement: Judgement) -> Judgement:
    now = judge(facts, AS_OF)
    return replace(judgement, sections=now.sections, standings=now.standings, headline=now.headline)


def test_nothing_changed_is_said() -> None:
    card = make_card(previous=make_card())
    assert card.changes == ()
    assert "- Nothing changed.\n" in scorecard_markdown(card)
    assert "**Since 24 Nov 2026** NO-GO → NO-GO · weakest section 18% → 18% · 0 changes" in scorecard_markdown(card)


def test_another_vote_on_the_same_facts_is_judgement_and_new_evidence_is_evidence() -> None:
    facts, _ = make_sample()
    voted = change_dossier(facts, "REL-02", votes=(Vote("REL-02", "ana", 0),))
    assert changed(dossiers=voted.dossiers) == {
        ChangeCause.JUDGEMENT: ["REL-02 Fallback model/provider is defined: undecided → missing (claimed)"]
    }
    shown = change_dossier(voted, "REL-02", votes=(Vote("REL-02", "ana", 2),), evidence=(make_evidence(id=9),))
    assert changed(dossiers=shown.dossiers) == {
        ChangeCause.EVIDENCE: [f"REL-02 Fallback model/provider is defined: undecided → met ({Assurance.EVIDENCED})"]
    }


def test_a_new_checklist_or_gate_is_named_as_the_cause() -> None:
    facts, _ = make_sample()
    heavier = replace(OBSERVABILITY.items[1], weight=5)
    new = replace(OBSERVABILITY, version="2", digest="other", items=(OBSERVABILITY.items[0], heavier))
    dossiers = change_dossier(facts, "OBS-04", item=heavier).dossiers
    assert changed(checklists=(new, facts.checklists[1]), dossiers=dossiers) == {
        ChangeCause.CHECKLIST: [
            "Observability: version 1 → 2, content changed",
            "OBS-04 Tool inputs/outputs logged: major, weight 2 → major, weight 5",
        ]
    }
    gate = make_gate()
    assert gate.gate is not None
    stricter = replace(gate.rows[0].rule, threshold=0.9)
    rows = (replace(gate.rows[0], rule=stricter, result=Result.FAIL), replace(gate.rows[3], result=Result.FAIL))
    outcome = replace(gate, gate=replace(gate.gate, version=3, digest="other"), rows=rows)
    found = changed(gate=outcome)
    assert found[ChangeCause.EVIDENCE] == ["cost_per_success (high_risk): missing → fail"]
    assert found[ChangeCause.GATE][:3] == [
        "gate: support-bot v2 → support-bot v3",
        "hit_rate: rule ≥ 0.80 → ≥ 0.90",
        "hit_rate: pass → fail",
    ]


# The same bytes, and a digest


def test_the_order_in_which_facts_were_stored_does_not_matter() -> None:
    facts, judgement = make_sample()
    turned = replace(
        facts,
        dossiers=dict(reversed(facts.dossiers.items())),
        gaps=dict(reversed((facts.gaps or {}).items())),
    )
    inputs = {"b": "2", "a": "1"}
    one = recomposed((facts, judgement), input_digests=inputs)
    other = recomposed((turned, judgement), input_digests=dict(reversed(inputs.items())))
    assert scorecard_json(one) == scorecard_json(other)
    assert scorecard_markdown(one) == scorecard_markdown(other)


@pytest.mark.parametrize("seed", ["1", "77"])
def test_another_process_writes_the_same_bytes(seed: str) -> None:
    code = (
        "import sys; from tests.reports.sample import make_card;"
        "from readiness_tui.reports.scorecard_md import scorecard_markdown;"
        "sys.stdout.buffer.write(scorecard_markdown(make_card()).encode())"
    )
    root = Path(__file__).parents[2]
    env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "TZ": "Pacific/Auckland"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=root, env=env)
    assert ran.stdout.decode() == EXPECTED.read_text(encoding="utf-8")


def test_json_goes_round_and_its_digest_verifies() -> None:
    card = make_card(previous=make_card())
    text = scorecard_json(card)
    assert read_scorecard(text, "it") == (card, True)
    assert scorecard_digest(json.loads(text)) == card.digest
    assert text.endswith("}\n")
    assert json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) == text.removesuffix("\n")
    assert read_sealed(text, "it").intact


@pytest.mark.parametrize("write", [scorecard_markdown, scorecard_json])
def test_whoever_edits_the_file_breaks_it(write: Callable[[Scorecard], str]) -> None:
    text = write(make_card())
    sealed = read_sealed(text, "s")
    assert (sealed.verdict, sealed.as_of, sealed.valid_until) == (Verdict.NO_GO, AS_OF, None)
    assert sealed.intact
    assert sealed.digest == make_card().digest
    assert read_sealed(text.replace("\n", "\r\n"), "s").intact  # git may change line ends
    assert not read_sealed(text.replace("Citation accuracy", "Citation accuracy,", 1), "s").intact
    assert not read_sealed(text.replace("NO-GO", "GO"), "s").intact


def test_validity_is_inclusive() -> None:
    facts, judgement = make_sample()
    until = AS_OF + timedelta(days=9)
    card = recomposed((facts, replace(judgement, verdict=Verdict.CONDITIONS, valid_until=until)))
    sealed = read_sealed(scorecard_markdown(card), "s")
    assert not sealed.lapsed(until)
    assert sealed.lapsed(until + timedelta(days=1))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# notes\n", "seal"),
        ("{", "JSON"),
        ("{}", "no scorecard"),
        ('{"schema": 99, "verdict": "GO"}', "schema 99"),
        ('{"schema": 1, "verdict": "GO"}', "required field"),
        ("[" * 100_000, "seal"),
        ('{"a":' * 100_000, "JSON"),
    ],
)
def test_what_is_no_scorecard_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ReadinessError, match=why) as refused:
        read_sealed(text, "release.md")
    assert "release.md" in str(refused.value)


# Hostile text, and a team's own template


@cache
def parsed_with(text: str) -> list[Token]:
    card = with_text(make_card(previous=make_card()), lambda old: text if old else old)
    return parser().parse(scorecard_markdown(replace(card, digest="0" * 64)))


@pytest.mark.slow
@given(texts.filter(lambda text: text.strip() != ""))
@settings(max_examples=80, deadline=None)
def test_any_text_in_every_field_leaves_the_document_as_it_was(text: str) -> None:
    found = parsed_with(text)
    # The same headings, lists, tables and cells, whatever they say.
    assert [token.type for token in found] == [token.type for token in parsed_with("x")]
    for token in found:
        if token.type == "html_block":
            assert token.content.startswith(
                ("<details>\n<summary>", "<details open>\n<summary>", "</details>", "<!-- readiness-scorecard ")
            )
        inner = {child.type for child in token.children or []}
        assert inner <= {"text", "text_special", "code_inline", "softbreak", "strong_open", "strong_close"}


@given(st.text(max_size=30))
@settings(max_examples=40, deadline=None)
def test_json_holds_any_text_and_nothing_a_terminal_obeys(text: str) -> None:
    facts, judgement = make_sample()
    facts = change_dossier(facts, "REL-01", note=f"\x1b]0;{text}\u202e\ud800\x9b")
    card = recomposed((facts, judgement))
    written = scorecard_json(card)
    assert read_scorecard(written, "it") == (card, True)
    assert not set(written) & {"\x1b", "\x9b", "\u202e", "\ud800", "\x7f", "\u200b"}
    assert plain(card)["sections"][1]["items"][0]["note"].startswith("\x1b]0;")


def test_a_team_replaces_the_template_and_its_text_is_escaped_too(tmp_path: Path) -> None:
    (tmp_path / "scorecard.md.j2").write_text("# {{ card.system }} by {{ card.owner ~ '|' }}\n", encoding="utf-8")
    card = replace(make_card(), system="<b>@bot</b>")
    markdown = scorecard_markdown(card, tmp_path)
    assert markdown.startswith("# &lt;b&gt;`@`bot&lt;/b&gt; by chloe\\|\n")
    assert read_sealed(markdown, "s").intact


@pytest.mark.parametrize(
    "template",
    ["{% for %}", "{{ card.nothing }}", "{{ 1 / 0 }}", "{{ card.system.__class__.__mro__ }}", "{% include 'x' %}"],
)
def test_a_template_that_does_not_work_is_an_error_that_names_it(tmp_path: Path, template: str) -> None:
    (tmp_path / "scorecard.md.j2").write_text(template, encoding="utf-8")
    with pytest.raises(ReadinessError, match=r"scorecard\.md\.j2"):
        scorecard_markdown(make_card(), tmp_path)


@pytest.mark.slow
def test_the_rest_of_a_sentence_never_begins_a_line() -> None:
    """However long the first reason is, "; and 2 more reasons." stands behind a word of it."""
    facts, judgement = make_sample()
    card = compose(facts, judgement, app_version="1")
    for length in range(1, 200):
        said = f"{'a word ' * 40}"[:length].strip()
        for previous in (None, card):
            lines = scorecard_markdown(replace(card, reason=f"{said}; and 2 more reasons.", previous=previous)).split(
                "\n"
            )[2:6]
            assert not any(line.lstrip().startswith(";") for line in lines), lines
            assert "; and 2 more reasons." in " ".join(lines)


@pytest.mark.parametrize("word", ["wörd日", "[x](y)"])
@pytest.mark.parametrize("tail", ["", "; and 2 more"])
def test_a_long_text_is_looked_at_a_line_at_a_time(word: str, tail: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many words are left: twice the text takes twice the work, not four times."""
    looked = 0

    def counted(text: str) -> int:
        nonlocal looked
        looked += len(text)
        return width(text)

    monkeypatch.setattr(scorecard_head, "width", counted)
    took = []
    for count in (400, 800):
        looked = 0
        lines = scorecard_head._filled("- ", " ".join([word] * count), tail=tail)
        assert sum(line.count(inline(word)) for line in lines) == count
        assert max(map(width, lines)) <= scorecard_head.COLUMNS
        took.append(looked)
    assert took[1] < 2.2 * took[0]
