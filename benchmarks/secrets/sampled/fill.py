"""Templates with random parts: `<class:length>` is a secret part, `<class!:length>` a harmless one."""

from __future__ import annotations

import random
import re
import string

_UPPER, _LOWER, _DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits

CLASSES = {
    "an": _UPPER + _LOWER + _DIGITS,
    "anu": _UPPER + _LOWER + _DIGITS + "_",
    "url": _UPPER + _LOWER + _DIGITS + "-_",
    "b64": _UPPER + _LOWER + _DIGITS + "+/",
    "lan": _LOWER + _DIGITS,
    "uan": _UPPER + _DIGITS,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "d": _DIGITS,
    "l": _LOWER,
    "U": _UPPER,
    "b32": _UPPER + "234567",
    "lb32": _LOWER + "234567",
    "pw": _UPPER + _LOWER + _DIGITS + "!#*+=?~",
}
_WORDS = {
    "host": ["db-3.corp.lan", "10.4.17.9", "prod-eu-1.acme.io", "pg.internal.acme.io", "cache.svc.cluster.local"],
    "user": ["svc_ingest", "mira", "reporting", "deploy", "jonas.k", "app_rw"],
    "db": ["orders", "billing", "telemetry", "app"],
    "repo": ["acme/agent-runner", "northwind/etl", "lumen/chat-api"],
}
_PART = re.compile(r"<(\w+)(!?)(?::(\d+))?>")


def fill(rng: random.Random, template: str) -> tuple[str, list[str]]:
    """The template with its parts drawn, and the secret ones in order of appearance."""
    secrets: list[str] = []

    def draw(found: re.Match[str]) -> str:
        name, harmless, length = found.group(1), found.group(2), int(found.group(3) or 0)
        if name in _WORDS:
            return rng.choice(_WORDS[name])
        if name == "n":
            return str(rng.randint(2, 9999))
        if name != "uuid" and name not in CLASSES:
            return found.group(0)
        value = _uuid(rng) if name == "uuid" else _mixed(rng, CLASSES[name], length)
        if not harmless:
            secrets.append(value)
        return value

    return _PART.sub(draw, template), secrets


def _uuid(rng: random.Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _mixed(rng: random.Random, alphabet: str, length: int) -> str:
    """A random string that starts and ends in a letter or digit, as issued tokens nearly all do."""
    while True:
        value = "".join(rng.choice(alphabet) for _ in range(length))
        if value[0].isalnum() and value[-1].isalnum():
            return value
