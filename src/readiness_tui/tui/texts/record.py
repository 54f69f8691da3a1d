"""What a case and a trace have in common, in words: retrieved chunks, tool calls, and whatever else was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable

from textual.content import Content

from readiness_tui.domain.metrics.ingredients import meets
from readiness_tui.domain.runs.model import Chunk, GoldenCase, ToolCall
from readiness_tui.domain.text.format import plural
from readiness_tui.tui import glyphs
from readiness_tui.tui.text import join, line, safe

LONG = 6_000  # characters of a question or an answer that are shown; the rest is counted
SHORT = 400  # of a chunk, of a tool's arguments and result


def block(title: str, text: str | None) -> Content:
    """A titled piece of outside text; what is cut is counted."""
    if text is None:
        return join(Content.styled(f"{title}: ", "bold"), Content.styled("not recorded", "$foreground-muted"))
    more = f" … {plural(len(text) - LONG, 'more character')}" if len(text) > LONG else ""
    return join(Content.styled(f"{title}: ", "bold"), safe(text[:LONG]), Content.styled(more, "$foreground-muted"))


def chunks(found: tuple[Chunk, ...] | None, gold: GoldenCase | None, limit: int = SHORT) -> list[Content]:
    """What was retrieved, expected sources marked; of each chunk at most `limit` characters."""
    if found is None:
        return [Content.styled("Retrieved: not recorded", "$foreground-muted")]
    if not found:
        return [join(Content.styled("Retrieved: ", "bold"), "nothing")]
    said = [Content.styled("Retrieved", "bold")]
    for place, chunk in enumerate(found, 1):
        expected = gold is not None and meets(chunk, gold.expected_sources)
        figure = f"  {chunk.score:.3f}" if chunk.score is not None else ""
        source = f"  from {chunk.source}" if chunk.source and not chunk.id.startswith(chunk.source) else ""
        said.append(
            join(
                Content.styled("  ● expected " if expected else "  ·          ", glyphs.MET.style if expected else ""),
                line(f"{chunk.rank or place}. {chunk.id}{source}{figure}"),
            )
        )
        if chunk.text:
            said.append(join("      ", line(chunk.text, "$foreground-muted", limit)))
    return said


def wanted(gold: GoldenCase) -> list[Content]:
    """Expected sources, words and tools, where the golden case names any."""
    return [
        join(Content.styled(f"{title}: ", "bold"), line(", ".join(values)))
        for title, values in (
            ("Expected source", gold.expected_sources),
            ("Must include", gold.must_include),
            ("Expected tools", gold.expected_tools),
        )
        if values
    ]


def tools(calls: tuple[ToolCall, ...] | None) -> list[Content]:
    """Each tool call with its arguments and its result or error."""
    if calls is None:
        return [Content.styled("Tool calls: not recorded", "$foreground-muted")]
    if not calls:
        return [join(Content.styled("Tool calls: ", "bold"), "none")]
    said = [Content.styled("Tool calls", "bold")]
    for call in calls:
        attempt = f", attempt {call.attempt}" if call.attempt is not None else ""
        mark = glyphs.FAIL if call.error is not None else glyphs.MET if call.complete else glyphs.MISSING
        word = "error" if call.error is not None else "complete" if call.complete else "incomplete"
        said.append(join(Content.styled(f"  {mark.glyph} {word} ", mark.style), line(f"{call.name}{attempt}")))
        said += lines_of(
            ("arguments", call.arguments or "not logged"),
            ("result", call.result if call.result is not None or call.error is not None else "not logged"),
            ("error", call.error),
        )
    return said


def lines_of(*named: tuple[str, str | None]) -> Iterable[Content]:
    return [join(f"      {name}: ", line(text, "$foreground-muted", SHORT)) for name, text in named if text is not None]


def as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return str(value)
