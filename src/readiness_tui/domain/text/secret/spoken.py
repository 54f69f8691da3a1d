"""Passwords and keys told in a sentence: "my password is …", in the languages that people write to a help desk in."""

from __future__ import annotations

import re

from readiness_tui.domain.text.secret.named import beside, name_before
from readiness_tui.domain.text.secret.rule import BLANK, SPACE, SecretRule, cased, of
from readiness_tui.domain.text.secret.values import ORDINARY, jumbled, scattered, spoken, turns, unsaid

#: A word, and the same for the quick look: bytes in lower case, without the first letter where upper case is not ASCII's.
_WORDS = (
    ("passw(?:or)?d", "passw(?:or)?d"), ("passcode", "passcode"), ("passphrase", "passphrase"), (r"pass\s?wort", f"pass[{SPACE}]*wort"),
    ("kennwort", "kennwort"), ("contrase(?:ñ|n)a", r"contrase[n\x80-\xff]+a"), ("clave", "clave"),
    (r"mot\s{1,2}de\s{1,2}passe", f"mot[{SPACE}]+de[{SPACE}]+passe"), ("senha", "senha"), ("palavra-passe", "palavra-passe"),
    ("wachtwoord", "wachtwoord"), ("parola", "parola"), ("has(?:ł|l)o", r"has[l\x80-\xff]+o"),
    ("l(?:ö|o)senord", r"l[o\x80-\xff]+senord"), ("adgangskode", "adgangskode"), ("passord", "passord"),
    ("salasana", "salasana"), ("(?:ş|s)ifre", "ifre"), ("heslo", "heslo"), ("jelsz(?:ó|o)", r"jelsz[o\x80-\xff]+"),
    ("(?-i:[пП]ароль)", "ароль"), ("(?-i:ПАРОЛЬ)", "АРОЛЬ"), ("密码", "密码"), ("密碼", "密碼"), ("口令", "口令"), ("암호", "암호"), ("(?-i:[лЛ]озинка)", "озинка"), ("(?-i:[пП]арола)", "арола"),
    (r"m(?:ậ|a)t\s{1,2}kh(?:ẩ|a)u", rf"m[a\x80-\xff]+t[{SPACE}]+kh[a\x80-\xff]+u"), (r"kata\s{1,2}sandi", f"kata[{SPACE}]+sandi"),
    ("(?-i:[κΚ]ωδικός)", "ωδικός"), (r"كلمة\s{1,2}(?:المرور|السر)", rf"كلمة[{SPACE}]+[\x80-\xff]+"), ("पासवर्ड", "पासवर्ड"), ("סיסמ(?:ה|א)", r"סיסמ[\x80-\xff]+"), ("รหัสผ่าน", "รหัสผ่าน"),
    ("lozinka", "lozinka"), ("geslo", "geslo"), ("parool", "parool"), ("slapta(?:ž|z)odis", r"slapta[z\x80-\xff]+odis"), ("(?<![a-z])pwd?(?![a-z])", "pwd?"), ("パスワード", "パスワード"), ("비밀번호", "비밀번호"),
    (r"api[\s-]?key", f"api[{SPACE}-]*key"), (r"api[\s-]?token", f"api[{SPACE}-]*token"),
    (r"secret\s{1,2}key", f"secret[{SPACE}]+key"), (r"access\s{1,2}(?:key|token)", f"access[{SPACE}]+(?:key|token)"),
)  # fmt: skip
_ENDING = "(?:et|en|m|im|ul)?"  # "the", "my", or several
_FOR = r"(?:for|of|to|für|de|para|do|da|pour|voor|von|zu)"
_LOOSE_FOR = r"(?:for|of|to|f[\x80-\xff]+r|de|para|do|da|pour|voor|von|zu)"
_IS = (
    r"(?:\s{1,4}(?:is|was|ist|lautet|war|es|est|era|é|è|jest|är|er|on|to|az|je|este|là|adalah|yra|ja|هي|है|είναι|е)(?:\s{1,2}(?:now|jetzt|set\s{1,2}to))?\s{0,4}:?"
    "|\\s{0,4}[:：=是为為はが는은—–])"
)
#: What may stand around the verb, and a sign instead of it. No two repeated classes in a row share a sign, or a text of such
#: words would be read through for hours without RE2.
_LOOSE_GAP = rf"[{SPACE}:=\"'`]{{0,60}}"
_LOOSE_VERB = rf"[{SPACE}]{{1,24}}(?:is|was|ist|lautet|war|es|est|era|jest|r|er|on|to|az|je|este|l|adalah|yra|ja)"
_LOOSE_SIGN = rf"[{BLANK}]{{0,24}}[:=\x80-\xff]"
#: What `spoken` wants to see: a digit or a sign in the word.
_LOOSE_VALUE = rf"""[{SPACE}"'`]{{0,60}}[!-~]{{0,128}}?[0-9!#$%^&*?+~@]"""
LOOSE_TAIL = (  # `sieve` writes it once
    rf"{_ENDING}(?:[{SPACE}]{{1,24}}{_LOOSE_FOR}[{SPACE}]|(?:{_LOOSE_VERB}|{_LOOSE_SIGN}){_LOOSE_GAP}(?:(?:now|jetzt|set){_LOOSE_GAP})?(?:to{_LOOSE_GAP})?[!-~]{{0,128}}?[0-9!#$%^&*?+~@])"
)
_VALUE = r"((?:[!#-%(-_a-~]|&(?![\w.%\[\]-]{1,40}=)){6,128}+)"  # not the next field of an address
_DASHED = re.compile(r"[A-Za-z0-9]+(?:[_./:=@-][A-Za-z0-9]*)+")
_SIGN = re.compile("[!#$%^&*?+~@]")
_KEYS = ("secret", "token", "key")
_TOLD = (*_KEYS, "passw(?:or)?d")
_WHO, _OFFERED = "that|which|you|i|we|they", "provided|given|used|supplied|received|rejected"
_BETWEEN = (
    "that|you|i|we|they|asked|for|to|need|needed|want|wanted|requested|use|used|using|gave|got|sent|shared|created|generated|have|has"
    "|the|this|that|our|your|my|his|her|their|it|in|now|currently|should|production|prod|staging|test|account|app|api|bot"
)
_RARE = re.compile("[0-9#$%^&*+~@]")  # in no sentence about passwords
_NUMBERED = re.compile("([A-Za-z]{3,})[_-]?[0-9]{1,8}[.,:]?")
#: Once through something, or whether a test did.
_ROUND = re.compile(
    r"(?:first|second|third|last|next|one|two|single|multi|render|depth|shadow|forward|backward|test|dry|num|did|should|can|all|by|must"
    r"|will|any|not|each|pre|post)_pass",
    re.IGNORECASE,
)
_TEST = re.compile("(?:Test|Benchmark|Example|Fuzz)[A-Z_]|test_")  # that has passed
_CAMEL = re.compile("[A-Z]?[a-z]{2,}(?:[A-Z]+[a-z]{2,})*")
_ENDS = ".,:;!?)\"'`"  # of a sentence
_LETTERED = re.compile("[A-Za-z]{2}")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|[a-z]+://.*", re.IGNORECASE)
_INSTEAD = re.compile(r"[\"'`]?[ \t]{1,2}(?:instead|from now|for now|now)\b", re.IGNORECASE)
#: How one that takes the place of another is told.
_NEW = (
    r"(?:new one(?: is)?(?: now)?|it(?:['’]s| is)(?: now)?|(?:changed|reset|set|rotated|updated)(?: it)? to|replaced(?: it)? (?:by|with)"
    "|use|try)"
)
_USES = re.compile(r"\b(?:using|with|use|try|and|enter|type)\b[^\r\n:=]{0,60}\Z", re.IGNORECASE)


