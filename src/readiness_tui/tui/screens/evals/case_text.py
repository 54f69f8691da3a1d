"""One case in full: the question, what a right answer needs, and what each run answered."""

from __future__ import annotations

from textual.content import Content

from readiness_tui.domain.runs.model import (
    Case,
    CaseStatus,
    GoldenCase,
    HumanLabel,
    Measure,
    Provenance,
    Score,
    ScoreState,
)
from readiness_tui.domain.text.format import day_month, number
from readiness_tui.services.runs import CaseSide, CaseView
from readiness_tui.tui import glyphs
from readiness_tui.tui.text import join, line, safe
from readiness_tui.tui.texts.record import LONG, SHORT, as_json, block, chunks, tools, wanted

REPEATS = 5
STATUS = {
    CaseStatus.PASS: (glyphs.MET, "pass"),
    CaseStatus.FAIL: (glyphs.FAIL, "fail"),
    CaseStatus.ERROR: (glyphs.CONFLICT, "error"),
    CaseStatus.UNKNOWN: (glyphs.UNDECIDED, "no verdict"),
}


def question(view: CaseView) -> Content:
    """What was asked and what a right answer must have."""
    case = view.sides[0].repeats[0]
    said = [safe(case.question or "(the run does not keep the question)", "bold", LONG)]
    gold = view.gold
    if gold is None:
        said.append(Content.styled("The golden set does not have this case.", "$foreground-muted"))
    else:
        said.append(Content(" · ").join(wanted(gold)))
    tags = tuple(dict.fromkeys((*case.tags, *(gold.tags if gold else ()))))
    if tags:
        said.append(join(Content.styled("Tags: ", "bold"), line(", ".join(tags))))
    return Content("\n").join(part for part in said if part.plain)


def side(found: CaseSide, gold: GoldenCase | None) -> Content:
    """One run's answer to the case, every repeat of it."""
    run = found.info.run
    role = (found.role or "run").upper()
    said = [
        join(Content.styled(f"{role}  ", "bold $text-accent"), line(f"{run.name or run.id} · {run.version}", "bold"))
    ]
    said.append(human(found.labels))
    total = len(found.repeats)
    for number_, case in enumerate(found.repeats[:REPEATS], 1):
        if total > 1:
            said += [Content(""), Content.styled(f"Repeat {number_} of {total}", "bold")]
        said += answer(case, gold)
    if total > REPEATS:
        said.append(Content.styled(f"… and {total - REPEATS} more repeats", "$foreground-muted"))
    return Content("\n").join(said)


def human(labels: tuple[HumanLabel, ...]) -> Content:
    """What people said, each person's last word, the latest first."""
    if not labels:
        return join(
            Content.styled("Human label: ", "bold"), Content.styled("none yet · r gives one", "$foreground-muted")
        )
    said: list[Content | str] = [Content.styled("Human label: ", "bold")]
    for place, given in enumerate(labels):
        mark = glyphs.HUMAN[given.verdict]
        when = f", {day_month(given.at.date())}" if given.at else ""
        note = f": {given.note}" if given.note else ""
        said += [
            " · " if place else "",
            Content.styled(f"{mark.glyph} {given.verdict}", mark.style),
            " by ",
            line(f"{given.reviewer}{when}{note}"),
        ]
    return join(*said)


def answer(case: Case, gold: GoldenCase | None) -> list[Content]:
    """One repeat: status, error, output, scores, times, chunks, tools."""
    mark, word = STATUS[case.status]
    said = [join(Content.styled(f"{mark.glyph} {word}", mark.style), "   ", line(costs(case), "$foreground-muted"))]
    if case.error:
        said.append(join(Content.styled("Error: ", "bold $text-error"), safe(case.error, limit=LONG)))
    said += [block("Answer", case.output)]
    if case.scores:
        said += [Content.styled("Scores", "bold"), *(score(name, value) for name, value in case.scores.items())]
    said += chunks(case.chunks, gold)
    said += tools(case.tool_calls)
    if case.id_from != "explicit":
        said.append(line(f"The case is known by its {case.id_from}, not by an id of its own.", "$foreground-muted"))
    if case.extra:
        said.append(
            join(Content.styled("Also recorded: ", "bold"), line(as_json(case.extra), "$foreground-muted", SHORT))
        )
    return said


def costs(case: Case) -> str:
    """ "1,240 ms · $0.0185 · 4,327 + 61 tokens", and where a figure is not a measurement."""
    parts = [measure(case.latency_ms, "ms", " ms"), measure(case.cost, "usd", "")]
    if case.tokens_in is not None or case.tokens_out is not None:
        parts.append(f"{number(case.tokens_in, 'tokens')} + {number(case.tokens_out, 'tokens')} tokens")
    return " · ".join(part for part in parts if part)


def measure(value: Measure, unit: str, suffix: str) -> str:
    if value.value is None:
        return ""
    source = f" ({value.provenance})" if value.provenance is not Provenance.MEASURED else ""
    return f"{number(value.value, unit, up=True)}{suffix}{source}"


def score(name: str, given: Score) -> Content:
    """One score with its state; the tool's own threshold and verdict beside it."""
    mark = {True: glyphs.MET, False: glyphs.FAIL, None: glyphs.NOT_APPLICABLE}[given.passed]
    if given.state is not ScoreState.OK:
        mark = glyphs.CONFLICT if given.state is ScoreState.JUDGE_ERROR else glyphs.MISSING
    word = {True: "pass", False: "fail", None: ""}[given.passed]
    parts = [number(given.value) if given.state is ScoreState.OK else str(given.state), word, given.label or ""]
    if given.threshold is not None:
        parts.append(f"the tool's threshold {given.threshold:g}")
    return join(Content.styled(f"  {mark.glyph} ", mark.style), line(f"{name}: {' · '.join(p for p in parts if p)}"))
