"""What the words of one action say beside the action itself: who owns it, how urgent it is, until when, and whether it
is done. Lists, tables and tools' exports are read by the same rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from readiness_tui.domain.text.placeholders import is_placeholder
from readiness_tui.sources.incidents.action_state import DONE, State, day_in, read_state, whole_day
from readiness_tui.sources.incidents.inline_markup import cell, is_struck, plain, struck, unstruck
from readiness_tui.sources.incidents.written_time import read_day

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
# The last bracket or part behind a dash of an action.
_TAIL = re.compile(
    r"(?:\s?\((?P<bracket>[^()]{2,120})\)|\s?\[(?P<square>[^\[\]]{2,120})\]|\s(?:[–—|•]|--?)\s(?P<dashed>[^–—|•()\[\]]{2,60}(?:\([^()]{2,20}\))?)"
    r"|:\s(?P<after>(?:completed|closed|done|fixed|finished|shipped|resolved)\s[^:()\[\]–—]{4,30})|\s(?P<handle>@[^@:()\[\]–—]{2,70}))[\s.]*$"
)
_HANDLE = re.compile(rf"@(?P<name>[\w][\w./-]{{0,38}})(?:\s\((?P<said>{_PRIORITY})\))?", re.IGNORECASE)
_PERSON_ALONE = re.compile(
    rf"@?(?P<name>[A-Z][\w.'-]{{1,30}}(?: [A-Z][\w.'-]{{1,30}}){{0,2}})(?:\s\((?P<said>{_PRIORITY})\))?"
)
_PARTED = re.compile(r"\s*[,;]\s+(?!20[0-9]{2}\b)|(?<=[\w)])\s+(?=(?:due|eta|by|until|deadline)\b)", re.IGNORECASE)
_DONE_FIRST = re.compile(r"(?:completed|closed|done|fixed|finished|shipped|resolved)(?: on| at)?\s+", re.IGNORECASE)
_DUE_FIRST = re.compile(
    r"[(\[]?@(?P<name>\w[\w./-]{0,38})[,)\]]?\s+(?:due|eta|by|until|deadline)\b(?: on| by)?:?\s+", re.IGNORECASE
)
_UNTIL_DAY = re.compile(r"(?:due|eta|by|until|deadline|target)\b(?: date)?(?: on| by)?:?\s+", re.IGNORECASE)
_DONE_ON = re.compile(r"[A-Za-z]{4,10}(?: on| at|:)?\s+", re.IGNORECASE)
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
# What may stand alone behind an action that is struck out.
_OUTCOME = re.compile(
    r"[\W_]*(?:(?:we )?(?:won'?t|will not) (?:do|fix|happen)|wont ?(?:do|fix)|cancel?led|dropped|abandoned|rejected|declined|obsolete"
    r"|superseded(?: by .{1,60})?|replaced(?: by .{1,60})?|duplicate(?: of .{1,60})?|(?:no longer|not) (?:needed|required|relevant|planned|doing)"
    r"|moot|invalid|withdrawn|descoped|out of scope|deferred|postponed|on hold|n/?a|(?:already )?(?:done|completed?|closed|fixed|finished|shipped|resolved|merged)"
    r"(?:[ :(,–—-]{1,4}(?:on |in |by )?.{1,30})?)[\W_]*",
    re.IGNORECASE,
)
_OPEN_BOX = re.compile(r"^\s*(?:☐|⬜️?|:white_large_square:|❌|:x:|🔴)\s*")


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
    rest: list[str] = []
    if not state.done and (dropped := struck(written)):
        if _OUTCOME.fullmatch(text):  # "~~Rewrite the planner~~ won't do": what is struck out is the action
            text, state = dropped, read_state(text.strip(" -–—:;,.()[]"))
        else:
            rest.append(f"struck out: {dropped}")
    found = ActionWords(text, state=state)
    for _ in range(3):  # "[DONE] [P1] …" in either order
        if (match := _STATE_START.match(found.text)) and (match["one"] or _CASED.fullmatch(match["two"])):
            said = match["one"] or match["two"]
            found = replace(found, text=found.text[match.end() :], state=_merged(found.state, read_state(said)))
        elif match := _PRIORITY_START.match(found.text):
            rest.append(f"priority {(match['one'] or match['two']).removeprefix('priority').strip(': ')}")
            found = replace(found, text=found.text[match.end() :])
    found, more = _facts(found)
    rest += more
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


def _facts(words: ActionWords) -> tuple[ActionWords, list[str]]:
    """Take off the brackets and the parts behind dashes with which an action ends, as long as all that stands in one is
    known: "(@lee, P2, due 2026-10-14)", "[P1][@joe][2026-10-20]", "— Noor — 2026-07-11 — done"."""
    rest: list[str] = []
    for shape in (_DONE_FIRST, _DUE_FIRST):  # "Completed on Oct 7, 2026: fix it", "@bob due 2026-10-14: fix it"
        first = shape.match(words.text)
        lead = re.compile(r"\s*[:–—-]\s+(?=\w)").search(words.text, first.end(), first.end() + 40) if first else None
        if first and lead and (day := whole_day(due := words.text[first.end() : lead.start()])):
            named = first["name"] if shape is _DUE_FIRST else ""
            state = words.state if named else _merged(words.state, State(done=True, day=day))
            words = replace(words, text=words.text[lead.end() :], owner=named, due=due if named else "", state=state)
    more = True
    while more and (match := _at_end(_TAIL, words.text, 160)):
        dashed = match["dashed"]
        if match["after"] and field_of(words.text[: len(words.text) - len(match[0])].split(" ")[-1]):
            break
        found = [_fact(part.strip()) for part in _PARTED.split(next(filter(None, match.groups())))]
        person = _PERSON_ALONE.fullmatch(dashed.strip()) if dashed else None
        if person and not all(found) and (words.due or words.state != State() or rest) and not words.owner:
            found = [("owner", person["name"], person["said"] or "")]
        seen = {key for one in found if one for key in one[:1]}
        more = all(found) and len(seen) == len(found) and not (words.owner and "owner" in seen)
        more = more and not (words.due and "due" in seen) and not (words.state != State() and "state" in seen)
        if not more:
            break
        words = replace(words, text=words.text[: len(words.text) - len(match[0])].rstrip())
        for one in found:
            key, value, beside = one or ("", "", "")
            if key == "owner":
                words = replace(words, owner=clean_owner(value)[0])
                rest += [f"priority {beside}"] if beside else []
            elif key == "due":
                words = replace(words, due=value)
            elif key == "state":
                words = replace(words, state=read_state(value))
            else:
                rest.append(f"priority {value}")
    return words, rest


def _fact(text: str) -> tuple[str, str, str] | None:
    """What a part behind an action states (owner, due, priority or state), its value, and a priority behind an owner."""
    name, colon, value = text.partition(":")
    if colon and (key := field_of(name)) in ("owner", "priority", "due", "state", "closed") and value.strip():
        state = read_state(value if key == "state" else f"done {value}")
        if key in ("state", "closed"):
            return ("state", value if key == "state" else f"done {value}", "") if state.done or state.begun else None
        return (key, value.strip(), "")
    if match := _HANDLE.fullmatch(text):
        return "owner", match["name"], match["said"] or ""
    if re.fullmatch(_PRIORITY, text, re.IGNORECASE):
        return "priority", text, ""
    due = _UNTIL_DAY.match(text)
    if whole_day(text[due.end() :] if due else text):
        return "due", text[due.end() :] if due else text, ""
    if DONE.match(text) and (text.isalpha() or ((day := _DONE_ON.match(text)) and whole_day(text[day.end() :]))):
        return "state", text, ""
    return None


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
            said = read_state(value if key == "state" else f"done {value}" if day_in(value) else value)
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


def _at_end(shape: re.Pattern[str], text: str, most: int = 100) -> re.Match[str] | None:
    """A mark with which a text ends; only its last signs are looked at, because a search would try every place."""
    return shape.search(text[-most:])


def _merged(one: State, other: State) -> State:
    if one.done or other.done:
        return State(done=True, day=other.day or one.day)
    return State(begun=one.begun or other.begun, other=other.other or one.other)


def _lead(text: str) -> str:
    return before(text, len(text))


def _tidy(text: str) -> str:
    bare = re.sub(r"\s*[(\[]\s*[)\]]\s*", " ", text).strip()
    return re.sub(r"\s+([.,;])(?=\s|$)", r"\1", bare).strip(" -–—,;|")
