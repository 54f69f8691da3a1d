"""Hit rate, precision and MRR against an implementation of its own, on ranked lists drawn at random.

The oracle knows nothing of cases or gold: relevance as a matrix, metrics as array operations.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.metrics import Observed, RunData, observe
from readiness_tui.domain.runs.model import Case, Chunk, EvalSet, GoldenCase, Run

DOCUMENTS = [f"doc-{n}" for n in range(8)]
queries = st.lists(
    st.tuples(
        st.lists(st.sampled_from(DOCUMENTS), max_size=6, unique=True),  # retrieved, best first
        st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=3, unique=True),  # relevant
        st.randoms(use_true_random=False),
    ),
    min_size=1,
    max_size=40,
)


def oracle(rows: list[tuple[list[str], list[str]]]) -> dict[str, float]:
    width = max(1, *(len(found) for found, _ in rows))
    relevance = np.zeros((len(rows), width), dtype=bool)
    lengths = np.array([len(found) for found, _ in rows])
    for row, (found, relevant) in enumerate(rows):
        relevance[row, : len(found)] = np.isin(found, relevant) if found else []
    reciprocal = relevance / np.arange(1, width + 1)
    return {
        "retrieval_hit_rate": float(relevance.any(axis=1).mean()),
        "context_precision": float((relevance.sum(axis=1) / np.maximum(lengths, 1)).mean()),
        "mrr": float(reciprocal.max(axis=1).mean()),
    }


@settings(deadline=None, max_examples=60)
@given(queries)
def test_retrieval_metrics_agree_with_the_oracle(drawn: list[tuple[list[str], list[str], object]]) -> None:
    rows = [(found, relevant) for found, relevant, _ in drawn]
    gold = EvalSet("g", "d", tuple(GoldenCase(f"c{i}", "?", tuple(relevant)) for i, (_, relevant) in enumerate(rows)))
    cases = []
    for i, (found, _, shuffler) in enumerate(drawn):
        chunks = [Chunk(f"{name}#1", rank, source=name) for rank, name in enumerate(found, 1)]
        shuffler.shuffle(chunks)  # type: ignore[attr-defined]  # the rank decides, not the order in the file
        cases.append(Case(f"c{i}", chunks=tuple(chunks)))
    for metric, expected in oracle(rows).items():
        seen = observe(metric, RunData(Run("r", "r", "t"), tuple(cases), gold))
        assert isinstance(seen, Observed), metric
        assert seen.estimate.value == pytest.approx(expected), metric
