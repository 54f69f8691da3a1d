"""Credentials that are told by where they stand: a header, an address, a command line."""

from __future__ import annotations

import re

from readiness_tui.domain.text.secret.named import (
    ASSIGN,
    FILE,
    LOOSE_ASSIGN,
    NAMES,
    NUMBERED,
    SAYS_SO,
    finds,
    name_before,
)
from readiness_tui.domain.text.secret.rule import BLANK, SPACE, TOKEN, SecretRule, cased, mixed, of
from readiness_tui.domain.text.secret.values import (
    jumbled,
    odd,
    real,
    scattered,
    strong,
    typed,
    unspoken,
    word_or_number,
)

_PARAMETER = (
    "token", "sig", "signature", "sas", "auth", "key", "apikey", "password", "pwd", "secret", "code", "jwt", "session", "sid",
    "otp", "ticket", "assertion", "hmac",
)  # fmt: skip
#: Of those: what may name a record as well.
_MAYBE = ("key=", "code=", "session=", "sid=", "ticket=")
_COOKIE = (
    "phpsessid", "jsessionid", r"asp\.net_sessionid", r"connect\.sid", "sessionid", "_session", "csrftoken", "remember_token",
    "aspxauth", "sessiontoken",
)  # fmt: skip

_COUNTED = re.compile(
    "_g[ac]|_gid|_fb[cp]|_hj|_cl[cs]k|_uet|ajs_|_pk_|_hp2|hubspotutk|__utm|optimizely", re.IGNORECASE
)  # visitors
_SCHEME = re.compile(r"[A-Z0-9]{2,10}(?:-[A-Z0-9]{2,10}){1,4}")
_NUMBERED = re.compile("[0-9]{6,12}-[0-9a-f]{20,}")  # of whom, and a key
_VARIABLE = re.compile(r"\s+[\"'`]?")
#: How the names of keys begin that `NAMES` lists in two words.
_BEGIN = (
    "api|access|account|private|refresh|session|bot|encryption|signing|master|license|subscription|deploy|service"
    "|instrumentation|ingest|app|unseal"
)
_SETTERS = ("env", "setenv", "setx", "set -x", "set -gx", "set -ux")
_DIGEST = re.compile("sha|md5|digest|hash|etag|integrity", re.IGNORECASE)


def _flagged(match: re.Match[str]) -> bool:
    """The value of an option: `--password x`, `-Password x`."""
    name = name_before(match)
    word = match.group()
    if word[:3].lower() in ("key", "tok") and (finds(name, word[:5], match[1]) or FILE.fullmatch(match[1])):
        return False
    option = name.startswith("--") or (name == "-" and match.group()[:2].lower() in ("pa", "pw"))
    return option and not match[1].startswith("--") and word_or_number(match[1])


def _cookies(match: re.Match[str]) -> bool:
    """A cookie that a session could be taken over with."""
    pairs = (part.partition("=") for part in match[1].split(";"))
    return any(
        sign and len(word := (value.split() or [""])[0]) >= 12 and mixed(word) and not _COUNTED.match(name.strip())
        for name, sign, value in pairs
    )


def _signed(match: re.Match[str]) -> bool:
    return real(match[1]) and mixed(match[1]) and (not _SCHEME.fullmatch(match[1]) or scattered(match[1]))


_SCHEMES = "(?:api-?key|access-?key|token|key|basic|bearer|hmac|digest|signature|secret|shared-?key)"


def _made_up(match: re.Match[str]) -> bool:
    return _signed(match) and _made(match[1])


def _session(match: re.Match[str]) -> bool:
    """A cookie, no field `sessionId` of a record."""
    before = match.string[max(0, match.start() - 60) : match.start()].lower()
    return _signed(match) and ("sessionId" not in match.group() or "cookie" in before)


def _in_address(match: re.Match[str]) -> bool:
    """A signature or token in an address or a connection string, not an id."""
    name = match.group()[1:].partition("=")[0]
    word = "token" if name.lower().endswith("token") else "key"
    if finds(name[: -len(word)], word, match[1]) or (word == "key" and FILE.fullmatch(match[1])):
        return False
    if match.group()[0] not in "?&;" and name.lower() in ("session", "sid"):  # of a log, no address
        return False
    told = (
        not match.group()[1:].lower().startswith(_MAYBE)
        or (name.lower() == "key" and (match[1].isalnum() or _NUMBERED.fullmatch(match[1])))
        or "hook" in match.string[max(0, match.start() - 60) : match.start()]
    )
    return strong(match[1].replace("%", "+")) or (told and scattered(match[1]))


def _given(match: re.Match[str]) -> bool:
    """A key, and no digest of what lies at the address."""
    return cased(match[1]) and not _DIGEST.search(match.group())


