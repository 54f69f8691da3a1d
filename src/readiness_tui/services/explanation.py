"""What F1 can tell of a review: the thing that a key names, and the figures that it stands in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from readiness_tui.domain.explanation.causes import (
    cause_explained,
    condition_explained,
    gap_explained,
    incident_explained,
    verdict_explained,
)
from readiness_tui.domain.explanation.gate_rows import row_explained
from readiness_tui.domain.explanation.items import item_explained
from readiness_tui.domain.explanation.model import Explanation, passage
from readiness_tui.domain.explanation.scores import headline_sum, section_sum
from readiness_tui.domain.metrics.words import metric_label
from readiness_tui.domain.scorecard.model import GapLine
from readiness_tui.domain.text.format import percent
from readiness_tui.domain.verdict.model import Cause, Condition, Section
from readiness_tui.services.core.view import ReviewView


class Subject(NamedTuple):
    """`make` works the explanation out: not for the UI thread."""

    name: str
    make: Callable[[], Explanation]


def _filter_line() -> Explanation:
    return Explanation(
        "this line",
        "How a filter is written",
        (
            passage(
                "What it does",
                "The list shows only what meets every word of the line. An empty line shows all again.",
            ),
            passage(
                "Words",
                "refund key: both words, anywhere in the record, in any order.",
                "“a phrase”: these words side by side.",
                "error: records with an error.",
            ),
            passage(
                "Fields",
                "status:fail model:gpt* tool:refund_create: a field and its value; * stands for the rest of a word.",
                "latency>3000 cost<0.01: a figure and its limit, latency in milliseconds.",
                "-status:success: a - before it turns a word or field round.",
            ),
            passage(
                "While one types",
                "What the line can go on with stands below it; Tab takes the first, Tab again the next.",
            ),
        ),
        ("filter",),
    )


FILTER_LINE = Subject("this line", _filter_line)


def item(view: ReviewView, item_id: str) -> tuple[Subject, ...]:
    """An item, and the score of its checklist; nothing for what is no item of the review."""
    standing = view.judgement.standings.get(item_id)
    if standing is None:
        return ()
    about = Subject(item_id, partial(item_explained, standing, view.dossier(item_id), view.review))
    return (
        about,
        *(section(view, one) for one in view.judgement.sections if one.checklist.id == standing.checklist_id),
    )


def section(view: ReviewView, one: Section) -> Subject:
    return Subject(f"{one.checklist.title} {percent(one.score)}", partial(section_sum, one, view.facts.policy))


def figures(view: ReviewView) -> tuple[Subject, ...]:
    """The verdict, and every percentage of the first screen."""
    judgement = view.judgement
    if view.unjudged:
        return tuple(section(view, one) for one in judgement.sections)
    return (
        Subject(str(judgement.verdict), partial(verdict_explained, judgement)),
        Subject(f"all checklists {percent(judgement.headline)}", partial(headline_sum, judgement, view.facts.policy)),
        *(section(view, one) for one in judgement.sections),
    )


def gate_row(view: ReviewView, key: str) -> tuple[Subject, ...]:
    """The row of the gate with this key."""
    return tuple(
        Subject(metric_label(row.rule).replace("_", " "), partial(row_explained, row, view.measured.candidate))
        for row in view.gate.rows
        if row.rule.key == key
    )


def incident(view: ReviewView, number: str) -> tuple[Subject, ...]:
    return tuple(
        Subject(one.name, partial(incident_explained, one, view.as_of, view.facts.policy))
        for one in view.facts.incidents
        if str(one.number) == number
    )


def condition(of: Condition) -> Subject:
    return Subject("this condition", partial(condition_explained, of))


def gap(of: GapLine) -> Subject:
    return Subject("this gap", partial(gap_explained, of))


def cause(view: ReviewView, of: Cause) -> tuple[Subject, ...]:
    """A cause of the verdict, and what it is about."""
    return (Subject("this cause", partial(cause_explained, of, view.judgement)), *about(view, of.key))


def about(view: ReviewView, key: str) -> tuple[Subject, ...]:
    """What the key of a cause, condition, change or gap is about; nothing where that is no single thing."""
    kind, _, rest = key.partition("/")
    if kind == "item":
        return item(view, rest.rpartition("/")[2])
    if kind == "gate":
        return gate_row(view, rest)
    if kind == "incident":
        return incident(view, rest.partition("/")[0])
    if kind == "section":
        return tuple(
            section(view, one) for one in view.judgement.sections if one.checklist.id == rest.partition("/")[0]
        )
    if kind == "condition":
        found = next(
            (one for one in view.judgement.conditions if one.key == rest.removesuffix("/owner").removesuffix("/due")),
            None,
        )
        return () if found is None else (condition(found), *about(view, found.key))
    return ()
