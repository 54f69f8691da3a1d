"""What attributes mean, whichever tracing convention named them: two tables, `names.txt` and `kinds.txt`, read here.

Each row says who writes it. Read from: OpenTelemetry's GenAI conventions (github.com/open-telemetry/
semantic-conventions-genai, model/gen-ai) and their older names, the proposed `apply_guardrail` spans
(`gen_ai.security.*`), OpenInference (github.com/Arize-ai/openinference, semconv), OpenLLMetry (`traceloop.*`,
semconv-ai), Langfuse (langfuse-python, _client/attributes.py), the Vercel AI SDK (packages/ai, telemetry), pydantic-ai
(models/instrumented.py), Google ADK (telemetry/tracing.py), Strands (telemetry/tracer.py), Braintrust
(`braintrust.input_json`), Haystack, OpenLIT and others named there, and the plain names that teams set by hand. The
conventions have no attribute for a prompt version, an index version or an outcome: a team names its own in the
environment variable `READINESS_ATTRIBUTES`, as `prompt_version=acme.prompt.rev,index_version=acme.index`; those take
precedence.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.keys import PerKeys

ENVIRONMENT = "READINESS_ATTRIBUTES"
_BAR = " | "
_LONG_NAME = 200  # characters; what such a name or word says is not remembered
_HERE = Path(__file__).parent


def rows(table: str) -> Iterator[tuple[str, ...]]:
    """The rows of a table beside this module, without comments and empty lines; the last column is who writes it."""
    for line in (_HERE / table).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield tuple(part.strip() for part in line.split(_BAR))


def _named() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for meaning, name, _ in rows("names.txt"):
        found.setdefault(meaning, []).append(name)
    return {meaning: tuple(names) for meaning, names in found.items()}


#: Meaning → attribute names; the first one present wins.
NAMES = _named()

#: Meanings for which a team may name its own attributes, in READINESS_ATTRIBUTES.
CONFIGURABLE = frozenset(NAMES) - {
    "input_messages", "output_messages", "conversation", "conversation_start", "definition", "usage", "costs", "judged",
    "level", "aside",
}  # fmt: skip

_LONG = ("input", "output", "input_messages", "output_messages", "conversation", "documents", "reranked", "definition",
         "arguments", "result", "aside")  # fmt: skip
#: Long texts: messages, documents, payloads. They are parsed for their content but stay only in the raw record.
CONTENT = frozenset(name for meaning in _LONG for name in NAMES[meaning])

SPREAD = ("braintrust.span_attributes", "braintrust.metrics", "braintrust.metadata")
EVALUATION_EVENTS = frozenset({"gen_ai.evaluation.result", "gen_ai.evaluation"})

#: What the tables call a kind → the kind, whether it is explained by that alone, and whether it may have retrieved.
_KINDS: dict[str, tuple[SpanKind, bool | None, bool]] = {
    **{str(kind): (kind, True, False) for kind in SpanKind},
    "step": (SpanKind.OTHER, None, False),
    "plain": (SpanKind.OTHER, True, False),
    "search": (SpanKind.OTHER, True, True),
    "transport": (SpanKind.OTHER, None, False),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What a step does: its kind, and what is understood of it; see `RawSpan` for all but the kind.

    A stated kind is of a convention that has a word for retrievals, unless it is `blind`.
    """

    kind: SpanKind
    explained: bool | None
    may_retrieve: bool = False
    word: str | None = None
    blind: bool = True


def names(configured: str | None = None) -> dict[str, tuple[str, ...]]:
    """The table, with the team's own names first: from `configured`, else READINESS_ATTRIBUTES.

    Raises ReadinessError if that is invalid.
    """
    text = os.environ.get(ENVIRONMENT, "") if configured is None else configured
    table = dict(NAMES)
    for part in filter(None, (part.strip() for part in text.split(","))):
        meaning, equals, name = (piece.strip() for piece in part.partition("="))
        if not equals or not name or meaning not in CONFIGURABLE:
            known = ", ".join(sorted(CONFIGURABLE))
            raise ReadinessError(
                f"{ENVIRONMENT} holds “{part}”, and a meaning and an attribute are needed, such as"
                f" prompt_version=acme.prompt.rev. Meanings: {known}."
            )
        table[meaning] = (name, *table[meaning])
    return table


