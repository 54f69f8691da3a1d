"""How a walk by a chart finds its way, and what it types for a key."""

from __future__ import annotations

import random

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key

from tests.walk import chart
from tests.walk.typed import ALL, typed


def test_a_walk_by_a_chart_comes_to_its_end() -> None:
    """Three places: b is two keys away, and c can be left by ending alone."""
    ways = {
        "A/x": {"key 1": "A/x", "key 2": "B/x"},
        "B/x": {"key 1": "A/x", "key 3": "C/x", "key 4": "B/x"},
        "C/x": {"app ctrl+q": "", "key 5": "C/x"},
    }
    one, dice, starts = chart.Chart(), random.Random(1), 0
    while starts < 10:
        at, starts = "A/x", starts + 1
        one.started()
        while at:
            one.arrive(at, ways[at])
            if (deed := one.next(at, dice)) is None:
                break
            one.led(at, deed, ways[at][deed])
            at = ways[at][deed]
        else:
            continue
        break
    assert one.left() == {}
    assert one.counts == (3, 7, 7)
    assert starts <= 2


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
