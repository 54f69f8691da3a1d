"""What a document states of its times, held against its own rows and against what can be computed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import combinations

from readiness_tui.domain.text.format import moment
from readiness_tui.sources.incidents.draft import TIMES, IncidentDraft
from readiness_tui.sources.incidents.named_times import named

_UNIT = r"(?:d(?:ays?)?|h(?:ou)?rs?|h|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?|weeks?|stunden?|minuten|tage?)"
_PART = re.compile(rf"(?P<number>[0-9]{{1,6}}(?:[.,][0-9]{{1,3}})?)\s?-?(?P<unit>{_UNIT})(?![a-z])", re.IGNORECASE)
_CLOCK = re.compile(
    r"\s*(?P<h>[0-9]{1,3}):(?P<m>[0-5][0-9])(?::(?P<s>[0-5][0-9]))?\s*(?:h(?:ours|rs)?|\(?hh?:mm.*)?\s*"
)
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "an": 1, "a": 1, "half an": 0.5}  # fmt: skip
_IN_WORDS = re.compile(
    r"\b(half an|an?|one|two|three|four|five|six|seven|eight|nine|ten)\s(?=(?:hours?|minutes?|days?)\b)", re.IGNORECASE
)
_SECONDS = {"we": 604_800, "st": 3600, "d": 86_400, "t": 86_400, "h": 3600, "m": 60, "s": 1}
_LASTED = re.compile(
    r"\b(?:lasted|lasting|for a (?:total|duration) of|duration of|outage of|downtime of|(?:was|were) (?:down|unavailable|offline) for|(?<!\w)for)\s(?:about |around |roughly |approximately |~|a total of |nearly |almost )?(?P<span>.{1,40})",
    re.IGNORECASE,
)
#: Which two times a stated interval lies between.
INTERVALS = {
    "duration": ("started", "resolved"),
    "to detect": ("started", "detected"),
    "to acknowledge": ("detected", "acknowledged"),
    "to mitigate": ("started", "mitigated"),
    "to resolve": ("started", "resolved"),
}


def read_span(text: str) -> timedelta | None:
    """A written length of time ("1h 26m", "66 minutes", "two hours", "01:26"); None where it is none."""
    said = _IN_WORDS.sub(lambda match: f"{_WORDS[match[1].lower()]} ", text.strip().lstrip("~≈ ")[:120])
    if clock := _CLOCK.fullmatch(said):
        return timedelta(hours=int(clock["h"]), minutes=int(clock["m"]), seconds=int(clock["s"] or 0))
    total, at = 0.0, None
    for match in _PART.finditer(said):
        if at is not None and re.search(
            r"[^\s,&]|\bor\b", said[at : match.start()].replace("and", "").replace("und", "")
        ):
            break
        if (
            at is None
            and re.search(r"\w", said[: match.start()])
            and not re.match(r"(?:about|around|approx\w*|roughly|ca|nearly|almost)\W", said, re.IGNORECASE)
        ):
            return None
        unit = match["unit"].lower()
        total += float(match["number"].replace(",", ".")) * (_SECONDS.get(unit[:2]) or _SECONDS[unit[0]])
        at = match.end()
    try:
        return timedelta(seconds=total) if at is not None else None
    except OverflowError:
        return None


def cross_check(draft: IncidentDraft) -> None:
    """Say what cannot all be true: times out of order, times that the rows contradict, lengths that do not come out."""
    _order(draft)
    _against_rows(draft)
    for what, span, line in draft.spans:
        _length(draft, what, span, line)
    for match in _LASTED.finditer(draft.fields.get("summary", "")[:5000]):
        lasted = read_span(match["span"])
        if lasted is not None:
            _length(draft, "duration", lasted, 0)
            break


def _order(draft: IncidentDraft) -> None:
    times = [(key, draft.times[key]) for key in TIMES if key in draft.times]
    for (one, before), (other, after) in combinations(times, 2):
        if after < before:
            draft.doubt(0, f"{other.capitalize()} ({moment(after)}) is before {one} ({moment(before)}).")


def _against_rows(draft: IncidentDraft) -> None:
    if not draft.timeline:
        return
    first, last = min(e.at for e in draft.timeline), max(e.at for e in draft.timeline)
    started, resolved = draft.times.get("started"), draft.times.get("resolved")
    if started is not None and started > last:
        draft.doubt(0, f"The start, {moment(started)}, is after the last line of the timeline, {moment(last)}.")
    if resolved is not None and resolved < first:
        draft.doubt(0, f"The end, {moment(resolved)}, is before the first line of the timeline, {moment(first)}.")
    for key in TIMES:
        at = draft.times.get(key)
        hits = [entry for entry in draft.timeline if named(entry.text, key)]
        if at is None or not hits or any(_same(entry.at, at) for entry in hits):
            continue
        hit = hits[-1 if key == "resolved" else 0]
        draft.doubt(
            0,
            f"{key.capitalize()} is {moment(at)}, and a line of the timeline says {moment(hit.at)}: “{hit.text[:60]}”.",
        )


def _length(draft: IncidentDraft, what: str, span: timedelta, line: int) -> None:
    start, end = (draft.times.get(key) for key in INTERVALS[what])
    if start is None or end is None:
        return
    computed = end - start
    slack = max(timedelta(minutes=1), span * 0.05)
    if abs(computed - span) > slack:
        said = f"The {what if what == 'duration' else f'time {what}'} is stated as {_in_words(span)}, and the times give {_in_words(computed)}."
        draft.doubt(line, said if not line else said[0].lower() + said[1:-1])


def _same(one: datetime, other: datetime) -> bool:
    return abs(one - other) <= timedelta(minutes=2)


def _in_words(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    sign, minutes = ("-" if minutes < 0 else ""), abs(minutes)
    return f"{sign}{minutes} min" if minutes < 120 else f"{sign}{minutes // 60} h {minutes % 60:02} min"
