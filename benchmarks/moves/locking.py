"""A gate that is changed once the result is seen, and a start that cannot be."""

from __future__ import annotations

import os
import subprocess

from benchmarks.moves.material import failing, gate, release
from benchmarks.moves.model import Right, move, named, no_go, remark
from benchmarks.moves.stage import Stage, Told

CHANGED = r"changed since (the )?lock"
BEFORE = r"run before lock|not registered|start"


@move("The threshold lowered after the lock", no_go(CHANGED))
def threshold_lowered(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    failing(made, 20)
    stage.write("gate.yaml", made.gate.replace('">= 0.80"', '">= 0.60"').replace('">= 0.85"', '">= 0.60"'))
    return stage.check(made, agreed=False)


@move("A failing rule made optional after the lock", no_go(CHANGED))
def made_optional(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    failing(made, 20)
    stage.write(
        "gate.yaml", made.gate.replace('0.80"}', '0.80", required: false}').replace('0.85"}', '0.85", required: false}')
    )
    return stage.check(made, agreed=False)


@move("A must-pass case taken from the gate after the lock", no_go(CHANGED))
def must_pass_removed(stage: Stage) -> Told:
    rule = '{metric: task_success_rate, threshold: ">= 0.80"}'
    made = release(rules=gate(rule, more="must_pass: [case-20]\n"))
    stage.locked(made)
    made.cases[19]["status"] = "fail"
    stage.write("gate.yaml", gate(rule))
    return stage.check(made, agreed=False)


@move("More requests may be left out, said after the lock", no_go(CHANGED + "|unknown|max_left_out", or_refused=True))
def left_out_widened(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    for case in made.cases[:60]:
        case |= {"latency_ms": 4, "cached": True}
    stage.write("gate.yaml", made.gate.replace('3500"}', '3500", max_left_out: 0.9}'))
    return stage.check(made, agreed=False)


def _git(stage: Stage, *arguments: str, at: str) -> None:
    who = {"GIT_AUTHOR_NAME": "ana", "GIT_AUTHOR_EMAIL": "ana@example.com"}
    who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
    env = {**os.environ, **who, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=stage.folder, env=env, check=True, capture_output=True)


@move("gate.lock edited after the run: the lowered gate's digest under the old time", named(r"gate\.lock"))
def lock_edited(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    _git(stage, "init", "-q", at="2025-03-10T09:00:00Z")
    _git(stage, "add", "-A", at="2025-03-10T09:00:00Z")
    _git(stage, "commit", "-qm", "The gate", at="2025-03-10T09:01:00Z")
    made.gate = made.gate.replace('">= 0.80"', '">= 0.60"')
    failing(made, 20, score=0.9)
    stage.locked(made)
    _git(stage, "commit", "-qam", "The gate, once more", at="2025-03-12T18:00:00Z")
    return stage.check(made, agreed=False)


@move("gate.lock edited and not committed", named(r"gate\.lock"))
def lock_edited_uncommitted(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    _git(stage, "init", "-q", at="2025-03-10T09:00:00Z")
    _git(stage, "add", "-A", at="2025-03-10T09:00:00Z")
    _git(stage, "commit", "-qm", "The gate", at="2025-03-10T09:01:00Z")
    made.gate = made.gate.replace('">= 0.80"', '">= 0.60"')
    failing(made, 20, score=0.9)
    stage.locked(made)
    return stage.check(made, agreed=False)


@move(
    "The dataset's digest taken out of gate.lock, and the set made easier",
    named(r"unverified|dataset|edited", or_refused=True),
)
def lock_without_its_dataset(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    text = (stage.folder / "gate.lock").read_text(encoding="utf-8")
    stage.write("gate.lock", "".join(line for line in text.splitlines(True) if "dataset_digest" not in line))
    del made.golden[60:], made.cases[60:]
    stage.write("golden.jsonl", made.golden)
    return stage.check(made, agreed=False)


@move("No lock at all", named(r"never locked|lock"))
def never_locked(stage: Stage) -> Told:
    made = release()
    stage.locked(made)
    stage.write("run.jsonl", made.lines())
    stage.write("labels.jsonl", made.labels)
    return stage.call(
        *("gate", "check", "--gate", "gate.yaml", "--run", "run.jsonl", "--eval-set", "golden.jsonl"),
        *("--labels", "labels.jsonl", "--as-of", "2025-03-14"),
    )


@move("A run that started before the lock", named(r"before lock|before the lock"))
def started_before_the_lock(stage: Stage) -> Told:
    made = release()
    made.header["started_at"] = "2025-03-09T10:00:00Z"
    return stage.check(made)


@move("A start in the year 2099", named(r"2099|future|after (now|its import)|not yet"))
def started_in_2099(stage: Stage) -> Told:
    made = release()
    made.header["started_at"] = "2099-03-12T10:00:00Z"
    return stage.check(made)


@move("A start in the year 2099, in a review", named(r"2099|future|after (now|its import)|not yet"))
def started_in_2099_in_a_review(stage: Stage) -> Told:
    made = release()
    stage.review(made)
    made.header["started_at"] = "2099-03-12T10:00:00Z"
    stage.must("import", stage.write("run.jsonl", made.lines()), "--as", "candidate")
    stage.must("labels", "import", stage.write("labels.jsonl", made.labels))
    return stage.verdict()


@move("A start that is after the lock only by its time zone", named(BEFORE))
def start_in_another_zone(stage: Stage) -> Told:
    made = release()
    made.header["started_at"] = "2025-03-10T10:30:00+05:00"  # 05:30 UTC, three hours and a half before the lock
    return stage.check(made)


@move("A run that does not say when it started", named(BEFORE))
def start_unknown(stage: Stage) -> Told:
    made = release()
    del made.header["started_at"]
    return stage.check(made)


@move("Locked again after the result, in a review: the run that is there is held to it", named(BEFORE))
def locked_again(stage: Stage) -> Told:
    made = release()
    stage.review(made)
    stage.imports(made)
    stage.must("import", stage.write("gate.yaml", made.gate.replace('">= 0.85"', '">= 0.60"')))
    stage.must("gate", "lock", "--folder", ".")
    return stage.verdict()


@move("No metric of the gate is required", named(r"required"))
def nothing_required(stage: Stage) -> Told:
    made = release(rules=gate('{metric: task_success_rate, threshold: ">= 0.80", required: false}'))
    return stage.check(made)


@move("A gate and no run", no_go(r"run", or_refused=True))
def no_candidate(stage: Stage) -> Told:
    stage.review(release())
    return stage.verdict()


@move("A lock of another gate handed in", no_go(CHANGED))
def lock_of_another_gate(stage: Stage) -> Told:
    made = release()
    stage.locked(release(rules=gate('{metric: task_success_rate, threshold: ">= 0.10"}')))
    stage.write("gate.yaml", made.gate)
    return stage.check(made, agreed=False)


@move("A lock dated back by hand, in a folder that no history stands behind", remark(r"no history"))
def lock_dated_back(stage: Stage) -> Told:
    return stage.check(release())


@move(
    "A new condition under --allow conditions, held against what was printed the last time",
    Right(frozenset({1, 3}), "judge"),
)
def new_condition_among_allowed(stage: Stage) -> Told:
    made = release()
    del made.header["started_at"]
    last = stage.check(made, "--json")
    stage.write("last.json", last.out)
    del made.header["judge_digest"]
    return stage.check(made, "--against", "last.json", "--allow", "conditions", agreed=False)
