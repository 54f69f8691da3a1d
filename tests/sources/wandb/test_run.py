"""What W&B's own files say of a run: its end, and which figures are the last of several."""

from __future__ import annotations

from collections import Counter

import pytest

from readiness_tui.domain.runs.model import Aggregate, Completeness
from readiness_tui.sources.wandb.run import LoggedRun, run_of


def logged(**values: object) -> LoggedRun:
    return LoggedRun(run_id="r", **{"ended": True, "exit_code": 0, **values})  # type: ignore[arg-type]


def test_a_figure_logged_at_several_steps_is_said_to_be_the_last() -> None:
    summary = {"once": 0.5, "never": 1, "loss": 0.25, "case": {"ok": 1.0}, "flag": True, "_step": 9}
    steps = Counter({"once": 1, "loss": 3, "case.ok": 12, "flag": 5, "_step": 12})
    run = run_of(logged(summary=summary, steps=steps), "x.wandb", run_id="x")
    assert run.aggregates == {name: Aggregate(value) for name, value in (
        ("once", 0.5), ("never", 1.0), ("loss", 0.25), ("case.ok", 1.0),
    )}  # fmt: skip
    assert run.warnings == (
        'x.wandb: "loss", "case.ok": logged at up to 12 steps; W&B\'s summary is the last value alone.',
    )


@pytest.mark.parametrize(
    ("end", "completeness", "said"),
    [
        ({"ended": True, "exit_code": 0}, Completeness.COMPLETE, ""),
        ({"ended": True, "exit_code": 1}, Completeness.ERRORED, ""),
        ({"ended": False, "exit_code": None}, Completeness.PARTIAL, "did not end"),
        ({"ended": None, "exit_code": None}, Completeness.COMPLETE, "do not say whether"),
    ],
)
def test_how_a_run_ended(end: dict[str, object], completeness: Completeness, said: str) -> None:
    run = run_of(logged(**end), "x.wandb", run_id="x")
    assert run.completeness is completeness
    assert said in " ".join(run.warnings)
    assert run_of(logged(**end), "x.wandb", run_id="x", short=True).completeness is not Completeness.COMPLETE
