"""JUnit XML from any tool: a run of pass and fail cases.

What the tools share (pytest, Surefire, Gradle, gotestsum, GoogleTest, Jest, Vitest, Bun, Playwright, Robot, promptfoo):
`testsuites` or `testsuite`, which may nest, around `testcase` with `name`, `classname`, `time` in seconds, and inside it
`failure`, `error` or `skipped`. GoogleTest, CTest and behave say in `status` and `result` what was not run. Surefire and
Playwright mark a test that finally passed with `flakyFailure`, `flakyError`. Counts stand on the root, on the suites or
on both; those of a suite include the suites in it. promptfoo writes a suite per prompt and provider.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from readiness_tui.domain.runs.model import CaseStatus, Completeness, DisputedFigure, Run
from readiness_tui.domain.text.format import plural
from readiness_tui.sources.junit.cases import in_its_suite, plain, read_case
from readiness_tui.sources.junit.suites import (
    OTHER_REPORTS,
    PROMPTFOO,
    ROOTS,
    SuiteTally,
    bracket,
    declared,
    is_case,
    run_key,
    survey,
)
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import CaseRecord, Recognised, Record, RunStart
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.recordio import reject
from readiness_tui.sources.kit.xml_stream import root_of, stream


class JUnit:
    name = "junit"
    title = "JUnit XML (pytest, Surefire, gotestsum, promptfoo …)"
    brings = ("a run with one case per test: passed, failed or error, with its message", "times of the suites")
    lacks = (
        "scores, outputs, tokens, cost, retrieved chunks, tool calls: only pass and fail",
        "latency of a request: the file has each test's own time (only promptfoo's is the request's, and is used)",
        "versions of pipeline, prompt or model, unless a suite's properties name them",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        found = root_of(head)
        if found is None:
            return None
        if found[0] in OTHER_REPORTS:
            return Recognised(self.name, f"XML of {OTHER_REPORTS[found[0]]}", 50)
        return Recognised(self.name, f"XML with {found[0]} as its root", 95) if found[0] in ROOTS else None

    def read(self, path: Path) -> Iterator[Record]:
        mark = digest(path)[:12]
        runs = survey(path)
        ids = {key: f"junit-{mark}" if len(runs) == 1 else f"junit-{mark}/{n}" for n, key in enumerate(runs, 1)}
        models = Counter(bracket(key)[0] for key in runs)
        for key, found in runs.items():
            run = _run(path, ids[key], key, found)
            if models[run.model] > 1:  # two prompts of one provider: only the suite's name tells them apart
                run = replace(run, prompt_version=bracket(key)[1] or None)
            yield RunStart(run)
            yield from declared(path, ids[key], found)
        notes = fields.Notes()
        repeats: dict[tuple[str, str, str], int] = {}
        positions: Counter[int] = Counter()
        for around, element in stream(path, is_case):
            if not around:
                continue
            key = run_key(around)
            positions[id(around[-1])] += 1
            try:
                if key not in ids:
                    raise RecordError("the file changed while it was read")
                case = read_case(around, element, positions[id(around[-1])], key is not None, notes)
            except RecordError as error:
                yield reject(element.line, str(error), element.attributes.get("name", ""))
                continue
            case = in_its_suite(case, around, runs[key].places.get(case.id, {}))
            repeat = repeats.get((ids[key], case.id, case.variant), 0)
            repeats[ids[key], case.id, case.variant] = repeat + 1
            if repeat:
                notes.add("a test of the same name stands in the report again; taken as a repeat")
                case = replace(case, repeat=repeat)
            yield CaseRecord(ids[key], case, json.dumps(plain(element), ensure_ascii=False))
        yield from notes.warnings(path.name)


def _run(path: Path, ident: str, key: str | None, found: SuiteTally) -> Run:
    warnings = ["passes and fails alone: the report has no scores, outputs, tokens or cost"]
    beyond = found.declared["errors"] - max(found.elements["errors"], found.statuses[CaseStatus.ERROR])
    if beyond > 0 and not found.outside:
        warnings.append(f"it counts {plural(beyond, 'error')} that no test in it has, so tests may be missing")
    if found.started is None:
        warnings.append("the report does not say when the tests ran")
    named = found.properties.get
    partial = beyond > 0 or found.outside
    return Run(
        id=ident,
        name=found.name or path.stem,
        tool=PROMPTFOO if key is not None else SOURCE.name,
        pipeline_version=named("pipeline_version") or named("system_version") or named("version"),
        prompt_version=named("prompt_version"),
        model=named("model") or bracket(key)[0],
        started_at=found.started,
        completeness=Completeness.ERRORED
        if found.statuses[CaseStatus.ERROR] == found.cases
        else Completeness.PARTIAL
        if partial
        else Completeness.COMPLETE,
        warnings=tuple(f"{path.name}: {warning}." for warning in warnings),
        extra={"properties": found.properties} if found.properties else {},
        disputed=_unmarked(path, found),
    )


def _unmarked(path: Path, found: SuiteTally) -> tuple[DisputedFigure, ...]:
    """Where the suites count tests that were not run and no test says that it was one of them: those look passed."""
    unmarked = found.declared["skipped"] - found.elements["skipped"]
    passed, ran = found.statuses[CaseStatus.PASS], found.cases - found.elements["skipped"]
    if not 0 < unmarked <= passed or not ran:
        return ()
    stated = (passed - unmarked) / (ran - unmarked) if ran > unmarked else 0.0
    return (DisputedFigure("task_success_rate", stated, passed / ran, f"{path.name}, skipped"),)


SOURCE = JUnit()
