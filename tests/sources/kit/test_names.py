"""Which flat numbers are scores."""

from __future__ import annotations

import pytest

from readiness_tui.sources.kit.names import is_flat_score, snake


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("faithfulness", 0.9), ("Answer Relevancy", 4), ("answerRelevance", 0.4), ("judge_score", 87), ("user_rating", 5),
        ("f1", 0.7), ("token_f1", 0.7), ("exact_match", 1), ("must_include", 1), ("not_toxic", 1), ("tone", 0.2),
        ("error_rate", 0.02), ("retry_rate", 0.1), ("code_quality", 0.8), ("context_precision", 1), ("perplexity", 12.3),
        ("latency_score", 0.7),
    ],
)  # fmt: skip
def test_a_name_that_reads_as_a_metric_or_a_share_of_unknown_name_is_one(name, value):
    assert is_flat_score(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status_code", 1), ("statusCode", 200), ("num_correct", 1), ("n_tools", 0), ("max_score", 10), ("score_threshold", 0.5),
        ("price", 0.1), ("cost_cents", 0.3), ("responseCost", 0.01), ("ttft", 0.3), ("attempt", 1), ("turns", 1),
        ("context_length", 4000), ("tokens_used", 1), ("tokens", 50), ("p95", 0.4), ("created", 1767225600), ("weird", 7),
        ("retries", 0), ("errors", 0), ("frame_rate", 60), ("cost_rate", 2), ("tone", -0.5), ("user_id", 1), ("startTime", 0.1),
    ],
)  # fmt: skip
def test_a_name_that_counts_times_or_prices_and_a_large_number_of_unknown_name_is_none(name, value):
    assert not is_flat_score(name, value)


@pytest.mark.parametrize("name", ["requestId", "Request-ID", "@request_id", "request id", "_request_id_"])
def test_one_name_has_one_spelling(name):
    assert snake(name) == "request_id"
