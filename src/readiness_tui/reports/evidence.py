"""What `evidence verify` prints: each piece of evidence, and what was found of it."""

from __future__ import annotations

from typing import Any

from readiness_tui.domain.checklists.assessment import EvidenceKind, LookUp
from readiness_tui.domain.checklists.evidence import Verification, Verified
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask

SCHEMA = 1
_SHOWN = 160  # characters of what was attached
_GLYPHS = {LookUp.FOUND: "✓", LookUp.BY_FORM: "✓", LookUp.ABSENT: "✗", LookUp.WORD: "✗"}


def verification_object(found: Verification) -> dict[str, Any]:
    """`evidence verify --json`."""
    return {
        "schema": SCHEMA,
        "review": found.review_id,
        "commit": found.commit or None,
        "claims": found.claims,
        "open": found.open,
        "evidence": [
            {
                "item": one.now.item_id,
                "kind": one.now.kind.value,
                "ref": mask(one.now.ref),
                "found": one.now.lookup.value,
                "before": one.before.lookup.value,
                "commit": one.now.commit or None,
                "counts": "claim" if one.now.lookup.claim else "evidence",
                "why": one.why or None,
            }
            for one in found.pieces
        ],
    }


def verification_text(found: Verification) -> str:
    """A line for each piece, then what it comes to."""
    if not found.pieces:
        return "This review has no evidence to look up."
    where = "no repository"
    if found.repository:
        where = f"{found.repository}, {f'commit {found.commit[:10]}' if found.commit else 'which has no commit yet'}"
    rows = [f"{'○' if one.why else _GLYPHS.get(one.now.lookup, '○')} {_line(one)}" for one in found.pieces]
    sums = [plural(len(found.pieces), "piece") + " of evidence"]
    if found.claims:
        sums.append("1 counts as a claim" if found.claims == 1 else f"{found.claims} count as claims")
    if found.open:
        sums.append(f"{found.open} could not be looked up here")
    if len(sums) == 1:
        sums.append("all found")
    return "\n".join([f"Looked up in {one_line(where)}", *rows, " · ".join(sums)])


def _line(one: Verified) -> str:
    piece = one.now
    said = f"{piece.item_id:<8} {piece.kind.value:<8} {one_line(mask(piece.ref), _SHOWN)}"
    if one.why:
        return f"{said} · {one_line(one.why)}; stays: {_words(one)}"
    return f"{said} · {_words(one)}" + ("" if one.before.lookup is piece.lookup else f" (was: {one.before.lookup})")


def _words(one: Verified) -> str:
    piece = one.now
    match piece.lookup:
        case LookUp.FOUND:
            return f"found in commit {piece.commit[:10]}" if piece.commit else "imported"
        case LookUp.BY_FORM:
            return "an address, by its form"
        case LookUp.ABSENT:
            return "not in the last commit: a claim" if piece.kind is EvidenceKind.PATH else "not imported: a claim"
        case LookUp.WORD:
            return "no path, no address, no id: a claim"
        case LookUp.UNCOMMITTED:
            return "in the folder, but not committed: commit it and look again"
        case other:
            return other.value
