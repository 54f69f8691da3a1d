"""Each term that an explanation links to stands in the glossary; every kind of thing has its explanation."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import readiness_tui.tui
from readiness_tui.domain.checklists.assessment import Dossier
from readiness_tui.domain.checklists.model import ProbeKind, ProbeSpec, Severity
from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.explanation import causes
from readiness_tui.domain.explanation.fields import FIELDS, field_explained, meaning
from readiness_tui.domain.explanation.gate_rows import RESULTS, row_explained
from readiness_tui.domain.explanation.items import MARKS, SEVERITIES, item_explained
from readiness_tui.domain.explanation.model import Explanation
from readiness_tui.domain.explanation.proofs import KINDS
from readiness_tui.domain.explanation.scores import headline_sum, section_sum
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.glossary import look_up
from readiness_tui.domain.incidents.model import Sev
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Condition, Part, Verdict
from tests.domain.build import (
    AS_OF,
    make_checklist,
    make_facts,
    make_incident,
    make_item,
    make_proposal,
    make_review,
    make_row,
    make_rule,
    make_standing,
    make_vote,
    scored,
)

ITEM = make_item(probe=ProbeSpec("prompt_version_logged", ProbeKind.SHARE))


def told() -> list[Explanation]:
    judgement = judge(make_facts(make_checklist(make_item()), points={"REL-02": 1}), AS_OF)
    return [
        item_explained(make_standing(ITEM, 1), scored(ITEM, 1), make_review()),
        section_sum(judgement.sections[0], DEFAULT_POLICY),
        headline_sum(judgement, DEFAULT_POLICY),
        causes.verdict_explained(judgement),
        *(causes.cause_explained(cause, judgement) for cause in judgement.causes),
        causes.condition_explained(Condition("k", "text", "ana", AS_OF)),
        causes.incident_explained(make_incident(), AS_OF, DEFAULT_POLICY),
        row_explained(make_row(make_rule()), ()),
    ]


def test_every_word_that_is_linked_stands_in_the_glossary() -> None:
    made = told()
    assert len(made) > 7
    for one in made:
        assert one.words
        for word in one.words:
            assert look_up(word) is not None, (one.title, word)


def test_no_passage_is_empty() -> None:
    for one in told():
        for passage in one.passages:
            assert passage.lines or passage.rows or passage.total, (one.title, passage.heading)


def test_every_state_has_its_words() -> None:
    assert set(RESULTS) == set(Result)
    assert set(KINDS) == set(ProbeKind)
    assert set(SEVERITIES) == set(Severity)
    assert set(causes.VERDICTS) == set(Verdict)
    assert set(causes.PARTS) == set(Part)
    assert set(causes.STATES) == set(GapState)
    assert set(causes.SEVERITIES) == set(Sev)
    for points in (None, 0, 1, 2):
        assert make_standing(ITEM, points).word in MARKS


@pytest.mark.parametrize(("secret", "named"), [(False, True), (True, False)])
def test_votes_are_named_only_where_they_are_open(secret: bool, named: bool) -> None:
    dossier = Dossier(ITEM, "reliability", votes=(make_vote(2, "ben"),))
    made = item_explained(make_standing(ITEM, 2), dossier, make_review(blind=secret, revealed=False))
    said = " ".join(line for one in made.passages for line in one.lines)
    assert ("ben" in said) == named


def test_an_item_says_how_it_proves_itself_and_what_came_of_it() -> None:
    dossier = Dossier(ITEM, "reliability", proposal=replace(make_proposal(1), text="611 of 684 requests carry it"))
    said = " ".join(
        line for one in item_explained(make_standing(ITEM, None), dossier, make_review()).passages for line in one.lines
    )
    assert "it carries if it names a prompt version" in said
    assert "Now: 611 of 684 requests carry it; it proposes 1" in said
    assert "At least 99% of them proposes 2" in said


def field_names() -> set[str]:
    """The names of all fields of all forms, where they are written out."""
    found = set()
    for path in Path(readiness_tui.tui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Field" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and first.value:
                    found.add(str(first.value))
    return found


def test_every_field_of_every_form_says_what_it_is_for() -> None:
    names = field_names()
    assert len(names) > 40
    assert {name for name in names if not meaning(name)} == set()
    declared_at_import = {"dataset", "version"}
    assert set(FIELDS) - names == declared_at_import


def test_a_field_says_what_is_offered_and_proposed() -> None:
    made = field_explained("Gap", "owner", "Owner", "", ("ana", "ben"), "ana")
    said = " ".join(line for one in made.passages for line in one.lines)
    assert "Offered while typing: ana, ben." in said
    assert "Proposed: ana" in said
    assert "sev1 is NO-GO" in meaning("severity", ("sev1", "sev2"))
    assert "blocker" in meaning("severity", ("blocker",))
    assert "10" in meaning("timeout_policy")
