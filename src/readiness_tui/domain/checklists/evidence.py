"""What a pasted line can be by its form, and how what was found of a piece of evidence is said (scoring.md, "Item").

The form of a line decides only where nothing could be looked up: a word such as `asdf` has none, and is a claim.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from readiness_tui.domain.checklists.assessment import Evidence, EvidenceKind, LookUp
from readiness_tui.domain.text.sanitise import one_line

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_ENDING = re.compile(
    r"[^\s/\\.][^/\\]*\.[A-Za-z][A-Za-z0-9]{0,7}"
)  # README.md, "my notes.txt"; not 2026.11, not "e.g."
_FRAGMENT = re.compile(r"(?:#[^#/]*|(?::[0-9]+(?:-[0-9]+)?){1,2})\Z")  # docs/a.md#budget, src/a.py:12, src/a.py:12-20
_SHORT = 60


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """What a repository says of a path. `why`: in words, where it is neither found nor plainly absent."""

    lookup: LookUp
    commit: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """One piece of evidence before and after it was looked up again. `why`: what kept it from being looked up."""

    before: Evidence
    now: Evidence
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """All evidence of a review, looked up again. `repository`: the folder that paths were looked up in, None where
    there was none; `commit`: its last one, "" before the first."""

    review_id: int
    repository: str | None
    commit: str
    pieces: tuple[Verified, ...]

    @property
    def claims(self) -> int:
        return sum(piece.now.lookup.claim for piece in self.pieces)

    @property
    def open(self) -> int:
        """Pieces that could not be looked up here."""
        return sum(piece.now.lookup.pending or bool(piece.why) for piece in self.pieces)


def is_address(ref: str) -> bool:
    """Whether a line is a URL by its form: a scheme and a host, in one piece. A `file:` is one machine's alone."""
    if not _SCHEME.match(ref) or re.search(r"\s", ref):
        return False
    try:
        parts = urlsplit(ref)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme.lower() != "file" and not set(host or "") <= set(".-")


def has_scheme(ref: str) -> bool:
    """Whether somebody meant an address, well formed or not."""
    return bool(_SCHEME.match(ref))


def is_path(ref: str) -> bool:
    """Whether a line could be a file's or folder's path by its form: slashes without blanks, or a name with an ending."""
    bare = without_place(ref)
    if any(unprintable in bare for unprintable in "\0\n\r"):
        return False
    name = re.split(r"[/\\]", bare)[-1]
    if _ENDING.fullmatch(name):
        return True
    return bool(re.search(r"[/\\]", bare)) and not re.search(r"\s", bare) and bool(re.search(r"\w", bare))


def without_place(ref: str) -> str:
    """The path alone, without a heading or lines in it."""
    return _FRAGMENT.sub("", ref)


def evidence_text(evidence: Evidence) -> str:
    """In words: "url https://…", "path docs/timeouts.md (in commit 4f1c2ab)", "drill of 2026-11-02: failover",
    "shown: … (ana, seen by ben)"."""
    dated = f" of {evidence.dated.isoformat()}" if evidence.dated else ""
    if evidence.kind is EvidenceKind.SHOWN:
        return f"shown{dated}: {evidence.ref} ({evidence.by}, seen by {evidence.witness or 'nobody else'})"
    found = found_text(evidence)
    return f"{evidence.kind.value}{dated}{':' if dated else ''} {evidence.ref}{f' ({found})' if found else ''}"


def found_text(evidence: Evidence) -> str:
    """What came of looking it up, briefly; nothing where the rest of the line says it."""
    if evidence.kind in (EvidenceKind.SHOWN, EvidenceKind.DRILL):
        return ""
    match evidence.lookup:
        case LookUp.FOUND:
            return f"in commit {evidence.commit[:10]}" if evidence.commit else ""
        case LookUp.BY_FORM | LookUp.VOUCHED:
            return ""
        case LookUp.ABSENT:
            where = "the repository" if evidence.kind is EvidenceKind.PATH else "what was imported"
            return f"not in {where}: a claim"
        case LookUp.WORD:
            return "a word: a claim"
        case pending:
            return pending.value


def claim_sentence(evidence: Evidence) -> str:
    """Said at once where somebody attached a claim: what is wrong with it, what it counts, and what to type."""
    return f"{claim_words(evidence)} Type something that can be looked up, name a witness of what was shown, or Esc keeps it so."


def claim_words(evidence: Evidence) -> str:
    """What is wrong with a claim, and what it counts."""
    ref = f"“{one_line(evidence.ref, _SHORT)}”"
    if evidence.lookup is LookUp.ABSENT and evidence.kind is EvidenceKind.PATH:
        wrong = f"{ref} is not in the repository"
        if re.match(r"[\w-]+(\.[\w-]+)+/", evidence.ref):
            wrong += " (an address begins with https://)"
    elif evidence.lookup is LookUp.ABSENT:
        wrong = f"No {evidence.kind} {ref} was imported"
    elif evidence.kind is EvidenceKind.URL:
        wrong = f"{ref} is no address that somebody could open"
    else:
        wrong = f"{ref} is no path, no URL and no id of anything that was imported"
    return f"{wrong}. It is kept as a claim, and a claim counts at most 1."
