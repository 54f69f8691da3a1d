"""What a person says of a run where its file says nothing: its start, judge, dataset and version, with their name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import DeclaredFact, Fact, Run
from readiness_tui.domain.text.format import moment
from readiness_tui.domain.text.placeholders import is_placeholder
from readiness_tui.domain.text.sanitise import one_line

_DIGEST = re.compile(r"[0-9a-f]{64}")
_BEGINNING = re.compile(r"[0-9a-f]{12,64}")
_NAME = "name:"
_LONGEST = 200  # characters
_EARLIEST = 2000  # a year before this is a slip of the pen


def fact_text(one: DeclaredFact) -> str:
    """ "start 23 Nov 2026 10:00 UTC, declared by ana"."""
    shown = moment(datetime.fromisoformat(one.value)) if one.fact is Fact.STARTED else _short(one.value)
    return f"{_word(one.fact)} {shown}, declared by {one_line(one.by, 40)}"


def _short(value: str) -> str:
    """The first twelve digits of a digest; what is none as it is."""
    return value[:12] if _DIGEST.fullmatch(value) else one_line(value, 80)


def start_known(started: datetime | None, seen: datetime | None) -> bool:
    """Whether a stated start can be true: `seen` is when the run was here at the latest, None where nobody knows."""
    return started is not None and (seen is None or _utc(started) <= _utc(seen))


def named_digest(name: str | None) -> str | None:
    """What stands for the digest of a judge or dataset that is known by its name alone; equal names are the same."""
    return f"{_NAME}{name.strip()}" if name and name.strip() else None


def given_digest(typed: str) -> str | None:
    """The digest that was typed, else what stands for a name; None for nothing."""
    said = one_line(typed.strip(), _LONGEST)
    return said.lower() if _DIGEST.fullmatch(said.lower()) else named_digest(said)


def judge_of(run: Run) -> str | None:
    """The digest of a run's judge, else its name as `named_digest` has it; None where the run says neither."""
    return run.judge_digest or named_digest(run.judge)


def dataset_of(run: Run) -> str | None:
    """The digest of a run's dataset; a name counts only where a person declared it, as a tool's may be any file's."""
    if run.dataset_digest:
        return run.dataset_digest
    said = any(one.fact is Fact.DATASET for one in run.declared)
    return named_digest(run.dataset_name) if said else None


def comparable(one: str | None, other: str | None) -> bool:
    """Whether two digests are both known and of one kind: a name says nothing about a digest."""
    return bool(one and other) and str(one).startswith(_NAME) == str(other).startswith(_NAME)


def short_digest(digest: str) -> str:
    """The first twelve digits of a digest; a name in full."""
    return one_line(digest.removeprefix(_NAME), 60) if digest.startswith(_NAME) else digest[:12]


def parse_fact(fact: Fact, typed: str, seen: datetime) -> str:
    """The value that was typed, in the form that `DeclaredFact` has. `seen`: when the run was here at the latest.

    Raises ReadinessError for what cannot be one.
    """
    said = one_line(typed.strip(), _LONGEST)
    if is_placeholder(said):
        raise ReadinessError(f"The {fact} of a run was declared as nothing. Say what it is, or leave it out.")
    if fact is not Fact.STARTED:
        return said.lower() if _DIGEST.fullmatch(said.lower()) else said
    try:
        found = datetime.fromisoformat(said)
        at = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is None or ":" not in said:
        raise ReadinessError(f"“{said}” is not a time. Write a run's start in UTC, such as 2026-11-23T10:00Z.")
    if at > _utc(seen):
        raise ReadinessError(f"A run that was here on {moment(seen)} cannot have started after that, on {moment(at)}.")
    if at.year < _EARLIEST:
        raise ReadinessError(f"A run cannot have started on {moment(at)}. Write its start such as 2026-11-23T10:00Z.")
    return at.isoformat()


def as_digest(value: str, known: Iterable[tuple[str, str]]) -> str:
    """The digest that a name or the beginning of a digest means among `known` (name, digest); else the value as it is.

    Raises ReadinessError where a name means several.
    """
    low = value.casefold()
    pairs = [*known]
    found = {digest for name, digest in pairs if name and low == name.casefold()}
    found |= {digest for _, digest in pairs if _BEGINNING.fullmatch(low) and digest.startswith(low)}
    if len(found) > 1:
        listed = ", ".join(sorted(short_digest(one) for one in found))
        raise ReadinessError(
            f"“{value}” could be {listed}. Declare the first twelve digits of the digest that is meant."
        )
    return found.pop() if found else value


def own_value(run: Run, fact: Fact, seen: datetime | None) -> str:
    """What the run's file says of a fact, as text; "" where it does not, or says a start that had not come by `seen`."""
    match fact:
        case Fact.STARTED:
            return run.started_at.isoformat() if run.started_at and start_known(run.started_at, seen) else ""
        case Fact.JUDGE:
            return run.judge_digest or run.judge or ""
        case Fact.DATASET:
            return run.dataset_digest or ""
        case Fact.VERSION:
            return run.pipeline_version or ""


def contradiction(run: Run, fact: Fact, value: str, seen: datetime | None) -> str:
    """Why a value cannot be declared, with both; "" where the file does not say, or says the same."""
    own = own_value(run, fact, seen)
    if not own or _same(fact, run, own, value):
        return ""
    shown = [moment(datetime.fromisoformat(one)) if fact is Fact.STARTED else repr(_short(one)) for one in (own, value)]
    return (
        f"The file of run {run.id!r} says its {_word(fact)} is {shown[0]}, and {shown[1]} was declared. What a file says is"
        " not overridden: leave the declaration out, or mend the file and import it again."
    )


def with_declared(run: Run, facts: Sequence[DeclaredFact], seen: datetime | None) -> Run:
    """The run with what was declared of it, wherever its file does not say. A file that has come to say something else
    keeps its word, with a warning."""
    for one in facts:
        if contradiction(run, one.fact, one.value, seen):
            said = f"Its file now says another {_word(one.fact)}; no longer counted: {fact_text(one)}."
            run = replace(run, warnings=(*run.warnings, said))
        elif not own_value(run, one.fact, seen):
            run = replace(_set(run, one), declared=(*run.declared, one))
    return run


def _word(fact: Fact) -> str:
    return "start" if fact is Fact.STARTED else fact.value


def _same(fact: Fact, run: Run, own: str, value: str) -> bool:
    if fact is Fact.STARTED:
        return _utc(datetime.fromisoformat(own)) == _utc(datetime.fromisoformat(value))
    others = {Fact.JUDGE: run.judge, Fact.DATASET: run.dataset_name}.get(fact)
    return value in (own, others)


def _set(run: Run, one: DeclaredFact) -> Run:
    digest = one.value if _DIGEST.fullmatch(one.value) else None
    match one.fact:
        case Fact.STARTED:
            return replace(run, started_at=datetime.fromisoformat(one.value))
        case Fact.JUDGE:
            return replace(run, judge_digest=digest) if digest else replace(run, judge=one.value)
        case Fact.DATASET:
            return replace(run, dataset_digest=digest) if digest else replace(run, dataset_name=one.value)
        case Fact.VERSION:
            return replace(run, pipeline_version=one.value)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
