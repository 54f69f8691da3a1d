"""Texts that look like a credential and are none, written with `scanners`: advice, placeholders, code, digests, ids."""

from __future__ import annotations

import random

from benchmarks.secrets.shapes import drawn

TEXTS = (
    "To reset your password: open Settings, choose Security and click Change password.",
    "Your password must have at least 12 characters, one digit and one symbol.", "The password is wrong. Please try again.",
    "I forgot my password, can you send me a link?", "My password is not accepted since the update.",
    "password: at least eight characters", "Password: required", "password is expired", "The token is invalid or has expired.",
    "token: expired", "An API key is shown only once, so copy it right away.", "API key: missing",
    "Where do I find my API key?", "Never share your secret key with anyone, including our support.", "secret: false",
    "The secret is patience.", "Secret Santa: draw a name by Friday.", "Use a bearer token in the Authorization header.",
    "Authorization: Bearer <token>", "Authorization: Bearer $TOKEN", "Authorization: Bearer YOUR_API_KEY",
    "Authorization: Basic <base64 of user:password>", "curl -u user:password https://example.com",
    'curl -u "$USER:$PASS" https://example.com', "curl -H 'X-Api-Key: ${API_KEY}' https://example.com",
    "Set the cookie banner to show only once.", "Cookie: the word for a small biscuit.", "Cookies are stored for 30 days.",
    "cookie_policy: strict", "The passphrase is asked for when the key is loaded.", "passphrase: optional",
    "Enter your PIN, then press the green button.", "Your credentials were not found.", "credentials: include",
    "Do you accept credentials from another tenant?", "The private key never leaves the device.", "-----BEGIN CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----", "Paste the text between BEGIN PRIVATE KEY and END PRIVATE KEY.", "authentication: oauth2",
    "auth: none", "auth = True", "access_token: str", "refresh_token: Optional[str] = None", "token_type: bearer",
    "token_endpoint: https://login.example.com/oauth2/token", "client_secret: string (required)", "api_key: string",
    "api_key=None", 'api_key = os.environ["OPENAI_API_KEY"]', "api_key = os.getenv('ANTHROPIC_API_KEY')",
    "apiKey: process.env.API_KEY", "password = getpass.getpass()", "password = input('Password: ')",
    "secret = Secret.from_env('DB')", "PASSWORD=$(cat /run/secrets/db)", "DB_PASSWORD=${DB_PASSWORD:-}",
    "password: {{ vault_password }}", "password: !vault |", "token: ${{ secrets.GITHUB_TOKEN }}",
    "secretKeyRef: {name: db, key: password}", "API_KEY=your-api-key-here", "API_KEY=<your key>", "API_KEY=changeme",
    "OPENAI_API_KEY=sk-...", "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxx", "The key begins with sk- and is 51 characters long.",
    "It starts with ghp_ or github_pat_.", "Keys look like AKIA followed by 16 characters.",
    "AWS keys start with AKIA or ASIA.", "Slack tokens begin with xoxb-.", "A JWT has three parts that are parted by dots.",
    "password=********", "password=[REDACTED]", "api_key=***", "token=<hidden>", "postgresql://user:password@localhost:5432/db",
    "postgres://user:${PASSWORD}@db/app", "postgresql://localhost/app", "redis://localhost:6379/0", "mongodb://localhost:27017",
    "https://user@example.com/repo.git", "jdbc:postgresql://db:5432/shop", "Server=db;Database=shop;Integrated Security=true;",
    "https://hooks.slack.com/services/", "https://api.example.com/login?token=<token>",
    "https://example.com/reset?token={token}", "https://example.com/search?q=how+to+reset+password&page=2",
    "https://example.com/docs/authentication/tokens-and-keys", "https://example.com/items?sort=key&order=desc",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "https://docs.example.com/d/1A2b3C4d5E6f7G8h9I0jKlMnOpQrStUvWxYz/edit",
    "git clone git@github.com:example/project.git", "ssh-keygen -t ed25519 -C bob@example.com", "mysql -u root -p",
    "psql -U reader -h db -W", "docker login -u bot --password-stdin", "sshpass -e ssh host", "Error 401: invalid x-api-key",
    "AuthenticationError: Incorrect API key provided.", "KeyError: 'password'", "ValueError: token must be a string",
    "InvalidTokenError: signature verification failed", "UnicodeDecodeError: invalid token at position 17",
    "SyntaxError: unexpected token '<', \"<!DOCTYPE \"... is not valid JSON", "max_tokens: 4096", "max_tokens=1024",
    "prompt_tokens: 1523, completion_tokens: 311, total_tokens: 1834", '{"input_tokens": 12834, "output_tokens": 512}',
    "tokens: 512", "tokenizer: cl100k_base", "tokenizer: sentencepiece", "tokens_per_second: 84.2", "eos_token: </s>",
    "pad_token: <pad>", "bos_token_id: 151643", "eos_token_id=151645", "special_tokens: ['<|im_start|>', '<|im_end|>']",
    "stop_token: END", "first_token_ms: 230", "cached_tokens=0", "token budget: 100k", "key: value", "key=value",
    "keys: ['id', 'name', 'answer']", "primary_key: order_id", "partition_key = customer_region", "sort_key: created_at",
    "cache_key: prompt-v3-2024-11-02", "idempotency_key: order-20241102-000123", "foreign_key: customers.id",
    "keyboard: qwertz", "keyword: refund", "monkey: capuchin", "passed: 118", "passes=3", "compass: north-north-west",
    "bypass: disabled", "passenger: Anna Meier", "pass: true", "secretary: Maria Fernandez-Lopez", "secretion: hormonal",
    "author: Katharina Blum", "authority: Bundesnetzagentur", "session: morning-2024-11", "session_id: chat-000123",
    "signature: def call(self, prompt: str) -> str", "signature: Dr. H. Keller, Head of Quality",
    "model: claude-3-5-sonnet-20241022", "model: gpt-4o-mini-2024-07-18", "model=meta-llama/Llama-3.1-70B-Instruct-Turbo",
    "deployment: gpt-4o-eu-west-prod-2", "bedrock: anthropic.claude-3-haiku-20240307-v1:0", "embedding: text-embedding-3-large",
    "sk-learn 1.4.2 is installed", "scikit-learn==1.5.0 numpy==2.1.3", "import { Token } from 'typescript-tokenizer-helpers';",
    "class PasswordResetTokenGenerator(Base):", "def test_password_is_masked_in_every_output():",
    "SELECT password_hash FROM users WHERE id = 7", "ALTER TABLE users ADD COLUMN api_key TEXT",
    '<input type="password" name="password" autocomplete="current-password">', '<label for="token">Token</label>',
    'placeholder="Enter your password"', '{"type": "string", "format": "password", "minLength": 8}',
    '{"password": {"type": "string"}}', '{"token": null, "secret": ""}', '{"api_key": true}',
    "password: required|min:8|confirmed", "password: string().min(8).max(64)", "token: z.string().uuid()",
    "passwordPolicy: {minLength: 12, rotateDays: 90}", "password_reset_url: /accounts/reset",
    "password_changed_at: 2024-11-02T10:15:00Z", "token_expires_in: 3600", "access_token_lifetime_seconds: 86400",
    "secret_version: 7", "secretName: db-credentials",
    "secret_arn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf", "key_vault_name: kv-shop-prod",
    "kms_key_id: alias/shop", "ssh_key_path: ~/.ssh/id_ed25519", "private_key_file: /etc/ssl/private/server.pem",
    "public_key: see the trust page", "Bring your passport and the booking code AB12CD to the desk.",
    "Your order number is 302-4417825-9931542.", "Tracking: 1Z999AA10123456784", "Invoice RE-2024-000481 of 2 November",
    "IBAN on request; use reference RF18 5390 0754 7034.", "ISBN 978-3-16-148410-0", "Licence plate ZH 123 456",
    "Serial C02XK1ZAJGH5, bought in May", "MAC 3c:22:fb:9a:10:7e", "IPv6 2001:db8:85a3::8a2e:370:7334",
    "GPS 47.376887, 8.541694", "Room key: collect it at reception", "The key is under the mat.",
    "The key to success is practice.", "Key findings: latency fell by a third.", "Wifi password: ask at the desk",
    "The code is in the repository.", "Das Passwort ist abgelaufen.", "Passwort: mindestens 12 Zeichen",
    "Le mot de passe est obligatoire.", "mot de passe : oublié", "La contraseña es incorrecta.", "contraseña: obligatoria",
    "パスワードを再設定してください。", "密码：不能为空",
)  # fmt: skip
#: Each in every one of `LINES`.
IDS = (
    "{h40}", "{h9}", "{h64}", "{h32}", "{uuid}", "{h32}", "{h16}", "01J{u23}", "chatcmpl-{w29}", "call_{w24}", "msg_01{w22}",
    "toolu_01{w22}", "thread_{w24}", "file-{w24}", "cus_{w14}", "req_{w24}", "{d18}", "{h24}",
)  # fmt: skip
LINES = (
    "the answer came from {}", '{"id": "{}", "status": "ok"}', "see run {} for the details",
    "2024-11-02 10:15:00 INFO done {} in 230 ms", "| {} | pass | 0.93 |",
)  # fmt: skip
#: Open to everybody by what they are.
PUBLIC = (
    "sha512-{b86}==", "integrity: sha384-{b64}", "FROM python:3.12@sha256:{h64}", 'etag: W/"{h32}"',
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{b43} bob@example.com", "SHA256:{b43} (ED25519)",
    "data:image/png;base64,iVBORw0KGgo{b120}", "background: url(/static/app.{h20}.css)", "index-{v8}.js 182 kB",
    "--hash=sha256:{h64}", "commit {h40} (HEAD -> main)", "traceparent: 00-{h32}-{h16}-01", 'nonce="{w16}"',
    "arn:aws:iam::{d12}:role/reader", "projects/{d12}/locations/eu/models/{d19}",
    "gs://bucket-{d6}/runs/{uuid}/part-00000-of-00008.jsonl", "s3://evals/2024/11/02/{h32}/results.json",
    "https://example.com/issues/{d6}#issuecomment-{d10}", "https://example.com/blob/{h40}/src/token.py#L17",
    "https://cdn.example.com/{h32}/avatar.png?v=3&size=64", "client_id={d12}-{l32}.apps.googleusercontent.com",
    "doi:10.1145/{d7}.{d7}", "eth 0x{h40} is the address of the contract", "pk_live_{w24} is what the browser is given",
    "sub-{l20}", "checksum: {h64}", "digest: sha1:{h40}", "fingerprint: {h40}", "seed: {d19}", "version: 0.0.0-{d14}-{h12}",
)  # fmt: skip


def samples(each: int = 5) -> list[str]:
    """Each text once; ids and digests are drawn."""
    dice = random.Random("lookalikes")
    shapes = [*(line.replace("{}", shape) for shape in IDS for line in LINES), *PUBLIC]
    return [*TEXTS, *(drawn(f"«{shape}»", dice)[0] for shape in shapes for _ in range(max(1, each // 5)))]
