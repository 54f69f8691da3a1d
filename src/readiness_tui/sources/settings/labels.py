"""Human labels as a file that can be committed: JSON lines, one label a line.

    {"run": "rag-v4", "case": "case-04", "reviewer": "ana", "verdict": "fail", "note": "wrong law",
     "at": "2026-11-23T12:00:00Z", "blind": true, "answer": "<SHA-256 of the answer>"}

Needed are run, case, reviewer and verdict (pass, fail or unsure); `variant` where the run has several of a case. `metric`
says which one the label is about (without it: the answer as a whole), `drawn` how the case came to be labelled (lot, all
or other), `value` what the person finds the metric to be, 0 to 1. A batch of the lot is a line of its own:

    {"batch": 1, "size": 50, "run": "rag-v4", "metric": "faithfulness", "lock": "<digest of the locked gate>",
     "by": "ana", "at": "2026-11-23T11:00:00Z"}

A line that cannot be read for certain is refused: a label decides whether a release is held.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.labels.lines import BATCH_FIELDS, LABEL_FIELDS, LabelLine, metric_name
from readiness_tui.domain.labels.lot import Batch
from readiness_tui.domain.runs.model import Drawn, HumanLabel, HumanVerdict
from readiness_tui.domain.text.placeholders import is_placeholder
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Reject
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.recordio import Entry, lines, records, reject

_LONGEST = {"run": 1_000, "case": 1_000, "variant": 1_000, "reviewer": 200, "note": 10_000}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class LabelFile:
    """The labels of a file, its batches with the line of each, and the lines that are neither."""

    labels: tuple[LabelLine, ...] = ()
    batches: tuple[tuple[int, Batch], ...] = ()
    refused: tuple[Reject, ...] = ()


def read_labels(path: Path) -> LabelFile:
    """Raises ReadinessError for a file that cannot be read at all."""
    found: list[LabelLine] = []
    batches: list[tuple[int, Batch]] = []
    refused: list[Reject] = []
    first: dict[tuple[object, ...], int] = {}
    for item in records(path, "labels"):
        if isinstance(item, Reject):
            refused.append(item)
        elif isinstance(item, Entry) and not item.header:
            try:
                if "batch" in item.value:
                    batch = _batch(item)
                    own: tuple[object, ...] = (batch.lock, batch.run_id, batch.metric, batch.number)
                    said = f"batch {batch.number} of this metric is"
                else:
                    line = _label(item)
                    own = (line.run_id, line.case_id, line.variant, line.label.reviewer.casefold(), line.label.metric)
                    said = f"{line.label.reviewer} labels this case"
                if first.setdefault(own, item.line) != item.line:
                    raise RecordError(f"{said} on line {first[own]} already")
                if "batch" in item.value:
                    batches.append((item.line, batch))
                else:
                    found.append(line)
            except RecordError as error:
                refused.append(reject(item.line, str(error), item.raw))
    if not (found or batches or refused) and next(lines(path), None) is None:
        raise ReadinessError(f"{path} is empty. `readiness labels export FILE` writes the labels of a database.")
    return LabelFile(tuple(found), tuple(batches), tuple(refused))


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
    drawn = _text(value, "drawn") or Drawn.OTHER
    if drawn not in {*Drawn}:
        raise RecordError(f"drawn is {quoted(drawn)}, and it is one of: {', '.join(Drawn)}")
    at, metric = _moment(value), metric_name(_text(value, "metric"))
    label = HumanLabel(
        HumanVerdict(verdict), reviewer, at, _text(value, "note"), blind, answer, metric, Drawn(drawn), _share(value)
    )
    return LabelLine(entry.line, run, case, _text(value, "variant"), label)


def _batch(entry: Entry) -> Batch:
    value = entry.value
    if unknown := [name for name in value if name not in BATCH_FIELDS]:
        raise RecordError(f"{quoted(unknown[0])} is no field of a batch; they are {', '.join(BATCH_FIELDS)}")
    run, lock = (_text(value, name, needed=True) for name in ("run", "lock"))
    counts = [value.get(name) for name in ("batch", "size")]
    for name, count in zip(("batch", "size"), counts, strict=True):
        if type(count) is not int or not 1 <= count <= 1_000_000:
            raise RecordError(f"{name} is {quoted(count)}, and a number from 1 on is needed")
    at = _moment(value)
    if at is None:
        raise RecordError("no at: a batch needs the time at which its size was decided")
    number, size = counts
    assert isinstance(number, int)
    assert isinstance(size, int)
    return Batch(lock, run, metric_name(_text(value, "metric")), number, size, _text(value, "by"), at)


def _moment(value: dict[str, Any]) -> datetime | None:
    return fields.moment(value, "at", fields.Notes())


def _share(value: dict[str, Any]) -> float | None:
    found = value.get("value")
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not (math.isfinite(found) and 0 <= found <= 1):
        raise RecordError(f"value is {quoted(found)}, and a number between 0 and 1 is needed")
    return float(found)


def _text(value: dict[str, Any], name: str, *, needed: bool = False) -> str:
    found = value.get(name)
    if found is None or found == "":
        if needed:
            raise RecordError(f"no {name}; a label needs run, case, reviewer and verdict, a batch run and lock")
        return ""
    if type(found) is not str:
        raise RecordError(f"{name} is {quoted(found)}, and a text is needed")
    if len(found) > _LONGEST.get(name, 100):
        raise RecordError(f"{name} is longer than {_LONGEST.get(name, 100):,} characters")
    if _CONTROL.search(found.replace("\n", " ") if name == "note" else found):
        raise RecordError(f"{name} holds control characters: {quoted(found)}")
    if needed and not found.strip():
        raise RecordError(f"{name} is blank")
    if name == "reviewer" and is_placeholder(found):
        raise RecordError(f"reviewer names nobody: {quoted(found)}")
    return found.strip() if name == "reviewer" else found
