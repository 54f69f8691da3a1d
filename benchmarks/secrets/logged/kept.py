"""Credentials as files and programs keep them."""

from __future__ import annotations

import json
from random import Random

from benchmarks.secrets.logged.values import WORDS, Made, b64, fill, host, pem, pick, pw


def sentry_org(rng: Random, n: int) -> Made:
    head = b64(
        json.dumps(
            {
                "iat": 1790000000.5,
                "url": "https://sentry.io",
                "region_url": "https://us.sentry.io",
                "org": rng.choice(WORDS),
            },
            separators=(",", ":"),
        ).encode()
    )
    tail = fill(rng, "{b*43}")
    return pick(
        n,
        (
            "SENTRY_AUTH_TOKEN=sntrys_<h>_<t>",
            "[auth]\ntoken=sntrys_<h>_<t>",
            "sentry-cli --auth-token sntrys_<h>_<t> releases list",
        ),
        h=head,
        t=tail,
    ), [tail]


def private_key(rng: Random, n: int) -> Made:
    label = ("EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "RSA PRIVATE KEY", "DSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY")[n]
    text, parts = pem(rng, label, rng.randrange(2, 9))
    return pick(
        n,
        (
            "<t>",
            "read_file('~/.ssh/id') ->\n<t>",
            "cert: |\n<t>",
            "cat > key.pem <<EOF\n<t>\nEOF",
            "here is my key, can you see why ssh refuses it?\n\n<t>",
        ),
        t=text,
    ), parts


def pgp_key(rng: Random, n: int) -> Made:
    lines = [fill(rng, "{b*64}") for _ in range(5)]
    text = (
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n"
        + "\n".join(lines)
        + "\n="
        + fill(rng, "{b*4}")
        + "\n-----END PGP PRIVATE KEY BLOCK-----"
    )
    return pick(n, ("<t>", "$ gpg --armor --export-secret-keys\n<t>", "tool output:\n<t>"), t=text), lines


def docker_auth(rng: Random, n: int) -> Made:
    v = b64(f"{rng.choice(WORDS)}:{fill(rng, '{n*20}')}".encode())
    return pick(
        n,
        (
            '{"auths": {"quay.io": {"auth": "<v>"}}}',
            '{\n  "auths": {\n    "registry.example.net": {\n      "auth": "<v>"\n    }\n  }\n}',
            'cat ~/.docker/config.json -> {"auths":{"https://index.docker.io/v1/":{"auth":"<v>"}}}',
        ),
        v=v,
    ), [v]


def freemius(rng: Random, n: int) -> Made:
    v = "sk_" + fill(rng, "{n*29}")
    return pick(
        n,
        (
            "'public_key' => 'pk_<p>',\n'secret_key' => '<v>',",
            "fs_dynamic_init(array('id' => '1201', 'secret_key' => '<v>'));",
            '$config = ["secret_key" => "<v>"];',
        ),
        p=fill(rng, "{h*29}"),
        v=v,
    ), [v]


def sidekiq(rng: Random, n: int) -> Made:
    a, p = fill(rng, "{h*8}"), fill(rng, "{h*8}")
    return pick(
        n,
        (
            "source 'https://<a>:<p>@gems.contribsys.com/' do",
            "bundle config gems.contribsys.com <a>:<p>",
            "Fetching https://<a>:<p>@enterprise.contribsys.com/specs.4.8.gz",
        ),
        a=a,
        p=p,
    ), [p]


def wireguard(rng: Random, n: int) -> Made:
    v = fill(rng, "{b*43}=")
    return pick(
        n,
        (
            "[Interface]\nPrivateKey = <v>\nAddress = 10.8.0.2/24",
            "[Peer]\nPresharedKey = <v>\nAllowedIPs = 0.0.0.0/0",
            "wg0.conf: PrivateKey = <v>",
        ),
        v=v,
    ), [v]


def django_key(rng: Random, n: int) -> Made:
    v = fill(rng, "{l*12}@{l*10}%{l*8}&{l*9}=_{l*8}")
    return pick(
        n,
        (
            "# SECURITY WARNING: keep the secret key used in production secret!\nSECRET_KEY = '<v>'",
            "SECRET_KEY = 'django-insecure-<v>'\nDEBUG = True",
            'settings.configure(SECRET_KEY="<v>")',
        ),
        v=v,
    ), [v]


def phpmailer(rng: Random, n: int) -> Made:
    p = pw(rng)
    return pick(
        n,
        (
            "$mail->Host = 'smtp.example.net';\n$mail->Username = '<w>';\n$mail->Password = '<p>';",
            "$mail->SMTPAuth = true;\n$mail->Password = '<p>'; // smtp",
        ),
        w=rng.choice(WORDS),
        p=p,
    ), [p]


def gradle(rng: Random, n: int) -> Made:
    p = pw(rng)
    return pick(
        n,
        (
            "credentials {\n    username '<w>'\n    password '<p>'\n}",
            'maven { url \'https://repo.example.net\'\n credentials { username = "<w>"\n password = "<p>" } }',
        ),
        w=rng.choice(WORDS),
        p=p,
    ), [p]


def unseal(rng: Random, n: int) -> Made:
    v, w = fill(rng, "{b*44}"), fill(rng, "{b*44}")
    return pick(
        n,
        (
            "Unseal Key 1: <v>\nUnseal Key 2: <w>\n\nInitial Root Token: redacted",
            "vault init said:\nUnseal Key 2: <v>\nUnseal Key 3: <w>",
        ),
        v=v,
        w=w,
    ), [v, w]


def netrc(rng: Random, n: int) -> Made:
    p = pw(rng)
    return pick(
        n,
        ("machine <h> login <w> password <p>", "$ cat ~/.netrc\nmachine <h>\n  login <w>\n  password <p>"),
        h=host(rng, "example.net"),
        w=rng.choice(WORDS),
        p=p,
    ), [p]


def odbc(rng: Random, n: int) -> Made:
    p = pw(rng)
    return pick(
        n,
        (
            "Server=tcp:<h>,1433;Database=prod;User ID=<w>;Password=<p>;Encrypt=True;",
            '"Default": "Data Source=<h>;Initial Catalog=app;uid=<w>;pwd=<p>"',
            "pyodbc.connect('DRIVER={ODBC Driver 18};SERVER=<h>;UID=<w>;PWD=<p>')",
        ),
        h=host(rng),
        w=rng.choice(WORDS),
        p=p,
    ), [p]


def npmrc(rng: Random, n: int) -> Made:
    v = fill(rng, "{g}")
    return pick(
        n, ("//registry.npmjs.org/:_authToken=<v>", "always-auth=true\n//npm.<h>/:_authToken=<v>"), h=host(rng), v=v
    ), [v]


def telegram(rng: Random, n: int) -> Made:
    v = "AA" + fill(rng, "{w*33}")
    b = fill(rng, "{d*10}")
    return pick(
        n,
        (
            "https://api.telegram.org/bot<b>:<v>/sendMessage",
            "TELEGRAM_BOT_TOKEN=<b>:<v>",
            "POST https://api.telegram.org/bot<b>:<v>/getUpdates 401",
        ),
        b=b,
        v=v,
    ), [v]


def aws_secret(rng: Random, n: int) -> Made:
    v = fill(rng, "{b*40}")
    return pick(
        n,
        (
            "[default]\naws_access_key_id = AKIA<i>\naws_secret_access_key = <v>",
            '{"AccessKeyId": "ASIA<i>", "SecretAccessKey": "<v>"}',
            "export AWS_SECRET_ACCESS_KEY=<v>",
            "boto3.client('s3', aws_secret_access_key='<v>')",
        ),
        i=fill(rng, "{U*16}"),
        v=v,
    ), [v]


KEPT = (
    sentry_org,
    private_key,
    pgp_key,
    docker_auth,
    freemius,
    sidekiq,
    wireguard,
    django_key,
    phpmailer,
    gradle,
    unseal,
    netrc,
    odbc,
    npmrc,
    telegram,
    aws_secret,
)
