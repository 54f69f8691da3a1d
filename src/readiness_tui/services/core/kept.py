"""Judged results that are kept in the file, so that a command or a first screen reads and shows instead of judging.

What a result rests on, all of which is in its mark:

* the rows of the review and of its system: everything typed, imported, declared, locked and dismissed, incidents and
  drills, gaps and conditions, the frozen scorecards of this review and of the one before (`store/kept/marks.py`);
* the last entry of the whole history, so that any change that was saved, by whoever, asks for a new judgement;
* the review, the viewer (in blind voting each sees other votes) and the day: the one that was asked for, pinned or the team's today,
  and the UTC day in which it ends; of a frozen review today's as well, on which its verdict may lapse;
* the program: its text, its interpreter, its libraries (`program.py`).

Nothing else may be part of a kept result: not the folder that a command stands in, its gate.lock or git, not the
templates beside the file, not the terminal. What is kept is sealed with a key of the person's own (`own_key`), so that another
person, or another machine, works it out anew. Requests and cases are marked by their import, because they never change once
they are seen. What guards the kept rows themselves, and what does not: `store/kept/results.py`.

A front end asks `now`, then `find`; where that gives None it works the result out and hands it to `keep`, which keeps
it only where nothing has changed meanwhile. `result` does the three at once. Values are what JSON knows. Nothing of the
domain is imported here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from readiness_tui.services.core import locate, program, tamper
from readiness_tui.store.kept import marks, results

if TYPE_CHECKING:
    from readiness_tui.services.core.desk import Desk
    from readiness_tui.store.sqlite import Connection

_KEY, _KEY_BYTES = "kept-key", 32
T = TypeVar("T")  # a value as JSON knows it


@dataclass(frozen=True, slots=True)
class Standpoint:
    """A review as one person sees it on one day: where results are kept, and the mark of all that they rest on."""

    place: str
    mark: str


def now(desk: Desk, *, as_of: date | None = None, viewer: str = "") -> Standpoint | None:
    """The desk's review as it is now; None where it has none, or nothing can be kept.

    `viewer`: whose view of blind votes it is; empty for the shared one. `as_of` as for `view.load`.
    """
    version = program.digest()
    if version is None:
        return None
    with desk.store.read(snapshot=True) as conn:
        found = marks.place(conn, desk.review_id)
        if found is None:
            return None
        review_id, system, pinned, zone, frozen = found
        day = as_of or (date.fromisoformat(pinned) if pinned else desk.day(zone))
        ends = desk.utc_day_of(zone, day, pinned=pinned is not None)
        rows = marks.rows(conn, (*marks.MEASURED, *marks.NOTES, *marks.JUDGED), system, review_id)
    asked = as_of.isoformat() if as_of else "its day"  # a frozen review shows its card where no day is asked for
    today = desk.day(zone).isoformat() if frozen else ""  # a frozen verdict holds until a day that comes
    return Standpoint(
        f"{review_id}/{asked}/{viewer}",
        marks.joined(version, viewer, asked, day.isoformat(), ends.isoformat(), today, rows),
    )


def trusted(desk: Desk) -> bool:
    """Whether what was kept may be shown: the file is sealed as the program left it, or nothing in it was changed."""
    return tamper.sealed(desk) or not tamper.look(desk)


def own_key(*, make: bool = False) -> bytes | None:
    """The key of this person's results, which lies in the state folder and in no database; None where there is none and none
    can be made, and then nothing is kept."""
    path = locate.state_folder() / _KEY
    try:
        with open(path, "rb") as file:
            found = file.read(_KEY_BYTES + 1)
    except OSError:
        found = b""
    if len(found) == _KEY_BYTES:
        return found
    if not make:
        return None
    new, key = path.with_name(f"{_KEY}.{os.getpid()}"), os.urandom(_KEY_BYTES)
    try:
        locate.own_folder(path.parent)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(key)
        os.replace(new, path)  # of two that make one at once the later stays
    except OSError:
        return None
    return key


def find(desk: Desk, seen: Standpoint | None, name: str) -> Any | None:
    """What was kept under this name for this standpoint; None where nothing was."""
    if seen is None:
        return None
    key = own_key()
    if key is None:
        return None
    with desk.store.read() as conn:
        text = results.get(conn, key, f"{name}/{seen.place}", seen.mark)
    return None if text is None else json.loads(text)


def keep(
    desk: Desk, seen: Standpoint | None, values: Mapping[str, Any], *, as_of: date | None = None, viewer: str = ""
) -> bool:
    """Keep values by their names, worked out since `seen`, which `now` gave for the same day and viewer.

    False where nothing was kept: something has changed meanwhile, the file is busy, read-only or full, or a value does not
    come back from JSON as it is. Nobody has to care.
    """
    if seen is None or not program.unchanged() or tamper.look(desk) or now(desk, as_of=as_of, viewer=viewer) != seen:
        return False
    key = own_key(make=True)
    if key is None:
        return False
    texts: dict[str, str] = {}
    for name, value in values.items():
        text = json.dumps(value, ensure_ascii=True, allow_nan=True, separators=(",", ":"))
        if json.loads(text) != value:
            return False
        texts[f"{name}/{seen.place}"] = text

    def put(conn: Connection) -> None:
        results.put(conn, key, texts, seen.mark)

    return desk.store.keep(put)


def result(desk: Desk, name: str, make: Callable[[], T], *, as_of: date | None = None, viewer: str = "") -> T:
    """The value that is kept under `name`, else the one that `make` makes, which is kept from then on. Raises TamperedError
    where the file was changed past the program."""
    seen = now(desk, as_of=as_of, viewer=viewer)
    found: T | None = find(desk, seen, name)
    if found is not None:
        tamper.refuse_moved(desk)
        return found
    tamper.refuse(desk)
    made = make()
    keep(desk, seen, {name: made}, as_of=as_of, viewer=viewer)
    return made
