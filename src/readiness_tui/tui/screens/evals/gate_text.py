"""The gate in words: what holds the release, each metric against its rule, and what is known of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from readiness_tui.domain.compare.metrics import Compared
from readiness_tui.domain.compare.versions import Versions
from readiness_tui.domain.gate.model import CasePolicy
from readiness_tui.domain.gate.words import revision_text
from readiness_tui.domain.gate_result import words
from readiness_tui.domain.gate_result.evaluate import HIGH_RISK, case_passed
from readiness_tui.domain.gate_result.misses import LostTraces, Miss, Misses
from readiness_tui.domain.gate_result.model import GateOutcome, GateRow, Result
from readiness_tui.domain.labels.queue import labels_of, people_verdict
from readiness_tui.domain.metrics import RunData, case_key
from readiness_tui.domain.metrics.rule import From, Rule
from readiness_tui.domain.metrics.words import (
    bound_text,
    change_text,
    interval_text,
    metric_label,
    rule_text,
    sure_text,
    value_text,
)
from readiness_tui.domain.runs.model import Case
from readiness_tui.domain.text.format import count_text, day_month, moment, number, plural
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.verdict.model import Part, Verdict
from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui import glyphs
from readiness_tui.tui.screens.evals.page import WIDE, CaseLine, Detail, Page, Row, TableColumn
from readiness_tui.tui.text import fit, join, line, safe
from readiness_tui.tui.texts.agreement import agreement

COLUMNS = (
    TableColumn("metric", 0),
    TableColumn("rule", 9),
    TableColumn("candidate", 9, right=True),
    TableColumn("change", 8, right=True),
    TableColumn("95% bound", 9, right=True),
    TableColumn("n", 6, right=True),
    TableColumn("result", 10, more=4),
    TableColumn("how sure", 32, wide=True),
)
MUST_PASS, HIGH_RISK_ROW = "must pass", "high-risk review"
CASES_ROWS = {"new cases": "new", "removed cases": "removed"}
_POLICY = {
    CasePolicy.ALLOW: (glyphs.MET, "allowed"),
    CasePolicy.WARN: (glyphs.PARTIAL, "warn"),
    CasePolicy.FAIL: (glyphs.FAIL, "FAIL"),
}
_SHOUT = {Result.FAIL: "FAIL", **words.SHORT_WORDS}
_CAUSES = 2  # causes named in the heading; the rows below say the rest


def page(view: ReviewView, width: int, versions: Versions | None = None) -> Page:
    """The Gate tab; `versions` once candidate and baseline were compared."""
    outcome = view.gate
    said = [sentence(view), *against(versions, brief=width < WIDE), *standing(view, brief=width < WIDE)]
    warned = warnings(view)
    if warned and width < WIDE:
        more = f" · v shows {len(warned) - 1} more" if len(warned) > 1 else " · v shows it in full"
        warned = [line(fit(warned[0].plain, width - len(more)) + more, "$text-warning")]
    heading = Content("\n").join([part for part in (*said, *warned) if part.plain])
    if outcome.gate is None:
        return Page(heading, COLUMNS, [row for row in extra_rows(outcome) if row.key == HIGH_RISK_ROW], "evals")
    rows = [*(metric_row(row) for row in outcome.rows), *extra_rows(outcome)]
    return Page(heading, COLUMNS, rows, "" if outcome.ran else "gate without a run")


def sentence(view: ReviewView) -> Content:
    """Does the release hold, and because of what."""
    outcome = view.gate
    if outcome.gate is None:
        return Content("")  # the place says what to do
    if not outcome.ran:
        return join(
            Content.styled("HOLD THE RELEASE. ", "bold $text-error"),
            "The gate was not run.",
        )
    verdict = view.judgement.parts[Part.GATE]
    causes = [cause.text for cause in view.judgement.causes if cause.part is Part.GATE and cause.verdict is verdict]
    said = "; ".join(causes[:_CAUSES]) + (f"; and {len(causes) - _CAUSES} more" if len(causes) > _CAUSES else "")
    if verdict is Verdict.NO_GO:
        return join(Content.styled("HOLD THE RELEASE. ", "bold $text-error"), line(f"{said}."))
    required = [row for row in outcome.rows if row.rule.required]
    passed = sum(1 for row in required if row.result is Result.PASS)
    if verdict is Verdict.CONDITIONS:
        return join(
            Content.styled(f"The gate passes with {plural(len(causes), 'condition')}: ", "bold $text-warning"),
            line(f"{said}."),
        )
    return join(
        Content.styled("The gate passes. ", "bold $text-success"),
        f"{passed} of {plural(len(required), 'required metric')} {'holds' if len(required) == 1 else 'hold'}, locked before the run.",
    )


def against(versions: Versions | None, *, brief: bool) -> list[Content]:
    """What the comparison with the baseline shows, and what it cannot."""
    if versions is None or not versions.rows:
        return []
    moved = ", ".join(f"{row.name} {'better' if row.gained else 'worse'}" for row in versions.beyond)
    n = f"at n = {versions.shared:,}"
    found = f"beyond chance {n}: {moved}" if moved else f"every change could be luck {n}"
    least = "" if brief else f"; {versions.least[:1].lower()}{versions.least[1:-1]}"
    return [line(f"Against the baseline {found}{least}.")]


def standing(view: ReviewView, *, brief: bool) -> list[Content]:
    """Which gate, locked when and by whom, on what."""
    gate = view.gate.gate
    if gate is None:
        return []
    said = [f"Gate {gate.name} v{gate.version} · {lock_words(view.gate, brief=brief)}"]
    tries = view.gate.tries
    if tries is not None and len(tries.all) > 1:
        said.append(f"{words.tries_text(tries)[:1].upper()}{words.tries_text(tries)[1:]}")
    revision = view.gate.revision
    if revision is not None and not brief:
        said.append(f"This version {revision_text(revision)}")
    return [line(text, "$foreground-muted") for text in said]


def warnings(view: ReviewView) -> list[Content]:
    """What a person has to choose, and what a reader of the rows should know."""
    said: list[Content] = []
    if view.measured.ambiguous:
        versions = ", ".join(view.measured.ambiguous)
        shown = view.measured.candidate_runs[0].version if view.measured.candidate_runs else "none"
        said.append(
            line(
                f"! Nobody named the candidate, and runs of several versions are here ({versions}). {shown} is shown,"
                " as the latest: choose under runs with c.",
                "$text-warning",
            )
        )
    # What a comparison cannot explain comes after what speaks against the candidate itself.
    ordered = sorted(view.gate.warnings, key=lambda warning: warning.startswith("Runs "))
    return said + [line(f"! {warning}", "$text-warning") for warning in ordered]


def every_cause(view: ReviewView) -> Content:
    """Everything that the gate is held for, the worst first, then its standing and the warnings."""
    said = []
    for cause in sorted(view.judgement.causes, key=lambda cause: -cause.verdict.rank):
        if cause.part is Part.GATE:
            mark = glyphs.FAIL if cause.verdict is Verdict.NO_GO else glyphs.PARTIAL
            word = "no-go" if cause.verdict is Verdict.NO_GO else "condition"
            said.append(join(Content.styled(f"{mark.glyph} {word}  ", mark.style), safe(cause.text)))
    tries = view.gate.tries
    alone = tries is not None and len(tries.all) == 1
    first = [line(words.tries_text(tries), "$foreground-muted")] if tries is not None and alone else []
    said = said or [sentence(view)]
    for row in view.gate.rows:
        if row.judge is not None and row.judge.method:
            said.append(join(line(f"{label(row.rule)} corrected by "), line(row.judge.method, limit=300)))
    return Content("\n").join([*said, *standing(view, brief=False), *first, *revision_lines(view), *warnings(view)])


def revision_lines(view: ReviewView) -> list[Content]:
    """What this version of the gate changed, rule by rule."""
    revision = view.gate.revision
    return (
        [join("  ", line(changed, "$foreground-muted")) for changed in revision.lines] if revision is not None else []
    )


def lock_words(outcome: GateOutcome, *, brief: bool = False) -> str:
    """The lock, whether it came before the run, and whether what it binds is unchanged."""
    lock = outcome.lock
    if lock is None:
        return "not locked: l locks it, and registers the runs after that"
    when = f"{day_month(lock.at.date())} {lock.at:%H:%M}" if brief else moment(lock.at)
    said = [f"locked {when} by {lock.by}"]
    if outcome.ran:
        said[0] += ", before the run" if outcome.registered else f"; {outcome.registration}"
        if outcome.changed:
            said += ["changed since"] if brief else [f"changed since: {changed}" for changed in outcome.changed]
        if outcome.unverified:
            said.append(f"{' and '.join(outcome.unverified)} digest unverified")
        elif not outcome.changed:
            said.append("unchanged" if brief else "gate, data and judge unchanged")
    return " · ".join(said)


def metric_row(row: GateRow) -> Row:
    """One rule held against the candidate."""
    rule, estimate = row.rule, row.estimate
    regression = rule.threshold is None
    mark = glyphs.RESULT[row.result]
    return Row(
        rule.key,
        (
            label(rule),
            rule_text(rule).replace(" ≤ ", "≤") if regression else rule_text(rule),
            "" if regression or estimate is None else value_text(estimate.value, rule),
            "" if row.change is None else change_text(row.change, rule),
            "" if regression or estimate is None else bound_text(estimate, rule).replace("—", ""),
            "" if estimate is None else count_text(estimate.k, estimate.n),
            (mark, _SHOUT.get(row.result, row.result.value.lower())),
            words.short_certainty(row),
        ),
    )


def label(rule: Rule) -> str:
    """ "latency p95 ms", "citation accuracy (high_risk)", "opt. retry rate" (an optional one)."""
    tags = f" ({', '.join(rule.tags)})" if rule.tags else ""
    return f"{'' if rule.required else 'opt. '}{rule.metric.replace('_', ' ')}{tags}"


def extra_rows(outcome: GateOutcome) -> list[Row]:
    """What is not a metric: must-pass cases, and the human labels of high-risk cases."""
    rows = []
    if outcome.gate is not None and outcome.gate.must_pass and outcome.ran:
        total = len(outcome.gate.must_pass)
        lost = len(outcome.must_pass_failed) + len(outcome.must_pass_missing)
        mark = (glyphs.FAIL, "FAIL") if lost else (glyphs.MET, "pass")
        rows.append(Row(MUST_PASS, ("must-pass cases", "all pass", "", "", "", f"{total - lost}/{total}", mark, "")))
    for cases in outcome.cases:
        name, number = f"{cases.kind} cases", "?" if cases.ids is None else f"{len(cases.ids):,}"
        rows.append(Row(name, (name, str(cases.policy), "", "", "", number, _POLICY[cases.policy], "")))
    if outcome.high_risk:
        total, left, failed = len(outcome.high_risk), len(outcome.unreviewed), len(outcome.failed)
        mark = (glyphs.FAIL, f"{left + failed} open") if left + failed else (glyphs.MET, "pass")
        figure = f"{total - left - failed}/{total}"
        lacks = [f"{left} without a human label"] if left else []
        lacks += [f"{failed} failed by a person"] if failed else []
        lack = ", ".join(lacks) or "each has a human label"
        rows.append(Row(HIGH_RISK_ROW, ("high-risk review", "all", "", "", "", figure, mark, lack)))
    return rows


def high_risk_words(outcome: GateOutcome) -> str:
    """ "12 of 12 high-risk cases have a human label"."""
    total, left = len(outcome.high_risk), len(outcome.unreviewed)
    return f"{total - left} of {plural(total, 'high-risk case')} {'has' if total == 1 else 'have'} a human label"


def metric_detail(
    row: GateRow, lost: Misses, compared: Compared | None, diagnosis: str, cases: Mapping[str, Case]
) -> Detail:
    """One metric: its reason, what it rests on, the baseline, where to look, and the cases it loses."""
    rule, mark = row.rule, glyphs.RESULT[row.result]
    said = [
        join(
            line(mask(metric_label(rule)).replace("_", " ").upper(), "bold $text-accent"),
            line(f"  {rule_text(rule)}" if rule.tolerate is not None else ""),
            Content.styled(f"  {mark.glyph} {words.RESULT_WORDS[row.result][1]}  ", mark.style),
            line(" · ".join(part for part in (row.reason, words.certainty(row)) if part)),
        ),
        line(rests_on(row), "$foreground-muted"),
        *(line(f"· {remark}", "$foreground-muted") for remark in row.remarks),
    ]
    if compared is not None:
        said.append(join(Content.styled("Baseline: ", "bold"), line(compared.text)))
    if diagnosis:
        said.append(line(f"{diagnosis}.", "bold"))
    if rule.source is From.TRACES:
        said.append(Content.styled("t lists the traces that miss the rule", "$foreground-muted"))
    elif lost.note and row.result is not Result.MISSING:
        said.append(line(lost.note, "$foreground-muted"))
    return Detail(Content("\n").join(said), [miss_line(miss, lost, row, cases) for miss in lost.misses])


def rests_on(row: GateRow) -> str:
    """Which run or traces, and how many of them carry the metric."""
    noun = "traces" if row.rule.source is From.TRACES else "cases"
    used = "" if row.used is None or row.total is None else f"{row.used:,} of {row.total:,} {noun} used"
    estimate = row.estimate
    bound = estimate.method if estimate is not None and bound_text(estimate, row.rule) != "—" else ""
    interval = interval_text(estimate, row.rule.unit) if estimate is not None else ""
    where = f"run {row.run_id}" if row.run_id else ("traces" if row.rule.source is From.TRACES else "no run")
    missing = "decided by missing cases" if row.by_missing else ""
    sure = sure_text(estimate, row.rule) if estimate is not None else ""
    if any(sure in remark for remark in row.remarks):
        sure = ""  # it stands below
    said = (
        where,
        used,
        f"bound: {bound}" if bound else "",
        sure,
        f"95 % interval {interval}" if interval else "",
        missing,
    )
    return " · ".join(part for part in said if part)


def miss_line(miss: Miss, lost: Misses, row: GateRow, cases: Mapping[str, Case]) -> CaseLine:
    case = cases.get(miss.key)
    question = case.question if case is not None else "not in the run"
    if miss.value is None:
        why = f"{case.error} · {question}" if case is not None and case.error else question
        return CaseLine(miss.key, lost.run_id or "", glyphs.MISSING, "missing", question=why)
    up = row.rule.direction.value == "lower"
    figure = number(miss.value, row.rule.unit, up=up)
    if miss.before is not None:
        figure = f"{number(miss.before, row.rule.unit, up=up)} → {figure}"
        return CaseLine(miss.key, lost.run_id or "", glyphs.FAIL, "worse", figure, question)
    figure = "" if miss.value in (0.0, 1.0) else figure
    return CaseLine(miss.key, lost.run_id or "", glyphs.FAIL, "misses", figure, question)


def must_pass_detail(view: ReviewView, runs: Sequence[RunData]) -> Detail:
    """Each must-pass case, the failing ones first."""
    outcome = view.gate
    assert outcome.gate is not None
    lines = []
    for case_id in outcome.gate.must_pass:
        run_id, case = _worst(case_id, runs)
        if case_id in outcome.must_pass_missing:
            mark, word = glyphs.MISSING, "missing"
        else:
            mark, word = (glyphs.FAIL, "fails") if case_id in outcome.must_pass_failed else (glyphs.MET, "passes")
        lines.append(CaseLine(case_id, run_id, mark, word, question=case.question if case else "not in the run"))
    lines.sort(key=lambda entry: entry.mark is glyphs.MET)
    text = join(
        Content.styled("MUST-PASS CASES  ", "bold $text-accent"),
        "one bad answer to these is too many: every repeat in every candidate run has to pass",
    )
    return Detail(text, lines)


def cases_detail(view: ReviewView, key: str) -> Detail:
    """The cases that only one of candidate and baseline has, and what the gate's policy makes of them."""
    row = next(row for row in view.gate.cases if row.kind == CASES_ROWS[key])
    runs = view.measured.candidate if row.kind == "new" else view.measured.baseline
    mark, word = _POLICY[row.policy]
    found = {case_key(case): (data.run.id, case) for data in reversed(runs) for case in reversed(data.cases)}
    lines = [CaseLine(id_, found[id_][0], mark, word.lower(), question=found[id_][1].question) for id_ in row.ids or ()]
    text = join(
        Content.styled(f"{key.upper()}  ", "bold $text-accent"),
        safe(f"{words.cases_text(row)} · the gate says {row.kind}: {row.policy}"),
    )
    return Detail(text, lines)


