"""The quick look misses nothing that the exact search finds, with RE2 and without."""

from __future__ import annotations

import random
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.text import personal_data, secrets, sieve
from readiness_tui.domain.text.personal_data import find_personal_data, luhn
from readiness_tui.domain.text.secrets import find_secrets
from tests.domain.text import test_personal_data, test_secrets

ENGINES = ["re2", "re"]
PERSONAL = [
    case[0] for case in test_personal_data.test_a_piece_of_personal_data_is_found_where_it_stands.pytestmark[0].args[1]
]
INNOCENT = [
    *test_secrets.INNOCENT,
    *test_personal_data.test_what_only_looks_like_it_is_left_alone.pytestmark[0].args[1],
]
KEYS = [*test_secrets.CREDENTIALS, *(around.format(secret) for around, secret, _ in test_secrets.ASSIGNED)]
# What Python's `re` takes for a letter of ASCII or for white space, and UTF-8 writes as several bytes.
ODD = [
    "\u017f",
    "\u212a",
    "\u0130",
    "\u0131",
    "\u00a0",
    "\u2003",
    "\u3000",
    "\u0085",
    "\x1c",
    "é",
    "\ud800",
    "漢",
    "\0",
]


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    use(request.param, monkeypatch)


def use(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "re2":
        pytest.importorskip("re2")
        assert sieve._re2() is not None
    else:
        monkeypatch.setattr(sieve, "_re2", lambda: None)


def exact(texts: list[str]) -> set[int]:
    return {at for at, text in enumerate(texts) if find_secrets(text) or find_personal_data(text)}


def missed(texts: list[str]) -> list[str]:
    """With both engines, where RE2 is installed."""
    with pytest.MonkeyPatch.context() as patch:
        seen = set(sieve.suspects(texts))
        patch.setattr(sieve, "_re2", lambda: None)
        slow = set(sieve.suspects(texts))
    return [texts[at] for at in exact(texts) if at not in seen or at not in slow]


@pytest.mark.usefixtures("engine")
def test_every_example_of_the_exact_search_is_seen_among_others() -> None:
    texts = [text for pair in zip(KEYS, INNOCENT * 4, strict=False) for text in pair] + PERSONAL
    assert exact(texts) >= set(range(0, 2 * len(KEYS), 2))
    assert set(sieve.suspects(texts)) >= exact(texts)


@pytest.mark.usefixtures("engine")
def test_plain_prose_and_times_are_passed_by() -> None:
    """Else the quick look would be none."""
    dull = [
        "How do I reset my password? Under Settings, Security: choose Reset.",
        "Order 48211 of 2026-11-16T01:32:46.652Z was refunded on 2026-11-17 at 14:05, see kb-123#4.",
        '{"order": 48211, "state": "shipped", "at": "2026-11-16T01:32:46.652Z"}',
        "Your ticket 1788888888 is open; https://docs.acme.de/kb/12 says more.",
        "",
    ]
    assert list(sieve.suspects(dull * 50)) == []


@pytest.mark.usefixtures("engine")
def test_a_hit_is_its_own_texts_and_not_its_neighbours(monkeypatch) -> None:
    monkeypatch.setattr(sieve, "_AT_ONCE", 500)  # several blocks
    rng = random.Random(12)
    for odd in ("", "é", "漢字", "\u212a"):
        texts = [odd + "nothing here" * rng.randrange(6) for _ in range(200)]
        marked = sorted(rng.sample(range(200), 20))
        for at in marked:
            texts[at] += " " + rng.choice([test_secrets.JWT, "4111 1111 1111 1111", "jane.doe@acme.de"])
        found = list(sieve.suspects(texts))
        assert found == (marked if odd != "\u212a" else sorted({*marked, *found}))


@pytest.mark.usefixtures("engine")
def test_a_text_that_joins_with_the_next_hides_neither() -> None:
    """An expression that runs on over the end of a text is not the end of the search in the next one."""
    texts = [
        "password=",
        test_secrets.JWT,
        "bearer ",
        "abcDEF123456ghiJKL789",
        "Authorization: Bearer",
        "hunter2secret",
    ]
    texts += ["password=", "password=hunter2secret"]
    assert set(sieve.suspects(texts)) >= {1, 7}


def needs_its_check(rule: secrets.SecretRule) -> bool:
    """What stands in a sentence has a digit or a sign in it; an option's name begins with a dash."""
    return rule.gate == "spoken" or (rule.loose[0].startswith("--"))


#: Those of one name and of another expression alike.
RULES = [
    pytest.param(rule, id=f"{rule.name}-{at}", marks=() if at % 24 == 0 else pytest.mark.slow)
    for at, rule in enumerate(secrets.RULES)
]


@pytest.mark.parametrize("rule", RULES)
def test_what_a_rule_matches_is_seen(rule) -> None:
    """Whatever its further check says, unless it is one that the quick look leans on: see `needs_its_check`."""
    rng = random.Random(rule.name)
    pattern = secrets._expression(rule.exact, rule.any_case)

    @settings(max_examples=30, deadline=None)
    @given(st.from_regex(pattern), st.sampled_from(["", "x ", "漢", "é"]))
    def check(text: str, before: str) -> None:
        texts = [before, before + text, rng.choice(INNOCENT)]
        if not any(not needs_its_check(rule) or rule.sure(found) for found in pattern.finditer(texts[1])):
            return
        with pytest.MonkeyPatch.context() as patch:
            assert 1 in set(sieve.suspects(texts))
            patch.setattr(sieve, "_re2", lambda: None)
            assert 1 in set(sieve.suspects(texts))

    check()


def number(draw, lengths: list[int], prefix: str) -> str:
    """Digits after a prefix, with a check digit that holds."""
    length = draw(st.sampled_from(lengths))
    body = prefix + draw(st.text("0123456789", min_size=length - 1 - len(prefix), max_size=length - 1 - len(prefix)))
    return next(body + digit for digit in string.digits if luhn(body + digit))


@st.composite
def cards(draw) -> str:
    prefix, lengths = draw(
        st.sampled_from(
            [
                ("4", [13, 16, 19]),
                ("51", [16]),
                ("55", [16]),
                ("2221", [16]),
                ("2720", [16]),
                ("34", [15]),
                ("37", [15]),
                ("36", [14]),
                ("38", [14]),
                ("300", [14]),
                ("305", [14]),
                ("6011", [16, 19]),
                ("65", [16, 17, 18, 19]),
                ("644", [16, 19]),
                ("62", [16, 17, 18, 19]),
                ("3528", [16, 19]),
                ("3589", [16]),
            ]
        )
    )
    digits = number(draw, lengths, prefix)
    sign = draw(st.sampled_from(["", " ", "-"]))
    if len(digits) == 15:
        return sign.join((digits[:4], digits[4:10], digits[10:]))
    return sign.join(re.findall(".{1,4}", digits))


@st.composite
def ibans(draw) -> str:
    country = draw(st.sampled_from(sorted(personal_data._IBAN_LENGTH)))
    size = personal_data._IBAN_LENGTH[country] - 4
    rest = draw(st.text(string.digits, min_size=size, max_size=size))
    if draw(st.booleans()):
        rest = draw(st.text(string.ascii_uppercase, min_size=4, max_size=4)) + rest[4:]
    value = int("".join(str(int(sign, 36)) for sign in f"{rest}{country}00"))
    plain = f"{country}{98 - value % 97:02d}{rest}"
    return " ".join(re.findall(".{1,4}", plain)) if draw(st.booleans()) else plain


@st.composite
def phones(draw) -> str:
    head = draw(
        st.sampled_from(
            ["+", "00", "phone: ", "Tel. ", "Telephone no: ", "MOBILE=", "cell # ", "Telefon-Nr. (", "fax: 0"]
        )
    )
    groups = draw(st.lists(st.text(string.digits, min_size=1, max_size=4), min_size=3, max_size=5))
    return head + "1" + draw(st.sampled_from([" ", "-", "/", ") ", ""])).join(groups)


@st.composite
def emails(draw) -> str:
    word = st.text(string.ascii_letters + string.digits, min_size=1, max_size=8)
    return f"{draw(word)}.{draw(word)}@{draw(word)}-{draw(word)}.{draw(st.sampled_from(['de', 'co.uk', 'COM']))}"


noise = st.text(
    st.sampled_from([*string.ascii_letters, *string.digits, *" \n\t:=@_-./\\\"'+(){}[],;<>%&#", *ODD]), max_size=60
)
pieces = st.one_of(
    noise,
    cards(),
    ibans(),
    phones(),
    emails(),
    st.sampled_from(KEYS),
    st.sampled_from(INNOCENT),
    st.sampled_from(PERSONAL),
)
texts = st.lists(st.lists(pieces, max_size=4).map("".join), min_size=1, max_size=6)


@pytest.mark.slow
@given(texts)
@settings(max_examples=300, deadline=None)
def test_nothing_is_missed_in_noise(some: list[str]) -> None:
    assert missed(some) == []


@given(st.one_of(cards(), ibans(), phones(), emails()), st.sampled_from([*ODD, " ", "\n", "(", "x ", '"']))
@settings(max_examples=300, deadline=None)
def test_a_number_or_address_beside_an_odd_sign_is_seen(piece: str, sign: str) -> None:
    assert missed(["before", sign + piece + sign, "behind"]) == []


@pytest.mark.parametrize("word", ["password", "api_key", "ACCESS-TOKEN", "Authorization: Basic", "Bearer", "phone"])
def test_a_name_in_letters_that_only_look_like_ascii_is_seen(word: str) -> None:
    for odd, plain in (("\u017f", "s"), ("\u212a", "k"), ("\u0130", "i"), ("\u0131", "i")):
        for letter in (plain, plain.upper()):
            for value in ("=hunter2secret", "= abcDEF123456ghiJKL789", " 4111 1111 1111 1111"):
                assert missed([word.replace(letter, odd) + value]) == []


@pytest.mark.slow
def test_generated_keys_in_long_noise_are_seen() -> None:
    """A thousand records of random letters, a third of them with a piece of something."""
    rng = random.Random(2026)
    signs = string.ascii_letters + string.digits + "     ..,,:=/-_@\"'\n" + "".join(ODD[:10])
    found: list[str] = []
    for _ in range(3_000):
        text = "".join(rng.choices(signs, k=rng.randrange(400)))
        if rng.random() < 0.4:
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice([" ", "", '"', "\\n"]) + rng.choice([*KEYS, *PERSONAL, *INNOCENT]) + text[at:]
        found.append(text)
    assert len(exact(found)) > 500
    assert missed(found) == []


def test_each_expression_begins_with_what_python_finds_fast() -> None:
    for group in sieve._GROUPS.values():
        for one in group:
            assert re.match(r"(?:[a-z0-9@:/_-]|\\[.|+$\"']|[^\x00-\x7f]){1,}(?![?*{])", one), one


@pytest.mark.slow
@pytest.mark.parametrize("unit", [*test_secrets.SPITE, "@", "a.", "+1 ", "DE12 ", "1", "phone: ", "tel", "1 1 ", "漢"])
def test_a_megabyte_of_spite_is_read_through(unit: str, monkeypatch) -> None:
    """A quadratic expression would need hours for one of these: the suite would never end."""
    text = unit * (1_000_000 // len(unit))
    assert list(sieve.suspects([text])) in ([], [0])
    monkeypatch.setattr(sieve, "_re2", lambda: None)
    assert list(sieve.suspects([text])) in ([], [0])


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    "text", ["ПАРОЛЬ: hunter2!", "Пароль\x85:hunter2!", "user:0;pW::\x85hunter2!", "user bob, pw:\u3000hunter2!"]
)
def test_what_a_sentence_tells_is_seen_in_capitals_and_behind_odd_white_space(text: str) -> None:
    assert secrets.find_secrets(text)
    assert list(sieve.suspects(["", text, "harmless"])) == [1]
