"""Credentials as files keep them: hashes of passwords, private keys in base64 or JSON, `.pgpass`, phrases of words, and the
addresses of hooks, which let in whoever has them."""

from __future__ import annotations

import re

from readiness_tui.domain.text.secret.rule import BLANK, FREE, SecretRule, key, mixed, of
from readiness_tui.domain.text.secret.values import real, scattered, strong

_CRYPT = (
    "1", "5", "6", "7", "8", "9", "14", "y", "gy", "2", "2a", "2b", "2x", "2y", "apr1", "argon2i", "argon2d", "argon2id", "pbkdf2",
    "pbkdf2-sha1", "pbkdf2-sha256", "pbkdf2-sha512", "scrypt", "bcrypt-sha256", "md5", "sha1", "p", "h", "s", "krb5tgs",
    "krb5asrep", "krb5pa",
)  # fmt: skip
_HASHED = r"(?:[A-Za-z0-9./$=+*@:_-]|,(?=[a-z]=)){20,}(?<![:.])"
#: How PEM begins in base64: `-----BEGIN ` and PRIVATE, RSA, EC, ENCRYPTED, OPENSSH, DSA, PGP.
_PEM = ("LS0tLS1CRUdJTiBQUkl", "LS0tLS1CRUdJTiBSU0Eg", "LS0tLS1CRUdJTiBFQ", "LS0tLS1CRUdJTiBFTkNSWV", "LS0tLS1CRUdJTiBPUEVO",
        "LS0tLS1CRUdJTiBEU0Eg", "LS0tLS1CRUdJTiBQR1AgUFJJ")  # fmt: skip
_PHRASE = ("mnemonic", "seed[ _-]?phrase", "seed[ _-]?words", "recovery[ _-]?phrase", "backup[ _-]?phrase")
_PROSE = frozenset(
    [
        "the",
        "and",
        "your",
        "are",
        "not",
        "for",
        "with",
        "has",
        "have",
        "must",
        "should",
        "is",
        "it",
        "in",
        "on",
        "of",
        "to",
        "be",
        "or",
        "as",
        "at",
        "by",
        "from",
    ]
)
_HOOK = ("hooks?", "ifttt", "hc-ping", "integration")
_SHOWN = re.compile("/(?:blob|commit|commits|tree|raw|pull|issues|docs?)/", re.IGNORECASE)


def _words(match: re.Match[str]) -> bool:
    """So many words as wallets give, none of which joins others to a sentence."""
    words = re.split(r"[\s,]+", match[1].strip().lower())
    return len(words) in (12, 15, 18, 21, 24) and not _PROSE.intersection(words)


def _hook(match: re.Match[str]) -> bool:
    """A part of the path that nobody could guess; the source of a hook, or a page about one, has none."""
    return not _SHOWN.search(match.group()) and any(
        scattered(part) or strong(part) for part in re.split("[/@]", match[1])
    )


