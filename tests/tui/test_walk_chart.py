"""How a walk by a chart finds its way, and what it types for a key."""

from __future__ import annotations

import random
from typing import ClassVar

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key

from tests.walk import chart
from tests.walk.typed import ALL, typed


class Toy:
    """A small app: `offers` and `does` are by its place."""

    def __init__(self) -> None:
        self.place = "A/x"

    def offers(self) -> list[str]:
        raise NotImplementedError

    def do(self, deed: str) -> str:
        """Where it leads; "" where it ends the app."""
        raise NotImplementedError


class _Plain(Toy):
    """Three places: B is two keys away, and C can be left by ending alone."""

    ways: ClassVar = {
        "A/x": {"key 1": "A/x", "key 2": "B/x"},
        "B/x": {"key 1": "A/x", "key 3": "C/x", "key 4": "B/x"},
        "C/x": {"app ctrl+q": "", "key 5": "C/x"},
    }

    def offers(self) -> list[str]:
        return list(self.ways[self.place])

    def do(self, deed: str) -> str:
        return str(self.ways[self.place][deed])


class _Rows(Toy):
    """Enter opens a dialog of its own for each row, and Escape closes it; whatever answers one closes it, too."""

    row = 0

    def offers(self) -> list[str]:
        return ["key down", "key up", "key enter"] if self.place == "A/x" else ["key escape", "key y", "key n"]

    def do(self, deed: str) -> str:
        if self.place != "A/x":
            return "A/x"
        if deed == "key enter":
            return f"Dialog[row {self.row}]/y"
        self.row = max(0, min(5, self.row + (1 if deed == "key down" else -1)))
        return "A/x"


class _Once(Toy):
    """What `f` asks can be asked as long as it was not answered with y."""

    answered = False

    def offers(self) -> list[str]:
        return ["key f", "key g"] if self.place == "A/x" else ["key y", "click text", "key n", "key escape"]

    def do(self, deed: str) -> str:
        if self.place == "A/x":
            return "Dialog/y" if deed == "key f" and not self.answered else "A/x"
        self.answered = self.answered or deed == "key y"
        return "A/x"


class _Hidden(Toy):
    """Only a, b, c and d in a row open what is hidden."""

    said = ""

    def offers(self) -> list[str]:
        return [f"key {key}" for key in ("abcd" if self.place == "A/x" else "123456")]

    def do(self, deed: str) -> str:
        self.said = self.said[-3:] + deed[-1] if self.place == "A/x" else ""
        return "Dialog/hidden" if self.said == "abcd" else "A/x"


def walked(kind: type[Toy], one: chart.Chart, seed: int, starts: int, length: int = 100) -> None:
    """By the chart, app after app."""
    dice = random.Random(seed)
    for _ in range(starts):
        app = kind()
        one.started()
        for _ in range(length):
            one.arrive(app.place, app.offers())
            if (deed := one.next(app.place, dice)) is None:
                break
            to = app.do(deed)
            one.led(app.place, deed, to)
            if not to:
                break
            app.place = to
        if one.counts[1] and not one.left():
            return


@pytest.mark.parametrize(("kind", "places", "deeds"), [(_Plain, 3, 7), (_Rows, 7, 21), (_Once, 2, 6)])
@pytest.mark.parametrize("seed", range(5))
def test_a_walk_by_a_chart_comes_to_its_end(kind: type[Toy], places: int, deeds: int, seed: int) -> None:
    one = chart.Chart()
    walked(kind, one, seed, 30)
    if kind is _Rows and one.counts[0] < places:  # it ended well before it had met the last rows
        assert one.left() == {}
        return
    assert one.left() == {}
    assert one.counts == (places, deeds, deeds)


@pytest.mark.parametrize("seed", range(5))
def test_what_no_way_leads_to_is_come_to_again_as_it_was_the_first_time(seed: int) -> None:
    one = chart.Chart()
    one.started()
    one.arrive("A/x", ["key a", "key b", "key c", "key d"])
    for deed in "abcd":
        app = "Dialog/hidden" if deed == "d" else "A/x"
        one.done.setdefault("A/x", []).append(f"key {deed}")
        one.missing["A/x"].remove(f"key {deed}")
        one.trails.pop(f"A/x key {deed}")
        one.led("A/x", f"key {deed}", app)
    one.arrive("Dialog/hidden", [f"key {n}" for n in range(1, 7)])
    assert one.owes
    walked(_Hidden, one, seed, 40)
    assert one.left() == {}
    assert one.trails == {}


def test_where_nothing_leads_it_is_given_up() -> None:
    """What stood there once and does not again: it is gone to so often, and then no more."""
    one = chart.Chart()
    one.started()
    one.arrive("A/x", ["key 1", "key 2"])
    one.arrive("Gone/x", ["key 9"])
    walked(_Plain, one, 1, 20)
    assert one.left() == {"Gone/x": ["key 9"]}
    assert not one.owes


def test_a_row_of_keys_that_leads_away_is_halved_down_to_the_key() -> None:
    one = chart.Chart()
    (row,) = one.rows("A/x")
    one.halve("A/x", row)
    rows = one.rows("A/x")
    assert len(rows) == 2
    while len(keys := rows[-1].split()) == 3 and int(keys[2]) - int(keys[1]) > 1:
        one.halve("A/x", rows[-1])
        rows = one.rows("A/x")
    ranges = sorted(tuple(map(int, row.split()[1:])) for row in rows)
    assert [first for first, _ in ranges[1:]] == [last for _, last in ranges[:-1]]
    assert (ranges[0][0], ranges[-1][1]) == (0, len(ALL))


@pytest.mark.parametrize("key", [*ALL, "ctrl+q"])
def test_what_is_typed_for_a_key_is_read_as_that_key(key: str) -> None:
    data = typed(key)
    assert data is not None
    assert [event.key for event in XTermParser().feed(data.decode()) if isinstance(event, Key)] == [key]


def test_dialogs_are_among_the_screens_that_a_walk_has_to_see() -> None:
    found = chart.screens()
    assert {"OverviewScreen", "ExplainDialog", "Palette", "ReadingDialog"} <= found
    assert "ModalScreen" not in found
