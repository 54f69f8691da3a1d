"""Signs that are part of a text: comparisons, quotation marks, negations. What was typed comes out as it was typed."""

from __future__ import annotations

import pytest

from readiness_tui.domain.incidents.model import Sev
from readiness_tui.sources.incidents.action_words import take_apart
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.headings import severity
from readiness_tui.sources.incidents.postmortem import read_postmortem
from readiness_tui.sources.incidents.written_time import read_stamp


def read(text: str) -> IncidentDraft:
    return read_postmortem(text, "review.md")


def test_only_a_sign_at_the_beginning_of_a_line_quotes() -> None:
    draft = read(
        "# Sorter stuck\n\n## Summary\nThe wait was >40 s, and a -> b stayed.\nThen errors\n> 3 %, and <b>all</b> of it.\n\n"
        "> Quoted: x > y\n> goes on\n\n## Root cause\n- depth > 7 was never\n  tested >9 either\n\n## Timeline\n"
        "- 2026-02-03 10:00 > 5 lanes full\n- 2026-02-03 10:05 rate >1 % again\n\n## Action items\n- Page at wait >30 s\n"
    )
    assert draft.fields["summary"] == (
        "The wait was >40 s, and a -> b stayed. Then errors > 3 %, and all of it.\n\nQuoted: x > y goes on"
    )
    assert draft.fields["factors"] == "depth > 7 was never tested >9 either"
    assert [entry.text for entry in draft.timeline] == ["> 5 lanes full", "rate >1 % again"]
    assert [action.text for action in draft.actions] == ["Page at wait >30 s"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("10:00 >5 % fail", ">5 % fail"),
        ("10:00 - > 5 % fail", "> 5 % fail"),
        ("10:00 -3 lanes", "-3 lanes"),
        ("10:00 -> 5 lanes", "5 lanes"),
        ("<10:00> 3 lanes", "3 lanes"),
        ("**10:00** – 3 lanes", "3 lanes"),
        ("[10:00] - stuck", "stuck"),
    ],
)
def test_a_sign_before_a_figure_belongs_to_it(line: str, text: str) -> None:
    stamp = read_stamp(line)
    assert stamp is not None
    assert line[stamp.end :] == text


@pytest.mark.parametrize(
    "said",
    [
        "Not a Sev2", "not SEV-2", "no longer sev3", "It wasn't a SEV2", "SEV2?", "(SEV 2?)", "TBD (SEV-1?)", "TBC: P2", "below SEV3",
        "Sev-3/4", "SEV-2–3", "P2 or 3", "SEV-3 or lower", "possibly SEV1", "High?", "not critical", "should have been sev1", "SEV2+",
    ],
)  # fmt: skip
def test_a_severity_that_is_denied_or_in_doubt_is_none(said: str) -> None:
    assert severity(said) is None
    draft = read(f"# Sorter stuck\n\n**Severity:** {said}\n")
    assert draft.severity is None
    assert said in "\n".join(text for _, text in draft.kept)
    assert "severity" in " ".join(doubt.text for doubt in draft.doubts) or said.startswith("TB")


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("SEV-2 (not customer facing)", Sev.SEV2),
        ("Not customer facing, SEV-2", Sev.SEV2),
        ("Sev 1 - Critical", Sev.SEV1),
        ("SEV2 - 5 lanes", Sev.SEV2),
        ("2 - High", Sev.SEV2),
    ],
)
def test_other_words_beside_a_severity_leave_it(said: str, level: Sev) -> None:
    found = severity(said)
    assert found is not None
    assert found[0] is level


@pytest.mark.parametrize(
    ("written", "text", "owner", "due", "done"),
    [
        ("Page on it (owner: @mo, P1, ETA 10/14/2026)", "Page on it", "mo", "10/14/2026", False),
        ("Page on it (@mo, P2, due 2026-10-14)", "Page on it", "mo", "2026-10-14", False),
        ("Page on it — @mo (High) — due: 2026-10-15", "Page on it", "mo", "2026-10-15", False),
        ("Page on it [P1][@mo][2026-10-20]", "Page on it", "mo", "2026-10-20", False),
        ("Page at > 10 % — Mo — 2026-07-11 — done", "Page at > 10 %", "Mo", "2026-07-11", True),
        ("Page on it @mo due 2026-10-14", "Page on it", "mo", "2026-10-14", False),
        ("@mo due Oct 14, 2026: page on it", "page on it", "mo", "Oct 14, 2026", False),
        ("Page on it: completed 2026-10-06", "Page on it", "", "", True),
        ("Completed on Oct 7, 2026: page on it", "page on it", "", "", True),
        ("Page on it (P1, by mail and by phone)", "Page on it (P1, by mail and by phone)", "", "", False),
        ("Watch it — it broke on 2026-10-14", "Watch it — it broke on 2026-10-14", "", "", False),
    ],
)
def test_what_an_action_ends_or_begins_with(written: str, text: str, owner: str, due: str, done: bool) -> None:
    found = take_apart(written)
    assert (found.text, found.owner, found.due, found.state.done) == (text, owner, due, done)


def test_what_is_struck_out_beside_other_words_is_kept() -> None:
    draft = read(
        "# Sorter stuck\n\n**Severity:** ~~SEV1~~ SEV2\n\n## Action items\n- ~~Build a second lane~~ won't do\n"
        "- ~~Oil it~~ done on 5 Oct 2026\n- ~~Ask Jo~~ Ask the vendor\n\n| Action | Owner |\n|---|---|\n| Page on it | ~~Jo~~ Mo |\n"
    )
    assert [action.text for action in draft.actions] == [
        "Build a second lane (state: won't do)", "Oil it", "Ask the vendor", "Page on it",
    ]  # fmt: skip
    assert [str(action.done) if action.done else None for action in draft.actions] == [None, "2026-10-05", None, None]
    kept = "\n".join(text for _, text in draft.kept)
    assert draft.severity is Sev.SEV2
    assert all(words in kept for words in ("SEV1", "struck out: Ask Jo", "struck out: Jo"))


def test_top_headings_that_are_sections_give_no_title() -> None:
    text = (
        "# Issue Summary\nIt stood.\n\n# Timeline\n- 2026-02-03 10:00 UTC stands\n\n# Resolution and recovery\nOil.\n\n"
        "# Root Cause\nDry.\n"
    )
    draft = read_postmortem(text, "sorter_stuck.md")
    assert draft.title == "sorter stuck"
    assert "Oil." in "\n".join(line for _, line in draft.kept)
    assert read_postmortem(f"# Sorter stuck again\n{text}", "a.md").title == "Sorter stuck again"
