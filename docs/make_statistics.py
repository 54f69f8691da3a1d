"""Write docs/statistics.md by simulating every bound: `python -m docs.make_statistics`, some ten minutes.

Tests hold its text and its rows to be current, and repeat its figures with fewer samples.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.coverage import INSIDE, PROMISE, RUNS, every_figure, oracles
from benchmarks.coverage.report import statistics_text

from readiness_tui.domain.intervals import MAX_ERROR, MIN_CLUSTERS, MIN_N, smallest_n_for_quantile
from readiness_tui.domain.intervals.means import EVEN_CLUSTERS
from readiness_tui.domain.intervals.means import SKEW_CASES as MEAN_SKEW
from readiness_tui.domain.intervals.ratios import FEWEST
from readiness_tui.domain.intervals.ratios import SKEW_CASES as RATIO_SKEW

TARGET = Path(__file__).with_name("statistics.md")

HEAD = f"""\
# How sure is "95 %"?

Written by `docs/make_statistics.py`; `python -m benchmarks.coverage` prints the same tables from fewer
samples, with the same seeds.

Each value of a gate has a one-sided 95 % bound: the lower one if more is better, the upper one if less is. A gate asks
one question ("is it at least 0.85?"), so one side is enough. Under the gate's rows, and in `--json` as `interval`,
figures also have a two-sided 95 % interval. It decides nothing.

A 95 % bound should miss the true figure in one sample out of twenty. Formulas keep that promise on some data but not on
all, so the gate marks each bound:

- **no remark**: its coverage is known to hold, within two points;
- **approximate**, and `~` before the bound: it may miss more often; the row says why, and how many cases would do;
- **n too small**: there is no bound.

"approximate" changes no result. Under `confidence: advise` the point value decides anyway. Under
`confidence: required` an approximate bound counts like any other, because there is no better one; only a bound that is
not met, or a missing one, makes a row INCONCLUSIVE. A stricter team can treat the remark as a condition.

## The methods
**Rates** (0/1 cases): Wilson's score bound, z = 1.645 (Wilson 1927). Two-sided: z = 1.960. Its exact error is a sum of
binomial probabilities, so each bound is checked individually: it is approximate if the observed count, or a more extreme
one, has a probability above {MAX_ERROR:.0%} when the true rate equals the bound. In practice this means few cases, or the bound
between a rate and the 0 or 1 that it is close to. The lower bound, which gates use on high rates, has no remark from 77
cases with 23 right on.

**Means**, and rates whose repeats were averaged: Student's t over cases, n ≥ {MIN_N} and not all values equal. A case's repeats
are averaged first, because they are not independent. Toward a tail the bound misses more often, by about 0.11 · skewness /
√n (Hall 1992): it is approximate below {MEAN_SKEW} · skewness² cases. Cochran (1977) requires 25 · skewness²; the table shows
that more are needed, since the skewness itself is only estimated. The bound away from the tail errs on the safe side.

**Clusters**: questions about one document, turns of one session. A case or a golden case names its cluster in a field
`cluster`, `document` or `session`, directly or in its metadata; a trace's cluster is its session. Then the variance is
cluster-robust with t(G−1), factor G/(G−1), over at least {MIN_CLUSTERS} clusters (Cameron & Miller 2015), for rates too. A rate
without a single failure (or success) uses Wilson's bound with each cluster as one observation. The bound is approximate
if clusters are so uneven that they are worth fewer than {EVEN_CLUSTERS:.0%} of their number, (Σ n_g)² / Σ n_g² < {EVEN_CLUSTERS} G, and
for skewness as above, counting clusters.

**Quantiles** (p50, p95, p99): an observed value, with order-statistic bounds (David & Nagaraja 2003), which hold for any
distribution, however heavy its tail. p95 has an upper bound from {smallest_n_for_quantile()} values on. Requests of one session, or repeats of one
case, count as fewer: n is divided by the design effect of the share below the quantile or the median (Kish 1965).
With fewer than {MIN_CLUSTERS} clusters that cannot be estimated, and the bounds are approximate.

**Cost per success**, a ratio of sums: the delta method on the logarithm with t(n−1), n ≥ {MIN_N} (Cochran 1977, ch. 6); over the
sums of clusters if there are any. Its upper bound is approximate below {FEWEST} cases, if no case failed, and below
{RATIO_SKEW} · skewness² cases, with the skewness of cost / mean cost − success / mean success, or of its two parts if larger.

**Changes** against the baseline: Tango's score interval (1998) for rates of 0/1 cases; t over the differences of the
shared cases for means, cluster-robust if cases name clusters. Changes of quantiles and ratios are resampled, 10,000
times and seeded (Efron & Tibshirani 1993); the table does not test that, so they are always approximate. The compare
screen shows a two-sided percentile bootstrap for scores, and McNemar's exact test for pass or fail.

## Data that has no answer
| Data | What the row says |
|:---|:---|
| no case (n = 0), or only NaN | MISSING: which cases lack it |
| one case | the value; "n too small". p95 of one latency is that latency, without a bound |
| all values equal | the value; "n too small: all values equal". A rate of 0/1 cases has Wilson's bound all the same |
| all cases right, or all wrong | as above |
| a cost, and no success | MISSING: there is no success |
| costs of zero | the value, 0; "n too small: no positive value" |
| clusters with equal means | the value; "n too small: all clusters equal" |
| a number beyond 10¹⁰⁰ | MISSING: it is no measurement |

None of these passes a gate that requires confidence, and without a value none passes any gate.

## Coverage
Each row: samples of data whose true figure is known. **Holds**: the share of given bounds on the right side of it.
**Two-sided**: the share of two-sided intervals that contain it. **Approx.** and **None**: the share of samples whose
bound is called approximate, and of those without one. **Unsaid**: the share of samples whose bound misses without a
remark, so that a reader had no warning. **Region**: inside if at least {INSIDE:.0%} of the samples have a bound without a remark.
All in percent. Tests check two promises: inside the region, bounds hold in at least 93 % of samples; and everywhere,
unsaid misses stay at or below {PROMISE:.0%}.

The tables are followed by published values, and the same formulas computed by other means: Newcombe, Statistics in Medicine
17:857–872; NIST/SEMATECH e-Handbook of Statistical Methods; Wilks, Annals of Mathematical Statistics 12:91–96.

"""


def document() -> str:
    """The whole of docs/statistics.md."""
    return HEAD + statistics_text(every_figure(RUNS), list(oracles()), RUNS)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
