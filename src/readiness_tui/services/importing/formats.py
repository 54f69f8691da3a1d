"""The formats that can be imported, each with what it brings and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass

from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import Described

_GATE = (
    "gate",
    "a gate (YAML with metrics and thresholds)",
    ("the review's gate",),
    ("its lock: a person locks it",),
)


@dataclass(frozen=True, slots=True)
class Format:
    """`name` is what `--format` takes. `brings` and `lacks` are empty where a plugin does not say."""

    name: str
    title: str
    brings: tuple[str, ...]
    lacks: tuple[str, ...]


def formats() -> tuple[Format, ...]:
    """Every format, ours first, then those of plugins; last the gate."""
    found = []
    for source in registry.sources():
        said = (source.brings, source.lacks) if isinstance(source, Described) else ((), ())
        found.append(Format(source.name, source.title, *said))
    return (*found, Format(*_GATE))


def problems() -> tuple[str, ...]:
    """One sentence for each plugin that could not be used."""
    return registry.problems()
