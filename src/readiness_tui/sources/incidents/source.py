"""Tells by its content which kind of written incident a file is, and drafts the incident."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.merge import Copy
from readiness_tui.sources.incidents import chat_log, postmortem, timeline_csv, transcript
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.exports import slack
from readiness_tui.sources.incidents.exports.recognise import READ, read_export
from readiness_tui.sources.incidents.text_file import MOST, read_text
from readiness_tui.sources.incidents.wiki_markup import as_markdown
from readiness_tui.sources.kit import jsonio

#: Longest run of blanks that is read: more add nothing, and every expression below would scan them all again.
MOST_BLANKS = 100
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_BLANKS = re.compile(rf"[^\S\n]{{{MOST_BLANKS + 1},}}")
#: What `--format` takes, with what each is.
FORMATS = {
    "postmortem": "a postmortem in markdown",
    "timeline": "a timeline as CSV",
    "chat": "a pasted chat log, a meeting's chat or transcript, or a Slack export",
    "export": "an incident exported by a tool as JSON",
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
    start = text.lstrip()[:1]
    if start in ("{", "[") and forced in (None, "record", "chat", "export") and not chat_log.looks_like_chat(text):
        return _json(path, forced)
    if forced in ("record", "export"):
        writes = "`readiness incident export --format json`" if forced == "record" else READ
        raise ReadinessError(
            f"{path} is no JSON. {'A record' if forced == 'record' else 'An export'} is what {writes} writes."
        )
    if _HTML.match(text):
        raise ReadinessError(
            f"{path} is a page in HTML, of which the text alone is no document. Save it as markdown or plain text, or copy it"
            " from the browser into a .md file, and import that."
        )
    kind = forced or recognise(text)
    if forced is None and kind == timeline_csv.FORMAT and timeline_csv.lists_incidents(text):
        raise ReadinessError(
            f"{path} lists incidents, one a row, and an import is of one. Export the timeline (the log entries) of the one that"
            " you mean; or give --format timeline if its rows are the lines of one."
        )
    draft = _read(kind, text, path.name, day, fallback)
    if kind != postmortem.FORMAT and not (draft.found or draft.timeline):
        first = f" The first: line {draft.doubts[0].line}, {draft.doubts[0].text}." if draft.doubts else ""
        hint = " Give the day with --date." if day is None else ""
        raise ReadinessError(f"{path} was read as {FORMATS[kind]}, and nothing in it was recognised.{first}{hint}")
    return draft


def recognise(text: str) -> str:
    """The key of FORMATS that a text fits; a postmortem where it is neither table nor chat."""
    if timeline_csv.looks_like_table(text, headed=True):
        return timeline_csv.FORMAT
    if transcript.looks_like_transcript(text) or chat_log.looks_like_chat(text):
        return chat_log.FORMAT
    return timeline_csv.FORMAT if timeline_csv.looks_like_table(text) else postmortem.FORMAT


def _read(kind: str, text: str, name: str, day: date | None, fallback: date | None) -> IncidentDraft:
    if kind == timeline_csv.FORMAT:
        return timeline_csv.read_timeline(text, name, day, fallback)
    if kind == chat_log.FORMAT and transcript.looks_like_transcript(text):
        return transcript.read_transcript(text, name, day, fallback)
    if kind == chat_log.FORMAT:
        return chat_log.read_chat(text, name, day, fallback)
    return postmortem.read_postmortem(as_markdown(text), name, day, fallback)


def _json(path: Path, forced: str | None) -> IncidentDraft | Copy:
    if path.stat().st_size > MOST:
        raise ReadinessError(f"{path} is larger than {MOST // 2**20} MiB. No incident is; export it again.")
    value = jsonio.whole(path, jsonio.document(path))
    own = isinstance(value, dict) and value.get("kind") == "readiness-incident"
    if forced != "record" and not own:
        if slack.fits(value):
            value = (
                {"messages": value, "users": _users(path)}
                if isinstance(value, list)
                else {"users": _users(path), **value}
            )
        if (draft := read_export(path, value)) is not None:
            return draft
        raise ReadinessError(
            f"{path} is JSON of no incident that is known here: neither one exported here, nor one of {READ}. Export the"
            " incident with its timeline from one of those, or save the timeline as CSV with the columns time and event."
        )
    from readiness_tui.sources.incidents.record_json import read_record

    return read_record(path, value)


def _users(path: Path) -> list[object]:
    """The people of a Slack export: its users.json stands in the folder above a channel's."""
    for folder in (path.parent, path.parent.parent):
        listed = folder / "users.json"
        if listed != path and listed.is_file() and listed.stat().st_size <= MOST:
            try:
                found = jsonio.whole(listed, jsonio.document(listed))
            except ReadinessError:
                continue
            if isinstance(found, list):
                return found
    return []
