"""What a file brings, as an import would store it, but in memory: for a gate from files, and for checks of golden sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.golden_set.leakage import prompt_texts
from readiness_tui.domain.runs.model import Case, EvalSet, Run, Trace
from readiness_tui.domain.text.format import plural
from readiness_tui.services.importing.rejected import RejectedLines
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import (
    Assembles,
    CaseRecord,
    EvalSetRecord,
    Reject,
    RunChecked,
    RunStart,
    Source,
    TraceRecord,
    Warn,
)
from readiness_tui.sources.kit.declared import checked
from readiness_tui.sources.kit.jsonio import RecordError, decode

SHOWN = 3  # rejected lines named in a remark


@dataclass(slots=True)
class Content:
    """What one file brought, as an import would store it. `parts`: raw records of traces that other files complete;
    `every`: all its runs, where only some of them are meant."""

    path: Path
    source: Source
    digest: str
    runs: dict[str, Run] = field(default_factory=dict)
    cases: dict[str, dict[tuple[str, str, int], Case]] = field(default_factory=dict)  # by run, then by key
    prompts: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)  # by run, in the order of its cases
    traces: dict[str, Trace] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    eval_set: EvalSet | None = None
    rejected: RejectedLines = field(default_factory=RejectedLines)
    remarks: list[str] = field(default_factory=list)
    every: tuple[Run, ...] = ()


def read_content(path: Path, *, prompts: bool = False) -> Content:
    """Everything in one file; `prompts`: those of its cases, too. Raises ReadinessError where no source knows it."""
    source, _ = registry.recognise(path)
    content = Content(path, source, registry.digest_of(source, path))
    for record in checked(source.read(path)):
        match record:
            case RunStart(run=run):
                if run.id in content.runs:
                    raise ReadinessError(f"{path} holds two runs with the id {run.id!r}. Give each an id of its own.")
                content.runs[run.id] = run
                content.remarks += run.warnings
            case RunChecked(run=run):
                content.runs[run.id] = run
            case CaseRecord(run_id=run_id, case=case, raw=raw):
                kept = content.cases.setdefault(run_id, {})
                key = (case.id, case.variant, case.repeat)
                if key in kept:
                    content.remarks.append(f"case {case.id!r} is in run {run_id!r} twice; the first is kept")
                    continue
                kept[key] = case
                if prompts:
                    content.prompts.setdefault(run_id, []).append(logged_prompts(raw))
            case TraceRecord(trace=trace, raw=raw, part=part):
                if trace.id in content.traces:
                    content.remarks.append(f"trace {trace.id!r} is in the file twice; the first is kept")
                    continue
                content.traces[trace.id] = trace
                if part:
                    content.parts[trace.id] = raw
            case EvalSetRecord(eval_set=eval_set):
                content.eval_set = eval_set
            case Reject():
                content.rejected.append(record)
            case Warn(text=text):
                content.remarks.append(text)
    return content


def logged_prompts(raw: str) -> tuple[str, ...]:
    """The prompts in a record as its file had it; none where that is not JSON."""
    try:
        return prompt_texts(decode(raw.encode("utf-8", "replace")))
    except RecordError:
        return ()


def read_eval_set(path: Path) -> Content:
    """A file that brings a golden set. Raises ReadinessError for any other."""
    content = read_content(path)
    if content.eval_set is None:
        raise ReadinessError(
            f"{path} holds no eval set but {content.source.title}. An eval set has a question in each record and what"
            " a right answer must have: expected_source, must_include or expected_tools."
        )
    return content


def whole_eval_set(path: Path) -> Content:
    content = read_eval_set(path)
    if content.rejected:
        raise ReadinessError(
            f"{path}: {rejected_words(content.rejected)}. A case that is lost may be one that the run lacks, or one that"
            " needs a person's label, so the eval set must be read whole. Mend it."
        )
    return content


def all_traces(contents: Sequence[Content]) -> tuple[Trace, ...]:
    """The traces of all files. One that comes again replaces the earlier, unless both are parts: then they are one."""
    found: dict[str, Trace] = {}
    parts: dict[tuple[str, str], list[str]] = {}
    for content in contents:
        for ident, trace in content.traces.items():
            found[ident] = trace
            if ident not in content.parts or not isinstance(content.source, Assembles):
                continue
            raws = parts.setdefault((content.source.name, ident), [])
            raws.append(content.parts[ident])
            whole = content.source.assemble(ident, raws) if len(raws) > 1 else None
            if whole is not None:
                found[ident] = whole.trace
    return tuple(found.values())


def named_remarks(content: Content) -> Iterator[str]:
    """The remarks of a file with its name before each, once."""
    name = content.path.name
    for remark in remarks(content):
        yield remark if remark.startswith((f"{name}:", f"{name},", f"{name} ")) else f"{name}: {remark}"


def remarks(content: Content) -> tuple[str, ...]:
    """What a reader should know of a file; the lines that could not be used come first, and why."""
    if not content.rejected:
        return tuple(dict.fromkeys(content.remarks))
    return rejected_words(content.rejected), *dict.fromkeys(content.remarks)


def rejected_words(rejected: Sequence[Reject]) -> str:
    """ "2 lines rejected: line 3: not a JSON object; line 7: …"."""
    first = "; ".join(f"line {reject.line}: {reject.reason}" for reject in rejected[:SHOWN])
    more = f"; and {len(rejected) - SHOWN:,} more" if len(rejected) > SHOWN else ""
    return f"{plural(len(rejected), 'line')} rejected: {first}{more}"
