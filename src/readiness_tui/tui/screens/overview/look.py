"""The Overview's glance at a review that was judged just now, and all causes of its verdict."""

from __future__ import annotations

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.standing import met_by_authors, reviewed_alone
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.metrics.meets import NOISE
from readiness_tui.domain.text.format import due_day, plural
from readiness_tui.domain.verdict.model import Condition, Flip, Section, Verdict
from readiness_tui.services.core.tamper import words as words_of
from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui import glyphs
from readiness_tui.tui.screens.overview import glance
from readiness_tui.tui.screens.overview.glance import ActionLine, ChecklistLine, FactLine, Glance, HandedInLine

_CAUSE = 140  # characters of a cause
FLIP_MARKS = {Severity.BLOCKER: glyphs.FAIL, Severity.MAJOR: glyphs.UNDECIDED, Severity.MINOR: glyphs.PARTIAL}


def glance_of(view: ReviewView, last_time: int = 0) -> Glance:
    """What the Overview shows of a review; `last_time`: of how many items its viewer may confirm last time's vote."""
    judgement = view.judgement
    if view.lent is not None:
        return _of_copy(view, last_time)
    return Glance(
        verdict=verdict_of(view),
        flips=tuple(_flip(flip, view) for flip in judgement.flips),
        flips_to=None if judgement.flips_to is None else str(judgement.flips_to),
        flips_rest=_rest(view),
        sections=tuple(map(_checklist, judgement.sections)),
        facts=(FactLine("GATE", gate_words(view)), FactLine("INCIDENTS", incident_words(view))),
        handed_in=tuple(HandedInLine(piece.title, piece.state) for piece in view.handed_in),
        next_step=next_step(view, last_time),
        conditions=tuple(_condition(condition, view) for condition in judgement.conditions),
        acceptable=bool(view.acceptable),
        begun=_begun(view),
    )


def _of_copy(view: ReviewView, last_time: int) -> Glance:
    """A reviewer's copy: their own scores. Gate, incidents and what is handed in are in the first file."""
    return Glance(
        verdict=verdict_of(view),
        flips=(),
        flips_to=None,
        flips_rest="",
        sections=tuple(map(_checklist, view.judgement.sections)),
        facts=(FactLine("GATE", "not in a copy"), FactLine("INCIDENTS", "not in a copy")),
        handed_in=(),
        next_step=next_step(view, last_time),
        conditions=(),
        acceptable=bool(view.acceptable),
        begun=_begun(view),
    )


def verdict_of(view: ReviewView) -> glance.VerdictLine:
    """The verdict and, in one sentence, the causes that make it; none of a file that was changed past the program."""
    if view.by_hand:
        return glance.VerdictLine(
            verdict=str(Verdict.NO_GO), words="NO VERDICT", apart=" · ", said=words_of(view.by_hand), aside=""
        )
    if view.lent is not None:
        return glance.VerdictLine(
            verdict=str(Verdict.NO_GO), words="NO VERDICT HERE", apart=" · ", said=view.lent.words, aside=""
        )
    if view.frozen is not None:
        verdict, until = view.frozen.verdict, ""
        if view.holds_until is not None:
            until = f", lapsed after {view.holds_until}" if view.lapsed else f" until {view.holds_until}"
        return glance.VerdictLine(
            verdict=str(Verdict.NO_GO if view.lapsed else verdict),
            words=f"NO-GO: {verdict}, frozen{until}" if view.lapsed else f"{verdict}{until}, frozen",
            apart="",
            said=f", by {view.frozen.by} on {view.frozen.frozen_at:%Y-%m-%d}, as of {view.frozen.as_of}."
            f"{' Hold the next review (H).' if view.lapsed else ''} The scorecard"
            " (S) is what was decided; below stands what the rules find with what came in since.",
            aside="",
        )
    judgement = view.judgement
    causes = [_short(cause.text) for cause in judgement.causes if cause.verdict is judgement.verdict]
    shown = " · ".join(causes[:3]) + (f" · and {len(causes) - 3} more" if len(causes) > 3 else "")
    until = f" until {judgement.valid_until}" if judgement.valid_until else ""
    alone = " · reviewed alone" if reviewed_alone(view.review.reviewers) else ""
    authors = met_by_authors(judgement.standings, view.facts.dossiers, view.review)
    by_them = f" · {plural(authors, 'item')} met by authors alone" if authors else ""
    return glance.VerdictLine(
        verdict=str(judgement.verdict),
        words=f"{judgement.verdict}{until}",
        apart="   ",
        said=shown or "gate, checklists and incidents all hold",
        aside=f"   as of {view.as_of}{alone}{by_them}",
    )


