"""Credentials in addresses, requests and the files of clouds."""

from __future__ import annotations

import json
from random import Random

from benchmarks.secrets.logged.values import WORDS, Made, b64, b64u, fill, host, pick, pw


def url_password(rng: Random, n: int) -> Made:
    p = pw(rng)
    u = f"https://{rng.choice(WORDS)}:{p}@{host(rng, 'example.net')}"
    return pick(
        n,
        (
            "git clone <u>/team/agent.git",
            "remote: origin <u>/repo (fetch)",
            '{"tool": "fetch", "url": "<u>/feed.json"}',
            "HTTP_PROXY=<u>:3128",
            "requests.exceptions.ConnectionError: <u>/v1/run timed out",
        ),
        u=u,
    ), [p]


def postgres_url(rng: Random, n: int) -> Made:
    p = pw(rng)
    u = f"postgresql://{rng.choice(WORDS)}:{p}@{host(rng)}:5432/{rng.choice(WORDS)}"
    return pick(
        n,
        (
            "DATABASE_URL=<u>",
            'engine = create_engine("<u>")',
            "connecting to <u>?sslmode=require",
            '{"dsn": "<u>"}',
            "psql <u> -c 'select 1'",
        ),
        u=u,
    ), [p]


def redis_url(rng: Random, n: int) -> Made:
    p = fill(rng, "{n*24}")
    u = f"redis://:{p}@{host(rng)}:6379/0"
    return pick(
        n,
        (
            "REDIS_URL=<u>",
            "celery:\n  broker: <u>",
            "redis.exceptions.ConnectionError: Error 111 connecting to <u>",
            '"CELERY_RESULT_BACKEND": "<u>"',
            "cache = Redis.from_url('<u>')",
        ),
        u=u,
    ), [p]


def mongo_url(rng: Random, n: int) -> Made:
    p = pw(rng)
    u = f"mongodb+srv://{rng.choice(WORDS)}:{p}@cluster0.{fill(rng, '{l*5}')}.mongodb.net/logs"
    return pick(
        n,
        (
            "MONGO_URI=<u>",
            "mongosh '<u>'",
            "please read the prompts from <u>",
            "uri: <u>?retryWrites=true",
            'MongoClient("<u>")',
        ),
        u=u,
    ), [p]


def blynk_oauth(rng: Random, n: int) -> Made:
    a, s = fill(rng, "{w*32}"), fill(rng, "{w*40}")
    u = f"oa2-client-id_{a}:{s}"
    return pick(
        n,
        (
            'curl -X POST -u "<u>" "https://fra1.blynk.cloud/oauth2/token?grant_type=client_credentials"',
            "curl --user <u> https://blynk.cloud/oauth2/token",
            "curl -u <u> -d grant_type=client_credentials https://lon1.blynk.cloud/oauth2/token",
        ),
        u=u,
    ), [s]


def service_account(rng: Random, n: int) -> Made:
    body = [fill(rng, "{b*64}") for _ in range(4)]
    key = "-----BEGIN PRIVATE KEY-----\\n" + "\\n".join(body) + "\\n-----END PRIVATE KEY-----\\n"
    name = rng.choice(WORDS)
    text = f'{{"type": "service_account", "project_id": "{name}-prod", "private_key_id": "{fill(rng, "{h*40}")}", "private_key": "{key}", "client_email": "bot@{name}-prod.iam.gserviceaccount.com", "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs"}}'
    return pick(n, ("<t>", "GOOGLE_CREDENTIALS='<t>'", "tool_result: <t>"), t=text), body


def adc(rng: Random, n: int) -> Made:
    s, r = "GOCSPX-" + fill(rng, "{w*28}"), "1//0" + fill(rng, "{w*98}")
    text = f'{{"client_id": "{fill(rng, "{d*12}")}-{fill(rng, "{l*32}")}.apps.googleusercontent.com", "client_secret": "{s}", "refresh_token": "{r}", "type": "authorized_user"}}'
    return pick(
        n, ("<t>", "cat ~/.config/gcloud/application_default_credentials.json\n<t>", "read_file -> <t>"), t=text
    ), [s, r]


