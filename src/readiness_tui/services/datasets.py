"""`dataset check`: a golden set's file held against the rules of `domain.dataset`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness_tui.domain.dataset import DatasetReport, Difference, examine
from readiness_tui.domain.evaluation import EvalSet, Trace
from readiness_tui.domain.text import one_line
from readiness_tui.domain.words import percent, plural
from readiness_tui.services.offline import Content, all_traces, read_content, read_eval_set, remarks

SCHEMA = 1
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Checked:
    """One file's report. `rejected`: its lines that could not be used; they are problems like any other."""

    path: Path
    report: DatasetReport
    rejected: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def fine(self) -> bool:
        return not (self.report.problems or self.rejected)


def check_datasets(
    paths: Sequence[Path], *, traces: Sequence[Trace] | None = None, against: Path | None = None
) -> list[Checked]:
    """Read each golden set and look at it. `traces`: see `examine`; `against`: the version before.

    Raises ReadinessError for a file that holds no eval set.
    """
    before = _eval_set(read_eval_set(against)) if against else None
    done = []
    for path in paths:
        content = read_eval_set(path)
        done.append(
            Checked(
                path,
                examine(_eval_set(content), traces, before),
                tuple(f"line {reject.line}: {reject.reason}" for reject in content.rejected),
                tuple(dict.fromkeys(content.remarks)),
            )
        )
    return done


def traces_in_files(paths: Sequence[Path]) -> tuple[tuple[Trace, ...], tuple[str, ...]]:
    """The traces of log files, and what a reader should know of those. Raises ReadinessError for unusable ones."""
    contents = [read_content(path) for path in paths]
    said = [f"{content.path.name}: {remark}" for content in contents for remark in remarks(content)]
    said += [f"{content.path.name}: it brings no trace" for content in contents if not content.traces]
    return all_traces(contents), tuple(said)


def traces_in_database(path: Path, who: str) -> tuple[Trace, ...]:
    """The traces of a database."""
    from readiness_tui.services.desk import open_desk
    from readiness_tui.store import traces

    desk = open_desk(path, who)
    try:
        with desk.store.read() as conn:
            return tuple(traces.iter_between(conn))
    finally:
        desk.close()


def as_json(checked: Sequence[Checked], said: Sequence[str] = ()) -> dict[str, Any]:
    """`dataset check --json`."""
    return {"schema": SCHEMA, "datasets": [_plain(one) for one in checked], "remarks": [*said]}


def as_text(one: Checked) -> str:
    """What a person reads of one file: counts, then each problem with its cases, then the difference."""
    report = one.report
    mark = "●" if one.fine else "✗"
    lines = [
        f"{mark} {one_line(str(one.path))}: {plural(report.cases, 'case')}, {'fine' if one.fine else 'to be mended'}",
        f"  digest     {report.digest}",
        f"  failure    {_share(report.failure, report.cases)}",
        f"  high-risk  {_share(report.high_risk, report.cases)}",
    ]
    lines += _listed("rejected line", one.rejected)
    lines += _listed("question asked more than once", [", ".join(ids) for ids in report.duplicates])
    near = [f"{pair.first}, {pair.second}: {percent(pair.likeness)} alike" for pair in report.near]
    lines += _listed("near-duplicate", near)
    lines += _listed("case that expects nothing", report.empty)
    leaked = [f"{leak.case} in {plural(len(leak.traces), 'trace')}, such as {leak.traces[0]}" for leak in report.leaks]
    lines += _listed("question found in logged prompts", leaked)
    if report.prompts is None:
        lines.append("  leaks      not looked at: no traces were given (--traces)")
    elif not report.leaks:
        lines.append(f"  leaks      none in the prompts of {plural(report.prompts, 'trace')}")
    if report.difference is not None:
        lines += _difference(report.difference)
    lines += [f"  · {one_line(remark)}" for remark in one.remarks]
    return "\n".join(lines)


def _eval_set(content: Content) -> EvalSet:
    assert content.eval_set is not None
    return content.eval_set


def _share(count: int, total: int) -> str:
    return f"{count:,} of {total:,}" + (f", {count * 100 // total} %" if total else "")


def _listed(what: str, found: Sequence[str]) -> list[str]:
    if not found:
        return []
    lines = [f"  ✗ {what}: {len(found):,}", *(f"      {one_line(text)}" for text in found[:_SHOWN])]
    return lines + (
        [f"      … and {len(found) - _SHOWN:,} more; --json prints them all"] if len(found) > _SHOWN else []
    )


def _difference(found: Difference) -> list[str]:
    lines = [
        f"  against    {found.before}: {len(found.added):,} added, {len(found.removed):,} removed,"
        f" {len(found.changed):,} changed"
    ]
    for sign, texts in (
        ("+", found.added),
        ("−", found.removed),
        ("~", [f"{ident}: {', '.join(names)}" for ident, names in found.changed]),
    ):
        lines += [f"      {sign} {one_line(text)}" for text in texts[:_SHOWN]]
        if len(texts) > _SHOWN:
            lines.append(f"      {sign} … and {len(texts) - _SHOWN:,} more; --json prints them all")
    return lines


def _plain(one: Checked) -> dict[str, Any]:
    report = one.report
    changed = report.difference
    return {
        "path": str(one.path),
        "name": report.name,
        "digest": report.digest,
        "cases": report.cases,
        "failure": report.failure,
        "high_risk": report.high_risk,
        "fine": one.fine,
        "rejected": [*one.rejected],
        "duplicates": [[*ids] for ids in report.duplicates],
        "near_duplicates": [
            {"first": pair.first, "second": pair.second, "jaccard": float(pair.likeness)} for pair in report.near
        ],
        "empty": [*report.empty],
        "prompts": report.prompts,
        "leaks": [{"case": leak.case, "traces": [*leak.traces]} for leak in report.leaks],
        "difference": None
        if changed is None
        else {
            "before": changed.before,
            "added": [*changed.added],
            "removed": [*changed.removed],
            "changed": [{"case": ident, "fields": [*names]} for ident, names in changed.changed],
        },
        "remarks": [*one.remarks],
    }
