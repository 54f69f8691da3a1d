"""Every text of a value is masked, however deep; what holds none is handed back as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from readiness_tui.domain.text.masking import masked

KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"
MAIL = "jane.doe@acme.io"


class Word(StrEnum):
    KEY = KEY  # a name of the program's own


class Named(NamedTuple):
    said: str


class Text(str):
    pass


@dataclass(frozen=True)
class Inner:
    said: str
    count: int = 1
    uid: str = "x"


@dataclass(frozen=True)
class Outer:
    inner: Inner
    rows: tuple[Any, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


def test_a_credential_is_masked_in_every_shape_that_holds_a_text() -> None:
    shapes = (
        KEY, Text(KEY), (KEY,), [KEY], {"a": KEY}, {KEY: 1}, Named(KEY), Inner(KEY), Inner("x", uid=KEY), Outer(Inner(KEY)),
        Outer(Inner("x"), (1, None, (Inner(KEY),))), Outer(Inner("x"), more={"a": [{"b": (KEY, True)}]}),
    )  # fmt: skip
    for shape in shapes:
        shown = masked(shape)
        assert KEY not in repr(shown)
        assert "[masked" in repr(shown)
        assert type(shown) is type(shape) or isinstance(shape, (Text, Named))
        assert KEY in repr(shape), "what was handed in is as it was"
    assert masked(Word.KEY) is Word.KEY


def test_what_holds_nothing_is_handed_back_itself_and_what_may_be_changed_is_another() -> None:
    card = Outer(Inner("fine", 3), (Inner("x"), "words that say nothing of a key", 1.5, None, True))
    assert masked(card.inner) is card.inner
    assert masked(card.rows) is card.rows
    assert masked(card) == card
    assert masked(card).more is not card.more
    for held in ([1, "a"], {"a": [1]}):
        assert masked(held) == held
        assert masked(held) is not held


def test_personal_data_is_masked_where_it_is_asked_for_and_not_in_ids() -> None:
    assert masked(Inner(MAIL, uid="4111 1111 1111 1111"), personal=True) == Inner(
        "[masked email]", uid="4111 1111 1111 1111"
    )
    assert masked(Inner(MAIL)) == Inner(MAIL)
    assert masked("half \ud800 a pair") == "half ? a pair"
