"""Which raw records of an import are kept: all, or those of failures, or those and a sample of the rest.

What is measured of a request, and the request as it was read, is kept of every one; this is about the record as it stood
in the file, which is looked at by people, joined with later parts and read again when its reader has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Outcome, Trace

_ONE_IN = 10  # of a sample whose size nobody named
_MOST = 1_000_000
_NAMED = 2  # imports named in a line
_SEED = b"raw records kept"  # a fixed one: the same requests are kept whenever and wherever they are imported


class Keep(StrEnum):
    ALL = "all"
    FAILURES = "failures"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class KeptRecords:
    """`one_in`: of a sample, a record in so many is kept beside the failures."""

    keep: Keep = Keep.ALL
    one_in: int = _ONE_IN

    @classmethod
    def parse(cls, text: str) -> KeptRecords:
        """`all`, `failures`, `sample` or `sample:20`. Raises ReadinessError for anything else."""
        word, colon, number = text.strip().partition(":")
        known = {keep.value: keep for keep in Keep}
        share = int(number) if number.isascii() and number.isdecimal() and len(number) < 8 else 0
        if word not in known or (colon and (known[word] is not Keep.SAMPLE or not 1 <= share <= _MOST)):
            raise ReadinessError(
                f"“{text[:40]}” does not say which raw records to keep. Say all, failures, sample (1 in {_ONE_IN} and all"
                " failures), or sample:20 for 1 in 20.",
            )
        return cls(known[word], share or _ONE_IN)

    def __str__(self) -> str:
        """What `parse` reads."""
        return f"{self.keep.value}:{self.one_in}" if self.keep is Keep.SAMPLE else self.keep.value

    @property
    def words(self) -> str:
        """Behind "raw records of"."""
        return {
            Keep.ALL: "every request",
            Keep.FAILURES: "failures alone",
            Keep.SAMPLE: f"failures and 1 in {self.one_in:,} of the rest",
        }[self.keep]

    def of(self, traces: Sequence[Trace], leaking: Collection[int]) -> list[bool]:
        """Whether each trace's raw record is kept.

        A failure: an outcome that is one, an error text, or a credential or personal data in what was logged; of which
        traces `leaking` holds the places.
        """
        if self.keep is Keep.ALL:
            return [True] * len(traces)
        return [
            trace.outcome in (Outcome.FAIL, Outcome.ERROR)
            or bool(trace.error)
            or number in leaking
            or (self.keep is Keep.SAMPLE and self._sampled(trace.id))
            for number, trace in enumerate(traces)
        ]

    def _sampled(self, trace_id: str) -> bool:
        told = hashlib.blake2b(trace_id.encode("utf-8", "surrogatepass"), digest_size=8, key=_SEED).digest()
        return int.from_bytes(told) % self.one_in == 0


@dataclass(frozen=True, slots=True)
class KeptOfImport:
    """Of an import that keeps some raw records alone: which (`KeptRecords` as text), and of how many of its requests."""

    import_id: int
    keep: str
    kept: int
    requests: int

    def __str__(self) -> str:
        words = KeptRecords.parse(self.keep).words
        return f"of import {self.import_id} those of {words} are kept, {self.kept:,} of {self.requests:,}"


def some_kept(imports: Sequence[KeptOfImport]) -> str:
    """What stands beside examples of requests whose raw record may not be there; "" where all are kept."""
    if not imports:
        return ""
    more = f"; and of {len(imports) - _NAMED:,} more imports some" if len(imports) > _NAMED else ""
    return f"counted over every request; raw records: {'; '.join(map(str, imports[:_NAMED]))}{more}"
