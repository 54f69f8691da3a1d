"""The seal of a scorecard's file, by which it can be checked on its own.

The last line of the file, markdown or HTML, is a comment with the verdict, its dates, the digest of the JSON, and the
SHA-256 of everything above: whoever edits the text breaks it. A seal shows a slip, not a forger: it is no signature.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.scorecard.model import SCHEMA, Scorecard
from readiness_tui.domain.scorecard.sealed import Sealed
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.reports.scorecard_json import read_scorecard

_SEAL = re.compile(
    r"<!-- readiness-scorecard schema=(?P<schema>\d{1,6}) verdict=\"(?P<verdict>[A-Z -]+)\""
    r" as-of=(?P<as_of>\d{4}-\d\d-\d\d) valid-until=(?P<until>\d{4}-\d\d-\d\d|none)"
    r" digest=(?P<digest>[0-9a-f]{64}) text=(?P<text>[0-9a-f]{64}) -->\n*\Z"
)


def seal(body: str, card: Scorecard) -> str:
    """`body` with the seal as its last line."""
    until = card.valid_until.isoformat() if card.valid_until else "none"
    body += (
        f'\n<!-- readiness-scorecard schema={card.schema} verdict="{card.verdict}" as-of={card.as_of.isoformat()}'
        f" valid-until={until} digest={card.digest}"
    )
    return f"{body} text={_sha256(body)} -->\n"


def read_sealed(text: str, where: str) -> Sealed:
    """A committed scorecard, markdown, HTML or JSON, checked against its own digest.

    Line ends that git or an editor changed do not count. `where` names the file. Raises ReadinessError for text that is
    no scorecard.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if text.lstrip()[:1] == "{":
        card, intact = read_scorecard(text, where)
        return Sealed(card.verdict, card.as_of, card.valid_until, card.digest, intact)
    found = _SEAL.search(text)
    if found is None:
        raise ReadinessError(
            f"{where} does not end in the seal of a scorecard (a line that begins with <!-- readiness-scorecard)."
            " It is another file, or was cut; export the scorecard again."
        )
    if int(found["schema"]) > SCHEMA:
        raise ReadinessError(
            f"{where} has schema {found['schema']}; this version of readiness-tui reads up to {SCHEMA}."
        )
    try:
        verdict, as_of = Verdict(found["verdict"]), date.fromisoformat(found["as_of"])
        until = None if found["until"] == "none" else date.fromisoformat(found["until"])
    except ValueError as error:
        raise ReadinessError(f"{where}: its last line was changed: {error}. Export the scorecard again.") from error
    body = text[: found.start("text") - len(" text=")]
    return Sealed(verdict, as_of, until, found["digest"], _sha256(body) == found["text"])


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
