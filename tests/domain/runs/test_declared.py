"""What a person declares of a run: only what its file does not say, and never what cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.declared import (
    as_digest,
    comparable,
    contradiction,
    dataset_of,
    fact_text,
    judge_of,
    named_digest,
    parse_fact,
    short_digest,
    start_known,
    with_declared,
)
from readiness_tui.domain.runs.model import DeclaredFact, Fact, Run

SEEN = datetime(2026, 11, 23, 12, tzinfo=UTC)
DIGEST = "ab" * 32


def run(**fields: object) -> Run:
    return Run("r1", "r1", "own", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2026-11-23T10:00Z", "2026-11-23T10:00:00+00:00"),
        ("2026-11-23 10:00", "2026-11-23T10:00:00+00:00"),  # without a zone: UTC, as the option says
        ("2026-11-23T12:00+02:00", "2026-11-23T10:00:00+00:00"),
        ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00+00:00"),
    ],
)
def test_a_start_is_a_time_in_utc(typed: str, stored: str) -> None:
    assert parse_fact(Fact.STARTED, typed, SEEN) == stored


@pytest.mark.parametrize(
    "typed", ["", "  ", "2026-11-23", "tomorrow", "2026-11-23T12:01Z", "2099-01-01T00:00Z", "1970-01-01T00:00Z", "0001-01-01T00:00+14:00"]
)  # fmt: skip
def test_what_is_no_start_is_refused(typed: str) -> None:
    with pytest.raises(ReadinessError):
        parse_fact(Fact.STARTED, typed, SEEN)


def test_names_and_digests() -> None:
    assert parse_fact(Fact.JUDGE, f" {DIGEST.upper()} ", SEEN) == DIGEST
    assert parse_fact(Fact.JUDGE, "judge-1", SEEN) == "judge-1"
    known = [("golden", DIGEST), ("other", "cd" * 32)]
    assert as_digest("Golden", known) == DIGEST
    assert as_digest("abababababab", known) == DIGEST
    assert as_digest("abab", known) == "abab"  # too short to be the beginning of a digest
    assert as_digest("nobody's", known) == "nobody's"
    with pytest.raises(ReadinessError, match="could be"):
        as_digest("golden", [*known, ("golden", "ef" * 32)])


def test_a_name_says_nothing_about_a_digest() -> None:
    name = named_digest("judge-1")
    assert comparable(name, named_digest("judge-2"))
    assert comparable(DIGEST, "cd" * 32)
    assert not comparable(name, DIGEST)
    assert not comparable(None, DIGEST)
    assert (short_digest(str(name)), short_digest(DIGEST)) == ("judge-1", "abababababab")
    assert judge_of(run(judge="judge-1")) == name
    assert judge_of(run(judge="judge-1", judge_digest=DIGEST)) == DIGEST
    # The name that a tool gives a data set may be any file's; what a person says of it is meant.
    assert dataset_of(run(dataset_name="golden")) is None
    said = with_declared(run(), [DeclaredFact(Fact.DATASET, "golden", "ana")], SEEN)
    assert dataset_of(said) == named_digest("golden")


def test_what_the_file_says_stands() -> None:
    own = run(pipeline_version="v1", judge="judge-1", dataset_digest=DIGEST, started_at=SEEN - timedelta(hours=2))
    for fact, value, word in (
        (Fact.VERSION, "v2", "'v1', and 'v2' was declared"),
        (Fact.JUDGE, "judge-2", "its judge is 'judge-1'"),
        (Fact.DATASET, "cd" * 32, "its dataset is"),
        (Fact.STARTED, (SEEN - timedelta(hours=1)).isoformat(), "10:00 UTC, and 23 Nov 2026 11:00 UTC was declared"),
    ):
        assert word in contradiction(own, fact, value, SEEN)
        kept = with_declared(own, [DeclaredFact(fact, value, "ana")], SEEN)
        assert kept.declared == ()
        assert "no longer counted" in kept.warnings[0]  # the file has come to say something else
    for fact, value in ((Fact.VERSION, "v1"), (Fact.STARTED, "2026-11-23T11:00:00+01:00")):
        assert contradiction(own, fact, value, SEEN) == ""
        assert with_declared(own, [DeclaredFact(fact, value, "ana")], SEEN) == own


def test_a_start_that_had_not_come_is_not_known_and_can_be_declared() -> None:
    future = run(started_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert not start_known(future.started_at, SEEN)
    assert start_known(future.started_at, None)  # nobody knows when it was here
    fact = DeclaredFact(Fact.STARTED, "2026-11-23T10:00:00+00:00", "ana")
    assert with_declared(future, [fact], SEEN).started_at == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert fact_text(fact) == "start 23 Nov 2026 10:00 UTC, declared by ana"


def test_a_declared_digest_is_shown_by_twelve_digits() -> None:
    assert fact_text(DeclaredFact(Fact.JUDGE, DIGEST, "ana")) == f"judge {DIGEST[:12]}, declared by ana"
    said = contradiction(run(judge_digest=DIGEST), Fact.JUDGE, "cd" * 32, SEEN)
    assert DIGEST[:12] in said
    assert DIGEST[:13] not in said
    assert "cd" * 7 not in said
