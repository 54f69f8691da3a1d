"""Whether what is printed may be trusted: nothing is, where the file was changed past the program.

A kept result was worked out when what it rests on was found to be as the program wrote it, and is given back only for the very
same rows; so for it the seal of the file is looked at alone. Else all that the system's verdicts rest on is looked at, once
for as long as no other process writes to the file. Nothing of the domain is imported before that is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from readiness_tui.store.chain import seal
from readiness_tui.store.kept import marks

if TYPE_CHECKING:
    from readiness_tui.reports.health import Trail
    from readiness_tui.services.core.desk import Desk
    from readiness_tui.store.chain.found import ByHand
    from readiness_tui.store.sqlite import Connection

_LOOKED = "changed by hand"


def look(desk: Desk) -> tuple[ByHand, ...]:
    """What was changed by hand of all that the verdicts of the desk's system rest on."""
    others = desk.store.changes_of_others()
    with desk.store.read() as conn:
        place = marks.place(conn, desk.review_id)
        if place is None:
            return ()
        mark = (others, place[1])
        known = desk.cache.get(_LOOKED)
        if known is not None and known[0] == mark:
            return known[1]  # type: ignore[no-any-return]
        from readiness_tui.store.chain import examine

        same = seal.unmoved(conn) and seal.at_head(conn)
        every = examine.sealed(conn) if same else examine.whole(conn)
        found = tuple(one for one in every if one.concerns(place[1]))
    if not every and not same:
        desk.store.settle_schema()
    desk.cache[_LOOKED] = (mark, found)
    return found


def refuse(desk: Desk) -> None:
    """Raises TamperedError where something was."""
    found = look(desk)
    if found:
        from readiness_tui.domain.errors import TamperedError

        raise TamperedError(words(found))


def refuse_moved(desk: Desk) -> None:
    """The same for a result that was kept: quick where the seal of the file is as the program left it."""
    if not sealed(desk):
        refuse(desk)


def sealed(desk: Desk) -> bool:
    """Whether the triggers have been in force since the program last changed the schema, and the history has its end."""
    with desk.store.read() as conn:
        return seal.unmoved(conn) and seal.at_head(conn)


def words(found: tuple[ByHand, ...]) -> str:
    """What was changed, in a sentence, and what to do."""
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return (
        f"Something else than readiness-tui has changed this file, so it gives no verdict: {found[0]}{more}."
        f" `readiness doctor` names all of it. Restore a backup."
    )


def by_hand(desk: Desk) -> list[ByHand]:
    """All that was changed by hand anywhere in the file: for `doctor`."""
    from readiness_tui.services.core.kept import own_key
    from readiness_tui.store.chain import examine

    with desk.store.read() as conn:
        same = seal.unmoved(conn)
        found = examine.whole(conn)
        key = own_key()
        kept = [] if key is None else examine.kept(conn, key)
    if not found and not same:
        desk.store.settle_schema()
    return [*found, *kept]


def trail_of(conn: Connection) -> Trail | None:
    """The end of the history, and from which entry on it is bound; None where its head was removed."""
    from readiness_tui.reports.health import Trail

    head = seal.head(conn)
    if head is None:
        return None
    row = conn.execute("SELECT at FROM change WHERE id = ?", (head.since,)).fetchone()
    # Who knows all but a blind vote could try which one gives the hash.
    blind = conn.execute("SELECT 1 FROM review WHERE blind = 1 AND revealed = 0").fetchone()
    return Trail(head.entries, "" if blind else str(head), head.since, row[0][:10] if row else "")


def pinned(conn: Connection, head: str) -> list[str]:
    """What is wrong with the file beside a head that a scorecard printed; nothing where it has it."""
    number, _, digest = head.strip().partition(":")
    if not head.strip():
        return []
    if not number.isdecimal() or len(number) > 18 or len(digest.strip()) != 64:
        from readiness_tui.domain.errors import ReadinessError

        raise ReadinessError(
            "A head is the number of an entry and its hash, as a scorecard prints them: --head 87:ee2aa467… with all 64"
            " digits of the hash."
        )
    row = conn.execute("SELECT hash FROM change WHERE id = ?", (int(number),)).fetchone()
    if row is None:
        return [
            f"The history has no entry {number}, which the scorecard names: it was removed, or this is another file."
        ]
    if row[0] != digest.strip().lower():
        return [
            f"Entry {number} of the history is not the one that the scorecard names: the history up to it was written anew, or"
            " this is another file."
        ]
    return []
