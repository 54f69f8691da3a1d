"""The scores of a run's cases in columns, for means over them: some 30 bytes a score, whatever the ids look like."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b

from readiness_tui.domain.runs.model import Case, ScoreState

_DIGEST = 16  # bytes that stand for a case's id and variant: no two of any number of cases share them


@dataclass(slots=True)
class ScoreColumns:
    """What went by of one run. A case is known by the digest of its id and variant, so that its repeats stand together."""

    _digests: bytearray = field(default_factory=bytearray)
    _variants: array[int] = field(default_factory=lambda: array("I"))
    _numbers: dict[str, int] = field(default_factory=dict)  # of the variants
    _values: dict[str, tuple[array[int], array[float]]] = field(default_factory=dict)  # name → case, value

    def add(self, case: Case) -> None:
        scored = {
            name: score.value
            for name, score in case.scores.items()
            if score.state is ScoreState.OK and score.value is not None
        }
        if not scored:
            return
        at = len(self._variants)
        self._digests += _digest(case)
        self._variants.append(self._numbers.setdefault(case.variant, len(self._numbers)))
        for name, value in scored.items():
            cases, values = self._values.setdefault(name, (array("I"), array("d")))
            with suppress(OverflowError):  # a whole number beyond what any store keeps
                values.append(value)
                cases.append(at)

    def by_case(self, name: str, variant: str | None) -> list[Sequence[float]]:
        """The values of one score, a case's repeats together. `variant`: of its cases alone; None: of all."""
        found: dict[bytes, list[float]] = {}
        wanted = None if variant is None else self._numbers.get(variant, -1)
        for at, value in zip(*self._values.get(name, ((), ())), strict=True):
            if wanted is None or self._variants[at] == wanted:
                case = bytes(self._digests[at * _DIGEST : (at + 1) * _DIGEST])
                found.setdefault(case, []).append(value)
        return list(found.values())


def _digest(case: Case) -> bytes:
    key = f"{len(case.id)} {case.id}{case.variant}".encode("utf-8", "surrogatepass")
    return blake2b(key, digest_size=_DIGEST).digest()
