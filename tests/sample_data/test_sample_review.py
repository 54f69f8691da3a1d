"""The sample through the real sources, probes, gate and rules: it says what the demo is meant to show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness_tui.domain.checklists.assessment import (
    Assurance,
    Consensus,
    Dossier,
    Evidence,
    EvidenceKind,
    Override,
    Proposal,
    Vote,
    Waiver,
)
from readiness_tui.domain.checklists.model import Checklist, Depth
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.evaluate import evaluate_gate
from readiness_tui.domain.gate_result.model import GateOutcome, Result
from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    FailureClass,
    Incident,
    NoteStatus,
    Sev,
    TimelineEntry,
)
from readiness_tui.domain.incidents.note import FIELDS
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.probes import ProbeInput, propose_all
from readiness_tui.domain.runs.joining import join_golden
from readiness_tui.domain.runs.model import EvalSet, Trace
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Facts, Judgement, Part, Verdict
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import CaseRecord, EvalSetRecord, Reject, RunStart, TraceRecord, Warn
from readiness_tui.sources.settings.checklist import load_checklists
from readiness_tui.sources.settings.gate import looks_like_gate, read_gate

SAMPLE = Path(__file__).parents[2] / "sample_data"
DECISIONS: dict[str, Any] = yaml.safe_load((SAMPLE / "review.yaml").read_text(encoding="utf-8"))
TODAY = date.fromisoformat(DECISIONS["as_of"])
UNDECIDED = ("OBS-06", "DEP-01", "DEP-03")


@dataclass(frozen=True)
class Sample:
    """Everything the review rests on, before anybody votes further."""

    review: Review
    checklists: tuple[Checklist, ...]
    gate: Gate
    lock: Lock
    eval_set: EvalSet
    traces: tuple[Trace, ...]
    candidate: tuple[RunData, ...]
    baseline: tuple[RunData, ...]
    outcome: GateOutcome
    dossiers: Mapping[str, Dossier]
    incidents: tuple[Incident, ...]

    def judge(self, dossiers: Mapping[str, Dossier] | None = None) -> Judgement:
        facts = Facts(self.review, self.checklists, dict(dossiers or self.dossiers), self.outcome, self.incidents)
        return judge(facts, TODAY)


@cache
def proofs(dismissed: frozenset[str] = frozenset()) -> dict[str, Proposal]:
    """What the sample's data proposes once these hits are dismissed."""
    return propose(sample(), dismissed)


def propose(found: Sample, dismissed: frozenset[str]) -> dict[str, Proposal]:
    data = ProbeInput(
        recorded=RecordedList(found.traces),
        review=found.review,
        as_of=TODAY,
        candidate=tuple((part.run, part.cases) for part in found.candidate),
        baseline=tuple((part.run, part.cases) for part in found.baseline),
        eval_set=found.eval_set,
        gate=found.gate,
        lock=found.lock,
        dismissed=dismissed,
        incidents=found.incidents,
    )
    return propose_all([item for checklist in found.checklists for item in checklist.items], data)


def read(name: str) -> list[Any]:
    source, _ = registry.recognise(SAMPLE / name)
    return list(source.read(SAMPLE / name))


