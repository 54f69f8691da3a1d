"""What others rest on is not taken back beneath them: a sentence says what stands in the way, before anything is tried."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.review import assess, history, reviews
from readiness_tui.store import audit
from tests.services.review.conftest import empty_desk

__all__ = ["empty_desk"]


def _opening(desk: Desk) -> int:
    """The entry that opened the desk's review."""
    with desk.store.read() as conn:
        return next(
            entry.id
            for entry in reversed(audit.log(conn))
            if any(row.table == "review" and row.old is None for row in audit.rows(conn, entry.id))
        )


def _counts(desk: Desk) -> list[int]:
    with desk.store.read() as conn:
        return [conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("review", "change", "vote")]


#: What people do in a review, and how what rests on it is called.
SAID: dict[str, tuple[Callable[[Desk], object], str]] = {
    "a vote": (lambda desk: assess.score(desk, ["OBS-01"], 2), "1 vote"),
    "votes": (lambda desk: assess.score(desk, ["OBS-01", "OBS-02"], 2), "2 votes"),
    "a note": (lambda desk: assess.note(desk, "OBS-01", "words"), "1 item note"),
    "a vote and a note": (
        lambda desk: (assess.score(desk, ["OBS-01"], 2), assess.note(desk, "OBS-02", "words")),
        "1 item note and 1 vote",
    ),
}


@pytest.mark.parametrize("what", SAID)
def test_a_review_in_which_somebody_said_something_is_not_taken_back(what: str, empty_desk: Desk) -> None:
    reviews.new_review(empty_desk, system="bot", release="1", reviewers=["ana", "ben"])
    say, words = SAID[what]
    say(empty_desk)
    before, opened = _counts(empty_desk), _opening(empty_desk)
    refusal = history.why_not(empty_desk, opened)
    assert f"Change {opened} cannot be undone" in refusal
    assert words in refusal
    assert refusal.endswith("Undo those first, the latest before the others, or leave it as it is.")
    with pytest.raises(ReadinessError) as refused:
        history.undo(empty_desk, opened)
    assert str(refused.value) == refusal
    assert _counts(empty_desk) == before


def test_what_belonged_to_a_review_that_is_gone_is_not_put_back(empty_desk: Desk) -> None:
    reviews.new_review(empty_desk, system="bot", release="1", reviewers=["ana", "ben"])
    assess.score(empty_desk, ["OBS-01"], 2)
    opened, voted = _opening(empty_desk), history.log(empty_desk, limit=1)[0].id
    history.undo(empty_desk, voted)
    cleared = history.log(empty_desk, limit=1)[0].id
    audit.undo(empty_desk.store, opened, "ana", empty_desk.now())  # nothing rests on it any more
    with (
        empty_desk.store.read() as conn,
        pytest.raises(ReadinessError, match="the review that it belonged to is there no"),
    ):
        audit.check_undo(conn, cleared)
