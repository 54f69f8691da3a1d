"""One case on both sides in words: figures with their change, the answers word by word, chunks and tool calls."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from readiness_tui.domain.compare.case_pair import AnswerPair, Called, CasePair, FigurePair, Retrieved, Where
from readiness_tui.domain.compare.metrics import signed
from readiness_tui.domain.compare.word_diff import DiffPiece, WordKind
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.runs.model import Case, CaseStatus, ToolCall
from readiness_tui.domain.text.format import number
from readiness_tui.services.runs import CaseSide, CaseView
from readiness_tui.tui import glyphs
from readiness_tui.tui.screens.evals.case_text import STATUS
from readiness_tui.tui.screens.evals.tabs import apart
from readiness_tui.tui.text import column, fit, join, line, safe
from readiness_tui.tui.texts.diff import ADDED, REMOVED, words
from readiness_tui.tui.texts.record import LONG, SHORT, block

_MUTED = "$foreground-muted"
_CHUNK = 160  # characters of a chunk that are shown
_NAME, _SIDE = 18, 15  # columns of the table of figures
_WORDS = {Where.BOTH: "both", Where.BASELINE: "lost", Where.CANDIDATE: "new"}


def sides(view: CaseView) -> tuple[CaseSide, CaseSide]:
    """The baseline's side and the candidate's."""
    first, second = view.sides[:2]
    return (first, second) if first.role == "baseline" else (second, first)


def table(view: CaseView, pair: CasePair) -> Content:
    """Verdict, scores, time and cost of both sides, the change beside them, and what people said."""
    before, now = sides(view)
    versions = apart(before.info.run.version, now.info.run.version)
    people = [_human(before), _human(now)]
    if not before.labels and not now.labels:
        people = [Content.styled("none yet · r gives one", _MUTED)]
    said = [
        join(_cell(""), *(_cell(role, "bold", _SIDE) for role in ("baseline", "candidate")), Content.styled("change", "bold")),
        join(_cell("version"), *(_cell(version, _MUTED, _SIDE) for version in versions)),
        _statuses(pair, before.repeats, now.repeats),
        *map(_figure, pair.figures),
        join(_cell("human label"), *people),
    ]  # fmt: skip
    return Content("\n").join(said)


def _cell(text: str, style: str = "", width: int = _NAME) -> Content:
    """One cell, and the space after it."""
    return join(column(text, width, style), " ")


def _statuses(pair: CasePair, before: Sequence[Case], now: Sequence[Case]) -> Content:
    """ "● pass", or of several repeats "2 of 3 pass"."""
    parts: list[Content | str] = [_cell("verdict")]
    for (passed, total), cases in ((pair.before, before), (pair.now, now)):
        mark, word = STATUS[cases[0].status]
        if total > 1:
            mark, word = (glyphs.MET if passed == total else glyphs.FAIL), f"{passed} of {total} pass"
        parts.append(_cell(f"{mark.glyph} {word}", mark.style, _SIDE))
    known = all(case.status is not CaseStatus.UNKNOWN for case in (*before, *now))
    gained = pair.now[0] * pair.before[1] - pair.before[0] * pair.now[1]
    if known:
        mark, word = _way("better" if gained > 0 else "worse" if gained < 0 else "same")
        parts.append(Content.styled(f"{mark.glyph} {word}", mark.style))
    return join(*parts)


def _figure(figure: FigurePair) -> Content:
    up = figure.direction is Direction.LOWER
    parts: list[Content | str] = [_cell(figure.name.replace("_", " "))]
    for value, note in ((figure.before, figure.before_note), (figure.now, figure.now_note)):
        parts.append(_cell(f"{number(value, figure.unit, up=up)} {note}", width=_SIDE))
    if figure.change is not None:
        mark, word = _way(figure.word)
        change = signed(figure.change, figure.unit, figure.direction or Direction.HIGHER)
        parts.append(fit(change, 9))
        if word and not figure.unit:  # one request's time and cost moves by itself
            parts.append(Content.styled(f" {mark.glyph} {word}", mark.style))
    return join(*parts)


def _way(word: str) -> tuple[glyphs.Mark, str]:
    return {"better": glyphs.MET, "worse": glyphs.FAIL}.get(word, glyphs.NOT_APPLICABLE), word


def _human(side: CaseSide) -> Content:
    if not side.labels:
        return _cell("none", _MUTED, _SIDE)
    given = side.labels[0]
    mark = glyphs.HUMAN[given.verdict]
    return _cell(f"{mark.glyph} {given.verdict} by {given.reviewer}", mark.style, _SIDE)


def unified(answers: AnswerPair, title: str = "Answer") -> Content:
    """Both answers in one text."""
    said = _errors(answers)
    if answers.before is None or answers.now is None:
        role, only = ("candidate", answers.now) if answers.before is None else ("baseline", answers.before)
        return Content("\n").join([*said, block(f"{title}, of the {role} alone", only.output if only else None)])
    if not answers.said or rewritten(answers.said):
        for role, case in (("baseline", answers.before), ("candidate", answers.now)):
            said.append(block(f"{title} of the {role}", case.output))
        return Content("\n").join([*said[:-1], Content(""), said[-1]])
    if all(piece.kind is WordKind.SAME for piece in answers.said):
        return Content("\n").join([*said, block(f"{title}, the same on both sides", answers.now.output)])
    legend = join(
        Content.styled(f"{title}  ", "bold"),
        Content.styled("[-baseline-]", REMOVED),
        " ",
        Content.styled("{+candidate+}", ADDED),
    )
    return Content("\n").join([*said, legend, words(answers.said)])


def repeat(number_: int, answers: AnswerPair) -> Content:
    """One of several repeats, in one text."""
    said = [unified(answers, f"Repeat {number_}, answer"), *retrieved(answers.chunks), *tools(answers.calls)]
    return Content("\n").join(said)


def beside(answers: AnswerPair) -> tuple[Content, Content] | None:
    """Each side's answer with what the other lacks marked; None where one text says it all."""
    if answers.before is None or answers.now is None or not answers.said or answers.said[0].text == answers.now.output:
        return None
    sides = []
    for role, case, other in (
        ("baseline", answers.before, WordKind.ADDED),
        ("candidate", answers.now, WordKind.REMOVED),
    ):
        text = safe(case.output or "", limit=LONG) if rewritten(answers.said) else words(answers.said, other)
        sides.append(Content("\n").join([Content.styled(f"Answer of the {role}", "bold"), text]))
    return sides[0], sides[1]


