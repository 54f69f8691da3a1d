"""The covering search against every subset."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.verdict.fewest_items import Cover, Fate, Level, LowItem

LINES = st.builds(
    lambda section, weight, points, decided, must, fixes: LowItem(
        section, weight, points if decided else 0, decided, must=must, fixes=0 if must else fixes
    ),
    st.integers(0, 2),
    st.integers(1, 7),
    st.integers(0, 1),
    st.booleans(),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([0, 0, 0, 1, 2]),
)
LEVELS = st.one_of(
    st.just([Level(80)]), st.just([Level(60)]), st.builds(lambda cost: [Level(60, cost), Level(80)], st.integers(1, 2))
)
ASSESSED = st.one_of(
    st.just([Level(100)]), st.just([Level(90)]), st.builds(lambda cost: [Level(70, cost), Level(90)], st.integers(1, 2))
)
FATES = st.sampled_from([None, None, None, None, *Fate])


def cheapest(share: tuple[int, int], levels: list[Level]) -> int | None:
    part, whole = share
    return min((level.cost for level in levels if 100 * part >= level.percent * whole), default=None)


def brute(cover: Cover, fates: list[Fate | None], sections: list[list[Level]], assessed: list[Level]) -> int | None:
    costs = []
    for raised in product([False, True], repeat=len(fates)):
        points, weights, decided, cost = list(cover.points), list(cover.weights), cover.decided, 0
        for line, fate, up in zip(cover.lines, fates, raised, strict=True):
            if (up != (fate is Fate.RAISE) and fate is not None) or (not up and fate is None and line.must):
                break
            if fate is Fate.KEEP and line.must:
                break
            if fate is Fate.CONFIRM:
                weights[line.section] -= line.weight
                cost += 1
            elif up:
                points[line.section] += line.weight * (2 - line.points)
                decided += 0 if line.decided else line.weight
                cost += 1
            else:
                cost += line.fixes
        else:
            stops = [
                cheapest((have, 2 * weight), levels)
                for have, weight, levels in zip(points, weights, sections, strict=True)
            ]
            stops.append(cheapest((decided, sum(weights)), assessed))
            if sum(weights) and None not in stops:
                costs.append(cost + sum(stop for stop in stops if stop is not None))
    return min(costs, default=None)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.data())
def test_the_fewest_changes_are_the_fewest(data: st.DataObject):
    lines = data.draw(st.lists(LINES, max_size=7))
    met = data.draw(st.lists(st.integers(0, 12), min_size=3, max_size=3))  # weight already at 2, by section
    weights = [met[at] + sum(line.weight for line in lines if line.section == at) for at in range(3)]
    points = [2 * met[at] + sum(line.weight * line.points for line in lines if line.section == at) for at in range(3)]
    decided = sum(met) + sum(line.weight for line in lines if line.decided)
    cover = Cover(tuple(lines), tuple(points), tuple(weights), decided)
    fates = [data.draw(FATES) for _ in lines]
    fates = [None if fate is Fate.CONFIRM and line.decided else fate for fate, line in zip(fates, lines, strict=True)]
    sections = [data.draw(LEVELS) for _ in range(3)]
    assessed = data.draw(ASSESSED)
    assert cover.fewest(fates, sections, assessed) == brute(cover, fates, sections, assessed)
