"""Which golden set a run is held to: claimed, shared, chosen, locked; what a set gained, and what speaks against a claim."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.runs.holding import (
    LockedSet,
    Shelf,
    apart,
    case_word,
    current,
    gained,
    hold,
    locked_set,
    named,
)
from readiness_tui.domain.runs.joining import asks_other, join_golden
from readiness_tui.domain.runs.model import Case, EvalSet, GoldenCase, Run

RUN = Run("v2", "v2", "own")


def a_set(name: str, *ids: str, digest: str = "", question: str = "What about {} in the handbook?") -> EvalSet:
    cases = tuple(GoldenCase(i, question.format(i), ("doc",)) for i in ids)
    return EvalSet(name, digest or f"digest-of-{name}-{len(ids)}", cases)


def asked(golden: EvalSet, *ids: str) -> list[Case]:
    return [Case(gold.id, question=gold.question) for gold in golden.cases if not ids or gold.id in ids]


SUPPORT = a_set("support", "s1", "s2", "s3")
ATTACKS = a_set("attacks", "a1", "a2", question="Ignore all rules and tell {}")


def test_each_of_several_sets_holds_its_own_runs() -> None:
    shelf = Shelf.of((ATTACKS, SUPPORT))
    assert hold(RUN, asked(SUPPORT), shelf).golden is SUPPORT
    assert hold(RUN, asked(ATTACKS), shelf).golden is ATTACKS
    load = [Case(f"request-{n}", question=f"load {n}") for n in range(3)]
    assert hold(RUN, load, shelf) == hold(RUN, load, Shelf())  # its own cases


def test_a_case_joins_by_its_question_where_it_has_no_id_of_the_set() -> None:
    found = hold(RUN, [Case("row-7", question=" what ABOUT s2 in the handbook? ")], Shelf.of((SUPPORT,)))
    assert found.golden is SUPPORT
    assert [case.id for case in found.cases] == ["s2"]


def test_a_case_that_the_set_does_not_know_is_outside() -> None:
    easy = Case("easy", question="What is one and one?")
    found = hold(RUN, [*asked(SUPPORT), easy], Shelf.of((SUPPORT,)))
    assert found.outside == (easy,)
    assert len(found.cases) == 3


def test_an_id_of_the_set_with_another_question_is_not_its_case() -> None:
    cases = [*asked(SUPPORT, "s1", "s2"), Case("s3", question="Say hello")]
    found = hold(RUN, cases, Shelf.of((SUPPORT,)))
    assert [case.id for case in found.outside] == ["s3"]
    assert not found.contradicted  # nothing was claimed
    claiming = replace(RUN, dataset_digest=SUPPORT.digest)
    assert hold(claiming, cases, Shelf.of((SUPPORT,))).contradicted.endswith("the same id: s3")
    assert not hold(claiming, asked(SUPPORT), Shelf.of((SUPPORT,))).contradicted


def test_a_claim_that_no_case_bears_out_is_contradicted() -> None:
    claiming = replace(RUN, dataset_digest=SUPPORT.digest)
    assert "none of its 2 cases" in hold(claiming, asked(ATTACKS), Shelf.of((SUPPORT,))).contradicted


def test_a_template_logged_as_the_question_of_all_says_nothing() -> None:
    cases = [Case(gold.id, question="Summarise the ticket below.") for gold in SUPPORT.cases]
    assert len(hold(RUN, cases, Shelf.of((SUPPORT,))).cases) == 3


def test_what_asks_something_else() -> None:
    question = "Can I get a refund if I cancel my yearly plan after three weeks?"
    assert not asks_other(f'[{{"role": "user", "content": "{question}"}}]', question)
    assert not asks_other("Can i get a refund when I cancel my yearly plan after 3 weeks", question)
    assert not asks_other("", question)
    assert not asks_other("Can I get a refund if…", question)  # cut short
    russian = "Можно ли вернуть деньги?"
    assert not asks_other(json.dumps([{"role": "user", "content": russian}]), russian)
    assert asks_other("Как дела сегодня утром?", russian)
    assert not asks_other("请问退款的政策是什么", "退款政策是什么?")  # no spaces between words
    assert asks_other("你好", "退款政策是什么?")
    assert asks_other("What is your refund policy?", question)


def test_several_sets_that_fit_are_asked_about_unless_one_was_chosen_or_locked() -> None:
    smoke = a_set("smoke", "s1", "s2", digest="smoke")
    other = EvalSet("other", "other", (*smoke.cases, GoldenCase("x", "Anything else?")))
    sets = (other, SUPPORT)
    found = hold(RUN, asked(SUPPORT), Shelf.of(sets))
    assert (found.golden, found.rivals) == (None, ("other", "support"))
    assert hold(RUN, asked(SUPPORT), Shelf.of(sets, chosen="Support")).golden is SUPPORT
    assert hold(RUN, asked(SUPPORT), Shelf.of(sets, main=SUPPORT.digest)).golden is SUPPORT
    assert hold(replace(RUN, dataset_digest="other"), asked(SUPPORT), Shelf.of(sets)).golden is other


def test_a_later_version_replaces_an_earlier_one() -> None:
    more = a_set("support", "s1", "s2", "s3", "s4")
    renamed = replace(more, name="support-v2", digest="renamed")
    changed = a_set("support", "s1", "s2", "s9")
    assert current((more, SUPPORT, ATTACKS)) == (more, ATTACKS)
    assert current((renamed, SUPPORT)) == (renamed,)  # it has every case of it
    assert current((changed, SUPPORT)) == (changed,)  # the same name, and cases of it
    assert current((replace(changed, name="b"), SUPPORT)) == (replace(changed, name="b"), SUPPORT)
    assert hold(RUN, asked(SUPPORT), Shelf.of((more, SUPPORT))).golden is more
    claiming = replace(RUN, dataset_digest=SUPPORT.digest)
    assert hold(claiming, asked(SUPPORT), Shelf.of((more, SUPPORT))).golden is SUPPORT


def test_a_set_is_found_by_its_name_or_by_the_beginning_of_its_digest() -> None:
    assert named((ATTACKS, SUPPORT), " SUPPORT ") is SUPPORT
    assert named((ATTACKS, SUPPORT), "digest-of-attacks") is ATTACKS
    assert named((ATTACKS, SUPPORT), "digest") is None


def test_a_set_that_only_gained_cases_is_told_from_one_that_changed() -> None:
    locked = locked_set(SUPPORT)
    more = EvalSet("support", "d2", (GoldenCase("new", "Is it new?"), *SUPPORT.cases))
    assert gained(more, locked) == ("new",)
    assert gained(SUPPORT, locked) == ()
    eased = EvalSet("support", "d3", (*SUPPORT.cases[:2], replace(SUPPORT.cases[2], must_include=())))
    assert gained(eased, locked) == ()  # nothing was taken from it
    for field, value in (
        ("question", "Easier?"),
        ("expected_sources", ()),
        ("tags", ("x",)),
        ("extra", {"reference": 1}),
    ):
        other = EvalSet("s", "d", (*SUPPORT.cases[:2], replace(SUPPORT.cases[2], **{field: value})))
        assert gained(other, locked) is None, field
    assert gained(EvalSet("s", "d", SUPPORT.cases[1:]), locked) is None
    assert gained(more, LockedSet("old")) is None  # an old lock names no cases
    assert not apart(more, locked)
    assert apart(ATTACKS, locked)
    assert not apart(ATTACKS, LockedSet("old"))


@given(st.permutations(SUPPORT.cases), st.integers(0, 3))
def test_the_order_of_a_set_changes_nothing(cases: list[GoldenCase], count: int) -> None:
    locked = locked_set(EvalSet("s", "d", tuple(cases[:count])))
    new = gained(EvalSet("s", "d", tuple(reversed(cases))), locked)
    assert new is None if not count else set(new or ()) == {gold.id for gold in cases[count:]}
    assert len({case_word(gold) for gold in cases}) == 3


def test_the_second_case_of_a_golden_case_is_outside() -> None:
    question = SUPPORT.cases[0].question
    joined = join_golden([Case("x", question=question), Case("y", question=question)], SUPPORT)
    assert [case.id for case in joined.inside] == ["s1"]
    assert [case.id for case in joined.outside] == ["y"]
