"""Where a tool's rows have what, and whether a file has such rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from readiness_tui.sources.kit.peek import FileKind, Peek
from readiness_tui.sources.otel.cells import Names

_KINDS = (FileKind.LINES, FileKind.ARRAY, FileKind.OBJECT, FileKind.TABLE)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a row has what. Names are columns, or keys with dots for what is inside one; the first that says anything
    wins.

    needs: the keys that tell the format, any of these sets. within: keys of objects around the list of rows.
    took: a duration's columns with the milliseconds of their unit. start_unit: of a number as start, where the format
    fixes it; same_unit: the duration is in whatever unit the start is. failed: flags that say that it ended in an error
    ("!…": false says so), asked where no status is stated. status_tags: the status stands among the attributes, as
    OpenTelemetry writes it for Jaeger and Zipkin. attributes, resource: columns with several at once. prefix: columns
    that are an attribute each begin so. rest: so is every column that is not named here. named: column → the attribute
    that it is.
    """

    needs: tuple[frozenset[str], ...]
    trace: Names
    span: Names
    parent: Names
    label: Names
    start: Names
    kind: Names = ("kind", "SpanKind", "kind_string")
    end: Names = ()
    took: Mapping[str, float] = field(default_factory=dict)
    start_unit: str = ""
    same_unit: bool = False
    code: Names = ()
    message: Names = ()
    failed: Names = ()
    status_tags: bool = False
    attributes: Names = ()
    prefix: str = ""
    rest: bool = False
    resource: Names = ()
    events: Names = ()
    named: Mapping[str, str] = field(default_factory=dict)
    within: Names = ()


def telling(look: Peek, layout: Layout) -> frozenset[str]:
    """The keys by which the beginning of a file tells the layout; none where it does not."""
    if look.kind not in _KINDS:
        return frozenset()
    levels = [
        look.once("keys and paths", lambda: _spelled(look.keys | look.paths)),
        look.once("hits of a search engine", lambda: _spelled(_in_hits(look))),
    ]
    if look.kind is FileKind.OBJECT:
        levels += [look.once(f"keys under {key}", partial(_spelled, look.below(key))) for key in layout.within]
    for keys in levels:
        for needed in layout.needs:
            if needed <= keys:
                return needed
    return frozenset()


def _in_hits(look: Peek) -> Iterable[str]:
    return [path.removeprefix("_source.") for path in look.paths if path.startswith("_source.")]


def _spelled(keys: Iterable[str]) -> frozenset[str]:
    """The keys with their dots, and the first part of each."""
    whole = {key.replace("\u2024", ".") for key in keys}
    return frozenset(whole | {key.partition(".")[0] for key in whole})


def used(layout: Layout) -> frozenset[str]:
    named = (layout.trace, layout.span, layout.parent, layout.label, layout.start, layout.end, layout.code, layout.message,
             layout.failed, layout.attributes, layout.resource, layout.events, layout.took)  # fmt: skip
    return frozenset(name for names in named for name in names)
