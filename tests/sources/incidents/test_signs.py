"""Signs that are part of a text: comparisons, quotation marks, negations. What was typed comes out as it was typed."""

from __future__ import annotations

import pytest

from readiness_tui.domain.incidents.model import Sev
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
