"""Runs of Acme's evaluation tool: JSON lines, the first of them about the run."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.evaluation import Case, CaseStatus, Measure, Provenance, Run, Score
from readiness_tui.sources.base import CaseRecord, Recognised, Record, Reject, RunStart


class AcmeRuns:
    name = "acme"  # what --format takes
    title = "Acme runs (JSON lines)"
    brings = ("a run and its cases with status, latency and tone",)
    lacks = ("tokens and cost",)

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        """`head` is the beginning of the file; its name is never enough."""
        if head.startswith(b'{"acme_run":'):
            return Recognised(self.name, "JSON lines that begin with acme_run", 95)
        return None

    def read(self, path: Path) -> Iterator[Record]:
        with path.open(encoding="utf-8", errors="replace") as file:
            try:
                about = json.loads(next(file))["acme_run"]
                run = Run(
                    id=about["id"],
                    name=about["id"],
                    tool="acme",
                    prompt_version=about["prompt"],
                    started_at=datetime.fromisoformat(about["at"]),
                )
            except (ValueError, KeyError, TypeError) as error:
                raise ReadinessError(f"{path}:1: not the head of an Acme run ({error!r}). Export it again.") from error
            yield RunStart(run)
            for number, line in enumerate(file, 2):
                try:
                    yield CaseRecord(run.id, _case(json.loads(line)), line.rstrip("\n"))
                except (ValueError, KeyError, TypeError) as error:  # one bad line never stops the others
                    yield Reject(number, f"not an Acme case ({error!r})", line[:120])


def _case(row: dict) -> Case:
    return Case(
        id=str(row["n"]),
        question=row["asked"],
        output=row["got"],
        status=CaseStatus.PASS if row["ok"] else CaseStatus.FAIL,
        latency_ms=Measure(float(row["seconds"]) * 1000, Provenance.MEASURED),
        scores={"tone": Score(float(row["tone"]))},
        extra={"team": row.get("team")},
    )
