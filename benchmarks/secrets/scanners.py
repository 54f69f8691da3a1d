"""The list that was written from the rules of public scanners (gitleaks, TruffleHog) without a look at ours: keys in five plain
places each, values beside their names, addresses, command lines, code. What its first run came to is told in `__main__`'s page."""

from __future__ import annotations

import random

from benchmarks.secrets.shapes import drawn

#: Marked by their own beginning, wherever they stand.
KEYS = """
1password_secret_key=A3-{u6}-{u6}-{u5}-{u5}-{u5}-{u5}|1password_service_account=ops_eyJ{b260}|adobe_client_secret=p8e-{l32}
age_identity=AGE-SECRET-KEY-1{q58}|airtable_pat=pat{w14}.{h64}|alibaba_id=LTAI{w20}|anthropic_admin=sk-ant-admin01-{v93}AA
anthropic_api=sk-ant-api03-{v93}AA|apify=apify_api_{w36}|artifactory_key=AKCp{w69}|artifactory_reference=cmVmdGtu{w56}
atlassian_api=ATATT3xFfGF0{v170}={u8}|aws_access_id=AKIA{u16}|aws_session_id=ASIA{u16}|aws_bedrock=ABSK{b128}
azure_ad_secret={w3}8Q~{v31}|bitbucket_app_password=ATBB{w28}{u8}|brevo=xkeysib-{h64}-{w16}|buildkite_agent=bkua_{l40}
circleci=CCIPAT_{w22}_{h40}|clojars=CLOJARS_{l60}|cloudflare_origin_ca=v1.0-{h24}-{h146}|cloudflare_user=cfut_{w40}{h8}
contentful_pat=CFPAT-{v43}|databricks=dapi{h32}-2|datadog_prefixed=ddp_{w36}|digitalocean_oauth=doo_v1_{h64}
digitalocean_pat=dop_v1_{h64}|docker_pat=dckr_pat_{v27}|docker_org=dckr_oat_{w32}|doppler_personal=dp.pt.{w43}
doppler_service=dp.st.prd.{w43}|duffel=duffel_live_{v43}|dynatrace=dt0c01.{u24}.{u64}|easypost=EZAK{w54}
facebook_page=EAAM{w120}|figma=figd_{v40}|fly_io=fo1_{v43}|flutterwave=FLWSECK-{l32}-X|frameio=fio-u-{v64}|gcp_api=AIza{v35}
github_fine_grained=github_pat_{w22}_{w59}|github_oauth=gho_{w36}|github_classic=ghp_{w36}|github_refresh=ghr_{w36}
github_server=ghs_{w36}|gitlab_deploy=gldt-{v20}|gitlab_feed=glft-{v20}|gitlab_job=glcbt-64_{v20}|gitlab_kas=glagent-{v50}
gitlab_mail=glimt-{v25}|gitlab_oauth_secret=gloas-{h64}|gitlab_personal=glpat-{v20}|gitlab_pipeline=glptt-{h40}
gitlab_registration=GR1348941{v20}|gitlab_runner=glrt-{v20}|gitlab_scim=glsoat-{v20}|google_oauth_access=ya29.a0{v120}
google_oauth_secret=GOCSPX-{v28}|grafana_cloud=glc_eyJ{w80}|grafana_service=glsa_{w32}_{h8}|groq=gsk_{w52}
harness=pat.{v22}.{h24}.{w20}|heroku_v2=HRKU-AA{v58}|hubspot_private_app=pat-na1-{uuid}|huggingface=hf_{c34}
huggingface_org=api_org_{c34}|infracost=ico-{w32}|intra42=s-s4t2ud-{h64}|jwt=eyJhbGciOiJIUzI1NiJ9.eyJzdWIi{v60}.{v43}
langfuse_secret=sk-lf-{uuid}|langsmith_pat=lsv2_pt_{h32}_{h10}|launchdarkly=sdk-{uuid}|linear=lin_api_{w40}|mailchimp={h32}-us14
mailgun=key-{l32}|mapbox_secret=sk.eyJ1Ijoi{w70}.{v22}|maxmind={w6}_{w29}_mmk|new_relic_insert=NRII-{v32}
new_relic_license={h32}FFFFNRAL|new_relic_user=NRAK-{u27}|notion_new=ntn_{d11}{w35}|npm=npm_{w36}|nvidia=nvapi-{v64}
octopus_deploy=API-{u26}|openai_legacy=sk-{w20}T3BlbkFJ{w20}|openai_project=sk-proj-{v74}T3BlbkFJ{v74}|openrouter=sk-or-v1-{h64}
openshift=sha256~{v43}|perplexity=pplx-{w48}|pinecone=pcsk_{w6}_{w63}|planetscale_oauth=pscale_oauth_{v43}
planetscale_password=pscale_pw_{v43}|planetscale_token=pscale_tkn_{v43}|posthog_personal=phx_{w43}|postman=PMAK-{h24}-{h34}
prefect=pnu_{w36}|pulumi=pul-{h40}|pypi=pypi-AgEIcHlwaS5vcmc{v120}|razorpay=rzp_live_{w14}|readme_io=rdme_{l70}
replicate=r8_{w37}|rootly=rootly_{h64}|rubygems=rubygems_{h48}|salesforce_session=00D{w12}!{w96}|scalingo=tk-us-{v48}
sendgrid=SG.{v22}.{v43}|sentry_org=sntrys_eyJ{b190}_{b43}|sentry_user=sntryu_{h64}|settlemint=sm_pat_{w16}
shippo=shippo_live_{h40}|shopify_access=shpat_{h32}|shopify_shared=shpss_{h32}|slack_app=xapp-1-A{u10}-{d13}-{h64}
slack_bot=xoxb-{d12}-{d13}-{w24}|slack_config=xoxe.xoxp-1-{u163}|slack_user=xoxp-{d12}-{d12}-{d13}-{h32}|sonar=squ_{h40}
sourcegraph=sgp_{h16}_{h40}|square_access=EAAA{v60}|square_secret=sq0csp-{v43}|stripe_live=sk_live_{w24}
stripe_restricted=rk_live_{w24}|stripe_webhook=whsec_{w32}|supabase=sbp_{h40}|tailscale=tskey-auth-{w17}-{w32}
telegram_bot={d10}:AA{v33}|terraform_cloud={w14}.atlasv1.{v67}|together_style_key=tgp_v1_{v43}|twilio_key=SK{h32}
typeform=tfp_{v59}|vault_batch=hvb.{v140}|vault_service=hvs.{v95}|voiceflow=VF.DM.{h24}.{w16}|wandb_new=wandb_v1_{w60}
xai=xai-{w80}|yandex=AQVN{v36}|zoho=1000.{h32}.{h32}
""".replace("\n", "|").strip("|")
PLACES = (
    "I tried it with {} and it still answers 403.", '{"role": "user", "content": "use {} for the call"}',
    "| staging | {} | rotated last spring |", "deploy.sh: line 14: {}: command not found",
    "> pasted by the customer: `{}`\n> please ignore",
)  # fmt: skip
#: Told by the name beside them.
VALUES = """
ADAFRUIT_IO_KEY={l32}|algolia_admin_key={h32}|ALIBABA_CLOUD_SECRET={l30}|asana_client_secret={l32}|AWS_SECRET_ACCESS_KEY={b40}
AZURE_STORAGE_ACCOUNT_KEY={b86}==|AZURE_OPENAI_API_KEY={h32}|CLOUDFLARE_API_TOKEN={v40}|CODECOV_TOKEN={uuid}
COHERE_API_KEY={w40}|confluent_cloud_api_secret={b64}|DATADOG_API_KEY={h32}|dropbox_access_token=sl.{v135}
ELASTIC_PASSWORD={w20}|fastlyApiToken={v32}|DB_PASSWORD={w9}!{w4}|HEROKU_API_KEY={uuid}|JENKINS_API_TOKEN=11{h32}
MISTRAL_API_KEY={w32}|okta_api_token=00{v40}|PAGERDUTY_TOKEN=u+{w18}|SECRET_KEY_BASE={h128}|SNYK_TOKEN={uuid}
twilio_auth_token={h32}|TWITTER_API_SECRET={w50}|WANDB_API_KEY={h40}|webhookSigningSecret={w32}|ZENDESK_SECRET={l40}
""".replace("\n", "|").strip("|")
NAMED = (
    "export NAME={}", '  "NAME": "{}",', "NAME: '{}'", 'config.NAME = "{}"  # TODO move to the vault', "--set NAME={} --wait",
)  # fmt: skip
#: Addresses that let in whoever has them. Of a login the password is what must not be seen.
ADDRESSES = (
    "https://discord.com/api/webhooks/{d18}/«{v68}»", "https://hooks.slack.com/services/T{u9}/B{u9}/«{w24}»",
    "https://acme.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/«{h32}»/{uuid}",
    "https://hooks.zapier.com/hooks/catch/«{d7}/{l7}»", "postgresql://reader:«{w16}»@db.internal:5432/prod",
    "mongodb+srv://svc:«{w18}»@cluster0.x1y2z.mongodb.net/app?retryWrites=true",
    "rediss://default:«{w32}»@eu1-redis.example.net:6380/0", "amqps://bot:«{w20}»@mq.example.org/vhost",
    "https://deploy:«{w22}»@git.example.com/team/app.git", "https://{h8}:«{h8}»@gems.contribsys.com/",
    "https://acct.blob.core.windows.net/c/f.bin?sv=2022-11-02&sp=r&se=2030-01-01T00%3A00%3A00Z&sig=«{w42}%3D»",
    "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=600&X-Amz-Signature=«{h64}»",
    "https://api.example.com/v1/items?page=2&access_token=«{w32}»", "https://maps.example.com/geo?q=Bern&api_key=«{l32}»",
)  # fmt: skip
LINKED = (
    "curl -s '{}'", "the hook is {} and it worked yesterday", '{"url": "{}"}', "[link]({})", "GET {} HTTP/1.1",
)  # fmt: skip
#: Whole texts, five a kind.
TEXTS = {
    "authorization": (
        "Authorization: Bearer «{w40}»",
        "-H 'authorization: Basic «{b28}'» --compressed",
        '{"headers": {"Authorization": "Token «{h40}»"}}',
        'curl https://x.example -H "X-Api-Key: «{w32}»"',
        "Proxy-Authorization: Basic «{b24}==»",
    ),
    "curl user": (
        "curl -u admin:«{w12}» https://x.example/api",
        "curl --user 'svc:«{w14}»' -X POST https://x.example",
        'curl -sS -u "bot:«{w16}»" https://x.example/v2/',
        "curl -X PUT --user=ops:«{w12}» https://x.example/_cluster",
        "wget --http-user=bob --http-password=«{w12}» https://x.example/f",
    ),
    "cookie": (
        "Cookie: theme=dark; sessionid=«{l32}»",
        "Set-Cookie: session=«{w43}»; Path=/; HttpOnly",
        "cookie: _gitlab_session=«{h32}»",
        "Cookie: PHPSESSID=«{l26}»; lang=de",
        "set-cookie: connect.sid=s%3A«{v32}.{w43}»; Path=/",
    ),
    "private key": (
        "-----BEGIN RSA PRIVATE KEY-----\n«{b64}»\n{b64}\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n«{b70}»\n{b70}\n-----END OPENSSH PRIVATE KEY-----",
        '"private_key": "-----BEGIN PRIVATE KEY-----\\n«{b64}»\\n{b64}\\n-----END PRIVATE KEY-----\\n"',
        "-----BEGIN EC PRIVATE KEY-----\n«{b64}»\n{b40}==\n-----END EC PRIVATE KEY-----",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n«{b64}»\n{b64}\n={b4}\n-----END PGP PRIVATE KEY BLOCK-----",
    ),
    "spoken": (
        "my password is «{w6}!{d2}», can you log in for me?",
        "The passcode for the admin panel is «{w10}».",
        "ok so the wifi password: «Sommer{d4}!»",
        "Please use user anna and password «{w9}#{d2}» to sign in",
        "hier ist mein Passwort: «{w8}${d2}»",
    ),
    "netrc and files": (
        "machine api.example.com login bob password «{w16}»",
        "//registry.npmjs.org/:_authToken=«{uuid}»",
        '{"auths": {"ghcr.io": {"auth": "«{b32}»"}}}',
        '<add key="ClearTextPassword" value="«{w14}»" />',
        "Server=tcp:x.database.windows.net;Uid=sa;Pwd=«{w14}»;Encrypt=yes",
    ),
    "command lines": (
        "mysql -h db -u root -p«{w12}» shop",
        "sshpass -p '«{w12}»' ssh deploy@host",
        "PGPASSWORD=«{w14}» psql -h db -U reader",
        "docker login -u bot -p «{w20}» registry.example.com",
        "openssl pkcs12 -in k.p12 -passin pass:«{w12}»",
    ),
    "code": (
        'client = Client(api_key="«{w32}»", timeout=30)',
        "requests.get(url, auth=('svc', '«{w14}»'))",
        'const secret = process.env.SECRET || "«{w24}»";',
        'passwd: !!str "«{w12}»"',
        "spring.datasource.password=«{w14}»",
    ),
    "connection strings": (
        "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=«{b86}==»;EndpointSuffix=core.windows.net",
        "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=«{b43}=»",
        "Data Source=db;User ID=sa;Password=«{w14}»;",
        "jdbc:postgresql://db/prod?user=app&password=«{w14}»",
        "x.redis.cache.windows.net:6380,password=«{b43}=»,ssl=True",
    ),
}


def samples(each: int = 5) -> list[tuple[str, str, str]]:
    """The kind, the text, and the credential in it. Each kind takes its places in turn."""
    dice = random.Random("scanners")
    shapes: dict[str, list[str]] = {}
    for kind, _, key in (one.partition("=") for one in KEYS.split("|")):
        shapes[kind] = [place.replace("{}", f"«{key}»") for place in PLACES]
    for name, _, value in (one.partition("=") for one in VALUES.split("|")):
        shapes[name] = [place.replace("NAME", name).replace("{}", f"«{value}»") for place in NAMED]
    for address in ADDRESSES:
        shapes[address] = [place.replace("{}", address) for place in LINKED]
    for kind, texts in TEXTS.items():
        shapes[kind] = list(texts)
    return [(kind, *drawn(texts[at % len(texts)], dice)) for kind, texts in shapes.items() for at in range(each)]
