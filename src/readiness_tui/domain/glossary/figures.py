"""The words of how sure a figure is."""

from __future__ import annotations

from readiness_tui.domain.glossary.model import Term, TermGroup

FIGURES = TermGroup(
    "How sure a figure is",
    (
        Term(
            "value", "What was measured. It is rounded towards its worse side, so that a miss never looks like a pass."
        ),
        Term(
            "bound",
            "How bad the true figure may still be, given how few cases were tried: below (or above) it in at most one sample of"
            " twenty.",
            also=(
                "bound 95%",
                "95% bound",
                "bound 95 %",
                "surely",
                "surely ≥",
                "at least",
                "one-sided bound",
                "confidence",
            ),
            page="bounds.md",
        ),
        Term(
            "≥ 0.771",
            "Under the bound: the true value is at least that, in 95 of 100 samples like this one.",
            also=("≤ 3,259",),
            page="bounds.md",
        ),
        Term(
            "≥~",
            "A bound that is approximate: it may miss more often than one time in twenty. The row says why.",
            also=("~", "≤~", "approximate", "≥~0.874"),
            page="statistics.md",
        ),
        Term(
            "holds at 95 %",
            "The bound meets the rule too: a pass that is hardly luck.",
            also=("holds at 95%", "holds"),
            page="bounds.md",
        ),
        Term(
            "could be luck",
            "The difference is within noise: a worse system would often look like this one. More cases would tell, and the row"
            " says how many.",
            also=("within noise", "noise", "more cases would tell", "luck", "indistinguishable"),
            page="bounds.md",
        ),
        Term(
            "misses at 95 %",
            "The value misses, and so does the bound on its good side: more cases would hardly change it.",
            also=("misses at 95%",),
            page="bounds.md",
        ),
        Term(
            "one case short",
            "One more good answer would have passed.",
            also=("3 too many", "cases short", "cases too many"),
        ),
        Term(
            "n",
            "How many cases or requests a figure rests on; 59/69 is 59 of 69.",
            also=("cases used", "n of N", "n unknown"),
        ),
        Term(
            "n too small",
            "Too few cases for a bound: fewer than 30 of an average, or all values equal.",
            also=("too few", "too few independent sources"),
            page="statistics.md",
        ),
        Term(
            "share sources",
            "Cases about the same document are not independent: they are counted as fewer.",
            also=("cluster", "clusters", "counted as such", "69 cases share 14 sources"),
            page="statistics.md",
        ),
        Term(
            "may not show",
            "A fault so rare that this many cases often have none of it.",
            also=("a fault in fewer than", "rare fault"),
            page="statistics.md",
        ),
        Term(
            "holds whatever the scores' shape",
            "A bound that makes no assumption about how the scores are spread.",
            also=("whatever the scores' shape", "skewed values"),
            page="statistics.md",
        ),
        Term("worst case", "The figure if every missing case were at its worst."),
        Term(
            "p95",
            "95 of 100 requests are at most as slow as this; p50 is the middle one.",
            also=("p50", "p99", "latency p95", "quantile"),
        ),
        Term(
            "p =",
            "How often a difference at least this large comes by chance alone, if there is none.",
            also=("p-value",),
        ),
        Term(
            "95% interval",
            "From where to where the true figure lies, in 95 of 100 samples. It is shown and decides nothing.",
            also=("interval", "95%: 83% to 100%"),
            page="bounds.md",
        ),
        Term(
            "tolerate",
            "What a metric must surely not fall below, beside the threshold that its value has to meet.",
            page="gate.md#everything-a-gate-can-ask",
        ),
        Term(
            "confidence: required",
            "The rule asks for the bound to meet it too. `advise` shows the bound and lets the value decide.",
            also=("advise", "confidence required"),
            page="gate.md#everything-a-gate-can-ask",
        ),
        Term("—", "Not known, or not applicable here. It is never 0.", also=("unknown", "not known", "not recorded")),
        Term(
            "measured, derived",
            "A figure that the record states, or one that was worked out from others, such as a cost from tokens.",
            also=("measured", "derived"),
            page="prices.md",
        ),
        Term(
            "could be chance",
            "What changed beside an incident may have nothing to do with it: chance alone would often show as much.",
            page="incidents.md",
        ),
        Term(
            "how sure",
            "What stands beside a result: whether its bound meets the rule too, and how many cases would tell.",
            also=("why, and how sure", "result"),
            page="bounds.md",
        ),
        Term("higher, lower", "Which way is better for a metric.", also=("higher", "lower", "direction")),
    ),
)
