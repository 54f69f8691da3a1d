"""A scorecard in ten lines of markdown, for a comment on a pull request: what decides, and what to do first."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.gate_result.words import RESULT_WORDS
from readiness_tui.domain.metrics.words import metric_label
from readiness_tui.domain.scorecard.model import GapLine, Scorecard
from readiness_tui.domain.text.format import full_day, percent, plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.verdict.model import Condition
from readiness_tui.domain.verdict.words import VERDICT_GLYPHS
from readiness_tui.reports.escape import inline

_NAMED = 4  # rows of the gate that are named
_SENTENCE, _NAME = 240, 60  # characters


def scorecard_summary(card: Scorecard) -> str:
    """At most ten lines, one fact a line, whatever the review holds; what is left out is counted."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Scorecard) -> Iterator[str]:
    until = f", valid until {full_day(card.valid_until)}" if card.valid_until else ""
    named = f"{_cut(card.system)}, release {_cut(card.release)}, as of {full_day(card.as_of)}{until}"
    yield f"### {VERDICT_GLYPHS[card.verdict]} {card.verdict}: {named}"
    yield ""
    yield f"- **Why** {_cut(card.reason, _SENTENCE)}"
    yield f"- **Gate** {_gate(card)}"
    weakest = f"weakest {_cut(card.weakest)} {percent(card.headline)}" if card.weakest else "none has a score"
    yield f"- **Sections** {weakest} · assessed {percent(card.assessed)} · blockers {card.blockers}"
    yield f"- **Conditions** {_conditions(card)}"
    yield f"- **Gaps** {_gaps(card)}"
    yield f"- **Since the last review** {_since(card)}"
    yield f"- **Reviewers** {_people(card)}"
    yield f"- **Digest** `{card.digest}` of the scorecard's JSON"


def _gate(card: Scorecard) -> str:
    missed = [row for row in card.gate.required if row.result is not Result.PASS]
    said = [f"{_cut(metric_label(row.rule))} {RESULT_WORDS[row.result][1]}" for row in missed[:_NAMED]]
    if len(missed) > _NAMED:
        said.append(f"and {len(missed) - _NAMED} more")
    return f"{inline(card.gate.summary)}{': ' if said else ''}{', '.join(said)}"


def _conditions(card: Scorecard) -> str:
    if not card.conditions:
        return "none"
    first = min(card.conditions, key=lambda one: (one.due is None, one.due))
    lead = f"{len(card.conditions)}, the most urgent: " if len(card.conditions) > 1 else ""
    return f"{lead}{_cut(first.text, _SENTENCE)}{_who(first)}"


def _gaps(card: Scorecard) -> str:
    left = card.gaps_to_close
    count, dot, accepted = card.gap_count.partition(" · ")
    if not left:
        return f"{count}{dot}{accepted}"
    counts = [f"{n} {severity}" for severity in Severity if (n := sum(gap.severity is severity for gap in left))]
    first = card.top_gaps[0]
    return f"{count} ({', '.join(counts)}), first: {_cut(first.title, _SENTENCE)}{_who(first)}{dot}{accepted}"


def _since(card: Scorecard) -> str:
    was = card.previous
    if was is None:
        return "this is the first"
    moved = f"{was.verdict} → {card.verdict} · weakest {percent(was.headline)} → {percent(card.headline)}"
    return f"({_cut(was.release)}, {full_day(was.as_of)}) {moved} · {plural(len(card.changes), 'change')}"


def _people(card: Scorecard) -> str:
    said = [_cut(", ".join(card.reviewers), _SENTENCE) if card.reviewers else "not named"]
    if card.dissents:
        said.append(f"**dissent** {_cut(', '.join(one.by for one in card.dissents))}")
    if card.verdict_override:
        over = card.verdict_override
        said.append(f"**overridden** to {_cut(over.verdict)} by {_cut(over.by)}")
    if card.blind:
        said.append("**votes blind**: undecided until the reveal")
    return " · ".join(said)


def _who(one: Condition | GapLine) -> str:
    return f" — {_cut(one.owner) if one.owner else 'no owner'} — {full_day(one.due) if one.due else 'no date'}"


def _cut(text: str, most: int = _NAME) -> str:
    return inline(one_line(mask(text), most))
