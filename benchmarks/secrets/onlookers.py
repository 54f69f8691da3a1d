"""Texts without a credential, written with `sampled`: (kind, texts). Every random part is a harmless one."""

from __future__ import annotations

from random import Random

from benchmarks.secrets.sampled.fill import fill

_SEED = 20261131


# fmt: off
HARMLESS = [
    ("commit", ["commit <hex!:40>\nAuthor: Mira <mira@acme.io>", "git checkout <hex!:40> -- src/app.py", "https://github.com/<repo>/commit/<hex!:40>"]),
    ("image digest", ["image: ghcr.io/acme/api@sha256:<hex!:64>", "Digest: sha256:<hex!:64>\nStatus: Image is up to date"]),
    ("checksum", ["<hex!:64>  dist/app-1.4.2.tar.gz", "md5sum: <hex!:32> *backup.zip", "ETag: \"<hex!:32>\""]),
    ("package integrity", ['"integrity": "sha512-<b64!:86>=="', '    --hash=sha256:<hex!:64> \\', "h1:<b64!:43>="]),
    ("request id", ["x-request-id: <uuid!>", '{"request_id": "req_<an!:24>", "status": 200}', "openai-request-id=req_<hex!:32>"]),
    ("trace context", ["traceparent: 00-<hex!:32>-<hex!:16>-01", '{"trace_id": "<hex!:32>", "span_id": "<hex!:16>", "parent_span_id": "<hex!:16>"}']),
    ("tool call id", ['{"id": "call_<an!:24>", "type": "function", "function": {"name": "search"}}', '{"type": "tool_use", "id": "toolu_01<an!:22>", "name": "bash"}']),
    ("completion id", ['"id": "chatcmpl-<an!:29>"', '{"id": "msg_01<an!:22>", "role": "assistant"}', '"response_id": "resp_<hex!:48>"']),
    ("assistant ids", ["thread_<an!:24> run_<an!:24> status=completed", '"assistant_id": "asst_<an!:24>", "file_ids": ["file-<an!:24>"]']),
    ("fingerprint", ['"system_fingerprint": "fp_<hex!:10>"', "ED25519 key fingerprint is SHA256:<b64!:43>.", "Cert SHA1 fingerprint=<HEX!:40>"]),
    ("resource name", ["arn:aws:secretsmanager:eu-central-1:<d!:12>:secret:prod/db-<an!:6>", "arn:aws:iam::<d!:12>:role/agent-runner", "arn:aws:kms:us-east-1:<d!:12>:key/<uuid!>"]),
    ("google client id", ["client_id: <d!:12>-<lan!:32>.apps.googleusercontent.com", '"clientId": "<d!:12>-<lan!:32>.apps.googleusercontent.com"']),
    ("public keys", ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI<b64!:43> mira@laptop", "# public key: age1<lan!:58>", "PublicKey = <b64!:43>="]),
    ("public pem", ["-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQ<b64!:42>\n<b64!:64>\n-----END PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----\nMIID<b64!:60>\n<b64!:64>\n<b64!:30>==\n-----END CERTIFICATE-----"]),
    ("jwks", ['{"keys": [{"kty": "RSA", "use": "sig", "kid": "<url!:27>", "e": "AQAB", "n": "<url!:342>"}]}']),
    ("vendor domain", ["acme-<n>.okta.com", "https://northwind.atlassian.net/browse/OPS-<n>", "AZURE_OPENAI_ENDPOINT=https://acme-<n>.openai.azure.com/", "https://registry-<n>.jfrog.io"]),
    ("bucket", ["s3://acme-traces-<n>/2026/03/run-<hex!:8>.parquet", "https://acme-models-<n>.s3.eu-west-1.amazonaws.com/ckpt/<hex!:12>.safetensors"]),
    ("token counts", ['"usage": {"prompt_tokens": <n>, "completion_tokens": <n>, "total_tokens": <n>}', "max_tokens=<n>", "input_token_count: <n>", "tokens_per_second=<d!:2>.<d!:3>"]),
    ("vocabulary tokens", ['{"token": "\\u0120the", "logprob": -0.0<d!:4>}', 'eos_token: "<|endoftext|>"', '{"bos_token": "<s>", "unk_token": "<unk>", "pad_token_id": <n>}', "token 'interesting' -> id <n>"]),
    ("tokenizer", ["tokenizer: cl100k_base", 'AutoTokenizer.from_pretrained("meta-llama/Llama-3.1-8B-Instruct")', "tokenizer_class = PreTrainedTokenizerFast"]),
    ("variable reference", ["OPENAI_API_KEY=${OPENAI_API_KEY}", 'api_key = os.environ["ANTHROPIC_API_KEY"]', "Authorization: Bearer $GITHUB_TOKEN", "password: {{ .Values.db.password }}", "token: ${{ secrets.NPM_TOKEN }}"]),
    ("placeholder", ["OPENAI_API_KEY=your-api-key-here", "api_key: <your key>", "Authorization: Bearer <token>", "SECRET_KEY=", "token: null"]),
    ("already masked", ["api_key=sk-****************", "password: ********", "Authorization: Bearer [REDACTED]", '"secret": "***"', "Incorrect API key provided: sk-proj-****"]),
    ("settings about secrets", ["secretName: app-tls-<n>", "password_min_length: <n>", "token_ttl_seconds: <n>", '"secret": true', "passwordPolicy: strict"]),
    ("secret reference", ["valueFrom:\n  secretKeyRef:\n    name: db-credentials\n    key: password", "vault kv get -field=token secret/data/ci/deploy", "projects/acme/secrets/openai-key/versions/<n>", "op://Engineering/openai/credential"]),
    ("messages about keys", ["Invalid API key provided.", "error: missing required option --api-key", "The password must be at least 12 characters long.", "403: token expired, please log in again", "api key not found in keyring for service acme"]),
    ("prose about secrets", ["The secret to good retrieval is chunking at headings.", "Never commit a password to the repository; rotate the key if you do.", "Each token costs about $0.00000<d!:2>.", "Our key finding: latency fell by <d!:2>%.", "He forgot the password and asked for a reset."]),
    ("prefix named", ["Keys with the prefix ghp_ are classic tokens.", "look for strings that begin with sk-ant- in the log", "glpat- followed by 20 characters", "regex: r'hf_[A-Za-z]{34}'", "AKIA[0-9A-Z]{16}"]),
    ("names with prefixes", ["from huggingface_hub import hf_hub_download", "npm_config_registry=https://registry.npmjs.org/", "fc-cache -fv", "locale sk-SK.UTF-8", "pip install scikit-learn==1.5.<d!:1>"]),
    ("key names", ["primary_key: order_id", "partition_key=customer-<n>", "cache_key='user:<n>:profile:v2'", "sort_key = created_at", "press key ENTER to go on"]),
    ("idempotency key", ["Idempotency-Key: <uuid!>", 'headers={"Idempotency-Key": "<uuid!>"}']),
    ("pods and containers", ["pod/api-<hex!:10>-<lan!:5> 1/1 Running 0 3d", "docker logs <hex!:12>", "container_id=<hex!:64>"]),
    ("bundles", ["/static/js/main.<hex!:8>.chunk.js", "styles.module__button___<an!:5>", "https://cdn.acme.io/assets/vendor-<url!:8>.css"]),
    ("image data", ['<img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA<b64!:120>">', '{"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "/9j/4AAQSkZJRgABAQ<b64!:160>"}}']),
    ("payment objects", ["cus_<an!:14> paid in_<an!:24>", '"payment_intent": "pi_3<an!:23>"', "evt_1<an!:23> price_1<an!:23>"]),
    ("chat places", ["posted to C0<uan!:8> by U0<uan!:8>", "https://acme.slack.com/archives/C0<uan!:8>/p<d!:16>", "guild <d!:18> channel <d!:18>"]),
    ("public addresses", ["transfer to 0x<hex!:40>", "bc1q<lan!:38> balance 0.0<d!:3>", "tx 0x<hex!:64> mined"]),
    ("address without password", ["postgres://<user>@<host>:5432/<db>", "redis://<host>:6379/0", "https://git.acme.io/<repo>.git", "amqp://<host>:5672//"]),
    ("address with variable", ["postgres://app:${DB_PASSWORD}@<host>/<db>", "mysql://<user>:$MYSQL_PASSWORD@<host>/<db>", "https://oauth2:${GITLAB_TOKEN}@gitlab.com/<repo>.git", "postgresql://USER:PASSWORD@HOST:5432/DBNAME"]),
    ("function signatures", ["def login(user: str, password: str) -> Token:", "const apiKey = getSecret('openai');", "password = getpass.getpass()", "token = await session.refresh_token()", "api_key: SecretStr = Field(...)"]),
    ("code with names", ["if not api_key: raise ValueError('api_key is required')", "headers['Authorization'] = f'Bearer {token}'", "password = request.form['password']", "self._secret = secret", "return hmac.compare_digest(token, expected_token)"]),
    ("stack frames", ["#3 0x00007f<hex!:10> in PyEval_EvalFrame () from libpython3.12.so", "  at Object.<anonymous> (/app/dist/token-store.js:<n>:17)", 'File "/app/auth/password_reset.py", line <n>, in send_token']),
    ("models", ["model=claude-3-5-sonnet-20241022", "gpt-4o-mini-2024-07-18", "ft:gpt-4o-mini-2024-07-18:acme::<an!:8>", "mistral-large-2411"]),
    ("dataset rows", ["row <n>: id=<hex!:24> label=spam score=0.<d!:6>", '{"_id": {"$oid": "<hex!:24>"}, "n": <n>}', "01<uan!:24>, paid, <d!:2>.<d!:2>"]),
    ("embeddings", ["[0.0<d!:7>, -0.1<d!:7>, 0.3<d!:7>, -0.0<d!:7>]", '"embedding": [-0.02<d!:6>, 0.7<d!:6>]']),
    ("file names", ["/var/lib/agent/cache/<hex!:40>.json", "runs/2026-03-0<d!:1>/<uuid!>/events.jsonl", "~/.ssh/id_ed25519.pub", "secrets.example.toml"]),
    ("headers", ["x-ratelimit-remaining-tokens: <n>", "cf-ray: <hex!:16>-FRA", "x-amzn-trace-id: Root=1-<hex!:8>-<hex!:24>", "authorization: none", "WWW-Authenticate: Bearer realm=\"acme\""]),
    ("client side id", ["LD_CLIENT_SIDE_ID=<hex!:24>", "square applicationId: sq0idp-<an!:22>", "AZURE_TENANT_ID=<uuid!>\nAZURE_CLIENT_ID=<uuid!>"]),
    ("session ids of traces", ["session.id=<uuid!> langfuse.trace.name=chat", '"conversation_id": "<uuid!>", "message_id": "<uuid!>"', "experiment <uuid!> finished"]),
    ("versions and builds", ["build <hex!:7> (v2.<d!:2>.<d!:1>)", "node_modules/.pnpm/vite@5.4.<d!:1>_<lan!:26>/", "pyc <hex!:16>"]),
    ("dates and numbers", ["2026-03-1<d!:1>T11:02:1<d!:1>.<d!:6>Z", "order 4<d!:11> shipped", "ISBN 978-3-16-<d!:6>-0", "+49 30 <d!:8>"]),
    ("mail", ["From: mira.k@acme.io To: ops@acme.io", "Message-ID: <CA<an!:40>@mail.acme.io>", "no-reply+<lan!:10>@acme.io"]),
    ("key ids", ["kid=<hex!:20>", "signing key id: <HEX!:16>", "gpg: using RSA key <HEX!:40>"]),
    ("bearer words", ["Bearer tokens are sent in the Authorization header.", "auth: bearer", "token_type: bearer", "The bearer of this ring"]),
    ("tool schema", ['{"name": "login", "input_schema": {"properties": {"password": {"type": "string"}, "api_key": {"type": "string", "description": "the key"}}}}', '"required": ["username", "password"]', '{"title": "Access Token", "type": "string", "default": ""}']),
    ("env listing", ["PATH=/usr/local/bin:/usr/bin\nHOME=/root\nTOKENIZERS_PARALLELISM=false", "SSH_AUTH_SOCK=/tmp/ssh-<an!:12>/agent.<n>", "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus"]),
    ("question about login", ["How do I reset my password?", "What is an API key and where do I find it?", "user: my token usage is too high, why?", "Can you store a secret in Vault for me?"]),
    ("page cursor", ['"next_cursor": "<b64!:40>="', "?cursor=<an!:32>&limit=50", '"nextPageToken": "C<an!:5>QAA"']),
    ("model weights", ["model-0000<d!:1>-of-00008.safetensors sha <hex!:64>", "blob <hex!:40> size 4<d!:9>", "oid sha256:<hex!:64>\nsize <d!:9>"]),
    ("hash in sentence", ["fixed in <hex!:7>, see also <hex!:12>", "the job hash was <hex!:32> on both runs", "dedupe by content hash <hex!:40>"]),
    ("sizes with letters", ["A4x297mm B2B 3D-2026 X<uan!:4>-<d!:4>", "part no. <uan!:5>-<uan!:5>", "flight LH<d!:4> gate B<d!:2>, ref <U!:6>"]),
    ("licence text", ["SPDX-License-Identifier: Apache-2.0", "Copyright 2026 Secret Lab Ltd.", "KEYWORDS: token, passkey, sso"]),
    ("passkeys", ["authn: passkey (webauthn), user verified", "pass: 118, fail: <d!:1>, skip: 4", "PASS tests/test_token.py (<n> ms)", "passed=<n> secret_scan=clean"]),
    ("yaml flags", ["api_key_required: false", "use_token: yes", "allow_password_login: off", "secrets: inherit", "auth_type: api_key"]),
    ("sql about keys", ["ALTER TABLE users ADD COLUMN password_hash text NOT NULL", "SELECT token_count FROM runs WHERE key = 'latency'", "CREATE UNIQUE INDEX api_key_idx ON api_keys (key_id)"]),
    ("webhook docs", ["https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks", "https://discord.com/developers/docs/resources/webhook", "https://hooks.zapier.com/"]),
]
# fmt: on


def samples(each: int = 8) -> list[str]:
    """Each kind's texts in turn; one that has nothing to draw comes once."""
    dice = Random(_SEED)
    drawn = [fill(dice, texts[turn % len(texts)])[0] for _, texts in HARMLESS for turn in range(each)]
    return list(dict.fromkeys(drawn))
