"""What the words of one action say beside the action itself: who owns it, how urgent it is, until when, and whether it
is done. Lists, tables and tools' exports are read by the same rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from readiness_tui.sources.incidents.inline_markup import cell, is_struck, plain, unstruck
from readiness_tui.sources.incidents.placeholders import is_placeholder
from readiness_tui.sources.incidents.written_time import WrittenDay, read_day

_FIELDS: tuple[tuple[str, str], ...] = (
    ("owner", r"(?:action )?owners?(?:\(s\))?|owned by|owner/team|assignees?|assigned to|responsible(?: (?:person|party|team))?|dri|who|lead|team|verantwortlich|responsable"),
    ("priority", r"priority|prio|severity|urgency|importance|criticality|priorität"),
    ("due", r"due(?: date| by| on)?|deadline|eta|target(?: date)?|by when|(?:estimated|expected) completion(?: date)?|fällig(?: am)?"),
    ("closed", r"(?:completed|closed|done|finished|resolved|shipped|fixed)(?: on| at| date)?|completion date|date (?:completed|closed)"),
    ("state", r"status|state|progress|done\?"),
    ("kind", r"type|kind|category"),
    ("ticket", r"tickets?|tracking(?: (?:ticket|bug|issue|link))?|jira|bugs?|issues?|links?|pr|github issue"),
    ("verify", r"verified by|verification|how verified|acceptance(?: criteria)?|success criteria|definition of done"),
)  # fmt: skip
_MEANINGS = tuple((key, re.compile(rf"(?:{shape})", re.IGNORECASE)) for key, shape in _FIELDS)
_ANY = "|".join(shape for _, shape in _FIELDS)
# A field in a text: at its beginning, or after a sign that ends what stands before.
_PART = re.compile(
    rf"(?:^|(?<=[\s.,;|(\[–—•/-]))(?P<key>{_ANY})\s{{0,3}}(?:[:=]|\s[-–—])\s{{0,3}}(?=\S)", re.IGNORECASE
)
_LOOSE_OWNER = re.compile(
    r"\b(?:(?i:owned by|assigned to)\s{1,9}@?|(?i:owner|assignee|dri)\s{1,9}(?:is\s)?(?:@|(?=[A-Z])))"
    r"(?P<name>[\w.'-]+(?: [A-Z][\w.'-]+){0,2})"
)
_LOOSE_DUE = re.compile(
    r"\b(?:due|deadline|eta|by|target)\b(?:\s{1,9}date\b)?\s{0,9}[:=]?\s{1,9}(?:on |by )?", re.IGNORECASE
)
_AT_END = re.compile(r"[(\[]?@(?P<name>[A-Za-z0-9][\w.-]{1,38}(?: [A-Z][\w.'-]{1,30}){0,2})[)\]]?\s{0,9}\.?$")
_AT_START = re.compile(r"^[(\[]?@(?P<name>[A-Za-z0-9][\w.-]{1,38})[)\]]?\s*[:–—-]\s+")
# "(Ben, due 20 Oct 2026)" or "— Ben — 20 Oct 2026" behind an action.
_PERSON = r"@?[A-Z][\w.'-]{1,30}(?: [A-Z][\w.'-]{1,30}){0,2}|@[\w.-]{2,38}"
_NAME_AND_DAY = re.compile(
    rf"(?:\s?\((?P<who>{_PERSON}),\s?(?:(?:due|by|until|eta)\b:?\s?)?(?P<day>[^()]{{4,30}})\)"
    rf"|\s[–—|-]\s(?P<name>{_PERSON})\s?[–—|,-]\s(?:(?:due|by|until|eta)\b:?\s?)?(?P<date>[^()|]{{4,30}}))\.?\s*$"
)
_CAPITALS = re.compile(r"\((?P<name>[A-Z]{3,20})\)")
_ADDRESS = re.compile(r"\s*\((?:https?:|mailto:)[^()\s]*\)")
_ASIDE = re.compile(
    r",?\s+\(?(?=(?:with|plus|and help|supported by|together with|incl(?:uding|\.)|after|once|pending|due|by|until|eta|deadline)\b)"
)
_PRIORITY = r"(?:p(?:rio(?:rity)?)?[\s-]?[0-5]|s[0-4]|sev[\s-]?[0-5]|(?:low|medium|high|critical|urgent|highest|lowest)(?:\s(?:priority|prio))?)"
_PRIORITY_END = re.compile(rf"(?:[\s,;/|–—-]{{1,5}}[(\[]?|\s?[(\[])(?P<said>{_PRIORITY})[)\]]?\s*$", re.IGNORECASE)
_PRIORITY_START = re.compile(
    r"^(?:[(\[]\s?(?P<one>p[0-5]|priority:?\s?\w{1,10}|(?:high|medium|low|critical|urgent)(?: priority)?)\s?[)\]]\s*[:–—-]?|(?P<two>p[0-5])\s*[:–—-])\s*",
    re.IGNORECASE,
)
_STATE_START = re.compile(
    r"^(?:[(\[]\s?(?P<one>done|complete[d]?|closed|fixed|finished|shipped|resolved|merged|to-?do|open|wip|in[- ]progress|doing|started"
    r"|not started|blocked|won'?t (?:do|fix)|cancell?ed|x|✓|✔|✅| )\s?[)\]]\s*[:–—-]?"
    r"|(?P<two>DONE|TODO|WIP|COMPLETED?|CLOSED|Done|Completed|Closed|Todo|Fixed)\s*[:–—-])\s*",
    re.IGNORECASE,
)
_CASED = re.compile(r"(?:DONE|TODO|WIP|COMPLETED?|CLOSED|Done|Completed|Closed|Todo|Fixed)")
_STATE_END = re.compile(
    r"(?:\s[–—-]+\s*|\s*[(\[:]\s?|\s\*{0,2})(?P<said>DONE|COMPLETED?|CLOSED|FIXED|TODO"
    r"|(?<=[(\[])(?i:done|completed?|closed|fixed|to-?do|wip|in[- ]progress|shipped|merged|resolved)"
    r"|(?<=[–—-] )(?:done|completed?|closed|Done|Completed|Closed))\s?[)\]]?[\s*.]*$"
)
_TICK = re.compile(
    r"^\s*(?:✅|☑️?|✔️?|🟢|:white_check_mark:|:heavy_check_mark:|:ballot_box_with_check:|\(/\))\s*|\s*(?:✅|☑️?|✔️?|:white_check_mark:|:heavy_check_mark:)\s*$"
)
_OPEN_BOX = re.compile(r"^\s*(?:☐|⬜️?|:white_large_square:|❌|:x:|🔴)\s*")

_DONE = re.compile(
    r"\W*(?:(?:is |was |all )?(?:done|completed?|closed|finished|shipped|fixed|resolved|merged|released|deployed|delivered|implemented|verified)"
    r"|yes|y|x|✓|✔|✅|☑|true|100\s?%|erledigt|abgeschlossen|fertig|terminé|fait|hecho|completado)(?!\w)",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:not|never|isn'?t|wasn'?t|n't|un(?:resolved|finished|completed?)|to be|will be|should be|partially|partly|half|almost|nearly|mostly"
    r"|expected|planned|by|until|before)\b|\b[0-9]{1,2}\s?%",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\W*(?:open|to-?do|new|overdue|not (?:started|done|yet)|backlog|planned|pending|no|n|false|0\s?%|proposed|outstanding|offen|ouvert|abierto)\b",
    re.IGNORECASE,
)
_BEGUN = re.compile(
    r"\b(?:in[- ]progress|doing|started|wip|ongoing|on-?going|under way|in review|in development|active|blocked|in arbeit|en cours|partially|partly)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class State:
    """`done` with its day where one is written; `begun`; `other`: words that are neither, such as "won't do"."""

    done: bool = False
    begun: bool = False
    day: WrittenDay | None = None
    other: str = ""


@dataclass(frozen=True, slots=True)
class ActionWords:
    """An action taken apart. `due` as it is written; `rest`: what an action has no field for ("priority high")."""

    text: str
    owner: str = ""
    due: str = ""
    kind: str = ""
    verify: str = ""
    state: State = field(default_factory=State)
    rest: tuple[str, ...] = ()


def field_of(name: str) -> str:
    """What a field's name means: owner, priority, due, closed, state, kind, ticket, verify; "" where not known."""
    return next((key for key, shape in _MEANINGS if shape.fullmatch(name.strip())), "")


