from __future__ import annotations

import pytest

from readiness_tui.domain.text.news import Deed, headline


@pytest.mark.parametrize(
    ("deeds", "said"),
    [
        ([Deed("ben", "score REL-02: 2"), Deed("chloe", "note on OBS-04")], "ben scored REL-02 · chloe wrote a note on OBS-04"),
        ([Deed("ben", "score REL-02: 2"), Deed("ben", "score REL-02: 1")], "ben scored REL-02"),
        ([Deed("ben", f"score REL-0{n}: 2") for n in range(12)], "ben: 12 changes"),
        ([Deed(name, "score REL-02: 2") for name in "abcd"], "4 people: 4 changes"),
        ([Deed("ben", "gaps and conditions brought up to date")], ""),
        ([Deed("ben", "owner of REL-02: ana"), Deed("ben", "due date of REL-02: none")],
         "ben named ana owner of REL-02, took the date from REL-02"),
        ([Deed("ben", "score OBS-01: undecided")], "ben took back the vote on OBS-01"),
        ([Deed("b\x1b[31m\nn", "note on X\x07")], "b␛[31m n wrote a note on X␇"),
        ([Deed("ben", "note on REL-02, kept beside another's")], "ben has a second version: note on REL-02"),
        ([Deed("ben", "depth: full")], "ben changed “depth: full”"),
        ([Deed("ben", "imported runs/nightly.jsonl")], "ben imported runs/nightly.jsonl"),
    ],
)  # fmt: skip
def test_what_others_did_is_one_line(deeds: list[Deed], said: str) -> None:
    assert headline(deeds) == said


@pytest.mark.parametrize(
    "what",
    [
        "score REL-02: 2", "score REL-02: undecided", "accept proof for REL-02", "REL-02: not applicable",
        "undid: score REL-02: 0", "REL-02: vote kept against the proof", "voted", "REL-02: something of a later version, 2",
    ],
)  # fmt: skip
def test_before_the_reveal_no_vote_and_no_item_is_said(what: str) -> None:
    assert headline([Deed("ben", what, ("REL-02",))], secret=True) == "ben voted"
    assert "note on REL-02" in headline([Deed("ben", "note on REL-02", ("REL-02",))], secret=True)
