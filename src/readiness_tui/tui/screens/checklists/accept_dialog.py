"""What accepting proofs would vote, shown before it votes."""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.domain.text.format import plural
from readiness_tui.services.review import assess
from readiness_tui.tui.dialogs.confirm import ConfirmDialog
from readiness_tui.tui.screens.checklists.item_text import WORDS
from readiness_tui.tui.screens.room import RoomScreen


async def ask_to_accept(screen: RoomScreen, items: Sequence[str] | None = None, *, room: Sequence[str] = ()) -> None:
    """`items` None: all whose proof contradicts nobody. Enter votes what is listed; blockers that would get 0 are left
    out of many, and named."""
    host, view = screen.host, screen.view
    found = assess.acceptance(view, items)
    if not found.votes:
        await host.act(assess.accept, screen.desk, items, room=room)  # which says why there is nothing to accept
        return
    chosen = [item for item, _ in found.votes]
    lines = [f"{item} {view.dossier(item).item.title}: {points} {WORDS[points]}" for item, points in found.votes]
    for position, (item, points) in enumerate(found.votes):
        before = [f"{vote.reviewer} {'n/a' if vote.na else vote.points}" for vote in view.dossier(item).votes]
        lines[position] += f" (now {', '.join(before)})" if before else ""
        lines[position] += ", a blocker" if points == 0 and view.dossier(item).item.severity == "blocker" else ""
    sentences = ["\n".join(lines)]
    if found.left_out:
        sentences.append(f"Left out, because the proof says 0 on a blocker: {', '.join(found.left_out)}. Look at each.")
    if room:
        sentences.append(f"The vote is the room's: {', '.join(room)}.")

    async def act() -> str | None:
        return await host.attempt(assess.accept, screen.desk, chosen, room=room)

    title = f"Vote what {plural(len(chosen), 'proof proposes', 'proofs propose')}?"
    screen.app.push_screen(ConfirmDialog(title, sentences, act, yes="Vote", at_yes=True))
