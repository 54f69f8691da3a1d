"""Harmless texts that look like credentials: ids, digests, public keys, stand-ins, words."""

from __future__ import annotations

#: A kind, then its texts with a dash alone between; `{h*32}` is drawn as `values` says.
PLAIN = r"""
= trace-ids
traceparent: 00-{h*32}-{h*16}-01
-
{"trace_id": "{h*32}", "span_id": "{h*16}", "parent_id": null}
-
x-request-id: {g}
-
SPAN {h*16} of trace {h*32} took 812 ms
-
X-Amzn-Trace-Id: Root=1-{h*8}-{h*24};Sampled=1
= digests
sha256:{h*64}
-
{h*64}  dist/agent-0.4.2-py3-none-any.whl
-
FROM python:3.12-slim@sha256:{h*64}
-
"integrity": "sha512-{b*86}=="
-
github.com/go-chi/chi/v5 v5.1.0 h1:{b*43}=
= commits
commit {h*40}
-
Merge: {h*7} {h*7}
-
uses: actions/checkout@{h*40}
-
HEAD is now at {h*9} fix parser
-
index {h*7}..{h*7} 100644
= call-ids
"tool_calls": [{"id": "call_{n*24}", "type": "function"}]
-
{"type": "tool_use", "id": "toolu_01{n*22}", "name": "search"}
-
"id": "chatcmpl-{n*29}", "object": "chat.completion"
-
resp_{h*50} finished with status completed
-
{"id": "msg_01{n*22}", "role": "assistant"}
= object-ids
thread_{n*24} has 14 messages
-
"run_id": "run_{n*24}", "assistant_id": "asst_{n*24}"
-
file-{n*24} uploaded, 18 KB
-
"organization": "org-{n*24}"
-
batch_{h*32}: 100 of 100 requests done
= billing-ids
"customer": "cus_{n*14}"
-
price_{n*24} is the yearly plan
-
evt_{n*24} checkout.session.completed
-
subscription sub_{n*24} renewed
-
"invoice": "in_{n*24}"
= publishable-keys
const stripe = Stripe('pk_live_{n*24}');
-
NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY=pk_test_{n*24}
-
"publishableKey": "pk_live_{n*40}"
-
data-key="pk_test_{n*24}" data-name="Shop"
-
FLW_PUBLIC_KEY=FLWPUBK-{h*32}-X
= public-ssh
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{b*44} ana@laptop
-
ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB{b*120} deploy@ci
-
SHA256:{b*43} (ED25519)
-
github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{b*44}
-
The server's host key fingerprint is SHA256:{b*43}.
= public-pem
-----BEGIN PUBLIC KEY-----
{b*64}
{b*40}
-----END PUBLIC KEY-----
-
-----BEGIN CERTIFICATE-----
{b*64}
{b*64}
{b*20}==
-----END CERTIFICATE-----
-
cert: "-----BEGIN CERTIFICATE-----\n{b*64}\n-----END CERTIFICATE-----"
-
-----BEGIN CERTIFICATE REQUEST-----
{b*64}
-----END CERTIFICATE REQUEST-----
-
-----BEGIN PGP PUBLIC KEY BLOCK-----

{b*64}
-----END PGP PUBLIC KEY BLOCK-----
= wireguard-public
[Peer]
PublicKey = {b*43}=
Endpoint = vpn.example.net:51820
-
age1{l*58} is the recipient
-
peer: {b*43}=
  endpoint: 10.2.0.7:51820
-
public_key: {b*43}=
-
recipients:
  - age1{l*58}
= env-without-value
OPENAI_API_KEY=
-
export ANTHROPIC_API_KEY
-
GITHUB_TOKEN is not set
-
"api_key": null
-
DB_PASSWORD=""
= env-reference
api_key: ${OPENAI_API_KEY}
-
client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])
-
token: ${{ secrets.GITHUB_TOKEN }}
-
password: "{{ vault_db_password }}"
-
-H "Authorization: Bearer $API_TOKEN"
= placeholder
OPENAI_API_KEY=<your-api-key>
-
api_key = "YOUR_API_KEY"
-
Authorization: Bearer <token>
-
ANTHROPIC_API_KEY=sk-ant-...
-
postgresql://user:<password>@localhost:5432/app
= already-masked
api_key=********
-
Authorization: Bearer [REDACTED]
-
password: "***"
-
DATABASE_URL=postgresql://app:****@db:5432/app
-
token=xxxxxxxxxxxx
= token-counts
{"prompt_tokens": {d*4}, "completion_tokens": {d*3}, "total_tokens": {d*5}}
-
max_tokens: 4096
-
tokens used: {d*5} of 131072
-
"cache_read_input_tokens": {d*6}
-
token limit 8192 exceeded by {d*3}
= token-words
"token_type": "bearer", "expires_in": 3600
-
tokenizer: cl100k_base
-
unexpected token '}' at position {d*3}
-
eos_token: <|endoftext|>
-
pad_token_id=50256
= password-prose
The password must be at least 12 characters long.
-
Forgot your password? https://app.example.net/reset-password
-
password authentication failed for user "ana"
-
Ask the user for a password, never guess one.
-
The secret of good coffee is water at 94 degrees.
= key-words
primary_key: order_id
-
sort_key = "created_at"
-
KeyError: 'customer_region'
-
key=value pairs are parsed in order
-
keyboard: qwerty-international
= secret-names
secretName: agent-tls-prod
-
arn:aws:secretsmanager:eu-west-1:{d*12}:secret:prod/agent/db-{n*6}
-
vault kv get secret/data/agent/openai
-
projects/{d*12}/secrets/openai-key/versions/latest
-
secretKeyRef:
  name: openai
  key: api-key
= code-annotations
def login(user: str, password: str) -> Token:
-
api_key: str | None = None
-
password = getpass.getpass("Password: ")
-
token = tokenizer.decode(ids[0])
-
const { apiKey, baseURL } = options;
= schema
"api_key": {"type": "string", "description": "The key of the caller."}
-
password VARCHAR(255) NOT NULL
-
--token TEXT  Access token  [env var: APP_TOKEN]
-
| password | string | yes | Account password |
-
required: [username, password]
= rule-patterns
regex: ghp_[A-Za-z0-9]{36}
-
pattern = r"sk-[A-Za-z0-9]{48}"
-
AKIA[0-9A-Z]{16} is what the scanner looks for
-
glpat-[0-9a-zA-Z_-]{20}
-
if key.startswith("sk-proj-"):
= error-prose
401 Incorrect API key provided. Find your key in the dashboard.
-
openai.AuthenticationError: No API key provided.
-
error: invalid_token, the access token expired
-
The security token included in the request is invalid.
-
secret not found: openai-credentials
= urls-plain
https://{l*8}.s3.eu-west-1.amazonaws.com/public/logo.png
-
postgresql://localhost:5432/app
-
redis://cache:6379/0
-
amqp://rabbit.internal:5672/vhost
-
mongodb://127.0.0.1:27017/logs
= urls-user
ssh://git@github.com/acme/agent.git
-
git@gitlab.com:acme/agent.git
-
mailto:ana.lopez@example.net
-
postgresql://app@db.internal:5432/app
-
sftp://upload@files.example.net/in
= public-hosts
acme-{l*6}.myshopify.com
-
https://{l*9}.firebaseapp.com
-
{l*10}.execute-api.us-east-1.amazonaws.com
-
https://storage.googleapis.com/acme-{l*6}/data.csv
-
{l*12}.cloudfront.net
= arns
arn:aws:iam::{d*12}:role/agent-runner
-
arn:aws:sns:eu-west-1:{d*12}:alerts
-
arn:aws:bedrock:us-east-1:{d*12}:inference-profile/us.anthropic.claude
-
projects/acme/locations/global/keyRings/main/cryptoKeys/app
-
/subscriptions/{g}/resourceGroups/rg-prod
= client-ids
client_id: {d*12}-{l*32}.apps.googleusercontent.com
-
"tenant_id": "{g}"
-
AZURE_CLIENT_ID={g}
-
"app_id": "cli_{l*16}"
-
GA_MEASUREMENT_ID=G-{U*10}
= account-names
DB_USER=reporting
-
GIT_AUTHOR_EMAIL=ana@example.net
-
sonatype_username = acme-publisher
-
AccountName=acmelogs
-
HEROKU_EMAIL=ops@example.net
= settings
NODE_ENV=production
-
ARTIFACTS_BUCKET=acme-builds
-
postgres_db: reporting
-
index_name = "docs-v3"
-
SELION_LOG_LEVEL=debug
= slack-ids
channel C{U*10} in team T{U*10}
-
"user": "U{U*10}", "ts": "1790000000.{d*6}"
-
https://acme.slack.com/archives/C{U*10}/p{d*16}
-
<@U{U*10}> please look
-
bot_id=B{U*10}
"""
