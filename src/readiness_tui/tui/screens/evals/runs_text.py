"""The history of runs: quality, latency and cost of each together, its role, and what failed in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from textual.content import Content

from readiness_tui.domain.metrics import NotComputable, case_key, resolve
from readiness_tui.domain.runs.declared import fact_text
from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, Fact
from readiness_tui.domain.text.format import day_month, moment, number, plural
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.runs import LINE_METRICS, RunDetail, RunSummary
from readiness_tui.tui import glyphs
from readiness_tui.tui.screens.evals.page import CaseLine, Detail, Page, Row, TableColumn
from readiness_tui.tui.text import join, line

COLUMNS = (
    TableColumn("started", 7),
    TableColumn("version", 0),
    TableColumn("tool", 11, wide=True),
    TableColumn("role", 11),
    TableColumn("cases", 5, right=True),
    TableColumn("pass", 5, right=True),
    TableColumn("fail", 5, right=True),
    TableColumn("error", 5, right=True),
    TableColumn("success", 7, right=True),
    TableColumn("faithful", 8, right=True, wide=True),
    TableColumn("p95 ms", 6, right=True),
    TableColumn("$/succ", 7, right=True, wide=True),
    TableColumn("complete", 10, wide=True),
)

FACT_LABELS = {Fact.STARTED: "started (UTC)", Fact.JUDGE: "judge", Fact.DATASET: "golden set", Fact.VERSION: "version"}
FACT_EXAMPLES = {
    Fact.STARTED: "2026-11-23T10:00Z",
    Fact.JUDGE: "its name and version, or its digest",
    Fact.DATASET: "its name, or the first twelve digits of its digest",
    Fact.VERSION: "rag-v4",
}


def page(view: ReviewView, lines: Sequence[RunSummary]) -> Page:
    """The runs tab."""
    if not lines:
        return Page(Content(""), nothing="runs")
    versions = len({entry.info.run.version for entry in lines})
    heading = Content(
        f"{plural(len(lines), 'run')} of {plural(versions, 'version')}, the latest first."
        " c makes one the candidate, b the baseline; again takes it back."
    )
    return Page(heading, COLUMNS, [run_row(view, entry) for entry in lines])


def role(view: ReviewView, run_id: str) -> str:
    """ "candidate 2" for the second of its runs; the run shown in want of a choice is "latest"."""
    for word, named in (("candidate", view.review.candidate), ("baseline", view.review.baseline)):
        if run_id in named:
            return word if len(named) == 1 else f"{word} {named.index(run_id) + 1}"
    return "(candidate)" if any(run.id == run_id for run in view.measured.candidate_runs) else ""


def run_row(view: ReviewView, entry: RunSummary) -> Row:
    run, status = entry.info.run, entry.by_status
    figures = []
    for name in LINE_METRICS:
        metric = resolve(name)
        assert metric is not None
        figures.append(number(entry.figures[name], metric.unit, up=metric.direction == "lower"))
    success, faithful, p95, cost = figures
    whole = run.completeness is Completeness.COMPLETE
    return Row(
        str(entry.info.key),
        (
            day_month(run.started_at.date()) if run.started_at else "—",
            run.version,
            run.tool,
            role(view, run.id),
            f"{entry.info.n_cases:,}",
            f"{status.get(CaseStatus.PASS, 0):,}",
            f"{status.get(CaseStatus.FAIL, 0):,}",
            f"{status.get(CaseStatus.ERROR, 0):,}",
            success,
            faithful,
            p95,
            cost,
            (glyphs.MET, "complete") if whole else (glyphs.PARTIAL, run.completeness.value),
        ),
    )


def detail(found: RunDetail) -> Detail:
    """One run: where it is from, its figures, counts by error class, and the cases that did not pass."""
    info, run = found.info, found.info.run
    versions = " · ".join(
        f"{name} {value}"
        for name, value in (
            ("prompt", run.prompt_version),
            ("model", run.model),
            ("index", run.index_version),
            ("judge", run.judge),
        )
        if value
    )
    tool = f"{run.tool} {run.tool_version}" if run.tool_version else run.tool
    said = [
        join(
            line(run.name or run.id, "bold $text-accent"),
            "  ",
            line(f"{tool} · started {moment(run.started_at)} · from {PurePath(info.path).name}"),
        ),
    ]
    errors = " · ".join(f"{error} ×{count:,}" for error, count in list(found.by_error.items())[:6])
    unknown = found.by_status.get(CaseStatus.UNKNOWN, 0)
    if unknown:
        said.append(
            line(f"{plural(unknown, 'case')} without a verdict: the run does not say pass or fail", "$text-warning")
        )
    said.append(line(f"Errors: {errors}" if errors else "No case has an error."))
    said.append(line(versions or "the run does not say its prompt, model, index or judge", "$foreground-muted"))
    said += [line(f"{fact_text(fact)}", "$foreground-muted") for fact in run.declared]
    said += [line(f"! {warning}", "$text-warning") for warning in run.warnings]
    said.append(line(figures(found)))
    lines = [case_row(case, run.id) for case in found.data.every if case.status is not CaseStatus.PASS]
    lines.sort(key=lambda entry: ("error", "fails", "no verdict").index(entry.word))
    return Detail(Content("\n").join(said), lines)


def figures(found: RunDetail) -> str:
    """Every metric that the run gives, by layer."""
    said = []
    for pairs in found.metrics.values():
        for metric, seen in pairs:
            if isinstance(seen, NotComputable):
                continue
            value = number(seen.estimate.value, metric.unit, up=metric.direction == "lower")
            said.append(f"{metric.key.replace('_', ' ')} {value}")
    return " · ".join(said) or "The run gives no metric."


def case_row(case: Case, run_id: str) -> CaseLine:
    if case.status is CaseStatus.ERROR:
        return CaseLine(
            case_key(case), run_id, glyphs.CONFLICT, "error", question=f"{case.error or ''} · {case.question}"
        )
    if case.status is CaseStatus.FAIL:
        return CaseLine(case_key(case), run_id, glyphs.FAIL, "fails", question=case.question)
    return CaseLine(case_key(case), run_id, glyphs.UNDECIDED, "no verdict", question=case.question)
