"""Tried until it passes: the same version, other names for it, runs that are not tries."""

from __future__ import annotations

from benchmarks.moves.material import Release, failing, labels_for, release
from benchmarks.moves.model import move, named, remark
from benchmarks.moves.stage import Stage, Told

TRIES = 10
NAMED = r"9 earlier tries failed against this lock .{0,140}nothing but the version's name"


def attempt(number: int, version: str, *, passes: bool) -> Release:
    """A try: other answers each time, and a luckier one at last."""
    made = release()
    made.header |= {"id": f"run-{number}", "prompt_version": version, "name": f"nightly {number}"}
    for case in made.cases:
        case["output"] += f" Attempt {number}."
    if not passes:
        failing(made, 14 + number % 3)
    made.labels = labels_for(made)
    return made


def tried(stage: Stage, versions: list[str], *, pipeline: bool = False) -> Told:
    """`pipeline`: the version stands in the field of the whole pipeline's, too."""
    stage.review(release())
    for number, version in enumerate(versions, 1):
        made = attempt(number, version, passes=number == len(versions))
        made.header |= {"pipeline_version": version} if pipeline else {}
        stage.imports(made, "", name=f"run-{number}.jsonl")
        stage.verdict()  # what each try is told
    return stage.verdict()


@move(
    "Ten runs of one version until one passes",
    named(r"failed (and|in) .{0,90}pass|nothing changed|failed .{0,80}again|fail.{0,60}v2"),
)
def ten_runs_of_one_version(stage: Stage) -> Told:
    return tried(stage, ["v2"] * TRIES)


@move(
    "Ten runs until one passes, each under a version name of its own",
    named(NAMED),
)
def ten_runs_under_ten_names(stage: Stage) -> Told:
    return tried(stage, [f"v2{letter}" for letter in "abcdefghij"])


@move(
    "Ten runs until one passes, each with a version name and a prompt of the same name",
    named(NAMED),
)
def ten_names_as_prompt_and_pipeline(stage: Stage) -> Told:
    return tried(stage, [f"v2{letter}" for letter in "abcdefghij"], pipeline=True)


@move(
    "One failing run, and the same version again under a name with a space behind it",
    remark(r"second try|earlier"),
)
def again_with_a_space(stage: Stage) -> Told:
    return tried(stage, ["v2", "v2 "])


@move("Nine runs on files alone, where nobody can count", remark(r"earlier tries"))
def tries_on_files(stage: Stage) -> Told:
    return stage.check(attempt(9, "v2", passes=True))


@move(
    "A failing run, then the gate locked again so that it is no try against this lock",
    named(r"failed (and|in) .{0,90}pass|nothing changed|earlier|locked again|before lock"),
)
def locked_again_to_forget(stage: Stage) -> Told:
    stage.review(release())
    stage.imports(attempt(1, "v2", passes=False), "", name="run-1.jsonl")
    stage.verdict()
    stage.must("gate", "lock", "--folder", ".")
    stage.imports(attempt(2, "v2", passes=True), "", name="run-2.jsonl")
    return stage.verdict()


@move(
    "The failing try named the baseline of the lucky one",
    named(r"same run twice|same version|failed (and|in) .{0,90}pass|earlier"),
)
def failing_try_as_baseline(stage: Stage) -> Told:
    stage.review(release())
    stage.imports(attempt(1, "v2", passes=False), "", name="run-1.jsonl")
    stage.verdict()
    stage.must("import", "run-1.jsonl", "--as", "baseline")
    stage.imports(attempt(2, "v2", passes=True), "", name="run-2.jsonl")
    return stage.verdict()


@move(
    "A failing run, its import taken back once another one passes",
    named(r"taken back, so how it did"),
)
def failing_try_taken_back(stage: Stage) -> Told:
    stage.review(release())
    stage.imports(attempt(1, "v2", passes=False), "", name="run-1.jsonl")
    stage.verdict()
    stage.imports(attempt(2, "v2", passes=True), "", name="run-2.jsonl")
    stage.must("review", "take-back", "2", "--yes")
    return stage.verdict()


@move(
    "The failing try split in two files of half the set each, neither of them 95 %",
    remark(r"task success|tr(y|ies)|failed"),
)
def try_in_two_halves(stage: Stage) -> Told:
    stage.review(release())
    bad = attempt(1, "v2", passes=False)
    half, other = bad.cases[:36], bad.cases[36:]
    for number, cases in enumerate((half, other), 1):
        bad.cases, bad.header["id"] = cases, f"run-half-{number}"
        bad.labels = labels_for(bad)
        stage.imports(bad, "", name=f"half-{number}.jsonl")
        stage.verdict()
    stage.imports(attempt(2, "v2", passes=True), "", name="run-2.jsonl")
    return stage.verdict()
