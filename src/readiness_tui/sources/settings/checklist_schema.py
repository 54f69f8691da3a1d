"""What a checklist's YAML may hold, field by field; and the domain value that it becomes."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from readiness_tui.domain.checklists.codec import from_plain
from readiness_tui.domain.checklists.model import Checklist, Depth, ProbeKind, Severity
from readiness_tui.sources.kit.located import quoted
from readiness_tui.sources.kit.validation import Strict

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
MAX_TEXT = 2_000
MAX_TITLE = 120


def _text(value: str) -> str:
    if not (text := value.strip()):
        raise ValueError("this text is empty", "Write at least a word")
    if len(text) > MAX_TEXT:
        raise ValueError(f"this text is longer than {MAX_TEXT:,} characters", "Shorten it")
    if bad := _CONTROL.search(text):
        raise ValueError(f"this text holds the control character U+{ord(bad.group()):04X}", "Remove it")
    return text


def _title(text: str) -> str:
    if "\n" in text:
        raise ValueError("a title has one line", "Join the lines")
    if len(text) > MAX_TITLE:
        raise ValueError(f"this title is longer than {MAX_TITLE} characters", "Shorten it")
    return text


def _form(pattern: str, what: str) -> AfterValidator:
    """A validator that says in words which form is meant, rather than as a regular expression."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise ValueError(f"expected {what}, found {quoted(value)}", "Write it in that form")
        return value

    return AfterValidator(check)


_ITEM_ID = _form("[A-Z]{2,6}-[0-9]{2,3}", "an id such as OBS-01: 2 to 6 capitals, a hyphen, 2 or 3 digits")
_CHECKLIST_ID = _form("[a-z][a-z0-9_-]{0,39}", "an id such as my-team: a-z, 0-9, - and _, a letter first, at most 40")
_SNAKE_NAME = _form("[a-z][a-z0-9_]{0,59}", "a name such as step_cap: a-z, 0-9 and _, a letter first, at most 60")

Text = Annotated[str, AfterValidator(_text)]
Title = Annotated[Text, AfterValidator(_title)]
ItemId = Annotated[str, _ITEM_ID]
ChecklistId = Annotated[str, _CHECKLIST_ID]
SnakeName = Annotated[str, _SNAKE_NAME]
# YAML has no enums: for these alone the word is taken for the member.
SeverityWord = Annotated[Severity, Field(strict=False)]
DepthWord = Annotated[Depth, Field(strict=False)]
KindWord = Annotated[ProbeKind, Field(strict=False)]


class ProbeYaml(Strict):
    query: SnakeName
    kind: KindWord
    required: Annotated[float, Field(gt=0, le=1)] = 0.99
    declares: list[SnakeName] = []


class ItemYaml(Strict):
    id: ItemId
    title: Title
    why: Text
    evidence: Text
    improve: Text
    severity: SeverityWord
    depth: DepthWord
    weight: Annotated[int, Field(ge=0)] | None = None
    same_as: list[ItemId] = []
    na_allowed: bool = True
    probe: ProbeYaml | None = None
    ticks: list[Title] = []


class ChecklistYaml(Strict):
    id: ChecklistId
    title: Title
    version: Title
    day: Annotated[int, Field(ge=1)] | None = None
    items: list[ItemYaml]

    def to_domain(self) -> Checklist:
        """Without its digest. The fields have the names of the domain's; a weight left out is its severity's."""
        content = self.model_dump(exclude_none=True)
        for item in content["items"]:
            item.setdefault("weight", item["severity"].weight)
        return from_plain({**content, "digest": ""})
