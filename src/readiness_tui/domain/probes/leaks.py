"""Credentials and personal data in logged text: probes that can only refute (scoring.md, "Probe"; OBS-10, REL-03,
DEP-01, SAF-03). Hits are dismissed one by one, by id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from readiness_tui.domain.checklists.assessment import Proposal
from readiness_tui.domain.checklists.model import Item, ProbeSpec
from readiness_tui.domain.probes.base import ProbeInput, SeenTraces, safe
from readiness_tui.domain.probes.hits import Hits
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.leaks import LeakHit

SCOPES = {  # what each query searches for
    "secrets_in_logs": "credentials",
    "personal_data_in_logs": "e-mail addresses, phone numbers, IBANs and card numbers",
    "personal_data_or_secrets_in_logs": "credentials and personal data",
}

_SECRET, _PERSONAL, _EITHER = SCOPES


def _found(hit: LeakHit) -> str:
    return f"{one_line(hit.id, 100)} in {safe(hit.place)}: {hit.excerpt}"


@dataclass(slots=True)
class LeakCounter:
    """Credentials, personal data or both, as the query says, anywhere in what a trace logged, until a person dismisses
    the hit with a reason. Counted for every scope at once, so that each text is searched only once."""

    hits: dict[str, Hits]

    @classmethod
    def start(cls, data: ProbeInput) -> LeakCounter:
        hits = {query: Hits(data.dismissed) for query in SCOPES}
        for day, hit in data.recorded.leaked():
            if not data.in_window(day):
                continue
            for query in (_PERSONAL if hit.personal else _SECRET, _EITHER):
                hits[query].add(hit.id, partial(_found, hit))
        return cls(hits)

    def add(self, got: Counted) -> None:
        """What leaked was found when the records were read."""

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal:
        return self.hits[spec.query].proposal(item, spec, data, seen, SCOPES[spec.query])
