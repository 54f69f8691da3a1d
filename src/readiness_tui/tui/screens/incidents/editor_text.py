"""What stands around a section that is being written: the list of sections, the preview, hints."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from textual.content import Content

from readiness_tui.domain.incidents import note, note_hints
from readiness_tui.domain.incidents.model import Incident, Sev
from readiness_tui.domain.incidents.note_hints import Hint
from readiness_tui.reports.incident_md import incident_markdown
from readiness_tui.services.incidents.edit import SECTIONS
from readiness_tui.tui import glyphs
from readiness_tui.tui.markdown import chapters
from readiness_tui.tui.text import column, join, line, one_line

#: The sections that a sev3 or sev4 needs; the others may stay empty there.
_NEEDED = ("summary", "factors")


def name(key: str) -> str:
    """ "went well"."""
    return key.replace("_", " ")


def order(incident: Incident) -> list[str]:
    """The sections in the order of the document; where the note is short, what it needs comes first."""
    keys = list(SECTIONS)
    return sorted(keys, key=lambda key: key not in _NEEDED) if note.is_short(incident) else keys


def first_section(incident: Incident) -> str:
    """Where the writing goes on: the first section with two texts, else the first empty one, else the first."""
    keys = order(incident)
    split = [rival.section for rival in incident.rivals]
    return next(iter(split), None) or next((key for key in keys if not incident.fields.get(key)), keys[0])


def title(incident: Incident, key: str, said: str, changed: bool) -> Content:
    """`INC-3  Summary · not saved yet`."""
    state = said or ("not saved yet: a draft" if changed else "")
    return join(
        line(f"{incident.name}  {name(key).capitalize()}", "bold $text-accent"),
        Content.styled(f"  {state}" if state else "", "$text-warning"),
    )


def restored(at: datetime) -> str:
    """The message about a draft that was found."""
    here = at.astimezone(UTC)
    return f"your draft of {here:%Y-%m-%d %H:%M} UTC, not saved yet · ctrl+r drops it"


def section_line(incident: Incident, key: str, width: int, text: str | None = None) -> Content:
    """`✓ written  went well`; `text`: what stands in the editor, where it is the open one."""
    if any(rival.section == key for rival in incident.rivals):
        mark, word = glyphs.CONFLICT, "2 texts"
    elif incident.fields.get(key, "") if text is None else text:
        mark, word = glyphs.DONE, "written"
    else:
        mark, word = glyphs.UNDECIDED, "empty"
    return join(Content.styled(f"{mark.glyph} {word:<8}", mark.style), column(name(key), max(width - 10, 8)))


def rendered(incident: Incident, key: str, text: str, as_of: date) -> str:
    """The chapter of the document that this section is in, with nothing else in it."""
    empty = replace(
        incident, severity=Sev.SEV2, fields={}, timeline=(), actions=(), traces=(), eval_cases=(), item_id="",
        failure_class=None, no_eval_reason="", started=None, detected=None, acknowledged=None, mitigated=None, resolved=None,
    )  # fmt: skip
    without = dict(chapters(incident_markdown(empty, as_of)))
    written = chapters(incident_markdown(replace(empty, fields={key: text}), as_of))
    return "\n".join(markdown for heading, markdown in written if without.get(heading) != markdown)


def hints(incident: Incident, key: str, text: str) -> Content:
    """What might be better in the open section, never in the way."""
    now = replace(incident, fields={**incident.fields, key: text})
    found = note_hints.of_section(now, key)
    if not found:
        return Content.styled("No hint.", "$foreground-muted")
    said = [join(Content.styled("hint ", "bold $text-warning"), line(_placed(hint, text))) for hint in found]
    return Content("\n").join(said)


def _placed(hint: Hint, text: str) -> str:
    """The hint behind the words it is about, or behind the number of the line."""
    words = text[hint.start : hint.end]
    if not words:
        return hint.text
    number = text.count("\n", 0, hint.start) + 1
    return f"line {number}: {hint.text}" if words in text.split("\n") else f"“{one_line(words, 40)}”: {hint.text}"


def two_texts(key: str) -> str:
    return f"Somebody else saved {name(key)} while you wrote. Both texts are kept: ctrl+g shows them, and settles it."
