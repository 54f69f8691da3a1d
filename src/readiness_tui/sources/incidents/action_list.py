"""The actions of a postmortem: a table with owner and date, a list, boxes to tick, or paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from readiness_tui.domain.incidents.model import Action, ActionKind
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.placeholders import is_placeholder
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.action_state import State, read_state
from readiness_tui.sources.incidents.action_words import ActionWords, clean_owner, field_of, loose_due, take_apart
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.inline_markup import cell, is_struck, plain, struck
from readiness_tui.sources.incidents.markdown_blocks import (
    HeadedSection,
    ListEntry,
    MarkdownLine,
    MarkdownTable,
    Paragraph,
    blocks,
    every_line,
)
from readiness_tui.sources.incidents.written_time import WrittenDay, read_day

_MARKED = re.compile(r"\b(?P<said>DONE|Done|done|COMPLETED?|CLOSED|TODO)\W*$")
_NONE = re.compile(
    r"(?:\W*(?:none|n/?a|nothing|tbd|todo|no (?:actions?|fixes|follow[- ]?ups?)[^.]{0,40})\W*)", re.IGNORECASE
)
# What an item that only introduces those below it begins with: "For changes of a format:".
_INTRODUCES = re.compile(
    r"(?:for|in|on|at|before|after|when|during|within|from|by|to (?:prevent|detect|mitigate))\b", re.IGNORECASE
)


class ActionList:
    """Reads the action sections one after the other into the draft."""

    def __init__(self, draft: IncidentDraft) -> None:
        self._draft = draft
        self._guessed: list[int] = []

    def section(self, section: HeadedSection, kind: ActionKind | None, *, titled: bool) -> None:
        """`kind`: what the headings over the actions say. `titled`: the section's own name is kept, if it is none of a
        kind of actions."""
        if titled and headings.kind(section.title) is None and headings.heading(section.title) != headings.ACTIONS:
            self._keep(section.written)
        aside = re.search(r"\(([^()]*)\)", section.title)
        done = any(read_state(part).done for part in (section.title, aside[1] if aside else ""))
        found = blocks(section.lines)
        listed = any(isinstance(block, MarkdownTable | ListEntry) for block in found)
        for block in found:
            if isinstance(block, MarkdownTable):
                self._table(block, kind, done)
            elif isinstance(block, ListEntry):
                self._item(block, kind, done)
            else:
                self._paragraph(block, kind, listed or block.code)

    def add(self, words: ActionWords, line: int, kind: ActionKind | None = None, *, done: bool = False) -> None:
        """One action; what it has no field for is kept beside it."""
        draft, state = self._draft, words.state
        text = words.text
        due: date | None = None
        if words.due:
            if (due := self._day(words.due)) is None and not is_placeholder(words.due):
                text += f" (due: {words.due})"
                draft.doubt(line, f"“{words.due[:40]}” is no date; it stays with the action's words")
        else:
            text, due = loose_due(text, draft.day)
        if state.other:
            text += f" (state: {state.other})"
            draft.doubt(line, f"“{state.other[:40]}” is neither done nor begun; the action counts as open")
        said = headings.kind(words.kind) if words.kind else kind
        if words.kind and said is None:
            text += f" (type: {words.kind})"
        if said is None:
            self._guessed.append(line)
            said = headings.kind_of_words(text)
        ended = done or state.done
        closed = state.day.near(draft.day) if ended and state.day else None
        if ended and closed is None:
            closed = draft.day
            draft.doubt(line, f"the action is done, and says not when; {closed or 'no day'} is written")
        if words.rest:
            draft.kept.append((line, f"{text[:80]}: {', '.join(words.rest)}"))
        begun = state.begun and not ended
        draft.actions.append(Action(0, text, said, words.owner, due, closed, begun, words.verify))

    def finish(self) -> None:
        if self._guessed:
            self._draft.doubt(0, f"The kind of {plural(len(self._guessed), 'action')} is guessed from the words.")

    def _table(self, table: MarkdownTable, kind: ActionKind | None, done: bool) -> None:
        meant = [headings.action_column(cell(title)) for title in table.header]
        if "text" not in meant:
            place = _wordiest(table, meant)
            if place is None:
                self._keep(table.lines)
                return
            self._draft.doubt(table.line, f"no column says action; “{cell(table.header[place])[:40]}” is taken as one")
            meant[place] = "text"
        for number, row in table.rows:
            self._row(table, meant, number, row, kind, done)

    def _row(
        self,
        table: MarkdownTable,
        meant: list[str],
        number: int,
        row: tuple[str, ...],
        kind: ActionKind | None,
        done: bool,
    ) -> None:
        values: dict[str, str] = {}
        more: list[str] = []
        gone: list[str] = []
        raw = ""
        for key, title, written in zip(
            [*meant, *[""] * len(row)], [*table.header, *[""] * len(row)], row, strict=False
        ):
            shown = cell(written)
            if key != "text" and not is_struck(written) and (dropped := struck(written)):
                gone.append(f"struck out: {dropped}")
            if key and key not in values:
                values[key] = shown
                raw = written if key == "text" else raw
            elif shown.strip("-–— "):
                more.append(f"{plain(title)}: {shown}" if title else shown)
        words = take_apart(raw)
        if is_placeholder(values.get("text", "")) or not words.text:
            if any(plain(one) for one in row):
                self._keep([line for line in table.lines if line.number == number])
            return
        state = words.state if words.state != State() else read_state(values.get("state", ""))
        if values.get("closed"):
            state = read_state(values["closed"]) if read_state(values["closed"]).done else state
        for place, part in enumerate(more):
            if match := _MARKED.search(part):
                state = State(done=True) if match["said"].upper() != "TODO" else state
                left = part[: match.start()].strip(" ,;(-–—*")
                more[place] = "" if is_placeholder(left.rpartition(":")[2]) else left
        if any(map(plain, row)) and all(is_struck(one) for one in row if plain(one)):
            state = State(done=True)
        owner, urgency = clean_owner(values.get("owner", ""))
        rest = [*words.rest, *gone, *([f"priority {urgency}"] if urgency else [])]
        if not is_placeholder(values.get("priority", "")):
            rest.append(f"priority {values['priority']}")
        more = [part for part in more if part]
        text = words.text + (f" ({'; '.join(more)})" if more else "")
        due = values.get("due", "") or words.due
        if (
            not is_placeholder(due)
            and not state.done
            and (ended := read_state(due)).done
            and not read_day(due.strip("~ "))
        ):
            state, due = ended, ""  # "Done 5 Oct" in the column of dates
        made = ActionWords(
            text,
            owner or words.owner,
            "" if is_placeholder(due) else due,
            values.get("kind", "") if not is_placeholder(values.get("kind", "")) else words.kind,
            values.get("verify", "") or words.verify,
            state,
            tuple(rest),
        )
        self.add(made, number, kind, done=done)

    def _item(self, item: ListEntry, kind: ActionKind | None, done: bool) -> None:
        if self._introduces(item):
            self._keep(item.lines)
            for inner in item.items:
                self._item(inner, headings.kind(item.text) or kind, done)
            return
        fields = [inner.text for inner in item.items if _is_field(inner)]
        words = take_apart("; ".join((item.text.strip(), *fields)))
        left = replace(item, text=words.text, items=[inner for inner in item.items if not _is_field(inner)])
        words = replace(words, text=plain(_with_nested(left)))
        if _NONE.fullmatch(words.text) or is_placeholder(words.text):
            self._keep(every_line(item))
            return
        self.add(words, item.line, kind, done=done or item.ticked is True)

    def _introduces(self, item: ListEntry) -> bool:
        """Whether the actions are those nested below an item, and it only says what they are for."""
        if not item.items or item.ticked is not None:
            return False
        said = plain(item.text)
        bare = said.rstrip(": ")
        if any(inner.ticked is not None for inner in item.items) and (said.endswith(":") or len(bare.split()) < 3):
            return True
        if headings.kind(bare) is not None and len(bare.split()) <= 3:
            return True
        if headings.heading(bare) == headings.ACTIONS or not said.endswith(":"):
            return headings.heading(bare) == headings.ACTIONS
        return len(item.items) > 1 and bool(_INTRODUCES.match(bare)) and all(_is_sentence(one) for one in item.items)

    def _paragraph(self, paragraph: Paragraph, kind: ActionKind | None, aside: bool) -> None:
        words = take_apart(paragraph.text)
        text = words.text
        if aside or text.endswith(":") or _NONE.fullmatch(text) or len(text) < 12 or text.startswith("("):
            self._keep(paragraph.lines)
            return
        self._draft.doubt(paragraph.line, "a paragraph is taken as an action")
        self.add(words, paragraph.line, kind)

    def _day(self, text: str) -> date | None:
        found = read_day(text.strip("~ "))
        day: WrittenDay | None = found[0] if found else None
        return day.near(self._draft.day) if day else None

    def _keep(self, lines: Iterable[MarkdownLine]) -> None:
        self._draft.kept += [(line.number, line.text) for line in lines if line.text.strip()]


def _is_field(item: ListEntry) -> bool:
    """Whether a nested item only says who owns the action above it, or until when: "Owner: Ana"."""
    label, colon, _ = plain(item.text).partition(":")
    return (
        bool(colon)
        and not item.items
        and field_of(label) in ("owner", "priority", "due", "closed", "state", "kind", "verify")
    )


def _is_sentence(item: ListEntry) -> bool:
    """An action of its own: more than two words, or a capital at its beginning."""
    said = plain(item.text)
    return said[:1].isupper() and len(said.split()) > 2


def _with_nested(item: ListEntry) -> str:
    """An item with what is nested in it as one text: "Add alerts for: queue length; age"."""
    mark = {True: "[x] ", False: "[ ] ", None: ""}
    inner = "; ".join(mark[one.ticked] + _with_nested(one) for one in item.items)
    own = item.text.strip()
    if not inner or not own:
        return own or inner
    return f"{own} {inner}" if own.rstrip("*_").endswith(":") else f"{own}; {inner}"


def _wordiest(table: MarkdownTable, meant: list[str]) -> int | None:
    """Of a table with a column of owners, dates or states but none that says action: the column with most words."""
    if not {"owner", "due", "state"} & set(meant):
        return None
    open_ = [place for place, key in enumerate(meant) if not key]
    length = {place: sum(len(row[place]) for _, row in table.rows if place < len(row)) for place in open_}
    best = max(open_, key=lambda place: length[place], default=None)
    return best if best is not None and length[best] > 8 * len(table.rows) else None
