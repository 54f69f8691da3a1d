"""What the headings, labels and columns of written incidents mean.

Collected from the templates that most postmortems follow (Google's SRE book, PagerDuty, GitHub's and GitLab's,
Azure's, Flutter's) and from a hundred public ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from readiness_tui.domain.incidents.model import ActionKind, Sev

TIMELINE, ACTIONS, DATE, TIMES, LESSONS = "timeline", "actions", "date", "times", "lessons"

# A section's key of `note.FIELDS`, or one of the five above. The first expression that a heading meets is meant.
_HEADINGS: tuple[tuple[str, str], ...] = (
    (
        TIMELINE,
        r"timeline\b.*|zeitlicher ablauf|zeitverlauf|chronologie|cronología|narrative timeline|how did (?:we|.{2,20}) respond|.*\b(?:timeline|chronology)|sequence of events|(?:event|incident) log|log of events|chain of events|(?:incident )?events|what happened when",
    ),
    (TIMES, r"times"),
    (DATE, r"dates?|(?:incident )?date(?:/| and | )time|when"),
    (
        "went_well",
        r"(?:what|things? (?:that|which)?) ?(?:went|did we do) (?:well|right)|went well|what worked(?: well)?"
        r"|what did we do (?:well|right)|successes|positives|the good|good|mitigators",
    ),
    (
        "went_badly",
        r"(?:what|things? (?:that|which)?) ?(?:went|did not go|didn'?t go|went so) (?:wrong|badly|poorly|bad|not well"
        r"|(?:so |as )?well(?: as expected)?)|went (?:wrong|badly|poorly)|what (?:didn'?t|did not) (?:work|go well)(?: well)?"
        r"|what could (?:we )?(?:improve|be improved)|what could (?:have gone|have been|be|we have done|we do)(?: done)? ?(?:better|improved)?"
        r"|(?:areas|room|opportunities) for improvement|needs improvement|the bad|bad|negatives|difficulties(?: in handling)?|pain points",
    ),
    ("got_lucky", r"(?:where )?(?:did )?we (?:got|get) lucky|got lucky|luck(?:y)?|where we were lucky"),
    ("surprised", r"surprised us|(?:what )?surprise[sd](?: us)?|what surprised us"),
    (
        ACTIONS,
        r"(?:.*\b)?(?:action|to-?do) items?(?: list)?|actions?(?: (?:plan|points|taken|to take))?|follow[- ]?ups?(?: (?:actions?|items?|tasks?|work))?"
        r"|(?:corrective|preventive|preventative|remedial)(?:(?: and |/| & )(?:corrective|preventive|preventative|remedial))?"
        r" (?:actions?|measures?|action items)|next steps?|remediations?(?: (?:items?|actions?|plan|steps))?|to-?dos?"
        r"|(?:immediate|short[- ]term|long[- ]term|medium[- ]term|future|planned) (?:actions?|improvements?|fixes|measures|work)"
        r"|how (?:are|is) (?:we|microsoft|.{2,20}) making incidents like this less likely.*|(?:mitigation )?(?:repair items?|recommendations?)"
        r"|action items? (?:and|&) follow[- ]?ups?|tracked (?:actions?|work)|maßnahmen|acciones(?: correctivas)?|actions correctives"
        r"|improvements?|prevention|what (?:are we|we are|we'?re|will we be|we will be) (?:doing|changing).*|how (?:do|will|can) we prevent.*|future prevention",
    ),
    (
        "summary",
        r"(?:(?:executive|issue|incident|brief|high[- ]level|problem) )?(?:summary|overview|description|synopsis)"
        r"|tl;?dr|abstract|narrative|what happened|what was the problem|problem(?: statement)?|the (?:incident|issue|problem)",
    ),
    (
        "impact",
        r"(?:.*\b)?impact(?:s)?\b.*|summary of impact|scope|(?:who|what|users?|customers?|systems?) (?:was|were|is)? ?affected|effects?"
        r"|consequences",
    ),
    (
        "detection",
        r"detection(?: and .*)?|discovery|how (?:was it|did we|was the .*|were we) (?:detected|find out|found|discovered?|notified).*",
    ),
    (
        "factors",
        r"(?:.*\b)?root causes?(?: (?:analysis|and .*))?|(?:contributing|causal) (?:factors?|causes?)"
        r"|what went wrong and why|why did (?:it|this) happen|contributors?|(?:contributing|causal|mitigating) (?:conditions?|factors?)(?: .*)?|ursachen?|causas?(?: raíz)?|fault|direct cause"
        r"|what caused (?:the|this) (?:incident|outage|issue|problem)|(?:the |probable |underlying |technical |proximate )?causes?|(?:the )?triggers?|(?:5|five) whys?(?: analysis)?|why did (?:it|this) happen|rca|factors",
    ),
    ("what_changed", r"what changed|changes?"),
    ("reproduction", r"reproduction|steps to reproduce|how to reproduce"),
    ("controls", r"controls"),
    ("evals", r"eval(?:uation)? cases(?: added)?"),
    ("questions", r"(?:open|unanswered|outstanding|remaining) (?:questions|issues)|questions"),
    ("kept", r"kept from an import"),
    ("reviewers", r"reviewers|review(?:ed by)?(?: attendees)?|attendees|atendees"),
    (
        LESSONS,
        r"(?:key )?(?:lessons?|learnings?|takeaways?|insights?)(?: (?:learned|learnt))?|how(?:'d| did) we do|looking back|retrospective|analysis",
    ),
)
_MEANINGS = tuple((key, re.compile(rf"(?:{shape})")) for key, shape in _HEADINGS)

# Labels of `key: value` lines, of tables with two columns and of front matter.
_LABELS: tuple[tuple[str, str], ...] = (
    ("title", r"title|incident(?: (?:title|name))?|name"),
    ("severity", r"(?:incident )?(?:severity|sev|priority)(?: level)?|(?:incident )?level|sev(?:erity)?/priority"),
    ("date", r"(?:incident |outage )?date(?:\s?/\s?time| and time| of (?:the )?incident)?|incident date|day|date \(utc\)"),
    ("started", r"(?:incident |outage |impact )?(?:start|started|began|begin)(?:ed)?(?: (?:time|at|date|on|of (?:the )?(?:impact|incident|outage)|date\s?(?:/|and|&)\s?time|time\s?(?:/|and|&)\s?date))?|incident_start_time|started_at|start_time|occurred(?: at)?"),
    ("detected", r"detected(?: at)?|(?:time of )?detection(?: time)?|detected_at|discovered(?: at)?|reported(?: at)?"),
    ("acknowledged", r"acknowledged(?: at)?|acknowledg(?:e)?ment(?: time)?|acknowledged_at|ack(?:ed)?(?: at)?"),
    ("mitigated", r"mitigated(?: at)?|mitigation(?: time)?|mitigated_at|contained(?: at)?|stabili[sz]ed(?: at)?"),
    ("resolved", r"(?:incident |outage |impact )?(?:end|ended|resolved|resolution time|fixed|restored)(?: (?:time|at|date|on|of (?:the )?(?:impact|incident|outage)|date\s?(?:/|and|&)\s?time|time\s?(?:/|and|&)\s?date))?|incident_end_time|resolved_at|ended_at|end_time"),
    ("duration", r"duration|(?:total )?(?:downtime|outage duration|impact duration)|time window|incident window"),
    ("summary", r"summary|description|brief|overview|tl;?dr"),
    ("affected", r"(?:(?:users?|customers?|services?|systems?|components?|regions?|requests?)(?:\(s\)|/services)? (?:affected|impacted)|affected(?: (?:users?|customers?|services?|systems?|components?|regions?|requests?))?|impacted (?:users?|services?|customers?))"),
    ("cost", r"costs?|revenue impact|financial impact"),
    ("harm", r"harm(?: done)?"),
    ("can_recur", r"can (?:it )?recur(?: today)?\??"),
    ("impact", r"(?:user|customer|business)? ?impact"),
    ("factors", r"root cause|trigger|cause"),
    ("detection", r"detected by|detection source|detection method|how detected"),
    ("reviewers", r"reviewers?|reviewed by"),
)  # fmt: skip
_LABEL_MEANINGS = tuple((key, re.compile(rf"(?:{shape})")) for key, shape in _LABELS)

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("zone", r"tz|time ?zone|zone|(?:utc|gmt|time ?zone|tz) ?offset|zeitzone"),
    ("at", r"(?:date(?:\s?(?:/|and|&|\+|,)?\s?)?time|time(?:\s?(?:/|and|&|\+)\s?)date|time\s?stamp|utc|when|at|ts|moment|started at|datetime|created(?: at)?|occurred(?: at)?|zeitpunkt|zeitstempel|datum(?:\s?(?:/|und|&)\s?)(?:uhr)?zeit|wann|fecha y hora|horodatage|event time)(?:\b.*)?|time \(?utc\)?"),
    ("day", r"dates?(?: \(.*\))?|datum|tag|fecha|data|dia|jour"),
    ("weekday", r"(?:week ?)?day"),
    ("clock", r"(?:local |start |event )?times?(?:\b.*)?|hours?|(?:uhr)?zeit(?:\b.*)?|hora|heure|ora|tijd|tijdstip"),
    ("text", r"(?:event|what(?: happened)?|description|details?|entry|message|text|note|notes|summary|update|activity|title|content|body|comment|occurrence|observation)s?(?: (?:description|summary|text|details?))?|event/action|what happened.*|(?:ereignis|vorfall|beschreibung|was|meldung|nachricht|geschehen)(?:se|n)?(?: passiert)?|was (?:ist )?passiert|evento|descripción|descrizione|qué(?: pasó)?|événement|évènement|gebeurtenis|omschrijving|mensaje|acontecimiento|descrição"),
    ("by", r"(?:who|person|actor|author|by|user|user ?name|responder|owner|name|sender|from|reporter|added by|engineer|participant|agent)s?|wer|bearbeiter(?:in)?|melder|verantwortlich(?:er|e)?|quién|quien|qui|autor|wie|chi"),
    ("source", r"(?:source(?: of (?:the )?fact)?|origin|channel|system|evidence|data ?link|link|reference|via|tool|service)s?|quelle|fuente|bron"),
    ("action", r"(?:response )?actions?(?: taken)?|aktion|maßnahme|acción"),
)  # fmt: skip
_COLUMN_MEANINGS = tuple((key, re.compile(rf"(?:{shape})")) for key, shape in _COLUMNS)

_ACTION_COLUMNS: tuple[tuple[str, str], ...] = (
    ("text", r"(?:(?:corrective|preventive|remediation|follow[- ]?up|proposed|verifiable|next)? ?(?:action|to-?do|step)s?(?: items?)?|(?:item|task|what|description|follow[- ]?up|measure|improvement|work item|remediation|title|summary|ticket title|verifiable action|recommendation|fix)s?)(?: (?:description|details?|name|title))?|(?:maßnahme|massnahme|aufgabe|aktion|aktivität)(?:n|en)?|acci(?:ón|ones)|tareas?|mesures?|actie(?:s|punt(?:en)?)?|azion[ei]"),
    ("owner", r"(?:action |item )?owners?|assignees?|responsible(?: (?:person|party|team))?|who|person|people|dri|assigned(?: to)?|lead|teams?|owner\(s\)|team/owner|owner/team|verantwortlich(?:er|e)?|zuständig|responsables?|verantwoordelijke|responsabile|wer|quién"),
    ("closed", r"(?:date |day )?(?:completed|closed|done|finished|shipped)(?: (?:on|at|date))|(?:date|day) (?:completed|closed|done|finished)|completion date|erledigt am"),
    ("due", r"due(?: (?:date|by|on))?|dead ?line|eta|target(?: date)?|by when|when|date|by|estimated (?:resolution|completion)(?: date)?|expected(?: (?:date|by))?|fällig(?: am)?|bis(?: wann)?|termin|fecha(?: límite)?|échéance|scadenza"),
    ("kind", r"(?:action )?(?:type|kind|category|class)"),
    ("priority", r"prio(?:rity)?|severity|urgency|importance|criticality|priorität|prioridad|priorité"),
    ("state", r"(?:action |current )?status|state|done\??|progress|completed?\??|closed\??|estado|stand|statut"),
    ("gap", r"gap(?: id)?|#|no\.?|nr\.?|number"),
    ("verify", r"verified by|verification|how verified|acceptance(?: criteria)?|success criteria|definition of done"),
)  # fmt: skip
_ACTION_MEANINGS = tuple((key, re.compile(rf"(?:{shape})")) for key, shape in _ACTION_COLUMNS)

_LONGEST = 200  # characters of a heading or label that are looked at
_NUMBER = re.compile(r"^\W*(?:section\s)?(?:[0-9]+(?:\.[0-9]+)*|[ivx]{1,4}\.)[.):]?\s+")
_ASIDE = re.compile(r"\s*[(\[].*?[)\]]\s*")
_EDGE = re.compile(r"^[^\w]+|[^\w)]+$")


def name(text: str) -> str:
    """A heading or label without its number, its aside and the marks around it, in lower case."""
    bare = _NUMBER.sub("", _ASIDE.sub(" ", text[:_LONGEST].casefold().replace("’", "'"))).strip()
    return re.sub(r"\s+", " ", _EDGE.sub("", bare)).strip()


def heading(text: str) -> str:
    """What a heading means; "" where that is not known."""
    return _meaning(_MEANINGS, name(text))


_GENERAL = re.compile(
    r"(?:(?:public|internal|production|prod|service|draft|blameless|major|final|preliminary|weekly|the|our|an?|new|imported|untitled|example) )*"
    r"(?:(?:incidents?|outages?|post-? ?mortems?|post[- ]incident|pir|rca|coe|root cause analysis|correction of errors?|retrospectives?|learning)"
    r"(?: (?:reviews?|reports?|summary|records?|analys[ie]s|notes?|documents?|details?|timeline|template|log|write-?up|id))*|reviews?|reports?|readme|untitled|document|notes?|template)"
    r"(?: (?:of|for) (?:the |this )?(?:incident|outage))?(?: (?:incident|outage|post-? ?mortem|review|report|template))*"
)


def is_general(text: str) -> bool:
    """Whether a title says only what the document is ("Incident Review", "Postmortem"), so that it names no incident."""
    bare = name(text)
    return not bare or bool(_GENERAL.fullmatch(bare)) or (len(bare.split()) < 4 and bool(heading(text)))


def label(text: str) -> str:
    """What a label before a value means: a time, a figure, or the section that a heading of the same words begins; ""
    where that is not known."""
    return (_meaning(_LABEL_MEANINGS, name(text)) or _section(heading(text))) if len(text) <= 60 else ""


def _section(meaning: str) -> str:
    return "" if meaning in (TIMELINE, ACTIONS, DATE, TIMES, LESSONS, "kept") else meaning


_INTERVALS = (
    ("to detect", re.compile(r"(?:mean )?time to (?:detect(?:ion)?|discover|notice)|m?ttd|detection time \(min.*")),
    ("to acknowledge", re.compile(r"(?:mean )?time to (?:acknowledge(?:ment)?|ack|respond|engage)|m?tta")),
    ("to mitigate", re.compile(r"(?:mean )?time to (?:mitigat(?:e|ion)|contain)|m?ttm")),
    ("to resolve", re.compile(r"(?:mean )?time to (?:resolve|resolution|recover(?:y)?|restore|repair|fix)|m?ttr")),
    ("duration", re.compile(r"(?:(?:total|incident|outage|impact|full) )?(?:duration|downtime)(?: of (?:the )?(?:outage|incident|impact))?|(?:outage|incident) length|dauer|duración|durée")),
)  # fmt: skip


def interval(text: str) -> str:
    """Which interval a label states the length of; "" where it states none."""
    return _meaning(_INTERVALS, name(text)) if len(text) <= 60 else ""


def columns(header: Sequence[str]) -> list[str]:
    """What each column of a timeline holds: at, day, clock, zone, text, by, source; "" where that is not known."""
    meant = [_column(title) for title in header]
    if "text" not in meant and "action" in meant:
        meant[meant.index("action")] = "text"
    if "day" not in meant and "weekday" in meant:  # beside a date it is only the day's name
        meant[meant.index("weekday")] = "day"
    return meant


def _column(text: str) -> str:
    return _meaning(_COLUMN_MEANINGS, text.casefold().replace("_", " ").strip(" *")) if len(text) <= 60 else ""


def action_column(text: str) -> str:
    """What a column of an action table holds; "" where that is not known."""
    return "gap" if text.strip() in ("#", "№") else _meaning(_ACTION_MEANINGS, name(text))


def kind(text: str) -> ActionKind | None:
    """The kind of action that a column or a heading over the actions names."""
    bare = name(text)
    if re.match(r"(?:prevent|proactive|harden|process|fix)", bare):
        return ActionKind.PREVENT
    if re.match(r"(?:detect|monitor|alert|observ)", bare):
        return ActionKind.DETECT
    if re.match(r"(?:mitigat|respon|repair|recover|resol|document|runbook|playbook)", bare):
        return ActionKind.MITIGATE
    return None


_ALARM = re.compile(
    r"\b(?:alert\w*|monitor\w*|alarms?|detect\w*|dashboards?|metrics?|logging|notif\w+|probes?)\b", re.IGNORECASE
)
_HELP = re.compile(
    r"\b(?:run ?books?|play ?books?|roll(?:ing)? ?backs?|fail ?over|fallback|mitigat\w+|restor\w+|recover\w*|kill ?switch|escalat\w+|drills?)\b",
    re.IGNORECASE,
)


def kind_of_words(text: str) -> ActionKind:
    """The kind that an action's own words suggest: what warns, what helps once it has happened, else what prevents."""
    if _ALARM.search(text):
        return ActionKind.DETECT
    return ActionKind.MITIGATE if _HELP.search(text) else ActionKind.PREVENT