def read_state(text: str) -> State:
    """What a state in words says. "Not done" and "done by Friday" are not done."""
    bare = plain(text)
    if is_placeholder(bare) or _OPEN.match(bare):
        return State()
    done = _DONE.match(bare)
    if done and not _NOT_YET.search(bare[:120].replace("100", "")):
        return State(done=True, day=_day_in(bare[done.end() :]))
    if _BEGUN.search(bare) and not re.match(r"\W*not started", bare, re.IGNORECASE):
        return State(begun=True)
    if day := _whole_day(bare):
        return State(done=True, day=day)
    return State(other=bare)


def clean_owner(text: str) -> tuple[str, str]:
    """The owner and the priority that stands beside it ("Platform P1"), each "" where there is none."""
    bare = _ADDRESS.sub("", cell(text))
    bare = re.sub(r"<@([A-Z0-9]{6,12})(?:\|([^<>]*))?>", lambda match: match[2] or match[1], bare)
    priority = ""
    if match := _at_end(_PRIORITY_END, bare):
        bare, priority = bare[: len(bare) - len(match[0])], match["said"]
    elif re.fullmatch(_PRIORITY, bare.strip(), re.IGNORECASE):
        return "", bare.strip()
    bare = re.sub(r"(?:^|(?<=[\s,/&(]))@(?=\w)", "", bare).strip(" ,;:–—-|.")
    if bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1].strip()
    return ("" if is_placeholder(bare) else bare), priority


