"""A large JSON document cut short: what it is made of, without all of it in memory.

Of a list its beginning stands for it, of an object the beginning of each of its members, wherever in the file they are. What
is cut is closed, so that it reads as JSON. It shows what a document may be; what it is, only the whole shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from readiness_tui.sources.kit.fileio import unreadable
from readiness_tui.sources.kit.peek import BOM

LARGE = 8 * 1024 * 1024  # bytes up to which a file is looked at as a whole
EACH = 4 * 1024 * 1024  # … that are kept of a list, and of one member
LEAST = 16 * 1024  # … at least, where there are many members
ALL = 5 * 1024 * 1024  # … of all of them
_BLOCK = 1024 * 1024
_DEEPEST = 100  # brackets in each other

_BLANK = b" \t\r\n"
_STRING = rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_MARK = re.compile(_STRING + rb"|[{}\[\],]", re.DOTALL)
_BY_NUMBER = re.compile(rb'\{\s*"\d+"\s*:\s*\{')  # the rows of a data frame, which are as good as a list
_OF_RECORDS = re.compile(rb":\s*\[\s*[\[{]")
_LONGEST = 256  # bytes of that, with all its blanks
_QUOTE = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)  # what is left of a string, up to its end
_TO_BRACKETS = bytes.maketrans(b"{[}]", b"(())")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{[}]"))
_STEPS = {ord("{"): 1, ord("["): 1, ord("}"): -1, ord("]"): -1}
_CLOSES = {ord("{"): b"}", ord("["): b"]"}


def is_large(path: Path) -> bool:
    """Whether a file is told by parts of it. Raises ReadinessError."""
    try:
        return path.stat().st_size > LARGE
    except OSError as error:
        raise unreadable(path, error) from error


def skim(path: Path) -> bytes | None:
    """The document cut short; b"" where the file begins with no list or object. None where parts of it do not show what it
    is: it has more members than are kept, and a list of records stands in the others. Raises ReadinessError."""
    try:
        with path.open("rb") as file:
            blocks = _blocks(file)
            first = next(blocks, b"").removeprefix(BOM).lstrip(_BLANK)
            if first[:1] == b"{" and not _BY_NUMBER.match(first):
                return _members(first, blocks)
            file.seek(0)
            return closed(file.read(EACH).removeprefix(BOM).lstrip(_BLANK)) if first[:1] in (b"{", b"[") else b""
    except OSError as error:
        raise unreadable(path, error) from error


def closed(part: bytes) -> bytes:
    """JSON that is cut off anywhere, without the value in which it is and with the brackets that are still open; b"" where
    nothing of it is complete."""
    open_: list[int] = []
    end, still_open = 0, b""
    for found in _MARK.finditer(part):
        mark = part[found.start()]
        if mark in b"{[":
            open_.append(mark)
            at = found.end()
        elif mark in b"}]":
            if open_:
                open_.pop()
            at = found.end()
        elif mark == ord(","):
            at = found.start()
        else:
            continue
        if len(open_) > _DEEPEST:
            return b""
        end, still_open = at, bytes(open_)
    return part[:end] + b"".join(_CLOSES[one] for one in reversed(still_open)) if end else b""


class _CutMembers:
    """The members of an object, none of them longer than goes well with their number."""

    def __init__(self) -> None:
        self.each, self.enough = EACH, False
        self._members: list[bytes] = []
        self._size = 0

    def add(self, member: bytearray) -> None:
        self._members.append(self._cut(bytes(member)))
        self._size += len(self._members[-1])
        while self._size > ALL:
            if self.each <= LEAST:
                self.enough = True
                break
            self.each //= 4
            self._members = list(map(self._cut, self._members))
            self._size = sum(map(len, self._members))

    def _cut(self, member: bytes) -> bytes:
        return member if len(member) < self.each else closed(member[: self.each])

    def document(self) -> bytes:
        return b"{" + b",".join(one for one in self._members if one.strip()) + b"}"


def _members(first: bytes, blocks: Iterator[bytes]) -> bytes | None:
    """An object of the beginnings of its members; None as `skim` says. `first`: the block with its bracket."""
    kept, member = _CutMembers(), bytearray()
    depth, quoted = 1, False
    block = first[1:]
    while block:
        if depth > 1 and len(member) >= kept.each:
            closing, opening, then_quoted = _brackets(block, quoted)
            if opening > _DEEPEST:
                break
            if closing < depth - 1:  # all of it is in the same member
                depth, quoted = depth - closing + opening, then_quoted
                block = next(blocks, b"")
                continue
        start = 0
        for found, mark in _marks(block, quoted):
            depth += _STEPS.get(mark, 0)
            if depth == 0 or (depth == 1 and mark == ord(",")):
                member += block[start:found]
                kept.add(member)
                member.clear()
                start = found + 1
                if kept.enough:
                    return None if _hold_records(block[start:], blocks) else kept.document()
            if depth == 0:
                return kept.document()
        quoted = _brackets(block, quoted)[2]
        if len(member) < kept.each:
            member += block[start:]
        block = next(blocks, b"")
    kept.add(bytearray(closed(bytes(member))))  # the object is cut off in the file
    return kept.document()


def _hold_records(block: bytes, blocks: Iterator[bytes]) -> bool:
    """Whether a list of objects stands anywhere in a block or in those after it."""
    while block:
        if _OF_RECORDS.search(block):
            return True
        following = next(blocks, b"")
        block = following and block[-_LONGEST:] + following
    return False


def _marks(block: bytes, quoted: bool) -> Iterator[tuple[int, int]]:
    """Where brackets and commas stand outside of strings."""
    start = 0
    if quoted:
        rest = _QUOTE.match(block)
        if rest is None:
            return
        start = rest.end()
    for found in _MARK.finditer(block, start):
        if (mark := block[found.start()]) != ord('"'):
            yield found.start(), mark


def _brackets(block: bytes, quoted: bool) -> tuple[int, int, bool]:
    """How many brackets a block closes that were open before it, how many it leaves open, and whether it ends in a string.

    A bracket is not told from another: what is no JSON is refused by who reads it.
    """
    parts = block.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')
    brackets = b"".join(parts[quoted::2]).translate(_TO_BRACKETS, _NO_BRACKETS)
    for _ in range(_DEEPEST):
        if b"()" not in brackets:
            break
        brackets = brackets.replace(b"()", b"")
    else:
        return 0, _DEEPEST + 1, False  # deeper than any JSON that is read
    closing = brackets.count(b")")
    return closing, len(brackets) - closing, quoted ^ (len(parts) % 2 == 0)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file; no block ends between a backslash and what it stands before."""
    carry = b""
    while block := file.read(_BLOCK):
        block = carry + block
        escaping = (len(block) - len(block.rstrip(b"\\"))) % 2
        carry = block[len(block) - escaping :]
        yield block[: len(block) - escaping]
    if carry:
        yield carry
