"""Which run of a file is meant."""

from __future__ import annotations

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.choice import NO_CHOICE, RunChoice, chosen, held, measured, one_version
from readiness_tui.domain.runs.model import Aggregate, Case, CaseStatus, Run

LONG = "You are the assistant of a shop and answer from its documents alone, politely and with sources."
RUNS = (
    Run("e/1", "nightly · brief · gpt-4o", "promptfoo", model="openai:gpt-4o", prompt_version="brief"),
    Run("e/2", "nightly · brief · gpt-4o-mini", "promptfoo", model="openai:gpt-4o-mini", prompt_version="brief"),
    Run("e/3", "nightly · long · gpt-4o", "promptfoo", model="openai:gpt-4o", prompt_version="You are… 1a2b3c4d",
        extra={"prompt_label": LONG, "provider_label": "Big"}),
    Run("e/4", "v9", "own", pipeline_version="rag-v9"),
)  # fmt: skip


def numbers(choice):
    return [RUNS.index(run) + 1 for run in chosen(RUNS, choice, "f.json")]


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        (NO_CHOICE, [1, 2, 3, 4]),
        (RunChoice(number=2), [2]),
        (RunChoice(model="openai:gpt-4o-mini"), [2]),
        (RunChoice(model="openai:gpt-4o"), [1, 3]),  # not the mini, whose name begins so
        (RunChoice(model="GPT-4o"), [1, 3]),  # a part of the name, whatever its case
        (RunChoice(model="mini"), [2]),
        (RunChoice(model="big"), [3]),  # by the provider's label
        (RunChoice(model="gpt-4o", prompt="brief"), [1]),
        (RunChoice(prompt=LONG), [3]),  # by the whole text
        (RunChoice(prompt="shop"), [3]),
        (RunChoice(name="e/4"), [4]),
        (RunChoice(name="rag-v9"), [4]),
        (RunChoice(words="gpt-4o-mini"), [2]),
        (RunChoice(words="v9"), [4]),
    ],
)
def test_what_is_meant(choice, meant):
    assert numbers(choice) == meant


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (RunChoice(number=0), "no run with number 0"),
        (RunChoice(number=5), "no run with number 5"),
        (RunChoice(model="claude"), 'no run with model "claude"'),
        (RunChoice(model="gpt-4o-mini", prompt="long"), 'no run with model "gpt-4o-mini" and prompt "long"'),
        (RunChoice(number=1, model="mini"), "no run with number 1 and model"),
    ],
)
def test_nothing_that_fits_is_refused_with_what_there_is(choice, said):
    with pytest.raises(ReadinessError) as refused:
        numbers(choice)
    told = str(refused.value)
    assert said in told
    assert "#1 openai:gpt-4o · brief; #2 openai:gpt-4o-mini · brief; #3 openai:gpt-4o · You are" in told
    assert told.endswith("Name one: f.json#1.")
    assert refused.value.on_command_line.endswith("#1. --model, --prompt and --name name one as well.")


def test_several_versions_are_refused_with_those_that_were_meant():
    with pytest.raises(ReadinessError) as refused:
        one_version(chosen(RUNS, RunChoice(model="gpt-4o"), "f.json"), RUNS, "f.json", {})
    told = str(refused.value)
    assert "2 runs of several pipeline versions" in told
    assert ("#1 " in told, "#2 " in told, "#3 " in told) == (True, False, True)
    assert one_version(RUNS[:1], RUNS, "f.json", {}) == "brief/openai:gpt-4o"
    assert one_version((), (), "f.json", {}) == "unknown"


V1 = {"pipeline_version": "v1"}
FIGURE = {"aggregates": {"acc": Aggregate(0.9)}}


def taken(*runs, cases=()):
    return one_version(runs, runs, "f", {run.id: measured(run, cases) for run in runs})


@pytest.mark.parametrize(
    ("about", "said"),
    [(V1, "are of one pipeline version"), ({}, "do not say which version"), ({"dataset_name": "d"}, "do not say")],
)
def test_two_runs_that_measure_the_same_are_not_one(about, said):
    """The second may be the newer evaluation, and the first would be judged in silence."""
    one, two = (Run(ident, ident, "t", **about, **FIGURE) for ident in "ab")
    with pytest.raises(ReadinessError, match=rf"2 runs that {said} .*\(acc\).*#1 .*#2 .*Name one: f#1"):
        taken(one, two)
    bare = (Run(ident, ident, "t", **about) for ident in "ab")
    with pytest.raises(ReadinessError, match=r"measure the same \(pass or fail\)"):
        taken(*bare, cases=[Case("c", status=CaseStatus.FAIL)])


def test_runs_of_one_version_that_measure_other_things_stay_together():
    acc = Run("a", "a", "t", **V1, **FIGURE)
    assert taken(acc, Run("b", "b", "t", **V1, aggregates={"f1": Aggregate(0.5)})) == "v1"
    assert taken(acc, Run("b", "b", "other", **V1, **FIGURE)) == "v1"
    tasks = (Run(task, task, "t", **V1, **FIGURE, dataset_name=task) for task in ("arc", "gsm8k"))
    assert taken(*tasks) == "v1"  # each task of an evaluation is a run


def test_a_long_list_is_cut_and_what_no_file_holds_is_chosen_in_the_app():
    many = [Run(str(n), "n", "t", model=f"m{n}") for n in range(40)]
    assert "#12 m11; and 28 more. Name one: f#1" in held(many, "f")
    assert "choose the runs under Evals" in held(many, "https://server", file=False)
    assert held((), "f") == "It holds no run."