def take_apart(written: str) -> ActionWords:
    """The words of an action in a list or paragraph, with inline markup still on."""
    state = State(done=True) if is_struck(written) else State()
    text = plain(written if state.done else unstruck(written))
    if _TICK.search(text):
        state, text = State(done=True), _TICK.sub("", text).strip()
    text = _OPEN_BOX.sub("", text)
    found = ActionWords(text, state=state)
    rest: list[str] = []
    for _ in range(3):  # "[DONE] [P1] …" in either order
        if (match := _STATE_START.match(found.text)) and (match["one"] or _CASED.fullmatch(match["two"])):
            said = match["one"] or match["two"]
            found = replace(found, text=found.text[match.end() :], state=_merged(found.state, read_state(said)))
        elif match := _PRIORITY_START.match(found.text):
            rest.append(f"priority {(match['one'] or match['two']).removeprefix('priority').strip(': ')}")
            found = replace(found, text=found.text[match.end() :])
    found, more = _fields(found)
    rest += more
    if match := _at_end(_STATE_END, found.text):
        found = replace(
            found,
            text=found.text[: len(found.text) - len(match[0])],
            state=_merged(found.state, read_state(match["said"])),
        )
    if not found.owner and not found.due and (match := _at_end(_NAME_AND_DAY, found.text)):
        due = match["day"] or match["date"]
        if (day := read_day(due)) and not due[day[1] :].strip(" ."):
            text = found.text[: len(found.text) - len(match[0])]
            found = replace(found, text=text, owner=match["who"] or match["name"], due=due)
    if not found.owner:
        found = _loose_owner(found)
    if found.owner:
        owner, priority = clean_owner(found.owner)
        found = replace(found, owner=owner)
        rest += [f"priority {priority}"] if priority else []
    match = _at_end(_PRIORITY_END, found.text)
    if match and re.search(r"[(\[]\s?\w[^()\[\]]*[)\]]\s*$|p[0-5]\s*$", match[0], re.IGNORECASE):
        rest.append(f"priority {match['said']}")
        found = replace(found, text=found.text[: len(found.text) - len(match[0])])
    return replace(found, text=_tidy(found.text), rest=tuple(rest))


def loose_due(text: str, near: date | None) -> tuple[str, date | None]:
    """The text without "by 5 March" or "(due 2026-03-05)", and the day."""
    for match in _LOOSE_DUE.finditer(text):
        found = read_day(text, match.end())
        day = found[0].near(near) if found else None
        if found and day:
            rest = re.sub(r"^\s*[)\]]", "", text[found[1] :])
            return f"{before(text, match.start())}{rest}".strip(), day
    return text, None


def before(text: str, at: int) -> str:
    """What stands before, without the bracket and the dash or comma that only lead to what follows."""
    lead = text[:at].rstrip()
    for signs in ("([", "-–—,;|•"):
        lead = lead[:-1].rstrip() if lead[-1:] in signs else lead
    return lead


