"""Composes the scorecard from facts and their judgement: everything the documents print, in order, secrets masked.

The order never depends on storage: sections and items as in the checklists, gaps by severity, due date and key,
inputs by name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from readiness_tui.domain.checklists.assessment import Dossier, Standing, Vote
from readiness_tui.domain.checklists.carried import carried_text
from readiness_tui.domain.checklists.evidence import evidence_text
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import met_by_authors, reviewed_alone
from readiness_tui.domain.gate_result.model import GateOutcome
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.scorecard.changes import changes, not_voted
from readiness_tui.domain.scorecard.digest import scorecard_digest
from readiness_tui.domain.scorecard.gap_lines import gap_lines
from readiness_tui.domain.scorecard.model import (
    SCHEMA,
    Disagreement,
    Dissent,
    ExceptionLine,
    GapLine,
    GateCard,
    GateCheck,
    IncidentLine,
    ItemLine,
    ItemOverride,
    Method,
    Previous,
    ProofLine,
    RunLine,
    Scorecard,
    SectionLine,
    VerdictOverride,
)
from readiness_tui.domain.text.format import plural, whole_percent
from readiness_tui.domain.text.masking import masked
from readiness_tui.domain.text.plain import plain
from readiness_tui.domain.verdict.model import Cause, Facts, Judgement, Part, Section, Verdict

__all__ = [
    "Scorecard",
    "compose",
    "compose_gate",
    "gap_lines",
    "gate_card",
    "plain",
]


def compose(
    facts: Facts,
    judgement: Judgement,
    *,
    app_version: str,
    input_digests: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    runs: Sequence[Run] = (),
    dissents: Sequence[Dissent] = (),
    previous: Scorecard | None = None,
    history: str = "",
) -> Scorecard:
    """The scorecard of a review at `judgement.as_of`.

    `runs`: the candidate's and baseline's, for their start and version. `input_digests`: name and SHA-256 of each
    imported file; pairs, if files share a name. `previous`: the frozen scorecard to compare with. `history`: `Method`'s.
    """
    review = facts.review
    sections = tuple(_section(section, facts, judgement, previous) for section in judgement.sections)
    scored = [section for section in judgement.sections if section.score is not None]
    weakest = min(scored, key=lambda section: section.score or Fraction(0), default=None)
    agreed, voted, disagreements = _agreement(facts, judgement)
    card = Scorecard(
        schema=SCHEMA,
        review=review.id,
        system=review.system,
        release=review.release,
        held_on=review.held_on,
        as_of=judgement.as_of,
        depth=review.depth.value,
        owner=review.owner,
        facilitator=review.facilitator,
        reviewers=review.reviewers,
        verdict=judgement.verdict,
        valid_until=judgement.valid_until,
        reason=_reason(judgement),
        parts={part: judgement.parts[part] for part in Part if part in judgement.parts},
        causes=judgement.causes,
        conditions=judgement.conditions,
        headline=judgement.headline_percent,
        weakest=weakest.checklist.title if weakest else "",
        mean=whole_percent(judgement.mean),
        assessed=whole_percent(judgement.assessed),
        undecided=judgement.undecided,
        gate=gate_card(facts.gate, runs, review),
        sections=sections,
        gaps=_gaps_with_evidence(facts, judgement),
        exceptions=tuple(_exceptions(facts, judgement)),
        incidents=tuple(
            IncidentLine(
                incident.name,
                incident.title,
                incident.severity,
                incident.status.value,
                incident.open,
                incident.failure_class,
                incident.item_id,
                incident.eval_cases,
                incident.no_eval_reason,
            )
            for incident in sorted(facts.incidents, key=lambda incident: (incident.severity, incident.number))
        ),
        proofs=tuple(
            ProofLine(dossier.item.id, dossier.item.title, dossier.proposal, _standing_text(standing))
            for standing, dossier in _items_with_dossier(facts, judgement)
            if dossier.proposal is not None
        ),
        agreed=agreed,
        voted=voted,
        disagreements=disagreements,
        overrides=tuple(
            ItemOverride(dossier.item.id, dossier.override.by, dossier.override.reason)
            for standing, dossier in _items_with_dossier(facts, judgement)
            if dossier.override is not None and standing.overridden
        ),
        dissents=tuple(dissents),
        verdict_override=_verdict_override(review),
        flips=judgement.flips,
        flips_to=judgement.flips_to,
        after_flips=judgement.after_flips,
        method=Method(app_version, facts.policy.digest, _pairs(input_digests), history),
        previous=_previous(previous),
        blind=review.secret,
        met_by_authors=met_by_authors(judgement.standings, facts.dossiers, review),
    )
    card = masked(card)
    if previous is not None:
        card = dataclasses.replace(card, changes=changes(previous, card))
    return dataclasses.replace(card, digest=scorecard_digest(plain(card)))


def gate_card(outcome: GateOutcome, runs: Sequence[Run] = (), review: Review | None = None) -> GateCard:
    """The gate's part of a scorecard; `gate show` and `gate check` print it on its own."""
    gate = outcome.gate
    if gate is None:
        return GateCard()
    candidate, baseline = (review.candidate, review.baseline) if review else ((), ())
    roles = {**dict.fromkeys(baseline, "baseline"), **dict.fromkeys(candidate, "candidate")}
    return GateCard(
        name=gate.name,
        version=gate.version,
        digest=gate.digest,
        lock=outcome.lock,
        rows=tuple(
            # NaN and infinity are not figures; the row's result and reason say why.
            dataclasses.replace(row, estimate=None)
            if row.estimate is not None and plain(row.estimate.value) is None
            else row
            for row in outcome.rows
        ),
        ran=outcome.ran,
        registered=outcome.registered,
        registration=outcome.registration,
        changed=outcome.changed,
        unverified=outcome.unverified,
        cases=outcome.cases,
        revision=outcome.revision,
        must_pass=len(gate.must_pass),
        must_pass_failed=outcome.must_pass_failed,
        must_pass_missing=outcome.must_pass_missing,
        high_risk=len(outcome.high_risk),
        unreviewed=outcome.unreviewed,
        failed=outcome.failed,
        tries=outcome.tries,
        warnings=outcome.warnings,
        findings=outcome.findings,
        runs=tuple(
            RunLine(
                roles.get(run.id, "candidate"),
                run.id,
                run.name,
                run.version,
                run.started_at,
                run.dataset_digest or "",
            )
            for run in sorted(runs, key=lambda run: (roles.get(run.id) == "baseline", run.id))
        ),
        agreement=outcome.agreement,
        between=outcome.between,
    )