@cache
def sample() -> Sample:
    [eval_set] = [record.eval_set for record in read("golden_set.jsonl") if isinstance(record, EvalSetRecord)]
    traces = tuple(record.trace for record in read("structured_log.jsonl") if isinstance(record, TraceRecord))
    gate = read_gate(SAMPLE / "gate.yaml")
    at = datetime.fromisoformat(DECISIONS["lock"]["at"])
    lock = Lock(DECISIONS["lock"]["by"], at, gate.digest, eval_set.digest, gate.judge_digest)
    roles: dict[str, list[RunData]] = {"candidate": [], "baseline": []}
    for entry in DECISIONS["imports"]:
        if "as" in entry:
            records = read(entry["file"])
            [run] = [record.run for record in records if isinstance(record, RunStart)]
            cases = tuple(record.case for record in records if isinstance(record, CaseRecord))
            roles[entry["as"]].append(RunData(run, join_golden(cases, eval_set).cases, eval_set))
    candidate, baseline = tuple(roles["candidate"]), tuple(roles["baseline"])
    known = load_checklists()
    found = Sample(
        review=Review(
            id=1,
            system=DECISIONS["system"],
            release=DECISIONS["release"],
            held_on=date.fromisoformat(DECISIONS["held_on"]),
            owner=DECISIONS["owner"],
            depth=Depth(DECISIONS["depth"]),
            checklists=tuple(DECISIONS["checklists"]),
            reviewers=tuple(DECISIONS["reviewers"]),
            facilitator=DECISIONS["facilitator"],
            as_of=TODAY,
            candidate=tuple(part.run.id for part in candidate),
            baseline=tuple(part.run.id for part in baseline),
            declared=DECISIONS["declared"],
        ),
        checklists=tuple(known[name] for name in DECISIONS["checklists"]),
        gate=gate,
        lock=lock,
        eval_set=eval_set,
        traces=traces,
        candidate=candidate,
        baseline=baseline,
        outcome=evaluate_gate(gate, lock, candidate, baseline, RecordedList(traces), as_of=TODAY, eval_set=eval_set),
        dossiers={},
        incidents=tuple(map(incident, json.loads((SAMPLE / "incidents.json").read_text(encoding="utf-8")))),
    )
    return replace(found, dossiers=dossiers(found.checklists, propose(found, frozenset())))


def dossiers(checklists: Iterable[Checklist], proposals: Mapping[str, Proposal]) -> dict[str, Dossier]:
    """review.yaml's decisions with these proposals."""

    def of(part: str, item: str) -> list[dict[str, Any]]:
        return [entry for entry in DECISIONS[part] if entry["item"] == item]

    made = {}
    for item, checklist_id in ((item, checklist.id) for checklist in checklists for item in checklist.items):
        votes = [Vote(item.id, entry["reviewer"], entry["points"]) for entry in of("votes", item.id)]
        votes += [Vote(item.id, entry["by"], proposals[item.id].points) for entry in of("accepted", item.id)]
        away = of("not_applicable", item.id)
        votes += [Vote(item.id, entry["by"], None, na=True, na_reason=entry["reason"]) for entry in away]
        evidence = tuple(
            Evidence(
                number,
                item.id,
                EvidenceKind(entry["kind"]),
                entry["ref"],
                entry["by"],
                entry.get("witness", ""),
                date.fromisoformat(entry["dated"]) if "dated" in entry else None,
            )
            for number, entry in enumerate(of("evidence", item.id), start=1)
        )
        waivers = [
            Waiver(
                item.id, w["reason"], w["approver"], date.fromisoformat(w["given"]), date.fromisoformat(w["expires"])
            )
            for w in of("waivers", item.id)
        ]
        agreed = [Consensus(item.id, c["points"], False, c["by"], c["reason"]) for c in of("consensus", item.id)]
        made[item.id] = Dossier(
            item,
            checklist_id,
            tuple(votes),
            evidence,
            proposals.get(item.id),
            waiver=waivers[0] if waivers else None,
            na_confirmed_by=away[0]["confirmed_by"] if away else "",
            consensus=agreed[0] if agreed else None,
        )
    return made


def incident(raw: dict[str, Any]) -> Incident:
    def moment(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text) if text else None

    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    known = dict(raw)
    known |= {name: moment(raw[name]) for name in ("started", "detected", "acknowledged", "mitigated", "resolved")}
    known |= {"severity": Sev(raw["severity"]), "status": NoteStatus(raw["status"]), "closed": day(raw["closed"])}
    known |= {"failure_class": FailureClass(raw["failure_class"])}
    known |= {"eval_cases": tuple(raw["eval_cases"]), "traces": tuple(raw["traces"])}
    known["timeline"] = tuple(
        TimelineEntry(number, datetime.fromisoformat(entry["at"]), entry["text"], entry["source"], entry["by"])
        for number, entry in enumerate(raw["timeline"], start=1)
    )
    known["actions"] = tuple(
        Action(a["id"], a["text"], ActionKind(a["kind"]), a["owner"], day(a["due"]), day(a["done"]))
        for a in raw["actions"]
    )
    return Incident(**known)


