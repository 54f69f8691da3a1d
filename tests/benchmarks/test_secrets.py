"""The figures of `python -m benchmarks.secrets` hold: of each half 95 in 100 credentials are masked, and of harmless texts
one in 100 at most is changed."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from benchmarks.secrets import (
    bystanders,
    detectors,
    development,
    harmless,
    held_out,
    logged,
    lookalikes,
    onlookers,
    passersby,
    sampled,
    scanners,
    strangers,
    union,
)
from benchmarks.secrets.measure import hidden, measure


@pytest.mark.parametrize(
    "half",
    [development, held_out, strangers, scanners, detectors, union, logged, sampled],
    ids=lambda one: one.__name__.rpartition(".")[2],
)
def test_nearly_all_is_masked_and_nearly_nothing_else(half) -> None:
    samples = half.samples(5)
    plain = (harmless, lookalikes, bystanders, passersby, onlookers)
    found = measure(samples, [*(text for texts in plain for text in texts.samples(5)), *logged.harmless()])
    assert found.kinds >= 80
    assert len(samples) == 5 * found.kinds
    assert found.found >= 0.95 * found.tried, found.missed
    assert found.harmless >= 1200
    assert len(found.alarms) <= 0.01 * found.harmless, found.alarms


def test_every_text_holds_its_credential_and_the_halves_share_none() -> None:
    lists = [one.samples(5) for one in (development, held_out, strangers, scanners, detectors, union, logged, sampled)]
    for kind, text, secret in chain.from_iterable(lists):
        assert secret in text, kind
        assert not hidden(secret, text), kind
    for one, other in combinations(lists, 2):
        assert not {text for _, text, _ in one} & {text for _, text, _ in other}


def test_a_mask_that_leaves_half_is_none() -> None:
    samples = [("half", "key abcdefghijklmnop", "abcdefghijklmnop")]
    assert measure(samples, [], lambda text: text.replace("abcdefgh", "…")).found == 0
    assert measure(samples, [], lambda text: text.replace("abcdefghijklmnop", "…")).found == 1
    assert measure([], ["as it is"], str.upper).alarms == ["as it is"]
