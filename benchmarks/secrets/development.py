"""The half that the rules were written with: a kind's key, and where keys stand."""

from __future__ import annotations

import random

from benchmarks.secrets.shapes import drawn

#: Where a key may stand; nothing around it says that it is one.
PLACES = (
    "The customer pasted «{}» into the chat.",
    '{{"note": "«{}»", "n": 3}}',
    "2026-11-24T14:02:11Z INFO sent with «{}» after 120 ms",
    "value=«{}»",
    "`«{}»`",
)
KEYS = {
    "aws access key": "AKIA{u16}", "aws temporary key": "ASIA{u16}", "bedrock": "ABSK{b120}",
    "google api": "AIza{v35}", "google oauth": "ya29.{v60}", "google client secret": "GOCSPX-{v28}",
    "azure client secret": "{w3}8Q~{v32}", "alibaba": "LTAI{w20}", "openai project": "sk-proj-{v74}T3BlbkFJ{v74}",
    "openai": "sk-{w20}T3BlbkFJ{w20}", "openai session": "sess-{w40}", "anthropic": "sk-ant-api03-{v93}AA",
    "hugging face": "hf_{c34}", "hugging face org": "api_org_{c34}", "databricks": "dapi{h32}", "pinecone": "pcsk_{w6}_{w60}",
    "replicate": "r8_{w37}", "groq": "gsk_{w52}", "perplexity": "pplx-{w48}", "langsmith": "lsv2_pt_{h32}_{h10}",
    "langfuse": "sk-lf-{uuid}", "xai": "xai-{w80}", "together": "tgp_v1_{v43}", "voyage": "pa-{v43}",
    "nvidia": "nvapi-{v64}", "vault": "hvs.{v95}", "vault batch": "hvb.{v140}", "vault old": "s.{w24}",
    "github": "ghp_{w36}", "github oauth": "gho_{w36}", "github server": "ghs_{w36}", "github fine-grained": "github_pat_{w22}_{w59}",
    "gitlab": "glpat-{v20}", "gitlab runner": "glrt-{v20}", "gitlab deploy": "gldt-{v20}", "gitlab trigger": "glptt-{h40}",
    "slack bot": "xoxb-{d12}-{d12}-{w24}", "slack app": "xapp-1-{u11}-{d13}-{h64}", "slack config": "xoxe.xoxp-1-{u160}",
    "telegram": "{d10}:AA{v33}", "discord": "MT{w24}.G{w5}.{v38}", "notion": "ntn_{d11}{w35}", "notion old": "secret_{w43}",
    "linear": "lin_api_{w40}", "new relic": "NRAK-{u27}", "grafana": "glsa_{w32}_{h8}", "grafana cloud": "glc_{b60}",
    "sentry": "sntryu_{h64}", "docker": "dckr_pat_{v27}", "npm": "npm_{w36}", "pypi": "pypi-AgEIcHlwaS5vcmc{v70}",
    "rubygems": "rubygems_{h48}", "mailgun": "key-{h32}", "mailchimp": "{h32}-us14", "sendgrid": "SG.{v22}.{v43}",
    "brevo": "xkeysib-{h64}-{w16}", "twilio": "SK{h32}", "square": "sq0atp-{v22}", "square production": "EAAA{v60}",
    "stripe": "sk_live_{w24}", "stripe restricted": "rk_live_{w24}", "stripe webhook": "whsec_{w32}", "shopify": "shpat_{h32}",
    "shopify secret": "shpss_{h32}", "braintree": "access_token$production${l16}${h32}", "plaid": "access-sandbox-{uuid}",
    "atlassian": "ATATT3{v186}", "bitbucket": "ATBB{w32}", "airtable": "pat{w14}.{h64}", "figma": "figd_{v40}",
    "dropbox": "sl.{v135}", "digitalocean": "dop_v1_{h64}", "heroku": "HRKU-AA{v58}", "cloudflare origin": "v1.0-{h24}-{h146}",
    "doppler": "dp.pt.{w43}", "terraform": "{w14}.atlasv1.{v67}", "pulumi": "pul-{h40}", "planetscale": "pscale_tkn_{v43}",
    "supabase": "sbp_{h40}", "age": "AGE-SECRET-KEY-1{q58}", "jwt": "eyJ{w33}.eyJ{w60}.{v43}", "easypost": "EZAK{w54}",
    "postman": "PMAK-{h24}-{h34}", "typeform": "tfp_{v59}", "1password": "ops_eyJ{b260}", "dynatrace": "dt0c01.{u24}.{u64}",
    "duffel": "duffel_live_{v43}", "shippo": "shippo_live_{h40}", "facebook page": "EAAC{w120}", "openshift": "sha256~{v43}",
    "artifactory": "AKCp{w69}", "prefect": "pnu_{w36}", "readme": "rdme_{l70}", "sourcegraph": "sgp_{h16}_{h40}",
    "settlemint": "sm_pat_{w16}", "frame.io": "fio-u-{v64}", "fly": "fo1_{v43}", "octopus": "API-{u26}",
}  # fmt: skip
#: Texts in which the neighbourhood tells what it is.
TEXTS = {
    "assigned password": "DB_PASSWORD=«{p14}»", "json password": '{{"password": "«{p14}»"}}', "yaml secret": "client_secret: «{w32}»",
    "aws secret": "aws_secret_access_key = «{b40}»", "spoken": "my password is «{w6}!{d2}», please help",
    "postgres": "postgres://app:«{w16}»@db.internal:5432/main", "mongodb": "mongodb+srv://root:«{w18}»@c0.ab1.mongodb.net/x",
    "redis": "redis://:«{w24}»@cache:6379/0", "connection string": "Server=db;Database=x;User Id=sa;Password=«{p14}»;",
    "azure storage": "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=«{b86}==»;EndpointSuffix=core.windows.net",
    "azure sas": "https://x.blob.core.windows.net/c/f?sv=2024-11-04&se=2026-12-01&sig=«{w40}%3D»",
    "aws signature": "https://b.s3.amazonaws.com/k?X-Amz-Expires=3600&X-Amz-Signature=«{h64}»",
    "bearer": "Authorization: Bearer «{v40}»", "basic": "Authorization: Basic «{w28}==»", "curl": "curl -u admin:«{w12}» https://x",
    "cookie": "Cookie: theme=dark; session=«{w40}»", "option": "tool --password «{w8}!{d3}» --now", "slack webhook":
    "https://hooks.slack.com/services/«T{u8}/B{u8}/{w24}»", "token in url": "https://api.example/v1?access_token=«{w40}»",
}  # fmt: skip


def samples(each: int = 5) -> list[tuple[str, str, str]]:
    """The kind, the text, and the credential in it."""
    dice = random.Random("development")
    made = [
        (kind, *drawn(PLACES[at % len(PLACES)].format(shape), dice))
        for kind, shape in KEYS.items()
        for at in range(each)
    ]
    return made + [
        (kind, *drawn(shape.replace("{{", "{").replace("}}", "}"), dice))
        for kind, shape in TEXTS.items()
        for _ in range(each)
    ]
