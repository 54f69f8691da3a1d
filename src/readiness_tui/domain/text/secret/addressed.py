"""Credentials that are told by where they stand: a header, an address, a command line."""

from __future__ import annotations

import re

from readiness_tui.domain.text.secret.named import ASSIGN, HARMLESS, LOOSE_ASSIGN, NAMES, name_before
from readiness_tui.domain.text.secret.rule import BLANK, SPACE, TOKEN, Rule, mixed, of
from readiness_tui.domain.text.secret.values import real, strong, word_or_number

_PARAMETER = (
    "token", "sig", "signature", "sas", "auth", "key", "apikey", "password", "pwd", "secret", "code", "jwt", "session", "sid",
    "otp", "ticket", "assertion", "hmac",
)  # fmt: skip
_COOKIE = (
    "phpsessid", "jsessionid", r"asp\.net_sessionid", r"connect\.sid", "sessionid", "_session", "csrftoken", "remember_token",
    "aspxauth", "sessiontoken",
)  # fmt: skip


def _flagged(match: re.Match[str]) -> bool:
    """The value of an option: `--password x`."""
    return name_before(match).startswith("--") and not match[1].startswith("--") and word_or_number(match[1])


def _cookies(match: re.Match[str]) -> bool:
    """A cookie that a session could be taken over with."""
    pairs = (part.partition("=") for part in match[1].split(";"))
    return any(sign and len(value.strip()) >= 12 and mixed(value) for _, sign, value in pairs)


def _signed(match: re.Match[str]) -> bool:
    return real(match[1]) and mixed(match[1])


def _in_address(match: re.Match[str]) -> bool:
    """A signature or token in an address or a connection string, not an id."""
    return strong(match[1].replace("%", "+")) and not HARMLESS.search(name_before(match))


ADDRESSED = (
    Rule(
        "bearer-token",
        r"bearer\s{1,8}+([A-Za-z0-9._~+/=-]{16,}+)",
        (rf"bearer[{SPACE}]+[a-z0-9._~+/=-]{{16}}",),
        of(mixed),
        any_case=True,
    ),
    Rule(
        "basic-auth",
        rf"authorization{ASSIGN}basic\s{{1,8}}+([A-Za-z0-9+/=]{{8,}}+)",
        (rf"authorization{LOOSE_ASSIGN}basic[{SPACE}]",),
        any_case=True,
    ),
    Rule(
        "authorization",
        rf"authorization{ASSIGN}(?:[a-z0-9-]{{2,20}}\s{{1,4}}+)?((?!basic\b|bearer\b)[A-Za-z0-9._~+/=:-]{{16,}}+)",
        (
            rf"authorization{LOOSE_ASSIGN}[a-z0-9._~+/=:-]{{16}}",
            rf"authorization{LOOSE_ASSIGN}[a-z0-9-]{{2,20}}[{SPACE}]+[a-z0-9._~+/=:-]{{16}}",
        ),
        _signed,
        any_case=True,
    ),
    Rule(
        "cookie",
        rf"cookie{ASSIGN}([^\r\n\"'\\]{{8,4096}}+)",
        (rf"cookie{LOOSE_ASSIGN}[^\r\n\"'\\]{{8}}",),
        _cookies,
        any_case=True,
    ),
    Rule(
        "cookie",
        rf"(?:{'|'.join(_COOKIE)})=([^\s\"'\\<>,;&{{}}]{{12,}}+)",
        tuple(f"{name}=" for name in _COOKIE),
        _signed,
        any_case=True,
    ),
    Rule(
        "url-password",
        r"://[^\s/:@\"']{0,64}+:([^\s/\"'<>]{3,128})@",
        (r"""://[^\t-\r\x1c- /:@"']*:[^\t-\r\x1c- /"']+@""",),
        of(real),
    ),
    Rule(
        "url-token",
        r"://([A-Za-z0-9_~.-]{20,128}+)@",
        ("://[a-z0-9_~.-]{20,128}@",),
        of(strong),
    ),
    Rule(
        "url-token",
        rf"[?&;,\s](?:[a-z0-9_.-]{{0,30}}[_-])?(?:{'|'.join(_PARAMETER)})=([A-Za-z0-9._~+/=%:-]{{16,}}+)",
        tuple(f"{name}={TOKEN}{{16}}" for name in _PARAMETER),
        _in_address,
        any_case=True,
    ),
    Rule(
        "command-password",
        r"curl\b[^\r\n]{0,300}?\s(?:-u|--user|--proxy-user)[\s=]{0,3}[\"']?[^\s:\"'$]{1,64}:([^\s\"'\\]{3,128}+)",
        (rf"-u[{SPACE}=]*[\"']?[^{BLANK}:\"']+:", rf"-user[{SPACE}=]*[\"']?[^{BLANK}:\"']+:"),
        of(real),
    ),
    Rule(
        "command-password",
        r"(?:mysql|mariadb)[a-z]{0,8}\b[^\r\n|;]{0,120}?\s-p[\"']?([^\s\"'-][^\s\"']{3,64}+)",
        (rf"-p[\"']?[^{BLANK}\"'-][^{BLANK}\"']{{3}}",),
        of(real),
    ),
    Rule(
        "command-password",
        r"(?:sshpass\s{1,4}-p|redis-cli\b[^\r\n|;]{0,120}?\s(?:-a|--pass)|docker\s{1,4}login\b[^\r\n|;]{0,120}?\s-p)"
        r"[\s=]{0,4}[\"']?([^\s\"'-][^\s\"']{3,64}+)",
        (rf"sshpass[{SPACE}]+-p", "redis-cli", rf"docker[{SPACE}]+login"),
        of(real),
    ),
    Rule(
        "command-password",
        rf"(?:{NAMES}|pass|token|secret|auth|key)[\"']?[,\s]{{1,4}}+[\"']?([^\s\"'\\,\[\]{{}}]{{6,128}}+)",
        (rf"--[a-z0-9_.-]{{0,80}}[\"']?[,{SPACE}]+[\"']?[^{BLANK}\"']{{6}}",),
        _flagged,
        any_case=True,
    ),
)
