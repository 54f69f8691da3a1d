"""The review queue in words: a case without its scores, what the judge and others said of it, and how it all agrees."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from readiness_tui.domain.metrics import resolve
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.runs.model import Case, CaseStatus, GoldenCase, HumanLabel, HumanVerdict
from readiness_tui.domain.text.format import day_month, number, plural
from readiness_tui.domain.text.secrets import mask
from readiness_tui.services.labels.queue import DRAW, Queue, Task, Why, Word
from readiness_tui.tui import glyphs
from readiness_tui.tui.text import column, join, line, safe
from readiness_tui.tui.texts.agreement import agreement
from readiness_tui.tui.texts.record import LONG, block, chunks, tools, wanted

TITLES = {
    Why.HIGH_RISK: "HIGH-RISK REVIEW",
    Why.SAMPLE: "DRAWN AT RANDOM",
    Why.SPLIT: "PEOPLE DISAGREE",
    Why.BATCH: "CHECK OF THE JUDGE",
}
BATCH_INTRO = (
    "The lot of the locked gate decides which cases. Label all of the batch; unsure counts as fail. The size stays once the"
    " first case is shown, and what the labels say is shown when the batch is complete."
)


def heading(queue: Queue, task: Task | None, who: str, width: int) -> Content:
    """Which part of the queue, how much of it this person has done, and what the gate still lacks."""
    part = [
        other
        for other in queue.tasks
        if task is None or (other.why is task.why and other.metric == task.metric and (other.asked or other.labels))
    ]
    done = sum(other.label_of(who) is not None or not other.asked for other in part)
    title = TITLES[task.why] if task else "HUMAN REVIEW"
    if task is not None and task.metric:
        title += f": {task.metric.replace('_', ' ')}"
    shown = join("  ", line(task.key, "bold")) if task else ""
    lack = f"{len(queue.lacking)} without any label" if queue.lacking else "every high-risk case has a label"
    if queue.failed:
        lack = (
            f"{len(queue.failed)} failed, {f'{len(queue.lacking)} not labelled' if queue.lacking else 'all labelled'}"
        )
    left = join(Content.styled(title, "bold $text-accent"), shown, f"  {done} of {len(part)} reviewed  ")
    return join(left, column(lack, max(width - left.cell_length, 0), "$foreground-muted"))


def case(task: Task, gold: GoldenCase | None) -> Content:
    """The question, what a right answer must have, and everything the system did: no score, no verdict."""
    said = [safe(task.case.question or "(the run does not keep the question)", "bold", LONG)]
    said += wanted(gold) if gold else [Content.styled("The golden set does not have this case.", "$foreground-muted")]
    several = len({(repeat.output, repeat.status is CaseStatus.ERROR) for repeat in task.repeats}) > 1
    shown = task.repeats if several else task.repeats[:1]
    for place, repeat in enumerate(shown, 1):
        title = f"Answer {place} of {len(shown)}" if several else "Answer"
        said += [Content(""), *answer(repeat, gold, title)]
    if len(task.repeats) > len(shown):
        said.append(Content.styled(f"The same answer in all {len(task.repeats)} repeats.", "$foreground-muted"))
    return Content("\n").join(said)


def answer(case: Case, gold: GoldenCase | None, title: str) -> list[Content]:
    """One repeat. An error is shown only where the system gave no answer: elsewhere it may be a grader's reason."""
    said = []
    if case.status is CaseStatus.ERROR:
        said.append(join(Content.styled("The system failed to answer: ", "bold"), safe(case.error or "", limit=LONG)))
    if case.output is not None or not said:
        said.append(block(title, case.output))
    return [*said, Content(""), *chunks(case.chunks, gold, LONG), *tools(case.tool_calls)]


# Below the case


def hidden(task: Task, note: str, *, seen: bool) -> Content:
    """Before the label."""
    if seen:
        said = "You have seen the scores of this case, so your label will not count as blind."
    else:
        said = "The judge's scores and other people's labels are hidden until you have said yours."
    typed = [join(Content.styled("Your note: ", "bold"), line(note), "  (saved with your label)")] if note else []
    return Content("\n").join([*question(task), Content.styled(said, "$foreground-muted"), *typed])


