"""A candidate that is worse than the version before, and a gate that asks for no regression."""

from __future__ import annotations

from benchmarks.moves.material import failing, gate, release
from benchmarks.moves.model import move, no_go
from benchmarks.moves.stage import Stage, Told

NOT_WORSE = '{metric: faithfulness, threshold: ">= 0.80", max_regression: 0.02}'


def against(stage: Stage, candidate: object, baseline: object) -> Told:
    stage.write("baseline.jsonl", baseline.lines())  # type: ignore[attr-defined]
    return stage.check(candidate, "--baseline", "baseline.jsonl")  # type: ignore[arg-type]


@move(
    "A loss of 0.15 on every one of 24 cases, called chance: a mean of so few has no bound",
    no_go(r"faithfulness.*(fail|worse|loss|drop|regress)"),
)
def certain_loss_of_a_mean(stage: Stage) -> Told:
    rule = "{metric: faithfulness, max_regression: 0.02, min_effect: 0.03}"
    worse = release(24, rules=gate(rule))
    before = worse.other()
    for case in worse.cases:
        case["scores"]["faithfulness"] = round(case["scores"]["faithfulness"] - 0.15, 2)
    return against(stage, worse, before)


@move(
    "Every request three times slower over 40 cases, called chance: their p95 has no bound",
    no_go(r"latency.*(fail|worse|rise|slower|regress)"),
)
def certain_loss_of_a_quantile(stage: Stage) -> Told:
    slower = release(40, rules=gate('{metric: latency_p95_ms, max_regression: "10%", min_effect: "5%"}'))
    before = slower.other()
    for case in slower.cases:
        case["latency_ms"] *= 3
    return against(stage, slower, before)


@move(
    "Every answer three times as expensive over 24 cases, called chance: their ratio has no bound",
    no_go(r"cost per success.*(fail|worse|rise|regress)|cost_per_success.*fail"),
)
def certain_loss_of_a_ratio(stage: Stage) -> Told:
    dearer = release(24, rules=gate('{metric: cost_per_success, max_regression: "10%", min_effect: "5%"}'))
    before = dearer.other()
    for case in dearer.cases:
        case["cost"] *= 3
    return against(stage, dearer, before)


@move(
    "A baseline without scores on the 20 cases that got worse",
    no_go(r"52 of 72|20 .{0,40}(missing|carry|lack)|missing.*baseline|baseline.*(missing|carries|lack)"),
)
def baseline_lacks_the_worse_cases(stage: Stage) -> Told:
    worse = release(rules=gate(NOT_WORSE))
    before = worse.other()
    for new, old in list(zip(worse.cases, before.cases, strict=True))[10:30]:
        new["scores"]["faithfulness"] = 0.7
        del old["scores"]["faithfulness"]
    return against(stage, worse, before)


@move("A baseline that carries the metric on 2 of 100 cases", no_go(r"2 of 100|98 .{0,40}(missing|lack)"))
def baseline_of_two(stage: Stage) -> Told:
    worse = release(100, rules=gate(NOT_WORSE))
    before = worse.other()
    for case in before.cases[2:]:
        case["scores"] = {}
    for case in worse.cases[2:]:
        case["scores"]["faithfulness"] = 0.82
    return against(stage, worse, before)


@move(
    "A baseline that has only the 8 cases on which the candidate is not worse",
    no_go(r"8 of 72|64 (of|cases)"),
)
def baseline_of_the_easy_cases(stage: Stage) -> Told:
    worse = release(rules=gate(NOT_WORSE))
    before = worse.other()
    del before.cases[8:]
    for case in worse.cases[8:]:
        case["scores"]["faithfulness"] = 0.8
    return against(stage, worse, before)


@move(
    "The baseline imported as candidate, as another file",
    no_go(r"same run twice|same version|its own baseline", or_refused=True),
)
def baseline_as_candidate(stage: Stage) -> Told:
    same = release(rules=gate(NOT_WORSE))
    stage.write("baseline.jsonl", same.lines())
    same.header = {"name": "the candidate", **same.header, "id": "run-new"}
    return stage.check(same, "--baseline", "baseline.jsonl")


@move(
    "The same in a review: the file of the baseline imported as candidate",
    no_go(r"same run twice|same version|its own baseline", or_refused=True),
)
def baseline_as_candidate_in_a_review(stage: Stage) -> Told:
    same = release(rules=gate(NOT_WORSE))
    stage.review(same)
    stage.imports(same, "baseline")
    told = stage.call("--who", "ana", "import", "run.jsonl", "--as", "candidate")
    return stage.verdict() if told.code == 0 else told


@move(
    "The baseline again, its version spelled with a space behind it",
    no_go(r"same run twice|same version|its own baseline", or_refused=True),
)
def baseline_with_a_space(stage: Stage) -> Told:
    same = release(rules=gate(NOT_WORSE))
    stage.write("baseline.jsonl", same.lines())
    same.header |= {"id": "run-new", "prompt_version": "v2 ", "started_at": "2025-03-12T11:00:00Z"}
    return stage.check(same, "--baseline", "baseline.jsonl")


@move(
    "A rule on regressions, and no baseline at all",
    no_go(r"no .{0,30}baseline|baseline .{0,30}(named|missing)|without a .{0,10}baseline"),
)
def no_baseline(stage: Stage) -> Told:
    return stage.check(release(rules=gate(NOT_WORSE)))


@move(
    "Half of the cases are given easier questions under their old ids",
    no_go(r"question|changed since (the )?lock"),
)
def easier_questions_than_the_baseline(stage: Stage) -> Told:
    worse = release(rules=gate('{metric: task_success_rate, threshold: ">= 0.80", max_regression: 0.02}'))
    before = worse.other()
    failing(before, 20, first=40)
    worse.claim()
    failing(worse, 8, first=10)
    for case in worse.cases[36:]:
        case["question"], case["status"] = f"Is {case['case_id']} a case?", "pass"
    return against(stage, worse, before)


@move(
    "The baseline again, its version spelled with an invisible letter",
    no_go(r"same run twice|same version|its own baseline", or_refused=True),
)
def baseline_with_an_invisible_letter(stage: Stage) -> Told:
    same = release(rules=gate(NOT_WORSE))
    stage.write("baseline.jsonl", same.lines())
    same.header |= {"id": "run-new", "prompt_version": "v2\u200b", "started_at": "2025-03-12T11:00:00Z"}
    return stage.check(same, "--baseline", "baseline.jsonl")
