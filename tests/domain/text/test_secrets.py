"""Credentials in text: found, masked, and nothing else taken for one."""

from __future__ import annotations

import hashlib
import uuid
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.text.secrets import RULES, find_secrets, mask

# Put together here, so that no scanner of this repository takes a test for a leak.
A36 = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0" + "." + "dozjgNryP4J3jVmNHl0w5N"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7f+x/w==\nAbCd\n-----END RSA " + "PRIVATE KEY-----"
CREDENTIALS = {
    "sk-proj-" + A36: "sk-key",
    "sk-ant-api03-" + A36: "sk-key",
    "AKIA" + "IOSFODNN7EXAMPLE": "aws-access-key",
    "ghp_" + A36: "github-token",
    "github_pat_" + A36: "github-token",
    "xoxb-" + "123456789012-abcdefABCDEF": "slack-token",
    "AIza" + A36[:35]: "google-api-key",
    "sk_live_" + A36: "stripe-key",
    "glpat-" + A36: "vendor-token",
    "hf_" + A36: "vendor-token",
    "AQ." + "Ab8RN6" + A36 + "_x": "google-api-key",
    "vercel_blob_" + "rw_" + A36: "vercel-token",
    A36 * 2 + "abcd" + "AZDO" + "1x2Y": "azure-devops-token",
    "snyk_" + "uat." + "1b20124a." + A36: "snyk-token",
    "acme_" + "sk_" + A36: "prefixed-key",
    "acme_" + A36: "prefixed-key",
    "$6$" + "rounds=5000$abcdefgh$" + A36 * 2: "password-hash",
    # In small letters, or short, behind letters that say nothing; a mark in the middle.
    "cr-" + "0a1b2c3d4e" * 6: "vendor-token",
    "pul-" + A36.lower() + "wxyz": "pulumi-token",
    "mlsn." + A36: "vendor-token",
    "vtwn_" + A36[:20]: "vendor-token",
    "sc_" + "a1b2c3.d4e5.acc-" + A36[:20].lower() + "." + A36.lower(): "authress-key",
    "pat-" + "na1-a1B2c3D4-e5F6-g7H8-i9J0-k1L2m3N4o5P6": "hubspot-token",
    "z9y8x7" + "0a1b2c3d4e" * 3 + "nral": "new-relic-key",
    A36 * 2 + "abcd" + "+ABa" + "1x2Y3" + "Q==": "azure-key",
    "0a1b2c3d" * 4 + "." + A36[:16]: "vendor-token",
    "MIIKagI" + "BAzCC" + A36 * 2 + "\n" + A36 + "==": "private-key",
    "ey" + A36[:30] + ".ey" + A36 + "." + A36: "jwt",  # of whatever its parts are made
    "ey" + A36[:30] + ".ey" + A36: "jwt",
    JWT: "jwt",
    PEM: "private-key",
    PEM.replace("\n", "\\n"): "private-key",  # as JSON text carries it
}
ASSIGNED = [
    ("Authorization: Bearer {}", "abcDEF123456ghiJKL789", "bearer-token"),
    ("Authorization: Basic {}", "dXNlcjpodW50ZXIy", "basic-auth"),
    ("password={} retry=3", "hunter2secret", "assigned-secret"),
    ('{{"db_password": "{}", "x": 1}}', "s3cr3tPass!", "assigned-secret"),
    ('{{\\"apiKey\\": \\"{}\\"}}', "a1b2c3d4e5f6", "assigned-secret"),
    ("AWS_SECRET_ACCESS_KEY={}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "assigned-secret"),
    ("connect postgres://app:{}@db.internal/main", "tr0ub4dor", "url-password"),
    ("client_secret : '{}'", "Q~7aaaa-bbbb", "assigned-secret"),
    ("passwd={} x", "hunter2x", "assigned-secret"),
    ("SMTP_PASS={}", "hunter2x", "assigned-secret"),
    ("os.environ['DB_PASSWORD'] = '{}'", "hunter2x", "assigned-secret"),
    ("  - name: DB_PASSWORD\n            value: {}\n", "hunter2x", "assigned-secret"),
    ("- name: DEPLOY_TOKEN\n  value: {}", "aB3dE5gH7jK9mN1pQ3rS", "assigned-key"),
    ('{{\\"name\\": \\"API_TOKEN\\", \\"value\\": \\"{}\\"}}', "a1b2c3d4e5f6", "assigned-secret"),
    ('variable "db_password" {{\n  default = "{}"\n}}', "hunter2x", "assigned-secret"),
    ("export SECRET_KEY={} ", "6qx0!y1bd^37$&tuqd+@!ru(x", "assigned-secret"),
    ('SECRET_KEY = "{}"', "$s!31&8p(x9&@a!kd2)", "assigned-secret"),
    ("GET /?password={}&next=1", "hunter2x", "assigned-secret"),
    ("AZURE_STORAGE_KEY={}", A36 * 2 + "ABCDefgh012345" + "==", "assigned-key"),
    ("curl -b '{}' https://x.example", "session=aB3dE5gH7jK9mN1p", "cookie"),
    ("password={} x", "gtbqGosSHHYt60EYXtB3", "assigned-secret"),  # begins like a rule of validation, as the next do
    ("amqps://bot:{}@mq.example.org/v", "minX4k9zPw7", "url-password"),
    ("amqps://bot:{}@mq.example.org/v", "X3TlVKhCF", "url-password"),  # like the name of an algorithm
    ("DB_PASSWORD={} ", "~PWQF!lmzLQu~t", "assigned-secret"),  # like a path
    ("const s = process.env.SECRET || '{}';", "ZX0Fvta8h19KFMs7", "assigned-secret"),
    ("x = os.getenv('API_KEY', '{}')", "ZX0Fvta8h19KFMs7", "assigned-secret"),
    ("x = os.environ['DB_PASSWORD'] or '{}'", "hunter2x9", "assigned-secret"),
    ("requests.get(url, auth=('svc', '{}'))", "7OuW3JbDldIILS", "assigned-secret"),
    ("HTTPBasicAuth('svc', '{}')", "swordfish", "assigned-secret"),
    ('passwd: !!str "{}"', "WzsYO93HQZCy", "assigned-secret"),
    ("openssl pkcs12 -in k.p12 -passin pass:{}", "TsPZSP6Rq4px", "command-password"),
    ("GET https://x.example/v1?p=2&access_token={} HTTP/1.1", "chMFuqYGoYCZpypqHIevAoWLzPaxqoNL", "url-token"),
    ("log in as user bob, pass {}", "P@ssw0rdNl", "spoken-secret"),
    ("use the password '{}' there", "P@ssw0rdNl", "spoken-secret"),
    ("our client secret is {}", "aB3dE5gH7jK9mN1pQ3rS", "spoken-secret"),
    ("ACME_TOKEN={}", "a1b2c3d4e5f6g7h8", "assigned-key"),
    ("ACME_TOKEN={}", "53ab9a26-c0d9-46fc-b614-b28b27f4777c", "assigned-key"),
    ("api token {}", "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", "assigned-key"),
    ("Unseal Key 2: {}", "0tZn+7QQCxphpHwTm7/dC3LpP5JGIbYl3PK8Sy81R+P2", "assigned-secret"),
    ("db.example.org:5432:app:svc:{}", "swordfish", "pgpass"),
    ('{{"kty": "OKP", "d": "{}}}', A36 + '"', "private-key"),
    ("https://mm.example.org/hooks/{}", "a1b2c3d4e5f6g7h8i9j0k1l2m3", "hook"),
    ("sqlplus scott/{}@orcl", "swordfish1", "command-password"),
    ("otpauth://totp/A:b?secret={}&issuer=A", "UERZHSOWJOSQVGCSBKCNKGVDTTKILUOM", "otp-secret"),
    ("mnemonic: {}", " ".join(["apple", "river", "stone", "cloud"] * 3), "seed-phrase"),
    ("mật khẩu là {}", "hunter2x", "spoken-secret"),
    ("admin:{} does not work", "Hunter2x!", "spoken-secret"),
    ("APP_PASS={}", "hunter2x", "assigned-secret"),
    ('headers.put("X-Api-Key", "{}")', "f237b61d89fa7ba8c2d90e5e05baecba", "assigned-key"),
    ('props.setProperty("db.password", "{}")', "Tundra9!xy", "assigned-key"),
    ('[\\"access_token\\", \\"{}\\"]', "aB3dE5gH7jK9mN1pQ3rS", "assigned-key"),
    ("sonar.login', '{}'", "f237b61d89fa7ba8c2d90e5e05baecba4b23c450", "assigned-key"),
    ("<Pass>{}</Pass>", "hunter2x", "assigned-secret"),
    ("amqps://send:{}@q.example.org", "sMqo3oyp53rNxbwR4sy/UmQxNueVulXC/m5zclb8RBA=", "url-password"),
    ('Client("https://q.servicebus.windows.net", "listen", "{}")', A36 + "ABCdef7" + "=", "azure-key"),
    ("the old API key leaked, the new one is {}", "Xk29fLq8ZpT4", "spoken-secret"),
    ("We rotated the password. It's now: {}", "Xk29fLq8ZpT4", "spoken-secret"),
    ("token expired, use {} instead", "Xk29fLq8ZpT4", "spoken-secret"),
    ("the password was reset; new one: {}", "Tr0ub4dor&3", "spoken-secret"),
    ("The token was changed to '{}' today", "q8ZpT4aa00Xk29fL", "spoken-secret"),
    (
        "NOTIFY_AUTH='ApiKey-v1 {}'",
        "name-3f1c09d2-7ab8-4e53-9c1d-0a9b8c7d6e5f-9b1d77aa-1c2e-4f00-8a7b-5d4c3b2a1f0e",
        "authorization",
    ),
    ("please set VERCEL_TOKEN to {} and retry", "aB3dE5gH7jK9mN1pQ3rS", "spoken-secret"),
]
INNOCENT = [
    # What takes the place of something that is no credential, or is told without it.
    "token limit reached, use gpt-4o-2024-08-06 instead, or GPT4oMini; the key is wrong, use customer_id_2 instead",
    "the api key changed, the new one is in vault; the key ring moved, it's now /etc/keys/v2/ring.gpg",
    "the token owner changed, it's now bob2@example.com; tokens per request changed to 4096->8192",
    "See the key docs, use https://docs.example.com/v2/auth?x=1 instead; the secret was rotated to version-2024-11-03",
    "token limit: use GPT4oMini instead",
    "X_AUTH=enabled created-2024-01-02T03:04:05Z",
    # Ids of environments and machines begin with words that keys begin with, too.
    "session test-4f1c09d27ab853e6 of build prod-3f2a1b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a in private-subnet-0a1b2c3d4e5f67890",
    "api-7f8d9c6b54c2f4a1 runs registry/app:prod-9f8e7d6c5b4a3f2e since live-2026-11-20-a1b2c3d4e5f6a7b8",
    '{"flag_key": "550e8400-e29b-41d4-a716-446655440000"}',
    str(uuid.UUID(int=0x1234567890ABCDEF1234567890ABCDEF)),
    "sha256:" + hashlib.sha256(b"x").hexdigest(),
    "commit " + hashlib.sha1(b"x").hexdigest(),
    "How do I reset my password? Your password: required, at least eight characters.",
    "The API key expired, so rotate the secret: see the runbook.",
    "os.environ.get('SECRET', 'a-name-of-it') or os.getenv('PASSWORD', default)",
    "auth=('user', 'password') HTTPBasicAuth('user', 'password') auth=(name, secret)",
    "fields: password, username, remember_me; secret or token, whichever you have",
    "${DB_PASSWORD:-changeme} -passin pass:$PASS passwd: !!str required",
    "https://registry.example.com:5000/v2 https://a-long-name-of-a-host.example.org/x@y",
    "password=required|min:8 pwd: min:8 max:64 str[8] int32 varchar255 x86_64 v2 sha256",
    "password=******** api_key=<redacted> secret=$APP_SECRET1 token={{ token1 }}",
    'api_key=os.environ["OPENAI_API_KEY_2"] password=getpass(1)',
    "PWD=/home/user1/project2",
    "risk-assessment-2026-for-the-quarter and task-1234567890-abcdefghij and sk-learn-compatible-estimators-only",
    "the bearer of-this-long-hyphenated-word must sign",
    "https://example.com:8080/path@v2 and http://user@host/ and mailto:ana@example.com",
    "postgres://user:password@localhost/db and redis://:$REDIS_PASSWORD@cache",
    "tokens: 12345678 max_tokens=4096 next_page_token: CAUQAA1234",
    "password_hash=5f4dcc3b5aa765d61d8327deb882cf99",
    "Asia-Pacific revenue, AKIA was founded in 1999",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ",
    "eyJ is how a token starts; a.b.c is not one",
    "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db2, key: password}",
    "- name: PASSWORD_MIN_LENGTH\n  value: '12345678'",
    'd["password"] = generate_password(16); first_pass: stage_two_v2',
    "https://example.com/?password=&next=/home2",
    "user bob, password reset requested; user 42 pass@1 0.73; set the token to the value shown",
    "order_key=53ab9a26-c0d9-46fc-b614-b28b27f4777c cache key: a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6",
    "call_" + A36 + " run-" + A36 + " acme-release-2026-for-everybody-in-the-house file,sha256=abc_" + A36,
    "key_features_of_the_2026_release api-7f8d9c6b5-x2x4z auth-service-5d4f8c7b9d-abcde pass: gpt-4o-2026 first_pass=1",
    "https://docs.example.com/webhooks/how-to-verify-signatures root:x:0:0:root:/root recovery phrase is what you should keep",
    "the key is 550e8400-e29b-41d4-a716-446655440000; the secret is in aws-secrets-manager/prod/db2",
    '["password", "email2", "token", "user_v2"] errors.add("password", "too_short8") setError("password", "min8")',
    '("cache_key", "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6") define("PASSWORD", "required|min:8") setProperty("password", "${PW2}")',
    "BSA-2026-Annual-Report-final-version pina_colada_recipes_of_2026_for_everybody",
    "<pass>12</pass> https://cdn.example.com:8080/assets/images/logo2x/largeAndRound@2x.png",
    'https://x.azconfig.io/kv {"x-ms-content-sha256": "' + A36 + "ABCdef7" + '="}',
    "cr-" + hashlib.sha1(b"x").hexdigest() + " " + hashlib.md5(b"x").hexdigest() + ".tar.gz",
    "",
]


@pytest.mark.parametrize(("secret", "name"), CREDENTIALS.items(), ids=lambda v: v[:12])
@pytest.mark.parametrize(
    "around", ["{}", "key {} here", '{{"a":"{}"}}', "x={},y", r'{{"log":"a\n{}\"}}', "k%3D{} ", "\x1b[31m{}\x1b[0m"]
)
def test_a_vendors_key_is_found_whole_and_masked(secret: str, name: str, around: str) -> None:
    text = around.format(secret)
    (hit,) = find_secrets(text)
    assert (hit.pattern, text[hit.start : hit.end]) == (name, secret)
    assert mask(text) == around.format(f"[masked {name}]")


@pytest.mark.parametrize(("around", "secret", "name"), ASSIGNED)
def test_an_assigned_secret_is_found_without_its_name(around: str, secret: str, name: str) -> None:
    text = around.format(secret)
    (hit,) = find_secrets(text)
    assert (hit.pattern, text[hit.start : hit.end]) == (name, secret)
    assert mask(text) == around.format(f"[masked {name}]")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('url="${DB_PASSWORD:-hunter2x9}/x"', "hunter2x9"),
        ("git clone https://aB3dE5gH7jK9mN1pQ3rS5tU7:x-oauth-basic@github.com/a/b", "aB3dE5gH7jK9mN1pQ3rS5tU7"),
    ],
)
def test_nothing_of_a_credential_stays_where_more_than_it_is_masked(text: str, secret: str) -> None:
    assert secret not in mask(text)
    assert mask(text).startswith(text[: text.index(secret) - 1])


