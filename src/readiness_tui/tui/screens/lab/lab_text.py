"""What the quick lab says at each step: its sentences, its rows, and what follows from the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from readiness_tui.domain.compare.paired import NEEDED_FLIPS, Flips, flips_text, pass_fail
from readiness_tui.domain.gate_result.evaluate import HIGH_RISK
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.gate_result.power import count_for_rate
from readiness_tui.domain.gate_result.words import SHORT_WORDS, certainty, reason_text
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import meets as decisive
from readiness_tui.domain.metrics import resolve
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.runs.model import Case, EvalSet, GoldenCase
from readiness_tui.domain.scorecard.model import GateCheck
from readiness_tui.domain.text.format import NOTHING, number, plural
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.start.lab import CHANGES, LIMITS, Answered, Ran
from readiness_tui.tui import glyphs
from readiness_tui.tui.text import column, join, line, safe

ABOUT = {
    "retrieval_hit_rate": ("Found", "share of questions whose document was looked up"),
    "must_include": ("Right", "share of answers that say all they must"),
    "cost_per_success": ("Cost", "dollars for each right answer; wrong ones are paid for too"),
}
WIDE = 110  # columns from which every step shows its name
UNITS = {"retrieval_hit_rate": "share", "must_include": "share", "cost_per_success": "USD"}
SAYS = {
    "questions": "Questions that users ask, some meant to hurt. Every version answers the same ones, so that two versions"
    " can be compared at all. Change them, or add your own.",
    "thresholds": "What a release has to reach, declared before the change is made. Afterwards everybody would find a"
    " reason to move them. Enter locks them.",
    "baseline": "The bot as it is now. Where it misses is what a change is for.",
    "change": "Choose one change and say to yourself what it will do. One change at a time: of two, nobody would know"
    " which one did it.",
    "answers": "Where a wrong answer does harm, no number decides alone. Would you put your name under this one?",
    "decide": "Before and after, on the same questions. Would you deploy?",
    "verdict": "",
    "files": "All of it is yours, in one folder. Enter opens a review on these files: checklists, incidents, scorecard.",
}


def steps_line(names: Sequence[str], present: str, width: int) -> Content:
    """`✓1 questions  ▸2 thresholds   3 baseline …`; on a narrow terminal only the present step has its name."""
    place = names.index(present)
    parts: list[Content | str] = []
    for count, name in enumerate(names, 1):
        if name == present:
            parts.append(Content.styled(f"▸{count} {name}", "bold $text-accent"))
        else:
            parts.append(f"{'✓' if count <= place else ' '}{count}{f' {name}' if width >= WIDE else ''}")
        parts.append("  ")
    return join(*parts)


def question_row(gold: GoldenCase, width: int) -> Content:
    risky = HIGH_RISK in gold.tags
    mark = glyphs.CONFLICT if risky else glyphs.MET
    expects = " · ".join([*gold.expected_sources, *gold.must_include]) or "—"
    room = max(width - 30 - min(40, width // 3), 20)
    return join(
        Content.styled(f"{mark.glyph} {'high risk' if risky else 'ordinary':<10}", mark.style),
        column(gold.id, 9),
        " ",
        column(gold.question, room),
        "  ",
        column(expects, min(40, width // 3), "$foreground-muted"),
    )


def limit_row(name: str, limit: str) -> Content:
    title, what = ABOUT[name]
    return join(Content.styled(f"{title:<9}", "bold"), f"{limit:<12}", Content.styled(what, "$foreground-muted"))


def limits_below(limits: Mapping[str, str], golden: EvalSet) -> Content:
    """What so few questions can show: the honest part of a small golden set."""
    sized = {
        "retrieval_hit_rate": sum(1 for gold in golden.cases if gold.expected_sources),
        "must_include": sum(1 for gold in golden.cases if gold.must_include),
    }
    said = []
    for name, n in sized.items():
        try:
            limit = float(limits[name].lstrip("<>=≥≤ "))
        except ValueError:
            continue
        count = count_for_rate(limit, Direction.HIGHER, n)
        proof = (
            f"{count.proof} of {n} would prove it at 95 %"
            if count.proof is not None
            else f"no result of {n} proves it at 95 %"
        )
        said.append(f"{ABOUT[name][0]}: {count.point} of {n} meet {limits[name]}; {proof}.")
    said.append("The point value decides; how sure it is stands beside it.")
    return Content("\n").join([line(one, "$foreground-muted") for one in said])


def answer_row(one: Answered, width: int) -> Content:
    """Found and said, in glyph and word, with the answer."""
    parts: list[Content | str] = [column(one.case.id, 9), " "]
    for held, good, bad in ((one.found, "found", "not found"), (one.says, "right", "wrong")):
        mark = glyphs.NOT_APPLICABLE if held is None else glyphs.DONE if held else glyphs.FAIL
        word = "n/a" if held is None else good if held else bad
        parts += [Content.styled(f"{mark.glyph} {word:<10}", mark.style)]
    room = max(width - 36, 20)
    asked = min(34, room // 2)
    return join(*parts, column(one.case.question, asked), "  ", column(one.case.output or "", room - asked - 2))


def figure(name: str, value: float | None) -> str:
    return number(value, UNITS[name], up=_direction(name) is Direction.LOWER) if value is not None else NOTHING


def figures_below(ran: Ran, limits: Mapping[str, str]) -> Content:
    rows = []
    for name in LIMITS:
        value = ran.figures[name]
        mark = glyphs.DONE if value is not None and meets(name, value, limits[name]) else glyphs.FAIL
        rows.append(
            join(
                Content.styled(f"{ABOUT[name][0]:<9}", "bold"),
                f"{figure(name, value):>9}  {limits[name]:<12}",
                Content.styled(f"{mark.glyph} {'holds' if mark is glyphs.DONE else 'misses'}", mark.style),
            )
        )
    return Content("\n").join(rows)


def meets(name: str, value: float, limit: str) -> bool:
    return decisive.meets(Estimate(value, None), _direction(name), float(limit.lstrip("<>=≥≤ ")))


def _direction(name: str) -> Direction:
    metric = resolve(name)
    return metric.direction if metric is not None and metric.direction is not None else Direction.HIGHER


def change_row(name: str) -> Content:
    return join(Content.styled(name, "bold"), "\n  ", CHANGES[name])


def answer_below(case: Case, golden: EvalSet, left: int) -> Content:
    """One answer to be judged by a person, with what it should hold."""
    gold = next((one for one in golden.cases if one.id == case.id), None)
    expects = " · ".join([*gold.expected_sources, *gold.must_include]) if gold else ""
    return Content("\n").join(
        [
            join(Content.styled("QUESTION  ", "bold $text-accent"), line(case.question)),
            Content(""),
            join(Content.styled("ANSWER    ", "bold $text-accent"), safe(case.output or "(no answer)")),
            Content(""),
            join(Content.styled("EXPECTED  ", "bold $text-accent"), line(expects or "nothing is written down")),
            Content(""),
            line(f"{plural(left, 'answer')} left to judge", "$foreground-muted"),
        ]
    )


def side_rows(before: Ran, after: Ran, limits: Mapping[str, str]) -> list[Content]:
    rows = []
    for name in LIMITS:
        rows.append(
            join(
                Content.styled(f"{ABOUT[name][0]:<9}", "bold"),
                f"{figure(name, before.figures[name]):>10} {figure(name, after.figures[name]):>10}  {limits[name]:<12}",
            )
        )
    return rows


def flips_below(before: Ran, after: Ran, width: int) -> Content:
    """Which questions changed sides, and whether so few could be chance."""
    flips = _flips(before, after)
    asked = {one.case.id: one.case.question for one in after.answers}
    rows = [_flips_line(before, after)]
    for word, mark, ids in (("better", glyphs.DONE, flips.better), ("worse", glyphs.FAIL, flips.worse)):
        rows += [
            join(Content.styled(f"  {mark.glyph} {word:<8}", mark.style), column(asked[name], max(width - 14, 20)))
            for name in ids
        ]
    return Content("\n").join(rows)


def _flips(before: Ran, after: Ran) -> Flips:
    return pass_fail(after.values["must_include"], before.values["must_include"], Direction.HIGHER)


def _flips_line(before: Ran, after: Ran) -> Content:
    return line(f"Right answers: {flips_text(_flips(before, after))}.")


def verdict_head(check: GateCheck, ship: bool) -> Content:
    """The verdict, and how it stands to what the person would have done."""
    allowed = check.verdict is not Verdict.NO_GO
    same = "You and the gate agree." if ship == allowed else "You and the gate disagree: read why."
    return join(
        Content.styled(str(check.verdict), glyphs.VERDICT_STYLE[check.verdict]),
        f"   You would {'deploy' if ship else 'not deploy'}. {same}",
    )


def verdict_rows(check: GateCheck) -> list[Content]:
    rows = []
    for row in check.gate.rows:
        mark = glyphs.RESULT[row.result]
        name = next((key for key in LIMITS if _key(key) == row.rule.metric), row.rule.metric)
        rows.append(
            join(
                Content.styled(f"{ABOUT.get(name, (name, ''))[0]:<9}", "bold"),
                Content.styled(f"{mark.glyph} {SHORT_WORDS.get(row.result, row.result.lower()):<8}", mark.style),
                line(" · ".join(filter(None, (reason_text(row), certainty(row))))),
            )
        )
    return rows


def _key(name: str) -> str:
    metric = resolve(name)
    return metric.key if metric is not None else name


def verdict_below(check: GateCheck, before: Ran, after: Ran) -> Content:
    """Why beyond the rows, and what so few questions cannot say."""
    rows: list[Content] = []
    of_rows = {f"gate/{row.rule.key}" for row in check.gate.rows}
    rows += [line(f"{cause.text}.") for cause in check.causes if cause.key not in of_rows]
    failing = {row.rule.metric for row in check.gate.rows if row.result is not Result.PASS}
    if _key("cost_per_success") in failing and _cheaper(before, after):
        rows.append(line("An answer costs less than before, a right answer more: the wrong ones are paid for too."))
    rows += [Content("")] if rows else []
    n = len(after.answers)
    rows += [
        Content.styled("HOW SURE", "bold $text-accent"),
        _flips_line(before, after),
        line(
            f"With {plural(n, 'question')}, fewer than {NEEDED_FLIPS} flips one way cannot be told from chance:"
            f" {min(NEEDED_FLIPS * 100 // n, 100)} points. More questions see smaller changes.",
            "$foreground-muted",
        ),
    ]
    return Content("\n").join(rows)


def _cheaper(before: Ran, after: Ran) -> bool:
    def paid(ran: Ran) -> float:
        return sum(one.case.cost.usable or 0.0 for one in ran.answers)

    return paid(after) < paid(before)


FILES = {
    "golden_set.jsonl": "your questions, with what a right answer must have",
    "gate.yaml": "the thresholds",
    "gate.lock": "who declared them, when, for which questions",
    "baseline.jsonl": "the run before the change",
    "candidate.jsonl": "the run after it, with your labels",
    "decision.md": "the gate's result beside what you would have done",
    "pipeline.py": "the bot; change it and run it again",
    "documents": "what it looks up",
}


def file_row(name: str) -> Content:
    return join(Content.styled(f"{name:<18}", "bold"), FILES[name])


def files_below(folder: str) -> Content:
    """The same check by hand, as CI would run it."""
    return Content("\n").join(
        [
            Content.styled("AGAIN, FROM THE SHELL", "bold $text-accent"),
            line(f"cd {folder}"),
            line("python pipeline.py golden_set.jsonl --change wide > candidate.jsonl"),
            line("readiness gate check --gate gate.yaml --lock gate.lock --run candidate.jsonl \\"),
            line("--baseline baseline.jsonl --eval-set golden_set.jsonl"),
        ]
    )