KEPT = (
    SecretRule(
        "password-hash",
        rf"(\$(?:{'|'.join(_CRYPT)})\${_HASHED})",
        (rf"\$(?:{'|'.join(_CRYPT)})\$[a-z0-9./$,=+*@:_-]{{6}}",),
        of(mixed),
        any_case=True,
    ),
    SecretRule(
        "password-hash",
        r"(?<![A-Za-z0-9])((?:pbkdf2_sha(?:1|256|512)|bcrypt_sha256|scrypt|argon2)\$\$?[A-Za-z0-9./$,=+:_-]{20,}+"
        r"|(?:pbkdf2:sha(?:1|256|512)|scrypt):[0-9:]{1,20}\$[A-Za-z0-9./$]{20,}+|SCRAM-SHA-(?:1|256)\$[0-9]{1,8}:[A-Za-z0-9+/=$:]{20,}+)",
        (
            r"pbkdf2_sha(?:1|256|512)\$",
            r"bcrypt_sha256\$",
            r"scrypt\$",
            r"argon2\$",
            "pbkdf2:sha(?:1|256|512):[0-9:]{1,20}",
            "scrypt:[0-9:]{1,20}",
            r"scram-sha-(?:1|256)\$",
        ),
    ),
    SecretRule(
        "password-hash",
        r"(\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT)\}[A-Za-z0-9+/=$.]{20,}+)",
        tuple(rf"{name}\}}[a-z0-9+/=$.]{{6}}" for name in ("sha", "sha256", "sha384", "sha512", "md5", "crypt")),
        any_case=True,
    ),
    SecretRule(
        "password-hash",
        r":([a-f0-9]{32}:[a-f0-9]{32}):::",
        (":[a-f0-9]{32}:[a-f0-9]{32}:::",),
        any_case=True,
    ),
    key("private-key", " ".join(_PEM), "A-Za-z0-9+/=_-", 30),
    key("jwt", "ZXlKaGJHY2 ZXlKMGVYQ", "A-Za-z0-9+/=_-", 40),
    # In JSON (JWK): from its first private part to its end; a public one has `n`, `e`, `x` and `y` alone.
    SecretRule(
        "private-key",
        r"kty\\{0,3}\"[^{}]{0,800}?\"(?:d|k|p|q|dp|dq|qi)\\{0,3}\"\s{0,4}:\s{0,4}\\{0,3}\"([A-Za-z0-9_-]{22,}+[^{}]{0,4000}+)",
        ("kty",),
    ),
    SecretRule(
        "pgpass",
        r"[\w.*-]{1,255}:(?:54[0-9]{2}|6432|\*):[\w*-]{1,64}:[\w@.-]{1,64}:([^\s:]{4,128}+)",
        (
            rf":(?:54[0-9]{{2}}|6432):[^{BLANK}:]+:[^{BLANK}:]+:[^{BLANK}:]{{4}}",
            rf":\*:[^{BLANK}:]+:[^{BLANK}:]+:[^{BLANK}:]{{4}}",
        ),
        of(real),
    ),
    SecretRule(
        "seed-phrase",
        rf"(?:{'|'.join(_PHRASE)})[\"'`]?[ \t]{{0,4}}(?:[:=]|is\b|was\b)?[ \t]{{0,4}}[\"'`]?((?:[a-z]{{3,8}}[ ,]{{1,2}}){{11,23}}[a-z]{{3,8}})(?![a-z])",
        _PHRASE,
        _words,
        any_case=True,
    ),
    SecretRule(
        "hook",
        r"(?:hooks?|ifttt|hc-ping|integration)(?:\.[a-z0-9.-]{1,60}+)?/(?:[a-z0-9._-]{1,24}/){0,5}?"
        r"([a-z0-9_@-]{16,128}+(?:/[a-z0-9_-]{8,128}+){0,3})",
        tuple(f"{name}[./]" for name in _HOOK),
        _hook,
        any_case=True,
    ),
    # Whose and what together, as an API key for some: a UUID and its secret.
    SecretRule(
        "key-pair",
        rf"{FREE}([a-f0-9]{{8}}-[a-f0-9]{{4}}-[a-f0-9]{{4}}-[a-f0-9]{{4}}-[a-f0-9]{{12}}:[a-zA-Z0-9_-]{{32,}}+)",
        ("-[a-f0-9]{12}:[a-z0-9_-]{32}",),
        of(mixed),
        "-",
    ),
    SecretRule("key-pair", rf"{FREE}([a-f0-9]{{24}}:[a-f0-9]{{64}})(?![A-Za-z0-9])", (":[a-f0-9]{64}",), of(mixed)),
    SecretRule(
        "otp-secret",
        r"otpauth://[^\s\"'<>]{0,300}?secret=([A-Za-z2-7]{16,}+)",
        ("otpauth://",),
        any_case=True,
    ),
)
