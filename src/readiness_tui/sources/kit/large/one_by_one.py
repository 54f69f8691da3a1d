"""JSON documents one after another in a file, each put on a line of its own: one is held at a time."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import IO

from readiness_tui.sources.kit.fileio import unreadable
from readiness_tui.sources.kit.peek import BOM

_BETWEEN = re.compile(r"[ \t\r\n,]*+")
_BLOCK = 1024 * 1024
_WORD = 16  # more characters than a word or an escape has, of which the end may be missing
_BREAKS = str.maketrans("\r\n", "  ")  # a line break in JSON stands between its parts, never in a text

_DECODER = json.JSONDecoder()
_UNENDED = "Unterminated string"


def on_lines(path: Path, out: IO[bytes], most: int | None = None) -> None:
    """Write each document on a line, until `most` bytes of the file were. What cannot be read is one line up to the end of
    the file, for a source to refuse. Raises ReadinessError where the file cannot be read, OSError where none can be written.
    """
    with _opened(path) as file:
        text, position, done = "", 0, 0
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        more, broken = True, False  # more can be read; what stands at the position is no JSON
        while most is None or done < most:
            begin = _skip(text, position)
            end, broken = _end(text, begin) if begin < len(text) else (None, False)
            if end is not None and (end < len(text) or not more):
                _write(text[begin:end], out)
                out.write(b"\n")
                done += end - position
                position = end
                continue
            if broken or not more:
                position = begin
                break
            block = _read(
                file, path, max(_BLOCK, len(text) - begin)
            )  # twice as much, that a long one is not tried often
            more = bool(block)
            text, position = text[begin:] + decoder.decode(block, final=not more), 0
        else:
            return
        if position < len(text):
            _write(text[position:], out)
            while block := _read(file, path, _BLOCK):
                _write(decoder.decode(block), out)
            out.write(b"\n")


def _opened(path: Path) -> IO[bytes]:
    try:
        file = path.open("rb")
        if file.read(len(BOM)) != BOM:
            file.seek(0)
    except OSError as error:
        raise unreadable(path, error) from error
    return file


def _read(file: IO[bytes], path: Path, size: int) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise unreadable(path, error) from error


def _skip(text: str, position: int) -> int:
    between = _BETWEEN.match(text, position)
    return between.end() if between else position


def _end(text: str, begin: int) -> tuple[int | None, bool]:
    """Where the document that begins there ends, None where it does not; and whether more text would not help."""
    try:
        return _DECODER.raw_decode(text, begin)[1], False
    except json.JSONDecodeError as error:
        return None, error.pos < len(text) - _WORD and not error.msg.startswith(_UNENDED)
    except (ValueError, RecursionError):
        return None, True


def _write(text: str, out: IO[bytes]) -> None:
    out.write(text.translate(_BREAKS).encode("utf-8", "surrogateescape"))
