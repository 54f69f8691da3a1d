"""Which golden set and cases decide: subsets, strangers, other questions, other tags, other sets."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.moves.material import CASES, Release, failing, gate, labels_for, release
from benchmarks.moves.model import move, named, no_go, remark
from benchmarks.moves.stage import Stage, Told

ABSENT = r"55 of 72|17 .{0,60}(absent|lack|missing|not in)|(lacks|without) 17"
SHARE = gate('{metric: task_success_rate, threshold: ">= 0.80"}')


@move("17 of 72 cases left out of the run, the high-risk ones among them, with consistent counts", no_go(ABSENT))
def subset_of_the_set(stage: Stage) -> Told:
    part = release()
    part.claim()
    del part.cases[:17]
    part.labels = labels_for(part)
    return stage.check(part)


@move("The same without claiming the golden set's digest", no_go(ABSENT))
def subset_without_a_claim(stage: Stage) -> Told:
    part = release()
    del part.cases[:17]
    part.labels = labels_for(part)
    return stage.check(part)


@move("The high-risk cases left out of the run, and no others", no_go(r"high.risk"))
def high_risk_cases_left_out(stage: Stage) -> Told:
    part = release(100, risky=4)
    del part.cases[:4]
    part.labels = []
    return stage.check(part)


@move("The 17 worst cases left out, in a review", no_go(ABSENT))
def subset_in_a_review(stage: Stage) -> Told:
    part = release()
    stage.review(part)
    del part.cases[-17:]
    stage.imports(part)
    return stage.verdict()


@move(
    "Half of the rows cut from the run, and the counts that its header declared with them",
    no_go(r"36 of 72|36 .{0,40}(absent|lack|missing)"),
)
def partial_without_its_counts(stage: Stage) -> Told:
    part = release()
    part.header.pop("completeness", None)
    del part.cases[36:]
    return stage.check(part)


@move(
    "100 easy cases outside the golden set beside it, under its digest",
    no_go(r"task success|changed since (the )?lock"),
)
def easy_strangers(stage: Stage) -> Told:
    made = release(rules=SHARE)
    failing(made, 20)
    made.claim()
    made.cases += [
        {"case_id": f"easy-{n}", "question": f"Is {n} a number?", "output": "Yes.", "status": "pass", "scores": {}}
        for n in range(100)
    ]
    return stage.check(made)


@move("The same 100 easy cases without any claim", no_go(r"task success"))
def easy_strangers_without_a_claim(stage: Stage) -> Told:
    made = release(rules=SHARE)
    failing(made, 20)
    made.cases += [
        {"case_id": f"easy-{n}", "question": f"Is {n} a number?", "output": "Yes.", "status": "pass", "scores": {}}
        for n in range(100)
    ]
    return stage.check(made)


@move("An easy run outside every golden set, named before the real one", no_go(r"task success rate fails"))
def easy_run_first(stage: Stage) -> Told:
    made = release(rules=SHARE)
    failing(made, 20)
    easy = {"run": {**made.header, "id": "run-easy"}}
    stage.write(
        "easy.jsonl",
        [
            easy,
            *(
                {"case_id": f"easy-{n}", "question": f"Is {n} one?", "output": "Yes.", "status": "pass"}
                for n in range(100)
            ),
        ],
    )
    stage.locked(made)
    stage.write("run.jsonl", made.lines())
    stage.write("labels.jsonl", made.labels)
    return stage.judge(
        "--run", "easy.jsonl", "--run", "run.jsonl", "--eval-set", "golden.jsonl", "--labels", "labels.jsonl"
    )


@move(
    "Only a run outside the golden set, its high-risk cases never run",
    named(r"no candidate run is held to the golden set .{0,40}6 of them high-risk"),
)
def only_strangers(stage: Stage) -> Told:
    made = release(rules=SHARE)
    made.cases = [
        {"case_id": f"easy-{n}", "question": f"Is {n} one?", "output": "Yes.", "status": "pass"} for n in range(100)
    ]
    made.labels = []
    return stage.check(made)


@move(
    "A quarter of the cases fail; 100 easy ones join the golden set after the lock",
    named(r"only with the 100 cases that the golden set gained since the lock: task success rate \(0\.750 without"),
)
def diluted_by_gained_cases(stage: Stage) -> Told:
    made = release(172, rules=SHARE)
    first = Release(made.golden[:72], made.header, made.cases[:72], [], made.gate)
    for number, case in enumerate(made.cases):
        case["status"] = "fail" if 6 <= number < 24 else "pass"
    stage.review(first)
    stage.write("golden.jsonl", made.golden)
    stage.must("import", "golden.jsonl")
    stage.imports(made)
    return stage.verdict()


@move(
    "The failing cases renamed with letters that look alike, their questions changed", no_go(r"62 of 72|faithfulness")
)
def look_alike_ids(stage: Stage) -> Told:
    made = release()
    for case in failing(made, 10):
        case["case_id"] = case["case_id"].replace("c", "\u0441")  # Cyrillic es
        case["question"] += " Please."
    return stage.check(made)


@move("Own tags in the run dilute a slice on which half of the cases fail", no_go(r"refund"))
def own_tags_dilute_a_slice(stage: Stage) -> Told:
    made = release(rules=gate('{metric: task_success_rate, threshold: ">= 0.80", tags: [refund]}'))
    for case in made.cases:
        number = int(case["case_id"][5:]) - 1
        if number % 12 == 0 and number:
            case["status"] = "fail" if number < 37 else "pass"
        case["tags"] = ["refund"]
    return stage.check(made)


@move(
    "High-risk cases that the set no longer tags after the lock, because nobody labelled them",
    no_go(r"changed since (the )?lock|high.risk"),
)
def lowered_tags(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    for gold in made.golden:
        gold["tags"] = [tag for tag in gold["tags"] if tag != "high_risk"]
    stage.write("golden.jsonl", made.golden)
    made.labels = []
    return stage.check(made, agreed=False)


@move("The eval set exchanged after the lock for one without its hard cases", no_go(r"changed since (the )?lock"))
def set_exchanged_after_the_lock(stage: Stage) -> Told:
    made = release(100)
    stage.locked(made)
    del made.golden[CASES:], made.cases[CASES:]
    stage.write("golden.jsonl", made.golden)
    return stage.check(made, agreed=False)


@move("Expected sources of the set rewritten after the lock to what the run found", no_go(r"changed since (the )?lock"))
def gold_rewritten_after_the_lock(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    for gold, case in zip(made.golden, made.cases, strict=True):
        gold["expected_source"] = case["retrieved_chunks"][0]["source"]
    stage.write("golden.jsonl", made.golden)
    return stage.check(made, agreed=False)


@move("No eval set named, so that nobody sees that a quarter of it is absent", remark(r"no eval set|own cases"))
def without_the_eval_set(stage: Stage) -> Told:
    made = release()
    del made.cases[54:]
    return stage.check(made, eval_set=False)


@move("A digest claimed that no set at hand has", remark(r"unverified|changed since (the )?lock"))
def unknown_digest_claimed(stage: Stage) -> Told:
    made = release(rules=SHARE)
    made.header["dataset_digest"] = "ab" * 32
    stage.locked(made, dataset=False)
    return stage.check(made, agreed=False, eval_set=False)


@move(
    "The set's questions replaced under their ids, and its digest claimed all the same",
    no_go(r"question|changed since (the )?lock"),
)
def other_questions(stage: Stage) -> Told:
    made = release()
    made.claim()
    for case in made.cases[10:]:
        case["question"] = f"Is {case['case_id']} a case?"
    return stage.check(made)


@move("Two variants in one run, the bad one averaged with the good one", no_go(r"variant", or_refused=True))
def second_variant(stage: Stage) -> Told:
    made = release(rules=SHARE)
    good = [{**case, "variant": "large"} for case in made.cases]
    failing(made, 16)
    made.cases = [*({**case, "variant": "small"} for case in made.cases), *good]
    made.labels = labels_for(made)
    return stage.check(made)


@move("A must-pass case that fails, renamed in the run", no_go(r"must.pass"))
def must_pass_renamed(stage: Stage) -> Told:
    made = release(rules=gate('{metric: task_success_rate, threshold: ">= 0.80"}', more="must_pass: [case-20]\n"))
    made.cases[19] |= {"case_id": "case-20-old", "question": "Another question?", "status": "fail"}
    return stage.check(made)


@move("A must-pass case that fails, and passes in a second run of the candidate", no_go(r"must.pass"))
def must_pass_in_another_run(stage: Stage) -> Told:
    made = release(rules=gate('{metric: task_success_rate, threshold: ">= 0.80"}', more="must_pass: [case-20]\n"))
    made.cases[19]["status"] = "fail"
    again = {**made.cases[19], "status": "pass"}
    stage.write("again.jsonl", [{"run": {**made.header, "id": "run-again"}}, again])
    return stage.check(made, "--run", "again.jsonl")


@move("Two rows of a failing case: it fails, then passes, under one id", no_go(r"task success|repeat"))
def duplicate_ids(stage: Stage) -> Told:
    made = release(rules=SHARE)
    bad = failing(made, 20)
    made.cases += [{**case, "status": "pass"} for case in bad for _ in range(3)]
    return stage.check(made)


@move("A hundred easy cases added to the set after the lock", remark(r"100 (new )?cases"))
def set_grown_by_easy_cases(stage: Stage) -> Told:
    made = release(172, rules=SHARE)
    first = replace(made, golden=made.golden[:CASES], cases=made.cases[:CASES])
    stage.review(first)
    failing(made, 16)
    for case in made.cases[CASES:]:
        case["status"] = "pass"
    stage.must("import", stage.write("golden.jsonl", made.golden))
    stage.imports(made)
    return stage.verdict()


@move("Cases added to the set after the lock, and one of the old ones made easier", no_go(r"changed since (the )?lock"))
def set_grown_and_changed(stage: Stage) -> Told:
    made = release(76)
    first = replace(made, golden=[dict(gold) for gold in made.golden[:CASES]], cases=made.cases[:CASES])
    stage.review(first)
    made.golden[20]["must_include"] = ["a"]
    stage.must("import", stage.write("golden.jsonl", made.golden))
    stage.imports(made)
    return stage.verdict()


@move(
    "A second, easier golden set beside the first, and a run that does not say which it was",
    no_go(r"10 of 72|several"),
)
def two_sets_fit(stage: Stage) -> Told:
    made = release()
    stage.review(made)
    stage.must("import", stage.write("smoke.jsonl", made.golden[:10]))
    failing(made, 20)
    made.cases = made.cases[:10]
    made.labels = labels_for(made)
    stage.imports(made)
    return stage.verdict()


@move("A golden set that spells its tag high-risk, and nobody labelled", remark(r"high.risk"))
def high_risk_spelled_otherwise(stage: Stage) -> Told:
    made = release()
    for gold in made.golden[:6]:
        gold["tags"] = ["High-Risk"]
    made.labels = []
    return stage.check(made)


@move("A slice of one case", named(r"one case|1 case|alone|inconclusive|not enough"))
def slice_of_one_case(stage: Stage) -> Told:
    made = release(rules=gate('{metric: task_success_rate, threshold: ">= 0.80", tags: [single]}'))
    made.golden[9]["tags"] = ["single"]
    return stage.check(made)


@move("A slice whose tag no case has", no_go(r"refunds"))
def slice_of_no_case(stage: Stage) -> Told:
    return stage.check(release(rules=gate('{metric: task_success_rate, threshold: ">= 0.80", tags: [refunds]}')))