def compose_gate(
    outcome: GateOutcome,
    ruled: tuple[Verdict, Iterable[Cause]],
    as_of: date,
    *,
    candidate: Sequence[Run],
    baseline: Sequence[Run],
    remarks: Iterable[str] = (),
) -> GateCheck:
    """What `gate check` prints. `ruled`: the gate's part of a judgement, or `ruling.rule_gate`. Secrets are masked."""
    verdict, causes = ruled
    lines = (
        *gate_card(outcome, candidate).runs,
        *(dataclasses.replace(line, role="baseline") for line in gate_card(outcome, baseline).runs),
    )
    card = dataclasses.replace(gate_card(outcome), runs=lines)
    return masked(GateCheck(as_of, verdict, tuple(causes), card, tuple(remarks)))


def _reason(judgement: Judgement) -> str:
    """The verdict's reason in one sentence."""
    if judgement.verdict is Verdict.GO:
        return "every rule of gate, checklists and incidents holds."
    deciding = [cause.text.rstrip(".") for cause in judgement.causes if cause.verdict is judgement.verdict]
    more = f"; and {plural(len(deciding) - 1, 'more reason')}" if len(deciding) > 1 else ""
    return f"{deciding[0]}{more}." if deciding else ""


def _items_with_dossier(facts: Facts, judgement: Judgement) -> Iterator[tuple[Standing, Dossier]]:
    """Every item of the review's depth in checklist order, with its dossier."""
    for section in judgement.sections:
        for standing in section.standings:
            known = facts.dossiers.get(standing.item.id)
            yield standing, known or Dossier(standing.item, standing.checklist_id)


def _section(section: Section, facts: Facts, judgement: Judgement, previous: Scorecard | None) -> SectionLine:
    blockers = [
        standing for standing in section.standings if standing.item.severity is Severity.BLOCKER and standing.applicable
    ]
    before = next((line for line in previous.sections if line.id == section.checklist.id), None) if previous else None
    return SectionLine(
        id=section.checklist.id,
        title=section.checklist.title,
        version=section.checklist.version,
        digest=section.checklist.digest,
        percent=section.percent,
        assessed=whole_percent(section.assessed),
        decided=section.decided,
        total=section.total,
        proven=section.proven,
        blockers_open=sum(not s.waived and s.counts == 0 for s in blockers),
        blockers_partial=sum(not s.waived and s.counts == 1 for s in blockers),
        blockers_waived=sum(s.waived and s.counts < 2 for s in blockers),
        items=tuple(_item(standing, facts.dossiers.get(standing.item.id)) for standing in section.standings),
        previous=before.percent if before else None,
        not_voted=sum(not_voted(was, standing) for was, standing in _both(before, section)),
    )


def _both(before: SectionLine | None, section: Section) -> Iterator[tuple[ItemLine, Standing]]:
    """The section's items that were in it last time, as they were and as they are."""
    was = {line.id: line for line in before.items} if before else {}
    return ((was[one.item.id], one) for one in section.standings if one.item.id in was)


def _item(standing: Standing, dossier: Dossier | None) -> ItemLine:
    item = standing.item
    evidence = tuple(evidence_text(e) for e in sorted(dossier.evidence, key=lambda e: e.id)) if dossier else ()
    if dossier and dossier.ticks:
        evidence += (f"ticked {len(dossier.ticks)} of {len(item.ticks)}: {', '.join(dossier.ticks)}",)
    return ItemLine(
        id=item.id,
        title=item.title,
        severity=item.severity,
        weight=item.weight,
        points=standing.points,
        vote=standing.vote,
        word=standing.word,
        assurance=standing.assurance,
        waived=standing.waived,
        evidence=evidence,
        note=dossier.note if dossier else "",
        proof_digest=dossier.proposal.digest if dossier and dossier.proposal else "",
        carried=carried_text(dossier.votes) if dossier else "",
    )


