"""Credentials that stand behind a name or in a sentence, or are wrapped up; and what only looks like one."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.text.masking import masked
from readiness_tui.domain.text.secret.wrapped import unescaped
from readiness_tui.domain.text.secrets import find_secrets, mask

KEY = "sk-proj-" + "Zk3vTq8LmN1pRs5UwXy7Ab9Cd2Ef4Gh6Jk"
NAMED = [
    ("curl -u '{}:' https://api.example.com", "sk9fQ2LmX7vTz"),
    ("curl --user {}:x https://a.example/v1", "8f3ac1d29b7e4506"),
    ("curl -s -u $KEY_ID:{} https://x.example", "Zq8LmX7vTz2Rk"),
    ("Authorization: Token {}", "9Q2LX7ZT4M"),
    ("Authorization: {}", "QX7T2LM-9ZK4R2P-AB3D9FQ"),
    ('{{"Authorization": f"Token {}"}}', "7c1e0f3a-52b9-4d0e-8f11-aa02bb13cc24"),
    ("token = {}", "aB3x" * 220),
    ("The Acme secret key ({}) leaked", "Zk3vTq8LmN1pRs5UwXy7"),
    ("Incorrect API key supplied: {}", "Zk3vTq8LmN1pRs5U"),
    ("the token that you need is {}", "Zk3vTq8LmN1pRs5UwXy7"),
    ('variable "db_password" {{\n  type = string\n  sensitive = true\n  default = "{}"\n}}', "Tr0ub4dor.x"),
    ("set -gx STRIPE_KEY {}", "rk9fQ2LmX7vTz"),
    ("ssl_key_pass: '{}'", "Maple-River9"),
    ('char wifi_password[] = "{}";', "hunter2!x"),
    ("logging in as bob with password {}", "Hunter2!x"),
    ("https://x.example/api?key={}", "1234567-0492f2463dcb44ca04dbc0afb"),
    ("PASSWORD={}", "swordfish"),
    ("password: '{}'", "correcthorse"),
    ("password={}", "19880412"),
    ('"db_password": "{}"', "p@ss,word;1"),
    ("MYSQL_PWD={} run", "hunter2"),
    ("SECRET_KEY_BASE={}", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
    ("<apiKey>{}</apiKey>", "a1b2c3d4e5f6g7"),
    ('<add key="SmtpPassword" value="{}" />', "Hunter2!x"),
    ("my password is {}", "hunter2!"),
    ("mein Passwort lautet {}", "hunter2!"),
    ("mi contraseña es {}", "hunter2!"),
    ("пароль: {}", "hunter2!"),
    ("密码是{}", "hunter2!x"),
    ("the password for the printer is {}", "Tr0ub4dor"),
    ("curl -u admin:{} https://x", "s3same!"),
    ("mysql -u root -p{} -h db", "S3cretPw"),
    ("tool --password {} --now", "Hunter2!"),
    ('["--api-key", "{}"]', "ab12cd34ef56"),
    ("machine h login me password {}", "Hunter2!"),
    ("https://x.example/a?sig={}&v=1", "Xq7Lm2Pn9Rt4Vw8Yz1Ab3Cd5Ef6Gh0Jk"),
    ("postgres://app:{}@db/main", "p@ss-w0rd"),
    ("Cookie: {}", "theme=dark; sid=Q8R2T4V6xYzA1b2C3d4"),
    ("Authorization: Token {}", "0123456789abcdef0123456789abcdef01234567"),
    # A vendor's name that ends like a word for what only finds something.
    ("const pandadocToken = '{}';", "ohwsEdEI2cmvoIuIa6T7qCiUUQYUslUUWDQruMz6"),
    ("cloudimage_key={}", "la45p3mir9dcnik1t_9colfurpxwvu"),
    ("https://api.acme.example/v1/items?token={}", "e752vh2iuffk3x9a"),
    ("| acme api key | {} |", "j9cadprtzdf2"),
    ("<acmeToken>{}</acmeToken>", "k3v9ab2m8q1z7x5c"),
    ("ENV ACME_API_KEY {}", "o7qhsy5I1mBimbh&#!5wEWwkDuj%"),
    ("acme_token: {}", "9sguvoztx3w"),
    ("acme:\n  token: {}\n  region: eu", "9sguvoztx3w"),
    ("secret:\n  client_secret: {}", "CLRAt1wMxhsgpXyYBOnqzlQSXvbSzLJj"),
    ("acme_access_token={}", "5743552089277912422399228"),
    ("acme_token={}", "CHJCQEPFJVRYUNSOFWSQ"),
    ("https://mainnet.infura.io/v3/{}", "05c12b07721045d2824c506f3aef90c2"),
]
INNOCENT = [
    "password: required|min:8",
    "'password' => 'required|string|min:8|confirmed'",
    '"password": "********"',
    "password=<your password>",
    "PASSWORD=${SECRET}",
    "OPENAI_API_KEY=sk-...",
    "password is required. Password: optional",
    "your password is incorrect!",
    "the password is sha256 hashed",
    "token usage: 512, max_tokens=4096, total_tokens: 12345678",
    "cache_key: 5d41402abc4b2a76b9719d911017c592",
    "trace_id=5d41402abc4b2a76b9719d911017c592",
    "request id req_011CSHoEeqs5C35K2UUqR7Fy",
    "secretName: my-app-secret-v2",
    "password=settings.DB_PASSWORD_1",
    "sk-learn-compatible-estimators-only-2026",
    "https://docs.acme.de/kb/12?page=3&sort=key",
    "session=cf0f69c4417d71d6408f4c87a0574da0bc199015 done in 35 ms",
    "KMS key 1783e8d4-6e56-4d5b-96f1-8bd3faf0a59f is disabled",
    "next_page_token: k3v9ab2m8q1z7x5c",
    "jobKey=c959daf91c0b5f0c9563539efafff8cb",
    "set shard-key to 3f0be20544f2c75cd8e66ea27c0a25f6",
    "authorization: AWS4-HMAC-SHA256",
    "curl -u evaluation_service_account:x https://x.example",
    'curl -u "${USER}:${TOKEN}" https://x.example',
    "Authorization: Bearer token123",
    "The access token (see RFC6750, section 2.1) is sent as a header.",
    "the secret you created is called prod/openai-2026",
    "the token you use is valid until 2026-11-30T10:11:12Z",
    'variable "db_password" {\n  type = string\n  default = null\n}',
    "set -x TOKEN_LIMIT 4096tokens",
    "s3 key=exports/2026-11-30/part-00012-8f3ac1d2-9b7e.snappy.parquet",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-8f3aC1",
    "db_password: projects/acme-prod/secrets/db-password-2/versions/latest",
    "log in with password authentication and 2FA",
    "https://x.example/i?key=8f3ac1d2-9b7e-4506-8f3a-c1d29b7e4506",
    "sandbox_1MgSr7cXmNNZ70cQ",
]


@pytest.mark.parametrize(("around", "secret"), NAMED)
def test_what_stands_beside_its_name_is_masked_and_nothing_else(around: str, secret: str) -> None:
    text = around.format(secret)
    (hit,) = find_secrets(text)
    assert text[hit.start : hit.end] == secret


@pytest.mark.parametrize("text", INNOCENT)
def test_words_about_credentials_are_left_alone(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "wrap",
    [
        lambda key: json.dumps({"note": key}).replace("k", "\\u006b"),
        lambda key: json.dumps(json.dumps({"note": key})),
        lambda key: "".join(f"\\u{ord(letter):04x}" for letter in key),
        lambda key: "".join(f"%{ord(letter):02X}" for letter in key),
        lambda key: "https://x.example/?q=" + quote(f"key {key}"),
        lambda key: "Basic: " + base64.b64encode(f'{{"key": "{key}"}}'.encode()).decode(),
        lambda key: base64.urlsafe_b64encode(f"user?:{key}".encode()).decode().rstrip("="),
        lambda key: f"password=&quot;{key}&quot;",
    ],
)
def test_a_wrapped_key_is_masked_whole(wrap) -> None:
    text = wrap(KEY)
    shown = mask(f"before {text} behind")
    assert shown.startswith("before ")
    assert shown.endswith(" behind")
    for at in range(len(KEY) - 7):
        assert wrap(KEY[at : at + 8]).strip('"{}') not in shown
    assert "[masked sk-key]" in shown


def test_a_slash_that_json_escapes_ends_no_secret() -> None:
    assert mask('{"secret_key": "wJalrXUtnF\\/K7MDENG\\/bPxRfiCY"}') == '{"secret_key": "[masked assigned-secret]"}'


@given(
    st.lists(st.sampled_from([*"ab\\/%&;41u0\"'", "\\u0041", "%41", "\\/", "&quot;", "é"]), max_size=30).map("".join)
)
def test_every_place_of_an_unescaped_text_is_one_of_the_text(text: str) -> None:
    found = unescaped(text)
    if found is None:
        return
    plain, places = found
    assert len(places) == len(plain) + 1
    assert places[0] == 0 or not plain
    assert places[-1] == len(text)
    assert places == sorted(places)


def test_a_value_is_masked_by_the_name_of_its_field_and_names_are_masked_too() -> None:
    given = {"password": "hunter2secret", KEY: 1, f"{KEY}x": [KEY, {"n": 2}], "n": ("plain", KEY)}
    assert masked(given) == {
        "password": "[masked assigned-secret]",
        "[masked sk-key]": 1,
        "[masked sk-key]'": ["[masked sk-key]", {"n": 2}],
        "n": ("plain", "[masked sk-key]"),
    }
