"""Whether a file that no source knows tells of an incident: those are read by another command.

No format is decided here, only what a person is told: a few telling keys, headings and lines are enough.
"""

from __future__ import annotations

import re

_READ_BY = "`readiness incident import` reads those (in the app: o in Incidents)"
EXPORT = f"an incident's export: {_READ_BY}"
CHAT = f"messages of a chat: if they are of an incident, {_READ_BY}"
TEXT = f"an incident's text: {_READ_BY}"
TIMELINE = f"an incident's timeline or a chat's log: {_READ_BY}"
ISSUE = f"an issue of a tracker: if it is of an incident, {_READ_BY}"

#: Keys of the object or of the first record → what it is; "object.key" is a key of an object in it.
BY_KEYS: tuple[tuple[str, str], ...] = (
    ("incidents", EXPORT),
    ("incident", EXPORT),
    ("log_entries", EXPORT),
    ("incident_number", EXPORT),
    ("incident_updates", EXPORT),
    ("incident_status", EXPORT),
    ("incident_role_assignments", EXPORT),
    ("alerts", EXPORT),
    ("alert.tinyId", EXPORT),
    ("data.tinyId", EXPORT),
    ("tinyId message", EXPORT),
    ("event.event_type event.resource_type", EXPORT),
    ("data.entries", EXPORT),
    ("severity started_at milestones", EXPORT),
    ("log owner createdAt", EXPORT),
    ("id key fields", ISSUE),
    ("iid project_id description", ISSUE),
    ("number title body comments", ISSUE),
    ("type user ts text", CHAT),
    ("type ts text", CHAT),
    ("user ts text", CHAT),
    ("channel_id messages", CHAT),
)

_HEADING = re.compile(
    r"(?im)^[ \t]*(?:\|[ \t]*)?(?:#{1,6}[ \t]+|h[1-6]\.[ \t]+|\*\*|__)?(?:\d+[.)][ \t]*)?(?P<what>"
    r"(?:incident |outage )?time ?line|chronology|zeit(?:leiste|verlauf)|root causes?|ursachen?|action items?|"
    r"maßnahmen|(?:customer |business |user )?impact|auswirkung(?:en)?|contributing factors?|detection|resolution|"
    r"remediation|lessons learned|what (?:happened|went (?:well|wrong))|trigger|leadup|recovery|severity|5 whys|"
    r"five whys)\b[^\n]{0,40}$"
)
_TITLE = re.compile(
    r"(?im)^[ \t]*(?:#{1,6}[ \t]+|h[1-6]\.[ \t]+)[^\n]{0,80}"
    r"\b(?:post-?[ ]?mortem|incident|outage|PIR|RCA|COE|störung|vorfall)\b"
    r"|\A[ \t]*(?:post-?[ ]?mortem|incident (?:report|review|summary)|incident [\d#])"
    r"|^[ \t]*incident report for\b|^[^\n]{0,20}\bFrom[ \t]+[^\n]{1,60}[ \t]to[ \t]+Everyone:"
)
#: A line that begins with a time of day, after a day or a mark of a list.
_TIMED = re.compile(
    r"(?im)^[ \t]*[-*|\[]{0,2}[ \t]*(?:\*\*)?(?:(?:mon|tue|wed|thu|fri|sat|sun)\w*[ \t]+)?"
    r"(?:\d{4}-\d\d-\d\d[T ]|\d{1,2}[./]\d{1,2}[./]\d{2,4},?[ \t]+)?\d{1,2}:\d\d(?::\d\d)?[ \t]?(?:[ap]m)?\b"
)
_TIMES = frozenset({"time", "when", "timestamp", "zeit", "uhrzeit", "datum", "date"})
_EVENTS = re.compile(r"\b(?:events?|ereignis|vorfalls?|incident|what happened)\b")
_LEAST = 3  # timed lines of a timeline


def near_text(text: str) -> str:
    """What a text looks like; "" where it is nothing of an incident."""
    headings = {match["what"].casefold() for match in _HEADING.finditer(text)}
    if len(headings) >= 2 or (headings and _TITLE.search(text)):
        return TEXT
    if text.startswith("WEBVTT") or len(_TIMED.findall(text)) >= _LEAST:
        return TIMELINE
    return TEXT if _TITLE.search(text) else ""


def near_table(columns: frozenset[str]) -> str:
    """What a table with these columns looks like; "" where it is nothing of an incident."""
    words = {re.sub(r"\W*\(.*?\)\W*", "", column).strip().casefold() for column in columns}
    if {"issue key", "summary"} <= words:
        return ISSUE
    return TIMELINE if words & _TIMES and any(map(_EVENTS.search, words)) else ""
