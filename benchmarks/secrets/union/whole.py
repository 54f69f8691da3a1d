"""Kinds that stand in an address or a block, and generic rules: a name with a value beside it."""

from __future__ import annotations

from benchmarks.secrets.union.kind import Kind, generic
from benchmarks.secrets.union.values import BASE64, an, b64, hx, join, lo, of, password, uuid, wd

#: Each text as a whole.
# fmt: off
ADDRESSES = [
    Kind("slack webhook", "Slack", (), an(24), *(
        "SLACK_WEBHOOK_URL=https://hooks.slack.com/services/T02A9BC4D/B05K3LM7N/{v}",
        "curl -X POST -d '{{\"text\": \"eval done\"}}' https://hooks.slack.com/services/T7GH2K9QA/B81LMN0PX/{v}",
        '{{"notify": {{"slack": "https://hooks.slack.com/services/T01XY7ZW2/B0AB3CD4E/{v}"}}}}',
        "posting to https://hooks.slack.com/services/T9QR4ST6U/B2VW8XY1Z/{v} failed: 503",
        "webhook: 'https://hooks.slack.com/services/T4CD5EF6G/B9HI0JK1L/{v}'",
    ), small="!"),
    Kind("outlook team", "Outlook", (), join(hx(32), "/", uuid), *(
        "https://outlook.office.com/webhook/3b1f6a52-90c4-4c1e-8a77-5de2f0b1c9a3@7e0d4c11-2f6b-4b8e-9a31-c4d5e6f7a8b9/IncomingWebhook/{v}",
        "TEAMS_WEBHOOK=https://acme.webhook.office.com/webhookb2/9c2d7f41-6b3a-4e5d-8f10-2a4b6c8d0e1f@1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d/IncomingWebhook/{v}",
        'teams_url: "https://outlook.office.com/webhook/51c0a9e8-7d6f-4b5a-93c2-1e0f9d8c7b6a@c0ffee12-3456-4789-8abc-def012345678/IncomingWebhook/{v}"',
        "POST https://acme.webhook.office.com/webhookb2/0f1e2d3c-4b5a-4697-8877-665544332211@a9b8c7d6-e5f4-4321-8fed-cba987654321/IncomingWebhook/{v} 200",
        '{{"alerts": ["https://outlook.office.com/webhook/77aa88bb-99cc-4dd0-8ee1-ff2233445566@12ab34cd-56ef-4078-9a1b-2c3d4e5f6071/IncomingWebhook/{v}"]}}',
    ), small="!"),
    Kind("power automate sas", "Power Automate", (), wd(43), *(
        "https://prod-84.westeurope.logic.azure.com:443/workflows/4f0c1b2a9d8e47f6a5b3c2d1e0f9a8b7/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={v}",
        "FLOW_URL=https://prod-12.eastus.logic.azure.com/workflows/0a1b2c3d4e5f60718293a4b5c6d7e8f9/triggers/manual/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={v}",
        '{{"url": "https://prod-03.uksouth.logic.azure.com:443/workflows/99887766554433221100ffeeddccbbaa/triggers/manual/paths/invoke?api-version=2016-06-01&sv=1.0&sig={v}"}}',
        "POST https://prod-55.northeurope.logic.azure.com/workflows/deadbeefdeadbeefdeadbeefdeadbeef/triggers/manual/paths/invoke?sv=1.0&sig={v}&api-version=2016-06-01 -> 202",
        "flow: 'https://prod-27.germanywestcentral.logic.azure.com/workflows/1234abcd5678ef901234abcd5678ef90/triggers/manual/paths/invoke?sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={v}'",
    ), small="!"),
    Kind("rabbitmq.1", "RabbitMQ", (), password, *(
        "CELERY_BROKER_URL=amqp://agent:{v}@broker.internal:5672/production",
        "amqps://myuser:{v}@bunny.cloudamqp.com/myvhost",
        'broker: "amqp://worker:{v}@10.2.0.14:5672//"',
        "kombu.exceptions.OperationalError: cannot connect to amqp://evals:{v}@rabbitmq:5672//: [Errno 111]",
        "app = Celery('tasks', broker='amqps://svc:{v}@mq.example.com:5671/jobs')",
    ), small="!"),
    Kind("password in URL", "a URL", (), password, *(
        "DATABASE_URL=postgresql://agent:{v}@db.internal:5432/evals",
        "pymongo.errors.ServerSelectionTimeoutError: mongodb+srv://reader:{v}@cluster0.ab1cd.mongodb.net/logs",
        'cache = redis.from_url("redis://default:{v}@redis-12.cloud.example.com:12345/0")',
        "pip install --index-url https://ci:{v}@pypi.internal.example.com/simple readiness",
        "proxy: http://scraper:{v}@proxy.example.com:3128",
    ), small="!"),
    Kind("asymmetric private key", "a key file", (), lambda dice: "\n".join(of(BASE64, 64)(dice) for _ in range(5)), *(
        "-----BEGIN RSA PRIVATE KEY-----\n{v}\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\n{v}\n-----END EC PRIVATE KEY-----\n",
        "cat id_ed25519\n-----BEGIN OPENSSH PRIVATE KEY-----\n{v}\n-----END OPENSSH PRIVATE KEY-----",
        "here is my key:\n-----BEGIN PRIVATE KEY-----\n{v}\n-----END PRIVATE KEY-----\nwhat is wrong with it?",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{v}\n-----END PGP PRIVATE KEY BLOCK-----",
    ), small="!"),
]

#: The share of names alone that scanners have.
GENERIC = [
    generic("yangshun_gh_password", password, "GitHub", "password"),
    generic("nexus_password", password, "Nexus"),
    generic("apiary_api_key", hx(32), "Apiary", "API key"),
    generic("exp_password", password, "Expo"),
    generic("omise_skey", join("skey_test_", lo(19)), "Omise", "secret key"),
    generic("bintray_token", hx(40), "Bintray", "token"),
    generic("visual_recognition_api_key", wd(44), "Visual Recognition", "API key"),
    generic("ll_shared_key", hx(32), "LL", "shared key"),
    generic("sdr_token", an(32), "SDR", "token"),
    generic("chrome_client_secret", wd(24), "Chrome Web Store", "client secret"),
    generic("unity_password", password, "Unity"),
    generic("mailer_password", password, "mailer"),
    generic("ios_docs_deploy_token", hx(40), "iOS docs", "deploy token"),
    generic("places_api_key", join("AIza", wd(35)), "Places", "API key"),
    generic("rinkeby_private_key", hx(64), "Rinkeby", "private key"),
    generic("rtd_key_pass", password, "RTD key", "password"),
    generic("mail_password", password, "mail"),
    generic("spring_mail_password", password, "Spring mail", "password"),
    generic("elasticsearch_password", password, "Elasticsearch"),
    generic("pushover_token", lo(30), "Pushover", "token"),
    generic("eureka_awssecretkey", b64(40, ""), "Eureka", "AWS secret key"),
    generic("gren_github_token", join("ghp_", an(36)), "gren", "GitHub token"),
    generic("appclientsecret", an(32), "app", "client secret"),
    generic("setdstsecretkey", b64(40, ""), "destination", "secret key"),
    generic("passwordtravis", password, "Travis", "password"),
    Kind("keyword", "database", ("password",), password, small="=db pass"),
]