def decided(points: int, proposals: Mapping[str, Proposal]) -> dict[str, Dossier]:
    """The sample after the team has decided the open items at `points`, with evidence."""
    made = dossiers(sample().checklists, proposals)
    for item in UNDECIDED:
        link = Evidence(90, item, EvidenceKind.URL, "https://wiki.example.com/support-bot", "ana")
        made[item] = replace(made[item], votes=(Vote(item, "ana", points),), evidence=(link,))
    return made


@pytest.mark.parametrize("name", [entry["file"] for entry in DECISIONS["imports"]])
def test_every_file_is_read_whole_and_without_a_warning(name: str) -> None:
    if name == "gate.yaml":
        assert looks_like_gate(SAMPLE / name)
    else:
        assert [record for record in read(name) if isinstance(record, Reject | Warn)] == []


def test_the_two_runs_of_each_role_are_of_one_pipeline_version() -> None:
    assert {part.run.version for part in sample().candidate} == {"rag-v4/birch-2-2026-09-15"}
    assert {part.run.version for part in sample().baseline} == {"rag-v3/birch-2-2026-09-15"}
    assert sample().candidate[0].run.tool == "case_record"  # the first carries every metric of the gate


def test_every_gate_metric_passes_on_the_own_run_and_the_log() -> None:
    outcome = sample().outcome
    assert {row.rule.metric: row.result for row in outcome.rows} == dict.fromkeys(
        (
            "faithfulness",
            "retrieval_hit_rate",
            "latency_p95_ms",
            "cost_per_success",
            "citation_accuracy",
            "task_success_rate",
        ),
        Result.PASS,
    )
    assert {row.run_id for row in outcome.rows} == {"rag-v4-2026-11-23", None}
    rows = {row.rule.metric: row for row in outcome.rows}
    citation = rows["citation_accuracy"].estimate
    assert citation is not None
    assert (citation.k, citation.n) == (60, 69)  # three questions expect no source
    assert {name for name, row in rows.items() if "could be luck" in row.sure} == {
        "citation_accuracy",
        "retrieval_hit_rate",
    }
    assert not any(row.by_missing for row in outcome.rows)


def test_gate_is_registered_verified_and_reviewed() -> None:
    outcome = sample().outcome
    assert (outcome.registered, outcome.unverified) == (True, ())
    assert (outcome.must_pass_failed, outcome.must_pass_missing) == ((), ())
    assert (len(outcome.high_risk), outcome.unreviewed) == (12, ())


def test_candidate_and_baseline_differ_by_a_handful_of_cases_each_way() -> None:
    new, old = ({case.id: case for case in part[0].cases} for part in (sample().candidate, sample().baseline))
    success = [(old[name].status.value, new[name].status.value) for name in new]
    assert 3 <= sum(new == "pass" != old for old, new in success) <= 7
    assert 2 <= sum(old == "pass" != new for old, new in success) <= 7
    cited = [
        (old[n].scores["citation_accuracy"].value, new[n].scores["citation_accuracy"].value)
        for n in new
        if old[n].scores
    ]
    assert cited.count((0, 1)) == 8
    assert cited.count((1, 0)) == 6


def test_proofs_say_what_the_review_rests_on() -> None:
    proposals = proofs()

    def said(item: str) -> tuple[int | None, Assurance | None]:
        return proposals[item].points, proposals[item].assurance

    for item in ("OBS-01", "OBS-02", "EVA-01", "EVA-03", "EVA-04"):
        assert said(item) == (2, Assurance.PROVEN), item
    for item in ("OBS-03", "OBS-04", "EVA-02"):
        assert said(item) == (1, Assurance.EVIDENCED), item
    for item in ("REL-03", "DEP-01"):
        assert said(item)[0] == 0
        assert proposals[item].k == 1
    for item in ("OBS-05", "REL-04", "DEP-02", "DEP-04"):  # the log keeps to what is declared, and lifts no vote
        assert said(item) == (None, Assurance.EVIDENCED), item
    assert (
        "841 unknown" in proposals["REL-01"].text
    )  # six of 847 calls say which attempt they were, none how long it took
    for item in (
        "REL-01",
        "REL-05",
        "SAF-01",
        "SAF-03",
        "SAF-04",
        "SAF-05",
    ):  # nothing declared, logged or found: nothing said
        assert said(item) == (None, None), item
    assert said("EVA-12") == (2, Assurance.EVIDENCED)
    tools = proposals["OBS-04"]
    assert tools.k is not None
    assert tools.n is not None
    assert 100 * tools.k // tools.n == 89
    assert "all from one tool: refund_create" in tools.details[0]


