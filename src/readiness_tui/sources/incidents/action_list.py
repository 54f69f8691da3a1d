"""The actions of a postmortem: a table with owner and date, a list, boxes to tick, or paragraphs."""

from __future__ import annotations

import re
from datetime import date

from readiness_tui.domain.incidents.model import Action, ActionKind
from readiness_tui.domain.text.format import plural
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.markdown_blocks import (
    HeadedSection,
    ListEntry,
    MarkdownTable,
    Paragraph,
    blocks,
    every_line,
    plain,
)
from readiness_tui.sources.incidents.written_time import read_day

_DONE = re.compile(
    r"^\W*(?:done|completed?|closed|finished|shipped|fixed|resolved|merged|verified|yes|x|✅|☑|✔)", re.IGNORECASE
)
_OPEN = re.compile(r"\W*(?:open|to-?do|new|overdue|not started)\b", re.IGNORECASE)
_BEGUN = re.compile(r"\b(?:in progress|in-progress|doing|started|wip|ongoing|under way)\b", re.IGNORECASE)
_MARKED_DONE = re.compile(r"\b(?:DONE|done|Done)\W*$")
_TICK = re.compile(r"^\s*(?:✅|☑️?|✔️?|:white_check_mark:|:heavy_check_mark:)\s*")
_NONE = re.compile(
    r"(?:\W*(?:none|n/?a|nothing|tbd|todo|no (?:actions?|fixes|follow[- ]?ups?)[^.]{0,40})\W*)", re.IGNORECASE
)
_OWNER = re.compile(
    r"\b(?:owner|owned by|assignee|assigned to|responsible|dri|who)\s{0,9}[:=]?\s{1,9}@?(?P<name>[\w.'-]+(?: [A-Z][\w.'-]+){0,2})\s*[)\]]?",
    re.IGNORECASE,
)
_AT_END = re.compile(r"@(?P<name>[A-Za-z0-9][\w.-]{1,38})[)\]]?\s{0,9}\.?$")
_AT_START = re.compile(r"^[(\[]?@(?P<name>[A-Za-z0-9][\w.-]{1,38})[)\]]?\s*[:–—-]\s+")
_CAPITALS = re.compile(r"\((?P<name>[A-Z]{3,20})\)")
_DUE = re.compile(r"\b(?:due|deadline|eta|by|target)\b(?:\s{1,9}date\b)?\s{0,9}[:=]?\s{1,9}(?:on |by )?", re.IGNORECASE)


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
        done = bool(re.search(r"\b(?:completed|done)\b", section.title, re.IGNORECASE))
        found = blocks(section.lines)
        listed = any(isinstance(block, MarkdownTable | ListEntry) for block in found)
        for block in found:
            if isinstance(block, MarkdownTable):
                self._table(block, kind, done)
            elif isinstance(block, ListEntry):
                self._item(block, kind, done)
            else:
                self._paragraph(block, kind, listed or block.code)

    def finish(self) -> None:
        if self._guessed:
            self._draft.doubt(0, f"The kind of {plural(len(self._guessed), 'action')} is guessed from the words.")

    def _table(self, table: MarkdownTable, kind: ActionKind | None, done: bool) -> None:
        meant = [headings.action_column(title) for title in table.header]
        if "text" not in meant:
            self._keep(table.lines)
            return
        for number, row in table.rows:
            values = dict.fromkeys(("text", "owner", "due", "kind", "state", "verify"), "")
            more = []
            for key, title, cell in zip(
                [*meant, *[""] * len(row)], [*table.header, *[""] * len(row)], row, strict=False
            ):
                shown = plain(cell)
                if key in values and not values[key]:
                    values[key] = shown
                elif shown.strip("-–— ") and key != "gap":
                    more.append(f"{plain(title)}: {shown}" if title else shown)
            if not values["text"].strip("-–— "):
                if any(plain(cell) for cell in row):
                    self._keep([line for line in table.lines if line.number == number])
                continue
            due = self._due(values["due"], number, more)
            state = values["state"]
            ended = done or bool(_DONE.match(state)) or any(_MARKED_DONE.search(part) for part in more)
            if state and not ended and not _OPEN.match(state) and not _BEGUN.search(state):
                more.append(f"state: {state}")
            said = headings.kind(values["kind"]) if values["kind"] else kind
            if values["kind"] and said is None:
                more.append(f"type: {values['kind']}")
            text = values["text"] + (f" ({'; '.join(more)})" if more else "")
            begun = not ended and bool(_BEGUN.search(state))
            day = _day_of(state) if ended else None
            owner = _nobody(values["owner"])
            self._add(text, said, owner, due, day, ended, number, begun=begun, verify=values["verify"])

    def _item(self, item: ListEntry, kind: ActionKind | None, done: bool) -> None:
        if len(item.items) > 1 and item.text.rstrip().endswith(":"):  # it only introduces those below it
            self._keep(item.lines)
            for inner in item.items:
                self._item(inner, kind, done)
            return
        ended = done or item.ticked is True or bool(_TICK.match(item.text))
        text = _TICK.sub("", "; ".join(_texts(item)))
        if _NONE.fullmatch(plain(text)) or not plain(text):
            self._keep(every_line(item))
            return
        text, owner = _owner(text)
        text, due = self._inline_due(text, item.line)
        self._add(plain(text), kind, owner, due, None, ended, item.line)

    def _paragraph(self, paragraph: Paragraph, kind: ActionKind | None, aside: bool) -> None:
        text = plain(paragraph.text)
        if aside or text.endswith(":") or _NONE.fullmatch(text) or len(text) < 12 or text.startswith("("):
            self._keep(paragraph.lines)
            return
        self._draft.doubt(paragraph.line, "a paragraph is taken as an action")
        shown, owner = _owner(paragraph.text)
        shown, due = self._inline_due(shown, paragraph.line)
        self._add(plain(shown), kind, owner, due, None, False, paragraph.line)

    def _add(
        self,
        text: str,
        kind: ActionKind | None,
        owner: str,
        due: date | None,
        day: date | None,
        done: bool,
        line: int,
        *,
        begun: bool = False,
        verify: str = "",
    ) -> None:
        if kind is None:
            self._guessed.append(line)
            kind = headings.kind_of_words(text)
        if done and day is None:
            day = self._draft.day
            self._draft.doubt(line, f"the action is done, and says not when; {day or 'no day'} is written")
        self._draft.actions.append(Action(0, text, kind, owner, due, day if done else None, begun, verify))

    def _due(self, text: str, line: int, more: list[str]) -> date | None:
        found = read_day(text.strip("~ "))
        day = found[0].near(self._draft.day) if found else None
        if day is None and text.strip("-–—? ") and not _NONE.fullmatch(text):
            more.append(f"due: {text}")
            self._draft.doubt(line, f"“{text[:40]}” is no date; it stays with the action's words")
        return day

    def _inline_due(self, text: str, line: int) -> tuple[str, date | None]:
        for match in _DUE.finditer(text):
            found = read_day(text, match.end())
            day = found[0].near(self._draft.day) if found else None
            if found and day:
                rest = re.sub(r"^\s*[)\]]", "", text[found[1] :])
                return f"{_before(text, match.start())}{rest}".strip(), day
        return text, None

    def _keep(self, lines: object) -> None:
        self._draft.kept += [(line.number, line.text) for line in lines if line.text.strip()]  # type: ignore[attr-defined]


