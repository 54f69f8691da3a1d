"""How one incident reads: its line in the list, and all that is known of it beside the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from textual.content import Content

from readiness_tui.domain.incidents import note, note_hints, note_rows
from readiness_tui.domain.incidents.model import AWAITED, Action, Incident, NoteStatus
from readiness_tui.domain.incidents.search import SearchHit
from readiness_tui.domain.text.format import day_month, due_day, duration, plural
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.incidents.edit import SECTIONS, TIMES
from readiness_tui.services.incidents.eval_cases import needs_reason
from readiness_tui.tui import glyphs
from readiness_tui.tui.glyphs import Mark
from readiness_tui.tui.markdown import hanging
from readiness_tui.tui.text import column, join, line, one_line, safe
from readiness_tui.tui.texts.rival import waiting

_LABEL = 10  # columns of the labels on the left
#: Short facts of the note that stand with its summary.
_FACTS = {"harm": "Harm", "affected": "Affected", "cost": "Cost", "can_recur": "Recurs?"}
#: The sections of the note that are shown in full; the others are named, and read with Enter.
_SHOWN = frozenset({*_FACTS, "summary", "impact", "what_changed", "factors"})
_TEXT = 2_000  # characters of a written text that are shown
_LINE = 600  # of one line of a table or of the timeline
_HITS = 6  # places in which a search found its words
_ROWS = 40  # rows of a table
_ENTRIES = 200  # lines of the timeline, the last ones
_ONE_LINE = 64  # a list of this many columns has room for an incident on one line


def state(incident: Incident) -> tuple[Mark, str]:
    """The glyph and word: open, resolved (its note is not closed yet), closed."""
    marks = {"closed": glyphs.DONE, "open": glyphs.FAIL, "resolved": glyphs.PARTIAL}
    return marks[incident.state], incident.state


def age(incident: Incident, as_of: date) -> str:
    """How many days it has been open, or the day it was closed."""
    if not incident.open:
        return due_day(incident.closed, as_of) if incident.closed else ""
    if incident.started is None:
        return "—"
    days = (as_of - incident.started.date()).days
    return f"{days} d" if days > 0 else "today"


def list_line(incident: Incident, as_of: date, width: int) -> Content:
    """`✗ open     sev3 INC-2  Title   4 d`; on two lines where there is no room for one."""
    mark, word = state(incident)
    head = Content.styled(f"{mark.glyph} {word:<8} ", mark.style)
    name = f"{incident.severity} {incident.name:<7}"
    when = Content.styled(f"{age(incident, as_of):>7}", "$foreground-muted")
    if width >= _ONE_LINE:
        return join(head, name, column(incident.title, width - 31), " ", when)
    return join(
        head, name, " " * max(width - 30, 1), when, "\n", "  ", column(incident.title, width - 2, "$foreground-muted")
    )


def detail(view: ReviewView, incident: Incident, width: int, hits: Sequence[SearchHit] = ()) -> Content:
    """The whole incident: state and what is left to do, times, what happened, actions, links. `hits`: where the words
    that were searched for stand."""
    blocks = [
        list(_head(view, incident, width)),
        list(_hits(hits, width)),
        list(_times(incident, width)),
        list(_summary(incident, width)),
        list(_timeline(incident, width)),
        list(_changes(incident, width)),
        list(_factors(incident, width)),
        list(_actions(incident, view.as_of, width)),
        list(_links(incident, width)),
        list(_rest(incident, width)),
    ]
    rows: list[Content] = []
    for block in blocks:
        rows += [Content(""), *block] if rows and block else block
    return Content("\n").join(rows)


def _head(view: ReviewView, incident: Incident, width: int) -> Iterator[Content]:
    mark, word = state(incident)
    yield from hanging(f"{incident.name}  ", line(incident.title, "bold"), width)
    was = [f"was {incident.worst}"] if incident.worst is not incident.severity else []
    known = [incident.severity.value, *was, *([f"note is {incident.status}"] if incident.open else [])]
    if incident.failure_class:
        known.append(incident.failure_class.value)
    lasted = dict(note.intervals(incident)).get("to resolve")
    if lasted is not None:
        known.append(f"lasted {duration(lasted)}")
    yield join(Content.styled(f"{mark.glyph} {word}", mark.style), " · ", line(" · ".join(known)))
    if incident.rivals:
        sections = ", ".join(dict.fromkeys(rival.section.replace("_", " ") for rival in incident.rivals))
        yield from hanging(
            "", Content.styled(f"! two texts of {one_line(sections)} · w shows them", "bold $text-error"), width
        )
    others = [rival for rival in view.rivals if not rival.about.startswith("section/")]
    for waits in waiting(others, f"incident/{incident.number}"):
        yield from hanging("", waits, width)
    if incident.item_id:
        standing = view.judgement.standings.get(incident.item_id)
        item = f"{incident.item_id} {standing.item.title}" if standing else incident.item_id
        yield from hanging("", line(f"did not hold: {item}"), width)
    for cause in view.judgement.causes:
        if cause.key.startswith(f"incident/{incident.number}/") or cause.key == f"incident/{incident.number}":
            said = join(Content.styled(f"{cause.verdict}: ", glyphs.VERDICT_STYLE[cause.verdict]), line(cause.text))
            yield from hanging("", said, width)
    steps = to_close(incident)
    if steps:
        yield from hanging("To close: ", Content.styled(" · ".join(steps), "$text-warning"), width)


def _hits(hits: Sequence[SearchHit], width: int) -> Iterator[Content]:
    for position, hit in enumerate(hits[:_HITS]):
        said = safe(hit.excerpt.replace("\n", " "))
        for start, end in hit.spans:
            said = said.stylize("bold underline", start, end)
        yield from _section("FOUND" if position == 0 else "", said, width, _hint(f"{hit.where}: "))
    if len(hits) > _HITS:
        yield from _section("", _hint(f"and in {plural(len(hits) - _HITS, 'more place')}"), width)


def to_close(incident: Incident) -> list[str]:
    """What is left to do before the note can be closed, each with its key."""
    if incident.status is NoteStatus.CLOSED:
        return []
    steps = [] if incident.resolved else ["its end (t)"]
    if needs_reason(incident):
        steps.append("an eval case (e) or a reason why none can exist")
    order = list(NoteStatus)
    following = order[order.index(incident.status) + 1]
    return [*steps, f"its note {following} (p)"]


def _times(incident: Incident, width: int) -> Iterator[Content]:
    intervals = dict(note.intervals(incident))
    ended_by = {
        "detected": "to detect",
        "acknowledged": "to acknowledge",
        "mitigated": "to mitigate",
        "resolved": "to resolve",
    }
    for position, name in enumerate(TIMES):
        at: datetime | None = getattr(incident, name)
        interval = ended_by.get(name, "")
        took = f"{duration(intervals[interval])} {interval}" if interval in intervals else ""
        said = join(f"{clock(at) if at else '—':<12}", _hint(f"  {took}" if took else ""))
        yield from _section("TIMES UTC" if position == 0 else "", said, width, f"{name:<14}")


def clock(at: datetime) -> str:
    """ "23 Nov 15:05", in UTC."""
    utc = at.astimezone(UTC)
    return f"{day_month(utc.date())} {utc:%H:%M}"


def _summary(incident: Incident, width: int) -> Iterator[Content]:
    summary = incident.fields.get("summary", "")
    yield from _section("SUMMARY", _cut(summary) if summary else _hint("nothing written yet · w writes"), width)
    for key, label in _FACTS.items():
        if incident.fields.get(key):
            yield from _section(label, _cut(incident.fields[key]), width)
    for position, row in enumerate(note_rows.impacts(incident)[:_ROWS]):
        said = join(
            _one(f"{row.measure}: {row.value}" if row.value else row.measure),
            _hint(f" ({row.source})" if row.source else ""),
        )
        yield from _section("IMPACT" if position == 0 else "", said, width)


def _timeline(incident: Incident, width: int) -> Iterator[Content]:
    if not incident.timeline:
        yield from _section("TIMELINE", _hint("nothing written down yet · l takes live notes"), width)
    earlier = len(incident.timeline) - _ENTRIES
    if earlier > 0:
        yield from _section("TIMELINE", _hint(f"{plural(earlier, 'earlier line')} · Enter reads all"), width)
    for position, entry in enumerate(incident.timeline[-_ENTRIES:]):
        source = entry.source if entry.source != "person" else entry.by or "person"
        if entry.source == "opinion":
            source = f"opinion, {entry.by}" if entry.by else "opinion"
        said = join(_one(entry.text), _hint(f" ({source})"))
        yield from _section("TIMELINE" if position == 0 and earlier <= 0 else "", said, width, f"{clock(entry.at):<13}")


def _changes(incident: Incident, width: int) -> Iterator[Content]:
    for position, row in enumerate(note_rows.changes(incident)[:_ROWS]):
        moved = f"{row.what}: {row.before} → {row.after}" if row.after else f"{row.what}: {row.before}"
        said = join(_one(moved if row.before else row.what), _hint(f" ({row.trace})" if row.trace else ""))
        yield from _section("CHANGED" if position == 0 else "", said, width)


def _factors(incident: Incident, width: int) -> Iterator[Content]:
    for position, factor in enumerate(note_rows.factors(incident)[:_ROWS]):
        known = factor.failure_class or factor.written
        said = join(_one(factor.text), _hint(f" ({one_line(known)})" if known else ""))
        yield from _section("FACTORS" if position == 0 else "", said, width, "• ")


def _actions(incident: Incident, as_of: date, width: int) -> Iterator[Content]:
    if not incident.actions:
        yield from _section("ACTIONS", _hint("none yet · a adds what is to be done, who and when"), width)
    for position, action in enumerate(incident.actions):
        state, said = _action(action, as_of)
        yield from _section("ACTIONS" if position == 0 else "", said, width, state)
        if asked := note_hints.of_action(action):
            yield from _section("", _hint(f"{asked} a changes it"), width)


def action_line(action: Action, as_of: date) -> Content:
    """`○ open    text (prevent · ben · due 1 Dec)`."""
    return join(*_action(action, as_of))


def _action(action: Action, as_of: date) -> tuple[Content, Content]:
    """The state of an action, and what it is."""
    if action.done:
        mark, word, when = glyphs.DONE, "done", due_day(action.done, as_of)
    elif action.due and action.due < as_of:
        mark, word, when = glyphs.FAIL, "overdue", f"was due {due_day(action.due, as_of)}"
    else:
        mark, word = (glyphs.PARTIAL, "begun") if action.in_progress else (glyphs.MISSING, "open")
        when = f"due {due_day(action.due, as_of)}" if action.due else "no date"
    who = one_line(action.owner) or "no owner"
    return (
        Content.styled(f"{mark.glyph} {word:<8}", mark.style),
        join(line(action.text), _hint(f" ({action.kind} · {who} · {when})")),
    )


def _links(incident: Incident, width: int) -> Iterator[Content]:
    cases = ", ".join(
        f"{one.removeprefix(AWAITED)} (not there yet)" if one.startswith(AWAITED) else one
        for one in incident.eval_cases
    )
    why = f"none can exist: {incident.no_eval_reason}" if incident.no_eval_reason else ""
    text = line(cases or why) if cases or why else _hint("none linked · e makes one of a trace, k links one")
    yield from _section("EVALS", text, width)
    traces = line(", ".join(incident.traces)) if incident.traces else _hint("none linked · k links, g then shows them")
    yield from _section("TRACES", traces, width)


def _rest(incident: Incident, width: int) -> Iterator[Content]:
    others = [key for key in SECTIONS if key not in _SHOWN]
    written = [key.replace("_", " ") for key in others if incident.fields.get(key)]
    if written:
        yield from _section("NOTE", _hint(f"also written: {', '.join(written)} · Enter reads all of it"), width)
    if note.is_short(incident):
        return
    missing = [key.replace("_", " ") for key in SECTIONS if not incident.fields.get(key)]
    if missing:
        yield from _section("" if written else "NOTE", _hint(f"not written: {', '.join(missing)} · w writes"), width)


def _section(label: str, content: Content, width: int, lead: Content | str = "") -> Iterator[Content]:
    """`content` behind its label and its own `lead`."""
    yield from hanging(join(_label(label), lead), content, width)


def _cut(text: str) -> Content:
    """A written text; of a long one the beginning, and how much more there is."""
    more = f" … {len(text) - _TEXT:,} more characters · Enter reads on" if len(text) > _TEXT else ""
    return join(safe(text[:_TEXT]), _hint(more))


def _one(text: str) -> Content:
    return line(text[: 2 * _LINE], limit=_LINE)


def _label(text: str) -> Content:
    return Content.styled(f"{text:<{_LABEL}}", "bold")


def _hint(text: str) -> Content:
    # Its leading spaces matter: they part it from what it follows.
    return safe(text, "$foreground-muted")
