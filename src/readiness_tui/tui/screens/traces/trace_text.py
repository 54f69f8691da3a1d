"""One trace as a line of the list, and in full."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from textual.content import Content

from readiness_tui.domain.filters.order import ListOrder
from readiness_tui.domain.filters.survey import Facet
from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.text.format import day_month, moment, number, plural
from readiness_tui.services.traces import ListedTrace
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.traces.waterfall import waterfall
from readiness_tui.tui.text import fit, join, line, one_line, safe
from readiness_tui.tui.texts.record import LONG, as_json, block, chunks, tools
from readiness_tui.tui.widgets.page_window import PageWindow
from readiness_tui.tui.widgets.titles import Title

LEGEND = """\
● success   ✗ fail   ◐ abstain: it said that it does not know   ! error   · the log does not say
○ a tool call whose arguments or result are not logged   — not recorded   ▼ ▲ what the list is sorted by
✓ selected   ▸ highlighted"""
LAID_OUT = 1_000_000  # characters of a record that is still laid out
MANY = "more tool calls than fit here"
RAW = 20_000  # characters of the record as the file had it
_OUTCOME = {
    Outcome.SUCCESS: ("●", "success", "good"),
    Outcome.FAIL: ("✗", "fail", "bad"),
    Outcome.ABSTAIN: ("◐", "abstain", "warn"),
    Outcome.ERROR: ("!", "error", "bad"),
    None: ("·", "unknown", "muted"),
}
_STYLE = {"good": "$text-success", "warn": "$text-warning", "bad": "bold $text-error", "muted": "$foreground-muted"}
COUNTED = {
    "status": "Status",
    "error": "Error class",
    "model": "Model",
    "prompt": "Prompt version",
    "tool": "Tool called",
    "release": "Release",
}
_COLUMNS = (  # title, width, and the width of the list from which it is shown
    ("time (UTC)", 12, 0),
    ("id", 12, 0),
    ("status", 10, 0),
    ("model", 20, 110),
    ("prompt", 8, 76),
    ("ms", 7, 0),
    ("cost", 8, 0),
)


ORDERS = {
    ListOrder.NEWEST: "time, the newest first",
    ListOrder.OLDEST: "time, the oldest first",
    ListOrder.SLOWEST: "latency, the slowest first",
    ListOrder.FASTEST: "latency, the fastest first",
    ListOrder.COSTLIEST: "cost, the costliest first",
    ListOrder.CHEAPEST: "cost, the cheapest first",
}


def widths(width: int) -> list[int]:
    """The columns' widths in a list of `width`, the last one taking what is left; 0 is not shown."""
    sizes = [size if width >= needed else 0 for _, size, needed in _COLUMNS]
    return [*sizes, max(width - sum(size + 1 for size in sizes if size), 4)]


def header(width: int, order: ListOrder | None = None) -> list[Title]:
    """The line of titles; an arrow stands beside the one that the list is sorted by."""
    sorted_by = {"time": "time (UTC)", "latency": "ms", "cost": "cost"}[order.field] if order else ""
    arrow = "▼" if order and order.descending else "▲"
    titles = [*(f"{title} {arrow}" if title == sorted_by else title for title, _, _ in _COLUMNS), "tools, error"]
    sized = zip(titles, widths(width), strict=True)
    sorts = {0: "time", 5: "latency", 6: "cost"}
    shown = [
        (fit(title, size, right=place in (5, 6)), sorts.get(place, ""))
        for place, (title, size) in enumerate(sized)
        if size
    ]
    return [("  ", ""), *((f"{text} ", by) for text, by in shown)]


def cells(trace: Trace, width: int, *, many_calls: bool = False) -> list[tuple[str, str]]:
    """One line of the list: texts that fill `width`, each with the kind of its style ("" for none)."""
    glyph, word, kind = _OUTCOME[trace.outcome]
    texts = [
        (clock(trace.started_at), "muted"),
        (one_line(trace.id), ""),
        (f"{glyph} {one_line(trace.status) if trace.outcome is None and trace.status else word}", kind),
        (one_line(trace.model or "—"), "muted"),
        (one_line(trace.prompt_version or "—"), "muted"),
        (number(trace.latency_ms, "ms", up=True), ""),
        (number(trace.cost, "usd", up=True), ""),
        (MANY if many_calls and not trace.error else happened(trace), "bad" if trace.error else "muted"),
    ]
    made = []
    for place, ((text, kind), size) in enumerate(zip(texts, widths(width), strict=True)):
        if size:
            made.append((fit(text, size, right=place in (5, 6)) + " ", kind))
    return made


def clock(at: datetime | None) -> str:
    """ "21 Nov 08:40", in UTC."""
    if at is None:
        return "no time"
    at = at.astimezone(UTC) if at.tzinfo else at
    return f"{day_month(at.date())} {at:%H:%M}"


def happened(trace: Trace) -> str:
    """The error where there is one, else the tools that were called, the ones with something missing first."""
    if trace.error:
        return one_line(trace.error, 200)
    calls = sorted(trace.tool_calls or (), key=lambda call: call.complete)
    said = (call.name if call.complete else f"○ {call.name} not fully logged" for call in calls)
    return one_line(", ".join(dict.fromkeys(said)), 200)


def outcome_line(found: Facet) -> Content:
    """ "● 830 success ✗ 20 fail ! 26 error"."""
    parts: list[Content | str] = []
    counts = dict(found.counts)
    for glyph, word, kind in _OUTCOME.values():
        n = counts.get(word, 0)
        if n:
            parts += [" " if parts else "", Content.styled(f"{glyph} {n:,} {word}", _STYLE[kind])]
    return join(*parts)