def high_risk_detail(view: ReviewView, runs: Sequence[RunData]) -> Detail:
    """Each high-risk case and its human label, the unlabelled ones first."""
    outcome = view.gate
    lines = []
    places = _labelled(runs)
    for key in outcome.high_risk:
        run_id, case = places.get(key, ("", None))
        labels = labels_of((case,)) if case is not None else ()
        question = case.question if case is not None else "not in the run"
        if not labels:
            lines.append(CaseLine(key, run_id, glyphs.UNDECIDED, "no label", question=question))
            continue
        said = people_verdict(labels)
        mark = glyphs.HUMAN[said] if said else glyphs.CONFLICT
        people = f"by {', '.join(label.reviewer for label in labels)}"
        lines.append(CaseLine(key, run_id, mark, said or "disagree", people, question))
    order = {"no label": 0, "disagree": 1, "fail": 2, "unsure": 3}
    lines.sort(key=lambda entry: order.get(entry.word, 4))
    text = join(
        Content.styled("HIGH-RISK REVIEW  ", "bold $text-accent"),
        safe(f"{high_risk_words(outcome)} (tag {HIGH_RISK}) · r labels blind, Enter shows one with its scores"),
    )
    return Detail(Content("\n").join([text, *agreement(outcome.agreement, outcome.between)]), lines)


