"""Tokens and cost that a step repeats from the model calls inside of it.

Two ways of tools: the figure of an enclosing step is a count of its own (a wrapper around a client that is traced, too),
or the sum over what is inside, which leaves out what has no figure. In neither may both be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.sources.kit import fields
from readiness_tui.sources.tracing.raw_span import RawSpan
from readiness_tui.sources.tracing.tree import Tree

_FIGURES: tuple[Literal["tokens_in", "tokens_out", "cost"], ...] = ("tokens_in", "tokens_out", "cost")
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class _Calls:
    """Of the innermost model calls in a step: how many there are, the sum of a figure, and whether one lacks it."""

    n: int = 0
    total: float = 0.0
    lacking: bool = False


def innermost(spans: Sequence[RawSpan], notes: fields.Notes) -> list[RawSpan]:
    """The spans, of which one leaves its figure to the calls inside of it if all of those have it: they were counted where
    the provider was called."""
    dropped: dict[str, list[str]] = {}
    for name in _FIGURES:
        for span, calls in _inside(spans, name):
            own = getattr(span, name)
            if own is None or not calls.n or calls.lacking:
                continue
            dropped.setdefault(span.id, []).append(name)
            if abs(calls.total - own) > _CLOSE * max(calls.total, own):
                notes.add(f"the {_word(name)} of a step are not those of the model calls in it; the calls' are taken")
    return _without(spans, dropped)


def only_whole_sums(spans: Sequence[RawSpan], notes: fields.Notes) -> list[RawSpan]:
    """The spans, of which one loses its figure if a call inside of it has none: it is then a sum over some of them."""
    dropped: dict[str, list[str]] = {}
    for name in _FIGURES:
        for span, calls in _inside(spans, name):
            if getattr(span, name) is not None and calls.lacking:
                dropped.setdefault(span.id, []).append(name)
                if span.parent is None:
                    notes.add(
                        f"the {_word(name)} of a request are summed without a model call that states none: unknown"
                    )
    return _without(spans, dropped)


def _word(name: str) -> str:
    return "costs" if name == "cost" else "tokens"


def _inside(spans: Sequence[RawSpan], name: str) -> list[tuple[RawSpan, _Calls]]:
    """Each span with the innermost model calls below it."""
    tree = Tree({span.id: span for span in spans})
    found: dict[str, _Calls] = {}
    for span, _ in reversed(tree.walked):
        parts = []
        for child in tree.below.get(span.id, ()):
            deeper = found.get(child.id, _Calls())
            if deeper.n or deeper.lacking:
                parts.append(deeper)
            elif child.kind is SpanKind.MODEL:
                own = getattr(child, name)
                if own is not None:
                    parts.append(_Calls(1, own))
                elif child.ok is not False:
                    parts.append(_Calls(1, lacking=True))
        found[span.id] = _Calls(
            sum(part.n for part in parts), sum(part.total for part in parts), any(part.lacking for part in parts)
        )
    return [(span, found[span.id]) for span in tree.by_id.values()]


def _without(spans: Sequence[RawSpan], dropped: dict[str, list[str]]) -> list[RawSpan]:
    return [
        replace(span, **dict.fromkeys(dropped[span.id])) if span.id in dropped else span  # type: ignore[arg-type]
        for span in spans
    ]
