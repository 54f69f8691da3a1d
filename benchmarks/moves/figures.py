"""Figures that no case stands behind, and counts that nothing bears out."""

from __future__ import annotations

import json

from benchmarks.moves.material import COURSE, JUDGE, STARTED, failing, gate, golden_digest, release
from benchmarks.moves.model import condition, move, named, no_go
from benchmarks.moves.stage import Stage, Told

NUMBERS = {"faithfulness": 0.88, "retrieval_hit_rate": 0.82, "latency_p95_ms": 3100, "cost_per_success": 0.06}
ONLY = r"figures? only|no case stands behind|without (their|its) cases"


def figures(stage: Stage, rules: str = "", *, n: int | None = None, **changed: object) -> Told:
    """Only a file of figures for the run, of a golden set without high-risk cases."""
    made = release(risky=0, rules=rules or gate(*COURSE))
    stage.locked(made)
    said = {**NUMBERS, **changed}
    about = {
        "version": "v2",
        "started_at": STARTED,
        "dataset_digest": golden_digest(made.golden),
        "judge_digest": JUDGE,
    }
    if n is not None:
        said = {name: {"value": value, "n": n} for name, value in said.items()}
    stage.write("metrics.json", json.dumps({**about, "metrics": said}))
    return stage.judge("--run", "metrics.json", "--eval-set", "golden.jsonl")


@move("Four figures and no case", named(ONLY))
def figures_only(stage: Stage) -> Told:
    return figures(stage, faithfulness=0.97)


@move("`n: 3` invented for the figures", named(ONLY))
def three_invented(stage: Stage) -> Told:
    return figures(stage, n=3, faithfulness=0.97)


@move("`n: 100000` invented, so that the bound of a required rule holds", named(ONLY))
def many_invented(stage: Stage) -> Told:
    required = gate('{metric: retrieval_hit_rate, threshold: ">= 0.80", confidence: required}')
    return figures(stage, required, n=100_000)


@move("Figures only, for a rule that asks for cases", no_go(r"retrieval hit rate is missing|figures? only|cases"))
def figures_where_cases_are_required(stage: Stage) -> Told:
    return figures(stage, gate('{metric: retrieval_hit_rate, threshold: ">= 0.80", cases: required}'))


@move(
    "Figures only, for what a team says it can surely live with",
    named(r"retrieval.*(not enough|inconclusive|bound)|figures? only"),
)
def figures_where_a_bound_is_asked(stage: Stage) -> Told:
    return figures(stage, gate('{metric: retrieval_hit_rate, threshold: ">= 0.80", tolerate: 0.75}'), n=5000)


@move("The scores taken from the cases, and their mean stated in the header", named(ONLY + r"|faithfulness is missing"))
def figure_instead_of_scores(stage: Stage) -> Told:
    made = release()
    for case in made.cases:
        case["scores"] = {}
    made.header["metrics"] = {"faithfulness": 0.95}
    return stage.check(made)


@move("A mean stated that the file's own cases do not give", no_go(r"faithfulness.*(fails|0\.7|0\.8)"))
def figure_above_its_cases(stage: Stage) -> Told:
    made = release()
    failing(made, 20)
    made.header["metrics"] = {"faithfulness": 0.95, "task_success_rate": 0.95}
    return stage.check(made)


@move(
    "Cases that pass, and a failing figure that the tool itself states", condition(r"states|stated|own figure|declared")
)
def figure_below_its_cases(stage: Stage) -> Told:
    made = release()
    made.header["metrics"] = {"faithfulness": 0.71}
    return stage.check(made)


@move("A figure out of its range", no_go(r"range|retrieval hit rate"))
def figure_out_of_range(stage: Stage) -> Told:
    return figures(stage, retrieval_hit_rate=82)


@move(
    "A figure that is not finite",
    no_go(r"finite|faithfulness is missing|metrics\.json", or_refused=True),
)
def figure_not_finite(stage: Stage) -> Told:
    return figures(stage, faithfulness=float("inf"))


@move("Labels for high-risk cases that no case of the run answers", no_go(r"high.risk"))
def figures_with_high_risk_cases(stage: Stage) -> Told:
    made = release(rules=gate(*COURSE))
    made.claim()
    made.header["metrics"] = NUMBERS
    made.cases = made.cases[6:]
    return stage.check(made)
