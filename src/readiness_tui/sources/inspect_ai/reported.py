"""Inspect's own figures, and its rules for them, over the samples of the same log.

Seen in its output and in `inspect_ai/log/_log.py` and `scorer/_reducer/reducer.py` (0.3.285). `results.scores` has an
entry a score and reducer: `name`, `scorer`, `reducer` (how the epochs of a sample become one value: mean, median, mode,
max, at_least_<k>, pass_at_<k>, pass_k_<k>), `scored_samples`, and `metrics.accuracy` or `.mean` over the reduced values. Version 1
has a single `results.scorer` with `results.metrics` instead. `total_samples` counts samples times epochs.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

from readiness_tui.domain.runs.model import Aggregate, Case, ScoreState
from readiness_tui.sources.kit.base import Counted, DeclaredCount, DeclaredMean, Record, Warn
from readiness_tui.sources.kit.declared import printed
from readiness_tui.sources.kit.payload import count, inner, is_number

_PLAIN: dict[str, Callable[[list[float]], float]] = {"mean": fmean, "median": median, "max": max}
_K = re.compile(r"(at_least|pass_at|pass_k)_(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Reported:
    """One figure of the tool. `score`: the name that cases carry it under."""

    score: str
    reducer: str
    value: float
    scored: int | None


def reported(results: Mapping[str, Any]) -> tuple[Reported, ...]:
    """Every accuracy or mean in the log's results."""
    listed = results.get("scores")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    if not entries and isinstance(results.get("scorer"), dict):  # version 1
        entries = [{"name": results["scorer"].get("name"), "metrics": results.get("metrics")}]
    found, homes = [], dict[str, object]()
    for entry in entries:
        name, scorer, reducer = entry.get("name"), entry.get("scorer"), entry.get("reducer")
        value = next((v for m in ("accuracy", "mean") if is_number(v := _metric(entry, m))), None)
        if not isinstance(name, str) or value is None:
            continue
        home = homes.setdefault(name, str(scorer))  # a second scorer's part of the same name: see `sample.py`
        found.append(
            Reported(
                name if home == str(scorer) else f"{scorer}/{name}",
                reducer if isinstance(reducer, str) else "mean",
                float(value),
                count(entry.get("scored_samples")),
            )
        )
    return tuple(found)


def _metric(entry: Mapping[str, Any], name: str) -> Any:
    return inner(inner(entry, "metrics"), name).get("value")


def aggregates(figures: Sequence[Reported]) -> dict[str, Aggregate]:
    """The figures of a log without samples. With several reducers each is a measurement of its own."""
    reducers = Counter(figure.score for figure in figures)
    return {
        figure.score if reducers[figure.score] == 1 else f"{figure.score} ({figure.reducer})": Aggregate(
            figure.value, figure.scored
        )
        for figure in figures
    }


def planned(header: Mapping[str, Any]) -> int | None:
    """How many samples, times epochs, the log says were to be run; None if it does not say, or stopped some early."""
    results, about = inner(header, "results"), inner(header, "eval")
    if results.get("early_stopping"):
        return None
    total = count(results.get("total_samples"))
    config, dataset = inner(about, "config"), inner(about, "dataset")
    listed, whole = dataset.get("sample_ids"), count(dataset.get("samples"))
    unlimited = config.get("limit") is None and config.get("sample_id") is None
    ids = len(listed) if isinstance(listed, list) and listed else whole if unlimited else None
    asked = ids * (count(config.get("epochs")) or 1) if ids else None
    if total and (config.get("limit") is not None or config.get("sample_id") is not None):
        return total
    # Without a limit the whole data set was asked for: a total that is lower is of a run that did not get there.
    return max((n for n in (total, asked) if n), default=None)


def short_figures(where: str, header: Mapping[str, Any]) -> tuple[int | None, tuple[str, ...]]:
    """Of a log without samples: how many were to be run, where its figures rest on fewer, and a sentence for each."""
    results, total = inner(header, "results"), planned(header)
    if total is None:
        return None, ()
    completed = count(results.get("completed_samples"))
    each = total // (count(inner(inner(header, "eval"), "config").get("epochs")) or 1)
    known = [("were completed", completed, total)]
    known += [(f"were scored by {one.score}", one.scored, each) for one in reported(results)]  # its epochs are one
    short = [(what, n, of) for what, n, of in known if n is not None and n < of]
    said = tuple(f"{where}: {n:,} of {of:,} samples {what}: the run is partial." for what, n, of in short)
    return (total, said) if said else (None, ())


@dataclass(slots=True)
class Seen:
    """What went by while a log was read: samples, those with an error or left out, and every score by sample."""

    samples: int = 0
    errors: int = 0
    left_out: int = 0
    rejected: int = 0
    values: dict[str, dict[str, list[float]]] = field(default_factory=dict)  # score → sample → its epochs

    def add(self, case: Case) -> None:
        for name, score in case.scores.items():
            if score.state is ScoreState.OK and score.value is not None:
                self.values.setdefault(name, {}).setdefault(case.id, []).append(score.value)


def declared(run_id: str, where: str, header: Mapping[str, Any], seen: Seen) -> Iterator[Record]:
    """What the log states of its samples, for the comparison with those that were read."""
    total = planned(header)
    kept = seen.samples - seen.left_out
    if total is not None:
        yield DeclaredCount(run_id, Counted.CASES, max(total - seen.left_out, 0), where)
    done = count(inner(header, "results").get("completed_samples"))
    whole = not seen.left_out and kept == total and header.get("status") == "success"
    if total is not None and done is not None and whole and inner(header, "results").get("scores"):
        yield DeclaredCount(run_id, Counted.ERRORS, max(total - done, 0), where)  # those that ended in an error
    for figure in reported(inner(header, "results")):
        samples = seen.values.get(figure.score, {})
        rule, value = _by_rule(figure.reducer, list(samples.values()), seen.left_out)
        yield DeclaredMean(run_id, figure.score, figure.value, where, printed(figure.value), None, rule, value)
        n = len(samples)
        if figure.scored is not None and samples and n < figure.scored and kept + seen.left_out == total:
            yield Warn(f"{where}: the tool scored {figure.scored:,} samples by {figure.score}; {n:,} carry it here.")


def _by_rule(reducer: str, samples: list[list[float]], left_out: int) -> tuple[str, float | None]:
    """The tool's rule in words and what it gives; "" and None where it is the plain mean over the cases."""
    words = [] if reducer == "mean" else [f"the mean after the epochs of a sample are reduced by {reducer}"]
    if left_out:
        words.append("with the invalidated samples" if words else "the mean with the invalidated samples")
    if not words or not samples:
        return "", None
    made = [value for values in samples if (value := _reduced(reducer, values)) is not None]
    return ", ".join(words), fmean(made) if made else None


def _reduced(reducer: str, values: list[float]) -> float | None:
    """The values of a sample's epochs as one, as Inspect's reducer of this name makes it; None for an unknown one, and for fewer epochs than it needs."""
    if reducer == "mode":
        return Counter(values).most_common(1)[0][0]
    if reducer in _PLAIN:
        return float(_PLAIN[reducer](values))
    found = _K.fullmatch(reducer)
    if found is None:
        return None
    n, k, correct = len(values), int(found[2]), sum(value >= 1 for value in values)
    if found[1] == "at_least":
        return float(correct >= k)
    if not 0 < k <= n:
        return None
    if found[1] == "pass_k":
        return math.comb(correct, k) / math.comb(n, k)
    if n - correct < k:
        return 1.0
    return 1 - math.prod(1 - k / part for part in range(n - correct + 1, n + 1))
