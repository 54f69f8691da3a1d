"""The text of a file that a person made: whatever encoding their editor or export chose, within reason."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit.fileio import head, unreadable

#: Beyond it a file is no note that people wrote.
MOST = 10 * 1024 * 1024


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
