"""The list of shapes, and what our readers make of one: flat figures that a recount of the raw file is held against."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, Completeness, Outcome, Run, ScoreState
from readiness_tui.services.importing.explain import explain
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import (
    CaseRecord,
    EvalSetRecord,
    ReadAlongError,
    Record,
    Reject,
    RunChecked,
    RunStart,
    TraceRecord,
    Warn,
)
from readiness_tui.sources.kit.declared import checked
from readiness_tui.sources.own.mapped import Mapped

HERE = Path(__file__).parent
FILES = HERE / "files"


@dataclass(frozen=True)
class Shape:
    """One row of a list.

    id: of the recount function. file: below `files/`. source: the group on the conformance page. shape: version and
    export path in a few words. writer: who writes it (tool, version). seen: where in public. reads: whole, partly or
    refused, or mapping (as the proposal that the program prints for it). lacks: what does not come in (partly). says:
    words that the refusal must have, and that tell what to do (refused), or that a warning must have.
    """

    id: str
    file: str
    source: str
    shape: str
    writer: str
    seen: str
    reads: str
    format: str = ""
    lacks: str = ""
    says: str = ""

    @property
    def path(self) -> Path:
        return FILES / self.file

    @property
    def tells(self) -> bool:
        """Whether it is a written incident, which `incident import` reads."""
        return self.file.startswith("incidents/")


def shapes() -> list[tuple[str, Shape]]:
    """Every shape with the name of its list."""
    found = []
    for listed in sorted(HERE.glob("*.toml")):
        rows = tomllib.loads(listed.read_text(encoding="utf-8"))["shape"]
        found += [(listed.stem, Shape(**row)) for row in rows]
    return found


def records(path: Path, folder: Path, mapped: bool = False) -> Iterator[Record]:
    """What our readers make of a file or folder. Raises ReadinessError where it is refused."""
    if mapped:
        with_map = folder / "map.yaml"
        with_map.write_text(explain(path).proposal, encoding="utf-8")
        yield from checked(Mapped(with_map).read(path))
    elif path.is_dir():
        for file, found in registry.each(path):
            if isinstance(found, str):
                continue
            try:
                yield from checked(found[0].read(file))
            except ReadAlongError:
                continue
    else:
        yield from checked(registry.recognise(path)[0].read(path))


def figures(read: Iterator[Record]) -> dict[str, Any]:
    """The figures of these records under the names that recounts use. A sum is None where no record has the figure."""
    runs: dict[str, Run] = {}
    cases, traces, golden, rejects, warnings = [], [], [], [], []
    for record in checked(read):
        match record:
            case RunStart(run=run) | RunChecked(run=run):
                runs[run.id] = run
            case CaseRecord(case=one):
                cases.append(one)
            case TraceRecord(trace=trace):
                traces.append(trace)
            case EvalSetRecord(eval_set=found):
                golden += found.cases
            case Reject():
                rejects.append(record)
            case Warn(text=text):
                warnings.append(text)
    made: dict[str, Any] = {
        "runs": len(runs),
        "aggregates": {
            run.name: {name: found.value for name, found in run.aggregates.items()} for run in runs.values()
        },
        "partial": sum(run.completeness is Completeness.PARTIAL for run in runs.values()),
        "errored": sum(run.completeness is Completeness.ERRORED for run in runs.values()),
        "cases": len(cases),
        "distinct": len({case.id for case in cases}),
        "traces": len(traces),
        "golden": len(golden),
        "rejects": len(rejects),
        "warnings": [*(w for run in runs.values() for w in run.warnings), *warnings],
        "success": sum(trace.outcome is Outcome.SUCCESS for trace in traces),
        "failure": sum(trace.outcome is Outcome.FAIL for trace in traces),
        "errors": sum(trace.outcome is Outcome.ERROR for trace in traces),
        "calls unknown": sum(one.tool_calls is None for one in (*traces, *cases)),
        "chunks unknown": sum(one.chunks is None for one in (*traces, *cases)),
        "calls": sum(len(one.tool_calls or ()) for one in (*traces, *cases)),
        "call errors": sum(call.error is not None for one in (*traces, *cases) for call in one.tool_calls or ()),
        "chunks": sum(len(one.chunks or ()) for one in (*traces, *cases)),
        "tokens in": _sum([one.tokens_in for one in (*traces, *cases)]),
        "tokens out": _sum([one.tokens_out for one in (*traces, *cases)]),
        "cost": _sum([*(t.cost for t in traces), *(c.cost.usable for c in cases)]),
        "cost n": sum(cost is not None for cost in [*(t.cost for t in traces), *(c.cost.usable for c in cases)]),
        "latency ms": _sum([*(t.latency_ms for t in traces), *(c.latency_ms.usable for c in cases)]),
        "cached": sum(trace.cached for trace in traces),
        "questions": [one.question for one in (*traces, *cases, *golden)],
        "answers": [*(t.answer for t in traces), *(c.output for c in cases)],
        "arguments": [call.arguments for one in (*traces, *cases) for call in one.tool_calls or ()],
        "results": [call.result for one in (*traces, *cases) for call in one.tool_calls or ()],
        "tools": [call.name for one in (*traces, *cases) for call in one.tool_calls or ()],
    }
    for status in CaseStatus:
        made[str(status)] = sum(case.status is status for case in cases)
    names = sorted({name for case in cases for name in case.scores} | {name for t in traces for name in t.scores})
    for name in names:
        found = [case.scores[name] for case in cases if name in case.scores]
        values = [one.value for one in found if one.state is ScoreState.OK and one.value is not None]
        values += [trace.scores[name] for trace in traces if name in trace.scores]
        made[f"n {name}"] = len(values)
        made[f"mean {name}"] = fsum(values) / len(values) if values else None
        made[f"judge errors {name}"] = sum(one.state is ScoreState.JUDGE_ERROR for one in found)
        made[f"passed {name}"] = sum(one.passed is True for one in found)
    return made


def refusal(path: Path) -> str:
    """Why a file cannot be used, as the command line says it; "" if it can."""
    try:
        for _ in registry.recognise(path)[0].read(path):
            pass
    except ReadinessError as error:
        return error.on_command_line
    return ""


def _sum(values: list[Any]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) if known else None
