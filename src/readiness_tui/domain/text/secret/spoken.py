"""Passwords and keys told in a sentence: "my password is …", in the languages that people write to a help desk in."""

from __future__ import annotations

from readiness_tui.domain.text.secret.rule import SPACE, SecretRule, of
from readiness_tui.domain.text.secret.values import spoken, strong

#: A word, and the same for the quick look: bytes in lower case, without the first letter where upper case is not ASCII's.
_WORDS = (
    ("passw(?:or)?d", "passw(?:or)?d"), ("passcode", "passcode"), ("passphrase", "passphrase"), (r"pass\s?wort", f"pass[{SPACE}]*wort"),
    ("kennwort", "kennwort"), ("contrase(?:ñ|n)a", r"contrase[n\x80-\xff]+a"), ("clave", "clave"),
    (r"mot\s{1,2}de\s{1,2}passe", f"mot[{SPACE}]+de[{SPACE}]+passe"), ("senha", "senha"), ("palavra-passe", "palavra-passe"),
    ("wachtwoord", "wachtwoord"), ("parola", "parola"), ("has(?:ł|l)o", r"has[l\x80-\xff]+o"),
    ("l(?:ö|o)senord", r"l[o\x80-\xff]+senord"), ("adgangskode", "adgangskode"), ("passord", "passord"),
    ("salasana", "salasana"), ("(?:ş|s)ifre", "ifre"), ("heslo", "heslo"), ("jelsz(?:ó|o)", r"jelsz[o\x80-\xff]+"),
    ("(?-i:[пП]ароль)", "ароль"), ("(?-i:ПАРОЛЬ)", "АРОЛЬ"), ("密码", "密码"), ("密碼", "密碼"), ("パスワード", "パスワード"), ("비밀번호", "비밀번호"),
    (r"api[\s-]?key", f"api[{SPACE}-]*key"), (r"api[\s-]?token", f"api[{SPACE}-]*token"),
    (r"secret\s{1,2}key", f"secret[{SPACE}]+key"), (r"access\s{1,2}(?:key|token)", f"access[{SPACE}]+(?:key|token)"),
)  # fmt: skip
_FOR = r"(?:for|of|to|für|de|para|do|da|pour|voor|von|zu)"
_LOOSE_FOR = r"(?:for|of|to|f[\x80-\xff]+r|de|para|do|da|pour|voor|von|zu)"
_IS = (
    r"(?:\s{1,4}(?:is|was|ist|lautet|war|es|est|era|é|è|jest|är|er|on|to|az)(?:\s{1,2}(?:now|jetzt|set\s{1,2}to))?\s{0,4}:?"
    "|\\s{0,4}[:：=是为為はが])"
)
_LOOSE_IS = (
    rf"(?:[{SPACE}]+(?:is|was|ist|lautet|war|es|est|era|[\x80-\xff]+|jest|[\x80-\xff]+r|er|on|to|az)"
    rf"(?:[{SPACE}]+(?:now|jetzt|set[{SPACE}]+to))?[{SPACE}:]*|[{SPACE}]*(?:[:=]|[\x80-\xff]+))"
)
#: What `spoken` wants to see: a digit or a sign in the word.
_LOOSE_VALUE = rf"""[{SPACE}]*["'`\x80-\xff]*[!-~]{{0,128}}?[0-9!#$%^&*?+~@]"""
_VALUE = r"((?:[!#-%(-_a-~]|&(?![\w.%\[\]-]{1,40}=)){6,128}+)"  # not the next field of an address
_KEYS = ("secret", "token", "key")

SPOKEN = (
    SecretRule(
        "spoken-secret",
        rf"(?:{'|'.join(word for word, _ in _WORDS)})"
        rf"(?:\s{{1,3}}{_FOR}\s{{1,3}}[\w.@'-]{{1,30}}(?:\s{{1,3}}[\w.@'-]{{1,30}}){{0,3}}?)?"
        rf"{_IS}\s{{0,4}}[\"'`“”„«]?{_VALUE}",
        tuple(rf"{word}(?:[{SPACE}]+{_LOOSE_FOR}[{SPACE}]|{_LOOSE_IS}{_LOOSE_VALUE})" for _, word in _WORDS),
        of(spoken),
        "spoken",
        any_case=True,
    ),
    # Without a verb: "password 'x'", "user bob, pass x".
    SecretRule(
        "spoken-secret",
        rf"(?:pass(?:word|phrase|code)?\s{{1,3}}[\"'`“]|(?:user(?:name)?|login|account)[:\s]{{1,3}}[^\s,;/]{{1,64}}[\s,;/]{{1,4}}"
        rf"(?:(?:and|with|und|mit)\s{{1,3}})?(?:pass(?:word)?|pw)[:\s]{{1,3}}){_VALUE}",
        tuple(rf"{word}[{SPACE}:]+{_LOOSE_VALUE}" for word in ("pass(?:word|phrase|code)?", "pw")),
        of(spoken),
        "spoken",
        any_case=True,
    ),
    # "The secret is …", "set DEPLOY_TOKEN to …": by its look alone.
    SecretRule(
        "spoken-secret",
        rf"(?:{'|'.join(_KEYS)}|_auth)[\"'`]?\s{{1,4}}(?:is|to)\s{{1,4}}[\"'`]?([A-Za-z0-9_.~+/=:-]{{16,512}}+)",
        tuple(
            rf"{word}[\"'`]?[{SPACE}]+(?:is|to)[{SPACE}]+[\"'`]?[a-z0-9_.~+/=:-]{{16}}" for word in (*_KEYS, "_auth")
        ),
        lambda match: strong(match[1][:64].rstrip(".:")),
        "spoken",
        any_case=True,
    ),
)
