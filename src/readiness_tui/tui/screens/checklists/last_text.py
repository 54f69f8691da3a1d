"""How last time's word on an item reads: in its line of the list, and beside it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from readiness_tui.domain.checklists.assessment import Dossier
from readiness_tui.domain.checklists.carried import LastTime, carried_text, evidence_day
from readiness_tui.domain.checklists.evidence import evidence_text
from readiness_tui.domain.text.format import full_day
from readiness_tui.tui.text import join, line, safe

_INDENT = " " * 10
_SHOWN = 3  # pieces of evidence


def in_list(last: LastTime) -> str:
    """In place of "undecided": "last: 2"."""
    return f"last: {'n/a' if last.points is None else last.points}"


def beside(last: LastTime, why_alone: Sequence[str], *, waits: bool) -> list[Content]:
    """`waits`: whether it can be confirmed now; then with the key, and why the section's key leaves it out."""
    said = [f"{vote.reviewer} {'n/a' if vote.na else vote.points}" for vote in last.votes if vote.decided]
    if last.consensus is not None:
        said.append(f"consensus by {last.consensus.by}")
    told = " · ".join([last.word, f"release {last.release}", *said])
    rows = [join(Content.styled("LAST TIME ", "bold"), line(told))]
    if waits:
        rows[0] = join(rows[0], Content.styled("   c confirms it", "$text-accent"))
    if last.not_applicable:
        rows.append(join(_INDENT, safe(last.not_applicable, "$foreground-muted")))
    for piece in last.evidence[:_SHOWN]:
        day = "" if piece.dated else f", attached {full_day(evidence_day(piece))}"
        rows.append(join(_INDENT, line(f"{evidence_text(piece)}{day}", "$foreground-muted")))
    if len(last.evidence) > _SHOWN:
        rows.append(Content.styled(f"{_INDENT}and {len(last.evidence) - _SHOWN} more", "$foreground-muted"))
    if last.note:
        rows.append(join(_INDENT, safe(f"note: {last.note}", "$foreground-muted")))
    if waits and why_alone:
        rows.append(join(_INDENT, safe(f"not confirmed with its section: {'; '.join(why_alone)}", "$text-warning")))
    return rows


def carried(dossier: Dossier) -> list[Content]:
    """Who confirmed it, where somebody did."""
    said = carried_text(dossier.votes)
    return [join(_INDENT, line(said, "$foreground-muted"))] if said else []