@pytest.mark.parametrize("text", INNOCENT)
def test_nothing_else_is_taken_for_a_secret(text: str) -> None:
    assert find_secrets(text) == []
    assert mask(text) == text


def test_overlapping_finds_are_one_hit_named_by_the_more_telling_pattern() -> None:
    key = "sk-proj-" + A36
    text = f"Authorization: Bearer {key}"
    (hit,) = find_secrets(text)
    assert (hit.pattern, hit.start) == ("sk-key", text.index(key))
    assert [h.pattern for h in find_secrets(f"api_key={key} and {JWT}")] == ["sk-key", "jwt"]


def test_what_is_glued_to_a_credential_is_masked_too() -> None:
    key, digest = f"sk-proj-{A36}", f"$6$rounds=5000$abcdefgh${A36}{A36}"
    assert mask(f"{key}{digest}") == "[masked sk-key][masked password-hash]"


def test_a_private_key_cut_off_by_the_log_is_masked_to_where_it_ends() -> None:
    cut = PEM[: PEM.index("AbCd")]
    assert mask("before " + cut) == "before [masked private-key]"


pieces = st.lists(
    st.one_of(
        st.sampled_from([*CREDENTIALS, *INNOCENT, "password=", "Bearer ", "sk-", "://u:", "@"]), st.text(max_size=8)
    ),
    max_size=6,
)