def _fields(words: ActionWords) -> tuple[ActionWords, list[str]]:
    """Take "Owner: X. Priority: high." off the text; what an action has no field for is returned."""
    text = words.text
    parts = [match for match in _PART.finditer(text) if _is_field(match, text)]
    if not parts:
        return words, []
    kept = [text[: parts[0].start()]]
    rest: list[str] = []
    for place, match in enumerate(parts):
        end = parts[place + 1].start() if place + 1 < len(parts) else len(text)
        value, after = _value(text[match.end() : end], field_of(match["key"]))
        key = field_of(match["key"])
        if key == "owner" and not words.owner:
            if aside := _ASIDE.search(value):
                after = f"({value[aside.start() :].strip(' ,()')}) {after}".strip()
                value = value[: aside.start()]
            words = replace(words, owner=value)
        elif key == "due" and not words.due:
            words = replace(words, due=value)
        elif key in ("state", "closed"):
            said = read_state(value if key == "state" else f"done {value}" if _day_in(value) else value)
            words = replace(words, state=_merged(words.state, said))
        elif key == "kind" and not words.kind:
            words = replace(words, kind=value)
        elif key == "verify" and not words.verify:
            words = replace(words, verify=value)
        elif key == "priority":
            rest += [] if is_placeholder(value) else [f"priority {value}"]
        else:
            after = f"{match['key']}: {value} {after}".strip()
        kept.append(after)
    head = _lead(kept[0])
    return replace(
        words, text=" ".join([head, *(part.strip(" ,;|") for part in kept[1:] if part.strip(" .,;|()[]"))]).strip()
    ), rest


def _is_field(match: re.Match[str], text: str) -> bool:
    """A word before a colon is a field only where what it names can be a value: "Type: prevent", but not "who: …" in
    the midst of a sentence."""
    key = match["key"]
    lead = text[: match.start()].rstrip()
    if field_of(key) in ("ticket", "kind", "state", "closed") or key.casefold() in (
        "who",
        "lead",
        "team",
        "pr",
        "link",
        "links",
        "target",
    ):
        return not lead or lead[-1] in ".,;|([–—•-/" or match.start() == 0
    return True


def _value(text: str, key: str) -> tuple[str, str]:
    """The value at the beginning of what follows a field's name, and what of the text stands after it."""
    if key == "owner":
        text = _ADDRESS.sub("", text)
    end = re.search(r"[.;|](?:\s|$)|\)(?:[\s.,;]|$)|\](?:[\s.,;]|$)|\s[–—•]\s|\s-\s|,\s*$|\n", text)
    value, after = (text[: end.start()], text[end.end() :]) if end else (text, "")
    if key in ("due", "closed") and (day := read_day(value.strip(" @"))):  # a comma within a date is none at its end
        start = len(value) - len(value.lstrip(" @"))
        value, after = value[: start + day[1]], f"{value[start + day[1] :]} {after}"
    elif key in ("priority", "state", "kind") and "," in value:
        value, _, more = value.partition(",")
        after = f"{more} {after}"
    return value.strip(" ,;([|"), after.strip()


def _loose_owner(words: ActionWords) -> ActionWords:
    for shape in (_LOOSE_OWNER, _AT_END, _AT_START, _CAPITALS):
        if match := shape.search(words.text):
            lead, after = before(words.text, match.start()), words.text[match.end() :].lstrip(" )]")
            return replace(words, text=f"{lead} {after}".strip(" -–—,;"), owner=match["name"].rstrip("."))
    return words


def _at_end(shape: re.Pattern[str], text: str) -> re.Match[str] | None:
    """A mark with which a text ends; only its last signs are looked at, because a search would try every place."""
    return shape.search(text[-100:])


def _merged(one: State, other: State) -> State:
    if one.done or other.done:
        return State(done=True, day=other.day or one.day)
    return State(begun=one.begun or other.begun, other=other.other or one.other)


def _lead(text: str) -> str:
    return before(text, len(text))


def _tidy(text: str) -> str:
    bare = re.sub(r"\s*[(\[]\s*[)\]]\s*", " ", text).strip()
    return re.sub(r"\s+([.,;])(?=\s|$)", r"\1", bare).strip(" -–—,;|")


def _whole_day(text: str) -> WrittenDay | None:
    found = read_day(text.strip())
    return found[0] if found and not text.strip()[found[1] :].strip(" .,") else None


def _day_in(text: str) -> WrittenDay | None:
    """The first date, with or without its year, in what follows "done"."""
    for match in re.finditer(r"(?<![\w/.-])(?=[0-9A-Z])", text[:200]):
        if found := read_day(text, match.start()):
            return found[0]
    return None