def step_of(name: str, attributes: Mapping[str, object], *, serves: bool = False) -> Step:
    """What a step does, by its stated kind, else by its name, else by attributes that only such steps have.

    `serves`: it answers a request from outside, as a web server's span does.
    """
    long = len(name) > _LONG_NAME
    if (over := _overruling.__wrapped__(name) if long else _overruling(name)) is not None:
        return over
    stating, telling = _KEYS[tuple(attributes)]
    stated = None
    if stating:
        words = tuple([(key, word) for key in stating if isinstance(word := attributes[key], str) and word])
        stated = _stated(words) if sum([len(word) for _, word in words]) <= _LONG_NAME else _stated.__wrapped__(words)
    if stated is not None and (stated.explained is not None or stated.word is not None):
        return stated
    if (named := _by_name.__wrapped__(name) if long else _by_name(name)) is not None:
        return named
    if stated is not None:
        return stated
    if telling is None:
        return Step(SpanKind.OTHER, None)
    return Step(SpanKind.OTHER, True) if serves and telling.explained is None else telling


@lru_cache(maxsize=4096)
def _overruling(name: str) -> Step | None:
    return next((step for known, step in _table().over if fnmatchcase(name, known)), None)


@lru_cache(maxsize=4096)
def _stated(stating: tuple[tuple[str, str], ...]) -> Step | None:
    """By the attributes that state a kind, in the table's order, and their words."""
    unknown: Step | None = None
    generic: Step | None = None
    for attribute, word in stating:
        words = _table().stated[attribute]
        said = word.casefold().split(" ")[0] if attribute == "ai.operationId" else word.casefold()
        if said in _table().unsaid.get(attribute, ()):
            continue
        found = words.get(said) or next((step for known, step in words.items() if fnmatchcase(said, known)), None)
        if found is None:
            unknown = unknown or Step(SpanKind.OTHER, False, word=word)
        elif found.explained is not None:
            return found
        else:
            generic = generic or found
    return generic or unknown


@lru_cache(maxsize=4096)
def _by_name(name: str) -> Step | None:
    low = name.casefold()
    spelled = low.replace(" ", "_").replace("-", "_")
    return next(
        (step for known, step in _table().named if fnmatchcase(low, known) or fnmatchcase(spelled, known)), None
    )


def _by_keys(names: tuple[str, ...]) -> tuple[tuple[str, ...], Step | None]:
    """Of a span's attributes: those that state a kind, in the table's order, and what they tell by being there."""
    telling = next(
        (
            step
            for known, step in _table().telling
            if (any(key.startswith(known) for key in names) if known.endswith(".") else known in names)
        ),
        None,
    )
    return tuple([attribute for attribute in _table().stated if attribute in names]), telling


_KEYS = PerKeys(_by_keys)


@dataclass(frozen=True, slots=True)
class _KindTable:
    over: list[tuple[str, Step]]
    stated: dict[str, dict[str, Step]]
    named: list[tuple[str, Step]]
    telling: list[tuple[str, Step]]
    unsaid: dict[str, set[str]]


@cache
def _table() -> _KindTable:
    table = _KindTable([], {}, [], [], {})
    for where, what, kind, _ in rows("kinds.txt"):
        if kind == "unsaid":
            table.stated.setdefault(where, {})
            table.unsaid.setdefault(where, set()).add(what.casefold())
            continue
        step = Step(*_KINDS[kind])
        if where == "(over)":
            table.over.append((what, step))
        elif where == "(name)":
            table.named.append((what.casefold(), step))
        elif where == "(has)":
            table.telling.append((what, step))
        else:
            table.stated.setdefault(where, {})[what.casefold()] = step
    for where, words in table.stated.items():
        blind = all(step.kind is not SpanKind.RETRIEVAL for step in words.values())
        table.stated[where] = {word: replace(step, blind=blind) for word, step in words.items()}
    return table


def spread(attributes: Mapping[str, object]) -> dict[str, object]:
    """The attributes, with those apart that Braintrust writes as one JSON text (`braintrust.metrics`)."""
    found = dict(attributes)
    for name in SPREAD:
        inner = payload.parsed(found.get(name))
        if isinstance(inner, dict):
            for key, value in inner.items():
                found.setdefault(f"{name}.{key}", value)
    return found