def rewritten(pieces: Sequence[DiffPiece]) -> bool:
    """Whether the answers share so little that marks on every word would only be in the way."""
    same = sum(len(piece.text) for piece in pieces if piece.kind is WordKind.SAME)
    return same * 5 < sum(len(piece.text) for piece in pieces)


def _errors(answers: AnswerPair) -> list[Content]:
    return [
        join(Content.styled(f"Error of the {role}: ", "bold $text-error"), safe(case.error, limit=LONG))
        for role, case in (("baseline", answers.before), ("candidate", answers.now))
        if case is not None and case.error
    ]


def retrieved(found: tuple[Retrieved, ...] | None) -> list[Content]:
    """Each chunk with its rank on both sides, the expected ones marked."""
    if found is None:
        return [Content.styled("Retrieved: not recorded", _MUTED)]
    if not found:
        return [join(Content.styled("Retrieved: ", "bold"), "nothing on either side")]
    said = [join(Content.styled("Retrieved", "bold"), Content.styled("  rank in baseline → candidate", _MUTED))]
    for row in found:
        chunk = row.chunk
        ranks = f"{row.before or '–'} → {row.now or '–'}"
        source = f"  from {chunk.source}" if chunk.source and not chunk.id.startswith(chunk.source) else ""
        style = {Where.BASELINE: REMOVED.split()[0], Where.CANDIDATE: ADDED.split()[0]}.get(row.where, "")
        said.append(
            join(
                f"  {ranks:<8}",
                Content.styled(fit(_WORDS[row.where], 6), style),
                Content.styled(
                    "● expected " if row.expected else "           ", glyphs.MET.style if row.expected else ""
                ),
                line(f"{chunk.id}{source}"),
            )
        )
        if chunk.text:
            said.append(join("            ", line(chunk.text, _MUTED, _CHUNK)))
    return said


def tools(calls: tuple[Called, ...] | None) -> list[Content]:
    """Each call once, with what either side got for it."""
    if calls is None:
        return [Content.styled("Tool calls: not recorded", _MUTED)]
    if not calls:
        return [join(Content.styled("Tool calls: ", "bold"), "none on either side")]
    said = [Content.styled("Tool calls", "bold")]
    for call in calls:
        any_ = call.now or call.before
        assert any_ is not None
        word = {Where.BOTH: "both", Where.BASELINE: "baseline only", Where.CANDIDATE: "candidate only"}[call.where]
        said.append(
            join("  ", Content.styled(fit(word, 15), "bold" if call.where is not Where.BOTH else ""), line(any_.name))
        )
        said.append(join("      arguments: ", line(any_.arguments or "not logged", _MUTED, SHORT)))
        if call.before and call.now and _outcome(call.before) == _outcome(call.now):
            said.append(_result("", call.now))
        else:
            said += [_result(role, one) for role, one in (("baseline ", call.before), ("candidate ", call.now)) if one]
    return said


def _outcome(call: ToolCall) -> tuple[str | None, str | None]:
    return call.result, call.error


def _result(role: str, call: ToolCall) -> Content:
    if call.error is not None:
        return join(Content.styled(f"      {role}✗ error: ", glyphs.FAIL.style), line(call.error, "", SHORT))
    return join(f"      {role}result: ", line(call.result or "not logged", _MUTED, SHORT))
