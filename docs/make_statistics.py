"""Write docs/statistics.md by simulating every bound: `python -m docs.make_statistics`, some ten minutes.

Tests hold its text and its rows to be current, and repeat its figures with fewer samples.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.coverage import INSIDE, PROMISE, RUNS, every_figure, oracles
from benchmarks.coverage.report import statistics_text

from readiness_tui.domain.compare.change import FEWEST_PAIRS
from readiness_tui.domain.intervals import (
    EVEN_CLUSTERS,
    FEWEST_SOURCES,
    MAX_ERROR,
    MIN_CLUSTERS,
    MIN_N,
    enough_for_mean,
    fewest_for_mean,
    smallest_n_for_quantile,
)
from readiness_tui.domain.intervals.means import SKEW_CASES as MEAN_SKEW
from readiness_tui.domain.intervals.ratios import FEWEST
from readiness_tui.domain.intervals.ratios import SKEW_CASES as RATIO_SKEW
from readiness_tui.domain.intervals.shape_free import STAKES

TARGET = Path(__file__).with_name("statistics.md")

HEAD = f"""\
# How sure is "95 %"?

Written by `docs/make_statistics.py`; `python -m benchmarks.coverage` prints the same tables from fewer
samples, with the same seeds.

Each value of a gate has a one-sided 95 % bound: the lower one if more is better, the upper one if less is. A gate asks
one question ("is it at least 0.85?"), so one side is enough. Under the gate's rows, and in `--json` as `interval`,
figures also have a two-sided 95 % interval. It decides nothing.

A 95 % bound should miss the true figure in one sample out of twenty. Formulas keep that promise on some data but not on
all, so a row says what its bound rests on:

- **nothing said**: its coverage is known to hold, within two points, on mixtures with rare faults and on clusters too;
- **"a fault in fewer than 1 of 24 answers may not show in 72"**: the bound knows only what it saw. If two answers in a
  hundred are broken, 23 of 100 samples of 72 have none of them. What never came up in n cases can still be as frequent
  as 3/n (Hanley & Lippman-Hand 1983). It stands beside bounds of means, ratios and differences, and of clustered cases;
  not where the bound that holds whatever the scores' shape meets the threshold too;
- **approximate**, and `~` before the bound: it may miss more often; the row says why, and how many cases would do;
- **"31 cases share 12 sources: counted as such, surely ≥ 0.80"**: nobody named clusters, but cases share a document, a
  session or their expected sources;
- **n too small**, **too few independent sources**: there is no bound.

Under `confidence: advise` the point value decides, and bounds are only shown. `confidence: required` and `tolerate` ask
the bound that holds whatever the scores' shape, where the metric's range is known, and the worse of the two where cases
share sources. An approximate bound counts like any other where there is no better one; only a bound that is not met, or a
missing one, makes a row INCONCLUSIVE. Remarks change no result.

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

**Scores in a known range** (faithfulness from 0 to 1) also have a bound that holds whatever their shape, by betting (Waudby-Smith
& Ramdas 2024): capital(m) = the average over g ∈ {{{", ".join(map(str, STAKES))}}} of Π(1 + g(x/m − 1)), x scaled to 0 … 1; the bound is the
smallest m whose capital is below 20. The order of the cases does not matter. It cannot exceed mean · 0.05^(1/n): a mean of
0.92 against 0.85 needs at least {fewest_for_mean(0.92, 0.85)} cases ({enough_for_mean(0.92, 0.85)} if every score is 0.92), a mean of 0.90 at least {fewest_for_mean(0.90, 0.85)}. With 2 % zeros among the
scores it passes a true 0.92 in 53 % of samples of 72, 89 % of 150, all of 300; at a true 0.85 hardly ever, where t passes 20 to 27 %.
In clusters each cluster is one bet, its stake in proportion to its size.

**Clusters**: questions about one document, turns of one session. A case or a golden case names its cluster in a field
`cluster`, `document` or `session`, directly or in its metadata; a trace's cluster is its session. Means: the variance is
cluster-robust with t(G−1), factor G/(G−1) (Cameron & Miller 2015). Rates: Wilson's bound for n_eff = p(1 − p) / V ≤ n cases
(Korn & Graubard 1998), with t(G_eff − 1), G_eff = n² / Σ n_g²; where no cluster differs from another, n_eff = G_eff. Every
case a cluster of its own: as without clusters. With G_eff below {FEWEST_SOURCES}, or more than a fifth of the cases from one source,
there is no bound. It is approximate if G_eff < {EVEN_CLUSTERS} G, and for skewness, counting clusters.

**Clusters that nobody named**: cases whose metadata share a document or session by another name, or whose golden cases expect
the same sources, are counted a second time with those as clusters. Whoever knows better names a `cluster` for each case.

**Quantiles** (p50, p95, p99): an observed value, with order-statistic bounds (David & Nagaraja 2003), which hold for any
distribution, however heavy its tail. p95 has an upper bound from {smallest_n_for_quantile()} values on. Requests of one session, or repeats of one
case, count as fewer: n is divided by the design effect of the share below the quantile or the median (Kish 1965).
With fewer than {MIN_CLUSTERS} clusters that cannot be estimated, and the bounds are approximate.

**Cost per success**, a ratio of sums: the delta method on the logarithm with t(n−1), n ≥ {MIN_N} (Cochran 1977, ch. 6); over the
sums of clusters if there are any. Its upper bound is approximate below {FEWEST} cases, if no case failed, and below
{RATIO_SKEW} · skewness² cases, with the skewness of cost / mean cost − success / mean success, or of its two parts if larger.

**Changes** against the baseline: Tango's score interval (1998) for rates of 0/1 cases, with half a flip as a correction for
continuity: without it the bound holds in as few as 90.4 % of samples where few cases flip, with it in 93 % or more from
{FEWEST_PAIRS} shared cases on, and below that it is approximate. t over the differences of the shared cases for means, cluster-robust
if cases name clusters, and the bound by betting beside it in the remark: with 72 scores it proves no loss below 0.04 to be absent,
so it decides nothing here. Changes of quantiles and ratios are resampled, 10,000
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
| clusters with equal means | the value; "n too small: all clusters equal". A rate has Wilson's bound, each cluster counted once |
| few sources, or one with most of the cases | the value; "too few independent sources" |
| a number beyond 10¹⁰⁰ | MISSING: it is no measurement |

None of these passes a gate that requires confidence, and without a value none passes any gate.

## Coverage
Each row: samples of data whose true figure is known. **Holds**: the share of given bounds on the right side of it.
**Two-sided**: the share of two-sided intervals that contain it. **Approx.**, **Rare** and **None**: the share of samples whose
bound is called approximate, has only the remark that a rare fault may not show, or does not exist. **Unsaid**: the share of samples
whose bound misses without either remark, so that a reader had no warning. **Region**: inside if at least {INSIDE:.0%} of the samples have a bound without a remark.
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
