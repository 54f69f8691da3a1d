"""From an incident to the eval set: a trace that went wrong becomes a case that must go right."""

from __future__ import annotations

import json
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import AWAITED
from readiness_tui.domain.text.masking import mask_all
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents.edit import get, link
from readiness_tui.sources.kit.shipped import shipped_folder
from readiness_tui.store import imports, traces

#: Where a case goes while no eval set in the present folder is known.
NEW_CASES = "new-cases.jsonl"


def propose_file(desk: Desk, here: Path) -> str:
    """The eval set that was imported last from `here` or below it, as a path from there; else a new file's name.

    The sample's own eval set is never proposed: it may be installed below `here`.
    """
    with desk.store.read() as conn:
        known = imports.all(conn, current_review(conn, desk).system)
    files = [Path(info.path).resolve() for info in known if info.format == "eval_set"]
    shipped, folder = shipped_folder("sample_data").resolve(), here.resolve()
    for file in files:
        own = file.is_relative_to(folder) and not file.is_relative_to(shipped)
        if own and file.suffix == ".jsonl" and file.is_file():
            return str(file.relative_to(folder))
    return NEW_CASES


def add_case(desk: Desk, number: int, trace_id: str, case_id: str, path: Path) -> None:
    """Append the skeleton of an eval case to the eval set at `path` (JSON lines) and link it with the incident.

    The trace gives the question, with credentials and personal data masked; what a right answer must have is left for
    a person.
    """
    incident = get(desk, number)
    case_id = case_id.strip()
    if not case_id:
        raise ReadinessError("What is the case called? It needs an id that is not in the eval set yet.")
    if path.suffix != ".jsonl":
        raise ReadinessError(f"{path.name}: a case is added to an eval set of JSON lines. Name a .jsonl file.")
    with desk.store.read() as conn:
        trace = traces.get(conn, incident.system, trace_id.strip())
    if trace is None:
        raise ReadinessError(f"No trace “{trace_id.strip()}” was imported, so it cannot become a case.")
    if trace.question is None or not trace.question.strip():
        raise ReadinessError(f"{trace.id} was logged without its question, so it cannot become a case.")
    record = {
        "id": case_id,
        "question": mask_all(trace.question),
        "expected_source": "",
        "must_include": [],
        "tags": ["incident", incident.name],
        "from_trace": trace.id,
    }
    # The writer's lock keeps out whoever adds another case to the same file from another process.
    with desk.store.write(desk.who, "an eval case", now=desk.now()):
        _append(path, case_id, json.dumps(record, ensure_ascii=False))
    # In no golden set before the file is imported: until then it is linked as still missing.
    link(desk, number, traces=[trace.id], eval_cases=[AWAITED + case_id])


def _append(path: Path, case_id: str, line: str) -> None:
    from readiness_tui.reports.atomic import write_text

    before = _read(path)
    if line in before.split("\n"):
        return  # an earlier try was killed before the case was linked
    if case_id in _ids(before):
        raise ReadinessError(f"{path.name} has a case {case_id} already. Give this one another id.")
    end = "\n" if before and not before.endswith("\n") else ""
    write_text(path, f"{before}{end}{line}\n")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ReadinessError(f"{path} cannot be read, so nothing was added to it: {error}.") from None


def _ids(text: str) -> set[str]:
    found = set()
    for line in text.split("\n"):
        try:
            record = json.loads(line)
        except ValueError:
            continue  # a line that is no record has no id to clash with; it stays as it is
        if isinstance(record, dict):
            found.add(str(record.get("id", "")))
    return found
