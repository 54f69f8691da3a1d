"""Which line of a timeline says that the incident began, was noticed, acknowledged, mitigated or over.

A word alone does not say it: "No alert fires" is no detection, and "Cloudflare resolved their incident" is the end of
somebody else's. So each part of a sentence is looked at by itself, and counts only if it neither denies what it names,
nor speaks of what is to come, nor of a third party.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from readiness_tui.domain.incidents.model import TimelineEntry
from readiness_tui.domain.text.format import moment
from readiness_tui.sources.incidents.draft import TIMES, IncidentDraft

_WE = (
    r"(?:we|i|someone|somebody|engineers?|on-?call(?: engineers?)?|oncaller|operators?|responders?|sres?|developers?|support(?: team)?"
    r"|staff|(?:the |our )?[\w-]{2,20} team|team|[A-Z][a-z]{1,15}(?: [A-Z][a-z]{1,15})?|@[\w.-]{2,30})"
)
_STRONG: dict[str, re.Pattern[str]] = {
    "started": re.compile(
        r"\b(?:start|begin(?:ning)?) of (?:the )?(?:outage|incident|impact)\b"
        r"|\b(?:outage|incident|(?:customer |user )?impact) (?:begins|began|starts|started)\b",
        re.IGNORECASE,
    ),
    "detected": re.compile(
        r"\b(?:incident|outage|issue|problem|failures?|anomaly|errors?) (?:is |was |were |first )?detected\b"
        r"|\b(?:alerts?|alarms?|monitors?|pages?) (?:fires?|fired|triggers|triggered|goes off|went off|rings|rang|sounded)\b"
        r"|\bfirst (?:alerts?|alarms?|pages?)\b|\b(?:alerts?|alarms?|monitors?|monitoring) (?:detects?|detected|shows?|showed|indicates?|indicated|reports?|reported)\b"
        r"|\b(?:gets?|got|is|was|were|are) (?:an? )?(?:paged|alerted|alerts?)\b|\balert(?:s|ed)? (?:the )?on-?call\b|\bpag(?:es|ed) (?:the )?(?:on-?call|[\w-]+ team)\b",
        re.IGNORECASE,
    ),
    "acknowledged": re.compile(
        r"\backnowledge[sd]\s*(?:$|[.,;:(]|by\b|it\b|(?:the |an? |this |our )?(?:page|alert|alarm|incident|issue|pager ?duty|opsgenie|outage)\b)"
        r"|\b(?:page|alert|alarm|incident) (?:is |was )?acknowledged\b",
        re.IGNORECASE,
    ),
    "mitigated": re.compile(
        r"\b(?:incident|outage|issue|impact|problem) (?:is |was |has been )?mitigated\b|\bend of (?:the )?impact\b|\bmitigation (?:is )?(?:complete|in place|confirmed)\b",
        re.IGNORECASE,
    ),
    "resolved": re.compile(
        r"\b(?:issue|problem) (?:is |was |has been |fully |now )*(?:resolved|over)\b"
        r"|\bend of (?:the )?(?:outage|incident)\b|\b(?:outage|incident) (?:is |was |has been |marked (?:as )?)?(?:ends|ended|over|resolved|closed)\b"
        r"|\bfully (?:restored|recovered)\b|\ball[- ]clear\b",
        re.IGNORECASE,
    ),
}
# Taken only where no line names the moment outright.
_WEAK: dict[str, re.Pattern[str]] = {
    "started": re.compile(
        r"\b(?:error|failure) rates? (?:\w+ ){0,3}?(?:to |at |of |is |reaches |hits )?~?(?:[1-9][0-9]?(?:\.[0-9]+)?|100)\s?%"
        r"|\berrors? (?:rates? )?(?:begin|began|start|started|rise|rises|rose|climb|climbs|climbed|spike|spikes|spiked|jump|jumps|jumped|increase|increases|increased)\b"
        r"|\bfirst (?:errors?|failures?|failed requests?|impact)\b",
        re.IGNORECASE,
    ),
    "detected": re.compile(
        rf"\b(?:(?i:an?|the|our|first|second)\s)?(?:{_WE})\s(?:\w{{2,10}}ly\s|first\s)?(?i:notic(?:es|ed)|spots|spotted|discovers|discovered|detects|detected|sees|saw|finds|found out|realis(?:es|ed)|realiz(?:es|ed))\b"
        r"|(?i:\b(?:notif(?:y|ies|ied)|informs?|informed|told|alerts?|alerted|contacts?|contacted) us\b)"
        r"|(?i:\b(?:customers?|users?|readers?|clients?|people)\b.{0,30}\breport(?:s|ed|ing)?\b|\b(?:first|customer|user) (?:reports?|tickets?|complaints?)\b"
        r"|\b(?:is|was|were|first) (?:noticed|detected|spotted)\b)",
    ),
    "resolved": re.compile(
        r"\b(?:services?|traffic|access|functionality|operations?) (?:is |was |were |are |has been |fully |now )*(?:restored|recovered|back)\b"
        r"|\ball (?:systems?|services?) (?:\w+ )?(?:operational|healthy|normal|recovered|restored|green)\b|\bback to normal\b|\bpermanently fixed\b",
        re.IGNORECASE,
    ),
}
_NOT = re.compile(
    r"\b(?:no|not|never|none|nobody|no one|nothing|neither|nor|without|cannot|un(?:able|detected|noticed|resolved|acknowledged)|fail(?:s|ed|ing)? to"
    r"|instead of|should(?: have)?|would(?: have)?|could(?: have)?|might|may(?: have)?|if|unless|until|before|supposed|missed|missing|yet|silenced|muted"
    r"|will|going to|expect(?:s|ed)?|pretend\w*|drill|test (?:alert|page))\b|n['’]t\b",
    re.IGNORECASE,
)
_THEIRS = re.compile(
    r"\b(?:their|its|his|her) (?:own )?(?:incident|outage|issue|problem|status page|services?)\b"
    r"|\b(?:the )?(?:provider|vendor|supplier|upstream|third[- ]party|partner|registrar|carrier|isp|cdn|cloud provider)(?:'s)?\b(?!\s+(?:errors?|alert))"
    r"|\b(?:another|an? (?:unrelated|different|earlier|previous|other)|the (?:previous|earlier|other)|last (?:week|month)'s) (?:\w+ )?(?:incident|outage|issue|problem|alert|page)\b",
    re.IGNORECASE,
)
_VENDOR = re.compile(
    r"\b(?:cloudflare|fastly|akamai|aws|amazon(?: web services)?|gcp|google(?: cloud)?|azure|microsoft|openai|anthropic|cohere|mistral|hugging ?face|github"
    r"|gitlab|heroku|digital ?ocean|linode|hetzner|ovh|vercel|netlify|stripe|adyen|paypal|twilio|sendgrid|mailgun|auth0|okta|datadog|snowflake|mongodb"
    r"|redis labs|pinecone|level ?3|equinix|verizon|telia|comcast|dyn|let's encrypt)\b(?:'s)?"
    r"(?!\s(?:alerts?|alarms?|monitors?|pages?|pager|dashboards?|probes?|synthetics?|logs?|metrics?)\b)",
    re.IGNORECASE,
)
_CLAUSES = re.compile(
    r"[.!?;\n](?:\s|$)|\s[–—-]{1,2}\s|,\s(?=(?:but|and|so|while|which|though|although)\b)|\s(?=but\b)"
)
_CALMING = re.compile(
    r"\b(?:drop|drops|dropped|fall|falls|fell|falling|down|back|recover\w*|normal|return\w*|decreas\w*|declin\w*|subsid\w*|stop(?:s|ped)?|below|under|clear(?:s|ed)?)\b",
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\b(?:fine|works|working|healthy|ok(?:ay)?|the fix|recovered|back to normal|all good)\b", re.IGNORECASE
)
#: Longest from the moment before until somebody acknowledges: what comes later is about something else.
_ANSWER = timedelta(hours=6)


def take_named_times(draft: IncidentDraft) -> None:
    """The times that nothing states, where a line of the timeline names them; each is said as taken from there."""
    found = {key: [entry for entry in draft.timeline if _says(key, entry, _STRONG)] for key in TIMES}
    for key in _WEAK:
        found[key] = found[key] or [entry for entry in draft.timeline if _says(key, entry, _WEAK)]
    for place, key in enumerate(TIMES):
        hits = found[key]
        if key in draft.times or not hits:
            continue
        hit = hits[-1 if key == "resolved" else 0]
        if problem := _misplaced(draft, place, hit, found):
            draft.doubt(0, f"“{hit.text[:60]}” at {moment(hit.at)} is not taken as {key}: {problem}.")
            continue
        draft.times[key] = hit.at
        draft.doubt(0, f"{key.capitalize()} is taken from the timeline: {moment(hit.at)}, “{hit.text[:60]}”.")


def named(text: str, key: str) -> bool:
    """Whether a text names the moment `key` of this incident outright."""
    return any(_STRONG[key].search(part) and not _elsewhere(part) for part in _parts(text))


def _says(key: str, entry: TimelineEntry, marks: dict[str, re.Pattern[str]]) -> bool:
    return any(
        marks[key].search(part)
        and not _elsewhere(part)
        and not (key == "started" and _CALMING.search(part))
        and not (key == "detected" and _WELL.search(part))
        for part in _parts(entry.text)
    )


def _elsewhere(part: str) -> bool:
    return bool(_NOT.search(part) or _THEIRS.search(part) or _VENDOR.search(part))


def _parts(text: str) -> Iterator[str]:
    yield from (part for part in _CLAUSES.split(text[:4000]) if part.strip())


def _misplaced(draft: IncidentDraft, place: int, hit: TimelineEntry, found: dict[str, list[TimelineEntry]]) -> str:
    """Why a line cannot be the moment that its words name; "" if it can."""
    for name in TIMES[:place]:
        if name in draft.times and draft.times[name] > hit.at:
            return f"it is before {name}, {moment(draft.times[name])}"
    for name in TIMES[place + 1 :]:
        later = draft.times.get(name) or (found[name][-1].at if found[name] else None)
        if later is not None and later < hit.at:
            return f"it is after {name}, {moment(later)}"
    if TIMES[place] == "acknowledged":
        known = [draft.times[name] for name in ("detected", "started") if name in draft.times]
        if known and hit.at - known[0] > _ANSWER:
            return f"it is {(hit.at - known[0]).total_seconds() / 3600:.0f} hours after {moment(known[0])}, perhaps about something else"
    return ""
