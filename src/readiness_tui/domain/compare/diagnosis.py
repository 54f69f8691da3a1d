"""Where to look when answers got worse: at the system's errors, at retrieval, or at generation.

The rule: among the cases that got worse, first count those whose answer failed with an error; for the rest, check
whether every repeat retrieved a source that the golden set expects. The majority shows where to look. With fewer than
three cases no direction is given, only the count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from readiness_tui.domain.compare.metrics import Compared
from readiness_tui.domain.metrics import Layer, RunData, case_key
from readiness_tui.domain.metrics.ingredients import meets
from readiness_tui.domain.runs.model import Case, CaseStatus
from readiness_tui.domain.text.format import plural

FEWEST = 3  # worse cases needed to name a direction


def diagnose(row: Compared, candidate: RunData, baseline: RunData) -> str:
    """ "4 of 5 worse answers have the right chunk retrieved: look at generation, not retrieval"; empty if the data
    do not say, or if the metric is not about answers."""
    if not row.flips.worse or not (
        row.metric.layer in (Layer.GENERATION, Layer.OTHER) or row.metric.key == "task_success_rate"
    ):
        return ""
    worse = set(row.flips.worse)
    ours, theirs = _cases(candidate, worse), _cases(baseline, worse)
    total = len(worse)
    errors = [key for key, cases in ours.items() if any(case.status is CaseStatus.ERROR for case in cases)]
    if 2 * len(errors) > total:
        said = f"{len(errors)} of {_answers(total)} failed with an error"
        return f"{said}: look at the errors first" if total >= FEWEST else said
    sources = {gold.id: gold.expected_sources for gold in candidate.golden.cases} if candidate.golden else {}
    hits, before = _retrieved(ours, sources), _retrieved(theirs, sources)
    if not hits:
        return ""
    right = sum(hits.values())
    lost = sum(1 for key, hit in hits.items() if not hit and before.get(key))
    of = _answers(total) if len(hits) == total else f"the {_answers(len(hits))} with gold and recorded chunks"
    said = f"{right} of {of} {'has' if right == 1 else 'have'} the right chunk retrieved"
    if lost:
        said += f", {lost} lost it since the baseline"
    if len(hits) < FEWEST or 2 * right == len(hits):
        return said
    return f"{said}: look at {'generation, not retrieval' if 2 * right > len(hits) else 'retrieval first'}"


def _retrieved(cases: Mapping[str, Sequence[Case]], sources: Mapping[str, tuple[str, ...]]) -> dict[str, bool]:
    """Whether every repeat retrieved an expected source; cases without gold or without recorded chunks are left out."""
    return {
        key: all(any(meets(chunk, sources[case.id]) for chunk in case.chunks or ()) for case in repeats)
        for key, repeats in cases.items()
        if sources.get(repeats[0].id) and all(case.chunks is not None for case in repeats)
    }


def _cases(data: RunData, keys: set[str]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in data.cases:
        if case_key(case) in keys:
            found.setdefault(case_key(case), []).append(case)
    return found


def _answers(n: int) -> str:
    return plural(n, "worse answer")
