"""What `check` and `gate show` print: an object for scripts, an 80-column table without colour for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.gate.model import CasePolicy, Lock, Revision
from readiness_tui.domain.gate.words import revision_text
from readiness_tui.domain.gate_result.model import GateRow, Tries
from readiness_tui.domain.gate_result.words import cases_text, certainty, reason_text, short_mark, tries_text
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.labels.agreement import Agreement
from readiness_tui.domain.metrics.words import (
    bound_text,
    change_text,
    estimate_text,
    metric_label,
    rule_text,
    value_text,
)
from readiness_tui.domain.scorecard.model import GapLine, GateCard, GateCheck, Scorecard
from readiness_tui.domain.scorecard.sealed import Committed
from readiness_tui.domain.text.format import NOTHING, fit, full_day, moment, percent, plural, width
from readiness_tui.domain.text.masking import masked
from readiness_tui.domain.text.plain import plain
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.verdict.closing import Closing
from readiness_tui.domain.verdict.gap import gap_count
from readiness_tui.domain.verdict.model import Cause, Part, Verdict
from readiness_tui.domain.verdict.words import VERDICT_GLYPHS
from readiness_tui.reports.plain import line as _line
from readiness_tui.reports.plain import wrapped as _wrapped

SCHEMA = 1
_POLICY_MARKS = {CasePolicy.ALLOW: "·", CasePolicy.WARN: "◐", CasePolicy.FAIL: "✗"}


def check_object(card: Scorecard, closed: Sequence[Closing] = ()) -> dict[str, Any]:
    """`check --json`. Keys are stable; a change of meaning raises `schema`. `closed`: conditions of a frozen review that
    were seen to since."""
    return {
        **({"closed": [plain(masked(one)) for one in closed]} if closed else {}),
        "schema": SCHEMA,
        "as_of": card.as_of.isoformat(),
        "valid_until": plain(card.valid_until),
        "verdict": card.verdict.value,
        "system": card.system,
        "release": card.release,
        "parts": plain(card.parts),
        "reasons": _reasons(card.causes),
        "gate": gate_object(card.gate),
        "sections": [
            {"checklist": section.id, "percent": section.percent, "assessed": section.assessed}
            for section in card.sections
        ],
        "conditions": [
            {"key": c.key, "text": c.text, "act": c.act, "owner": c.owner, "due": plain(c.due), "problem": c.problem}
            for c in card.conditions
        ],
        "gaps": [
            {
                "key": gap.key,
                "severity": gap.severity.value,
                "title": gap.title,
                "owner": gap.owner,
                "due": plain(gap.due),
                "state": gap.state.value,
            }
            for gap in card.gaps
        ],
        "flips": [{"key": flip.key, "text": flip.text, "severity": flip.severity.value} for flip in card.flips],
        "flips_to": plain(card.flips_to),
    }


def gate_check_object(check: GateCheck) -> dict[str, Any]:
    """`gate check --json`: what `check --json` says, of the gate alone."""
    return {
        "schema": SCHEMA,
        "as_of": check.as_of.isoformat(),
        "verdict": check.verdict.value,
        "reasons": _reasons(check.causes),
        "gate": gate_object(check.gate),
        "remarks": [*check.remarks],
    }


def gate_show_object(gate: GateCard, as_of: date) -> dict[str, Any]:
    """`gate show --json`."""
    return {"schema": SCHEMA, "as_of": as_of.isoformat(), "gate": gate_object(gate)}


def committed_object(found: Committed) -> dict[str, Any]:
    """`check --scorecard --json`."""
    sealed = found.sealed
    return {
        "schema": SCHEMA,
        "as_of": found.on.isoformat(),
        "verdict": found.verdict.value,
        "scorecard": {**plain(sealed), "lapsed": sealed.lapsed(found.on)},
        "problems": [*found.problems],
    }


def _lock(lock: Lock) -> dict[str, Any]:
    """Who and when, and the digests; not each case of the sets."""
    return {name: value for name, value in plain(lock).items() if name != "sets"}


def gate_object(gate: GateCard) -> dict[str, Any]:
    """The `gate` of `check --json`, `gate check --json` and `gate show --json`."""
    return {
        "name": gate.name,
        "version": gate.version,
        "digest": gate.digest,
        "ran": gate.ran,
        "registered": gate.registered,
        "registration": mask(gate.registration),
        "lock": gate.lock and {**_lock(gate.lock), "by": mask(gate.lock.by)},
        "revision": _revision(gate.revision),
        "changed_since_lock": [*map(mask, gate.changed)],
        "unverified": [*gate.unverified],
        "warnings": [*map(mask, gate.warnings)],
        "cases": [
            {"kind": row.kind, "policy": row.policy.value, "cases": plain(row.ids), "text": mask(cases_text(row))}
            for row in gate.cases
        ],
        "must_pass_failed": [*map(mask, (*gate.must_pass_failed, *gate.must_pass_missing))],
        "unreviewed": [*map(mask, gate.unreviewed)],
        "failed": [*map(mask, gate.failed)],
        "tries": _tries(gate.tries),
        "notes": [*map(mask, gate.warnings)],
        "agreement": [_agreement(one) for one in gate.agreement],
        "people": plain(masked(gate.between)),
        "results": [_result(row) for row in gate.rows],
    }


def _tries(tries: Tries | None) -> dict[str, Any] | None:
    """`number`: the candidate's place among `of` tries; null where nobody can count them."""
    if tries is None:
        return None
    return {
        "number": tries.number,
        "of": len(tries.all),
        "text": mask(tries_text(tries)),
        "all": [
            {
                "version": mask(one.version),
                "day": plain(one.day),
                "result": one.result.value,
                "runs": [*map(mask, one.runs)],
            }
            for one in tries.all
        ],
    }


