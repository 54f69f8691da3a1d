"""Values drawn at random after a shape, and what passwords, hosts and keys in blocks are made of."""

from __future__ import annotations

import base64
import re
import string
import uuid
from random import Random

#: A text, and the credentials in it.
Made = tuple[str, list[str]]

CLASSES = {
    "a": string.ascii_letters,
    "n": string.ascii_letters + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "U": string.ascii_uppercase + string.digits,
    "d": string.digits,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "w": string.ascii_letters + string.digits + "_-",
    "b": string.ascii_letters + string.digits + "+/",
    "5": string.ascii_lowercase + "234567",
    "B": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
PART = re.compile(r"\{(\w)\*(\d+)\}|\{(g)\}")


def fill(rng: Random, shape: str) -> str:
    """A value of *shape*: ``{class*count}`` for characters at random, ``{g}`` for a UUID."""

    def one(match: re.Match[str]) -> str:
        if match[3]:
            return str(uuid.UUID(int=rng.getrandbits(128), version=4))
        return "".join(rng.choice(CLASSES[match[1]]) for _ in range(int(match[2])))

    return PART.sub(one, shape)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


WORDS = "amber basil cedar delta ember fjord grove haven inlet jetty knoll larch maple north ocean pearl quartz raven slate tidal umber vista willow yonder zephyr".split()  # noqa: SIM905


def pw(rng: Random) -> str:
    """A password as people and managers make them, without characters that a URL forbids."""
    if rng.random() < 0.3:
        return rng.choice(WORDS).title() + "-" + rng.choice(WORDS) + "-" + fill(rng, "{d*3}")
    return fill(rng, rng.choice(("{n*12}", "{n*16}", "{n*20}", "{n*6}!{n*7}", "{n*5}_{n*9}")))


def pem(rng: Random, label: str, lines: int) -> tuple[str, list[str]]:
    body = "\n".join(fill(rng, "{b*64}") for _ in range(lines)) + "\n" + fill(rng, "{b*42}==")
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----", body.split("\n")


def host(rng: Random, top: str = "internal") -> str:
    return f"{rng.choice(WORDS)}-{rng.randrange(1, 9)}.{top}"


def pick(n: int, forms: tuple[str, ...], **parts: str) -> str:
    form = forms[n % len(forms)]
    for mark, part in parts.items():
        form = form.replace("<" + mark + ">", part)
    return form
