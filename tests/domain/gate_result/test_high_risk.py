"""High-risk cases: whose label counts, what a failure needs to be settled, and a risk that somebody accepts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from readiness_tui.domain.gate_result.high_risk import AcceptedRisk, high_risk
from readiness_tui.domain.gate_result.registration import registration
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.runs.model import NOT_NAMED, Case, HumanLabel, HumanVerdict, Run

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
AS_OF = date(2026, 11, 24)
PASS, FAIL, UNSURE = HumanVerdict.PASS, HumanVerdict.FAIL, HumanVerdict.UNSURE


def run_of(name: str, *labels: tuple[str, HumanVerdict], days: float | None = 0, version: str = "v4") -> RunData:
    started = None if days is None else START + timedelta(days=days)
    given = tuple(HumanLabel(verdict, who) for who, verdict in labels)
    case = Case("c0", tags=("high_risk",), human=given[0] if given else None, labels=given)
    return RunData(Run(name, name, "own", pipeline_version=version, started_at=started), (case,))


@pytest.mark.parametrize(
    ("labels", "unreviewed", "failed"),
    [
        ((), True, False),
        ((("ben", UNSURE),), True, False),
        ((("", PASS),), True, False),
        (((f"{NOT_NAMED} (rated in promptfoo)", PASS),), True, False),
        (((f"{NOT_NAMED} (rated in promptfoo)", FAIL),), True, False),
        ((("ben", PASS), ("cleo", UNSURE)), False, False),
        ((("ben", FAIL),), False, True),
        ((("ben", FAIL), ("cleo", PASS)), False, True),
    ],
)
def test_a_label_is_a_named_persons_pass_or_fail(
    labels: tuple[tuple[str, HumanVerdict], ...], unreviewed: bool, failed: bool
) -> None:
    found = high_risk([run_of("r1", *labels)])
    assert (bool(found.unreviewed), bool(found.failed)) == (unreviewed, failed)
    assert [held.blocks for held in found.findings] == ([True] if failed else [])


@pytest.mark.parametrize(
    ("failed_days", "passed_days", "settled"),
    [(0, 1, True), (1, 0, False), (0, 0, False), (None, 1, False), (0, None, False)],
)
def test_only_a_run_that_is_known_to_have_started_later_settles_a_failure(
    failed_days: float | None, passed_days: float | None, settled: bool
) -> None:
    now, before = run_of("r2", ("ben", PASS), days=passed_days), run_of("r1", ("ben", FAIL), days=failed_days)
    assert bool(high_risk([now], [before]).failed) is not settled
    assert bool(high_risk([before, now]).failed) is not settled  # both the candidate's


def test_an_unlabelled_case_is_asked_for_before_an_old_failure_is() -> None:
    found = high_risk([run_of("r2", days=1)], [run_of("r1", ("ben", FAIL))])
    assert (found.unreviewed, found.failed) == (("c0",), ())


def test_a_risk_is_accepted_for_a_version_until_a_day() -> None:
    candidate = [run_of("r1", ("ben", FAIL))]
    risk = AcceptedRisk("c0", "v4", "a banner", "Dana", AS_OF)
    (held,) = high_risk(candidate, (), (risk,), AS_OF).findings
    assert (held.name, held.blocks, held.expires) == ("high-risk-accepted", False, AS_OF)
    assert "c0 until 24 Nov 2026 by Dana (a banner)" in held.text
    for other, day in (
        (risk, AS_OF + timedelta(days=1)),
        (AcceptedRisk("c1", "v4", "a banner", "Dana", AS_OF), AS_OF),
        (AcceptedRisk("c0", "v3", "a banner", "Dana", AS_OF), AS_OF),
    ):
        assert high_risk(candidate, (), (other,), day).failed_cases == ("c0",)
    # Accepted where nothing failed, it says nothing.
    assert high_risk([run_of("r1", ("ben", PASS))], (), (risk,), AS_OF).findings == ()


def test_a_run_is_registered_between_lock_and_import() -> None:
    from readiness_tui.domain.gate.model import Lock

    lock = Lock("ana", START, "g")
    for days, seen, why in (
        (0, 0, ""),
        (1, 2, ""),
        (1, 0.5, "which had not come: declare its start"),
        (-1, 2, "before the lock"),
        (None, 2, "does not say when it started: declare its start"),
    ):
        registered, said = registration(lock, [run_of("r1", days=days)], {"r1": START + timedelta(days=seen)})
        assert (registered, why in said) == (not why, True), said
    assert registration(lock, [run_of("r1", days=1)], {}) == (True, "")  # when it was here is not known
    assert registration(None, [run_of("r1")], {}) == (False, "the gate was never locked")


def test_a_later_pass_that_somebody_else_failed_settles_nothing() -> None:
    later = run_of("r2", ("ben", PASS), ("cleo", FAIL), days=1)
    assert [(one.case, one.run_id) for one in high_risk([later], [run_of("r1", ("ben", FAIL))]).failed] == [
        ("c0", "r2")
    ]
    both = high_risk([later], (), (AcceptedRisk("c0", "v4", "a banner", "Dana", AS_OF),), AS_OF)
    assert (both.failed, len(both.accepted)) == ((), 1)


@pytest.mark.parametrize(("verdict", "failed"), [(FAIL, True), (PASS, False), (UNSURE, False)])
def test_a_fail_by_one_metric_blocks_and_a_pass_by_one_is_no_review(verdict: HumanVerdict, failed: bool) -> None:
    of_metric = HumanLabel(verdict, "cleo", metric="faithfulness")
    for whole in ((HumanLabel(PASS, "ben"),), ()):
        case = Case("c0", tags=("high_risk",), labels=(*whole, of_metric))
        found = high_risk([RunData(Run("r1", "r1", "own", pipeline_version="v4", started_at=START), (case,))])
        assert (bool(found.failed), bool(found.unreviewed)) == (failed, not whole)