def _gaps_with_evidence(facts: Facts, judgement: Judgement) -> tuple[GapLine, ...]:
    """The gaps; an item's gap shows the evidence of the item that it names, unless somebody wrote some for the gap.

    The gap of a `same_as` group has the key of its first item and names the one that stands worst.
    """
    attached: dict[str, tuple[str, ...]] = {}
    for standing, dossier in _items_with_dossier(facts, judgement):
        evidence = _item(standing, dossier).evidence
        attached[f"item/{standing.checklist_id}/{standing.item.id}"] = evidence
        attached[f"{standing.item.id} {standing.item.title}"] = evidence
    return tuple(
        line
        if line.evidence
        else dataclasses.replace(line, evidence="; ".join(attached.get(line.title, attached.get(line.key, ()))))
        for line in gap_lines(facts, judgement)
    )


def _exceptions(facts: Facts, judgement: Judgement) -> Iterator[ExceptionLine]:
    for section in judgement.sections:
        for standing in section.standings:
            dossier = facts.dossiers.get(standing.item.id)
            if dossier is None:
                continue
            item, waiver = standing.item, dossier.waiver
            if waiver is not None and standing.applicable and standing.counts < 2:
                kind = "waiver" if waiver.live(judgement.as_of) else "expired waiver"
                # A waiver never raises a score: both figures are deliberately the same.
                yield ExceptionLine(
                    kind,
                    item.id,
                    item.title,
                    waiver.reason,
                    waiver.approver,
                    waiver.expires,
                    section.percent,
                    section.percent,
                )
            if not standing.applicable or standing.na_awaiting:
                confirmed = dossier.na_confirmed_by or (dossier.consensus.by if dossier.consensus else "")
                alone = "reviewed alone" if reviewed_alone(facts.review.reviewers) else ""
                yield ExceptionLine(
                    "not applicable",
                    item.id,
                    item.title,
                    _na_reason(dossier),
                    "unconfirmed" if standing.na_awaiting else confirmed or alone,
                    None,
                    section.percent,
                    _percent_without(section, standing),
                )


def _na_reason(dossier: Dossier) -> str:
    if dossier.consensus is not None and dossier.consensus.na:
        return dossier.consensus.reason
    return "; ".join(f"{v.na_reason} ({v.reviewer})" for v in _by_reviewer(dossier) if v.na)


def _percent_without(section: Section, standing: Standing) -> int | None:
    """The section's score without the "not applicable": the item undecided, counting 0."""
    counted = [other for other in section.standings if other.in_sum and other is not standing]
    weights = sum(other.item.weight for other in counted) + standing.item.weight
    points = sum(other.item.weight * other.counts for other in counted)
    return whole_percent(Fraction(points, 2 * weights)) if weights else None


def _standing_text(standing: Standing) -> str:
    if standing.conflict:
        return "conflict"
    if standing.overridden:
        return "overridden"
    return "undecided" if standing.points is None and standing.applicable else f"counts as {standing.word}"


def _by_reviewer(dossier: Dossier) -> list[Vote]:
    return sorted((vote for vote in dossier.votes if vote.decided), key=lambda vote: vote.reviewer)


def _agreement(facts: Facts, judgement: Judgement) -> tuple[int, int, tuple[Disagreement, ...]]:
    """(number agreed, number with two or more votes, the disagreements); nothing before blind votes are revealed."""
    if facts.review.secret:
        return 0, 0, ()
    voted, split = 0, []
    for standing, dossier in _items_with_dossier(facts, judgement):
        votes = _by_reviewer(dossier)
        if len(votes) < 2:
            continue
        voted += 1
        if len({(vote.points, vote.na) for vote in votes}) > 1:
            said = tuple(f"{vote.reviewer} {'n/a' if vote.na else vote.points}" for vote in votes)
            agreed = dossier.consensus
            outcome = f"consensus by {agreed.by}: {agreed.reason}" if agreed else f"stands at {standing.word}"
            split.append((-standing.spread, Disagreement(dossier.item.id, dossier.item.title, said, outcome)))
    split.sort(key=lambda pair: pair[0])  # widest spread first, then in checklist order
    return voted - len(split), voted, tuple(disagreement for _, disagreement in split)


def _verdict_override(review: Review) -> VerdictOverride | None:
    if not review.override_verdict:
        return None
    return VerdictOverride(review.override_verdict, review.override_by or "", review.override_reason or "")


def _pairs(digests: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    pairs = digests.items() if isinstance(digests, Mapping) else digests
    return tuple(sorted(set(pairs)))


def _previous(card: Scorecard | None) -> Previous | None:
    if card is None:
        return None
    return Previous(card.release, card.as_of, card.verdict, card.headline, card.assessed, card.digest)
