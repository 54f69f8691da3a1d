"""Where a credential stands in tables, behind a variable that is read, in calls and commands; and what is published is none."""

from __future__ import annotations

from time import process_time

import pytest

from readiness_tui.domain.text import sieve
from readiness_tui.domain.text.secrets import find_secrets, mask

HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"
ALNUM = "q7Zk2Lx9Vb4Nw8Rt3Yh6Mc1PdGfJsTaU"
UUID = "1657b410-801e-4e9d-b84c-888390475f45"
PASSWORD = "xZV8FN17TD"
TABLES = [
    "id,env,acme_token\n17,prod,{}\n",
    "acme_token,env\n{},prod",
    '"id","api_key","owner"\n"1","{}","ana"',
    "id;client_secret;x\n1;{};z",
    "id\tacme_key\tx\n1\t{}\tz",
    "id, env, acme_token\n1, prod, {}",
    "first line\n\nid,acme_token\n1,none\n2,{}\n",
    "| service | acme_token | owner |\n|---|:---:|---|\n| a | `{}` | x |",
    "service | api_key\n--- | ---\na | {}",
    " id | auth_token\n----+------------\n  1 | {}\n(1 row)",
    "+----+---------+\n| id | api_key |\n+----+---------+\n| 1  | {} |\n+----+---------+",
    '{{"content": "id,env,acme_token\\n17,prod,{}\\n"}}',
    '{{"content": "| a | api_key |\\n|---|---|\\n| x | {} |"}}',
]
INSTEAD = [
    "process.env.ACME_TOKEN ?? '{}'",
    'process.env["ACME_KEY"] || "{}"',
    'os.environ.get("ACME_TOKEN") or "{}"',
    'os.getenv("ACME_KEY", default="{}")',
    'config("ACME_TOKEN", default="{}")',
    'ENV.fetch("ACME_TOKEN") {{ "{}" }}',
    "getenv('ACME_TOKEN') ?: '{}'",
    "${{ACME_TOKEN:={}}}",
    'env::var("ACME_TOKEN").unwrap_or_else(|_| "{}".to_string())',
    'cmp.Or(os.Getenv("ACME_TOKEN"), "{}")',
    'Environment.GetEnvironmentVariable("ACME_TOKEN") ?? "{}"',
    'acme_token: str = Field(default="{}")',
    'acme_key = SecretStr("{}")',
]
SAID = [
    '{{"content": "set ACME_TOKEN to \\"{}\\" and go"}}',
    '{{"content": "the ACME_TOKEN is \\"{}\\""}}',
    "set ACME_TOKEN to {}",
]
PASSWORDS = [
    "user,password\nana,{}\n",
    "| user | svn_pass |\n|---|---|\n| ana | {} |",
    '"{{\\"path\\": 1, \\"sonatype_pass\\": \\"{}\\"}}"',
    'set SVN_PASS to \\"{}\\"',
    'variable "svn_pass" {{\n  default = "{}"\n}}',
    "docker run -e SVN_PASS={} img",
]
ALONE = [
    ("docker run -e SVN_PASS={} img", "ydyOxXgGJs"),
    ("https://api.telegram.org/bot{}/sendMessage", "6794807723:AAZDxoWq5nz9VexL1EJ93Hzeqou5L1ypZM6"),
    ("bundle config gems.contribsys.com {}", "744d2c5c:05d26547"),
    ("bundle config set --global gem.fury.io {}", ALNUM),
    ("BUNDLE_GEMS__CONTRIBSYS__COM={}", "662d4ded:9da7b6ba"),
    ('NEXT_PUBLIC_SECRET_KEY="{}"', ALNUM),
    ("STRIPE_PUBLISHABLE_KEY={}", "sk_live_" + ALNUM),
]
CASES = [
    *((around, secret) for around in (*TABLES, *INSTEAD, *SAID) for secret in (HEX, ALNUM, UUID)),
    *((around, PASSWORD) for around in PASSWORDS),
    *ALONE,
]
HARMLESS = [
    # What vendors publish, whatever its name.
    f"NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY=pk_test_{ALNUM}",
    f'"publishableKey": "pk_live_{ALNUM}"',
    f'data-key="pk_test_{ALNUM}"',
    "FLW_PUBLIC_KEY=FLWPUBK-62a2ebb6b5358ac6c04df269c035e955-X",
    f'"apiKey": "phc_{ALNUM}"',
    f"PAYSTACK_API_KEY=pk_live_{HEX}",
    f"mapboxgl.accessToken = 'pk.eyJ1Ijoi{ALNUM}.{ALNUM[:22]}'",
    # What its name says.
    f'"publicApiKey": "{HEX[:32]}"',
    f"PUBLIC_API_KEY={ALNUM}",
    f"supabaseAnonKey: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYW5vbiJ9.{ALNUM}'",
    f"RECAPTCHA_SITE_KEY=6L{ALNUM}",
    f"VAPID_PUBLIC_KEY=B{ALNUM}",
    f"its public key: {HEX}",
    # By which something is found.
    f"upload finished, key=uploads/2026/11/{ALNUM}.json",
    f"client.get_object(Bucket='a', Key='b/{HEX}')",
    f"python run.py --key runs/{ALNUM}/trace.json --cache-key {HEX} --object-key exports/{HEX}.csv",
    f"Cache restored from key: Linux-pnpm-{HEX}",
    f"gpg: using RSA key {HEX.upper()}",
    f"ExclusiveStartKey={ALNUM} paginationToken={ALNUM}",
    "Cookie: _ga=GA1.2.542199672.4264390618; theme=dark",
    # Stand-ins, words, tests that passed.
    "token: ghp_" + "X" * 36,
    "deploy_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJHMCEOs5G5ruWqutjZ0Nh/IswgmwqPr7o+yRfvN7Fi7 ci",
    "a user with password reset_2026",
    "password: secretKeyRef",
    "--- PASS: TestTokenRefresh2 (0.01s) render_pass = DeferredPass2 first_pass=epoch_12",
    # Tables of other things.
    f"run,cache_key,hits\n1,{HEX},3\n\nbucket;object_key\nb;a/{HEX}",
    "| model | tokens |\n|---|---|\n| gpt-4o-2024-08-06 | 128000 |\n\n| test | pass |\n|---|---|\n| a | 12/12 |",
    "| user | password |\n|---|---|\n| ana | ******** |\n| bob | $DB_PASSWORD |",
    "key,en,de\ncheckout.title,Pay,Zahlen\ncheckout.step2,Go,Los",
    "the key, the token and\nthen we do, that2day",
    # What is read is not set.
    "process.env.API_TOKEN ?? 'unset' ${API_KEY:?set API_KEY first} process.env.CACHE_KEY ?? 'users-v2-2026'",
    'secret = get_secret("prod/db-1") token_model: str = Field(default="gpt-4o-2024-08-06")',
    "bundle config set path vendor/bundle\nbundle config mirror.https://rubygems.org http://localhost:9292",
]
HOSTILE = {
    "names in a line": "key," * 20_000,
    "names in lines": "key,key\n" * 10_000,
    "names between pipes": "key|" * 20_000,
    "rows": "a,key\n" + "b,cccccc1\n" * 8_000,
    "rules": "key|a\n|---|\n" * 7_000,
    "a wide table": ("key," * 100 + "k\n" + ("a," * 100 + "a\n") * 400),
    "escaped lines": "token\\n" * 15_000,
    "escapes": "key" + "\\" * 80_000,
    "spaces": "key" + " " * 80_000 + "|",
    "a host's name": "BUNDLE_" * 12_000,
    "calls": "token=field(" * 7_000 + "token=" + "a." * 40_000,
    "fallbacks": "token ?? " * 9_000 + "token.unwrap_or(" * 5_000,
}