def _revision(revision: Revision | None) -> dict[str, Any] | None:
    if revision is None:
        return None
    return {
        "replaces": mask(revision.before),
        "by": mask(revision.by),
        "at": plain(revision.at),
        "reason": mask(revision.reason),
        "changes": [*map(mask, revision.lines)],
    }


def check_text(card: Scorecard, closed: Sequence[Closing] = ()) -> str:
    """The whole verdict as plain text, every status a glyph and a word, no line wider than 80 columns."""
    return "\n".join(line.rstrip() for line in _check(card, closed)) + "\n"


def gate_check_text(check: GateCheck) -> str:
    """The gate's part of the verdict in 80 columns."""
    return "\n".join(line.rstrip() for line in _gate_check(check)) + "\n"


def gate_text(gate: GateCard) -> str:
    """The gate alone, as `gate show` prints it."""
    return "\n".join(line.rstrip() for line in _gate(gate)) + "\n"


def committed_text(found: Committed) -> str:
    """One line for the verdict, one for each reason why the file is not to be relied on."""
    sealed, name = found.sealed, one_line(str(found.path))
    until = f", valid until {full_day(sealed.valid_until)}" if sealed.valid_until else ""
    lines = [
        f"{VERDICT_GLYPHS[found.verdict]} {found.verdict}  {name}, looked at on {full_day(found.on)}",
        f"  it says {sealed.verdict}, as of {full_day(sealed.as_of)}{until}, digest {sealed.digest[:12]}",
        *(f"  ✗ {problem}" for problem in found.problems),
    ]
    return "\n".join(lines)


def gaps_text(gaps: Sequence[GapLine]) -> str:
    """The gaps for a terminal: what, then who, when, state and key."""
    return "\n".join(line.rstrip() for line in _gaps(gaps)) + "\n" if gaps else "No gaps.\n"


def _reasons(causes: Sequence[Cause]) -> list[dict[str, Any]]:
    return [
        {"key": c.key, "part": c.part.value, "verdict": c.verdict.value, "text": c.text, "act": c.act} for c in causes
    ]


