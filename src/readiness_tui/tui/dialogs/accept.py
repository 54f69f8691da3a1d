"""What accepting proofs would vote, shown before it votes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.people import NAMED, tally
from readiness_tui.domain.text.format import plural
from readiness_tui.services.review import assess
from readiness_tui.tui.dialogs.confirm import ConfirmDialog
from readiness_tui.tui.host import host

_WORDS = ("missing", "partial", "met")


async def ask_to_accept(over: Screen[Any], items: Sequence[str] | None = None, *, room: Sequence[str] = ()) -> None:
    """`items` None: all whose proof contradicts nobody. Enter votes what is listed; blockers that would get 0 are left
    out of many, and named."""
    app = host(over)
    desk, view = app.desk, app.view
    assert desk is not None
    assert view is not None
    found = assess.acceptance(view, items)
    if not found.votes:
        await app.act(assess.accept, desk, items, room=room)  # which says why there is nothing to accept
        return
    chosen = [item for item, _ in found.votes]
    lines = []
    for item, points in found.votes:
        dossier = view.dossier(item)
        votes = [f"{vote.reviewer} {'n/a' if vote.na else vote.points}" for vote in dossier.votes if vote.decided]
        now = ", ".join(votes) if len(votes) <= NAMED else tally(dossier.votes, ()).words
        blocker = ", a blocker" if points == 0 and dossier.item.severity is Severity.BLOCKER else ""
        lines.append(
            f"{item} {dossier.item.title}: {points} {_WORDS[points]}{blocker}{f' (voted: {now})' if now else ''}"
        )
    sentences = ["\n".join(lines)]
    if found.left_out:
        sentences.append(f"Left out, because the proof says 0 on a blocker: {', '.join(found.left_out)}. Look at each.")
    if room:
        sentences.append(f"The vote is the room's: {', '.join(room)}.")

    async def act() -> str | None:
        return await app.attempt(assess.accept, desk, chosen, shown=dict(found.votes), room=room)

    title = f"Vote what {plural(len(chosen), 'proof proposes', 'proofs propose')}?"
    over.app.push_screen(ConfirmDialog(title, sentences, act, yes="Vote", at_yes=True))