@given(pieces)
@settings(deadline=None)  # the first text with a sign of a format waits for its expression to be compiled
def test_hits_are_ordered_disjoint_and_masking_twice_changes_nothing(parts: list[str]) -> None:
    text = "".join(parts)
    hits = find_secrets(text)
    assert all(0 <= h.start < h.end <= len(text) for h in hits)
    assert all(a.end <= b.start for a, b in pairwise(hits))
    assert mask(mask(text)) == mask(text)


@given(st.text(max_size=40), st.sampled_from(list(CREDENTIALS)), st.text(max_size=40))
def test_no_masked_text_still_shows_a_key(before: str, secret: str, after: str) -> None:
    assert secret not in mask(f"{before} {secret} {after}")


SPITE = [
    "sk-",
    "eyJ",
    "eyJaaaaaaaaa.",
    "eyJaaaaaaaaa.eyJaaaaaaaa",
    "bearer",
    "Bearer a",
    "password=",
    "password",
    "://",
]
SPITE += [
    "_eyJaaaaaaaa" * 40 + ".eyJ" + "a" * 8500 + " ",
    "://a:",
    ":",
    "@",
    "xoxa-",
    "ghp_",
    "AIza",
    "authorization: basic",
    "-eyJ",
    "-----eyJ",
    "-eyJaaaaaaaa.eyJ",
]
SPITE += [
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN ",
    "bearer ",
    "password:        ",
    "a",
    " ",
    '"',
    "\\",
    "-",
    "sk_live_",
]


