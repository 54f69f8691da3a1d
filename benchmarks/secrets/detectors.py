"""The list drawn by chance from the detectors of five public scanners (Betterleaks, Titus, Kingfisher, Trivy, Microsoft's security
utilities), a kind a vendor: 80 formats and 24 names with a value beside them, in places that a draw chose, of which half have no word
beside the credential that says what it is. What its first run came to is told in `__main__`'s page."""

from __future__ import annotations

import random

from benchmarks.secrets.shapes import drawn

#: Marked by their own shape: put into `WORDED` or `BARE`.
KEYS = """
datastax=AstraCS:{w28}|authress=ext_{l12}.{l5}.acc-{l24}.{l44}|doppler=dp.scim.{w42}|openai=sk-{w48}|retell=key_{h28}
reallysimple=ey{v153}.ey{v930}|settlemint=sm_sat_{w16}|xai=xai-{v80}|instagram=IGQV{v60}|flutterwave=FLWSECK_TEST-{h32}-X
planetscale=pscale_pw_{v43}|cerebras=csk-{l48}|runpod=rpa_{u40}{w6}|coderabbit=cr-{h58}|redirectpizza=rpa_{w30}|razorpay=rzp_live_{w14}
buildkite=bkua_{l40}|polar=polar_oat_{v36}|perplexity=pplx-{w48}|scalingo=tk-us-{v48}|replicate=r8_{v37}|digitalocean=dor_v1_{h64}
wandb=wandb_v1_{w77}|anthropic=sk-ant-api47-{v95}|samsara=samsara_api_{w28}|documo=ey{w34}.ey{w154}.{v43}|vault=hvr.{w32}
apim={b76}APIM{b5}A==|stackhawk=hawk.{v20}.{v20}|openshift=sha256~{v43}|fleetbase=flb_test_{w30}
circleci=CCIPAT_{l4}{a5}{l3}{d3}{a2}{A2}{d1}{a1}{l1}{d1}{a1}_{l40}|databricks=dapi{h32}|pkcs12=MIIK{w1}gIBAzCC{b200}|mailersend=mlsn.{w40}
mercury=mercury_production_{a5}_{w44}_yrucrem|jwt=eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3{v60}.{v43}|jina=jina_{w60}
apify=apify_api_{w36}|zoho=1000.{h32}.{h32}|firecrawl=fc-{h32}|brave=BSA{v28}|runway=key_{h128}|voiceflow=VF.WS.{h24}.{w16}
azureai={w52}JQQJ99{w1}B{w12}AAAOACOG{w4}|shadow=$6${w12}${w86}|storage={b76}+ASt{b5}Q==|paystack=sk_live_{l40}|resend=re_{w8}_{w24}
brevo=xkeysib-{h64}-{l16}|hubspot=pat-eu1-{w8}-{w4}-{w4}-{w4}-{w12}|intra=s-s4t2ud-{h64}|pulumi=pul-{l40}|newrelic={l6}{h30}nral
octopus=API-{u26}|ubidots=BBFF-{w30}|shopify=shpat_{h32}|onepassword=ops_eyJ{v90}|pinecone=pcsk_{w6}_{w63}|facebook=EAAM{w110}
postman=PMAK-{h24}-{h34}|openrouter=sk-or-v1-{h64}|dtrack=odt_{w40}|crates=cio{w32}|batch={b76}+ABa{b5}g==|valtown=vtwn_{v28}
""".replace("\n", "|").strip("|")
WORDED = (
    "UPPER_API_KEY={}", 'export UPPER_TOKEN="{}"', '{"NAME": {"api_key": "{}", "timeout": 30}}',
    "NAME:\n  enabled: true\n  token: {}\n  retries: 3", "POST /v1/run HTTP/1.1\nHost: api.NAME.com\nAuthorization: Bearer {}\nAccept: */*",
    'curl -s https://api.NAME.com/v2/items -H "X-Api-Key: {}"', "GET https://api.NAME.com/v1/search?q=invoices&api_key={}&page=2 200",
    'client = NAME(api_key="{}", base_url=BASE)',
)  # fmt: skip
BARE = (
    "2026-11-28T23:24:07.058Z INFO agent.step 4 connecting to NAME with {} (attempt 2)",
    "Sure! I put {} into the settings page of NAME, so the job should run now.", '["NAME", "--auth", "{}", "--verbose"]',
    "  File \"/app/jobs/NAME.py\", line 88, in connect\n    session.open('{}', retry=True)\nConnectionError: 403 from NAME",
    '{"role": "tool", "tool_call_id": "call_7", "content": "{\\"vendor\\": \\"NAME\\", \\"value\\": \\"{}\\"}"}', "| NAME | {} | active |",
    "user: here it is: {}\nassistant: Thanks, please do not post it here again.", "- name: UPPER\n  value: {}",
)  # fmt: skip
#: Told by the name beside them: put into `NAMED`.
VALUES = """
hybiscus={w43}|onesignal={uuid}|prodpad={h64}|commercejs={l48}|detectify={l32}|kucoin={h24}|closecrm=api_{w45}|proxycrawl={w22}
cicero={l40}|tefter={w20}|formbucket={w36}.{w60}.{v43}|elevenlabs=sk_{h48}|brandfetch={w40}|ecostruxureit=AK1{w52}|vatlayer={l32}
stormboard={h40}|budibase={h32}-{h79}|metrilo={l16}|disqus={w64}|baremetrics={v25}|storyblok={w22}tt|myintervals={l11}
""".replace("\n", "|").strip("|")
NAMED = (
    "UPPER_API_KEY={}", "export UPPER_SECRET_KEY='{}'", '"NAME_access_token": "{}",', "NAME:\n  api_key: {}\n  region: eu",
    'curl https://NAME.com/api/x -H "X-NAME-Token: {}"', "https://NAME.com/api/v1/list?access_key={}&limit=10",
    'const NAMEApiKey = "{}";', 'NAMEClient(secret="{}", timeout=5)', "Our NAME API key is {} and it expires in May.",
    '{"name": "call_api", "arguments": "{\\"service\\": \\"NAME\\", \\"NAME_token\\": \\"{}\\"}"}',
    "NAME.errors.AuthError: invalid NAME access token: {}", '<add key="NAMEApiKey" value="{}" />',
)  # fmt: skip
#: Whole texts, five a kind.
TEXTS = {
    "sonarqube": (
        "sonar-scanner -Dsonar.host.url=https://sonar.example.com -Dsonar.login=«{h40}»", "sonar.login', '«{h40}»'",
        '$sonarLogin = "«{h40}»"', "sonar.login: «{h40}»", '"sonar.login": "«{h40}»"',
    ),
    "teams": (
        "https://acme.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/«{h32}»/{uuid}",
        "connecting to https://acme.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/«{h32}»/{uuid} (attempt 2)",
        "| teams | https://a.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/«{h32}»/{uuid} | active |",
        "TEAMS=https://a.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/«{h32}»/{uuid}",
        '{"hook": "https:\\/\\/a.webhook.office.com\\/webhookb2\\/{uuid}@{uuid}\\/IncomingWebhook\\/«{h32}»\\/{uuid}"}',
    ),
    "datadog": (
        "DATADOG_RUM_TOKEN=«pub{h32}»", 'DD_TOKEN="«pub{h32}»"', '"DATADOG_CLIENT_TOKEN": "«pub{h32}»"',
        "export DD_CLIENT_TOKEN=«pub{h32}»", "dd_rum_client_token: '«pub{h32}»'",
    ),
    "curl header": (
        "curl -s -H 'Authorization: Basic «{b32}»' https://api.example.com/v1/jobs",
        'curl -s -H "Authorization: Bearer «{h32}»" https://api.example.com/v1/jobs',
        "curl -X POST --header 'Authorization: Token «{h40}»' https://api.example.com/v1/jobs",
        'curl --header "Authorization: Bearer «{v54}»" https://api.example.com/v1/jobs',
        'curl -H "Authorization: Basic «{b40}»" https://api.example.com/v1/jobs',
    ),
    "sidekiq": (
        "Please use https://{h8}:«{h8}»@gems.contribsys.com/ for the import.", '"url": "https://{h8}:«{h8}»@enterprise.contribsys.com/"',
        "DATABASE_URL=https://{h8}:«{h8}»@gems.contribsys.com/", "connecting to https://{h8}:«{h8}»@enterprise.contribsys.com/ ...",
        "source 'https://{h8}:«{h8}»@gems.contribsys.com/'",
    ),
    "private key": (
        "-----BEGIN RSA PRIVATE KEY-----\n«{b64}»\n{b64}\n-----END RSA PRIVATE KEY-----",
        '{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\\n{b64}\\n«{b64}»\\n-----END PRIVATE KEY-----\\n"}',
        "tls:\n  key: |\n    -----BEGIN EC PRIVATE KEY-----\n    {b64}\n    «{b64}»\n    -----END EC PRIVATE KEY-----",
        "cat ~/.ssh/id_ed25519\n-----BEGIN OPENSSH PRIVATE KEY-----\n{b64}\n«{b64}»\n-----END OPENSSH PRIVATE KEY-----",
        'PRIVATE_KEY="-----BEGIN ENCRYPTED PRIVATE KEY-----\\n«{b64}»\\n{b64}\\n-----END ENCRYPTED PRIVATE KEY-----"',
    ),
    "private key in base64": tuple(
        place.replace("{}", "«LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpN{b120}»")
        for place in ("DEPLOY={}", "I put {} there.", '["--auth", "{}"]', "| key | {} |", '"content": "{\\"value\\": \\"{}\\"}"')
    ),
    "mongodb": (
        "DATABASE_URL=mongodb+srv://app:«lantern*{d4}»@cluster0.ab1cd.mongodb.net/prod?retryWrites=true",
        "connecting to mongodb://svc_eval:«{w14}»@10.2.0.4:27017/evals ...",
        '"url": "mongodb+srv://reporting:«{w5}!{w7}»@db.example.net/"',
        "could not reach mongodb://app:«comet-maple-tundra{d2}»@mongo-0:27017,mongo-1:27017/app?replicaSet=rs0",
        "Please use mongodb://app:«{w14}»@localhost:27017 for the import.",
    ),
    "ftp": (
        "connecting to ftp://upload:«{w14}»@ftp.acme.com/in/ ...", '"url": "ftp://eval:«Copper#{d4}»@ftp.initech.com/drop/2026"',
        "Please use ftp://svc-data:«mango-violet-saddle{d2}»@ftp.globex.com/x.csv for the import.",
        "could not reach ftp://nightly:«{w5}^{w7}»@ftp.umbrella.com/pub", "MIRROR=ftp://mark:«{w5}~{w7}»@ftp.hooli.com/",
    ),
    "jdbc": (
        "jdbc:postgresql://db.example.com:5432/app?user=admin&password=«{w14}»", "jdbc:mysql://admin:«falcon*{d4}»@prod.internal:3306/inventory",
        "jdbc:sqlserver://sql.example.org:1433;databaseName=inventory;user=sa;password=«{w5}!{w7}»;encrypt=true",
        "jdbc:oracle:thin:scott/«{w14}»@ora.example.net:1521/ORCLPDB1", "jdbc:redshift://r.example.com:5439/dev?UID=etl&PWD=«{w14}»",
    ),
    "login in an address": (
        "https://ci:«{w14}»@git.example.com/team/repo.git", "http://admin:«Harbor${d4}»@10.0.0.8:8080/",
        "https://x-token:«{w5}+{w7}»@registry.example.org/v2/", "ftps://sync:«maple-comet-river{d2}»@files.example.com/",
        "https://robot$eval:«{w14}»@harbor.example.io",
    ),
    "nuget": tuple(
        f'<packageSourceCredentials>\n  <add key="Username" value="ci" />\n  <add key="{key}" value="«{value}»" />\n'
        for key, value in (
            ("ClearTextPassword", "{w14}"), ("Password", "{w5}*{w7}"), ("ClearTextPassword", "tundra#{d4}"), ("Password", "{w14}"),
            ("ClearTextPassword", "river-mango-falcon{d2}"),
        )
    ),
    "maven": tuple(
        f"<server>\n  <id>prod</id>\n  <passphrase>«{value}»</passphrase>\n</server>"
        for value in ("{w14}", "{w5}*{w7}", "Piston!{d4}", "comet-saddle-mango{d2}", "{w5}~{w7}")
    ),
    "service bus": (
        "Endpoint=sb://evals.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=«{b43}=»",
        '"EventHub": "Endpoint=sb://hub7.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=«{b43}=»;EntityPath=traces"',
        "SERVICEBUS=Endpoint=sb://q.servicebus.windows.net/;SharedAccessKeyName=listen;SharedAccessKey=«{b43}=»",
        'QueueClient("https://q1.servicebus.windows.net", "listen", "«{b43}=»")', "amqps://send:«{b43}=»@q2.servicebus.windows.net",
    ),
    "generic": (
        "INTERNAL_AUTH_TOKEN=«{w32}»", '"app_secret": "«{l24}»"', "credentials => '«{b32}»'", "service_api_key: «{v40}»", "db.passwd=«{h32}»",
    ),
    "odbc": (
        "Driver={SQL Server};Server=db1;Database=evals;Uid=app;Pwd=«{w14}»;",
        'connectionString="Data Source=db;Initial Catalog=x;User Id=sa;Password=«{w5}!{w7}»"',
        'pyodbc.connect("DSN=prod;UID=reader;PWD=«violet%{d4}»")',
        "Server=tcp:x.database.windows.net,1433;User ID=svc;Password=«lantern#{d4}»;Encrypt=True", "User=etl; Password=«{w14}»; Host=10.1.1.4",
    ),
}  # fmt: skip


def samples(each: int = 5) -> list[tuple[str, str, str]]:
    """The kind, the text, and the credential in it. Half the places of a key, by chance, say what it is."""
    dice = random.Random("detectors")
    shapes: dict[str, list[str]] = {}
    for kind, _, key in (one.partition("=") for one in KEYS.split("|")):
        shapes[kind] = [_put(place, kind, key) for place in _places(dice)]
    for name, _, value in (one.partition("=") for one in VALUES.split("|")):
        shapes[name] = [_put(place, name, value) for place in dice.sample(NAMED, 5)]
    shapes |= {kind: list(texts) for kind, texts in TEXTS.items()}
    return [(kind, *drawn(texts[at % len(texts)], dice)) for kind, texts in shapes.items() for at in range(each)]


def _places(dice: random.Random) -> list[str]:
    worded, bare = dice.sample(WORDED, 5), dice.sample(BARE, 5)
    return [dice.choice(pair) for pair in zip(worded, bare, strict=True)]


def _put(place: str, name: str, value: str) -> str:
    return place.replace("UPPER", name.upper()).replace("NAME", name).replace("{}", f"«{value}»")
