"""Runs and their cases, and the human labels, which are stored apart so that they survive a new import of the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.labels.queue import Answered, with_labels
from readiness_tui.domain.runs.declared import with_declared
from readiness_tui.domain.runs.model import Case, DeclaredFact, Drawn, HumanLabel, HumanVerdict, Run
from readiness_tui.store import declared, packing
from readiness_tui.store.codec import dump, load, moment, opt_moment, stamp
from readiness_tui.store.mended import former_names
from readiness_tui.store.raw import records as raw_records
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.systems import NUMBER

_PUBLISHED = (
    "SELECT r.key, r.import_id, r.json, r.cases, r.id, i.published_at, i.published_order, i.digest, i.path, i.format"
    f" FROM run r JOIN import i ON i.id = r.import_id WHERE i.system_id = {NUMBER} AND i.published_order IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One stored version of a run, with what people declared of it. `digest` is that of the file's bytes; `current`: no later import of its system has
    the same id."""

    run: Run
    key: int
    import_id: int
    imported_at: datetime
    digest: str
    path: str
    format: str
    n_cases: int
    current: bool
    system: str


def all(conn: Connection, system: str, *, versions: bool = False) -> list[RunInfo]:
    """A system's runs, latest first: by start (unknown ones last), then import time, then digest. `versions`: older ones
    too."""
    rows = fetch(conn, _PUBLISHED, (system,))
    newest: dict[str, int] = {}
    for row in rows:
        newest[row["id"]] = max(newest.get(row["id"], 0), row["published_order"])
    said = declared.facts(conn, system)
    infos = [
        _info(row, system, said.get(row["id"], ()), current=row["published_order"] == newest[row["id"]]) for row in rows
    ]
    return sorted((i for i in infos if versions or i.current), key=_order, reverse=True)


def current(conn: Connection, system: str, run_id: str) -> RunInfo | None:
    """The latest published version of the run with the tool's id `run_id`."""
    return next((info for info in all(conn, system) if info.run.id == run_id), None)


def named(conn: Connection, system: str, run_id: str) -> RunInfo:
    """The same, of a run that has to be there. Raises ReadinessError where none of this id was imported."""
    info = current(conn, system, run_id)
    if info is None:
        raise ReadinessError(f"No run {run_id} was imported. `readiness runs` lists them.")
    return info


def stated(conn: Connection, key: int) -> Run:
    """The run as its file has it, without what people declared."""
    (text,) = conn.execute("SELECT json FROM run WHERE key = ?", (key,)).fetchone()
    return packing.run(text)


def failed_by_people(conn: Connection, info: RunInfo) -> bool:
    """Whether a person may have failed a case of this run: in its file, or since."""
    (found,) = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM human_label WHERE system = ?1 AND run_id = ?2 AND verdict = 'fail')"
        ' OR EXISTS (SELECT 1 FROM run_case WHERE run_key = ?3 AND json LIKE \'%"verdict":"fail"%\')',
        (info.system, info.run.id, info.key),
    ).fetchone()
    return bool(found)


def cases(conn: Connection, key: int) -> list[Case]:
    """In the file's order, each with the human labels that hold for its answer."""
    given = labels(conn, *_names(conn, key))
    rows = conn.execute("SELECT json FROM run_case WHERE run_key = ? ORDER BY position", (key,))
    return with_labels(list(packing.cases(text for (text,) in rows)), given)


def holds_case(conn: Connection, system: str, case_id: str) -> bool:
    """Whether a published run of the system has a case of this id."""
    return any(
        conn.execute("SELECT 1 FROM run_case WHERE run_key = ? AND id = ? LIMIT 1", (info.key, case_id)).fetchone()
        for info in all(conn, system)
    )


def records(conn: Connection, key: int) -> Iterator[tuple[Case, str]]:
    """In the file's order, each case as imported, with its record as the file had it."""
    for text, raw_ in conn.execute("SELECT json, raw FROM run_case WHERE run_key = ? ORDER BY position", (key,)):
        yield packing.case(text), raw_records.unpack(raw_)[0] or ""


