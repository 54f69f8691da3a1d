"""One trace as a line of the list, and in full."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from textual.content import Content

from readiness_tui.domain.runs.model import Outcome, Span, Trace
from readiness_tui.domain.text.format import day_month, moment, number, plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.tui.record_text import LONG, SHORT, as_json, block, chunks, tools
from readiness_tui.tui.text import fit, join, line, safe

STEPS = 60  # steps of a request
RAW = 20_000  # characters of the record as the file had it
_OUTCOME = {
    Outcome.SUCCESS: ("●", "success", "good"),
    Outcome.FAIL: ("✗", "fail", "bad"),
    Outcome.ABSTAIN: ("◐", "abstain", "warn"),
    Outcome.ERROR: ("!", "error", "bad"),
    None: ("·", "unknown", "muted"),
}
_STYLE = {"good": "$text-success", "warn": "$text-warning", "bad": "bold $text-error", "muted": "$foreground-muted"}
_COLUMNS = (  # title, width, and the width of the list from which it is shown
    ("time (UTC)", 12, 0),
    ("id", 12, 0),
    ("status", 10, 0),
    ("model", 20, 110),
    ("prompt", 8, 76),
    ("ms", 7, 0),
    ("cost", 8, 0),
)


def widths(width: int) -> list[int]:
    """The columns' widths in a list of `width`, the last one taking what is left; 0 is not shown."""
    sizes = [size if width >= needed else 0 for _, size, needed in _COLUMNS]
    return [*sizes, max(width - sum(size + 1 for size in sizes if size), 4)]


def header(width: int) -> str:
    """The line of titles."""
    titles = [*(title for title, _, _ in _COLUMNS), "tools, error"]
    right = ("ms", "cost")
    sized = zip(titles, widths(width), strict=True)
    return " ".join(fit(title, size, right=title in right) for title, size in sized if size)


def cells(trace: Trace, width: int) -> list[tuple[str, str]]:
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
        (happened(trace), "bad" if trace.error else "muted"),
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


def outcome_line(counts: dict[str, int]) -> Content:
    """ "● 830 success ✗ 20 fail ! 26 error"."""
    parts: list[Content | str] = []
    for outcome, (glyph, word, kind) in _OUTCOME.items():
        n = counts.get(outcome.value if outcome else "", 0)
        if n:
            parts += [" " if parts else "", Content.styled(f"{glyph} {n:,} {word}", _STYLE[kind])]
    return join(*parts)


def error_line(counts: dict[str, int], shown: int = 4) -> Content:
    """ "Errors: timeout ×12 · upstream 503 ×8"."""
    if not counts:
        return Content.styled("No trace here carries an error.", "$foreground-muted")
    parts = [f"{one_line(name, 40)} ×{n:,}" for name, n in list(counts.items())[:shown]]
    more = f" · {len(counts) - shown} more classes" if len(counts) > shown else ""
    return join(Content.styled("Errors: ", "bold"), line(" · ".join(parts)), more)


def record(trace: Trace, raw: str = "") -> Content:
    """The whole record: what was asked and answered, retrieved, called, scored; then `raw` as the file had it."""
    glyph, word, kind = _OUTCOME[trace.outcome]
    own = f" (recorded as {one_line(trace.status, 60)})" if trace.status and trace.status != word else ""
    said = [
        join(line(trace.id, "bold $text-accent"), "  ", Content.styled(f"{glyph} {word}", _STYLE[kind]), own),
        line(f"{moment(trace.started_at)} · {figures(trace)}"),
        line(versions(trace), "$foreground-muted"),
    ]
    if trace.error:
        said.append(join(Content.styled("Error: ", "bold $text-error"), safe(trace.error, limit=LONG)))
    said += [Content(""), block("Question", trace.question), block("Answer", trace.answer), Content("")]
    said += chunks(trace.chunks, None)
    if trace.retrieval is False:
        said.append(Content.styled("This request did not use retrieval.", "$foreground-muted"))
    said += tools(trace.tool_calls)
    said += steps(trace.spans)
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


def steps(spans: tuple[Span, ...] | None) -> list[Content]:
    """The request's steps as a tree, each under its parent; one whose parent is not recorded is called an orphan."""
    if not spans:
        return []
    ids = {span.id for span in spans}
    children: dict[str | None, list[Span]] = {}
    for span in spans:
        own = span.parent is not None and span.parent in ids and span.parent != span.id
        children.setdefault(span.parent if own else None, []).append(span)
    said = [Content.styled("Steps", "bold")]
    waiting = [(span, 0) for span in reversed(children.get(None, []))]
    seen: set[str] = set()
    while waiting and len(said) <= STEPS:
        span, depth = waiting.pop()
        if span.id in seen:
            continue
        seen.add(span.id)
        orphan = " (its parent is not recorded)" if span.parent is not None and span.parent not in ids else ""
        took = f" {number(span.duration_ms, 'ms', up=True)} ms" if span.duration_ms is not None else ""
        mark = Content.styled("✗ error ", _STYLE["bad"]) if span.error else Content("· ")
        error = f": {span.error}" if span.error else ""
        said.append(
            join("  " * min(depth + 1, 12), mark, line(f"{span.kind} {span.name}{took}{orphan}{error}", "", SHORT))
        )
        waiting += [(child, depth + 1) for child in reversed(children.get(span.id, []))]
    left = len(ids) - len(seen)
    return [*said, Content.styled(f"  … and {plural(left, 'more step')}", "$foreground-muted")] if left else said


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
    """A record laid out to be read; as it is where it is no JSON."""
    try:
        laid_out = json.dumps(json.loads(raw), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        laid_out = raw
    more = f"\n… {plural(len(laid_out) - RAW, 'more character')}" if len(laid_out) > RAW else ""
    return join(safe(laid_out[:RAW], "$foreground-muted"), more)
