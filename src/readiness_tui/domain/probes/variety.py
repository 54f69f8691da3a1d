"""Where values have to differ, one value in every record shows that something was written, not that it was recorded
(scoring.md, "Presence is not proof")."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from readiness_tui.domain.checklists.declared import VARYING
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.traces.counted import Varied

ENOUGH = 30  # records from which one distinct value is no accident
_SHOWN = 80  # letters shown of a declared reason


@dataclass(slots=True)
class Variety:
    """Whether the values of some fields differ: by the names of `VARYING`, how many were seen, and of which only one."""

    seen: dict[str, int] = field(default_factory=dict)
    _first: dict[str, int] = field(default_factory=dict)
    _differ: set[str] = field(default_factory=set)

    def add(self, name: str, value: Hashable, n: int = 1) -> None:
        """One record's value of the field, or the value of `n` records. Values of one name are added either here or by
        `join`: the one hashes for this process alone."""
        self._count(name, hash(value), n)

    def add_each(self, name: str, values: Sequence[Hashable]) -> None:
        """A value of each of several records."""
        if values:
            self.add(name, values[0], len(values))
            if name not in self._differ:
                self.add(name, next((value for value in values if hash(value) != self._first[name]), values[0]), 0)

    def join(self, name: str, varied: Varied | None, n: int) -> None:
        """The values of `n` records counted together; None where there is none."""
        if varied is not None and n:
            self._count(name, varied.first, n)
            if varied.differs:
                self._differ.add(name)

    def _count(self, name: str, value: int, n: int) -> None:
        before = self.seen.get(name, 0)
        self.seen[name] = before + n
        if before == 0:
            self._first[name] = value
        elif name not in self._differ and self._first[name] != value:
            self._differ.add(name)

    def constant(self, name: str) -> bool:
        return self.seen.get(name, 0) >= ENOUGH and name not in self._differ


def constants(told: Mapping[str, str], *varieties: Variety) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What is the same in every record, in words: what speaks against a proof, what the team declares as expected
    (`told`: its reasons by name), and what it can do about the former."""
    against, expected, names = [], [], []
    for variety in varieties:
        for name, n in sorted(variety.seen.items()):
            if not variety.constant(name):
                continue
            said = f"all {n:,} hold the same {VARYING[name]}"
            if name in told:
                expected.append(f"{said}, declared as expected: {one_line(told[name], _SHOWN)}")
            else:
                against.append(said)
                names.append(name)
    hint = f"if that is as it should be, declare expected_constant with the reason: “{names[0]}: …”" if names else ""
    return tuple(against), tuple(expected), (hint,) if hint else ()


def no_proof(against: tuple[str, ...]) -> str:
    """The end of a sentence that says why all that was asked for is there and yet proves nothing."""
    return f"; no proof: {', and '.join(against)}" if against else ""
