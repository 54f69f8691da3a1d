"""The plan of the gate: a table where there is no run yet, and the whole of it to read; the golden set's report."""

from __future__ import annotations

from textual.content import Content

from readiness_tui.domain.gate_result import plan_words
from readiness_tui.domain.gate_result.plan_model import Plan, PlanRow
from readiness_tui.domain.metrics.words import rule_text
from readiness_tui.domain.text.format import width, wrap
from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui.screens.evals import gate_text
from readiness_tui.tui.screens.evals.page import Detail, Page, Row, TableColumn
from readiness_tui.tui.text import fit, join, line, one_line, safe

COLUMNS = (
    TableColumn("metric", 0),
    TableColumn("rule", 12),
    TableColumn("n", 6, right=True),
    TableColumn("passes", 13),
    TableColumn("holds at 95 %", 13),
    TableColumn("smallest change to be seen", 48, wide=True),
)
WIDTH = 62  # columns inside the reading dialog


def page(view: ReviewView, found: Plan) -> Page:
    """The gate tab before a run: what each rule needs."""
    heading = [gate_text.sentence(view), *gate_text.standing(view, brief=True)]
    return Page(Content("\n").join(heading), COLUMNS, [_row(row) for row in found.rows], "gate without a run")


def _row(row: PlanRow) -> Row:
    sight = (
        plan_words.sight_text(row, row.sight)
        .removeprefix("against the baseline ")
        .partition(":")[0]
        .removesuffix(", all one way")
        if row.sight
        else ""
    )
    return Row(row.rule.key, (gate_text.label(row.rule), plan_words.rule_cell(row), *plan_words.cells(row), sight))


def detail(found: Plan, key: str) -> Detail:
    """One rule before a run: everything that is known of it."""
    row = next((row for row in found.rows if row.rule.key == key), None)
    if row is None:
        return Detail(Content(""))
    title = join(line(gate_text.label(row.rule).upper(), "bold $text-accent"), "  ", line(rule_text(row.rule)))
    return Detail(
        Content("\n").join([title, *(line(f"{note[:1].upper()}{note[1:]}.") for note in plan_words.notes(row))])
    )


def reading(found: Plan) -> Content:
    """The whole plan, for the reading dialog."""
    said = [_indented(plan_words.heading(found), 0, "$foreground-muted"), Content("")]
    said.append(Content.styled(_table_line("metric", "rule", "n", "passes", "holds at 95 %"), "bold"))
    for row in found.rows:
        said.append(safe(_table_line(gate_text.label(row.rule), plan_words.rule_cell(row), *plan_words.cells(row))))
        said += [_indented(note, 2, "$foreground-muted") for note in plan_words.notes(row)]
    said += [Content(""), *(_indented(f"· {remark}", 0) for remark in plan_words.remarks(found))]
    return Content("\n").join(said)


def dataset(text: str) -> Content:
    """The golden set's report: its problems stand out."""
    marks = {"✗": "$text-error", "!": "$text-warning", "●": "$text-success"}
    return Content("\n").join(
        _indented(part.strip(), len(part) - len(part.lstrip()), marks.get(part.strip()[:1], ""))
        for part in text.splitlines()
    )


def _table_line(metric: str, rule: str, n: str, passes: str, holds: str) -> str:
    return f"{fit(one_line(metric), 18)} {fit(rule, 11)} {fit(n, 5, right=True)}  {fit(passes, 10)} {fit(holds, 13)}"


def _indented(text: str, by: int, style: str = "") -> Content:
    """Outside text in the dialog's width, every line of it `by` columns in."""
    parts = [text] if width(text) <= WIDTH - by else wrap(one_line(text), WIDTH - by)
    return Content("\n").join(join(" " * by, safe(part, style)) for part in parts)