def _made(value: str) -> bool:
    """By a machine: no name of a user."""
    return scattered(value) or jumbled(value) or odd(value) or unspoken(value) or strong(value)


def _for_a_host(value: str) -> bool:
    return word_or_number(value.partition(":")[2]) or jumbled(value.partition(":")[2]) if ":" in value else _made(value)


def _set(match: re.Match[str]) -> bool:
    """What a variable is set to: `ENV STRIPE_KEY …`, `setx STRIPE_KEY …`; not one that only finds something."""
    name, value = _VARIABLE.split(match.group()[: match.start(1) - match.start()].replace(" -", "-"))[1], match[1]
    if SAYS_SO.search(name):
        return typed(value)
    word = "token" if name.lower().endswith("token") else "key"
    return _made(value) and not finds(name[: -len(word)], word, value)


ADDRESSED = (
    SecretRule(
        "bearer-token",
        r"bearer\s{1,8}+([A-Za-z0-9._~+/=-]{16,}+)",
        (rf"bearer[{SPACE}]+[a-z0-9._~+/=-]{{16}}",),
        of(mixed),
        any_case=True,
    ),
    SecretRule(
        "basic-auth",
        rf"authorization{ASSIGN}basic\s{{1,8}}+([A-Za-z0-9+/=]{{8,}}+)",
        (rf"authorization{LOOSE_ASSIGN}basic[{SPACE}]",),
        any_case=True,
    ),
    SecretRule(
        "authorization",
        rf"authorization{ASSIGN}(?:f[\"'])?(?:[a-z0-9-]{{2,20}}\s{{1,4}}+)?((?!basic\b|bearer\b)[A-Za-z0-9._~+/=:-]{{16,}}+)",
        (
            rf"authorization{LOOSE_ASSIGN}(?:f[\"'])?[a-z0-9._~+/=:-]{{16}}",
            rf"authorization{LOOSE_ASSIGN}(?:f[\"'])?[a-z0-9-]{{2,20}}[{SPACE}]+[a-z0-9._~+/=:-]{{16}}",
        ),
        _signed,
        any_case=True,
    ),
    SecretRule(  # in a variable, its scheme before it: `NOTIFY_AUTH='ApiKey-v1 …'`
        "authorization",
        rf"_auth{ASSIGN}{_SCHEMES}(?:-v?[0-9]{{1,3}})?\s{{1,4}}+([A-Za-z0-9._~+/=:-]{{16,}}+)",
        (rf"_auth{LOOSE_ASSIGN}{_SCHEMES}(?:-v?[0-9]{{1,3}})?[{SPACE}]+[a-z0-9._~+/=:-]{{16}}",),
        _made_up,
        "=",
        any_case=True,
    ),
    SecretRule(  # a short one
        "bearer-token",
        rf"authorization{ASSIGN}(?:bearer|token|apikey)\s{{1,4}}+([A-Za-z0-9]{{8,15}}+)(?![\w.~+/=-])",
        (rf"authorization{LOOSE_ASSIGN}(?:bearer|token|apikey)[{SPACE}]+[a-z0-9]{{8}}",),
        of(jumbled),
        any_case=True,
    ),
    SecretRule(
        "cookie",
        rf"cookie{ASSIGN}([^\r\n\"'\\]{{8,4096}}+)",
        (rf"cookie{LOOSE_ASSIGN}[^\r\n\"'\\]{{8}}",),
        _cookies,
        any_case=True,
    ),
    SecretRule(
        "cookie",
        r"curl\b[^\r\n]{0,300}?\s(?:-b|--cookie)[\s=]{0,3}[\"']?([^\r\n\"'\\]{8,4096}+)",
        (rf"-b[{SPACE}=]*[\"']?[^\r\n\"'\\]{{8}}", rf"-cookie[{SPACE}=]*[\"']?[^\r\n\"'\\]{{8}}"),
        _cookies,
    ),
    SecretRule(
        "cookie",
        rf"(?:{'|'.join(_COOKIE)})=([^\s\"'\\<>,;&{{}}]{{12,}}+)",
        tuple(f"{name}=" for name in _COOKIE),
        _session,
        any_case=True,
    ),
    SecretRule(
        "url-password",
        r":/{1,2}[^\s/:@\"']{0,64}+:([^\s/\"'<>]{3,128})@",
        (r""":/{1,2}[^\t-\r\x1c- /:@"']*:[^\t-\r\x1c- /"']+@""",),
        of(real),
    ),
    SecretRule(  # in base64, and its slashes as they are
        "url-password",
        r"://[^\s/:@\"']{1,64}+:([A-Za-z0-9+/]{24,128}+={0,2})@",
        (r"""://[^\t-\r\x1c- /:@"']*:[a-z0-9+/]{24}""",),
        of(strong),
    ),
    # Given to a client of Azure after the address that it opens.
    SecretRule(
        "azure-key",
        r"(?:servicebus\.windows\.net|core\.windows\.net|documents\.azure\.com|azure-devices\.net|azconfig\.io)"
        r"[^\r\n]{0,160}?[^A-Za-z0-9+/]([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==)(?![A-Za-z0-9+/=])",
        (
            r"servicebus\.windows\.net",
            r"core\.windows\.net",
            r"documents\.azure\.com",
            r"azure-devices\.net",
            r"azconfig\.io",
        ),
        _given,
    ),
    # The last part of the path to a node of a chain.
    SecretRule(
        "url-token",
        r"(?:infura\.io(?:/ws)?/v3|alchemy(?:api)?\.(?:io|com)/(?:v2|nft/v[23])|quiknode\.pro|getblock\.io|ankr\.com/[a-z_]{2,24})/([A-Za-z0-9_-]{20,128}+)",
        (r"infura\.io", "alchemy", r"quiknode\.pro", r"getblock\.io", r"ankr\.com"),
        of(mixed),
    ),
    SecretRule(
        "command-password",
        r"operator\s{1,4}unseal\s{1,4}([A-Za-z0-9+/=]{40,}+)",
        (rf"operator[{SPACE}]+unseal",),
    ),
    SecretRule(
        "url-token",
        r"://([A-Za-z0-9_~.-]{20,128}+)(?::[^\s/@\"'<>]{0,64})?@",
        (r"://[a-z0-9_~.-]{20,128}(?::[^\t-\r\x1c- /@\"'<>]{0,64})?@",),
        of(strong),
    ),
    SecretRule(
        "url-token",
        rf"[?&;,\s](?:[a-z0-9_.-]{{0,30}}[_-])?(?:{'|'.join(_PARAMETER)})=([A-Za-z0-9._~+/=%:-]{{16,}}+)",
        tuple(f"{name}={TOKEN}{{16}}" for name in _PARAMETER),
        _in_address,
        any_case=True,
    ),
    SecretRule(
        "command-password",
        r"curl\b[^\r\n]{0,300}?\s(?:-u|--user|--proxy-user)[\s=]{0,3}[\"']?[^\s:\"']{1,64}:([^\s\"'\\]{3,128}+)",
        (rf"-u[{SPACE}=]*[\"']?[^{BLANK}:\"']+:", rf"-user[{SPACE}=]*[\"']?[^{BLANK}:\"']+:"),
        of(real),
    ),
    SecretRule(  # a key instead of a name, with nothing or a letter behind it
        "command-password",
        r"curl\b[^\r\n]{0,300}?\s(?:-u|--user)[\s=]{0,3}[\"']?([A-Za-z0-9_.+/=~-]{10,512}+):[xX_]?(?=[\s\"']|\Z)",
        (rf"-u[{SPACE}=]*[\"']?[^{BLANK}:\"']+:", rf"-user[{SPACE}=]*[\"']?[^{BLANK}:\"']+:"),
        of(_made),
    ),
    SecretRule(  # of Ruby's bundler: a host, and what it asks for
        "command-password",
        r"bundle\s{1,4}config\s{1,4}(?:(?:set|--?[a-z]{2,12})\s{1,4}){0,3}(?:https?://)?[\w-]{1,60}(?:\.[\w-]{1,60}){1,6}\S{0,60}\s{1,4}[\"']?"
        r"([^\s\"':/]{1,64}:[^\s\"':/]{3,128}|[A-Za-z0-9_-]{16,128})(?![^\s\"'])",
        (rf"bundle[{SPACE}]+config",),
        of(_for_a_host),
    ),
    SecretRule(
        "command-password",
        r"BUNDLE_[A-Z0-9_-]{2,60}__[A-Z]{2,10}(?:__[A-Z0-9_]{1,40})?[\"']?\s{0,4}[:=]\s{0,4}[\"']?([^\s\"':/]{1,64}:[^\s\"':/]{3,128}|[A-Za-z0-9_-]{16,128})(?![^\s\"'])",
        (rf"bundle_[a-z0-9_-]{{2,120}}[\"']?[{SPACE}]*[:=]",),
        of(_for_a_host),
    ),
    SecretRule(
        "command-password",
        r"snyk\s{1,4}auth\s{1,4}([0-9a-f-]{36})(?![\w-])",
        (rf"snyk[{SPACE}]+auth[{SPACE}]",),
    ),
    SecretRule(
        "command-password",
        r"(?:mysql|mariadb)[a-z]{0,8}\b[^\r\n|;]{0,120}?\s-p[\"']?([^\s\"'-][^\s\"']{3,64}+)",
        (rf"-p[\"']?[^{BLANK}\"'-][^{BLANK}\"']{{3}}",),
        of(real),
    ),
    SecretRule(
        "command-password",
        r"(?:sshpass\s{1,4}-p|redis-cli\b[^\r\n|;]{0,120}?\s(?:-a|--pass)|docker\s{1,4}login\b[^\r\n|;]{0,120}?\s-p)"
        r"[\s=]{0,4}[\"']?([^\s\"'-][^\s\"']{3,64}+)",
        (rf"sshpass[{SPACE}]+-p", "redis-cli", rf"docker[{SPACE}]+login"),
        of(real),
    ),
    SecretRule(
        "command-password",
        r"\s-u(?:ser)?\s{1,4}[^\s-]\S{0,64}\s{1,4}-p(?:ass(?:word)?)?\s{1,4}([^\s\"'-][^\s\"']{3,64}+)",
        (rf"-u(?:ser)?[{SPACE}]+[^{BLANK}-][^{BLANK}]*[{SPACE}]+-p",),
        of(real),
        any_case=True,
    ),
    SecretRule(
        "command-password",
        r"-pass(?:in|out|word)?\s{1,4}pass:([^\s\"']{4,128}+)",
        (rf"-pass(?:in|out|word)?[{SPACE}]+pass:",),
        of(real),
    ),
    # Of a library that asks over HTTP: a name and its password.
    SecretRule(
        "assigned-secret",
        r"(?:auth\s{0,4}=\s{0,4}|basicauth)\(\s{0,4}[\"'][^\s\"']{1,64}[\"']\s{0,4},\s{0,4}[\"']([^\s\"']{4,128}+)[\"']",
        (rf"auth[{SPACE}]*=[{SPACE}]*\(", r"basicauth\("),
        of(word_or_number),
        any_case=True,
    ),
    SecretRule(
        "command-password",
        r"login\s{1,4}\S{1,64}\s{1,4}password\s{1,4}(\S{4,128}+)",
        (rf"login[{SPACE}]+[^{BLANK}]+[{SPACE}]+password",),
        of(typed),
    ),
    SecretRule(
        "command-password",
        rf"(?:{NAMES}|pass|token|secret|auth|key)[\"']?[,\s]{{1,4}}+[\"']?([^\s\"'\\,\[\]{{}}]{{6,128}}+)",
        tuple(
            rf"-{name}[\"']?[,{SPACE}]+[\"']?[^{BLANK}\"']{{6}}"
            for name in ("-[a-z0-9_.-]{0,80}", "passw(?:or)?d", "passphrase", "passcode", "pwd")
        ),
        _flagged,
        any_case=True,
    ),
    SecretRule(
        "spoken-secret",
        rf"(?:{'|'.join(_SETTERS)})\s{{1,4}}[\"'`]?[a-z0-9_.]{{0,60}}?(?:{NAMES}|token|key|auth|pat){NUMBERED}[\"'`]?\s{{1,4}}(?:to\s{{1,4}})?"
        r"[\"'`]?([^\s\"'`<>,;]{8,512}+)",
        tuple(
            rf"{word}[{SPACE}]+[\"'`]?[a-z0-9_.]*(?:pass|pwd|secret|key|token|auth|pat|jwt|{_BEGIN}|[ -](?:key|token))"
            for word in _SETTERS
        ),
        _set,
        any_case=True,
    ),
    SecretRule(
        "command-password",
        r"(?:sqlplus|expdp|impdp|sqlldr)\s{1,4}(?:-[a-z]{1,2}\s{1,4}){0,2}[\"']?[^\s/@\"']{1,64}/([^\s@\"'/]{4,128}+)@",
        ("sqlplus", "expdp", "impdp", "sqlldr"),
        of(real),
        any_case=True,
    ),
    SecretRule(
        "url-password",
        r"jdbc:oracle:thin:[^\s/@\"']{1,64}/([^\s@\"']{3,128}+)@",
        (r"jdbc:oracle:thin:",),
        of(real),
        any_case=True,
    ),
    # A name and a password given to a function of a library: the last but one or the second.
    SecretRule(
        "assigned-secret",
        r"(?:NetworkCredential|PSCredential|DirectoryEntry|UsernamePasswordCredentials|PasswordAuthentication|BasicAuth|"
        r"basic_auth|\.login|\.authenticate|set_credentials|SetBasicAuth)\(\s{0,4}(?:[\"'][^\"'\r\n]{1,128}[\"']\s{0,4},\s{0,4}){1,2}"
        r"[\"']([^\s\"']{6,128}+)[\"']",
        (
            r"networkcredential\(",
            r"pscredential\(",
            r"directoryentry\(",
            r"usernamepasswordcredentials\(",
            r"passwordauthentication\(",
            r"basicauth\(",
            r"basic_auth\(",
            r"\.login\(",
            r"\.authenticate\(",
            r"set_credentials\(",
        ),
        of(real),
        any_case=True,
    ),
)
