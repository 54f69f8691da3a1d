"""Finds the values of one span or evaluation by the meaning of its attributes.

One pass over the attributes, because the table of names has ten times as many entries as a span has attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.keys import PerKeys

N = TypeVar("N", int, float)

#: Meanings that may be set on the resource, for all its spans.
OF_RESOURCE = frozenset({"prompt_version", "index_version", "app_version", "service", "environment"})


#: By meaning: the name that has it, and whether that is one of the resource.
Places = Mapping[str, tuple[str, bool]]


class AttributeTable:
    """The table of names, indexed for look-ups. Unusable values go to `notes`."""

    def __init__(self, names: Mapping[str, tuple[str, ...]], notes: fields.Notes) -> None:
        self.names = names
        self.notes = notes
        self._meanings: dict[str, list[tuple[str, int]]] = {}
        for meaning, known in names.items():
            for rank, name in enumerate(known):
                self._meanings.setdefault(name, []).append((meaning, rank))
        self._places = PerKeys(lambda names: PerKeys(lambda of_resource: self._places_of(names, of_resource)))

    def known(self, attributes: Mapping[str, Any], resource: Mapping[str, Any] | None = None) -> Known:
        """The values of these attributes; if several names have one meaning, the table's first wins."""
        names = tuple(attributes)
        if None in attributes.values():
            names = tuple([name for name in names if attributes[name] is not None])
        of_resource = resource or {}
        return Known(self.places(names, tuple(of_resource)), attributes, of_resource, self.notes)

    def places(self, names: tuple[str, ...], of_resource: tuple[str, ...]) -> Places:
        """Where each meaning stands that these names of attributes and of the resource have."""
        return self._places[names][of_resource]

    def _places_of(self, names: tuple[str, ...], of_resource: tuple[str, ...]) -> Places:
        found = self._first(names)
        places = {meaning: (name, False) for meaning, (_, name) in found.items()}
        for meaning, (rank, name) in self._first(of_resource).items():
            if meaning in OF_RESOURCE and (meaning not in found or rank < found[meaning][0]):
                places[meaning] = name, True
        return places

    def _first(self, names: tuple[str, ...]) -> dict[str, tuple[int, str]]:
        """For each meaning that these names have, the table's first of them and its rank."""
        found: dict[str, tuple[int, str]] = {}
        for name in names:
            for meaning, rank in self._meanings.get(name, ()):
                if meaning not in found or rank < found[meaning][0]:
                    found[meaning] = rank, name
        return found


class Known:
    """Values by meaning. A value of the wrong type counts as missing; for numbers this is noted."""

    __slots__ = ("_attributes", "_notes", "_places", "_resource")

    def __init__(
        self, places: Places, attributes: Mapping[str, Any], resource: Mapping[str, Any], notes: fields.Notes
    ) -> None:
        self._places = places
        self._attributes = attributes
        self._resource = resource
        self._notes = notes

    def first(self, meaning: str) -> Any:
        """The raw value; None if there is none."""
        held = self._places.get(meaning)
        return None if held is None else (self._resource if held[1] else self._attributes)[held[0]]

    def name(self, meaning: str) -> str | None:
        """The name of the attribute that has it."""
        held = self._places.get(meaning)
        return None if held is None else held[0]

    def text(self, meaning: str) -> str | None:
        """The value as text, a structure as JSON; None if empty."""
        value = self.first(meaning) if meaning in self._places else None
        return None if value is None or value == "" else fields.as_json(value)

    def parsed(self, meaning: str) -> Any:
        """The value as a structure, parsed if it is JSON text."""
        return payload.parsed(self.first(meaning)) if meaning in self._places else None

    def count(self, meaning: str) -> int | None:
        """A whole number that is not negative."""
        return self._number(meaning, payload.count)

    def amount(self, meaning: str) -> float | None:
        """A finite number that is not negative."""
        return self._number(meaning, payload.amount)

    def signed(self, meaning: str) -> float | None:
        """A finite number; true and false are 1 and 0."""
        return self._number(meaning, _signed)

    def flag(self, meaning: str) -> bool | None:
        """true or false, also as text or 0 and 1."""
        if meaning not in self._places:
            return None
        try:
            return fields.flag({"": self.first(meaning)}, "")
        except RecordError:
            return None

    def _number(self, meaning: str, read: Callable[[Any], N | None]) -> N | None:
        if meaning not in self._places:
            return None
        number = read(self.first(meaning))
        if number is None:
            self._notes.add(f"{self.name(meaning)} is no usable number; taken as missing")
        return number


def _signed(value: Any) -> float | None:
    if isinstance(value, bool):
        return float(value)
    try:
        return fields.number({"": value}, "")
    except RecordError:
        return None
