"""Texts without a credential, written with `union`: what logs and traces of LLM systems are full of, and looks like one."""

from __future__ import annotations

import base64
from random import Random

from benchmarks.secrets.union.values import BASE64, Make, an, b64, hx, join, lo, num, number, of, one, uuid, wd, word


def _floats(dice: Random) -> str:
    return ", ".join(f"{dice.uniform(-1, 1):.9f}" for _ in range(8))


def _picture(dice: Random) -> str:
    return base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + dice.randbytes(90)).decode()


def _time(dice: Random) -> str:
    month, day, hour, minute, second = (
        dice.randint(*ends) for ends in ((1, 9), (10, 28), (10, 23), (10, 59), (10, 59))
    )
    return f"2026-0{month}-{day}T{hour}:{minute}:{second}Z"


def _mac(dice: Random) -> str:
    return ":".join(hx(2)(dice) for _ in range(6))


def _loud(dice: Random) -> str:
    return word(dice).upper()


_ulid = join("01J", of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 23))
_model = one(
    "gpt-4o-mini-2024-07-18", "claude-sonnet-4-20250514", "gemini-2.0-flash-001", "llama-3.1-70b-instruct", "mistral-large-2411",
    "text-embedding-3-small",
)  # fmt: skip

#: Texts in which each {} is filled by a shape after it.
# fmt: off
FORMS: list[tuple[str, *tuple[Make, ...]]] = [
    ('{{"trace_id": "{}", "span_id": "{}", "parent_id": null}}', hx(32), hx(16)),
    ("traceparent: 00-{}-{}-01", hx(32), hx(16)),
    ('{{"id": "chatcmpl-{}", "object": "chat.completion", "model": "{}"}}', an(29), _model),
    ('{{"id": "msg_01{}", "type": "message", "role": "assistant", "model": "{}"}}', an(22), _model),
    ('{{"type": "tool_use", "id": "toolu_01{}", "name": "search", "input": {{"q": "{}"}}}}', an(22), word),
    ('{{"tool_call_id": "call_{}", "role": "tool", "content": "{} ok"}}', an(24), word),
    ('{{"id": "resp_{}", "status": "completed"}}', hx(48)),
    ('{{"thread_id": "thread_{}", "run_id": "run_{}", "assistant_id": "asst_{}"}}', an(24), an(24), an(24)),
    ("uploaded file-{} ({} bytes) to the vector store vs_{}", an(22), number(1000, 90000), hx(32)),
    ("x-request-id: req_{}", hx(32)),
    ("request_id={} status=200 latency_ms={}", uuid, number(20, 4000)),
    ("openai-organization: org-{}\nopenai-processing-ms: {}", an(24), number(90, 2000)),
    ('{{"session_id": "{}", "user_id": "user-{}", "tags": ["beta"]}}', uuid, number(100, 9999)),
    ("langfuse.session.id={} langfuse.trace.name={}", uuid, word),
    ("cf-ray: {}-FRA", hx(16)),
    ("X-Amzn-Trace-Id: Root=1-{}-{};Parent={};Sampled=1", hx(8), hx(24), hx(16)),
    ('ETag: W/"{}"', hx(32)),
    ("commit {}\nAuthor: Ada Byron <ada@example.com>\nDate:   {}", hx(40), _time),
    ("Deployed revision {} to staging", hx(40)),
    ("image: registry.example.com/agent@sha256:{}", hx(64)),
    ("sha256sum prompts.jsonl\n{}  prompts.jsonl", hx(64)),
    ('"checksum": "md5:{}", "size": {}', hx(32), number(1000, 99999)),
    ('"integrity": "sha512-{}"', b64(86, "==")),
    ("requests==2.32.3 \\\n    --hash=sha256:{}", hx(64)),
    ("cache_key={} hit=false", hx(64)),
    ('{{"cache_key": "prompt:v3:{}", "ttl": {}}}', hx(40), number(60, 3600)),
    ("Idempotency-Key: {}", uuid),
    ('{{"idempotency_key": "{}", "attempt": {}}}', uuid, number(1, 5)),
    ('primary_key: "{}"\nsort_key: "{}#{}"', uuid, word, _time),
    ('"partition_key": "{}", "row_key": "{}"', word, _ulid),
    ("redis GET user:{}:profile -> nil", number(1000, 99999)),
    ('{{"key": "{}", "value": {}, "type": "metric"}}', one("faithfulness", "answer_relevancy", "latency_p95", "toxicity"), number(0, 100)),
    ("s3 put key=runs/{}/{}.parquet", _time, uuid),
    ("kms key id: arn:aws:kms:eu-west-1:{}:key/{}", num(12), uuid),
    ("secret arn:aws:secretsmanager:eu-west-1:{}:secret:prod/{}-Ab3dEf", num(12), word),
    ("openai_api_key = projects/{}/secrets/openai-{}/versions/latest", num(12), word),
    ("OPENAI_API_KEY=op://{}/openai/credential", word),
    ("api_key: ${{{{ secrets.{}_API_KEY }}}}", _loud),
    ('api_key = os.environ["{}_API_KEY"]', _loud),
    ("token: ${{{}_TOKEN}}", _loud),
    ("const apiKey = process.env.{}_API_KEY;", _loud),
    ('api_key=settings.{}.api_key.get_secret_value()', word),
    ("password: {{{{ vault_{}_password }}}}", word),
    ("env:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: {}-credentials\n        key: password", word),
    ("secretName: {}-tls-cert", word),
    ("Set {}_API_KEY to your own key before you run the examples.", _loud),
    ('client = Client(api_key="YOUR_{}_API_KEY")', _loud),
    ("curl -H 'Authorization: Bearer <your-{}-token>' https://api.example.com", word),
    ("api_key: sk-...  # paste your {} key here", word),
    ("OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxx # {}", word),
    ("postgresql://app:***@{}.db.internal:5432/evals", word),
    ("DATABASE_URL=postgres://localhost:5432/{}", word),
    ("redis://cache-{}:6379/0 connected in {} ms", word, number(1, 40)),
    ("git clone git@github.com:acme/{}-bot.git", word),
    ("mongodb://$MONGO_USER:$MONGO_PASSWORD@{}.internal:27017/logs", word),
    ("password: required|min:8|max:{}|confirmed", number(20, 128)),
    ("'password' => 'required|string|min:{}'", number(8, 16)),
    ("password_min_length: {}\npassword_expiry_days: {}", number(8, 16), number(30, 180)),
    ("password_reset_url: https://app.example.com/{}/reset", word),
    ("Password must have at least {} characters, a digit and a symbol.", number(8, 16)),
    ("user asked how to reset the password of the {} account; answered in {} s", word, number(1, 20)),
    ("Enter password for {}@10.0.0.{}:", word, number(1, 254)),
    ("prompt_tokens={} completion_tokens={} total_tokens={}", number(100, 9000), number(10, 900), number(200, 9900)),
    ('{{"max_tokens": {}, "temperature": 0.{}, "stop": ["###"]}}', number(64, 8192), number(1, 9)),
    ('{{"token": "Ġ{}", "logprob": -0.{}, "bytes": [32, 116, 104, 101]}}', word, num(8)),
    ("token: {}, id: {}, score: -{}", one("▁the", "▁of", "##ing", "<0x0A>"), number(10, 50000), number(1, 9)),
    ('"eos_token": "</s>", "pad_token_id": {}, "bos_token": "<s>"', number(0, 50256)),
    ("tokenizer: meta-llama/{}-tokenizer-fast", word),
    ("token budget {} of {} used", number(100, 900), number(1000, 9000)),
    ('{{"token_type": "Bearer", "expires_in": {}, "scope": "read:{}"}}', number(300, 86400), word),
    ("token_endpoint: https://login.example.com/{}/oauth2/v2.0/token", uuid),
    ('grant_type=client_credentials&scope=api%3A%2F%2F{}%2F.default', uuid),
    ("AZURE_TENANT_ID={}\nAZURE_SUBSCRIPTION_ID={}", uuid, uuid),
    ("azure_client_id: {}", uuid),
    ("client_id={}-{}.apps.googleusercontent.com", num(12), lo(32)),
    ("PLAID_CLIENT_ID={}", hx(24)),
    ('LOOKER_CLIENT_ID = "{}"', an(20)),
    ("github_app_id: {}", num(6)),
    ("AWS account {} in eu-central-1, role arn:aws:iam::{}:role/{}-reader", num(12), num(12), word),
    ("{}.storage.googleapis.com answered 404", word),
    ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} {}@laptop", an(43), word),
    ("host key SHA256:{} of {}.example.com", an(43), word),
    ("age recipient: age1{}", of("qpzry9x8gf2tvdw0s3jn54khce6mua7l", 58)),
    ("[Peer]\nPublicKey = {}\nAllowedIPs = 10.0.0.{}/32", b64(43), number(2, 250)),
    ("-----BEGIN CERTIFICATE-----\nMIID{}\n-----END CERTIFICATE-----", of(BASE64, 60)),
    ("-----BEGIN PUBLIC KEY-----\nMIIB{}\n-----END PUBLIC KEY-----", of(BASE64, 60)),
    ('{{"kty": "RSA", "kid": "{}", "use": "sig", "e": "AQAB"}}', wd(24)),
    ("key id (kid) {} was rotated at {}", hx(16), _time),
    ("certificate thumbprint {}", of("0123456789ABCDEF", 40)),
    ("cwd={} PWD=/srv/{}/app OLDPWD=/root", one("/srv", "/opt"), word),
    ("pwd: /home/{}/projects/agent", word),
    ("pass: {}, fail: {}, skip: {}", number(10, 400), number(0, 9), number(0, 9)),
    ("pass@1 = 0.{} on humaneval, pass@10 = 0.{}", num(4), num(4)),
    ("{} of {} cases passed (threshold 0.{})", number(10, 90), number(91, 200), number(50, 99)),
    ("random seed: {}", num(10)),
    ("salt: {} tsp, pepper to taste, then add the {}", number(1, 3), one("onions", "carrots", "lentils")),
    ("signature: def {}(query: str, top_k: int = {}) -> list[str]", word, number(1, 20)),
    ("keywords: {}, {}, {}", word, word, word),
    ("hotkey: ctrl+shift+{}, keyboard: {}", one("p", "k", "f"), one("qwertz", "azerty", "dvorak")),
    ("auth: none\nretries: {}", number(0, 9)),
    ("credentials: include, mode: cors, url: /api/{}", word),
    ("GOOGLE_APPLICATION_CREDENTIALS=/etc/{}/service-account.json", word),
    ("tls_key_file: /etc/ssl/private/{}.key", word),
    ("license: Apache-2.0, package: {}, version: {}.{}.{}", word, number(0, 9), number(0, 20), number(0, 20)),
    ("webhook {} delivered in {} ms", _ulid, number(20, 900)),
    ('"secret": false, "private": true, "name": "{}-prompts"', word),
    ("has_secret=true secret_count={} scanner=v{}", number(1, 30), number(1, 9)),
    ("Secret Santa draw for {} people is on December {}", number(6, 40), number(1, 20)),
    ("The key to {} is patience; the token effort of {} did not help.", word, word),
    ('"embedding": [{}]', _floats),
    ("data:image/png;base64,{}", _picture),
    ('{{"type": "image_url", "image_url": {{"url": "data:image/png;base64,{}"}}}}', _picture),
    ("mlflow run {} finished, artifact_uri=s3://ml/{}/artifacts", hx(32), number(1, 99)),
    ("wandb: Syncing run {}-{}-{} (id {})", word, word, number(1, 400), lo(8)),
    ("dataset acme/{} at revision {}", word, hx(40)),
    ("pod agent-{}-{} restarted {} times", lo(10), lo(5), number(1, 9)),
    ("container {} exited with code {}", hx(64), number(1, 139)),
    ('{{"event_id": "{}", "ts": "{}"}}', _ulid, _time),
    ("customer cus_{} has plan price_{}", an(14), an(24)),
    ("Content-MD5: {}\nContent-Length: {}", b64(22, "=="), number(100, 9000)),
    ("boundary=----WebKitFormBoundary{}", an(16)),
    ("mac {} ip 2001:db8::{} joined", _mac, hx(4)),
    ("colors: #{}, #{}, #{}", hx(6), hx(6), hx(6)),
    ("Cookie: lang=en; theme={}", one("dark", "light")),
    ("pinned {}=={}.{}.{} for python 3.{}", word, number(0, 9), number(0, 30), number(0, 9), number(10, 14)),
    ('  File "/usr/lib/python3.12/site-packages/{}/auth/token_store.py", line {}, in get_token', word, number(10, 900)),
    ("KeyError: 'api_key'\n  in {}.load() at line {}", word, number(10, 900)),
    ("ValueError: invalid token at position {} near '{}'", number(1, 400), word),
    ("SyntaxError: Unexpected token '{}' in JSON at position {}", one("<", "}", ",", "e"), number(1, 900)),
    ("401 Unauthorized: API key missing (request {})", uuid),
    ("api_key=None, base_url='https://{}.example.com/v1', timeout={}", word, number(5, 120)),
    ("AuthenticationError: no api_key was given for provider {} (model {})", word, _model),
    ("def check_password(self, raw_password: str) -> bool:  # {}", word),
    ("if token != expected_token: raise Forbidden('{}')", word),
    ('{{"name": "get_secret", "description": "Reads a secret by its name", "parameters": {{"default": "{}"}}}}', word),
    ("vault kv get -field=password secret/data/{}/db", word),
    ("[{}] loaded {} keys from keyring, {} tokens expired", _time, number(1, 40), number(0, 9)),
    ("X-RateLimit-Remaining-Tokens: {}\nX-RateLimit-Reset-Tokens: {}ms", number(100, 99999), number(1, 900)),
    ("experiment_key: {}-{}-v{}", word, word, number(1, 20)),
    ("foreign_key: (run_id, case_id) references cases, index key_len: {}, rows {}", number(4, 767), number(10, 99999)),
    ("authored by {}, auth_method=oidc, author_id={}", word, number(100, 99999)),
    ("W3C baggage: tenant={},release={}", word, hx(12)),
]
FIXED = [

    "password: ********",
    "Authorization: Bearer [REDACTED]",
    "api_key: <redacted>",
    "secret: null",
    "token=undefined",
    "password=",
    "OPENAI_API_KEY=",
    '{"api_key": "", "token": null}',
    "The word password has eight letters.",
    "What is a good passphrase? Four random words.",
    "Tokens are the pieces into which a model cuts text.",
    "export OPENAI_API_KEY=$(pass show openai/key)",
    "PASSWORD=$(cat /run/secrets/db_password)",
    "Authorization: Bearer ${TOKEN}",
    "Authorization: Bearer {token}",
    "f\"Bearer {self._access_token}\"",
    "headers={'x-api-key': self.api_key}",
    "keyPrefix: session:, keySeparator: ':'",
    "token_count, token_ids = encode(text)",
    "secretsmanager:GetSecretValue is not authorized for this role",
    "SELECT password_hash FROM users WHERE email = ?",
    "<input type=\"password\" name=\"password\" placeholder=\"Password\" />",
    "--password-stdin, --token-file and --key-file read from a file",
    "ssh -i ~/.ssh/id_ed25519 deploy@example.com",
]
# fmt: on


def samples(each: int = 5) -> list[str]:
    """Each form filled `each` times, each text once."""
    dice = Random(20261130)
    filled = [form.format(*(shape(dice) for shape in shapes)) for form, *shapes in FORMS for _ in range(each)]
    return list(dict.fromkeys([*FIXED, *filled]))
