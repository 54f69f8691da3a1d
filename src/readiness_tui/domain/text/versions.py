"""Whether a field says which version of something it was: a placeholder or a moving name does not.

Every rule that reads a version asks here: of a prompt, a model, an index, a judge, an application, a policy's rule.
"""

from __future__ import annotations

import re
from functools import lru_cache

from readiness_tui.domain.text.placeholders import is_placeholder, plainly_said

# Beyond the words that ask for a value: those that programs print for none, and those that name the field itself.
# `placeholders.plainly_said` knows how each of them begins.
_EMPTY = re.compile(
    r"nan|empty|missing|redacted|masked|placeholder|change[-_ ]?me|dummy|n\.a\.?|(?:no|not?) (?:version|value|data|recorded|logged|given)"
    r"|unversioned|untagged|unspecified|string|object|version|model|prompt|index|default|0\.0\.0(?:-\w+)?|\[object object\]",
    re.IGNORECASE,
)
# A slot that nothing was put into: {{X}}, {x}, ${X}, $X, <unknown>, %s, %(x)s, %X%, __X__, @X@.
_SLOT = re.compile(
    r"\{\{.*?\}\}|\$?\{[A-Za-z_][\w. :-]*\}|\{\}|\$\([^()]*\)|\$[A-Z_][A-Z0-9_]+|<[^<>]+>|%[sdr](?![\w-])|%\(\w+\)[sdr]"
    r"|%[A-Z_]{2,}%|__[A-Za-z]\w*__|@[A-Z_]{2,}@|\[\[.*?\]\]"
)
#: One of them is in every text with a slot.
SLOT_SIGNS = ("{", "$", "<", "%", "@", "__", "[[")
_ASKS = frozenset(
    {"tbd", "tba", "tbc", "todo", "fixme", "unknown", "undefined", "null", "unset", "placeholder", "none"}
)
_FIELDS = frozenset(
    {"version", "model", "prompt", "index", "judge", "app", "id", "name", "the", "v", "is", "not", "yet"}
)
_MOVING = frozenset(
    """latest newest current head main master trunk develop dev stable prod production live staging edge nightly
    canary default release""".split()  # noqa: SIM905
)
_WORDS = re.compile(r"[^\W_]+")
_SHORT = 100  # letters of a name that is remembered

# A date, a provider's numbered snapshot (-002, -0613, -2407, -1106-), a version (-v3, -v1:0), a content digest, or the
# id of a fine-tuned model.
_DATED = re.compile(
    r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])-(?:19|20)\d{2}"
    r"|(?<!\d)(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|\d{6})(?!\d)|[-@_.](?!0+(?!\d))\d{3,4}(?:$|[-:@])"
    r"|[-@:_]v\d+(?:[.:]\d+)*$|sha256|[@:-][0-9a-f]{12,}$|^ft:.+::\w+$",
    re.IGNORECASE,
)
# Models of which the provider sells dated or numbered snapshots beside a name that moves (their lists of models, 2026).
# Claude from 4.6 on, and Gemini from 2.5 on, have no dates: their plain names are all there is.
_SOLD_DATED = re.compile(
    r"(?:^|[/.:@])(?:(?:openai|azure|anthropic|google|vertex_ai|bedrock|mistral|cohere|xai)[/.:])*"
    r"(?:gpt-(?!oss)\d|chatgpt-|o[1-9](?:$|-)|claude-3|claude-(?:opus|sonnet|haiku)(?:$|-[1-3]\b|-4(?:$|-[0-5]$))"
    r"|gemini-(?:pro|1|2\.0)|(?:open-)?(?:mistral|ministral|codestral|pixtral|magistral|devstral)-(?!7b)"
    r"|command-|grok-[1-4])",
    re.IGNORECASE,
)


def has(value: str | None) -> bool:
    """Whether a text field has a real value: not empty, no word for nothing, no slot of a template."""
    if value is None:
        return False
    bare = value.strip().strip("\"'`")
    if not plainly_said(bare) and (is_placeholder(bare) or _EMPTY.fullmatch(bare)):
        return False
    # The search costs more than all else, so first: is there a sign that every slot begins with?
    signs = (
        "{" in bare or "$" in bare or "<" in bare or "%" in bare or "@" in bare or "__" in bare or "[[" in bare
    )  # SLOT_SIGNS
    return not (signs and _SLOT.search(bare))


def has_version(value: str | None) -> bool:
    """Whether a field names one version: a real value that will not mean another one tomorrow.

    `v4`, `2.4.1`, `kb-2026-11-22`, `rag-v4-prod` and `main@3f9c2d1` do; `latest`, `main`, `rag/prod`, `rag-TBD`, `v{{N}}`
    do not.
    """
    if value is None:
        return False
    return _remembered(value) if len(value) <= _SHORT else _has_version(value)


def _has_version(value: str) -> bool:
    if not has(value):
        return False
    words = [word.casefold() for word in _WORDS.findall(value)]
    if _ASKS & set(words) and all(word in _ASKS or word in _FIELDS for word in words):
        return False
    numbered = any(character.isdigit() for character in value)
    return "latest" not in words and (numbered or (words[-1] not in _MOVING and not _ASKS & set(words)))


_remembered = lru_cache(4096)(_has_version)  # the few versions of a log are asked for with each of its shapes


def undated(model: str) -> bool:
    """Whether a model's name has no date, snapshot, version or digest: it may mean another model tomorrow.

    `gpt-4o` and `…-latest` have none; `gpt-4o-2024-08-06`, `gemini-1.5-pro-002` and `support-ft-v3` have one.
    """
    return "latest" in model.casefold() or not _DATED.search(model)


def floats(model: str) -> bool:
    """Whether a model's name is known to move: an alias, or without a date where its provider sells dated ones.

    `gpt-4o` does. Of a name that is not known here, such as an open model's or one's own, nothing is said.
    """
    return undated(model) and (not has_version(model) or bool(_SOLD_DATED.search(model)))


def names_model(model: str | None) -> bool:
    """Whether a field says which model it was."""
    return has(model) and model is not None and not floats(model)


def pinned(model: str | None) -> bool:
    """Whether a field names a model by a date, snapshot, version or digest."""
    return has(model) and model is not None and not undated(model)