def _short(text: str) -> str:
    """A cause as the first screen says it: three of the longest still leave room for what follows; v says them in full."""
    return text if len(text) <= _CAUSE else text[: _CAUSE - 1].rstrip() + "…"


def _flip(flip: Flip, view: ReviewView) -> ActionLine:
    standing = view.judgement.standings.get(flip.item_id)
    mark = glyphs.standing_mark(standing) if standing else FLIP_MARKS[flip.severity]
    return ActionLine(flip.key, flip.text, *mark, flip.owner, due_day(flip.due, view.as_of))


def _condition(condition: Condition, view: ReviewView) -> ActionLine:
    mark = glyphs.FAIL if condition.problem else glyphs.PARTIAL
    return ActionLine(condition.key, condition.text, *mark, condition.owner, due_day(condition.due, view.as_of))


def _rest(view: ReviewView) -> str:
    """What is left to do once the changes are made."""
    judgement = view.judgement
    if judgement.flips_to is not Verdict.CONDITIONS or not judgement.after_flips:
        return ""
    without = sum(1 for condition in judgement.conditions if condition.problem)
    tail = f", {without} without owner or date, or overdue" if without else ": each has owner and date"
    return f"then {plural(judgement.after_flips, 'condition')}{tail}"


def _checklist(section: Section) -> ChecklistLine:
    blockers = [s for s in section.standings if s.item.severity is Severity.BLOCKER and s.in_sum]
    counts = [
        f"{n} {word}"
        for word, n in (
            ("open", sum(1 for s in blockers if s.counts == 0 and not s.waived)),
            ("partial", sum(1 for s in blockers if s.counts == 1 and not s.waived)),
            ("waived", sum(1 for s in blockers if s.waived)),
        )
        if n
    ]
    return ChecklistLine(
        title=section.checklist.title,
        percent=section.percent,
        share=None if section.score is None else float(section.score),
        decided=section.decided,
        total=section.total,
        proven=section.proven,
        blockers=" · ".join(counts) or "all met",
    )


def next_step(view: ReviewView, last_time: int) -> str:
    """The one thing to press next, where it is plain what that is."""
    if view.review.frozen_at is not None:
        return "this review is frozen: press H, then n for the next one"
    if view.rivals:
        first, more = view.rivals[0], len(view.rivals) - 1
        return f"two versions of {first.title}{f' and {more} more' if more else ''} wait: press # to compare and settle"
    if last_time:
        return f"{plural(last_time, 'vote')} of last time wait: press C; c confirms one, Y a section"
    if view.acceptable:
        n = len(view.acceptable)
        return f"proofs propose a score for {n} item{'s' if n != 1 else ''}: press a to accept"
    if view.measured.ambiguous:
        return f"runs of {len(view.measured.ambiguous)} versions: press E and name the candidate"
    if view.lent is not None:
        return "press C to score; then `readiness share back -o FILE`"
    if _begun(view) and not view.runs and not view.measured.trace_count:
        return "press i to import runs and traces"
    return ""


def _begun(view: ReviewView) -> bool:
    """Whether anything is there to judge; the Overview says what to do where nothing is."""
    imported = bool(view.runs) or bool(view.measured.trace_count)
    return imported or any(standing.decided for standing in view.judgement.standings.values())


def gate_words(view: ReviewView) -> str:
    """The gate in one line."""
    gate = view.gate
    if gate.gate is None:
        return "none yet: import a gate file"
    if not gate.ran:
        return "not run: import a run as the candidate"
    required = [row for row in gate.rows if row.rule.required]
    passed = sum(1 for row in required if row.result is Result.PASS)
    lucky = sum(1 for row in gate.rows if NOISE in row.sure)
    parts = [f"{passed} of {len(required)} required pass"]
    if lucky:
        parts.append(f"{lucky} could be luck")
    parts.append("locked before the run" if gate.registered else gate.registration or "not locked")
    if gate.changed:
        parts.append("changed since the lock")
    elif gate.unverified:
        parts.append(f"{' and '.join(gate.unverified)} digest unverified")
    return " · ".join(parts)


def incident_words(view: ReviewView) -> str:
    """The open incidents in one line."""
    still = [incident for incident in view.facts.incidents if incident.open]
    if not still:
        return "none open"
    names = ", ".join(f"{incident.name} {incident.severity}" for incident in still[:3])
    actions = sum(
        1
        for incident in view.facts.incidents
        for action in incident.actions
        if action.done is None and action.due is not None and action.due < view.as_of
    )
    return f"{len(still)} open ({names}) · " + (
        f"{plural(actions, 'action')} overdue" if actions else "no action overdue"
    )