def _result(row: GateRow) -> dict[str, Any]:
    estimate = row.estimate
    return {
        "metric": row.rule.key,
        "rule": rule_text(row.rule),
        "required": row.rule.required,
        "value": plain(estimate.value) if estimate else None,
        "n": estimate.n if estimate else None,
        "low": plain(estimate.low) if estimate else None,
        "high": plain(estimate.high) if estimate else None,
        "interval": [plain(end) for end in estimate.interval] if estimate and estimate.interval else None,
        **_whatever_shape(estimate),
        "result": row.result.value,
        "reason": mask(row.reason),
        "sure": row.sure,
        "remarks": [*map(mask, row.remarks)],
        "judge": plain(row.judge),
    }


def _whatever_shape(estimate: Estimate | None) -> dict[str, Any]:
    """The bounds that hold whatever the scores' shape; absent where there are none."""
    if estimate is None or estimate.sure_low is None:
        return {}
    return {"sure_low": plain(estimate.sure_low), "sure_high": plain(estimate.sure_high)}


def _agreement(one: Agreement) -> dict[str, Any]:
    return {**plain(masked(one)), "metric": one.metric or "overall", "n": one.n, "agreed": one.agreed}


def _check(card: Scorecard, closed: Sequence[Closing]) -> Iterator[str]:
    seen_to = {one.key: one for one in closed}
    until = f", valid until {full_day(card.valid_until)}" if card.valid_until else ""
    yield f"{VERDICT_GLYPHS[card.verdict]} {card.verdict}  as of {full_day(card.as_of)}{until}"
    yield from _wrapped(f"{card.system}, release {card.release}", "  ")
    if card.blind:
        yield "  Votes are blind: every item counts as undecided until the reveal."
    for cause in card.causes:
        if cause.verdict is Verdict.NO_GO:
            yield from _wrapped(cause.text, "  ✗ ")
            yield from _wrapped(cause.act, "    → ") if cause.act else ()
    yield ""
    yield from _gate(card.gate)
    if card.sections:
        yield ""
        yield f"{fit('CHECKLISTS', 30)} {'score':>6} {'assessed':>9} {'proven':>7}  blockers"
        for section in card.sections:
            yield (
                f"  {fit(_line(section.title), 28)} {percent(section.percent):>6}"
                f" {f'{section.decided}/{section.total}':>9} {section.proven:>7}  {section.blockers}"
            )
    yield ""
    incidents = [f"{i.name} {i.severity}" for i in card.incidents if i.open]
    verdict = card.parts.get(Part.INCIDENTS, Verdict.GO)
    yield from _wrapped(f"{VERDICT_GLYPHS[verdict]} {verdict}; open: {', '.join(incidents) or 'none'}", "INCIDENTS  ")
    if card.conditions:
        yield ""
        yield f"CONDITIONS  {len(card.conditions)}"
        for condition in card.conditions:
            who = f"{condition.owner or 'no owner'}, {full_day(condition.due) if condition.due else 'no date'}"
            if done := seen_to.get(condition.key):
                yield from _wrapped(f"{condition.text} — closed by {done.by}: {'; '.join(done.evidence)}", "  ● ")
                continue
            yield from _wrapped(f"{condition.text} — {who}", "  ✗ " if condition.problem else "  ◐ ")
            yield from _wrapped(condition.act, "    → ") if condition.act else ()
    if card.flips and card.flips_to:
        yield ""
        yield f"TO REACH {card.flips_to}"
        for flip in card.flips:
            yield from _wrapped(flip.text, "  ▸ ")
        if card.after_flips:
            yield f"  then {plural(card.after_flips, 'condition')} would remain"
    if card.gaps:
        yield ""
        yield _counts(card.gaps)


def _gate_check(check: GateCheck) -> Iterator[str]:
    yield f"{VERDICT_GLYPHS[check.verdict]} {check.verdict}  the gate, as of {full_day(check.as_of)}"
    for cause in check.causes:
        yield from _wrapped(cause.text, f"  {VERDICT_GLYPHS[cause.verdict]} ")
        yield from _wrapped(cause.act, "    → ") if cause.act else ()
    yield ""
    yield from _gate(check.gate)
    for remark in check.remarks:
        yield from _wrapped(remark, "  · ")


