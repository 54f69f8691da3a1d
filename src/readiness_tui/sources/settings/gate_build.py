"""From a gate's YAML to the gate: what the schema cannot say, checked against the registry of metrics.

The YAML is a format of its own, written by people (aliases, ">= 0.85", "2%", min and max); what is stored and locked is
the gate that comes of it, in the one form of `domain.gate.codec`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace

from readiness_tui.domain.gate.codec import gate_digest
from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.gate_result.rows import split
from readiness_tui.domain.metrics.registry import METRICS, MetricDef, normal, resolve, unknown
from readiness_tui.domain.metrics.rule import Direction, From, Rule
from readiness_tui.domain.text.format import threshold_text
from readiness_tui.sources.kit.located import DataPath, Located, quoted
from readiness_tui.sources.kit.validation import Problem, refuse, validated
from readiness_tui.sources.settings.gate_schema import GateYaml, Limit, RuleYaml

_FRACTIONS = frozenset({"share", "score", "rate", "fraction"})  # words for a number from 0 to 1
_SIGNS = {Direction.HIGHER: ">=", Direction.LOWER: "<="}
Fault = tuple[str, str, str]  # field within the entry, reason, remedy


def build(located: Located, name: str) -> Gate:
    """The gate that a document declares, `name` unless it has its own.

    Raises `ReadinessError` naming file, line, column, field, reason and remedy.
    """
    yaml = validated(GateYaml, located)
    problems: list[Problem] = []
    rules: list[Rule] = []
    seen: dict[str, DataPath] = {}
    for path, entry, short in _entries(yaml):
        faults = list(_faults(entry))
        problems += [Problem(path if short else (*path, field), why, remedy) for field, why, remedy in faults]
        if faults:
            continue
        rule = _rule(entry)
        rules.append(rule)
        for key in (part.key for part in split(rule)):
            if key in seen:
                reason = f"{quoted(key)} is declared already in line {located.line(seen[key])}"
                problems.append(Problem(path, reason, "Remove one of the two, or give it a slice of its own (tags)"))
            seen.setdefault(key, path)
    for i, case in enumerate(yaml.must_pass):
        if case in yaml.must_pass[:i]:
            problems.append(Problem(("must_pass", i), f"{quoted(case)} stands here twice", "Remove one of the two"))
    if not (yaml.metrics or yaml.thresholds or yaml.must_pass):
        problems.append(Problem((), "the gate declares nothing", "Add metrics, each with a threshold"))
    if problems:
        raise refuse(located, problems)
    gate = Gate(
        yaml.name or name,
        tuple(rules),
        tuple(yaml.must_pass),
        dataset_digest=yaml.dataset_digest,
        judge_digest=yaml.judge_digest,
        new_cases=yaml.cases.new,
        removed_cases=yaml.cases.removed,
    )
    return replace(gate, digest=gate_digest(gate))


def _entries(yaml: GateYaml) -> Iterator[tuple[DataPath, RuleYaml, bool]]:
    for i, entry in enumerate(yaml.metrics):
        yield ("metrics", i), entry, False
    for metric, limit in yaml.thresholds.items():
        yield ("thresholds", metric), RuleYaml.model_construct(metric=metric, threshold=limit), True


def _limits(entry: RuleYaml) -> list[tuple[str, Limit]]:
    """The thresholds of an entry by field; each may say its direction."""
    found = [("threshold", entry.threshold)] if entry.threshold is not None else []
    if entry.min is not None:
        found.append(("min", Limit(entry.min, Direction.HIGHER)))
    if entry.max is not None:
        found.append(("max", Limit(entry.max, Direction.LOWER)))
    return found


def _declared(entry: RuleYaml) -> dict[str, Direction]:
    """The directions that an entry declares, by the field that declares them."""
    found = {"direction": entry.direction} if entry.direction else {}
    return found | {field: limit.direction for field, limit in _limits(entry) if limit.direction}


def _metric(entry: RuleYaml) -> MetricDef:
    direction = next(iter(_declared(entry).values()), None)
    return resolve(entry.metric) or unknown(entry.metric, direction, entry.unit or "")


def _rule(entry: RuleYaml) -> Rule:
    metric = _metric(entry)
    assert metric.direction is not None
    limits = _limits(entry)
    margin = entry.max_regression
    return Rule(
        metric=metric.key,
        direction=metric.direction,
        threshold=limits[0][1].value if limits else None,
        unit=metric.unit,
        source=entry.source,
        window_days=entry.window_days or entry.window,
        required=entry.required,
        tags=tuple(dict.fromkeys(entry.tags)),
        max_regression=margin.value if margin else None,
        relative=bool(margin and margin.relative),
        confidence=entry.confidence,
        min_effect=entry.min_effect.value if entry.min_effect else None,
        min_effect_relative=bool(entry.min_effect and entry.min_effect.relative),
        tolerate=entry.tolerate,
        judged=entry.judged,
        cases_required=entry.cases == "required",
        dataset=entry.dataset or "",
        variant=entry.variant or "",
        max_left_out=entry.max_left_out.value if entry.max_left_out else None,
        cut=entry.cut,
        k=entry.k or 0,
    )


def _faults(entry: RuleYaml) -> Iterator[Fault]:
    yield from _limit_faults(entry)
    known = resolve(entry.metric)
    yield from _known_faults(entry, known) if known else _unknown_faults(entry)
    metric = _metric(entry)
    yield from _range_faults(entry, metric)
    yield from _tolerate_faults(entry, metric)
    yield from _narrowing_faults(entry, metric)
    yield from _source_faults(entry)


def _limit_faults(entry: RuleYaml) -> Iterator[Fault]:
    limits = _limits(entry)
    if len(limits) > 1:
        yield limits[1][0], f"there is a second threshold beside {limits[0][0]}", "Keep one of them"
    if not limits and entry.max_regression is None:
        yield "metric", f"{quoted(entry.metric)} has no threshold", 'Add one, such as threshold: ">= 0.85"'
    declared = _declared(entry)
    if len(set(declared.values())) > 1:
        yield next(reversed(declared)), f"{' and '.join(declared)} contradict each other", "Keep the one that is meant"


def _known_faults(entry: RuleYaml, metric: MetricDef) -> Iterator[Fault]:
    for field, direction in _declared(entry).items():
        if direction is not metric.direction:
            assert metric.direction is not None
            reason = f"{metric.key} is better when it is {metric.direction}, and this says {direction}"
            yield field, reason, f'Write it with "{_SIGNS[metric.direction]}"'
            break
    unit = (entry.unit or metric.unit).casefold()
    if unit != metric.unit.casefold() and not {unit, metric.unit} <= _FRACTIONS:
        yield (
            "unit",
            f"{metric.key} is in {metric.unit}, not in {quoted(unit)}",
            "Convert the threshold; leave unit out",
        )


def _unknown_faults(entry: RuleYaml) -> Iterator[Fault]:
    names = {normal(name): metric.key for metric in METRICS for name in (metric.key, *metric.aliases)}
    close = difflib.get_close_matches(normal(entry.metric), names, n=1)
    meant = f'Did you mean "{names[close[0]]}"? If not, write' if close else "Write"
    unknown_name = f"no metric {quoted(entry.metric)} is known"
    if not _declared(entry):
        yield (
            "metric",
            f"{unknown_name}, so it needs a direction",
            f"{meant} an entry under metrics, with direction: higher or lower, and a unit",
        )
    elif entry.unit is None:
        yield (
            "metric",
            f"{unknown_name}, so it needs a unit",
            f"{meant} an entry under metrics with its unit, such as unit: share, ms or USD",
        )


def _range_faults(entry: RuleYaml, metric: MetricDef) -> Iterator[Fault]:
    low, high = metric.range
    limits = f"{'−∞' if low is None else f'{low:g}'} to {'∞' if high is None else f'{high:g}'}"
    for field, limit in _limits(entry):
        if (low is not None and limit.value < low) or (high is not None and limit.value > high):
            shown = threshold_text(limit.value, metric.unit)
            remedy = "Write a threshold within it"
            if high == 1 and 1 < limit.value <= 100:
                remedy += f"; {shown} % is {threshold_text(limit.value / 100)}"
            yield field, f"{shown} lies outside the range of {metric.key}, {limits}", remedy
    margin = entry.max_regression
    if margin and (margin.relative or high == 1) and margin.value > 1:
        yield "max_regression", "the margin is larger than the metric can fall", "Write a smaller one"
    effect = entry.min_effect
    if effect and margin is None:
        reason = "a minimum effect belongs to max_regression, and there is none"
        yield "min_effect", reason, "Add max_regression, such as max_regression: 0, or remove it"
    elif effect and (effect.relative or high == 1) and effect.value > 1:
        yield "min_effect", "the minimum effect is larger than the metric can fall", "Write a smaller one"


def _tolerate_faults(entry: RuleYaml, metric: MetricDef) -> Iterator[Fault]:
    if entry.tolerate is None:
        return
    limits = _limits(entry)
    if not limits:
        yield "tolerate", "what you tolerate is a second value beside a threshold, and there is none", "Add a threshold"
        return
    bar, higher = limits[0][1].value, metric.direction is Direction.HIGHER
    if entry.tolerate > bar if higher else entry.tolerate < bar:
        shown, aim = threshold_text(entry.tolerate, metric.unit), threshold_text(bar, metric.unit)
        yield (
            "tolerate",
            f"{shown} is stricter than the threshold, {aim}",
            "Write a value that is worse than the threshold",
        )


def _narrowing_faults(entry: RuleYaml, metric: MetricDef) -> Iterator[Fault]:
    """Fields that say which cases are meant, and what a case is."""
    traces = entry.source is From.TRACES
    for field, given in (("dataset", entry.dataset), ("variant", entry.variant), ("k", entry.k)):
        if given and traces:
            yield (
                field,
                f"{field} belongs to an eval run, and this metric comes from traces",
                "Use from: run, or remove it",
            )
    if entry.max_left_out and entry.max_left_out.value > 1:
        yield "max_left_out", "more than all cases cannot be left out", 'Write a share, such as "30%"'
    if (entry.k is not None) is not (metric.key == "pass_all_k"):
        if entry.k is None:
            yield "metric", "pass_all_k needs the number of tries", "Add k: 3"
        else:
            yield "k", f"k belongs to pass_all_k, and this is {metric.key}", "Remove it"
    low, high = metric.range
    if entry.cut is not None and ((low is not None and entry.cut < low) or (high is not None and entry.cut > high)):
        yield "cut", f"{entry.cut:g} lies outside the range of {metric.key}", "Write a score within it"


def _source_faults(entry: RuleYaml) -> Iterator[Fault]:
    if entry.window is not None and entry.window_days is not None:
        yield "window_days", "there is a window already", "Keep one of window and window_days"
    if entry.source is From.RUN and (entry.window or entry.window_days):
        field = "window" if entry.window else "window_days"
        yield field, "a window belongs to traces, and this metric comes from a run", "Add from: traces, or remove it"
    if entry.source is From.TRACES and entry.max_regression is not None:
        reason = "a regression is measured case by case, and traces have no baseline"
        yield "max_regression", reason, "Use from: run for it"
