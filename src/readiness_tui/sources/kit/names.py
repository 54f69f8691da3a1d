"""The names of fields in one spelling, and which of them hold scores where numbers stand flat in a record: by name, and
where the name says nothing, by size.

A number that names, counts, times or prices something is none, and neither is one that only happens to stand there. What
is left out is named by a note, so that a metric under a name of its own is not lost unseen: `scores` may hold any name.
"""

from __future__ import annotations

import re
from functools import lru_cache

from readiness_tui.domain.metrics.registry import guess_direction, normal, resolve

# A number that names or counts something, or has an unknown unit, is not a score.
_NO_SCORE = re.compile(
    r"^(latency|duration|elapsed|cluster|document|session|temperature|top_?[pk]|port|pid)$"
    r"|^(unnamed: \d+(\.\d+)*|__index_level_\d+__|level_\d+)$"
    r"|(^|_)(id|ids|at|time|date|index|idx|seed|timestamp|ts|version|line|row|turn|step|number|count|year|ns|us|ms|secs|seconds"
    r"|tokens|bytes|attempts|retries|n)$",
    re.IGNORECASE,
)
# The same at the end of a name in camelCase: startTime, promptTokens, responseCost.
_NO_SCORE_CAMEL = re.compile(r"[a-z0-9](Id|Ids|At|Time|Date|Index|Timestamp|Version|Count|Ms|Seconds|Tokens|Bytes)$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: Units of what is measured of a request: such a metric is computed of its own fields, and is no score of a record.
_OF_REQUESTS = frozenset({"ms", "USD", "tokens"})
_BEFORE = frozenset({"n", "num", "no", "max", "min", "total", "number", "count"})  # n_correct, max_score
_AT_THE_END = re.compile(
    r"code|status|attempt|turns|iteration|iterations|steps|length|len|size|priority|created|updated"
    r"|threshold|weight|level|depth|position|rank|page|pages|batch|epoch|chunks|tools|calls|messages|words"
    r"|chars|characters|penalty|limit|budget|quota|delay|age|port|label|class|group|bucket|split|fold"
    r"|workers|utilization|load"
)
_ANYWHERE = re.compile(
    r"cost|costs|price|prices|cents|usd|eur|gbp|latency|latencies|duration|elapsed|ttft|ttfb|tokens|retry"
    r"|retries|timeout|timeouts|errors|cpu|gpu|memory|mb|kb|gb|http|cached|cold"
)
_SCORING = re.compile(
    r"scores?|stars?|ratings?|grades?|judge\w*|evals?|metric|quality|confidence|bleu|rouge\w*|ndcg|mrr|map|auc|em|match"
)
_SHARES = frozenset({"rate", "ratio", "share"})
_REMEMBERED = 100  # characters of a name of which it is remembered what it says


def snake(name: str) -> str:
    """A field's name in one spelling, whatever the tool's: `requestId`, `Request-ID`, `@request_id` are `request_id`."""
    return normal(_CAMEL.sub("_", name))


def names_no_score(name: str) -> bool:
    """Whether a name by itself says that its number names, counts or times something."""
    return (_names_no_score if len(name) <= _REMEMBERED else _names_no_score.__wrapped__)(name)


@lru_cache(maxsize=2048)
def _names_no_score(name: str) -> bool:
    return _NO_SCORE.search(name) is not None or _NO_SCORE_CAMEL.search(name) is not None


def is_flat_score(name: str, value: float) -> bool:
    """Whether a number that stands in a record beside its fields is a score."""
    return (_is_flat_score if len(name) <= _REMEMBERED else _is_flat_score.__wrapped__)(name, 0 <= value <= 1)


@lru_cache(maxsize=2048)
def _is_flat_score(name: str, share: bool) -> bool:
    """`share`: whether the number is one from 0 to 1."""
    if names_no_score(name):
        return False
    name = _CAMEL.sub("_", name)
    if (known := resolve(name)) is not None:
        return known.unit not in _OF_REQUESTS
    words = normal(name).split("_")
    if words[0] in _BEFORE or _AT_THE_END.fullmatch(words[-1]):
        return False
    if _SCORING.fullmatch(words[-1]):
        return True
    if any(map(_ANYWHERE.fullmatch, words)) and not (words[-1] in _SHARES and share):
        return False
    if guess_direction(name) is not None or any(map(_SCORING.fullmatch, words)):
        return True
    return share
