"""The half that somebody wrote from vendors' documents without a look at the rules: each kind in places drawn at random, a log
line, JSON inside JSON, an address, a chat. What its first run came to is told in `__main__`'s page."""

from __future__ import annotations

import random

from benchmarks.secrets.shapes import drawn

#: Told by themselves, wherever they stand.
KEYS = """
openai=sk-{w20}T3BlbkFJ{w20}|openai project=sk-proj-{v74}T3BlbkFJ{v73}A|openai service=sk-svcacct-{v74}T3BlbkFJ{v73}A
anthropic oauth=sk-ant-oat01-{v93}AA|openrouter=sk-or-v1-{h64}|deepseek=sk-{h32}|langfuse=sk-lf-{uuid}
google=AIza{v34}k|gemini=AQ.Ab8RN6{v43}x|google client=GOCSPX-{v27}x|google refresh=1//0{d1}{v60}k|groq=gsk_{w52}
xai=xai-{w80}|perplexity=pplx-{w48}|hugging face=hf_{c34}|replicate=r8_{w37}|fireworks=fw_{w22}|nvidia=nvapi-{v63}q
langsmith=lsv2_pt_{h32}_{h10}|tavily=tvly-dev-{w32}|pinecone=pcsk_{w5}_{w63}|e2b=e2b_{h40}|cerebras=csk-{l48}
firecrawl=fc-{h32}|jina=jina_{h32}{v27}x|bedrock=ABSKQmVkcm9ja0FQSUtleS{w90}|github=ghp_{w36}|github fine=github_pat_{w22}_{w59}
github refresh=ghr_{w76}|gitlab new=glpat-{v27}.{l2}.{l9}|gitlab runner=glrt-{v19}z|gitlab trigger=glptt-{h40}
bitbucket=ATBB{w32}|slack bot=xoxb-{d12}-{d13}-{w24}|slack app=xapp-1-A{u10}-{d13}-{h64}|slack cookie=xoxd-{w120}
telegram=1{d9}:AA{v32}x|stripe=sk_live_{w99}|stripe hook=whsec_{w32}|square=EAAA{w60}|braintree=access_token$production$l{l15}${h32}
shopify=shpat_{h32}|razorpay=rzp_live_{w14}|flutterwave=FLWSECK-{h32}-X|plaid=access-production-{uuid}|twilio=SK{h32}
sendgrid=SG.{w22}.{w43}|mailgun=key-{h32}|mailchimp={h32}-us21|brevo=xkeysib-{h64}-{w16}|resend=re_{w8}_{w24}|postman=PMAK-{h24}-{h34}
npm=npm_{w36}|pypi=pypi-AgEIcHlwaS5vcmc{w150}|rubygems=rubygems_{h48}|docker=dckr_pat_{w27}|artifactory=AKCp{w69}
terraform={w14}.atlasv1.{w67}|vault=hvs.{w96}|doppler=dp.pt.{w43}|pulumi=pul-{h40}|databricks=dapi{h32}-2|digitalocean=dop_v1_{h64}
heroku=HRKU-AA{w58}|planetscale=pscale_tkn_{w43}|supabase=sb_secret_{w22}_{w8}|neon=napi_{l64}|netlify=nfp_{w36}
vercel blob=vercel_blob_rw_{w16}_{w30}|render=rnd_{w28}|cloudflare=v1.0-{h24}-{h146}|tailscale=tskey-auth-k{w10}CNTRL-{w32}
grafana=glsa_{w32}_{h8}|new relic=NRAK-{u27}|sentry=sntryu_{h64}|dynatrace=dt0c01.{u24}.{u64}|honeycomb=hcaik_01{l56}
posthog=phx_{w43}|linear=lin_api_{w40}|notion=ntn_{d11}{w35}|airtable=pat{w14}.{h64}|asana=2/{d16}/{d16}:{h32}|figma=figd_{w40}
hubspot=pat-na1-{uuid}|contentful=CFPAT-{w43}|readme=rdme_{l70}|easypost=EZAK{w54}|azure client={w3}8Q~{w34}
azure devops={w76}AZDO{w4}|alibaba=LTAI5t{w18}|yandex=AQVN{w35}|age=AGE-SECRET-KEY-1{q58}|clojars=CLOJARS_{l60}|prefect=pnu_{l36}
sourcegraph=sgp_{h16}_{h40}|circleci=CCIPAT_{w22}_{h40}|buildkite=bkua_{h40}|sonar=sqp_{h40}|snyk=snyk_uat.{h8}.{w71}
launchdarkly=sdk-{uuid}|mapbox=sk.eyJ{w80}.{w22}|1password=A3-{u6}-{u6}-{u5}-{u5}-{u5}-{u5}
""".replace("\n", "|").strip("|")
PLACES = (
    "2026-11-30T10:22:01Z INFO gateway: retrying with {} after 429", '{{"level":"error","msg":"failed","ctx":"{}"}}',
    '{{"messages":[{{"content":"{{\\"note\\": \\"{}\\"}}"}}]}}', "note: see below\nvalue: {}\nregion: eu",
    "hey, can you use {} for now? thanks", "$ ./deploy --with '{}' --region eu-1", "`{}`", "<code>{}</code>",
    "[ERROR] unexpected response ({}), giving up", "https://api.example.org/v1/x?a=1&k={}&b=2",
)  # fmt: skip
#: Told by their names.
VALUES = """
AWS_SECRET_ACCESS_KEY={b39}x|DD_API_KEY={h32}|DD_APP_KEY={h40}|AZURE_OPENAI_API_KEY={h32}|COHERE_API_KEY={w40}|MISTRAL_API_KEY={w32}
TOGETHER_API_KEY={h64}|xi-api-key={h32}|WANDB_API_KEY={h40}|TWILIO_AUTH_TOKEN={h32}|CLOUDFLARE_API_TOKEN={v39}x|CF_API_KEY={h37}
X-Algolia-API-Key={h32}|VERCEL_TOKEN={w24}|DB_PASSWORD=Winter2026!{w4}|passwd=P@ssw0rd{w4}|SMTP_PASS=hunter2{w4}
client_secret={w32}|SECRET_KEY={l9}!{l9}&{l9}*({l9}x|SIGNING_KEY={b43}=|_authToken={w40}|refresh_token={v60}x|accessToken={v60}x
AZURE_STORAGE_KEY={b86}==|TELEGRAM_BOT_TOKEN={d9}:{v34}x|OKTA_API_TOKEN=00{v39}x|ZENDESK_API_TOKEN={w40}
""".replace("\n", "|").strip("|")
NAMED = (
    "export {0}={1}", '{{"env": {{"{0}": "{1}"}}}}', '{{"log": "{{\\"{0}\\": \\"{1}\\", \\"n\\": 3}}"}}',
    "env:\n  {0}: {1}\n  REGION: eu-west-1", "docker run -e {0}={1} img:1", "os.environ['{0}'] = '{1}'", "{0} = '{1}'  # move",
    "  - name: {0}\n    value: {1}",
)  # fmt: skip
LINES = (
    "Authorization: Bearer «{v39}x»", "X-Vault-Token: «{h40}»", "curl -b 'session=«{w40}»' https://x.example",
    "curl -u admin:«{w12}7» https://x.example/api", "mysql -uroot -p«{w10}4k» shop", "redis-cli -a «{w10}4k» ping",
    "my password is «hunter2{w4}»", "login bob / password «hunter2{w4}»", "here are my creds: user bob, pass «P@ssw0rd{w4}»",
    "use the password '«Tr0ub4dor{w4}»' to log in", "the secret is «{w36}9»", "our client secret is «{w36}9»",
    "GET /v1/x?api_key=«{w30}3»&q=1 HTTP/1.1", "https://x.example/reset?token=«{w30}3»",
    "machine api.example.org login bob password «{w20}1»", 'variable "db_password" {{\n  default = "«{w24}2»"\n}}',
    "<password>«hunter2{w4}»</password>", "please set VERCEL_TOKEN to «{w24}» and retry",
    "postgresql://svc:«{w16}»@db-7.internal:5432/prod", "otpauth://totp/x:bob?secret=«{A32}2»&issuer=x",
)  # fmt: skip


def samples(each: int = 5) -> list[tuple[str, str, str]]:
    """The kind, the text, and the credential in it."""
    dice = random.Random("strangers")
    found: list[tuple[str, str, str]] = []
    for kind, shape in _pairs(KEYS):
        found += ((kind, *drawn(dice.choice(PLACES).format(f"«{shape}»"), dice)) for _ in range(each))
    for name, shape in _pairs(VALUES):
        found += ((name, *drawn(dice.choice(NAMED).format(name, f"«{shape}»"), dice)) for _ in range(each))
    for line in LINES:
        shape = line.replace("{{", "{").replace("}}", "}")
        found += ((line.partition("«")[0].strip(), *drawn(shape, dice)) for _ in range(each))
    return found


def _pairs(listed: str) -> list[tuple[str, str]]:
    return [(kind, shape) for kind, _, shape in (one.partition("=") for one in listed.split("|"))]
