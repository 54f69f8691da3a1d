"""Joiners stay where letters and emoji need them, and are marked everywhere else; nothing but joiners is let through."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.text.format import fit, width
from readiness_tui.domain.text.joiners import JOINERS
from readiness_tui.domain.text.sanitise import one_line, to_json, visible

NAMES = (
    "علی‌رضا",  # Persian: ali-reza
    "می‌خواهم",
    "क्‍ष",  # Devanagari, the half form
    "र्‍या",
    "ක්‍ෂ",  # Sinhala
    "অ‍্যা",  # Bengali: a, ya-phalaa
    "അവന്‍",  # Malayalam, a chillu at the end
    "👨‍👩‍👧",
    "👩🏽‍⚕️ Ana",
    "🏴‍☠️",
    "❤️‍🔥",
    "🏃🏿‍♀️‍➡️",
)
MARKED = {
    "an\u200da": "an⟨200D⟩a",
    "\u200cana": "⟨200C⟩ana",
    "ana\u200d": "ana⟨200D⟩",
    "REL\u200c-01": "REL⟨200C⟩-01",
    "👨\u200dana": "👨⟨200D⟩ana",
    "ana\u200d👨": "ana⟨200D⟩👨",
    "👨\u200c👩": "👨⟨200C⟩👩",  # parts nothing: emoji do not join by themselves
    "👨\u200d\u200d👩": "👨⟨200D⟩⟨200D⟩👩",
    "🇩\u200d🇪": "🇩⟨200D⟩🇪",
    "रा\u200cम": "रा⟨200C⟩म",
    "دا\u200cد": "دا⟨200C⟩د",  # alef never joins the next letter
    "علی\u200c": "علی⟨200C⟩",
    "علی\u200c ana": "علی⟨200C⟩ ana",
    "علی\u200cana": "علی⟨200C⟩ana",
    "ана\u200dана": "ана⟨200D⟩ана",
    "क्\u200d\u200dष": "क्\u200d⟨200D⟩ष",
}
#: What was marked before joiners were let through, and how.
HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
ODD = "\x00\x1b\x07\x9b\x7f\r\n\t\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202e\u2066\u2069\ufeff\U000e0041\ud800"
LETTERS = "aZ1 -.اعلیدرخهمى\u064eक्षरािಕ್അന്ക්ෂ👨👩👧🏽❤\ufe0f🔥♀🇩🇪ан漢"
TEXTS = st.text(st.sampled_from(ODD + LETTERS), max_size=12) | st.text(max_size=20)


@pytest.mark.parametrize("name", NAMES)
def test_names_print_as_they_are_everywhere(name: str) -> None:
    assert visible(name) == one_line(f" {name} ") == name
    assert json.loads(to_json(name)) == name
    assert name in to_json({"by": name})


@pytest.mark.parametrize("text", MARKED)
def test_a_joiner_that_nobody_would_see_is_marked(text: str) -> None:
    assert visible(text) == MARKED[text]
    assert json.loads(to_json(text)) == text
    assert "\\u200" in to_json(text)


def _as_before(text: str) -> str:
    def mark(match: re.Match[str]) -> str:
        code = ord(match.group())
        if code < 0x20:
            return chr(0x2400 + code)
        return "\u2421" if code == 0x7F else "\ufffd" if 0xD800 <= code <= 0xDFFF else f"\u27e8{code:X}\u27e9"

    return HOSTILE.sub(mark, text)


@given(TEXTS)
@example("\u200d")
@example("क्\u200d")
def test_nothing_else_is_shown_otherwise_than_before(text: str) -> None:
    shown = visible(text)
    assert _as_before(shown) == _as_before(text.replace("\r\n", "\n"))
    assert {one for one in shown if HOSTILE.match(one)} <= set(JOINERS)
    for at in (at for at, one in enumerate(shown) if one in JOINERS):
        near = shown[at - 1]
        assert at
        assert not near.isascii()
        assert near not in JOINERS
        assert unicodedata.category(near)[0] in "LMS"
    assert visible(shown) == shown


@given(TEXTS, st.integers(1, 8))
def test_what_is_cut_ends_in_no_joiner_and_fits(text: str, room: int) -> None:
    shown = visible(text, room)
    assert len(shown) <= room
    assert shown == visible(text) or not shown.endswith(tuple(JOINERS))
    clean = one_line(text)
    assert width(fit(clean, room)) == room


def test_a_column_is_as_wide_as_what_a_terminal_draws() -> None:
    assert [width(one) for one in ("علی‌رضا", "क्‍ष", "👨‍👩‍👧", "👩🏽", "कु", "漢字", "a\u0301")] == [6, 2, 2, 2, 1, 4, 1]


def test_names_are_the_same_however_a_keyboard_joins_or_accents_them() -> None:
    assert name_key("علی‌رضا") == name_key("علیرضا ")
    assert name_key("क्‍ष") == name_key("क्ष")
    assert name_key("José") == name_key("JOSE\u0301")
    assert name_key("an\u200da") == name_key("Ana")
    assert len({name_key(one) for one in ("ana", "ena", "علی", "علی رضا", "Jose")}) == 5
