"""A format that a person chose (`--format`), held against what the file itself says it is.

A reader that is given another tool's file takes the few fields whose names both share and loses the rest without a
word. So a choice that the file does not bear out is refused or said beside the result.
"""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import islice
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Case, Trace
from readiness_tui.domain.text.format import plural
from readiness_tui.sources.kit.base import CaseRecord, EvalSetRecord, Recognised, Record, Source, TraceRecord

#: Formats of people's own records, whose names for columns are anybody's: any file may be meant as one.
OWN = frozenset({"trace_record", "eval_set", "case_record", "app_log", "metrics_mapping"})

#: How sure a source is of a file that bears its own signature (`Recognised.certainty`).
_SIGNED = 90
#: Records of a file by which it is seen whether the chosen format finds its fields in it.
_LOOKED_AT = 200
#: What says nothing of a record's content: its name, when it was, and what no field of ours takes.
_NAMES = frozenset({"id", "variant", "repeat", "id_from", "started_at", "extra"})


def weighed(path: Path, source: Source, found: Recognised, natural: tuple[Source, Recognised] | None) -> Recognised:
    """What to say of a file that is to be read by `source`. `found`: what that source says of it, of certainty 0 if it
    does not know it. `natural`: the format that the file is recognised as, None where it is none.

    Raises ReadinessError where it bears another tool's signature and nothing of the chosen one's, or where most of its
    records would be names alone.
    """
    other = None if natural is None or natural[0].name == source.name else natural
    if found.certainty > 0:
        if other is None or other[1].certainty <= found.certainty:
            return found
        return replace(found, warning=_read_otherwise(path, source, other))
    if other is not None and other[1].certainty >= _SIGNED and not {source.name, other[0].name} & OWN:
        known, why = other
        raise ReadinessError(
            f"{path} is recognised as {known.name} ({why.why}), and nothing in it is {source.name}'s: read as that, its"
            f" records would lose what they say. Import it as what it is.",
            by_command="Leave out --format; or say with --map which column is what.",
        )
    bare, seen = _bare(path, source)
    if bare * 2 > seen:
        here = f"which is recognised as {other[0].name}, " if other else ""
        raise ReadinessError(
            f"{path}: {here}read as {source.name}, {bare} of its first {plural(seen, 'record')} would bring nothing but a"
            f" name: what {source.name} reads is missing there. Import it as what it is.",
            by_command="Leave out --format; or say with --map which column is what.",
        )
    if other is not None:
        return replace(found, warning=_read_otherwise(path, source, other))
    return replace(
        found, warning=f"{path.name}: nothing in it shows that it is {source.name}; it was read so as it was chosen."
    )


def _read_otherwise(path: Path, source: Source, other: tuple[Source, Recognised]) -> str:
    known, why = other
    return (
        f"{path.name} is recognised as {known.name} ({why.why}), and was read as {source.name}, as it was chosen: what"
        f" only {known.name} reads of it is missing here."
    )


def _bare(path: Path, source: Source) -> tuple[int, int]:
    """Of the first records that can be used, how many are a name alone; 0 of 0 where none can: an import refuses that."""
    looked = [*islice((bare for record in source.read(path) if (bare := _is_bare(record)) is not None), _LOOKED_AT)]
    return sum(looked), len(looked)


def _is_bare(record: Record) -> bool | None:
    match record:
        case TraceRecord(trace=thing) | CaseRecord(case=thing):
            return thing == _named_alone(thing)
        case EvalSetRecord(eval_set=eval_set):
            return not any(case.question for case in eval_set.cases)
    return None


def _named_alone(thing: Case | Trace) -> Case | Trace:
    return type(thing)(**{one.name: getattr(thing, one.name) for one in fields(thing) if one.name in _NAMES})