def _worst(case_id: str, runs: Sequence[RunData]) -> tuple[str, Case | None]:
    """The case where it did not pass, else where it is."""
    found = [(data.run.id, case) for data in runs for case in data.cases if case.id == case_id]
    return next((pair for pair in found if case_passed(pair[1]) is not True), found[0] if found else ("", None))


def _labelled(runs: Sequence[RunData]) -> dict[str, tuple[str, Case]]:
    """Each case by key, where a person labelled it, else where it is first."""
    found: dict[str, tuple[str, Case]] = {}
    for data in runs:
        for case in data.cases:
            key = case_key(case)
            if key not in found or (case.human and not found[key][1].human):
                found[key] = (data.run.id, case)
    return found


def traces_words(row: GateRow, lost: LostTraces) -> str:
    """ "20 miss latency p95 ms, the worst first; 22 do not carry it"."""
    lack = f"; {lost.lacking:,} do not carry it" if lost.lacking else ""
    return f"{lost.missed:,} miss {label(row.rule)}, the worst first{lack}"


def by_key(data: RunData | None) -> dict[str, Case]:
    """A run's cases by key; of repeats the first that did not pass."""
    found: dict[str, Case] = {}
    for case in data.cases if data else ():
        key = case_key(case)
        if key not in found or (case_passed(found[key]) is True and case_passed(case) is not True):
            found[key] = case
    return found
