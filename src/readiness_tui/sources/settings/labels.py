"""Human labels as a file that can be committed: JSON lines, one label a line.

    {"run": "rag-v4", "case": "case-04", "reviewer": "ana", "verdict": "fail", "note": "wrong law",
     "at": "2026-11-23T12:00:00Z", "blind": true, "answer": "<SHA-256 of the answer>"}

Needed are run, case, reviewer and verdict (pass, fail or unsure); `variant` where the run has several of a case. A line
that cannot be read for certain is refused: a label decides whether a release is held.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.labels.queue import LABEL_FIELDS, LabelLine
from readiness_tui.domain.runs.model import HumanLabel, HumanVerdict
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Reject
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.recordio import Entry, lines, records, reject

_LONGEST = {"run": 1_000, "case": 1_000, "variant": 1_000, "reviewer": 200, "note": 10_000}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def read_labels(path: Path) -> tuple[list[LabelLine], list[Reject]]:
    """The labels of a file, and its lines that are none. Raises ReadinessError for a file that cannot be read at all."""
    found: list[LabelLine] = []
    refused: list[Reject] = []
    first: dict[tuple[str, ...], int] = {}
    for item in records(path, "labels"):
        if isinstance(item, Reject):
            refused.append(item)
        elif isinstance(item, Entry) and not item.header:
            try:
                line = _label(item)
                key = (line.run_id, line.case_id, line.variant, line.label.reviewer)
                if first.setdefault(key, item.line) != item.line:
                    raise RecordError(f"{line.label.reviewer} labels this case on line {first[key]} already")
                found.append(line)
            except RecordError as error:
                refused.append(reject(item.line, str(error), item.raw))
    if not found and not refused and next(lines(path), None) is None:
        raise ReadinessError(f"{path} is empty. `readiness labels export FILE` writes the labels of a database.")
    return found, refused


def _label(entry: Entry) -> LabelLine:
    value = entry.value
    if unknown := [name for name in value if name not in LABEL_FIELDS]:
        raise RecordError(f"{quoted(unknown[0])} is no field of a label; they are {', '.join(LABEL_FIELDS)}")
    run, case, reviewer, verdict = (_text(value, name, needed=True) for name in ("run", "case", "reviewer", "verdict"))
    if verdict not in {*HumanVerdict}:
        raise RecordError(f"verdict is {quoted(verdict)}, and it is one of: {', '.join(HumanVerdict)}")
    answer = _text(value, "answer") or None
    if answer is not None and not _DIGEST.fullmatch(answer):
        raise RecordError("answer is no SHA-256 digest: 64 hexadecimal digits, as `labels export` writes them")
    blind = value.get("blind", False)
    if type(blind) is not bool:
        raise RecordError(f"blind is {quoted(blind)}, and it is true or false")
    notes = fields.Notes()
    at = fields.moment(value, "at", notes)
    label = HumanLabel(HumanVerdict(verdict), reviewer, at, _text(value, "note"), blind, answer)
    return LabelLine(entry.line, run, case, _text(value, "variant"), label)


def _text(value: dict[str, Any], name: str, *, needed: bool = False) -> str:
    found = value.get(name)
    if found is None or found == "":
        if needed:
            raise RecordError(f"no {name}; a label needs run, case, reviewer and verdict")
        return ""
    if type(found) is not str:
        raise RecordError(f"{name} is {quoted(found)}, and a text is needed")
    if len(found) > _LONGEST.get(name, 100):
        raise RecordError(f"{name} is longer than {_LONGEST.get(name, 100):,} characters")
    if _CONTROL.search(found.replace("\n", " ") if name == "note" else found):
        raise RecordError(f"{name} holds control characters: {quoted(found)}")
    if needed and not found.strip():
        raise RecordError(f"{name} is blank")
    return found.strip() if name == "reviewer" else found