def test_first_screen_is_no_go_for_three_reasons_and_one_conflict() -> None:
    result = sample().judge()
    assert result.verdict is Verdict.NO_GO
    blocking = {cause.key for cause in result.causes if cause.verdict is Verdict.NO_GO}
    assert blocking == {"item/reliability/REL-03", "item/deployment/DEP-01", "assessed"}
    assert [name for name, standing in result.standings.items() if standing.conflict] == ["REL-03"]
    assert tuple(name for name, standing in result.standings.items() if not standing.decided) == UNDECIDED
    assert result.parts == {Part.GATE: Verdict.GO, Part.CHECKLISTS: Verdict.NO_GO, Part.INCIDENTS: Verdict.GO}
    assert {flip.item_id for flip in result.flips} == {"REL-03", "DEP-01"}
    assert result.flips_to is Verdict.CONDITIONS


def test_sections_and_assessed_share_are_these() -> None:
    result = sample().judge()
    assert result.assessed == Fraction(60, 67)
    assert {section.checklist.id: section.score for section in result.sections} == {
        "observability": Fraction(20, 28),
        "reliability": Fraction(17, 28),
        "deployment": Fraction(16, 26),
        "safety": Fraction(21, 24),
        "evaluation": Fraction(25, 28),
    }
    assert all(section.percent is not None and section.percent >= 60 for section in result.sections)


@pytest.mark.parametrize("points", [1, 2])
def test_go_with_conditions_once_the_three_are_decided_and_the_hit_is_dismissed(points: int) -> None:
    hits = proofs()["REL-03"].examples
    assert len(hits) == 1
    result = sample().judge(decided(points, proofs(frozenset(hits))))
    assert result.verdict is Verdict.CONDITIONS
    assert result.conditions
    assert all(not condition.problem and condition.due and condition.due > TODAY for condition in result.conditions)


def test_go_with_conditions_too_when_the_vote_is_kept_against_the_hit() -> None:
    proposals = proofs()
    made = decided(2, proposals)
    for item in ("REL-03", "DEP-01"):
        made[item] = replace(
            made[item],
            override=Override(item, "ana", "A customer's key, revoked; ours are safe", proposals[item].digest),
        )
    assert sample().judge(made).verdict is Verdict.CONDITIONS


def test_a_claim_without_evidence_counts_one() -> None:
    standing = sample().judge().standings["REL-05"]
    assert (standing.vote, standing.points, standing.assurance) == (2, 1, Assurance.CLAIMED)


def test_gap_keys_named_in_the_review_are_found_and_the_waiver_is_live() -> None:
    result = sample().judge()
    found = {gap.key: gap for gap in result.found_gaps}
    assert {gap["key"] for gap in DECISIONS["gaps"]} <= set(found)
    assert {"incident/1/1", "incident/2/1"} <= set(found)
    assert result.standings["REL-02"].waived
    assert found["item/reliability/REL-01"].accepted_until == date(2027, 1, 31)


def test_incident_notes_use_the_known_fields() -> None:
    for note in sample().incidents:
        assert set(note.fields) <= set(FIELDS)
    first, second = sample().incidents
    assert (first.open, second.open) == (False, True)
    assert (first.severity, second.severity) == (Sev.SEV2, Sev.SEV3)


def test_no_decision_has_a_stray_key() -> None:
    # An unquoted comma in {…} would split a sentence, and make its end a key of its own.
    for part, rows in DECISIONS.items():
        if isinstance(rows, list) and isinstance(rows[0], dict):
            assert all(value is not None for row in rows for value in row.values()), part


def test_every_decision_is_about_an_item_of_the_review() -> None:
    inside = {item.id for checklist in sample().checklists for item in checklist.at(Depth.COURSE)}
    parts = ("accepted", "votes", "consensus", "not_applicable", "waivers", "evidence", "notes")
    assert {entry["item"] for part in parts for entry in DECISIONS[part]} <= inside
    people = set(DECISIONS["reviewers"])
    assert {entry["reviewer"] for entry in DECISIONS["votes"]} <= people
