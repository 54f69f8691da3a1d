"""A million values without a million objects: what the bounds do with `array('d')`, and with clusters as `array('q')`.

Each function takes lists as well and comes to the very same figure, to the last digit: sums are exact (`math.fsum`), and
what is added step by step is added in the same order. Clusters in an array are numbered 0 … G − 1, without gaps.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

_STEP = 65_536  # values worked on at once: what is made on the way stays small


def in_order(values: Sequence[float]) -> Sequence[float]:
    """Sorted."""
    if not isinstance(values, array):
        return sorted(values)
    import numpy as np

    return _made(np.sort(np.frombuffer(values)))


def less(values: Sequence[float], by: float) -> Sequence[float]:
    """Each value less `by`."""
    if not isinstance(values, array):
        return [value - by for value in values]
    import numpy as np

    return _made(np.frombuffer(values) - by)


def less_each(sums: Sequence[float], by: float, sizes: Sequence[int]) -> Sequence[float]:
    """Each cluster's sum less `by` for every one of its values."""
    if not isinstance(sums, array):
        return [own - by * size for own, size in zip(sums, sizes, strict=True)]
    import numpy as np

    return _made(np.frombuffer(sums) - by * np.frombuffer(_ints(sizes), dtype=np.int64))


def parts_of_ratio(
    tops: Sequence[float], top: float, bottoms: Sequence[float], bottom: float
) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
    """How far each numerator is above the mean one `top`, each denominator below `bottom`, as shares; and both added."""
    if not isinstance(tops, array) or not isinstance(bottoms, array):
        above, below = [a / top - 1 for a in tops], [1 - b / bottom for b in bottoms]
        return above, below, [a + b for a, b in zip(above, below, strict=True)]
    import numpy as np

    over, under = np.frombuffer(tops) / top - 1, 1 - np.frombuffer(bottoms) / bottom
    return _made(over), _made(under), _made(over + under)


def power_sums(values: Sequence[float], scale: float = 1.0) -> tuple[float, float]:
    """The sums of the squares and of the cubes of `values` / `scale`."""
    if not isinstance(values, array):
        scaled = [d / scale for d in values]
        return math.fsum([d * d for d in scaled]), math.fsum([d * d * d for d in scaled])
    import numpy as np

    parts = np.frombuffer(values) / scale
    return math.fsum((parts * parts).data), math.fsum((parts * parts * parts).data)


def up_to(values: Sequence[float], point: float) -> int:
    """How many are at most `point`."""
    if not isinstance(values, array):
        return sum(value <= point for value in values)
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(values) <= point))


def groups_of(clusters: Sequence[Hashable]) -> int:
    """How many clusters there are."""
    return max(clusters, default=-1) + 1 if isinstance(clusters, array) else len(set(clusters))


def numbered(clusters: Sequence[Hashable]) -> Any:
    """The clusters as numbers, for numpy."""
    import numpy as np

    if isinstance(clusters, array):
        return np.frombuffer(clusters, dtype=np.int64)
    places: dict[Hashable, int] = {}
    return np.array([places.setdefault(cluster, len(places)) for cluster in clusters])


def summed(clusters: Sequence[Hashable], *columns: Sequence[float]) -> tuple[Sequence[int], list[Sequence[float]]]:
    """The size of each cluster, and of every column its sum."""
    if isinstance(clusters, array):
        return _summed(clusters, columns)
    places: dict[Hashable, list[int]] = {}
    for at, cluster in enumerate(clusters):
        places.setdefault(cluster, []).append(at)
    sums: list[Sequence[float]] = [
        [math.fsum([values[at] for at in own]) for own in places.values()] for values in columns
    ]
    return [len(own) for own in places.values()], sums


def _summed(clusters: array[int], columns: Sequence[Sequence[float]]) -> tuple[Sequence[int], list[Sequence[float]]]:
    import numpy as np

    numbers = numbered(clusters)
    order, sizes = np.argsort(numbers, kind="stable"), np.bincount(numbers)
    starts = np.cumsum(sizes) - sizes
    several = np.flatnonzero(sizes > 1)
    made: list[Sequence[float]] = []
    for column in columns:
        values = np.frombuffer(_floats(column))[order]
        sums, held = values[starts], values.data
        for group in several.tolist():
            at = int(starts[group])
            sums[group] = math.fsum(held[at : at + int(sizes[group])])
        made.append(_made(sums))
    return _ints(sizes.tolist()), made


def _made(numbers: Any) -> array[float]:
    """The array of a numpy array of floats."""
    made = array("d")
    made.frombytes(numbers.data.cast("B"))
    return made


def _floats(values: Sequence[float]) -> array[float]:
    return values if isinstance(values, array) else array("d", values)


def _ints(values: Sequence[int]) -> array[int]:
    return values if isinstance(values, array) else array("q", values)


def shares_beyond(values: Sequence[float], point: float, share: float, clusters: Sequence[Hashable]) -> Iterator[float]:
    """Of each cluster, how many of its values are at most `point`, less as many times `share`."""
    if not isinstance(clusters, array):
        sums: dict[Hashable, float] = {}
        for value, cluster in zip(values, clusters, strict=True):
            sums[cluster] = sums.get(cluster, 0.0) + (value <= point) - share
        yield from sums.values()
        return
    import numpy as np

    held, numbers = np.frombuffer(_floats(values)), numbered(clusters)
    made = np.zeros(int(numbers.max(initial=-1)) + 1)
    for at in range(0, len(held), _STEP):
        part = held[at : at + _STEP]
        steps = np.empty(2 * len(part))
        steps[::2], steps[1::2] = part <= point, -share
        np.add.at(made, np.repeat(numbers[at : at + _STEP], 2), steps)  # one by one, in order
    yield from made.data
