"""Processes that read pieces beside the one that imports, and what they are handed and answer, in the order of the file.

They are fresh interpreters, on every system: a fork would copy the threads and the open database of an app. Each holds one
piece at a time, so that memory stays flat, and one that fails costs nothing but time: its piece is read here instead.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.traces.kept_records import KeptRecords
from readiness_tui.services.importing.pieces.piece_work import PieceDone
from readiness_tui.services.importing.pieces.worker import CALL
from readiness_tui.sources.kit.base import Progress, Reject, Warn
from readiness_tui.sources.kit.pieces.piece import Piece, PieceReader

CORES = "READINESS_CORES"
_MOST = 4  # more than one process can store what they make


def cores() -> int:
    """How many processors an import may use. Raises ReadinessError where the environment says no number."""
    told = os.environ.get(CORES, "").strip()
    if told:
        if not (told.isascii() and told.isdecimal() and int(told) > 0):
            raise ReadinessError(
                f"The environment variable {CORES} is “{told[:20]}”. Say how many processors an import may use: 1, 2, …"
            )
        return min(int(told), _MOST)
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(own or 1, _MOST)


class Workers:
    """Takes pieces and gives them back done, in the same order; None for one that has to be read here."""

    def __init__(self, count: int, reader: PieceReader, keep: KeptRecords) -> None:
        self._all = [_Worker(reader, keep) for _ in range(count)]
        self._handed = self._received = 0

    @property
    def idle(self) -> bool:
        """Whether none of them has anything to do."""
        return self._handed == self._received

    @property
    def free(self) -> bool:
        """Whether one of them has nothing to do."""
        return self._handed - self._received < len(self._all)

    def hand(self, piece: Piece) -> None:
        self._all[self._handed % len(self._all)].hand(piece)
        self._handed += 1

    def receive(self) -> PieceDone | None:
        """The piece that was handed out first."""
        answer = self._all[self._received % len(self._all)].receive()
        self._received += 1
        return answer

    def close(self) -> None:
        """They have nothing on the disk, so that they may be stopped at any moment."""
        for one in self._all:
            one.close()


class _Worker:
    def __init__(self, reader: PieceReader, keep: KeptRecords) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", CALL],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONSAFEPATH": "1"},
                start_new_session=True,  # Ctrl-C is for the process that imports, which stops them
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            self._write((reader, keep))
        except Exception:  # no process may be started here, or what the source holds cannot be handed over
            self.close()

    def hand(self, piece: Piece) -> None:
        try:
            self._write(piece)
        except Exception:
            self.close()

    def receive(self) -> PieceDone | None:
        if self._process is None or self._process.stdout is None:
            return None
        try:
            answer: PieceDone | None = pickle.load(self._process.stdout)
        except Exception:  # it was stopped from outside, in the middle of an answer or before
            self.close()
            return None
        return answer

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        process.wait()

    def _write(self, what: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            pickle.dump(what, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()


def in_order(
    items: Iterable[Piece | Reject | Warn | Progress], workers: Workers | None
) -> Iterator[tuple[Piece, PieceDone | None] | Reject | Warn | Progress]:
    """The same, each piece with what became of it. While a piece is stored, the next ones are under way."""
    waiting: deque[Piece | Reject | Warn | Progress] = deque()
    for item in items:
        if workers is None:
            yield (item, None) if isinstance(item, Piece) else item
            continue
        if not isinstance(item, Piece):
            if workers.idle:
                yield item
            else:
                waiting.append(item)
            continue
        first = None
        if not workers.free:
            while not isinstance(before := waiting.popleft(), Piece):
                yield before
            first = before, workers.receive()
        workers.hand(item)
        waiting.append(item)
        if first is not None:
            yield first
    for left in waiting:
        if isinstance(left, Piece):
            yield left, workers.receive() if workers is not None else None
        else:
            yield left
