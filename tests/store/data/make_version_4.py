"""What wrote version-4-*.sql.gz: files of the version before data belonged to a system, by that version's own services.

Kept to show what is in them. It ran with the sources of b381ff7: `PYTHONPATH=src python make_version_4.py FOLDER`.
"""

import gzip
import json
import sqlite3
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from readiness_tui.domain.incident import Sev
from readiness_tui.services.desk import open_desk

from readiness_tui.domain.evaluation import HumanVerdict
from readiness_tui.services import gates, imports, incidents, labelling, meeting, reviews

DAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
GATE = "name: gate\nmetrics:\n  - metric: task_success_rate\n    threshold: '>= 0.5'\n  - metric: latency_p95_ms\n    threshold: '<= 900'\n    from: traces\n"


def lines(path: Path, *records: dict) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def run(folder: Path, name: str, dataset: str | None = None, failing: int = 1) -> Path:
    head = {
        "run": {
            "id": name,
            "name": name,
            "prompt_version": name,
            "dataset_digest": dataset,
            "started_at": "2026-11-20T08:00:00Z",
        }
    }
    cases = [
        {
            "case_id": f"c{i}",
            "question": f"question {i}",
            "output": f"{name} says {i}",
            "status": "fail" if i < failing else "pass",
        }
        for i in range(4)
    ]
    return lines(folder / f"{name}.cases.jsonl", head, *cases)


def traces(folder: Path, name: str, first: int, last: int) -> Path:
    return lines(
        folder / f"{name}.jsonl",
        *(
            {
                "trace_id": f"t{i}",
                "started_at": (DAY - timedelta(hours=i)).isoformat(),
                "question": f"{name} {i}",
                "answer": f"{name} answers {i}",
                "latency_ms": 100 * i,
                "status": "success",
            }
            for i in range(first, last)
        ),
    )


def main(folder: Path, systems: int) -> Path:
    path = folder / f"version-4-{systems}.db"
    path.unlink(missing_ok=True)
    clock = [DAY]
    desk = open_desk(path, "ana", create=True, clock=lambda: clock[0])

    def start(system: str, release: str, day: int) -> None:
        reviews.new_review(
            desk,
            system=system,
            release=release,
            held_on=date(2026, 11, day),
            owner="ana",
            checklists=["observability"],
            as_of=date(2026, 11, 20),
        )

    golden = [{"id": f"c{i}", "question": f"question {i}", "expected_source": "doc"} for i in range(4)]
    start("Support bot", "2026.11", 20)
    (folder / "gate.yaml").write_text(GATE)
    imports.import_path(desk, lines(folder / "golden.jsonl", *golden))
    imports.import_path(desk, folder / "gate.yaml")
    gates.lock(desk)
    with desk.store.read() as conn:
        (digest,) = conn.execute("SELECT digest FROM eval_set").fetchone()
    imports.import_path(desk, run(folder, "run-a", digest), role="candidate")
    imports.import_path(desk, traces(folder, "support", 1, 7))
    labelling.label(desk, "run-a", "c0", HumanVerdict.FAIL, "indeed wrong")
    incidents.create(desk, "Refund booked twice", Sev.SEV2)
    meeting.set_attendees(desk, "ana, ben")
    if systems == 2:
        clock[0] += timedelta(hours=1)
        start("Search", "7", 22)
        imports.import_path(desk, folder / "gate.yaml")
        imports.import_path(desk, run(folder, "run-b", digest, failing=3), role="candidate")
        gates.choose(desk, ["run-a"], role="baseline")
        labelling.label(desk, "run-b", "c0", HumanVerdict.PASS, "good enough")
        imports.import_path(desk, traces(folder, "search", 5, 9))
        imports.import_path(desk, lines(folder / "more.jsonl", *golden[:3]))
        incidents.create(desk, "Index was empty", Sev.SEV3)
    desk.close()
    return path


if __name__ == "__main__":
    for number in (1, 2):
        made = main(Path(sys.argv[1]), number)
        conn = sqlite3.connect(made)
        head = [
            f"PRAGMA {name} = {conn.execute(f'PRAGMA {name}').fetchone()[0]};"
            for name in ("application_id", "user_version")
        ]
        text = "\n".join(
            [
                *head,
                *(
                    line
                    for line in conn.iterdump()
                    if "sqlite_sequence" not in line or line.startswith(("INSERT", "DELETE"))
                ),
            ]
        )
        (Path(sys.argv[1]) / f"version-4-{number}.sql.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