_LEVEL = (
    r"(?:\b(?:sev(?:erity)?|[ps])[\s:_-]*[0-5]\b|\b(?:critical|catastrophic|blocker|urgent|high|major|severe|medium|moderate"
    r"|minor|low|trivial)\b|^\W*[0-5]\b)"
)
# A level that is denied, bounded or in doubt.
_UNSURE = re.compile(
    r"(?:\b(?:not|no|no longer|never|neither|nor|without|rather than|instead of|cannot|nicht|keine?|pas|non"
    r"|below|under|beneath|above|over|beyond|(?:less|lower|higher|more|worse) than|at (?:least|most)|up to|unter|über"
    r"|may ?be|perhaps|possibl[ey]|probably|likely|suspected|unconfirmed|tentative(?:ly)?|potential(?:ly)?"
    rf"|(?:would|could|might|should) (?:be|have)|almost|near(?:ly)?|between)\b|n't\b|[<>≤≥])[^,;:.()]{{0,25}}?{_LEVEL}"
    rf"|{_LEVEL}[\s)\]*_\"']{{0,3}}(?:\?|(?:or|and) (?:below|lower|above|higher|worse|less|more)\b|\+)|\?\s?{_LEVEL}"
    r"|\b(?:tb[dc]|to be (?:determined|decided|confirmed)|undecided|unknown|not (?:yet )?(?:set|decided|known|assigned|classified|rated))\b"
)
_RANGE = re.compile(
    r"(?:\b(?:sev(?:erity)?|[ps])[\s:_-]*|^\W*)[0-5](?:\s?/\s?|[-–]|\s(?:or|to|and)\s)(?:sev|[ps])?[\s:_-]{0,2}[0-5](?![0-9.:/-])"
)


