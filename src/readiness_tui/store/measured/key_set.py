"""A set of small numbers, a bit each: keys of requests and of shapes are numbered one after another."""

from __future__ import annotations

from collections.abc import Iterable


class KeySet:
    def __init__(self, keys: Iterable[int] = ()) -> None:
        self._bits = bytearray()
        for key in keys:
            self.add(key)

    def add(self, key: int) -> None:
        place = key >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 + place // 8 - len(self._bits)))
        self._bits[place] |= 1 << (key & 7)

    def __contains__(self, key: int) -> bool:
        place = key >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (key & 7))
