"""Tells by its content which kind of written incident a file is, and drafts the incident."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.merge import Copy
from readiness_tui.sources.incidents import chat_log, postmortem, timeline_csv
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.text_file import MOST, read_text
from readiness_tui.sources.kit import jsonio

#: Longest run of blanks that is read: more add nothing, and every expression below would scan them all again.
MOST_BLANKS = 100
_BLANKS = re.compile(rf"[^\S\n]{{{MOST_BLANKS + 1},}}")
#: What `--format` takes, with what each is.
FORMATS = {
    "postmortem": "a postmortem in markdown",
    "timeline": "a timeline as CSV",
    "chat": "a pasted chat log, or a Slack export",
    "record": "an incident exported here as JSON",
}


def read_incident(
    path: Path, forced: str | None = None, day: date | None = None, fallback: date | None = None
) -> IncidentDraft | Copy:
    """The draft of a written incident, or the copy of a JSON export. `forced`: a key of FORMATS. `day`: the date
    of lines that have none; `fallback`: where the file names none either.

    Raises ReadinessError where the file cannot be read, or nothing in it was recognised.
    """
    text, _ = read_text(path)
    text = _BLANKS.sub(" " * MOST_BLANKS, text)
    if text.lstrip()[:1] in ("{", "[") and forced in (None, "record", "chat") and not chat_log.looks_like_chat(text):
        return _json(path, forced)
    if forced == "record":
        raise ReadinessError(f"{path} is no JSON. A record is what `readiness incident export --format json` writes.")
    kind = forced or recognise(text)
    reader = {
        postmortem.FORMAT: postmortem.read_postmortem,
        timeline_csv.FORMAT: timeline_csv.read_timeline,
        chat_log.FORMAT: chat_log.read_chat,
    }[kind]
    draft = reader(text, path.name, day, fallback)
    if not (draft.found or draft.timeline or draft.actions):
        first = f" The first: line {draft.doubts[0].line}, {draft.doubts[0].text}." if draft.doubts else ""
        hint = " Give the day with --date." if day is None and kind != postmortem.FORMAT else ""
        raise ReadinessError(f"{path} was read as {FORMATS[kind]}, and nothing in it was recognised.{first}{hint}")
    return draft


def recognise(text: str) -> str:
    """The key of FORMATS that a text fits; a postmortem where it is neither table nor chat."""
    if timeline_csv.looks_like_table(text, headed=True):
        return timeline_csv.FORMAT
    if chat_log.looks_like_chat(text):
        return chat_log.FORMAT
    return timeline_csv.FORMAT if timeline_csv.looks_like_table(text) else postmortem.FORMAT


def _json(path: Path, forced: str | None) -> IncidentDraft | Copy:
    if path.stat().st_size > MOST:
        raise ReadinessError(f"{path} is larger than {MOST // 2**20} MiB. No incident is; export it again.")
    value = jsonio.whole(path, jsonio.document(path))
    if forced != "record" and chat_log.looks_like_slack_export(value):
        return chat_log.read_slack_export(value)
    from readiness_tui.sources.incidents.record_json import read_record

    return read_record(path, value)