def question(task: Task) -> list[Content]:
    """What is asked of a case, where it is not whether the answer as a whole is good enough."""
    if not task.metric:
        return []
    known = resolve(task.metric)
    fault = known is not None and known.direction is Direction.LOWER
    name = known.title if known else task.metric
    asks = f"Is this answer free of it: {name}?" if fault else f"Is this answer good enough by this alone: {name}?"
    return [join(line(asks, "bold"), line(f"  {known.doc}" if known else "", "$foreground-muted"))]


def covered(task: Task, mine: HumanLabel) -> Content:
    """After a label, while the person is still asked about another metric of the same answer."""
    mark = glyphs.HUMAN[mine.verdict]
    return join(
        Content.styled(f"{mark.glyph} you {mine.verdict}", mark.style),
        ", blind" if mine.blind else ", not blind: not counted",
        line(f": {mine.note}" if mine.note else ""),
        ". The judge's words stay hidden until you have said yours on its other metrics.",
    )


def reveal(task: Task, mine: HumanLabel, words: Sequence[Word]) -> Content:
    """After it: one's own, then the judge's words against it, then other people's."""
    mark = glyphs.HUMAN[mine.verdict]
    said = [
        join(
            Content.styled(f"{mark.glyph} you {mine.verdict}", mark.style),
            ", blind" if mine.blind else ", not blind: not counted in the agreement",
            line(f": {mine.note}" if mine.note else ""),
        )
    ]
    said += [_against_judge(word, mine.verdict) for word in words]
    if not words:
        said.append(Content.styled("No judge's word on this case.", "$foreground-muted"))
    said += [_against_person(label, mine.verdict) for label in task.labels if label.reviewer != mine.reviewer]
    return Content("\n").join(said)


def _against_judge(word: Word, mine: HumanVerdict) -> Content:
    said = "pass" if word.passed else "fail"
    value = "" if word.value is None else f"{number(word.value)} "
    name = mask(word.metric).replace("_", " ") or "judge overall"
    return _against(f"{name} {value}{said}", said, mine)


def _against_person(label: HumanLabel, mine: HumanVerdict) -> Content:
    when = f", {day_month(label.at.date())}" if label.at else ""
    note = f": {label.note}" if label.note else ""
    return _against(f"{label.reviewer} {label.verdict}{when}{note}", label.verdict.value, mine)


def _against(said: str, verdict: str, mine: HumanVerdict) -> Content:
    """ "✗ faithfulness 0.910 pass · you fail: disagree"."""
    if HumanVerdict.UNSURE in (verdict, mine):
        mark, word = glyphs.NOT_APPLICABLE, "not compared"
    else:
        mark, word = (glyphs.MET, "agree") if verdict == mine else (glyphs.FAIL, "disagree")
    return join(Content.styled(f"{mark.glyph} ", mark.style), line(said), f" · you {mine}: {word}")


# The end of the queue


def end(queue: Queue, who: str) -> Content:
    """What has been done, what is left, and how judge and people agree."""
    left = sum(task.asked and task.label_of(who) is None for task in queue.tasks)
    waits = f"{plural(left, 'case')} {'waits' if left == 1 else 'wait'} for you: Space goes on."
    said = [Content.styled(waits if left else "Nothing in the queue waits for you.", "bold")]
    if queue.absent:
        names = ", ".join(queue.absent[:10])
        said.append(
            join(
                Content.styled(f"{glyphs.MISSING.glyph} missing ", glyphs.MISSING.style),
                line(f"{plural(len(queue.absent), 'high-risk case')} not in the run, so nobody can label: {names}. "),
                "Run the evaluation on the whole golden set.",
            )
        )
    if queue.failed:
        said.append(
            join(
                Content.styled(f"{glyphs.FAIL.glyph} failed ", glyphs.FAIL.style),
                line(f"{plural(len(queue.failed), 'high-risk case')}: {', '.join(queue.failed[:10])}. "),
                "Each blocks until the same case passes in a later run, or somebody accepts the risk: a on its row under Evals.",
            )
        )
    for asked in queue.questions:
        if asked.left and not asked.waiting:
            said.append(
                line(f"s draws a batch of {asked.proposed} by the lot, for people to check the judge of {asked.title}.")
            )
    if queue.left and not queue.questions:
        said.append(Content(f"s draws {min(DRAW, queue.left)} more at random, to compare the judge with people."))
    said += [line(check) for check in queue.checks]
    said += [Content(""), *agreement(queue.agreement, queue.between, tables=True)]
    return Content("\n").join(said)
