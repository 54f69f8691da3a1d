"""One review with something in every part of the scorecard, and a way to put any text into all of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from readiness_tui.domain.checklists.assessment import (
    Assurance,
    Consensus,
    Dossier,
    EvidenceKind,
    Override,
    Proposal,
    Vote,
    Waiver,
)
from readiness_tui.domain.checklists.model import ProbeKind, Severity
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.model import GateOutcome, GateRow, Result
from readiness_tui.domain.incidents.model import Action, FailureClass, Incident, NoteStatus, Sev, TimelineEntry
from readiness_tui.domain.incidents.note import FIELDS
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.labels.agreement import Between, agreement
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.scorecard.compose import compose
from readiness_tui.domain.scorecard.model import Dissent, Scorecard
from readiness_tui.domain.verdict.gap import FoundGap, GapState
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Cause, Condition, Facts, Flip, Judgement, Part, Verdict
from tests.domain.build import (
    BLOCKER,
    MAJOR,
    MINOR,
    make_checklist,
    make_evidence,
    make_facts,
    make_gap,
    make_item,
    make_review,
)

AS_OF = date(2026, 11, 24)
LOCKED = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
DIGEST = "0123456789abcdef" * 4

RELIABILITY = make_checklist(
    make_item("REL-01", BLOCKER, title="Timeout and retry policies are explicit"),
    make_item("REL-02", BLOCKER, title="Fallback model/provider is defined"),
    make_item("REL-05", MAJOR, title="Alert thresholds exist for cost and latency spikes"),
    make_item("REL-07", MINOR, title="Quota headroom known"),
)
OBSERVABILITY = make_checklist(
    make_item("OBS-01", BLOCKER, title="Prompt version logged"),
    make_item("OBS-04", MAJOR, title="Tool inputs/outputs logged"),
    id="observability",
)
HIT = Rule("hit_rate", Direction.HIGHER, 0.80, unit="share")
CITATION = Rule("citation_accuracy", Direction.HIGHER, 0.90, unit="share", max_regression=0.02)
LATENCY = Rule("latency_p95_ms", Direction.LOWER, 3500, unit="ms", window_days=7)
COST = Rule("cost_per_success", Direction.LOWER, 0.08, unit="USD", required=False, tags=("high_risk",))


def make_gate() -> GateOutcome:
    pairs = [(f"case-{n:02}", True, n != 3) for n in range(12)]
    return GateOutcome(
        agreement=(agreement("", pairs, unsure=1, not_blind=2), agreement("faithfulness", pairs[:4], unjudged=8)),
        between=(Between("ana", "ben", 8, 9, ("case-03",)),),
        gate=Gate("support-bot", (HIT, CITATION, LATENCY, COST), ("case-01",), version=2, digest=DIGEST),
        lock=Lock("ana", LOCKED, DIGEST),
        rows=(
            GateRow(
                HIT,
                Result.PASS,
                Estimate(0.85, 40, low=0.7352, k=34),
                "",
                sure="could be luck; 134 more cases would tell",
                used=40,
                total=40,
                change=0.025,
            ),
            GateRow(
                CITATION,
                Result.FAIL,
                Estimate(0.875, 40, low=0.764, k=35),
                "one case short",
                used=40,
                total=41,
                baseline=0.95,
                change=-0.075,
            ),
            GateRow(LATENCY, Result.PASS, Estimate(3309.2, 1204, high=3419.5), "", sure="holds at 95%", change=210.0),
            GateRow(COST, Result.MISSING, None, "no task succeeded"),
        ),
        ran=True,
        registered=True,
        must_pass_missing=("case-01",),
        high_risk=("case-02", "case-03"),
        unreviewed=("case-03",),
        unverified=("judge",),
        warnings=("3 cases have no gold sources",),
    )


def make_dossiers() -> list[Dossier]:
    rel_01, rel_02, rel_05, rel_07 = RELIABILITY.items
    obs_01, obs_04 = OBSERVABILITY.items
    proposal = Proposal(
        "OBS-04",
        "tool_calls_complete",
        ProbeKind.SHARE,
        1,
        Assurance.EVIDENCED,
        "tool calls carry both",
        k=611,
        n=684,
        low=0.8716,
        required=0.99,
        window="16–22 Nov",
        sampling="every request",
        examples=("trace-0418", "trace-0533"),
        digest="d1",
    )
    return [
        Dossier(
            rel_01,
            "reliability",
            votes=(Vote("REL-01", "ben", 1), Vote("REL-01", "ana", 2)),
            evidence=(make_evidence(id=1, item_id="REL-01", ref="https://example.org/timeouts"),),
            consensus=Consensus("REL-01", 1, False, "chloe", "retries are not capped"),
            note="Values per dependency.\nNot for the reranker.",
        ),
        Dossier(rel_02, "reliability"),
        Dossier(
            rel_05,
            "reliability",
            votes=(Vote("REL-05", "ana", 0),),
            waiver=Waiver("REL-05", "launch to 50 users", "dana", AS_OF, date(2026, 12, 20)),
        ),
        Dossier(rel_07, "reliability", votes=(Vote("REL-07", "ana", None, na=True, na_reason="fixed quota"),)),
        Dossier(
            obs_01,
            "observability",
            votes=(Vote("OBS-01", "ana", 2),),
            evidence=(
                make_evidence(EvidenceKind.SHOWN, id=3, item_id="OBS-01", ref="the log", witness="ben", dated=AS_OF),
            ),
        ),
        Dossier(
            obs_04,
            "observability",
            votes=(Vote("OBS-04", "ana", 2), Vote("OBS-04", "ben", 2)),
            evidence=(make_evidence(id=2, item_id="OBS-04", ref="docs/logging.md"),),
            proposal=proposal,
            override=Override("OBS-04", "ana", "the tool is retired on Friday", "d1"),
        ),
    ]


def make_incident() -> Incident:
    at = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
    return Incident(
        7,
        "Support bot",
        "Refund tool called twice",
        Sev.SEV2,
        status=NoteStatus.IN_REVIEW,
        started=at,
        detected=at.replace(minute=40),
        acknowledged=at.replace(minute=42),
        mitigated=at.replace(hour=9, minute=5),
        resolved=at.replace(hour=10, minute=30),
        failure_class=FailureClass.TOOL,
        item_id="REL-04",
        no_eval_reason="the tool is gone",
        eval_cases=("case-77",),
        traces=("trace-0418",),
        fields={key: f"what was written of {key}" for key in FIELDS} | {"impact": "refunds | 12 | ledger"},
        timeline=(
            TimelineEntry(1, at, "first double refund", "trace", "ana"),
            TimelineEntry(2, at.replace(minute=45), "the retry looked harmless", "opinion", "ben"),
        ),
        actions=(
            Action(1, "idempotency key on refund_create", owner="ben", due=date(2026, 11, 20)),
            Action(2, "alert on duplicate writes", owner="ana", done=date(2026, 11, 21)),
        ),
    )


def make_sample(**changes: Any) -> tuple[Facts, Judgement]:
    """Facts and their judgement. Verdict, causes and what follows from them are given here by hand, so that the
    documents' tests do not move with the rules' wording."""
    review = make_review(
        id=3,
        system="Support bot",
        release="2026.11",
        held_on=AS_OF,
        owner="chloe",
        facilitator="chloe",
        override_verdict="GO WITH CONDITIONS",
        override_by="dana",
        override_reason="the pilot is internal",
    )
    facts = make_facts(
        OBSERVABILITY,
        RELIABILITY,
        dossiers=make_dossiers(),
        gaps=(
            make_gap("item/reliability/REL-01", owner="ben", due=date(2026, 12, 1), created=date(2026, 11, 2)),
            make_gap("case/case-12", title="Answers in the wrong language", marked=True, due=None, owner=""),
            make_gap("item/observability/OBS-01", state=GapState.VERIFIED),
        ),
        **({"review": review, "gate": make_gate(), "incidents": (make_incident(),)} | changes),
    )
    causes = (
        Cause(
            "item/reliability/REL-02",
            Part.CHECKLISTS,
            Verdict.NO_GO,
            "Blocker REL-02 is undecided: Fallback model/provider is defined",
            BLOCKER,
        ),
        Cause("gate/citation_accuracy", Part.GATE, Verdict.NO_GO, "Citation accuracy fails: 35 of 40", BLOCKER),
        Cause("incident/7", Part.INCIDENTS, Verdict.CONDITIONS, "INC-7 is an open sev2", MAJOR),
    )
    found = (
        FoundGap("item/reliability/REL-01", "REL-01 Timeout and retry policies are explicit", MAJOR, 1),
        FoundGap(
            "item/reliability/REL-05", "REL-05 Alert thresholds exist", MAJOR, 0, accepted_until=date(2026, 12, 20)
        ),
        FoundGap("gate/citation_accuracy", "Citation accuracy fails: 35 of 40", BLOCKER),
        FoundGap("incident/7/1", "INC-7 idempotency key on refund_create", MAJOR, owner="ben", due=date(2026, 11, 20)),
    )
    judgement = replace(
        judge(facts, AS_OF),
        verdict=Verdict.NO_GO,
        valid_until=None,
        parts={Part.INCIDENTS: Verdict.CONDITIONS, Part.GATE: Verdict.NO_GO, Part.CHECKLISTS: Verdict.NO_GO},
        causes=causes,
        conditions=(Condition("incident/7", "INC-7 is an open sev2", "chloe", date(2026, 12, 15)),),
        found_gaps=found,
        flips=(
            Flip("item/reliability/REL-02", "score REL-02 2 met", Severity.BLOCKER, owner="ana"),
            Flip(
                "gate/citation_accuracy", "bring citation accuracy to ≥ 0.90", Severity.BLOCKER, due=date(2026, 12, 1)
            ),
        ),
        flips_to=Verdict.CONDITIONS,
        after_flips=1,
    )
    return facts, judgement


RUNS = (
    Run("rag-v4", "rag-v4", "promptfoo", pipeline_version="v4", started_at=datetime(2026, 11, 23, 11, 20, tzinfo=UTC)),
)


def make_card(**changes: Any) -> Scorecard:
    """The sample's scorecard; `changes` are those of `compose`."""
    facts, judgement = make_sample()
    given: dict[str, Any] = {
        "app_version": "0.1.0",
        "input_digests": {"prod-log-1.jsonl": DIGEST, "eval.json": DIGEST[::-1]},
        "runs": RUNS,
        "dissents": (Dissent("ben", "the fallback was never drilled"),),
    }
    return compose(facts, judgement, **(given | changes))


def with_text(value: Any, change: Callable[[str], str], *, keep: frozenset[str] = frozenset({"word"})) -> Any:
    """The same value with every text in it changed, however deep; `keep` are fields the program writes itself."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return change(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.name not in keep]
        return replace(value, **{name: with_text(getattr(value, name), change, keep=keep) for name in names})
    if isinstance(value, dict):
        return {key: with_text(entry, change, keep=keep) for key, entry in value.items()}
    if isinstance(value, tuple):
        return tuple(with_text(entry, change, keep=keep) for entry in value)
    return value