def curl_header(rng: Random, n: int) -> Made:
    v = fill(rng, "{w*43}")
    scheme = rng.choice(("Token", "Bearer"))
    return pick(
        n,
        (
            "curl -H 'Authorization: <s> <v>' https://<h>/api/v2/runs",
            'curl -X POST --header "Authorization: <s> <v>" -d @body.json https://<h>/api',
            'subprocess.run(["curl", "-H", "Authorization: <s> <v>", "https://<h>/"])',
        ),
        s=scheme,
        v=v,
        h=host(rng, "example.org"),
    ), [v]


def curl_user(rng: Random, n: int) -> Made:
    p = pw(rng)
    return pick(
        n,
        (
            "curl -u <w>:<p> https://<h>/metrics",
            "curl -s --user '<w>:<p>' https://<h>/api/nodes",
            'run_shell({"cmd": "curl -u <w>:<p> http://<h>:9200/_cat/indices"})',
        ),
        w=rng.choice(WORDS),
        p=p,
        h=host(rng),
    ), [p]


def basic_header(rng: Random, n: int) -> Made:
    v = b64(f"{rng.choice(WORDS)}:{pw(rng)}".encode())
    return pick(
        n,
        (
            "Authorization: Basic <v>",
            '{"headers": {"authorization": "Basic <v>", "accept": "*/*"}}',
            "proxy-authorization: Basic <v>",
            "> Authorization: Basic <v>\n< HTTP/1.1 200 OK",
            "headers={'Authorization': 'Basic <v>'}",
        ),
        v=v,
    ), [v]


def azure_sas(rng: Random, n: int) -> Made:
    sig = fill(rng, "{n*20}%2B{n*21}%3D")
    u = f"https://{rng.choice(WORDS)}logs.blob.core.windows.net/traces/run-{rng.randrange(900)}.json?sp=r&st=2026-01-02T08:00:00Z&se=2027-01-02T16:00:00Z&spr=https&sv=2022-11-02&sr=b&sig={sig}"
    return pick(
        n,
        ("GET <u> 200", '{"file_url": "<u>"}', "download the trace from <u> first", "INPUT_URL='<u>'", "wget '<u>'"),
        u=u,
    ), [sig]


def gitlab_session(rng: Random, n: int) -> Made:
    v = fill(rng, "{h*32}")
    return pick(
        n,
        (
            "Cookie: _gitlab_session=<v>; event_filter=all",
            "curl -b '_gitlab_session=<v>' https://gitlab.corp.net/api/v4/user",
            '"cookie": "sidebar=1; _gitlab_session=<v>"',
        ),
        v=v,
    ), [v]


def slack_webhook(rng: Random, n: int) -> Made:
    v = fill(rng, "{n*24}")
    u = f"https://hooks.slack.com/services/T{fill(rng, '{U*10}')}/B{fill(rng, '{U*10}')}/{v}"
    return pick(
        n,
        (
            "SLACK_WEBHOOK_URL=<u>",
            "curl -d @m.json <u>",
            "notify:\n  url: <u>",
            'requests.post("<u>", json=body)',
            "post the summary to <u> when done",
        ),
        u=u,
    ), [v]


def discord_webhook(rng: Random, n: int) -> Made:
    v = fill(rng, "{w*68}")
    u = f"https://discord.com/api/webhooks/{fill(rng, '{d*19}')}/{v}"
    return pick(
        n,
        ("DISCORD_WEBHOOK=<u>", '{"webhook_url": "<u>"}', "POST <u> 204", "send it to <u>", "url: <u>?wait=true"),
        u=u,
    ), [v]


def teams_webhook(rng: Random, n: int) -> Made:
    v = fill(rng, "{h*32}")
    ids = [fill(rng, "{g}") for _ in range(3)]
    u = f"https://{rng.choice(WORDS)}.webhook.office.com/webhookb2/{ids[0]}@{ids[1]}/IncomingWebhook/{v}/{ids[2]}"
    return pick(
        n,
        (
            "TEAMS_WEBHOOK_URL=<u>",
            '"teams": {"url": "<u>"}',
            "curl -H 'Content-Type: application/json' -d @card.json <u>",
        ),
        u=u,
    ), [v]


