"""A golden set against its rules: alike questions against brute force, leaks, what a new version changed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.golden_set.check import Repeated, difference, examine, near_duplicates, version_before
from readiness_tui.domain.golden_set.leakage import Leak, Looked, leaks, of_run, of_traces, prompt_texts
from readiness_tui.domain.runs.model import Case, EvalSet, GoldenCase, Run, Span, Trace

LONG = "How do I reset an expired API key?"
OTHER = "Can I get a refund after three weeks?"


def golden(ident: str, question: str, **changes: object) -> GoldenCase:
    return replace(GoldenCase(ident, question, must_include=("x",)), **changes)  # type: ignore[arg-type]


def eval_set(*cases: GoldenCase, digest: str = "d") -> EvalSet:
    return EvalSet("set", digest, cases)


def jaccard(one: str, two: str) -> Fraction:
    """By definition, written apart from the code under test."""

    def grams(text: str) -> set[str]:
        return {text[i : i + 5] for i in range(len(text) - 4)} if len(text) > 5 else {text}

    a, b = grams(one), grams(two)
    return Fraction(len(a & b), len(a | b))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text("ab ", min_size=1, max_size=40), min_size=1, max_size=12, unique=True),
    st.integers(0, 39),
)
def test_near_duplicates_are_those_that_brute_force_finds(texts: list[str], at: int) -> None:
    texts = list(dict.fromkeys([*texts, *(text[:at] + "c" + text[at:] for text in texts)]))  # some that are alike
    named = {str(number): text for number, text in enumerate(texts)}
    found = near_duplicates(named)
    alike = {
        (one, two)
        for one in named
        for two in named
        if int(one) < int(two) and jaccard(named[one], named[two]) >= Fraction(4, 5)
    }
    assert {(pair.first, pair.second) for pair in found} <= alike
    assert all(pair.likeness == jaccard(named[pair.first], named[pair.second]) for pair in found)

    def groups(pairs: set[tuple[str, str]]) -> set[frozenset[str]]:
        of = {key: {key} for key in named}
        for one, two in pairs:
            joined = of[one] | of[two]
            for key in joined:
                of[key] = joined
        return {frozenset(group) for group in of.values()}

    # What is left out is joined by what is named, and nothing is named twice.
    assert groups({(pair.first, pair.second) for pair in found}) == groups(alike)
    assert len(found) == len(named) - len(groups(alike))


def test_the_bound_is_inclusive_and_exact() -> None:
    # 12 characters have 8 5-grams, 14 have 10: 8 shared of 10 is just 4/5.
    (pair,) = near_duplicates({"a": "abcdefghijkl", "b": "abcdefghijklmn"})
    assert (pair.first, pair.second, pair.likeness) == ("a", "b", Fraction(4, 5))
    assert near_duplicates({"a": "abcdefghijkl", "b": "abcdefghijklmno"}) == ()


def test_examine_counts_and_names() -> None:
    report = examine(
        eval_set(
            golden("a", LONG, tags=("high_risk",)),
            golden("b", "  how do i RESET an expired api\u00a0key? ", tags=("failure",)),  # the same, normalised
            golden("c", LONG + "!", tags=("high_risk", "injection")),
            golden("d", OTHER, must_include=(), expected_sources=(" ",)),
            golden("e", "no", must_include=(), expected_tools=("kb_search",)),
        )
    )
    assert (report.cases, report.failure, report.high_risk) == (5, 2, 2)
    assert report.duplicates == (Repeated(("a", "b"), differ=False),)
    assert [(pair.first, pair.second) for pair in report.near] == [("a", "c")]
    assert report.empty == ("d",)
    assert report.looked is None  # nothing is known, which is not "no leaks"
    assert report.problems
    assert not examine(eval_set(golden("a", LONG), golden("b", OTHER))).problems


def test_the_same_question_with_other_expectations_contradicts_itself() -> None:
    report = examine(eval_set(golden("a", LONG), golden("b", LONG.upper(), must_include=("y",))))
    assert report.duplicates == (Repeated(("a", "b"), differ=True),)


def leaked(cases: tuple[GoldenCase, ...], *traces: Trace) -> tuple[Leak, ...]:
    return leaks(cases, of_traces(traces))[1]


def test_a_question_in_another_requests_prompt_is_a_leak() -> None:
    cases = (golden("a", LONG), golden("b", OTHER), golden("short", "yes"))
    shots = {"messages": [{"role": "system", "content": f"Examples:\n Q: {LONG.upper()}\n A: …"}]}
    asked = Trace("t1", question=LONG, extra={"prompt": f"Answer the user. {LONG}"})
    other = Trace("t2", question="Something else, yes", extra=shots)
    in_span = Trace("t3", question=OTHER, spans=(Span("s", attributes={"input": [LONG]}),))
    assert leaked(cases, asked) == ()  # its own question belongs in its prompt
    assert leaked(cases, asked, other, in_span) == (Leak("a", ("t2", "t3")),)
    # Without a logged question a text that is nothing else may be the asking itself; one that holds more is not.
    assert leaked(cases, Trace("t4", extra={"input": LONG})) == ()
    assert leaked(cases, Trace("t5", extra={"input": f"{LONG} Also tell me a joke."}))[0].traces == ("t5",)
    # Answers and chunks are no prompts.
    assert leaked(cases, Trace("t6", question="hello there, good evening", answer=LONG)) == ()


def test_the_shortest_question_that_is_looked_for_is_found_wherever_it_stands() -> None:
    """Twenty characters: in front, in the middle and at the very end of a prompt."""
    short = "Where is my parcel??"
    cases = (golden("a", short), golden("shorter", short[1:]))
    for prompt in (f"{short} And my bill?", f"User: {short} Bot:", f"Answer this as well: {short}"):
        assert leaked(cases, Trace("t", question="Something else", extra={"prompt": prompt})) == (Leak("a", ("t",)),)


def test_examples_in_a_runs_prompts_are_leaks_and_its_own_questions_are_not() -> None:
    cases = (golden("a", LONG), golden("b", OTHER))
    template = f"Answer like this. Q: {LONG} A: rotate it. Q: "
    ran = [(Case("a", question=LONG), (template + LONG,)), (Case("b", question=OTHER), (template + OTHER,))]
    assert leaks(cases, of_run(Run("r", "r", "t"), ran, cases)) == (Looked(0, 3), (Leak("a", (), ("r/b",)),))
    told = Run("r", "r", "t", extra={"few_shot": [LONG]})
    assert leaks(cases, of_run(told, [], cases))[1] == (Leak("a", (), ("r",)),)
    # A case under another id, whose question was logged inside its template, asks it.
    whole = [(Case("9", question=f"Question: {LONG} Answer:"), (f"Question: {LONG} Answer:",))]
    assert leaks(cases, of_run(Run("r", "r", "t"), whole, cases))[1] == ()


def test_prompts_are_found_in_a_tools_own_record_by_their_names() -> None:
    record = {
        "prompt": {"raw": f"Q: {LONG}"},
        "response": {"output": "what the assistant made of it"},
        "arguments": {"gen_args_0": {"arg_0": "the question of a harness"}},
        "messages": [{"role": "user", "content": "somebody asked this one"}, {"role": "assistant", "content": LONG}],
    }
    assert set(prompt_texts(record)) == {f"Q: {LONG}", "the question of a harness", "somebody asked this one"}


def test_what_a_new_version_changed() -> None:
    old = eval_set(golden("a", LONG), golden("b", OTHER), digest="old")
    new = eval_set(golden("b", OTHER, tags=("x",), must_include=("y",)), golden("c", "New one?"), golden("a", LONG))
    found = difference(old, new)
    assert (found.before, found.added, found.removed) == ("old", ("c",), ())
    assert found.changed == (("b", ("must_include", "tags")),)
    assert difference(new, old).removed == ("c",)
    assert examine(old, before=old).difference == difference(old, old)
    assert not difference(old, old).any


def test_a_set_that_lost_its_hard_cases_says_so() -> None:
    old = eval_set(golden("a", LONG, tags=("failure",)), golden("b", OTHER, tags=("high_risk",)), golden("c", "Why?"))
    new = eval_set(golden("b", OTHER, tags=("billing",)), golden("d", "How?", tags=("failure",)))
    assert difference(old, new).eased == ("a", "b")
    assert difference(new, old).eased == ("d",)


def test_the_version_before_is_another_of_the_same_set() -> None:
    now = EvalSet("set", "now", (golden("a", LONG),))
    renamed = EvalSet("set-v0", "older", (golden("a", OTHER),))
    stranger = EvalSet("faq", "faq", (golden("x", OTHER),))
    assert version_before(now, [now, stranger, renamed]) is renamed
    assert version_before(now, [EvalSet("set", "other", ()), renamed]).digest == "other"  # type: ignore[union-attr]
    assert version_before(now, [now, stranger]) is None