def _unlike_a_word(match: re.Match[str]) -> bool:
    """Letters of both cases and digits, or a sign among them, or all of it in the environment's capitals."""
    value = match[1].rstrip(".,:")
    shouted = match.group().startswith(match.group()[: match.start(1) - match.start()].upper())
    return spoken(value) and not _DASHED.fullmatch(value) and (cased(value) or bool(_SIGN.search(value)) or shouted)


def _passes(match: re.Match[str]) -> bool:
    """As `_unlike_a_word`, or letters alone in no order behind a name that has two words."""
    value = match[1]
    name = name_before(match) + match.group()[: match.start(1) - match.start()]
    if _ROUND.search(name) or _TEST.match(value):
        return False
    return _unlike_a_word(match) or (
        "_p" in name.lower()
        and value.isalpha()
        and value.isascii()
        and (turns(value) >= 3 or unsaid(value))
        and not _CAMEL.fullmatch(value)
    )


def _beside(match: re.Match[str]) -> bool:
    return beside(match) or (match.group()[:5].lower() == "_pass" and _passes(match))


def _said(match: re.Match[str]) -> bool:
    """A password as `spoken`, a key by its look."""
    return spoken(match[1]) if match.group()[0] in "pP" else beside(match)


def _about(value: str) -> bool:
    """A word about passwords, and a number: `reset_2026`."""
    numbered = _NUMBERED.fullmatch(value)
    return numbered is not None and numbered[1].lower() in ORDINARY


