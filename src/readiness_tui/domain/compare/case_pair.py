"""One case in two runs, side by side: figures and their change, chunks retrieved, tools called, answers given."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import partial

from readiness_tui.domain.compare.word_diff import DiffPiece, word_diff
from readiness_tui.domain.metrics import guess_direction
from readiness_tui.domain.metrics.ingredients import meets
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.runs.model import (
    Case,
    CaseStatus,
    Chunk,
    GoldenCase,
    Measure,
    Provenance,
    ScoreState,
    ToolCall,
)

REPEATS = 5  # repeats shown
_CALLS = 500  # tool calls per answer that are aligned


@dataclass(frozen=True, slots=True)
class FigurePair:
    """One score, time, cost or count on both sides, averaged over repeats; None: that side has none, and its note says
    why. `direction` None: it is not known which way is better."""

    name: str
    unit: str
    before: float | None
    now: float | None
    direction: Direction | None
    before_note: str = ""
    now_note: str = ""

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.now is None else self.now - self.before

    @property
    def word(self) -> str:
        """ "better", "worse", "same"; empty if unknown."""
        if self.change is None:
            return ""
        if abs(self.change) < 1e-9:
            return "same"
        if self.direction is None:
            return ""
        return "better" if (self.change > 0) is (self.direction is Direction.HIGHER) else "worse"


class Where(StrEnum):
    """Which side has it."""

    BOTH = "both"
    BASELINE = "baseline"
    CANDIDATE = "candidate"


def _where(before: object, now: object) -> Where:
    if before is None:
        return Where.CANDIDATE
    return Where.BASELINE if now is None else Where.BOTH


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One chunk with its rank on each side; None: not retrieved there. `expected`: it comes from a source that the
    golden case names."""

    chunk: Chunk
    before: int | None
    now: int | None
    expected: bool

    @property
    def where(self) -> Where:
        return _where(self.before, self.now)


@dataclass(frozen=True, slots=True)
class Called:
    """One tool call and the sides that made it; a call made on both sides appears once, with both results."""

    before: ToolCall | None
    now: ToolCall | None

    @property
    def where(self) -> Where:
        return _where(self.before, self.now)


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """One repeat on both sides; None: that side does not have it. `said` is empty if a side recorded no answer.

    `chunks` and `calls` are None if neither side recorded any.
    """

    before: Case | None
    now: Case | None
    said: tuple[DiffPiece, ...]
    chunks: tuple[Retrieved, ...] | None
    calls: tuple[Called, ...] | None


@dataclass(frozen=True, slots=True)
class CasePair:
    """One case in two runs. `before` and `now`: how many of its repeats passed, and of how many."""

    figures: tuple[FigurePair, ...]
    answers: tuple[AnswerPair, ...]
    before: tuple[int, int]
    now: tuple[int, int]


def pair(before: Sequence[Case], now: Sequence[Case], gold: GoldenCase | None) -> CasePair:
    """A case's repeats in the baseline and in the candidate, compared."""
    repeats = min(max(len(before), len(now)), REPEATS)
    answers = tuple(
        _answers(before[i] if i < len(before) else None, now[i] if i < len(now) else None, gold) for i in range(repeats)
    )
    return CasePair(_figures(before, now), answers, _passed(before), _passed(now))


def _passed(cases: Sequence[Case]) -> tuple[int, int]:
    return sum(1 for case in cases if case.status is CaseStatus.PASS), len(cases)


def _figures(before: Sequence[Case], now: Sequence[Case]) -> tuple[FigurePair, ...]:
    """Every score, then time, cost and tokens; anything neither side has is left out."""
    names = dict.fromkeys(name for case in (*now, *before) for name in case.scores)
    read: list[tuple[str, str, Direction | None, Callable[[Case], Reading]]] = [
        (name, "", guess_direction(name), partial(_score, name)) for name in names
    ]
    read += [
        ("latency ms", "ms", Direction.LOWER, lambda case: _measure(case.latency_ms)),
        ("cost", "usd", Direction.LOWER, lambda case: _measure(case.cost)),
        ("tokens in", "tokens", Direction.LOWER, lambda case: (case.tokens_in, "")),
        ("tokens out", "tokens", Direction.LOWER, lambda case: (case.tokens_out, "")),
    ]
    found = []
    for name, unit, direction, reader in read:
        (old, old_note), (new, new_note) = (_mean([reader(case) for case in side]) for side in (before, now))
        if old is not None or new is not None or old_note or new_note:
            found.append(FigurePair(name, unit, old, new, direction, old_note, new_note))
    return tuple(found)


Reading = tuple[float | None, str]  # a value, and a note about it


def _mean(readings: Sequence[Reading]) -> Reading:
    values = [value for value, _ in readings if value is not None]
    notes = dict.fromkeys(note for _, note in readings if note)
    return (sum(values) / len(values) if values else None), ", ".join(notes)


def _score(name: str, case: Case) -> Reading:
    score = case.scores.get(name)
    if score is None or score.state is ScoreState.MISSING:
        return None, ""
    if score.state is not ScoreState.OK:
        return None, str(score.state)
    return (score.value if score.value is not None and math.isfinite(score.value) else None), score.label or ""


def _measure(measure: Measure) -> Reading:
    known = measure.provenance in (Provenance.MEASURED, Provenance.MISSING)
    return measure.value, "" if known else str(measure.provenance)


def _answers(before: Case | None, now: Case | None, gold: GoldenCase | None) -> AnswerPair:
    old, new = (case.output if case else None for case in (before, now))
    said = word_diff(old, new) if old is not None and new is not None else ()
    return AnswerPair(
        before,
        now,
        said,
        _retrieved(before.chunks if before else None, now.chunks if now else None, gold),
        _called(before.tool_calls if before else None, now.tool_calls if now else None),
    )


def _retrieved(
    before: tuple[Chunk, ...] | None, now: tuple[Chunk, ...] | None, gold: GoldenCase | None
) -> tuple[Retrieved, ...] | None:
    """Chunks by the candidate's rank, then the ones that only the baseline has."""
    if before is None and now is None:
        return None
    old, new = _ranked(before or ()), _ranked(now or ())
    sources = gold.expected_sources if gold else ()
    return tuple(
        Retrieved(chunk, old[id][0] if id in old else None, new[id][0] if id in new else None, meets(chunk, sources))
        for id, (_, chunk) in (new | {id: found for id, found in old.items() if id not in new}).items()
    )


def _ranked(chunks: Sequence[Chunk]) -> dict[str, tuple[int, Chunk]]:
    """Each chunk's rank; the first one if it was retrieved twice."""
    found: dict[str, tuple[int, Chunk]] = {}
    for place, chunk in enumerate(chunks, 1):
        found.setdefault(chunk.id, (place if chunk.rank is None else chunk.rank, chunk))
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


def _called(before: tuple[ToolCall, ...] | None, now: tuple[ToolCall, ...] | None) -> tuple[Called, ...] | None:
    """Calls in order; a call with the same tool and arguments on both sides appears once."""
    if before is None and now is None:
        return None
    old, new = (before or ())[:_CALLS], (now or ())[:_CALLS]
    keys, other = ([(call.name, call.arguments) for call in side] for side in (old, new))
    made: list[Called] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, keys, other).get_opcodes():
        if tag == "equal":
            made += [Called(one, other) for one, other in zip(old[i1:i2], new[j1:j2], strict=True)]
        else:
            made += [Called(call, None) for call in old[i1:i2]] + [Called(None, call) for call in new[j1:j2]]
    return tuple(made)
