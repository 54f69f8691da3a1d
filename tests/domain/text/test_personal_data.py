"""Personal data in text: what is one, what only looks like one. All numbers are the standards' own examples."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.text.personal_data import find_personal_data, luhn


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("mail jane.doe@acme-corp.de.", "email", "jane.doe@acme-corp.de"),
        ('{"from":"j.o+x@mail.acme.co.uk"}', "email", "j.o+x@mail.acme.co.uk"),
        ("call +49 30 1234567-8 now", "phone", "+49 30 1234567-8"),
        ("+1 (415) 555-0132", "phone", "+1 (415) 555-0132"),
        ("phone: 030 123 456 78", "phone", "030 123 456 78"),
        ("to DE89 3704 0044 0532 0130 00 BITTE", "iban", "DE89 3704 0044 0532 0130 00"),
        ("GB82WEST12345698765432", "iban", "GB82WEST12345698765432"),
        ("card 4111 1111 1111 1111, 12/29", "card", "4111 1111 1111 1111"),
        ("378282246310005", "card", "378282246310005"),
        ("4539578763621486", "card", "4539578763621486"),
    ],
)
def test_a_piece_of_personal_data_is_found_where_it_stands(text: str, kind: str, found: str) -> None:
    assert [(hit.pattern, text[hit.start : hit.end]) for hit in find_personal_data(text)] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "x@example.com, support@acme.de, git@github.com",
        "a@b, @user, user@localhost, 5@3.2",
        "https://user@acme.com/x",
        "2026-11-16T01:32:46.652Z",
        "0.8933214512345 1700000000000000000",
        "4111 1111 1111 1112",  # its check digit does not hold
        "DE88 3704 0044 0532 0130 00",
        "550e8400-e29b-41d4-a716-446655440000",
        "A-11233 R-3003 10.0.0.254 5,000,000",
        "0000000000000000 00000000000000",
        "order 030 123 456 78",  # nobody says that it is a telephone's
        "the hotel cancelled 2 of 12 rooms",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert find_personal_data(text) == []


@given(st.integers(0, 10**15))
def test_luhn_accepts_exactly_one_check_digit(number: int) -> None:
    assert sum(luhn(f"{number}{digit}") for digit in range(10)) == 1


@given(
    st.lists(
        st.sampled_from(["a@b.de", "+49 30 1234567", " ", "@", "4111111111111111", "DE89", "370400440532013000", "x"])
    )
)
def test_hits_lie_inside_the_text_and_do_not_overlap(parts: list[str]) -> None:
    text = "".join(parts)
    hits = find_personal_data(text)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all(one.end <= two.start for one, two in itertools.pairwise(hits))


def test_long_hostile_texts_end() -> None:
    for text in ("@" * 50_000, "1" * 50_000, "a." * 25_000 + "@" + "b-" * 25_000, "+1 " * 20_000, "DE12 " * 10_000):
        find_personal_data(text)
