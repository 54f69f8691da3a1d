"""Why a model stopped, in the words of any provider: which words ask for a tool, and which prove that none was asked for.

Compared without case, separators and the prefix of an enum: `ToolCalls`, `tool-calls`, `FINISH_REASON_TOOL_CALLS` and
`FinishReason.tool_calls` are one word. A word of neither list proves nothing: what it means is not known.
"""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[^a-z0-9]+")
#: OpenAI (also before tools), Vercel AI SDK, Anthropic and Bedrock, Cohere, Gemini's failed calls, OpenAI's assistants.
_ASK = frozenset(
    {"toolcalls", "toolcall", "tooluse", "tools", "functioncall", "functioncalls", "malformedfunctioncall",
     "malformedtoolcall", "unexpectedtoolcall", "toomanytoolcalls", "invalidtoolcall", "malformedtooluse",
     "requiresaction"}
)  # fmt: skip
#: The end of the answer, a limit of its length, and a filter: after such a stop the application has no tool to call.
_ANSWERED = frozenset(
    {"stop", "stopped", "stopsequence", "stopsequences", "endturn", "eos", "eostoken", "endofsequence", "endoftext",
     "complete", "completed", "finish", "finished", "length", "maxlength", "maxtokens", "maxtoken", "maxoutputtokens",
     "maxtokensreached", "modellength", "modelcontextwindowexceeded", "contextwindowexceeded", "tokenlimit",
     "contentfilter", "contentfiltered", "guardrailintervened", "safety", "imagesafety", "recitation", "language",
     "blocklist", "prohibitedcontent", "spii", "refusal"}
)  # fmt: skip
#: Words that say no more than that it stopped: what it answered decides, as where no word is given.
_EMPTY = frozenset(
    {"", "unknown", "other", "unspecified", "notset", "none", "null", "error", "cancelled", "canceled", "aborted"}
)


def plain_word(word: str) -> str:
    """The word without case, separators and what an enum puts before it."""
    found = _SEPARATORS.sub("", word.casefold())
    return found.removeprefix("finishreason").removeprefix("stopreason") or found


def asks_for_tools(word: str | None) -> bool:
    """Whether the model stopped to have a tool called."""
    return word is not None and plain_word(word) in _ASK


def may_ask_for_tools(word: str | None) -> bool:
    """Whether it is a reason of its own that is not known here, and so may be one to have a tool called."""
    return word is not None and plain_word(word) not in _ASK | _ANSWERED | _EMPTY


def asks_for_none(word: str | None) -> bool:
    """Whether the word proves that the model asked the application for no tool."""
    return word is not None and plain_word(word) in _ANSWERED
