"""A save whose answer was lost is tried again, and is there once."""

from __future__ import annotations

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.errors import AlreadySaved
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.core.write import resync
from readiness_tui.services.review import assess, history


def test_the_same_key_saves_once(sample_desk: Desk) -> None:
    def pieces() -> int:
        return len(load(sample_desk).dossier("DEP-01").evidence)

    before = pieces()
    with sample_desk.once("form-1"):
        assess.attach(sample_desk, ["DEP-01"], EvidenceKind.PATH, "docs/roles.md")
    with pytest.raises(AlreadySaved), sample_desk.once("form-1"):
        assess.attach(sample_desk, ["DEP-01"], EvidenceKind.PATH, "docs/roles.md")
    assert pieces() == before + 1
    with sample_desk.once("form-2"):
        assess.attach(sample_desk, ["DEP-01"], EvidenceKind.PATH, "docs/roles.md")
    assert pieces() == before + 2


def test_a_form_that_saves_twice_saves_both(sample_desk: Desk) -> None:
    with sample_desk.once("form-1"):
        assess.note(sample_desk, "DEP-01", "first")
        assess.note(sample_desk, "DEP-03", "second")
    view = load(sample_desk)
    assert (view.dossier("DEP-01").note, view.dossier("DEP-03").note) == ("first", "second")


def test_bringing_gaps_up_to_date_leaves_nothing_in_the_history_where_nothing_is_different(sample_desk: Desk) -> None:
    resync(sample_desk)
    before = history.log(sample_desk, limit=1)
    with sample_desk.once("form-1"):
        resync(sample_desk)
    assert history.log(sample_desk, limit=1) == before
