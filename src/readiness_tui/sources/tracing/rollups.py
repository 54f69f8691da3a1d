"""Tokens and cost that a step repeats from the model calls inside of it.

Two ways of tools: the figure of an enclosing step is a count of its own (a wrapper around a client that is traced, too),
or the sum over what is inside, which leaves out what has no figure. In neither may both be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace as modified

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
        for span, calls in _inside(spans, name, innermost=True):
            own = _figure(span, name)
            if own is None or not calls.n or calls.lacking:
                continue
            dropped.setdefault(span.id, []).append(name)
            if abs(calls.total - own) > _CLOSE * max(calls.total, own):
                notes.add(f"the {_word(name)} of a step are not those of the model calls in it; the calls' are taken")
    return _without(spans, dropped)


def only_whole_sums(spans: Sequence[RawSpan], notes: fields.Notes) -> list[RawSpan]:
    """The spans, of which one loses its figure if a model call inside of it has none: it is then a sum over some of them.
    A model call with a figure of its own has it from its provider, whatever is inside of it."""
    dropped: dict[str, list[str]] = {}
    for name in _FIGURES:
        for span, calls in _inside(spans, name, innermost=False):
            summed = span.kind is not SpanKind.MODEL
            if summed and _figure(span, name) is not None and calls.lacking:
                dropped.setdefault(span.id, []).append(name)
                if span.parent is None:
                    notes.add(
                        f"the {_word(name)} of a request are summed without a model call that states none: unknown"
                    )
    return _without(spans, dropped)


def _word(name: str) -> str:
    return "costs" if name == "cost" else "tokens"


def _figure(span: RawSpan, name: str) -> float | None:
    """A cost of 0 beside tokens is none: the tool had no price for the model."""
    found: float | None = getattr(span, name)
    return None if name == "cost" and not found and (span.tokens_in or span.tokens_out) else found


def _inside(spans: Sequence[RawSpan], name: str, *, innermost: bool) -> list[tuple[RawSpan, _Calls]]:
    """Each span with the model calls below it: the innermost, or the first that have a figure."""
    tree = Tree({span.id: span for span in spans})
    found: dict[str, _Calls] = {}
    for span, _ in reversed(tree.walked):
        parts = []
        for child in tree.below.get(span.id, ()):
            deeper, own = found.get(child.id, _Calls()), _figure(child, name)
            model = child.kind is SpanKind.MODEL
            if deeper.n and (innermost or not model or own is None):
                parts.append(deeper)
            elif model and own is not None:
                parts.append(_Calls(1, own))
            elif model and child.ok is not False:
                parts.append(_Calls(1, lacking=True))
        found[span.id] = _Calls(
            sum(part.n for part in parts), sum(part.total for part in parts), any(part.lacking for part in parts)
        )
    return [(span, found[span.id]) for span in tree.by_id.values()]


def _without(spans: Sequence[RawSpan], dropped: dict[str, list[str]]) -> list[RawSpan]:
    return [modified(span, **dict.fromkeys(dropped[span.id])) if span.id in dropped else span for span in spans]
