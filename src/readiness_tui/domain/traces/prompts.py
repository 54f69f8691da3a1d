"""The prompts that a record logs: the fields of it and of its steps whose names speak of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from readiness_tui.domain.runs.model import Trace

LONG = 20  # characters from which a prompt can hold a question that is not in it by chance
_WORDS = ("prompt", "instruction", "few_shot", "fewshot", "examples")


def prompts(trace: Trace) -> Iterator[str]:
    """Their texts, empty ones too."""
    for fields in (trace.extra, *[span.attributes for span in trace.spans or ()]):
        for name in filter(speaks_of_prompts, fields):
            yield from texts(fields[name])


@lru_cache(4096)
def speaks_of_prompts(name: str) -> bool:
    folded = name.casefold()
    return any(word in folded for word in _WORDS)


def texts(value: Any) -> Iterator[str]:
    """Every text in a nested value."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, (list, tuple)):
            waiting += part
