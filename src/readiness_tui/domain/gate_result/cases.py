"""What the gate is held for because of which cases count: golden sets and variants that nobody named, figures without
cases, scores that contradict the tool's own verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.gate_result.model import GateFinding, GateRow, Result
from readiness_tui.domain.metrics import (
    NotComputable,
    RunData,
    contradictions,
    first_few,
    held_first,
    narrowed,
    observe,
    speaking,
    variant_names,
    variants_of,
)
from readiness_tui.domain.metrics.rule import Direction, From, Rule
from readiness_tui.domain.metrics.words import metric_label
from readiness_tui.domain.runs.model import HIGH_RISK
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask

_SUCCESS = ("task_success_rate", "cost_per_success")


def meant(gate: Gate, runs: Sequence[RunData]) -> tuple[RunData, ...]:
    """The runs with the cases that all rules mean, where all of them name the same golden set or variant, or somebody
    chose one: must-pass and high-risk cases are then of that one."""
    rules = [rule for rule in gate.rules if rule.source is From.RUN]
    datasets, variants = ({getattr(rule, name) for rule in rules} for name in ("dataset", "variant"))
    common = Rule("", Direction.HIGHER)
    if len(datasets) == 1:
        common = replace(common, dataset=datasets.pop())
    if len(variants) == 1:
        common = replace(common, variant=variants.pop())
    return tuple(data if isinstance(found := narrowed(common, data), NotComputable) else found for data in runs)


def findings(
    gate: Gate, runs: Sequence[RunData], base: Sequence[RunData], rows: Iterable[GateRow]
) -> Iterator[GateFinding]:
    """Conditions and NO-GOs of the gate that are no rows."""
    rows = tuple(rows)
    yield from _unnamed(gate, runs, base)
    alone = [row for row in rows if _is_figure(row)]
    if alone:
        names = first_few(dict.fromkeys(mask(metric_label(row.rule)).replace("_", " ") for row in alone))
        yield GateFinding(
            "figures-only",
            f"figures only: no case stands behind {names}; bring the run with its cases",
        )
    yield from _against_status(runs, rows)
    yield from _without_the_set(runs)


def _without_the_set(runs: Sequence[RunData]) -> Iterator[GateFinding]:
    """The system has a golden set, and nothing of the candidate was held to one: whatever else it ran, that is not what the
    gate was agreed on. Figures without cases are a condition of their own."""
    shelf = next((data.shelf for data in runs if data.cases and data.shelf.sets), None)
    if shelf is None or any(data.golden is not None or data.rivals for data in runs):
        return
    golden = speaking(runs, shelf) or shelf.sets[0]
    risky = sum(HIGH_RISK in gold.tags for gold in golden.cases)
    size = plural(len(golden.cases), "case") + (f", {risky:,} of them high-risk" if risky else "")
    yield GateFinding(
        "golden-set-run",
        f"no candidate run is held to the golden set {one_line(golden.name, 60)!r} ({size}): bring its run",
    )


def _is_figure(row: GateRow) -> bool:
    figure = row.estimate is not None and row.estimate.method == "aggregate"
    return figure and row.result is not Result.MISSING


def unnamed(rules: Sequence[Rule], candidate: Sequence[RunData], baseline: Sequence[RunData]) -> tuple[str, str]:
    """What these rules have to choose among and nobody named: golden sets, variants; "" for nothing. Without rules, what
    any metric has to."""
    sets: dict[str, None] = {}
    variants: dict[str, None] = {}
    compared = [rule for rule in rules if rule.max_regression is not None]
    for runs, asking in ((candidate, rules), (baseline, compared if rules else rules)):
        if not any(data.rivals or _open(data) for data in runs):
            continue
        reached = (
            [data for rule in asking for data in _reached(rule, runs)] if rules else [(data, "", "") for data in runs]
        )
        for data, dataset, variant in reached:
            name = one_line(data.run.id, 60)
            if data.rivals and not dataset:
                sets[f"run {name!r} shares cases with {first_few(data.rivals)}"] = None
            if not variant and (several := _open(data)):
                variants[f"run {name!r} has {variant_names(several)}"] = None
    return "; ".join(sets), "; ".join(variants)


def _open(data: RunData) -> tuple[str, ...]:
    """The variants among which somebody has to choose."""
    several = variants_of(data.cases)
    return several if len(several) > 1 and data.shelf.variant not in several else ()


def _reached(rule: Rule, runs: Sequence[RunData]) -> Iterator[tuple[RunData, str, str]]:
    """The runs that a rule looks at until one carries its metric, with the set and the variant that it names."""
    for data in held_first(runs):
        several = () if rule.variant else _open(data)
        part = narrowed(replace(rule, variant=several[0]) if several else rule, data)
        if isinstance(part, NotComputable) or isinstance(
            observe(rule.metric, part, rule.tags, direction=rule.direction, unit=rule.unit), NotComputable
        ):
            continue
        yield data, rule.dataset, rule.variant
        if not several:
            return


def _unnamed(gate: Gate, runs: Sequence[RunData], base: Sequence[RunData]) -> Iterator[GateFinding]:
    sets, variants = unnamed([rule for rule in gate.rules if rule.source is From.RUN], runs, base)
    where = "in the review's settings (+ on Checklists), or on the gate's rules"
    if sets:
        yield GateFinding("golden-set", f"golden set not named: {sets}. Say which is meant, {where}", blocks=True)
    if variants:
        yield GateFinding("variant", f"variant not named: {variants}. Say which is meant, {where}", blocks=True)


def _against_status(runs: Sequence[RunData], rows: Sequence[GateRow]) -> Iterator[GateFinding]:
    used = {row.run_id for row in rows if row.rule.metric in _SUCCESS and row.rule.source is From.RUN}
    said = []
    for data in runs:
        if data.run.id not in used:
            continue
        flattered, short = contradictions(data)
        name = one_line(data.run.id, 60)
        if flattered:
            said.append(
                f"{plural(len(flattered), 'case')} of run {name!r} passed by score and failed by status:"
                f" {first_few(flattered)}"
            )
        if short:
            said.append(
                f"{plural(len(short), 'case')} of run {name!r} failed by score and passed by status: {first_few(short)}"
            )
    if said:
        yield GateFinding("score-and-status", f"{'; '.join(said)}. Find out which is right, and mend the other")