def particle(rng: Random, n: int) -> Made:
    v = fill(rng, "{h*40}")
    return pick(
        n,
        (
            "curl https://api.particle.io/v1/devices?access_token=<v>",
            "GET https://api.particle.io/v1/devices/led?access_token=<v> 200",
            'curl -H "Authorization: Bearer <v>" https://api.particle.io/v1/devices',
        ),
        v=v,
    ), [v]


def jwt(rng: Random, n: int) -> Made:
    head = b64u(json.dumps({"alg": rng.choice(("HS256", "RS256")), "typ": "JWT"}).encode())
    body = b64u(
        json.dumps(
            {"sub": fill(rng, "{d*8}"), "iss": host(rng, "auth.net"), "exp": 1790000000 + rng.randrange(10**6)}
        ).encode()
    )
    sig = fill(rng, "{w*43}")
    return pick(
        n,
        (
            "authorization: Bearer <v>",
            "session cookie was <v>",
            '{"id_token": "<v>", "expires_in": 3600}',
            "wss://stream.example.net/rt?token=<v>",
            "decoded = jwt.decode('<v>', options=opts)",
        ),
        v=f"{head}.{body}.{sig}",
    ), [sig]


def bootstrap_token(rng: Random, n: int) -> Made:
    v = fill(rng, "{l*16}")
    return pick(
        n,
        (
            'stringData:\n  token-id: <i>\n  token-secret: <v>\n  usage-bootstrap-authentication: "true"',
            "kubeadm join 10.0.0.4:6443 --token <i>.<v> --discovery-token-unsafe-skip-ca-verification",
            "# Token ID and secret. Required.\ntoken-id: <i>\ntoken-secret: <v>",
        ),
        i=fill(rng, "{l*6}"),
        v=v,
    ), [v]


def service_bus(rng: Random, n: int) -> Made:
    v = fill(rng, "{b*43}=")
    u = f"Endpoint=sb://{rng.choice(WORDS)}-ns.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={v}"
    return pick(
        n,
        (
            "EVENTHUB_CONNECTION_STRING=<u>;EntityPath=traces",
            '"ConnectionStrings": {"Bus": "<u>"}',
            "bus = ServiceBusClient.from_connection_string('<u>')",
        ),
        u=u,
    ), [v]


def app_configuration(rng: Random, n: int) -> Made:
    v = fill(rng, "{b*43}=")
    u = f"Endpoint=https://{rng.choice(WORDS)}.azconfig.io;Id={fill(rng, '{n*4}')}-l0-s0:{fill(rng, '{n*20}')};Secret={v}"
    return pick(
        n, ("APPCONFIG_CONNECTION=<u>", '{"AppConfig": "<u>"}', "az appconfig kv list --connection-string '<u>'"), u=u
    ), [v]


def storage_account(rng: Random, n: int) -> Made:
    v = fill(rng, "{b*86}==")
    u = f"DefaultEndpointsProtocol=https;AccountName={rng.choice(WORDS)}store;AccountKey={v};EndpointSuffix=core.windows.net"
    return pick(
        n,
        (
            "AZURE_STORAGE_CONNECTION_STRING=<u>",
            '"AzureWebJobsStorage": "<u>"',
            "BlobServiceClient.from_connection_string('<u>')",
        ),
        u=u,
    ), [v]


def gc_notify(rng: Random, n: int) -> Made:
    a, b = fill(rng, "{g}"), fill(rng, "{g}")
    return pick(
        n,
        (
            "Authorization: ApiKey-v1 gcntfy-<w>-<a>-<b>",
            "curl -H 'Authorization: ApiKey-v1 gcntfy-<w>-<a>-<b>' https://api.notification.canada.ca/v2/notifications/email",
            "NOTIFY_API_KEY=gcntfy-<w>-<a>-<b>",
        ),
        w=rng.choice(WORDS),
        a=a,
        b=b,
    ), [b]


ADDRESSED = (
    url_password,
    postgres_url,
    redis_url,
    mongo_url,
    blynk_oauth,
    service_account,
    adc,
    curl_header,
    curl_user,
    basic_header,
    azure_sas,
    gitlab_session,
    slack_webhook,
    discord_webhook,
    teams_webhook,
    particle,
    jwt,
    bootstrap_token,
    service_bus,
    app_configuration,
    storage_account,
    gc_notify,
)
