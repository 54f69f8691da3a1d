"""A line of figures drawn in characters: braille dots between the points, a letter on each, dashes for a threshold.

Drawn here and not by a plotting library: a panel is five rows high, a gap must stay a gap, and a reader without
colours must tell the points apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from textual.content import Content

from readiness_tui.tui.text import fit, join

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # the bits of a braille cell, by row and column
AXIS = 10  # columns before the drawing, for its figures


@dataclass(frozen=True, slots=True)
class Spot:
    """One point: its value (None: a gap) and the sign that stands for it."""

    value: float | None
    sign: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """The figures at the left: of the highest and the lowest value drawn, and of the threshold."""

    high: str
    low: str
    threshold: str = ""


def columns(count: int, width: int) -> list[int]:
    """Where each of `count` points stands on `width` columns."""
    if count < 2:
        return [width // 2] * count
    return [round(place * (width - 1) / (count - 1)) for place in range(count)]


def span(spots: Sequence[Spot], threshold: float | None) -> tuple[float, float] | None:
    """The lowest and the highest value to be drawn; None without a value."""
    values = [spot.value for spot in spots if spot.value is not None]
    if not values:
        return None
    both = values if threshold is None else [*values, threshold]
    return min(both), max(both)


def draw(spots: Sequence[Spot], width: int, height: int, scale: Scale, threshold: float | None) -> list[Content]:
    """`height` lines of `width` columns."""
    ends = span(spots, threshold)
    room = width - AXIS - 1
    if ends is None or room < 2:
        return [Content(fit("", width)) for _ in range(height)]
    low, high = ends
    cells = [[0] * room for _ in range(height)]

    def level(value: float) -> int:
        """The dot row of a value, 0 at the top."""
        share = 0.5 if high == low else (high - value) / (high - low)
        return round(share * (height * 4 - 1))

    places = columns(len(spots), room)
    ends_of: list[tuple[int, int] | None] = [
        None if spot.value is None else (x * 2, level(spot.value)) for spot, x in zip(spots, places, strict=True)
    ]
    for start, end in pairwise(ends_of):
        if start is not None and end is not None:
            _line(cells, start, end)
    signs = {(dot[1] // 4, x): spot for spot, x, dot in zip(spots, places, ends_of, strict=True) if dot is not None}
    dashed = None if threshold is None else level(threshold) // 4
    lines = []
    for row in range(height):
        label = scale.high if row == 0 else scale.low if row == height - 1 and high != low else ""
        if row == dashed:
            label = scale.threshold
        parts: list[Content | str] = [Content.styled(fit(label, AXIS, right=True), "$foreground-muted"), "▕"]
        for x in range(room):
            spot = signs.get((row, x))
            if spot is not None:
                parts.append(Content.styled(spot.sign, spot.style))
            elif cells[row][x]:
                parts.append(Content.styled(chr(0x2800 + cells[row][x]), "$foreground-muted"))
            else:
                parts.append(Content.styled("┄", "$text-warning") if row == dashed else " ")
        lines.append(join(*parts))
    return lines


def _line(cells: list[list[int]], start: tuple[int, int], end: tuple[int, int]) -> None:
    """Dots from one point to the other."""
    (x0, y0), (x1, y1) = start, end
    steps = max(abs(x1 - x0), abs(y1 - y0), 1)
    for step in range(steps + 1):
        x, y = round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps)
        cells[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