def labels(conn: Connection, system: str, run_id: str) -> dict[Answered, tuple[HumanLabel, ...]]:
    """People's labels of a run's answers by (case id, variant), each person's last word on the whole and on each metric,
    the latest first.

    Those for an earlier answer are among them, where the run came again with another one.
    """
    rows = [
        row
        for table in ("human_label", "metric_label")
        for row in fetch(
            conn, f"SELECT * FROM {table} WHERE system = ? AND run_id = ? ORDER BY at DESC, reviewer", (system, run_id)
        )
    ]
    found: dict[Answered, tuple[HumanLabel, ...]] = {}
    for row in rows:
        label = _label(row)
        key = (row["case_id"], row["variant"])
        found[key] = (*found.get(key, ()), label)
    return found


def put_label(tx: Tx, system: str, run_id: str, case_id: str, variant: str, label: HumanLabel) -> None:
    """Replaces the same person's earlier label of this case and metric; `run_id` is the tool's own."""
    row: Row = {
        "system": system,
        "run_id": run_id,
        "case_id": case_id,
        "variant": variant,
        "reviewer": label.reviewer,
        "verdict": label.verdict.value,
        "note": label.note,
        "at": stamp(label.at or tx.now),
        "blind": int(label.blind),
        "answer": label.answer,
        "drawn": label.drawn.value,
        "value": label.value,
    }
    if label.metric:
        tx.put("metric_label", {**row, "metric": label.metric})
    else:
        tx.put("human_label", row)


def earlier_labels(
    conn: Connection, system: str, run_id: str, case_id: str, variant: str, reviewer: str, metric: str = ""
) -> list[HumanLabel]:
    """Everything that a person, however spelt, ever said of this case and metric, taken back or not, the latest first."""
    names = {name_key(name) for name in (reviewer, *former_names.of(conn, former_names.PERSON, reviewer))}
    found: list[tuple[int, str]] = []
    for one in (system, *former_names.of(conn, former_names.SYSTEM, system)):
        table, key = _place_of(one, run_id, case_id, variant, reviewer, metric)
        found += conn.execute(
            "SELECT change_id, new_json FROM change_row WHERE table_name = ? AND substr(pk, 1, length(?2)) = ?2"
            " AND new_json IS NOT NULL",
            (table, dump([*key[:-1]])[:-1] + ","),
        ).fetchall()
    said = [_label(load(text)) for _, text in sorted(found, reverse=True)]
    return [label for label in said if name_key(label.reviewer) in names]


def clear_label(tx: Tx, system: str, run_id: str, case_id: str, variant: str, reviewer: str, metric: str = "") -> bool:
    return tx.delete(*_place_of(system, run_id, case_id, variant, reviewer, metric))


def _place_of(
    system: str, run_id: str, case_id: str, variant: str, reviewer: str, metric: str
) -> tuple[str, tuple[str, ...]]:
    """The table of a label and its primary key."""
    if metric:
        return "metric_label", (system, run_id, case_id, variant, metric, reviewer)
    return "human_label", (system, run_id, case_id, variant, reviewer)


def _label(row: Row) -> HumanLabel:
    """From a row, or from its entry in the audit trail, which may be older than some columns."""
    return HumanLabel(
        HumanVerdict(row["verdict"]),
        row["reviewer"],
        opt_moment(row["at"]),
        row["note"],
        bool(row.get("blind")),
        row.get("answer"),
        row.get("metric", ""),
        Drawn(row.get("drawn", "other")),
        row.get("value"),
    )


def _names(conn: Connection, key: int) -> tuple[str, str]:
    """A run's system and id."""
    row = conn.execute(
        "SELECT s.name, r.id FROM run r JOIN import i ON i.id = r.import_id JOIN system s ON s.id = i.system_id"
        " WHERE r.key = ?",
        (key,),
    ).fetchone()
    return ("", "") if row is None else (row[0], row[1])


def _order(info: RunInfo) -> tuple[bool, str, str, str]:
    started = info.run.started_at
    return (started is not None, stamp(started) or "" if started else "", stamp(info.imported_at), info.digest)


def _info(row: Row, system: str, said: Sequence[DeclaredFact], *, current: bool) -> RunInfo:
    run, imported_at = packing.run(row["json"]), moment(row["published_at"])
    return RunInfo(
        run=with_declared(run, said, imported_at) if said else run,
        key=row["key"],
        import_id=row["import_id"],
        imported_at=imported_at,
        digest=row["digest"],
        path=row["path"],
        format=row["format"],
        n_cases=row["cases"],
        current=current,
        system=system,
    )
