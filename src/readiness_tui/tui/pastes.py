"""What comes from a terminal or a browser, read: what is pasted is text, whatever stands in it."""

from __future__ import annotations

from collections.abc import Iterable

from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.events import Paste
from textual.message import Message

_BEGINS, _ENDS = "\x1b[200~", "\x1b[201~"


class Parser(XTermParser):
    """As Textual's, but a paste is taken whole. Textual's reads an escape sequence in it as keys, so that whoever wrote a text
    that somebody copies would press keys here; not every terminal takes them out.
    """

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasted: list[str] | None = None  # what came of a paste so far; None: nothing is being pasted
        self._held, self._since = "", 0.0  # what may be the beginning of a mark, and when it came

    def feed(self, data: str) -> Iterable[Message]:
        if not data:  # the end
            yield from super().feed(data)
            return
        data, self._held = self._held + data, ""
        while data:
            before, mark, rest = data.partition(_BEGINS if self._pasted is None else _ENDS)
            if not mark:
                before, self._held = _split(before, _BEGINS if self._pasted is None else _ENDS)
                self._since = get_time()
            if self._pasted is not None:
                self._pasted.append(before)
                if mark:
                    yield Paste("".join(self._pasted).replace("\x00", ""))
                    self._pasted = None
            else:
                if before:
                    yield from super().feed(before)
                if mark:
                    yield from self._waited()
                    self._pasted = []
            data = rest

    def tick(self) -> Iterable[Message]:
        if self._held and self._pasted is None and get_time() - self._since >= ESCAPE_DELAY:
            held, self._held = self._held, ""
            yield from super().feed(held)
            yield from self._waited()
        yield from super().tick()

    def _waited(self) -> Iterable[Message]:
        """Nothing follows that belongs to what came last: a lone Esc is one."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
        yield from super().tick()


def _split(text: str, mark: str) -> tuple[str, str]:
    """`text`, and what at its end may be the beginning of `mark`."""
    for length in range(min(len(text), len(mark) - 1), 0, -1):
        if text.endswith(mark[:length]):
            return text[:-length], text[-length:]
    return text, ""