def error_line(found: Facet, shown: int = 4) -> Content:
    """ "Errors: timeout ×12 · upstream 503 ×8"."""
    if not found.counts:
        return Content.styled("No trace here carries an error.", "$foreground-muted")
    parts = [f"{one_line(name or '(empty)', 40)} ×{n:,}" for name, n in found.counts[:shown]]
    classes = len(found.counts) + found.others
    more = f" · {classes - shown:,} more classes" if classes > shown else ""
    return join(Content.styled("Errors: ", "bold"), line(" · ".join(parts)), more)


def record(trace: Trace, raw: str = "", *, width: int = 80, left: Sequence[str] = ()) -> Content:
    """The whole record: what was asked and answered, retrieved, called, scored; then `raw` as the file had it.

    `left`: what was too large to be read, in words.
    """
    glyph, word, kind = _OUTCOME[trace.outcome]
    own = f" (recorded as {one_line(trace.status, 60)})" if trace.status and trace.status != word else ""
    said = [
        join(line(trace.id, "bold $text-accent"), "  ", Content.styled(f"{glyph} {word}", _STYLE[kind]), own),
        line(f"{moment(trace.started_at)} · {figures(trace)}"),
        line(versions(trace), "$foreground-muted"),
    ]
    said += [line(f"Too large to be shown in full: {one}", "$text-warning") for one in left]
    if trace.error:
        said.append(join(Content.styled("Error: ", "bold $text-error"), safe(trace.error, limit=LONG)))
    said += [Content(""), block("Question", trace.question), block("Answer", trace.answer), Content("")]
    said += chunks(trace.chunks, None)
    if trace.retrieval is False:
        said.append(Content.styled("This request did not use retrieval.", "$foreground-muted"))
    said += tools(trace.tool_calls)
    said += waterfall(trace.spans, width)
    if trace.scores:
        scores = " · ".join(f"{name} {number(value)}" for name, value in trace.scores.items())
        said.append(join(Content.styled("Scores: ", "bold"), line(scores)))
    said.append(join(Content.styled("Feedback: ", "bold"), line(trace.feedback or "none recorded")))
    if trace.extra:
        said.append(join(Content.styled("Also recorded: ", "bold"), line(as_json(trace.extra), "", LONG)))
    if raw:
        said += [Content(""), Content.styled("The record as it was imported", "bold $text-accent"), pretty(raw)]
    return Content("\n").join(said)


def figures(trace: Trace) -> str:
    parts = [f"{number(trace.latency_ms, 'ms', up=True)} ms", number(trace.cost, "usd", up=True)]
    if trace.tokens_in is not None or trace.tokens_out is not None:
        parts.append(f"{number(trace.tokens_in, 'tokens')} + {number(trace.tokens_out, 'tokens')} tokens")
    parts += [word for word, holds in (("from a cache", trace.cached), ("cold start", trace.cold)) if holds]
    return " · ".join(parts)


def versions(trace: Trace) -> str:
    parts = (
        ("prompt", trace.prompt_version),
        ("model", trace.model),
        ("index", trace.index_version),
        ("app", trace.app_version),
    )
    known = [("user", trace.user), ("session", trace.session)]
    said = [f"{name} {value or 'not recorded'}" for name, value in parts]
    return " · ".join([*said, *(f"{name} {value}" for name, value in known if value)])


def pretty(raw: str) -> Content:
    """A record laid out to be read; as it is where it is no JSON, or too long to be taken apart for that."""
    try:
        laid_out = json.dumps(json.loads(raw), ensure_ascii=False, indent=1) if len(raw) <= LAID_OUT else raw
    except (ValueError, RecursionError):
        laid_out = raw
    more = f"\n… {plural(len(laid_out) - RAW, 'more character')}" if len(laid_out) > RAW else ""
    return join(safe(laid_out[:RAW], "$foreground-muted"), more)


def meets(count: int) -> str:
    return " meets the filter" if count == 1 else " meet the filter"


def as_one_line(trace: Trace) -> str:
    """The row as it is copied."""
    return " ".join("".join(text for text, _ in cells(trace, 200)).split())


def place(window: PageWindow[ListedTrace], order: ListOrder | None, selected: int, also: str) -> str:
    """ "12 of 1,304 · newest first"; what is not counted yet says so."""
    rank = "…" if window.rank is None else f"{window.rank:,}"
    total = "counting …" if window.total is None else f"{window.total:,}"
    parts = [
        f"{rank} of {total}" if window.rows else "nothing meets this",
        f"{order} first" if order and window.rows else "",
        f"{selected} selected" if selected else "",
        also,
    ]
    return " · ".join(filter(None, parts))


def pinned(total: int, why: str, unknown: Sequence[str], *, narrow: bool) -> Content:
    """ "Only 3 traces: the failing examples of OBS-04 · 1 id not imported: …"."""
    lost = f" · {plural(len(unknown), 'id')} not imported: {', '.join(unknown[:3])}" if unknown else ""
    met = f" that{meets(total)}" if narrow else ""
    return Content.assemble((f"Only {plural(total, 'trace')}{met}: ", "bold $text-accent"), line(why + lost))


def pinned_keys(came_from: str) -> str:
    """How one leaves what another room asked to be shown."""
    return (
        f"Esc goes back to {came_from.capitalize()}; T shows all traces" if came_from else "Esc shows all traces again"
    )


def counted(total: int | None, *, narrow: bool) -> str:
    """ "1,304 traces", or how many of them meet the filter; None: not counted yet."""
    if total is None:
        return "counting …"
    return f"{plural(total, 'trace')}{meets(total) + ' · Esc shows all' if narrow else ''}"


def present(trace: Trace) -> Present:
    """The trace for the clipboard, with the texts that may have links."""
    texts = [text for text in (trace.question, trace.answer, trace.error) if text]
    return Present(trace.id, as_one_line(trace), texts)
