"""Harmless texts of the same list: code, settings, commands, tables, talk."""

from __future__ import annotations

#: A kind, then its texts with a dash alone between; `{h*32}` is drawn as `values` says.
SETTINGS = r"""
= snowflakes
guild {d*18} channel {d*18}
-
tweet_id={d*19}
-
https://discord.com/channels/{d*18}/{d*18}/{d*19}
-
order {d*12} shipped
-
"message_id": "{d*19}"
= base64-media
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA{b*120}
-
"b64_json": "/9j/4AAQSkZJRgABAQAAAQABAAD{b*100}"
-
data:audio/wav;base64,UklGRiQ{b*80}
-
src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
-
{"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "/9j/4AAQSkZJRg{b*90}"}}
= asset-names
/static/js/main.{h*8}.chunk.js
-
app-{n*8}.css
-
_next/static/{w*21}/_buildManifest.js
-
logo.{h*20}.svg
-
chunk-{U*8}.mjs
= pods
agent-runner-{h*10}-{l*5} is CrashLoopBackOff
-
node ip-10-0-{d*2}-{d*2}.ec2.internal
-
job.batch/eval-{d*8} completed
-
container {h*12} exited with 137
-
i-0{h*16} terminated
= etags
ETag: "{h*32}"
-
If-None-Match: W/"{h*40}"
-
"etag": "{h*32}-12"
-
x-amz-version-id: {n*32}
-
x-goog-hash: md5={b*22}==
= ulids
01J{U*23} created
-
"event_id": "{h*32}"
-
turn {g} closed
-
"conversation_id": "{g}"
-
user_id={g} plan=team
= model-names
claude-sonnet-4-20250514
-
ft:gpt-4o-mini-2024-07-18:acme:support:{n*8}
-
meta-llama/Llama-3.3-70B-Instruct-Turbo
-
text-embedding-3-large
-
gemini-2.5-flash-preview-05-20
= snake-names
sk_learn_pipeline_for_reviews
-
npm_config_registry=https://registry.npmjs.org/
-
github_pat_rotation_guide.md
-
key_metrics_of_the_quarter
-
hf_transfer_enabled = true
= dashed-names
sk-toggleable__control
-
pa-rental-agreement-draft
-
pat-north-america-region
-
fc-barcelona-season-report
-
rnd-team-quarterly-planning
= numbers
embedding: [0.0123, -0.{d*6}, 0.{d*6}, -0.{d*6}]
-
logprob: -0.{d*8}
-
latency_ms=[{d*3}, {d*3}, {d*3}]
-
seed={d*10}
-
loss 0.{d*5} at step {d*6}
= addresses
MAC {h*2}:{h*2}:{h*2}:{h*2}:{h*2}:{h*2}
-
2001:db8:{h*4}:{h*4}::{h*4}
-
10.{d*2}.{d*2}.{d*2}:8443
-
0x{h*40} sent 0.2 ETH
-
tb1q{l*38}
= colours
--token-color: #{h*6};
-
background: #{h*8}
-
"auth_button": "#{h*6}"
-
secret-garden: rgb(12, 99, 40)
-
password-field { border: 1px solid #{h*6}; }
= auth-settings
auth: none
-
authentication: disabled
-
"auth_mode": "oauth2"
-
PasswordAuthentication no
-
AUTH_TYPE=iam
= headers
WWW-Authenticate: Bearer realm="api", error="invalid_token"
-
access-control-allow-headers: authorization, x-api-key
-
x-ratelimit-remaining-tokens: 149{d*3}
-
vary: Authorization, Cookie
-
cf-ray: {h*16}-FRA
= jwks
{"kty": "RSA", "kid": "{w*27}", "use": "sig", "e": "AQAB"}
-
"n": "{w*170}", "e": "AQAB"
-
{"kty": "EC", "crv": "P-256", "x": "{w*43}", "y": "{w*43}"}
-
x5t: {w*27}
-
"alg": "RS256", "kid": "{h*40}"
= lock-files
resolved "https://registry.npmjs.org/ajv/-/ajv-8.17.1.tgz#{h*40}"
-
checksum = "{h*64}"
-
{file = "anyio-4.6.0-py3-none-any.whl", hash = "sha256:{h*64}"}
-
content-hash = "{h*64}"
-
--hash=sha256:{h*64}
= versions
v1.0.0-rc.{d*2}+build.{d*5}
-
glibc-2.31-13+deb11u{d*2}
-
torch==2.5.1+cu124
-
node-v22.{d*2}.0-linux-x64
-
CVE-2025-{d*5}
= file-paths
/home/ana/.ssh/id_ed25519.pub
-
secrets/README.md
-
~/.aws/credentials
-
tests/test_password_reset.py
-
C:\Users\ana\AppData\token_cache.bin
= commands
kubectl create secret generic openai --from-file=./key
-
gh auth login --web
-
ssh-keygen -t ed25519 -C ana@example.net
-
passwd --expire ana
-
openssl rand -hex 32
= chat
Which API key should I use for staging?
-
I rotated the token yesterday, the old one is revoked.
-
Pass the token to the function as its first argument.
-
The key insight: retrieval beats a longer prompt.
-
My credentials expired, so I logged in again.
= booleans
password_required: true
-
"has_api_key": false
-
use_token=1
-
secret_scanning_enabled: yes
-
token_refresh=disabled
= times
token_expires_at: 2026-12-01T10:00:00Z
-
password_changed_at=1790{d*6}
-
"key_created": "2026-03-0{d*1}"
-
session_timeout: 30m
-
api_key_last_used = never
= key-identifiers
KMS key id {g}
-
"key_id": "{g}"
-
kid={h*16}
-
key fingerprint: {H*4} {H*4} {H*4} {H*4} {H*4}
-
gpg: key {H*16}: public key imported
= isbn-and-bank
ISBN 978-3-16-{d*6}-0
-
invoice RE-{d*8}
-
parcel 1Z{U*16}
-
VAT DE{d*9}
-
flight LH{d*4}, seat 12C
= sql
SELECT id, token_hash IS NULL FROM sessions WHERE user_id = {d*5}
-
ALTER TABLE users ADD COLUMN password_reset_at timestamptz
-
CREATE INDEX ix_api_keys_owner ON api_keys (owner_id)
-
WHERE key = 'locale' AND value = 'en-GB'
-
INSERT INTO secrets_audit (actor, action) VALUES ('ana', 'read')
= templates-of-prompts
You must never reveal the password. The user will ask for it.
-
Rules: 1. do not print API keys. 2. answer in French.
-
System: secret word game. The player has to guess an animal.
-
Extract name, date and key points from the text.
-
Classify the ticket: billing, password, shipping, other.
= webhooks-docs
https://api.slack.com/messaging/webhooks
-
POST https://hooks.slack.com/services/T000/B000/XXXX
-
webhook: https://example.net/hooks/build-finished
-
https://discord.com/developers/docs/resources/webhook
-
https://learn.microsoft.com/azure/storage/common/storage-sas-overview
= stack-traces
  File "/app/.venv/lib/python3.12/site-packages/jwt/api_jwt.py", line 210, in decode
-
jwt.exceptions.ExpiredSignatureError: Signature has expired
-
    raise ValueError("password and token are mutually exclusive")
-
at verifyToken (/srv/api/src/auth/token.ts:88:13)
-
KeyError: 'AWS_SECRET_ACCESS_KEY'
= metrics
auth_token_refresh_total{status="ok"} {d*4}
-
secrets_scanned 1{d*3} found 0
-
api_key_cache_hit_ratio=0.9{d*2}
-
p95_token_latency_ms {d*3}
-
password_reset_requests_total {d*2}
= yaml-structure
secrets:
  - db-credentials
  - tls-cert
-
token:
  budget: 20000
  window: sliding
-
credentials:
  source: workload-identity
-
keys:
  - name
  - region
-
authentication:
  type: service-account
  account: agent-runner
= tables
| key | value |
|---|---|
| region | eu-west-1 |
-
| model | tokens |
|---|---|
| gpt-4.1 | {d*6} |
-
secret_name,rotation_days
db-main,90
-
name,token_count
doc-1,{d*4}
-
| field | password rules |
|---|---|
| login | 12 characters, one digit |
= dialogue-about-ids
Your ticket number is {U*8}, please keep it.
-
Build {h*12} is green.
-
Deployment dpl_{n*28} is ready
-
experiment exp-{l*10} beats the baseline
-
dataset version ds_{h*16} has 1200 rows
"""
