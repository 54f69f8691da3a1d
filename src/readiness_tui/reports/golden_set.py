"""What `dataset check` prints, and the app shows of a golden set: for scripts an object, for people lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from readiness_tui.domain.golden_set.check import CheckedSet, DatasetReport, Difference, Repeated
from readiness_tui.domain.golden_set.leakage import Leak, Looked
from readiness_tui.domain.text.format import percent, plural
from readiness_tui.domain.text.sanitise import one_line

SCHEMA = 1
_SHOWN = 10  # lines of one kind
_NAMED = 5  # ids in one line
MORE = "`readiness dataset check --json` prints them all"


def dataset_text(one: CheckedSet, *, brief: bool = False) -> str:
    """What a person reads of one set: counts, then each problem with its cases, then the difference.

    `brief`: digests by their first 12 characters.
    """
    title = str(one.path) if one.path else f"{one.report.name}, as imported"
    return "\n".join(_lines(title, one.report, one.rejected, one.remarks, 12 if brief else None))


def datasets_object(checked: Sequence[CheckedSet], said: Sequence[str] = ()) -> dict[str, Any]:
    """`dataset check --json`."""
    return {"schema": SCHEMA, "datasets": [_object(one) for one in checked], "remarks": [*said]}


def _object(one: CheckedSet) -> dict[str, Any]:
    report = one.report
    changed, looked = report.difference, report.looked
    return {
        "path": str(one.path) if one.path else None,
        "name": report.name,
        "digest": report.digest,
        "cases": report.cases,
        "failure": report.failure,
        "high_risk": report.high_risk,
        "fine": one.fine,
        "rejected": [*one.rejected],
        "duplicates": [[*same.cases] for same in report.duplicates],
        "contradicting": [[*same.cases] for same in report.duplicates if same.differ],
        "near_duplicates": [
            {"first": pair.first, "second": pair.second, "jaccard": float(pair.likeness)} for pair in report.near
        ],
        "empty": [*report.empty],
        "prompts": looked.traces if looked else None,
        "run_prompts": looked.runs if looked else None,
        "leaks": [{"case": leak.case, "traces": [*leak.traces], "runs": [*leak.runs]} for leak in report.leaks],
        "difference": None
        if changed is None
        else {
            "before": changed.before,
            "added": [*changed.added],
            "removed": [*changed.removed],
            "changed": [{"case": ident, "fields": [*names]} for ident, names in changed.changed],
            "eased": [*changed.eased],
        },
        "remarks": [*one.remarks],
    }


def _lines(
    title: str, report: DatasetReport, rejected: Sequence[str], remarks: Sequence[str], digits: int | None
) -> Iterator[str]:
    fine = not (report.problems or rejected)
    yield f"{'●' if fine else '✗'} {one_line(title)}: {plural(report.cases, 'case')}, {'fine' if fine else 'to be mended'}"
    yield f"  digest     {report.digest[:digits]}"
    yield f"  failure    {_share(report.failure, report.cases)}"
    yield f"  high-risk  {_share(report.high_risk, report.cases)}"
    yield from _listed("rejected line", rejected)
    yield from _listed("question asked more than once", [*map(_repeated, report.duplicates)])
    near = [f"{pair.first}, {pair.second}: {percent(pair.likeness)} alike" for pair in report.near]
    yield from _listed("near-duplicate", near)
    yield from _listed("case that expects nothing", report.empty)
    yield from _listed("question found in logged prompts", [*map(_leak, report.leaks)])
    if report.looked is None:
        yield "  leaks      not looked at: no traces or runs were given"
    elif not report.leaks:
        yield f"  leaks      none in {_looked(report.looked)}"
    if report.difference is not None:
        yield from _difference(report.difference, digits)
    yield from (f"  · {one_line(remark)}" for remark in remarks)


def _share(count: int, total: int) -> str:
    return f"{count:,} of {total:,}" + (f", {percent(Fraction(count, total))}" if total else "")


def _repeated(same: Repeated) -> str:
    more = f" and {len(same.cases) - _NAMED:,} more" if len(same.cases) > _NAMED else ""
    return f"{', '.join(same.cases[:_NAMED])}{more}" + (", expecting different things" if same.differ else "")


def _leak(leak: Leak) -> str:
    counted = ((leak.traces, "trace", "traces"), (leak.runs, "record of runs", "records of runs"))
    found = [f"{plural(len(ids), one, many)}, such as {ids[0]}" for ids, one, many in counted if ids]
    return f"{leak.case} in {'; '.join(found)}"


def _looked(looked: Looked) -> str:
    counted = ((looked.traces, "trace", "traces"), (looked.runs, "record of runs", "records of runs"))
    return " and ".join(plural(count, one, many) for count, one, many in counted if count)


def _listed(what: str, found: Sequence[str]) -> Iterator[str]:
    if found:
        yield f"  ✗ {what}: {len(found):,}"
        yield from _some("", found)


def _difference(found: Difference, digits: int | None) -> Iterator[str]:
    if not found.any:
        yield f"  against    {found.before[:digits]}: no case is different"
        return
    yield (
        f"  against    {found.before[:digits]}: {len(found.added):,} added, {len(found.removed):,} removed,"
        f" {len(found.changed):,} changed"
    )
    yield from _some("+ ", found.added)
    yield from _some("− ", found.removed)
    yield from _some("~ ", [f"{ident}: {', '.join(names)}" for ident, names in found.changed])
    if found.eased:
        yield f"  ! failure or high-risk cases gone, or no longer tagged so: {len(found.eased):,}"
        yield from _some("", found.eased)


def _some(sign: str, texts: Sequence[str]) -> Iterator[str]:
    yield from (f"      {sign}{one_line(text)}" for text in texts[:_SHOWN])
    if len(texts) > _SHOWN:
        yield f"      {sign}… and {len(texts) - _SHOWN:,} more; {MORE}"
