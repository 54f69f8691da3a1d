"""The words of the gate, and of runs and cases."""

from __future__ import annotations

from readiness_tui.domain.glossary.model import Term, TermGroup

GATE = TermGroup(
    "The gate, runs and cases",
    (
        Term(
            "gate",
            "What a change has to achieve, agreed on and locked before it is tested: metrics with their thresholds.",
            page="gate.md",
        ),
        Term(
            "rule",
            "One line of a gate: a metric with its threshold, or with how much worse than the baseline it may be.",
            also=("rules",),
            page="gate.md",
        ),
        Term(
            "threshold",
            "The value that a metric has to reach, or may not exceed. Equal is enough.",
            also=("needs", "≥", "≤"),
        ),
        Term(
            "metric",
            "Something measured of a run or of the log: a rate, an average, a quantile or a ratio.",
            page="metrics.md",
        ),
        Term(
            "required",
            "A rule that has to pass: if it fails, the verdict is NO-GO. An optional one makes a condition.",
            also=("optional", "6 of 6 required pass"),
        ),
        Term(
            "pass",
            "The value meets the rule, and so does its bound where the rule asks for one. Of a case: the answer was"
            " right.",
            also=("● pass", "PASS"),
        ),
        Term(
            "fail",
            "The value misses the rule. Of a case or a trace: the answer was wrong.",
            also=("✗ fail", "FAIL", "misses"),
        ),
        Term(
            "not enough to tell",
            "The value meets the rule, but the bound that the rule asks for does not, or too much is missing. It is a condition.",
            also=("INCONCLUSIVE", "inconclusive", "unclear", "◐ unclear", "not decided by what there is"),
            page="gate.md#everything-a-gate-can-ask",
        ),
        Term(
            "changed since lock",
            "The gate, the golden set or the judge is not the one that was locked. It does not pass.",
            also=("CHANGED SINCE LOCK", "changed", "! changed", "changed since the lock"),
            page="gate.md#the-lock",
        ),
        Term(
            "lock",
            "Declares the thresholds final, with who, when, and digests of gate, golden set and judge. What runs later is"
            " held to it.",
            also=("locked", "gate.lock", "lock digest"),
            page="gate.md#the-lock",
        ),
        Term(
            "run before lock",
            "The run did not start after the lock, or nobody knows: the thresholds may have been chosen by its"
            " result. A condition.",
            also=("registered", "not registered"),
            page="gate.md#the-lock",
        ),
        Term(
            "unverified",
            "The run does not say which golden set or judge it used. A condition, until somebody declares it.",
            also=("unverified digest",),
            page="gate.md#the-lock",
        ),
        Term(
            "try",
            "One version held against a lock on one day. Many tries until one passes prove little, so they are counted.",
            also=("tries", "first try against this lock"),
            page="gate.md#tries",
        ),
        Term("run", "One evaluation of one version of the system over a set of cases.", also=("runs", "experiment")),
        Term("candidate", "The run that the review decides about.", page="gate.md#candidate-and-baseline"),
        Term(
            "baseline",
            "The run that the candidate is compared with: the version before.",
            also=("against baseline",),
            page="gate.md#candidate-and-baseline",
        ),
        Term("case", "One example in a run: a question, its answer, and its scores.", also=("cases", "example")),
        Term(
            "golden set",
            "The cases that count: questions with what a correct answer must contain or cite. It is the"
            " denominator, whatever a run brings.",
            also=("golden_set", "eval set", "dataset", "gold"),
            page="gate.md#which-cases-count",
        ),
        Term("must-pass case", "A case that has to pass whatever the averages say.", also=("must_pass", "must pass")),
        Term(
            "high-risk case",
            "A case whose wrong answer would do harm. Each needs a pass or fail by a named person.",
            also=("high_risk", "high-risk review", "unreviewed"),
            page="gate.md#high-risk-cases",
        ),
        Term("slice", "A rule or figure over only the cases with a tag.", also=("slices", "tags", "by tag")),
        Term("repeat", "The same case, run again. Repeats are averaged first.", also=("repeats",)),
        Term("variant", "One of several versions within a run, such as two prompts. They are never averaged together."),
        Term(
            "pass^k",
            "The chance that k tries of a case are all right (`pass_all_k`). Right nine times out of ten is three times"
            " in a row in 73 of 100.",
            also=("pass_all_k", "pass^3", "right every time"),
            page="gate.md#right-every-time",
        ),
        Term(
            "judge",
            "A model that scores answers. Its figure says what the judge thinks, until people's labels check it.",
            also=("judged", "grader", "LLM judge"),
            page="judges.md",
        ),
        Term(
            "judge unchecked",
            "Nobody compared the judge with people: how far its figure is true is not known.",
            also=("judge not checked against people", "by the judge's own count"),
            page="labels.md",
        ),
        Term(
            "corrected",
            "A judge's figure, set right by the labels of people on cases that the lot drew.",
            also=("corrected by 50 human labels", "not corrected"),
            page="judges.md",
        ),
        Term(
            "label",
            "A person's pass, fail or unsure for an answer.",
            also=("labels", "human label", "unsure"),
            page="labels.md",
        ),
        Term(
            "batch",
            "Cases that the lot drew to check a judge. Its size is stored before the first is shown.",
            also=("drawn", "lot"),
            page="labels.md#checking-a-judge",
        ),
        Term(
            "agreement",
            "How often judge and people, or two people, say the same of a case.",
            page="labels.md#agreement",
        ),
        Term(
            "kappa",
            "Cohen's kappa: agreement beyond what chance alone would give; 1 is always, 0 no better than chance.",
            also=("Cohen's kappa",),
            page="labels.md#agreement",
        ),
        Term("cut", "From which score on an answer counts as right.", also=("right from 0.7",), page="gate.md#judges"),
        Term(
            "better, worse",
            "Of the cases that both runs have: how many the candidate gets right and the baseline wrong, and the"
            " other way round.",
            also=("better", "worse", "flips", "flipped", "● better", "✗ worse"),
            page="gate.md#regressions",
        ),
        Term(
            "regression",
            "How much worse than the baseline the candidate is, case by case.",
            also=("drop", "rise", "max_regression", "drop ≤", "rise ≤", "change"),
            page="gate.md#regressions",
        ),
        Term(
            "min effect",
            "A loss smaller than this matters to nobody, and passes.",
            also=("min_effect",),
            page="gate.md#regressions",
        ),
        Term("no change", "Both runs have the same figure, or no case flipped.", also=("– no change",)),
        Term("not tested", "No test of the difference fits this metric, or the runs share no cases."),
        Term(
            "plan", "How many cases each rule needs, told before anything is run.", also=("gate plan",), page="plan.md"
        ),
        Term(
            "new version",
            "A gate that took the place of another: what changed, rule by rule, and why.",
            also=("revision", "v1", "v2"),
            page="gate.md#a-new-version",
        ),
        Term("window", "The days whose traces a figure counts, in whole UTC days.", also=("in 7 days", "7 days")),
        Term(
            "cached",
            "An answer from a cache. It leaves latency and cost, and is counted beside them.",
            also=("left out", "cold"),
        ),
        Term(
            "partial run",
            "A run without all of its cases; an errored one ended in a system error.",
            also=("complete", "errored", "completeness"),
        ),
        Term("hold", "The gate's advice in the negative: do not release.", also=("hold the release",)),
        Term(
            "evals",
            "Evaluations: what was measured of a version before it ships. The room with gate, compare and runs.",
            also=("evaluation",),
        ),
        Term(
            "new, removed cases",
            "Cases that only the candidate, or only the baseline, has. An eval set becomes easier when it loses its hard cases.",
            also=("new cases", "removed cases", "cases new", "removed", "added", "allow", "warn"),
            page="gate.md#everything-a-gate-can-ask",
        ),
        Term(
            "judge error",
            "The judge gave no score. It is missing, and never 0.",
            also=("judge pass", "judge fail", "people pass", "people fail"),
        ),
        Term(
            "drawn by the lot",
            "Cases in the order of a digest that nobody can choose, so that people do not pick the easy ones.",
            also=("drawn at random", "random"),
            page="labels.md#checking-a-judge",
        ),
        Term("people disagree", "Labels of a case differ. It is asked about again, and counted apart."),
        Term(
            "committed",
            "git has the lock as it is in the folder. Untracked: git does not know it; changed: it differs from the committed one.",
            also=("untracked", "nowhere"),
            page="gate.md#what-git-knows",
        ),
        Term(
            "quick lab",
            "Ten questions, a bot, three thresholds: the whole loop in twenty minutes (`readiness lab`).",
            also=("lab",),
        ),
    ),
)