def _gaps(gaps: Sequence[GapLine]) -> Iterator[str]:
    yield _counts(gaps)
    yield f"  {'severity':<8} what; owner, due, state, key"
    for gap in gaps:
        yield from _wrapped(gap.title, f"  {gap.severity:<8} ")
        who = f"{gap.owner or 'no owner'}, {full_day(gap.due) if gap.due else 'no date'}"
        yield from _wrapped(f"{who}, {gap.state}, {gap.key}", " " * 11)


def _counts(gaps: Sequence[GapLine]) -> str:
    count, dot, accepted = gap_count(gap.state for gap in gaps).partition(" · ")
    left = [gap.severity for gap in gaps if gap.state.to_close]
    counted = [f"{left.count(severity)} {severity}" for severity in Severity]
    return f"GAPS  {count}: {', '.join(counted)}{dot}{accepted}"


def _gate(gate: GateCard) -> Iterator[str]:
    if not gate.name:
        yield "GATE  none"
        return
    yield from _wrapped(f"{gate.name} v{gate.version}: {gate.summary}", "GATE  ")
    if gate.revision:
        yield from _wrapped(revision_text(gate.revision), "  ")
        for changed in gate.revision.lines:
            yield from _wrapped(changed, "    ")
    if gate.lock:
        yield from _wrapped(f"locked {moment(gate.lock.at)} by {gate.lock.by}", "  ")
    else:
        yield "  never locked"
    if gate.registration:
        yield from _wrapped(gate.registration, "  ◐ ")
    for digests in gate.changed:
        yield from _wrapped(f"changed since the lock: {digests}", "  ! ")
    if gate.unverified:
        yield from _wrapped(f"unverified digest: {', '.join(gate.unverified)}", "  ◐ ")
    if gate.rows:
        yield f"  {'metric':<26} {'rule':<15} {'value':>9} {'bound 95%':>11}  result"
    for metric in gate.rows:
        yield from _row(metric)
    for label, cases in (
        ("must-pass case fails", gate.must_pass_failed),
        ("must-pass case absent", gate.must_pass_missing),
        ("high-risk case without a human label", gate.unreviewed),
        ("high-risk case failed by a person", gate.failed),
    ):
        if cases:
            yield from _wrapped(f"{label}: {', '.join(cases)}", "  ✗ ")
    if gate.tries:
        yield from _wrapped(tries_text(gate.tries), "  · ")
    for row in gate.cases:
        yield from _wrapped(cases_text(row), f"  {_POLICY_MARKS[row.policy]} ")
    for one in gate.agreement:
        yield from _wrapped(f"judge against people, {one.label}: {one.text}", "  · ")
    for pair in gate.between:
        yield from _wrapped(pair.text, "  · ")
    for warning in gate.warnings:
        yield from _wrapped(warning, "  · ")


def _row(row: GateRow) -> Iterator[str]:
    value = value_text(row.estimate.value if row.estimate else None, row.rule)
    mark = short_mark(row.result)
    rule = rule_text(row.rule)
    label, long = _line(metric_label(row.rule)), width(rule) > 15
    shown = rule.split(", ")[0] if long else rule
    yield (f"  {fit(label, 26)} {fit(shown, 15)} {value:>9} {bound_text(row.estimate, row.rule):>11}  {mark}")
    optional = "" if row.rule.required else "optional"
    n = estimate_text(row.estimate) if row.estimate else ""
    n = f"n {n}" if n and not n.startswith("n ") else n
    change = change_text(row.change, row.rule)
    against = "" if change == NOTHING else f"{change} against the baseline"
    full = rule if long else ""
    sure = "; ".join(part for part in certainty(row).split("; ") if part != n)
    detail = "; ".join(filter(None, (optional, full, n, against, _line(reason_text(row)), _line(sure))))
    if detail:
        yield from _wrapped(detail, "      ")
    for remark in row.remarks:
        yield from _wrapped(_line(remark), "      · ")