SPITE += [
    "acme_a_",
    "a-",
    "hooks/a/",
    'kty"',
    "creds: a ",
    "mnemonic: apple ",
    "apple ",
    ":5432:a:a:",
    "$6$a,",
    "пароль — ",
    '"key", "',
    'put("password", "a',
    "://a:AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "servicebus.windows.net ",
    "MIIKagIBAzCC",
    ".eyaaaaaaaaaaaaaaaa",
    "sc_aaaaa.aaaa.acc-",
]


@pytest.mark.slow
@pytest.mark.parametrize("unit", SPITE)
def test_a_megabyte_of_spite_is_read_through(unit: str) -> None:
    """A quadratic expression would need hours for one of these: the suite would never end."""
    text = unit * (1_000_000 // len(unit))
    for hit in find_secrets(text):
        assert hit.end <= len(text)


@pytest.mark.parametrize("pattern", sorted({rule.name for rule in RULES}))
def test_the_name_of_a_find_is_shown_whole(pattern: str) -> None:
    """Two finds of one trace are told apart by the digest at its end."""
    for name in (f"trace-1:{pattern}:a1b2c3d4", f"1 of 2: 5a5a5a5a5a5a5a5a:{pattern}:9f86d081, and more"):
        assert mask(name) == name
        assert mask(f"({name})") == f"({name})"
        assert mask(f"as in {name}.") == f"as in {name}."


@pytest.mark.parametrize(
    "text",
    [
        "access-key:a1b2c3d4",
        "x:aws-access-key: a1b2c3d4",
        "x:aws-access-key:a1b2c3d4e5",
        "x:aws-access-key:A1B2C3D4",
        "x:my-access-key:a1b2c3d4",
        "x:aws-access-key:a1b2c3d4-e5f6",
        "x:client-secret:a1b2c3d4)Zx9",
        "x:google-client-secret:a1b2c3d4)Zx9",
        'x:aws-access-key:a1b2c3d4 password="a1b2c3d4"',
    ],
)
def test_what_only_looks_like_one_is_masked(text: str) -> None:
    assert "[masked" in mask(text)
