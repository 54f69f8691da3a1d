"""What many incidents say together: spans, what keeps coming back, what is late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from readiness_tui.domain.incidents.model import Action, FailureClass, Incident, Sev
from readiness_tui.domain.incidents.trends import Recurring, Spread, trends

AT = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def incident(number: int, detected: int | None = None, **values: object) -> Incident:
    """One that began at eight; `detected`: minutes later."""
    at = None if detected is None else AT + timedelta(minutes=detected)
    return Incident(number, "bot", "t", Sev.SEV2, started=AT, detected=at, **values)  # type: ignore[arg-type]


def test_a_spread_is_over_what_is_known_and_in_order() -> None:
    minutes = [timedelta(minutes=n) for n in (0, 10, 40)]
    found = trends([incident(1, 40), incident(2, 0), incident(3, 10), incident(4, -5), incident(5)], TODAY)
    assert found.spans["to detect"] == Spread(3, minutes[1], minutes[0], minutes[2], unknown=1, disordered=1)
    assert found.spans["to resolve"] == Spread(0, None, None, None, unknown=5, disordered=0)
    assert (found.incidents, found.open) == (5, 5)


def test_what_is_named_most_often_comes_first_and_a_factor_only_where_it_comes_back() -> None:
    tool, retrieval = FailureClass.TOOL, FailureClass.RETRIEVAL
    found = trends(
        [
            incident(1, failure_class=retrieval, fields={"factors": "No timeout. | tool\nOn a Friday"}),
            incident(2, failure_class=tool, fields={"factors": "no  timeout | tool"}),
            incident(3),
        ],
        TODAY,
    )
    assert found.classes[0] == Recurring(tool, ("INC-1", "INC-2"))
    assert found.factors == (Recurring("No timeout.", ("INC-1", "INC-2")),)
    assert found.unclassified == 1


def test_the_longest_overdue_action_comes_first_and_one_due_today_is_not_late() -> None:
    days = [TODAY - timedelta(days=n) for n in (0, 1, 9)]
    actions = tuple(Action(n, "mend it", due=day) for n, day in enumerate(days, 1))
    done = Action(4, "mended", due=days[2], done=TODAY)
    found = trends([incident(1, actions=(*actions, done))], TODAY)
    assert [late.action.id for late in found.overdue] == [3, 2]