def _texts(item: ListEntry) -> list[str]:
    return [part for part in (item.text.strip(), *(text for inner in item.items for text in _texts(inner))) if part]


def _owner(text: str) -> tuple[str, str]:
    """The text without its owner, and the owner ("" if none is named)."""
    for shape in (_OWNER, _AT_END, _AT_START, _CAPITALS):
        if match := shape.search(text):
            before, after = _before(text, match.start()), text[match.end() :].lstrip()
            return f"{before} {after}".strip(" -–—,;"), match["name"].rstrip(".")
    return text, ""


def _before(text: str, at: int) -> str:
    """What stands before, without the bracket and the dash or comma that only lead to what follows."""
    lead = text[:at].rstrip()
    for signs in ("([", "-–—,;|"):
        lead = lead[:-1].rstrip() if lead[-1:] in signs else lead
    return lead


def _nobody(owner: str) -> str:
    return "" if re.fullmatch(r"\W*|n/?a|tbd|none|unassigned|\?+", owner.strip(), re.IGNORECASE) else owner.lstrip("@")


def _day_of(text: str) -> date | None:
    for match in re.finditer(r"(?<![\w-])(?=[0-9A-Z])", text):
        found = read_day(text, match.start())
        if found is not None and found[0].year is not None:
            return found[0].near(None)
    return None
