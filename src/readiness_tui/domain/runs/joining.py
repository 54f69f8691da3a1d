"""Joins cases to the golden set. Exact, never by similarity.

A case joins by its id; if the golden set does not have that id, by its question, compared after Unicode
normalisation, case folding, and with runs of white space as one space. A case that has the id of a golden case and asks
something else is not that case.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from readiness_tui.domain.runs.model import Case, EvalSet, GoldenCase

#: Scripts that are written without spaces, a character at a time; else words.
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Joined:
    """Cases with the golden set's ids and tags, in their order.

    inside: those that have a golden case; outside: the others, as they were. unmatched: the ids of those. unused: ids of
    golden cases that no case joined. ambiguous: ids of cases whose question several golden cases ask; they stay
    unmatched. contradicted: ids of cases that have a golden case's id and ask something else; unmatched too.
    """

    cases: tuple[Case, ...]
    inside: tuple[Case, ...] = ()
    outside: tuple[Case, ...] = ()
    unmatched: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()


def normalise(question: str) -> str:
    """The question in the form used for comparing: NFKC, case folded, white space as single spaces."""
    # Twice, because folding can undo the normal form (the NFKC_Casefold of the Unicode standard).
    for _ in range(2):
        question = unicodedata.normalize("NFKC", question).casefold()
    return " ".join(unicodedata.normalize("NFKC", question).split())


def question_id(question: str) -> str:
    """An id for a question that has none: the same for all spellings that `normalise` makes equal."""
    return "q-" + hashlib.sha256(normalise(question).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def records_digest(records: Mapping[str, Any]) -> str:
    """SHA-256 of the golden cases as written (compact JSON, keys sorted), in order of their ids."""
    ordered = [records[ident] for ident in sorted(records)]
    text = json.dumps(ordered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def asks_other(asked: str, question: str) -> bool:
    """Whether what a case asked cannot be this question: neither holds the other, and more than half of the question's
    words are not in it. A tool may log a whole prompt, or cut it short, so equality would be too much."""
    if not asked or not question or asked == question:
        return False
    said = normalise(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), asked))  # messages logged as JSON
    wanted = normalise(question)
    if not said or not wanted or wanted in said or said.rstrip(" .") in wanted:
        return False
    words = set(_WORD.findall(wanted))
    return 2 * len(words.intersection(_WORD.findall(said))) < len(words)


def join_golden(cases: Sequence[Case], eval_set: EvalSet) -> Joined:
    """Give each case the id and the tags of its golden case."""
    by_id = {gold.id: gold for gold in eval_set.cases}
    by_question: dict[str, list[GoldenCase]] = {}
    for gold in eval_set.cases:
        by_question.setdefault(normalise(gold.question), []).append(gold)
    # One text for all cases is a template, and says nothing of what each asked.
    told = len({case.question for case in cases}) > 1 or len({case.id for case in cases}) == 1
    other = {
        at
        for at, case in enumerate(cases)
        if told and (gold_ := by_id.get(case.id)) is not None and asks_other(case.question, gold_.question)
    }
    # A join by question never displaces a case that names the golden id itself, nor an earlier case.
    taken = {
        (case.id, case.variant, case.repeat) for at, case in enumerate(cases) if case.id in by_id and at not in other
    }
    joined: list[Case] = []
    inside: list[Case] = []
    outside: list[Case] = []
    unmatched: dict[str, None] = {}
    ambiguous: dict[str, None] = {}
    contradicted: dict[str, None] = {}
    used: set[str] = set()
    for at, case in enumerate(cases):
        found = None if at in other else by_id.get(case.id)
        if found is None and case.question:
            asked = by_question.get(normalise(case.question), [])
            free = [gold for gold in asked if (gold.id, case.variant, case.repeat) not in taken]
            if len(asked) > 1:
                ambiguous[case.id] = None
            elif free:
                found = free[0]
                taken.add((found.id, case.variant, case.repeat))
        if found is None:
            unmatched[case.id] = None
            if at in other:
                contradicted[case.id] = None
            joined.append(case)
            outside.append(case)
            continue
        used.add(found.id)
        made = replace(case, id=found.id, tags=tuple(dict.fromkeys((*case.tags, *found.tags))))
        joined.append(made)
        inside.append(made)
    unused = tuple(gold.id for gold in eval_set.cases if gold.id not in used)
    return Joined(
        tuple(joined),
        tuple(inside),
        tuple(outside),
        tuple(unmatched),
        unused,
        tuple(ambiguous),
        tuple(contradicted),
    )
