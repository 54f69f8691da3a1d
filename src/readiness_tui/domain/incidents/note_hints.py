"""Hints on an incident note, as from a critical reader: blaming words, sections that its severity requires, vague actions.

Hints never block anything. They follow the blameless postmortem: ask how the system let it happen, not who did it;
counterfactuals ("should have") describe what did not happen (Allspaw, "Blameless PostMortems and a Just Culture",
2012; Google, "Site Reliability Engineering", 2016, ch. 15).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from readiness_tui.domain.incidents import note, note_rows
from readiness_tui.domain.incidents.model import Action, Incident

_ROLES = (
    r"he|she|(?:the|our|an?) (?:on-call |new |junior |senior )?(?:engineer|developer|operator|reviewer|author|admin"
    r"|intern|contractor|colleague|agent|manager|tester|person on call|on-call)|somebody|someone"
)
_FAULTS = (
    r"(?:should|could|ought to) (?:not )?have|(?:shouldn't|couldn't) have|forgot|failed to|neglected|ignored|overlooked"
    r"|messed up|screwed up|broke|caused|(?:did not|didn't) (?:bother|check|follow|notice|read|test|think|verify)"
    r"|(?:was|were) (?:careless|negligent|sloppy|lazy|confused|inattentive|distracted|incompetent|too slow)"
    r"|made (?:a|the|an? \w{1,20}) (?:mistake|error|blunder)"
)
_SYSTEM = "Say what they could see and what let it happen, so that it holds for whoever comes next."
_COUNTER = "It says what did not happen. Say what happened, and what would have made the better way the easy one."
#: Blaming phrases, with what to write instead.
PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{phrase})\b", re.IGNORECASE), instead)
    for phrase, instead in (
        (r"(?:human|operator|user|pilot) error", "It ends the question. What made this the likely thing to do?"),
        (r"\w{1,40}'s fault|(?:at|my|your|his|her|our|their) fault|to blame|blame(?:s|d)?|culprit|guilty", _SYSTEM),
        (r"careless(?:ly|ness)?|negligen(?:t|tly|ce)|sloppy|sloppily|incompeten(?:t|ce)|stupid(?:ly|ity)?|lazy|idiot(?:ic)?", _SYSTEM),
        (r"obvious(?:ly)?|should have known|common sense", "It is obvious now. What could be known then?"),
        (r"(?:we|I) (?:should|could) (?:not )?have", _COUNTER),
        (r"(?:be|been|being) more careful|pay more attention|try harder", "Care does not scale. What would catch it when somebody is tired?"),
        (r"root cause", "Several things had to come together: name the contributing factors."),
    )
)  # fmt: skip
_VAGUE = re.compile(
    r"\b(?:be (?:more )?careful|consider|discuss|explore|improve|investigate|look into|make sure|monitor (?:more )?closely"
    r"|pay attention|remind|think about|try to)\b",
    re.IGNORECASE,
)
#: The sections of a short note (sev3 and sev4), with what to write in each; `_LONG` adds the others.
_SHORT = {
    "summary": "What happened, to whom, for how long, and can it happen today?",
    "factors": "What had to come together? More than one thing, each with its failure class.",
}
_LONG = {
    **_SHORT,
    "impact": "Who felt it, and how much: measure | value | source.",
    "what_changed": "What was different before: prompt, model, index, tools, guardrail, traffic?",
    "detection": "By what was it noticed, and which alert should have fired?",
    "reproduction": "How often does it happen again: k of n replays?",
    "controls": "Which checklist items should have held it: held, failed or absent?",
}
_LOOKING_BACK = ("went_well", "went_badly", "got_lucky", "surprised")
_LONGEST_SUMMARY = 8  # lines


@dataclass(frozen=True, slots=True)
class Hint:
    """`section[start:end]` is what the hint is about; both 0 if something is missing. `section`: a key of `note.FIELDS`."""

    section: str
    text: str
    start: int = 0
    end: int = 0


def language(section: str, text: str, people: Collection[str] = ()) -> tuple[Hint, ...]:
    """The blaming words in a text, in order. `people`: names of people that may occur in it."""
    names = [re.escape(name) for name in people if name.strip()]
    subject = re.compile(rf"\b(?:{'|'.join([*names, _ROLES])})\s{{1,3}}(?:{_FAULTS})\b", re.IGNORECASE)
    found = [Hint(section, _SYSTEM, *match.span()) for match in subject.finditer(text)]
    for phrase, instead in PHRASES:
        found += [Hint(section, instead, *match.span()) for match in phrase.finditer(text)]
    kept: list[Hint] = []
    for hint in sorted(found, key=lambda hint: (hint.start, -hint.end)):
        if not kept or hint.start >= kept[-1].end:
            kept.append(hint)
    return tuple(kept)


def of_section(incident: Incident, key: str) -> tuple[Hint, ...]:
    """The hints on one section alone, for the editor."""
    lacks = (hint for hint in missing(incident) if hint.section == key)
    return (*lacks, *language(key, incident.fields.get(key, ""), _people(incident)))


def missing(incident: Incident) -> tuple[Hint, ...]:
    """What a note of this severity still lacks, in the note's order."""
    found = [Hint(key, asks) for key, asks in _wanted(incident).items() if not incident.fields.get(key, "").strip()]
    found += _rows(incident)
    for section in dict.fromkeys(rival.section for rival in incident.rivals):
        found.append(Hint(section, "Two people wrote it at once: both texts are kept until somebody settles them."))
    order = list(note.FIELDS)
    return tuple(sorted(found, key=lambda hint: order.index(hint.section)))


def of_action(action: Action) -> str:
    """What is asked of an action that says what to try instead of what is there then; "" where there is nothing to ask."""
    if action.done is not None or action.verify or not _VAGUE.search(action.text):
        return ""
    return "How would anybody see that this is done?"


def _people(incident: Incident) -> set[str]:
    """The people whom the incident names."""
    return {*(action.owner for action in incident.actions), *(entry.by for entry in incident.timeline)}


def _wanted(incident: Incident) -> dict[str, str]:
    wanted = dict(_SHORT if note.is_short(incident) else _LONG)
    if not note.is_short(incident):
        if not any(incident.fields.get(key, "").strip() for key in _LOOKING_BACK):
            wanted["went_well"] = "What went well, what badly, where was luck, what surprised?"
        if not incident.eval_cases and not incident.no_eval_reason:
            wanted["evals"] = (
                "Which eval case fails before and passes after? A sev1 or sev2 closes with one, or a reason."
            )
    return wanted


def _rows(incident: Incident) -> Iterator[Hint]:
    factors = note_rows.factors(incident)
    if len(factors) == 1:
        yield Hint("factors", "Only one factor. What else had to be so for this to happen?")
    if factors and not note_rows.failure_classes(incident):
        yield Hint("factors", "No factor has a failure class, so that nothing can be counted: what | failure class.")
    for remark in note_rows.remarks(incident):
        start, end = _line(incident.fields[remark.section], remark.line)
        yield Hint(remark.section, remark.text, start, end)
    lines = incident.fields.get("summary", "").splitlines()
    if len(lines) > _LONGEST_SUMMARY:
        yield Hint("summary", f"{len(lines)} lines. A summary that is read has at most {_LONGEST_SUMMARY}.")


def _line(text: str, number: int) -> tuple[int, int]:
    """Where the line with this number (from 1) starts and ends."""
    start = 0
    for position, line in enumerate(text.splitlines(keepends=True), start=1):
        if position == number:
            return start, start + len(line.rstrip("\r\n"))
        start += len(line)
    return 0, 0
