"""What a new version of a gate changed, rule by rule."""

from __future__ import annotations

from readiness_tui.domain.gate.diff import gate_diff
from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule


def test_every_kind_of_change_is_named() -> None:
    higher, lower = Direction.HIGHER, Direction.LOWER
    before = Gate(
        "g",
        (
            Rule("mrr", higher, 0.5, "score"),
            Rule("latency_p95_ms", lower, 3500, "ms", From.TRACES, 7),
            Rule("brand", higher, 4, "points"),
        ),
        ("a", "b"),
        judge_digest="j" * 64,
    )
    now = Gate(
        "g",
        (
            Rule("mrr", higher, 0.5, "score", required=False, confidence=Confidence.REQUIRED),
            Rule("latency_p95_ms", lower, 3500, "ms", From.TRACES, 14),
            Rule("cost_per_success", lower, None, "USD", max_regression=0.1, relative=True),
        ),
        ("b", "c"),
    )
    assert gate_diff(before, now) == (
        "mrr: ≥ 0.50, required, value alone → ≥ 0.50, optional, at 95 %",
        "latency_p95_ms: ≤ 3,500, from traces, 7 days → ≤ 3,500, from traces, 14 days",
        "cost_per_success: new, rise ≤ 10%",
        "brand: removed, was ≥ 4.00",
        "must pass: + c, − a",
        "judge digest: jjjjjjjjjjjj → none",
    )
    assert gate_diff(now, before)[0] == "mrr: ≥ 0.50, optional, at 95 % → ≥ 0.50, required, value alone"
    assert gate_diff(before, before) == ()
    brand = Gate("g", (Rule("brand", higher, 4, "stars"),), before.must_pass, judge_digest=before.judge_digest)
    assert "brand: ≥ 4.00, in points → ≥ 4.00, in stars" in gate_diff(before, brand)
