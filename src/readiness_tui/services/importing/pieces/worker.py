"""The process beside the one that imports: reads pieces from its standard input, writes what became of them.

It opens no database and no file. It ends when nobody writes to it any more, so also when the importing process was killed.
"""

from __future__ import annotations

import os
import pickle
import sys

from readiness_tui.domain.traces.kept_records import KeptRecords
from readiness_tui.services.importing.garbage import collected_seldom
from readiness_tui.services.importing.pieces.piece_work import PieceDone, done
from readiness_tui.sources.kit.pieces.piece import Piece, PieceReader

#: How `serve` is called in a fresh interpreter.
CALL = f"from {__name__} import serve; serve()"


@collected_seldom()
def serve() -> None:
    """Answers each piece with its `PieceDone`, or with None where something went wrong, which the importing process will
    see for itself when it reads that piece. What comes in was pickled by the process that started this one."""
    answers = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # whatever a library prints must not stand between the answers
    reader: PieceReader
    keep: KeptRecords
    reader, keep = pickle.load(sys.stdin.buffer)
    while True:
        try:
            piece: Piece = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(_answer(reader, piece, keep), answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


def _answer(reader: PieceReader, piece: Piece, keep: KeptRecords) -> PieceDone | None:
    try:
        return done(reader, piece, keep, lambda ident, line: None)
    except Exception:
        return None
