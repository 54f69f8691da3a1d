"""The results file of lm-evaluation-harness: the tool's own figures, and what a run is beside its samples.

Seen in its output. 0.4: `results.<task>["acc,none"]` (metric and filter), `acc_stderr,none`, `n-samples`, `group_subtasks`,
`higher_is_better`, `date`, `model_name`; 0.4.0 to 0.4.2 lack the sizes and the date. 0.3: `results.<task>.acc`,
`versions`, `config`. The first Open LLM Leaderboard and lighteval: `config_general` and `results["harness|arc|25"].acc`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Aggregate, Completeness, Run
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import RecordError, as_null, document, quoted, whole
from readiness_tui.sources.kit.measures import moved
from readiness_tui.sources.kit.payload import inner, is_number

TOOL = "lm_eval"
NO_FILTER = "none"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a task. `filter` is "none" where the tool names none."""

    metric: str
    filter: str
    value: float


@dataclass(frozen=True, slots=True)
class Results:
    """A results file, decoded."""

    path: Path
    value: Mapping[str, Any]

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(inner(self.value, "results"))

    def figures(self, task: str) -> tuple[Figure, ...]:
        """The task's figures without their standard errors, counts and names."""
        found = []
        for name, value in inner(inner(self.value, "results"), task).items():
            metric, _, chosen = name.partition(",")
            if is_number(value) and not metric.endswith("_stderr") and metric not in ("sample_len", "samples"):
                found.append(Figure(metric, chosen or NO_FILTER, float(value)))
        return tuple(found)

    def effective(self, task: str) -> int | None:
        """How many documents were run: of a task, or of all the tasks of a group."""
        if (own := payload.count(inner(self._sizes, task).get("effective"))) is not None:
            return own
        parts = [payload.count(inner(self._sizes, part).get("effective")) for part in self.leaves(task)]
        return sum(part or 0 for part in parts) if parts and None not in parts else None

    def leaves(self, task: str) -> tuple[str, ...]:
        """The tasks of a group, groups within it opened; () for a task."""
        found: dict[str, None] = {}
        waiting, seen = [task], {task}
        while waiting:
            for part in self.parts(waiting.pop()):
                if part not in seen:
                    seen.add(part)
                    if self.parts(part):
                        waiting.append(part)
                    else:
                        found[part] = None
        return tuple(found)

    def parts(self, task: str) -> tuple[str, ...]:
        """What a group consists of; () for a task."""
        listed = inner(self.value, "group_subtasks").get(task)
        return tuple(part for part in listed if isinstance(part, str)) if isinstance(listed, list) else ()

    @property
    def _sizes(self) -> dict[str, Any]:
        return inner(self.value, "n-samples")

    def run(self, task: str) -> Run:
        """The run of a task, without its figures."""
        value = self.value
        config, general = inner(value, "config"), inner(value, "config_general")
        sizes = inner(self._sizes, task)
        warnings: list[str] = []
        started = self._started(warnings)
        seconds = payload.amount(value.get("total_evaluation_time_seconds"))
        total, used = payload.count(sizes.get("original")), payload.count(sizes.get("effective"))
        short = total is not None and used is not None and used < total
        if short:
            warnings.append(f"{self.path.name}: {used} of the task's {total} documents were run.")
        mark = payload.version(value, "date") or digest(self.path)[:12]
        stated = inner(inner(inner(value, "configs"), task), "metadata")
        model = payload.version(value, "model_name") or payload.version(general, "model_name")
        return Run(
            id=f"lm-eval-{task}-{mark}",
            name=task,
            tool=TOOL,
            tool_version=payload.version(value, "lm_eval_version"),
            pipeline_version=payload.version(stated, "pipeline_version", "system_version"),
            model=model or payload.version(config, "model"),
            dataset_name=task,
            started_at=started,
            finished_at=moved(started, seconds * 1000) if started and seconds and seconds < 1e9 else None,
            completeness=Completeness.PARTIAL if short else Completeness.COMPLETE,
            warnings=tuple(warnings),
            extra={
                name: part
                for name, part in (
                    ("task_hash", inner(value, "task_hashes").get(task)),
                    ("task_version", inner(value, "versions").get(task)),
                    ("n_shot", inner(value, "n-shot").get(task)),
                    ("higher_is_better", inner(value, "higher_is_better").get(task)),
                    ("model_args", payload.masked(config.get("model_args"))),
                    ("reported", inner(inner(value, "results"), task)),
                )
                if part not in (None, {}, "")
            },
        )

    def _started(self, warnings: list[str]) -> datetime | None:
        try:
            return fields.moment(self.value, "date")
        except RecordError as error:
            warnings.append(f"{self.path.name}: {error}; the start is unknown.")
            return None


def read_results(path: Path) -> Results:
    """Raises ReadinessError where the file is no results file."""
    data, _ = as_null(document(path))
    value = whole(path, data)
    if not isinstance(value, dict) or not isinstance(value.get("results"), dict):
        raise ReadinessError(f"{path}: no results in it, so it is no results file of lm-evaluation-harness.")
    return Results(path, value)


def score_name(metric: str, chosen: str, several: bool) -> str:
    """The name of a score: each filter is a measurement of its own, so where there are several each has its name."""
    return metric if not several or chosen == NO_FILTER else f"{metric} ({chosen})"


def figures_only(results: Results, tasks: Iterable[str]) -> Iterator[Run]:
    """A run with figures and no cases for each of the tasks."""
    for task in tasks:
        run, figures, n = results.run(task), results.figures(task), results.effective(task)
        several = len({figure.filter for figure in figures}) > 1
        parts = results.parts(task)
        what = f"a group: its figures are of {', '.join(map(quoted, parts[:8]))}" if parts else "figures, no cases"
        yield replace(
            run,
            aggregates={score_name(f.metric, f.filter, several): Aggregate(f.value, n) for f in figures},
            warnings=(*run.warnings, f"{results.path.name}: {task} {'is' if parts else 'has'} {what}."),
        )
