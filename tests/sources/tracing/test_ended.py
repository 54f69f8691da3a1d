"""How a span ended, by whatever says so beside OpenTelemetry's status."""

from __future__ import annotations

import pytest

from readiness_tui.sources.kit import fields
from readiness_tui.sources.otel.cells import NOT_UNDERSTOOD, status_of
from readiness_tui.sources.tracing.ended import ended_well

UNSET, ENDED = 0, True


@pytest.mark.parametrize(
    "attributes",
    [
        {"error": "ConnectionError: refused"},
        {"error": True},
        {"error": 1},
        {"error.message": "no such branch"},
        {"error.type": "KeyError"},
        {"status": "Failed"},
        {"status": "timed out"},
        {"otel.status_code": "STATUS_CODE_ERROR"},
        {"level": "fatal"},
    ],
)
def test_any_error_beside_an_unset_status_is_an_error(attributes):
    assert ended_well(UNSET, ENDED, attributes, (), None) == (False, False)


@pytest.mark.parametrize(
    "attributes",
    [{}, {"error": "none"}, {"error": "False"}, {"error": ""}, {"error": 0}, {"error.message": "No error."},
     {"error.message": "null"}, {"status": "shipped"}, {"status": "ok"}],
)  # fmt: skip
def test_a_word_for_no_error_is_none(attributes):
    assert ended_well(UNSET, ENDED, attributes, (), None) == (True, True)


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (None, 0, ""),
        ({}, 0, ""),
        ({"code": 0, "deprecatedCode": 0}, 0, ""),
        ("ERROR", 2, ""),
        ("ok", 1, ""),
        (2, 2, ""),
        ({"statusCode": "STATUS_CODE_ERROR", "statusMessage": "slow"}, 2, "slow"),
        ({"status_code": 1}, 1, ""),
        ({"Code": "Error", "Description": "slow"}, 2, "slow"),
        ({"message": "slow"}, NOT_UNDERSTOOD, "slow"),
        ({"outcome": 2}, NOT_UNDERSTOOD, ""),
        ({"code": "bad"}, NOT_UNDERSTOOD, ""),
        ("purple", NOT_UNDERSTOOD, ""),
        ([2], NOT_UNDERSTOOD, ""),
        (True, NOT_UNDERSTOOD, ""),
    ],
)
def test_a_status_under_any_spelling_or_none_that_is_understood(status, code, message):
    notes = fields.Notes()
    assert status_of(status, notes) == (code, message)
    assert bool(list(notes.warnings("f"))) is (code == NOT_UNDERSTOOD)
