"""The text of a file that a person made: whatever encoding their editor or export chose, within reason."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit.fileio import head, unreadable

#: Beyond it a file is no note that people wrote.
MOST = 10 * 1024 * 1024
#: How files begin that hold the words of people, but not as text, with what to do.
_OTHERS = {
    b"PK\x03\x04": "a zip archive, as Word documents and Slack exports are. Save the document as markdown or plain text;"
    " unpack the export and give the file of the channel's day",
    b"%PDF": "a PDF. Save or copy its text into a .md file",
    b"{\\rtf": "rich text. Save it as plain text or markdown",
    b"\xd0\xcf\x11\xe0": "an old Office document. Save it as plain text or CSV",
}


def read_text(path: Path) -> tuple[str, str]:
    """The text with its line ends as \\n, and the encoding it had. Raises ReadinessError for what is no text."""
    first = head(path, 4)
    try:
        size = path.stat().st_size
        if size > MOST:
            raise ReadinessError(
                f"{path} has {size / 2**20:,.1f} MiB, and an incident is read up to {MOST // 2**20} MiB. Import the part"
                " that tells of the incident."
            )
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    for start, what in _OTHERS.items():
        if data.startswith(start):
            raise ReadinessError(f"{path} is {what}. Nothing was imported.")
    encodings = ("utf-16",) if first[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if not text.strip():
            raise ReadinessError(f"{path}: the file is empty. Nothing was imported.")
        return text.replace("\r\n", "\n").replace("\r", "\n"), encoding
    raise ReadinessError(
        f"{path}: this is no text that can be read as UTF-8, UTF-16 or Windows-1252. Save it as UTF-8."
    )
