"""Ranking metrics against scikit-learn, on rankings for which both are defined."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import label_ranking_average_precision_score, precision_score, top_k_accuracy_score

from readiness_tui.domain.metrics import Observed, RunData, observe
from readiness_tui.domain.runs.model import Case, Chunk, EvalSet, GoldenCase, Run

WIDTH, QUERIES = 5, 200


def drawn() -> tuple[np.ndarray, RunData]:
    """Rankings of five documents with exactly one relevant each, where the named figures of scikit-learn are ours."""
    rng = np.random.default_rng(21)
    relevant = rng.integers(0, WIDTH, QUERIES)
    cases, golden = [], []
    relevance = np.zeros((QUERIES, WIDTH), dtype=int)
    for i, place in enumerate(relevant):
        relevance[i, place] = 1
        chunks = tuple(
            Chunk(f"c{rank}", rank + 1, source="right" if rank == place else f"wrong-{rank}") for rank in range(WIDTH)
        )
        cases.append(Case(f"case-{i}", chunks=chunks))
        golden.append(GoldenCase(f"case-{i}", "?", ("right",)))
    return relevance, RunData(Run("r", "r", "t"), tuple(cases), EvalSet("g", "d", tuple(golden)))


def value(metric: str, data: RunData) -> float:
    seen = observe(metric, data)
    assert isinstance(seen, Observed)
    return seen.estimate.value


def test_mrr_is_the_average_precision_of_rankings_with_one_right_answer() -> None:
    relevance, data = drawn()
    scores = np.tile(np.arange(WIDTH, 0, -1.0), (QUERIES, 1))
    assert value("mrr", data) == pytest.approx(label_ranking_average_precision_score(relevance, scores))


def test_context_precision_is_the_precision_of_taking_all_that_came_back() -> None:
    relevance, data = drawn()
    assert value("context_precision", data) == pytest.approx(
        precision_score(relevance, np.ones_like(relevance), average="samples")
    )


def test_hit_rate_is_the_accuracy_of_the_first_k() -> None:
    relevance, data = drawn()
    kept = 3
    cut = RunData(
        data.run,
        tuple(Case(case.id, chunks=(case.chunks or ())[:kept]) for case in data.cases),
        data.golden,
    )
    scores = np.tile(np.arange(WIDTH, 0, -1.0), (QUERIES, 1))
    expected = top_k_accuracy_score(relevance.argmax(axis=1), scores, k=kept, labels=range(WIDTH))
    assert value("retrieval_hit_rate", cut) == pytest.approx(expected)
