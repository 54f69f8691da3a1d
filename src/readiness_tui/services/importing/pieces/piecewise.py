"""An import whose file is read in pieces: each comes ready to be stored, from this process or from one beside it.

Two things no piece knows by itself: whether an id stood in the file before, and what the open file has of a trace already.
A piece for which either matters is read again here. So the outcome is the same with any number of processes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from readiness_tui.domain.runs.pricing import Pricing
from readiness_tui.domain.traces.kept_records import KeptRecords
from readiness_tui.services.importing.parts import assembled
from readiness_tui.services.importing.pieces.piece_work import Change, PieceDone, as_answered, done, unchanged
from readiness_tui.services.importing.pieces.workers import Workers, cores, in_order
from readiness_tui.sources.kit.base import Assembles, Progress, Record, Reject, Source, TraceRecord, Warn
from readiness_tui.sources.kit.pieces.first_lines import FirstLines
from readiness_tui.sources.kit.pieces.piece import HELD, MOST, Piece, PieceReader
from readiness_tui.store import Store, staged_traces, traces
from readiness_tui.store.staged_traces import Pair
from readiness_tui.store.staging import BATCH, UNSTORABLE

LARGE = 16 * 1024 * 1024  # bytes of a file from which other processes are worth their start


@dataclass(slots=True)
class ReadyPiece:
    """`answers`: for each id that was asked for, the line on which it stood before."""

    done: PieceDone
    _piece: Piece
    _answers: list[int | None]
    _by: PiecewiseImport

    def store(self, import_id: int) -> None:
        """To be called once: what is stored is held no longer, as the next piece comes in before this one is dropped."""
        for at in range(len(self.done.batches)):
            try:
                staged_traces.store_batch(self._by.store, import_id, self.done.batches.popleft())
            except UNSTORABLE:
                some = self._by.pairs(self._piece, self._answers)[at * BATCH : (at + 1) * BATCH]
                one_by_one = staged_traces.prepared_one_by_one(some, self._by.keep)
                staged_traces.store_batch(self._by.store, import_id, one_by_one)


class PiecewiseImport:
    """One file of a source. `size`: of the file, in bytes."""

    def __init__(
        self,
        store: Store,
        system: str,
        source: Source,
        reader: PieceReader,
        size: int,
        keep: KeptRecords,
        pricing: Pricing | None,
    ) -> None:
        self.store, self.keep = store, keep
        self._system, self._source, self._reader, self._size = system, source, reader, size
        self._pricing = pricing
        #: Nothing becomes of the requests of a source that brings whole ones, where no price is given.
        self._change: Change = unchanged if pricing is None and not isinstance(source, Assembles) else self._changed
        self._first = FirstLines()
        self._before = self._first.before

    def ready(self) -> Generator[Record | ReadyPiece, None, None]:
        """Each piece, ready to be stored; what is not in pieces as it is."""
        count = cores()
        # What prices were used and lacked is told in the order of the records, by this process.
        alone = count == 1 or self._size < LARGE or self._pricing is not None
        with ExitStack() as stack:
            workers = None if alone else stack.enter_context(closing(Workers(count, self._reader, self.keep)))
            pieces: Iterable[Piece | Reject | Warn | Progress] = self._reader.pieces(MOST, HELD)
            for item in in_order(pieces, workers):
                if isinstance(item, tuple):
                    ready = self._ready(*item)
                    self._reader.gather(ready.done.gathered)
                    yield from ready.done.others
                    yield ready
                else:
                    yield item
        yield from self._reader.ended()

    def pairs(self, piece: Piece, answers: list[int | None]) -> list[Pair]:
        """The requests of a piece, read here."""
        found: list[Pair] = []

        def change(records: Sequence[TraceRecord]) -> list[Pair]:
            found.extend(self._change(records))
            return []

        self._here(piece, answers, change)
        return found

    def _ready(self, piece: Piece, made: PieceDone | None) -> ReadyPiece:
        answers: list[int | None] = []
        if made is None:

            def before(ident: str, line: int) -> int | None:
                answers.append(self._before(ident, line))
                return answers[-1]

            def before_all(idents: Sequence[str], lines: Sequence[int]) -> list[int | None]:
                answers.extend(found := self._first.before_all(idents, lines))
                return found

            made = done(self._reader, piece, self.keep, before, self._change, before_all)
        else:
            answers += self._first.before_all([ident for ident, _ in made.asked], [line for _, line in made.asked])
            if any(answers) or self._known(made.parts):
                made = self._here(piece, answers, self._change)
        return ReadyPiece(made, piece, answers, self)

    def _here(self, piece: Piece, answers: list[int | None], change: Change) -> PieceDone:
        return done(self._reader, piece, self.keep, as_answered(answers), change)

    def _changed(self, records: Sequence[TraceRecord]) -> list[Pair]:
        """The requests as they are stored: put together with earlier parts, and priced."""
        whole = [(record.trace, record.raw) for record, _ in assembled(self.store, self._system, self._source, records)]
        return whole if self._pricing is None else [(self._pricing.trace(trace), raw) for trace, raw in whole]

    def _known(self, parts: list[str]) -> bool:
        """Whether the system has some of these traces already."""
        if not parts or not isinstance(self._source, Assembles):
            return False
        with self.store.read() as conn:
            return bool(traces.brought(conn, self._system, parts))