def severity(text: str) -> tuple[Sev, bool] | None:
    """The severity that a value states, and whether it is beyond doubt: the scales of teams differ below "sev"."""
    bare = text.casefold().replace("’", "'")
    if _UNSURE.search(bare) or _RANGE.search(bare):
        return None  # "not a SEV1", "SEV1?", "Sev-4/5": somebody wrote a level, but not that it is this one
    if len(set(re.findall(r"\b(?:sev(?:erity)?|[ps])[\s:_-]*([0-5])\b", bare))) > 1:
        return None
    if match := re.search(r"\bsev(?:erity)?[\s:_-]*([0-5])\b", bare):
        return _level(int(match[1])), match[1] in "1234"
    if match := re.match(r"\W*([0-5])\b", bare):
        return _level(int(match[1])), False
    if match := re.search(r"\b[ps][\s-]?([0-5])\b", bare):
        return _level(int(match[1])), False
    levels = {level for word, level in _SEVERITY_WORDS.items() if re.search(rf"\b{word}\b", bare)}
    return (levels.pop(), False) if len(levels) == 1 else None  # several: a choice that nobody made


_SEVERITY_WORDS = {
    "critical": Sev.SEV1, "catastrophic": Sev.SEV1, "blocker": Sev.SEV1, "urgent": Sev.SEV1,
    "high": Sev.SEV2, "major": Sev.SEV2, "severe": Sev.SEV2,
    "medium": Sev.SEV3, "moderate": Sev.SEV3, "minor": Sev.SEV4, "low": Sev.SEV4, "trivial": Sev.SEV4,
}  # fmt: skip


def _level(number: int) -> Sev:
    return tuple(Sev)[min(max(number, 1), 4) - 1]


def _meaning(table: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str:
    return next((key for key, shape in table if shape.fullmatch(text)), "")
