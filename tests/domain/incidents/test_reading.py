"""Incidents found by what they are and by words in them; the typed rows of a note; and what many of them say together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.incidents.model import (
    Action,
    FailureClass,
    Incident,
    NoteStatus,
    OtherText,
    Sev,
    TimelineEntry,
)
from readiness_tui.domain.incidents.note_rows import (
    Control,
    ControlOutcome,
    Factor,
    Reproduction,
    cells,
    controls,
    factors,
    failed_controls,
    failure_classes,
    remarks,
    reproductions,
    row_line,
)
from readiness_tui.domain.incidents.search import Wanted, find
from readiness_tui.domain.incidents.trends import trends

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def incident(number: int = 1, severity: Sev = Sev.SEV2, **values) -> Incident:
    return replace(Incident(number, "Support bot", "Refund booked twice", severity), **values)


# -- typed rows ------------------------------------------------------------------------------------------------------


def test_a_row_keeps_all_that_was_written() -> None:
    assert list(cells("a | b | c | d\n\n e \nx \\| y|z", 3)) == [
        (1, ("a", "b", "c | d")),
        (3, ("e", "", "")),
        (4, ("x | y", "z", "")),
    ]


@given(st.lists(st.text(alphabet="ab|\\ \n", max_size=8), min_size=3, max_size=3))
def test_a_row_that_is_written_is_read_back(values: list[str]) -> None:
    # A backslash before a bar is the one thing that has no form of its own.
    plain = [" ".join(value.replace("\\", "/").split()) for value in values]
    read = [row for _, row in cells(row_line(*plain), 3)]
    assert read == ([tuple(plain)] if any(plain) else [])


def test_factors_have_a_class_each() -> None:
    found = incident(
        failure_class=FailureClass.RETRIEVAL,
        fields={"factors": "No gate | evaluation blind spot\nLoops | loop\nSaturday\nBad luck | fate"},
    )
    assert factors(found) == (
        Factor("No gate", FailureClass.BLIND_SPOT),
        Factor("Loops", FailureClass.PLANNING),
        Factor("Saturday"),
        Factor("Bad luck", None, "fate"),
    )
    assert failure_classes(found) == (FailureClass.RETRIEVAL, FailureClass.BLIND_SPOT, FailureClass.PLANNING)
    assert [(one.section, one.line) for one in remarks(found)] == [("factors", 4)]
    assert "“fate” is not a failure class" in remarks(found)[0].text


def test_controls_held_failed_or_were_absent() -> None:
    found = incident(
        item_id="REL-04", fields={"controls": "EVA-02 Runs | absent: not run\nOBS-06 | Failed\nDEP-04 | so so"}
    )
    assert controls(found) == (
        Control("EVA-02", "EVA-02 Runs", ControlOutcome.ABSENT, "absent: not run"),
        Control("OBS-06", "OBS-06", ControlOutcome.FAILED, "Failed"),
        Control("DEP-04", "DEP-04", None, "so so"),
        Control("REL-04", "REL-04", ControlOutcome.FAILED),
    )
    assert failed_controls(found) == ("OBS-06", "REL-04")
    assert [one.text for one in remarks(found)] == ["DEP-04: “so so” is not held, failed or absent."]


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("10 of 10 replays on v2; 0 of 10 on v1.", [(10, 10, "replays on v2"), (0, 10, "on v1")]),
        ("8/10", [(8, 10, "")]),
        ("3 out of 1,000 replays", [(3, 1000, "replays")]),
        ("on 2026/11/20, v1.2/3 and kb-1/2", []),
        ("11 of 10", []),
        ("always", []),
    ],
)
def test_a_reproduction_is_a_rate(text: str, rates: list[tuple[int, int, str]]) -> None:
    found = incident(fields={"reproduction": text})
    assert reproductions(found) == tuple(Reproduction(*rate) for rate in rates)
    assert bool(remarks(found)) == (not rates)


def test_a_reproduction_has_its_wilson_bounds() -> None:
    rate = Reproduction(10, 10, "").rate  # Wilson, z = 1.645: 100 / (100 + 10 * 0.2706)
    assert rate.low == pytest.approx(0.787, abs=0.001)
    assert rate.high == 1.0


# -- found -----------------------------------------------------------------------------------------------------------

LATE = Action(1, "Page on errors", owner="ben", due=date(2026, 11, 23))
MANY = [
    incident(1, Sev.SEV1, fields={"summary": "The Index was stale.", "factors": "No gate | prompt"}),
    incident(2, resolved=AT, status=NoteStatus.CLOSED, failure_class=FailureClass.TOOL, actions=(LATE,)),
    incident(3, actions=(replace(LATE, done=TODAY),), timeline=(TimelineEntry(1, AT, "a stale [index]", by="ana"),)),
    incident(4, rivals=(OtherText(1, "summary", "an INDEX", "ben", AT),)),
]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [1, 2, 3, 4]),
        (Wanted(open=True), [1, 3, 4]),
        (Wanted(severity=Sev.SEV1), [1]),
        (Wanted(failure_class=FailureClass.TOOL), [2]),
        (Wanted(failure_class=FailureClass.PROMPT), [1]),
        (Wanted(overdue=True), [2]),
        (Wanted(text="index"), [1, 3, 4]),
        (Wanted(text="INDEX stale"), [1, 3]),
        (Wanted(text="[index]"), [3]),
        (Wanted(text="inc-2"), [2]),
        (Wanted(text="ben"), [2, 3]),
        (Wanted(text="nowhere"), []),
    ],
)
def test_a_list_is_narrowed(wanted: Wanted, numbers: list[int]) -> None:
    assert [row.incident.number for row in find(MANY, wanted, TODAY)] == numbers


def test_a_hit_says_where_and_marks_its_words() -> None:
    long = incident(fields={"summary": f"{'before ' * 20}the stale index {'after ' * 20}"})
    (row,) = find([long], Wanted(text="STALE index"), TODAY)
    (hit,) = row.hits
    assert hit.where == "summary"
    assert [hit.excerpt[start:end] for start, end in hit.spans] == ["stale", "index"]
    assert hit.excerpt.startswith("…before")
    assert hit.excerpt.endswith("after…")


@given(st.text(max_size=30), st.text(alphabet="aB .*[", max_size=6))
def test_what_is_marked_is_what_was_asked_for(text: str, query: str) -> None:
    for row in find([incident(fields={"summary": text})], Wanted(text=query), TODAY):
        for hit in row.hits:
            for start, end in hit.spans:
                assert hit.excerpt[start:end].casefold() in {word.casefold() for word in query.split()}


# -- together --------------------------------------------------------------------------------------------------------


def test_trends_are_medians_and_ranges_with_their_n() -> None:
    timed = [
        incident(n, started=AT, detected=AT + timedelta(minutes=minutes), mitigated=AT + timedelta(minutes=minutes))
        for n, minutes in enumerate((10, 600, 30, 20), start=1)
    ]
    found = trends([*timed, incident(5), incident(6, started=AT, detected=AT - timedelta(minutes=1))], TODAY)
    detect = found.spans["to detect"]
    assert (detect.n, detect.median, detect.low, detect.high) == (
        4, timedelta(minutes=25), timedelta(minutes=10), timedelta(minutes=600),
    )  # fmt: skip
    assert (detect.unknown, detect.disordered) == (1, 1)
    resolve = found.spans["to resolve"]
    assert (resolve.n, resolve.median, resolve.unknown) == (0, None, 6)


def test_what_recurs_is_counted_and_named() -> None:
    one = incident(1, failure_class=FailureClass.TOOL, fields={"factors": "No gate. | tool\nSaturday"})
    two = incident(2, fields={"factors": "no  GATE | prompt", "controls": "OBS-06 | failed"})
    three = incident(3, item_id="OBS-06", actions=(LATE,))
    found = trends([one, two, three], TODAY)
    assert [(row.what, row.incidents) for row in found.factors] == [("No gate.", ("INC-1", "INC-2"))]
    assert [(row.what, row.incidents) for row in found.classes] == [
        (FailureClass.TOOL, ("INC-1",)),
        (FailureClass.PROMPT, ("INC-2",)),
    ]
    assert found.unclassified == 1
    assert [(row.what, row.incidents) for row in found.items] == [("OBS-06", ("INC-2", "INC-3"))]
    assert [(late.incident.number, late.action) for late in found.overdue] == [(3, LATE)]
    assert (found.incidents, found.open) == (3, 3)
