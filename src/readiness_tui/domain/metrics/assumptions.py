"""What a row's bound assumes, in the words of people: remarks, which never change a verdict."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_tui.domain.intervals import decisive_shape_free
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.meets import bound_meets, deciding, meets
from readiness_tui.domain.metrics.registry import resolve, share_from, unknown
from readiness_tui.domain.metrics.rule import Rule
from readiness_tui.domain.metrics.summary import Observed, SharedSources
from readiness_tui.domain.metrics.words import bound_text, sure_text
from readiness_tui.domain.text.format import NOTHING, plural

_UNSEEN = 3  # what no one of n shows can still be as frequent as 3/n, one time in twenty


def rare_fault_text(estimate: Estimate, noun: str = "answer") -> str:
    """ "a fault in fewer than 1 of 24 answers may not show in 72": 3/n, the upper bound of what never came up in n.

    Source: Hanley & Lippman-Hand (1983), If nothing goes wrong, is everything all right?, JAMA 249:1743-1745. Counted in
    sources where cases come in clusters. "" where there is no bound, or where it allows for what was not seen.
    """
    if not estimate.rare or not estimate.n or (estimate.low is None and estimate.high is None):
        return ""
    units = estimate.units or estimate.n
    what = plural(units // _UNSEEN, "source" if estimate.units else noun)
    return f"a fault in fewer than 1 of {what} may not show in {units:,}"


def shared_sources_text(shared: SharedSources, rule: Rule, *, strict: bool = False) -> str:
    """ "31 cases share 12 sources: counted as such, surely ≥ 0.80", or "≥~0.80" where that is approximate. `strict`: the bound that `required` looks at."""
    estimate = deciding(shared.estimate) if strict else shared.estimate
    bound, share = (
        bound_text(estimate, rule),
        f"{plural(shared.cases, 'case')} share {plural(shared.sources, 'source')}",
    )
    if bound == NOTHING:
        return (
            f"{share}: counted as such, {estimate.note or 'no bound'}; where they are independent, give each a cluster"
        )
    return f"{share}: counted as such, {bound if '~' in bound else f'surely {bound}'}"


def assumptions(
    rule: Rule,
    estimate: Estimate,
    limit: float,
    shared: SharedSources | None = None,
    *,
    strict: bool = False,
    noun: str = "answer",
) -> Iterator[str]:
    """The remarks on one row.

    `limit`: what the bound is held against, in the rule's direction. `strict`: the row is decided by the bounds of
    `meets.deciding`. Nothing is said of rare faults where the figure misses anyway, or where a bound meets the limit that
    holds whatever the scores' shape.
    """
    if shared is not None:
        rare = rare_fault_text(deciding(shared.estimate)) if strict else ""
        yield "; ".join(filter(None, [shared_sources_text(shared, rule, strict=strict), rare]))
    sure = deciding(estimate)
    if meets(estimate, rule.direction, limit) and (sure.rare or not bound_meets(sure, rule.direction, limit)):
        said = rare_fault_text(estimate, noun)
        if said:
            yield "; ".join(filter(None, [said, sure_text(estimate, rule)]))


def scores_that_would_tell(rule: Rule, seen: Observed, threshold: float) -> int | None:
    """How many scores like these the bound needs that holds whatever their shape; None: no number, or not this bound."""
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    low, high = (metric if rule.cut is None else share_from(metric)).range
    if seen.estimate.sure_low is None or seen.estimate.units is not None or low is None or high is None:
        return None
    return decisive_shape_free(seen.values, threshold, low=low, high=high)
