"""What changed between two scorecards, each change under its cause."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from readiness_tui.domain.scorecard.changes import changes
from readiness_tui.domain.scorecard.model import ChangeCause, ItemLine, Scorecard
from tests.reports.sample import make_card

CARD = make_card()


def item(card: Scorecard, item_id: str) -> ItemLine:
    return next(item for section in card.sections for item in section.items if item.id == item_id)


def with_item(item_id: str, **values: Any) -> Scorecard:
    """The sample's card with one item otherwise."""
    sections = tuple(
        replace(section, items=tuple(replace(line, **values) if line.id == item_id else line for line in section.items))
        for section in CARD.sections
    )
    return replace(CARD, sections=sections)


@pytest.mark.parametrize(
    ("rests_on", "cause"),
    [
        ({}, ChangeCause.JUDGEMENT),
        ({"evidence": ("a drill on 20 Nov",)}, ChangeCause.EVIDENCE),
        ({"proof_digest": "other data"}, ChangeCause.EVIDENCE),
    ],
)
def test_an_item_that_moved_moved_by_what_it_rests_on(rests_on: dict[str, Any], cause: ChangeCause) -> None:
    was = item(CARD, "OBS-04")
    (change,) = changes(CARD, with_item("OBS-04", word="met", points=2, assurance=None, **rests_on))
    assert (change.cause, change.text) == (cause, f"OBS-04 {was.title}: {was.word} ({was.assurance}) → met")


@pytest.mark.parametrize("rests_on", [{"evidence": ("another",)}, {"proof_digest": "other data"}, {"note": "new"}])
def test_an_item_that_stands_where_it_stood_did_not_change(rests_on: dict[str, Any]) -> None:
    assert changes(CARD, with_item("OBS-04", **rests_on)) == ()


def test_an_incident_is_new_or_opened_or_closed() -> None:
    (incident,) = CARD.incidents
    closed = replace(CARD, incidents=(replace(incident, open=not incident.open),))
    states = ("open", "closed") if incident.open else ("closed", "open")
    assert [change.text for change in changes(CARD, closed)] == [
        f"{incident.name} {incident.title}: {' → '.join(states)}"
    ]
    (new,) = changes(replace(CARD, incidents=()), CARD)
    assert new.text == f"{incident.name} {incident.title}: new, {incident.severity} {states[0]}"
    assert changes(CARD, replace(CARD, incidents=())) == ()