def _with_a_name(match: re.Match[str]) -> bool:
    return spoken(match[1]) and not _about(match[1])


def _anew(match: re.Match[str]) -> bool:
    """Letters and a digit that are no word, name or version; told to be used instead, where that is all that is said."""
    value = match[1].rstrip(_ENDS)
    if not _LETTERED.search(value) or not re.search("[0-9]", value) or _ADDRESS.fullmatch(value) or _about(value):
        return False
    verb = match.group()[: match.start(1) - match.start()].lower().rstrip("\"'` \t:")
    if verb.endswith(("use", "try")) and not (turns(value) >= 5 and _INSTEAD.match(match.string, match.end())):
        return False
    if _DASHED.fullmatch(value) or not spoken(value):
        return False
    return jumbled(value) or scattered(value) or bool(_SIGN.search(value))


def _used(match: re.Match[str]) -> bool:
    """A password that somebody uses, unlike any word."""
    return (
        _unlike_a_word(match)
        and not _about(match[1])
        and bool(_RARE.search(match[1]))
        and bool(_USES.search(match.string, max(0, match.start() - 80), match.start()))
    )


SPOKEN = (
    SecretRule(
        "spoken-secret",
        rf"(?:{'|'.join(word for word, _ in _WORDS)}){_ENDING}"
        rf"(?:\s{{1,3}}{_FOR}\s{{1,3}}[\w.@'-]{{1,30}}(?:\s{{1,3}}[\w.@'-]{{1,30}}){{0,3}}?)?"
        rf"{_IS}\s{{0,4}}(?:\\{{0,3}}[\"'`]|[“”„«])?{_VALUE}",
        tuple(f"{word}{LOOSE_TAIL}" for _, word in _WORDS),
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
        _with_a_name,
        "spoken",
        any_case=True,
    ),
    # "The secret is …", "set DEPLOY_TOKEN to …": by its look, or by whose it is.
    SecretRule(
        "spoken-secret",
        rf"(?:{'|'.join(_KEYS)}|_auth|_pass)[\"'`*]{{0,3}}\s{{1,4}}(?:is|to|was)(?:\s{{1,2}}now)?\s{{0,4}}:?\s{{1,4}}[\\\"'`*]{{0,4}}([A-Za-z0-9_.~+/=:%?@-]{{8,512}}+)",
        tuple(
            rf"{word}[\"'`*]{{0,3}}[{SPACE}]+(?:is|to|was)(?:[{SPACE}]+now)?[{SPACE}]*:?[{SPACE}]+[\\\"'`*]{{0,4}}[a-z0-9_.~+/=:%?@-]{{8}}"
            for word in (*_KEYS, "_auth", "_pass")
        ),
        _beside,
        "spoken",
        any_case=True,
    ),
    # With words between: "the API key you asked for is …", "Incorrect API key provided: …".
    SecretRule(
        "spoken-secret",
        rf"(?:{'|'.join(_TOLD)})(?:[ \t]{{1,2}}(?:{_WHO})(?:[ \t]{{1,2}}(?:{_BETWEEN})){{0,3}}[ \t]{{1,2}}(?:is|was):?"
        rf"|[ \t]{{1,2}}(?:{_OFFERED})[ \t]{{0,2}}:)[ \t]{{1,4}}[\"'`]{{0,3}}([^\s\"'`<>()\[\]{{}},;]{{6,512}}+)",
        (
            *(
                rf"{word}[ \t]+(?:{_WHO})[ \t][^\r\n:]{{0,60}}(?:is|was):?[ \t]+[\"'`]*[^{BLANK}\"'`]{{6}}"
                for word in _TOLD
            ),
            *(rf"{word}[ \t]+(?:{_OFFERED})[ \t]*:" for word in _TOLD),
        ),
        _said,
        any_case=True,
    ),
    # One that takes the place of another: "the new one is …", "it's now: …", "use … instead".
    SecretRule(
        "spoken-secret",
        rf"(?:{'|'.join(_TOLD)}|credentials?)(?![a-z0-9])[^\r\n]{{1,80}}?[ \t(]{_NEW}:?[ \t]{{1,3}}[\"'`]?([!#-&(-_a-~]{{8,128}}+)",
        tuple(
            rf"{word}[^\r\n]{{1,240}}[ \t(](?:new one|it(?:['’]s| is)|(?:changed|reset|set|rotated|updated)(?: it)? to|replaced(?: it)? (?:by|with)|use|try)(?: is)?(?: now)?:?[ \t]+[\"'`]?[!-~]{{8}}"
            for word in (*_TOLD, "credentials?")
        ),
        _anew,
        "spoken",
        any_case=True,
    ),
    # "connecting as bob with password x": no sign, and no verb.
    SecretRule(
        "spoken-secret",
        rf"passw(?:or)?d[ \t]{{1,2}}[\"'`]?{_VALUE}",
        (r"passw(?:or)?d[ \t]+[\"'`]?[!-~]{0,128}?[0-9#$%^&*+~@]",),
        _used,
        "spoken",
        any_case=True,
    ),
    # "creds: admin / x", "admin:x": only what nobody would take for a word.
    SecretRule(
        "spoken-secret",
        rf"(?:(?:creds|credentials|login)[:\s]{{1,3}}[^\s,;/:|]{{1,64}}\s{{0,2}}[/:|,]\s{{0,2}}|(?<![\w/.@-])(?:admin|root|postgres|administrator):){_VALUE}",
        (
            *(rf"{word}[{SPACE}:]+[^{BLANK},;/:|]+[{SPACE}]*[/:|,]" for word in ("creds", "credentials", "login")),
            *(f"{word}:{_LOOSE_VALUE}" for word in ("admin", "root", "postgres", "administrator")),
        ),
        _unlike_a_word,
        "spoken",
        any_case=True,
    ),
    # "pass: x", `APP_PASS=x`: a test may pass, too.
    SecretRule(
        "assigned-secret",
        r"(?<![a-z0-9])(?:[a-z0-9]{1,20}_){0,3}(?:pass|pw)\\{0,3}[\"'`]?\s{0,4}[:=]\s{0,4}\\{0,3}[\"'`]?([^\s\"'`\\<>,;&{}]{8,128}+)",
        tuple(
            rf"{word}\\{{0,3}}[\"'`]?[{SPACE}]*[:=][{SPACE}]*\\{{0,3}}[\"'`]?[^{BLANK}\"'`]{{8}}"
            for word in ("pass", "pw")
        ),
        _passes,
        any_case=True,
    ),
)
