"""Realistic text without a credential: code, logs, forms, rules of validation, schemas, ids, digests, prose about passwords."""

from __future__ import annotations

import random

from benchmarks.secrets.shapes import drawn

#: `«…»` marks nothing here but that the shape is drawn.
SHAPES = (
    # Forms and rules of validation.
    "password: required|min:8", "'password' => 'required|string|min:8|confirmed'", '"password": "********"',
    "password=<your password>", "PASSWORD=${{DB_PASSWORD}}", "password: !vault {a6}", "OPENAI_API_KEY=sk-...",
    "OPENAI_API_KEY=your-api-key-here", "api_key: YOUR_API_KEY_{d1}", "token = os.environ['TOKEN_{d1}']",
    "password = getpass.getpass()", "password: z.string().min(8).max(64)", "password: str = Field(min_length=8)",
    "secret: process.env.SECRET_{d1}", '<input type="password" name="password" autocomplete="new-password">',
    '{{"password": {{"type": "string", "minLength": 8}}}}', "password: varchar(255) not null", "passwordHash: sha256",
    "pwd=/home/{a6}/{a5}{d1}", "The password must have 8-64 characters and a digit.", "Password: at least {d2} characters",
    "password is base64-encoded before it is sent", "your password is case-sensitive", "password is required.",
    "How do I reset my password? I forgot it.", "password: [masked assigned-secret]", "api_key=<redacted>",
    "secretName: {a6}-tls-v{d1}", "secret: {a6}-db-secret-{d1}", "password=$(cat /run/secrets/pw{d1})", "token: {{{{ .Values.token{d1} }}}}",
    "tokens: {d8}", "token usage: {d3}", "max_tokens={d4}", "total_tokens: {d5}, prompt_tokens: {d4}", '"max_new_tokens": {d4}',
    "next_page_token: {u12}", '"continuationToken": "{u10}"', "primary_key: {a6}_{d4}", "cache_key: {h32}", "sort_key={a8}#{d4}",
    "idempotency_key: {uuid}", '"key": "kb_article_{d3}_{a8}_policy_v{d1}"', "partition key {a5}-{d3}", "keyboard: qwerty{d2}",
    # Ids and digests.
    "commit {h40}", "{uuid}", "sha256:{h64}", "md5 {h32}", "trace_id={h32} span_id={h16}", "00-{h32}-{h16}-01", "request id req_{w24}",
    '{{"id": "chatcmpl-{w29}", "object": "chat.completion"}}', '"tool_call_id": "call_{w24}"', "toolu_{w24}", "msg_{w24}",
    "run-{h32}", "session_id={uuid}", '"session": "s-{d8}"', "user u{d6}", "order 2026-{d6}", "etag W/\"{h32}\"", "file-{w22}",
    "asst_{w24}", "thread_{w24}", "cus_{w14} paid in_{w24}", "docker image app@sha256:{h64}", "pip hash --hash=sha256:{h64}",
    "integrity sha512-{b86}==", "data:image/png;base64,iVBORw0KGgo{b120}", "arn:aws:iam::{d12}:role/{a8}", "AC{h32} is the account",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{b43} ana@host", "pk_live_{w24} is public", "phc_{w43} is public",
    # Models, versions, names.
    "model gpt-4.1-mini-2025-04-14", "claude-sonnet-4-5-20250929", "text-embedding-3-large", "sk-learn-compatible-estimators-only-{d4}",
    "risk-assessment-2026-for-the-quarter-{d2}", "task-{d10}-{a10}", "meta-llama/Llama-3.3-70B-Instruct", "mistral-large-2411",
    # Addresses and code.
    "https://example.com:8080/path@v{d1}", "http://user@host/{a5}", "postgres://user:password@localhost/db", "redis://:$REDIS@cache",
    "https://docs.acme.de/kb/{d2}?page={d1}&key=title", "GET /v1/orders?cursor={d6}&limit=50 200 {d2}ms", "mailto:{a5}@example.com",
    "https://x.example/search?q=token&sort=key", "s3://bucket-{a5}/{a8}/part-{d5}.parquet", "def test_password_reset_{d1}(): pass",
    "if (token == null) return 401;", "const token = await getToken(user{d1});", "headers = {{'Authorization': f'Bearer {{token}}'}}",
    "Authorization: Bearer <token>", "curl -u $USER:$PASS https://x", "curl -u user:<password> https://x", "Cookie: theme=dark; lang=de",
    "git clone https://github.com/{a6}/{a8}.git", "ssh-keygen -t ed25519 -f id_{a5}", "-----BEGIN PUBLIC KEY-----\n{b64}\n-----END PUBLIC KEY-----",
    "-----BEGIN CERTIFICATE-----\n{b64}\n-----END CERTIFICATE-----", "kubectl get secret {a6}-{a4} -o yaml", "--password-stdin", "--token-file /run/t{d1}",
    # Prose and logs.
    "2026-11-24T14:02:{d2}.{d3}Z INFO order {d5} shipped in {d3} ms", "Your invoice {d6} of {d2} EUR is due on 2026-12-{d2}.",
    "The API key expired, so rotate the secret: see the runbook.", "Authentication failed: invalid password (attempt {d1})",
    "token expired after {d4} s", "secret rotation took {d2} minutes", "Mein Passwort ist falsch, bitte zurücksetzen.",
    "mon mot de passe est oublié depuis {d2} jours", "He said the password is wrong again.", "The key is to test {d2} cases first.",
    "Set a strong password, then enable 2FA on {a6}{d2}.", "Enter the code {d6} to sign in within {d2} minutes.",
)  # fmt: skip


def samples(each: int = 5) -> list[str]:
    """So many texts of each shape."""
    dice = random.Random("harmless")
    return [drawn(f"{shape}«»", dice)[0].replace("{{", "{").replace("}}", "}") for shape in SHAPES for _ in range(each)]