@pytest.fixture(params=["re2", "re"])
def engine(request, monkeypatch):
    if request.param == "re2":
        pytest.importorskip("re2")
    else:
        monkeypatch.setattr(sieve, "_re2", lambda: None)


@pytest.mark.parametrize(("around", "secret"), CASES)
def test_a_credential_is_masked_and_nothing_beside_it(around: str, secret: str, engine) -> None:
    text = around.format(secret)
    (hit,) = find_secrets(text)
    assert text[hit.start : hit.end] == secret
    assert list(sieve.suspects(["nothing", text])) == [1]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_published_or_finds_something_stays(text: str) -> None:
    assert mask(text) == text


def test_the_sign_of_a_shell_goes_with_its_default() -> None:
    assert mask(f"${{ACME_TOKEN:-{HEX}}} ${{MODE:-fast}}") == "${ACME_TOKEN:[masked assigned-key]} ${MODE:-fast}"


def test_each_row_of_a_table_is_looked_at() -> None:
    rows = [f"{at},{HEX[at:]}{at:02}" for at in range(12)]
    text = "id,api_key\n" + "\n".join(rows)
    assert mask(text) == "id,api_key\n" + "\n".join(f"{at},[masked assigned-secret]" for at in range(12))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_no_text_takes_long(text: str, engine) -> None:
    since = process_time()
    find_secrets(text)
    list(sieve.suspects([text]))
    assert process_time() - since < 3  # seconds; some hundredths as a rule
