"""The same moves in the files of other tools: promptfoo, Ragas, JUnit."""

from __future__ import annotations

import json

from benchmarks.moves.material import failing, gate, release
from benchmarks.moves.model import move, named, no_go, remark
from benchmarks.moves.other_tools import junit, promptfoo, ragas
from benchmarks.moves.stage import Stage, Told

FAITHFUL = gate('{metric: faithfulness, threshold: ">= 0.85"}')
SHARE = gate('{metric: task_success_rate, threshold: ">= 0.80"}')


def judged(stage: Stage, name: str, *more: object) -> Told:
    return stage.judge("--run", name, "--eval-set", "golden.jsonl", "--labels", "labels.jsonl", *more)


@move(
    "promptfoo: rows of failing cases cut from the file, and its counts with them",
    no_go(r"5[0-9] of 72|declares|counted|tests"),
)
def promptfoo_without_its_failures(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    stage.write("labels.jsonl", made.labels)
    del made.cases[-17:]
    return judged(stage, stage.write("results.json", json.dumps(promptfoo(made))))


@move("promptfoo: rows cut, their counts left", no_go(r"5[0-9] of 72|declares|counted|partial"))
def promptfoo_with_its_counts(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    stage.write("labels.jsonl", made.labels)
    whole = promptfoo(made)
    whole["results"]["results"] = whole["results"]["results"][:55]
    return judged(stage, stage.write("results.json", json.dumps(whole)))


@move("promptfoo: `success` set where the grading says that it failed", no_go(r"task success|52 of 72|status"))
def promptfoo_success_set(stage: Stage) -> Told:
    made = release(rules=SHARE)
    failing(made, 20)
    stage.locked(made)
    stage.write("labels.jsonl", made.labels)
    whole = promptfoo(made)
    for row in whole["results"]["results"]:
        row |= {"success": True, "failureReason": 0}
    return judged(stage, stage.write("results.json", json.dumps(whole)))


@move(
    "promptfoo: two prompts in one file, the bad one beside the good one",
    no_go(r"prompt|variant|several|FILE#", or_refused=True),
)
def promptfoo_two_prompts(stage: Stage) -> Told:
    made = release(rules=SHARE)
    stage.locked(made)
    stage.write("labels.jsonl", made.labels)
    good = promptfoo(made)
    failing(made, 30)
    bad = promptfoo(made, prompt=1, label="v3")
    good["results"]["prompts"] += bad["results"]["prompts"]
    good["results"]["results"] += bad["results"]["results"]
    for name in ("successes", "failures", "errors"):
        good["results"]["stats"][name] += bad["results"]["stats"][name]
    return judged(stage, stage.write("results.json", json.dumps(good)))


@move("Ragas: the failing samples with an empty score", no_go(r"62 of 72|faithfulness"))
def ragas_failures_empty(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    stage.locked(made)
    for case in failing(made, 10):
        case["scores"]["faithfulness"] = None
    stage.write("labels.jsonl", made.labels)
    return judged(stage, stage.write("ragas.jsonl", ragas(made)))


@move("Ragas: the failing samples left out", no_go(r"60 of 72|12 .{0,40}(lack|missing|absent)"))
def ragas_failures_left_out(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    stage.locked(made)
    stage.write("labels.jsonl", made.labels)
    del made.cases[60:]
    return judged(stage, stage.write("ragas.jsonl", ragas(made)))


@move(
    "Ragas: the mean above the rows is not theirs, and the threshold lies between",
    named(r"states|stated|own figure|declare"),
)
def ragas_mean_that_is_not_theirs(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    stage.locked(made)
    stage.write("labels.jsonl", made.labels)
    whole = {"faithfulness": 0.71, "samples": ragas(made)}
    return judged(stage, stage.write("ragas.json", json.dumps(whole)))


@move("Ragas: a file that says nothing of its start, judge and version", named(r"start|judge"))
def ragas_says_nothing(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    stage.locked(made)
    stage.write("labels.jsonl", made.labels)
    return judged(stage, stage.write("ragas.jsonl", ragas(made)))


@move("JUnit: the failing tests skipped", no_go(r"task success|52 of 72|skipped"))
def junit_failures_skipped(stage: Stage) -> Told:
    made = release(risky=0, rules=SHARE)
    for case in failing(made, 20):
        case["status"] = "skipped"
    stage.locked(made)
    return stage.judge("--run", stage.write("junit.xml", junit(made)), "--eval-set", "golden.jsonl")


@move(
    "JUnit: the failing tests deleted, in names that the golden set does not know",
    remark(r"own cases|outside|shares? no case|join|52 of 72"),
)
def junit_names_of_its_own(stage: Stage) -> Told:
    made = release(risky=0, rules=SHARE)
    stage.locked(made)
    del made.cases[:20]
    return stage.judge("--run", stage.write("junit.xml", junit(made, "tests.golden")), "--eval-set", "golden.jsonl")
