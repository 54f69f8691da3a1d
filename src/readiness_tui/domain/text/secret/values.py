"""Whether what stands beside a telling name is a credential: not a stand-in, not a pointer, not a rule about one."""

from __future__ import annotations

import re
from itertools import pairwise

_LETTER, _DIGIT = re.compile("[A-Za-z]"), re.compile("[0-9]")
_SYMBOL = re.compile(r"[!#$%^&*?+~@]")
CALL = re.compile(r"[A-Za-z_][\w.:>-]*\(|\(")
_TRAILING = ".,;:!?)]"  # punctuation of the sentence around it

#: Names a credential elsewhere: a variable, a template, a path, a store of secrets.
_REFERENCE = re.compile(
    r"[<\[(]|\$(?:[{(]|[A-Za-z_]\w*(?:$|[^\w!#%^&*=+~@?]))|\{\{?\s*[A-Za-z_]|%(?:\(|[A-Za-z_]+%)|!(?:vault|secret|env|ref|sub|join|getatt|var|file|include)\b|\.{1,2}[/\\]|~/|os\.|env\b|process\.|vault:|secretsmanager|arn:|projects/[\w-]{1,60}/secrets/|[a-z][a-z+]{1,9}://(?![^\s/@]*:[^\s/@]*@)"
    r"|(?:self|this|settings|config|cfg|conf|args|opts|options|params|props|request|req|ctx|app|var|local|data|secrets?"
    r"|credentials?|user|form|body|values?)[.\[]",
    re.IGNORECASE,
)
_PATH = re.compile(r"[/.](?![A-Za-z0-9+/=]{30})")  # a key in base64 may begin with a slash, too
_PLACEHOLDER = re.compile(
    r"[*•·.xX#?_-]+|.*(?:\*\*\*|\.\.\.|…|xxxx|redacted|masked|placeholder|change_?-?me|replace[_-]?me|your[_-]?"
    r"(?:pass|pwd|secret|api|key|token|own)|your[_-]|insert[_-]|<[a-z]).*"
    r"|pass(?:word|wd)?|pwd|secret|token|example|none|null",
    re.IGNORECASE | re.DOTALL,
)
#: As form libraries, schemas and databases write what a value has to be: `required|min:8`, `varchar(255)`, `sha256`.
_RULE_WORD = (
    r"(?:required|sometimes|nullable|optional|present|filled|string|str|text|min|max|size|length|len|between|confirmed"
    r"|regex|same|different|digits|alpha|alpha_num|alpha_dash|email|unique|exists|in|not_in|current_password|password"
    r"|bail|hidden|minlength|maxlength|gt|lt|gte|lte|match|matches|varchar2?|char|nvarchar|u?int(?:eger)?|bool(?:ean)?|bytes?)"
)
_VALIDATION = re.compile(
    rf"{_RULE_WORD}[?!]?(?:[0-9]{{1,4}}|[:=(,\[{{][\w,.^$\[\]{{}}+*-]*\)?)?(?:\|{_RULE_WORD}(?:[:=(][\w,.^$\[\]{{}}+*-]*\)?)?)*",
    re.IGNORECASE,
)
_ALGORITHM = re.compile(
    r"(?:base|sha-?|md|utf-?|oauth|argon|hs|rs|es|aes-?|rsa-?|pbkdf|u?int|float|varchar|ed|http|tls|ssl|level|step"
    r"|len|length|minlen(?:gth)?|maxlen(?:gth)?)[0-9]+(?:[_-].*|[a-z]{0,9})?|[xv][0-9]+(?:[_-].*|[a-z]?)|(?:sk-)?(?:ssh|ecdsa)-[a-z0-9-]{3,30}(?:@openssh\.com)?",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[a-zA-Z0-9]+(?:[_.-][a-zA-Z0-9]+)+")
_NAMED = re.compile(
    r"(?:^|[_.-])(?:pass(?:word|wd)?s?|pwd|secrets?|tokens?|keys?|apikey|credentials?)(?:$|[_.-])", re.IGNORECASE
)
ORDINARY = frozenset(
    """required optional string hidden missing invalid incorrect expired protected encrypted disabled enabled generate
    generated inherit inherited unchanged undefined nullable confirmed changed default defaults password passwords
    username anonymous internal external manager managed management provided rotation rotated settings security
    reset resetting resets forgotten forgot remember visible unknown credential credentials updated validation
    validated accepted rejected mismatch verified verification strength minimum maximum characters""".split()  # noqa: SIM905
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_RUN = re.compile("[A-Za-z0-9]{16,}")
_LONG = 20  # letters alone are random where so many change their case again and again
_SCATTERED = 16
_SHORT = 8
_FIGURES = 15
_VOWEL = re.compile("[aeiouyAEIOUY]")
#: So many consonants one after the other that nobody could say them.
_UNSAID = re.compile("[b-df-hj-np-tv-xz]{5}|[0-9][b-df-hj-np-tv-xz]{4}", re.IGNORECASE)
_WORD_AND_NUMBER = re.compile("[A-Za-z]+[0-9]+|[0-9]+[A-Za-z]{1,3}|[0-9]+", re.IGNORECASE)
_ODD = re.compile(r"[A-Za-z0-9!#$%^&*?+~@_.=-]+")
_CAMEL = re.compile("[A-Za-z][a-z]{2,}(?:[A-Z][a-z]{2,})+")
_SPLIT = re.compile("[_.-]")
_JUMBLE = re.compile("[A-Za-z0-9]+")
_PIECES = re.compile("[A-Za-z0-9_.+/=:~-]+")
_KINDS = {
    code: "d" if chr(code).isdigit() else "u" if chr(code).isupper() else "l" if chr(code).islower() else " "
    for code in range(128)
}
_WIDE = re.compile("[a-z0-9]{32,}|[A-Z0-9]{32,}")


def real(value: str) -> bool:
    """Not a stand-in for a secret (`****`, `<password>`), nor a pointer to one (`$PASSWORD`, `os.environ[…]`), nor what
    one has to be (`required|min:8`)."""
    return not (
        _REFERENCE.match(value)
        or _PATH.match(value)
        or _PLACEHOLDER.fullmatch(value)
        or _VALIDATION.fullmatch(value)
        or _ALGORITHM.fullmatch(value)
        or (_JOINED.fullmatch(value) and _NAMED.search(value) and not any(map(_made_up, _SPLIT.split(value))))
    )


def _made_up(piece: str) -> bool:
    return len(piece) >= 12 and turns(piece) >= len(piece) / 4


def typed(value: str) -> bool:
    """Looks like a password somebody set, not a word of prose or a function call."""
    return (
        real(value)
        and not CALL.match(value)
        and bool(_LETTER.search(value) and (_DIGIT.search(value) or _SYMBOL.search(value) or _scrambled(value)))
    )


def digits(value: str) -> bool:
    """Of figures alone, as few vendors have them, and too long for a number, a date or a time."""
    return value.isdecimal() and len(value) >= _FIGURES


def unspoken(value: str) -> bool:
    """Many letters of one case that nobody could say: `CHJCQEPFJVRYUNSOFWSQ`."""
    return (
        len(value) >= _SCATTERED
        and value.isalnum()
        and (value.islower() or value.isupper())
        and unsaid(value)
        and 4 * len(_VOWEL.findall(value)) <= len(value)
        and len(set(value)) >= _SHORT
    )


def odd(value: str) -> bool:
    """Letters, digits and signs in such a disorder as only a machine makes: `CuHPLomRvVhBT?Ldgiw^`."""
    return (
        12 <= len(value) <= 128
        and bool(_ODD.fullmatch(value) and _SYMBOL.search(value))
        and (len(value) >= _SCATTERED or bool(_DIGIT.search(value)))
        and real(value)
        and (turns(value) >= len(value) / 4 or (turns(value) >= 4 and unsaid(value)))
    )


def _scrambled(value: str) -> bool:
    """Letters that change their case again and again, as no name does."""
    turns = sum(one.isupper() != other.isupper() for one, other in pairwise(value))
    return (
        not _CAMEL.fullmatch(value)
        and value.isalpha()
        and len(value) >= _SHORT
        and turns * (3 if len(value) >= 12 else 2) >= len(value)
    )


def spoken(value: str) -> bool:
    """As `typed`, in a sentence: punctuation at its end is the sentence's."""
    value = value.rstrip(_TRAILING)
    return len(value) >= 5 and not _VALIDATION.fullmatch(value) and typed(value)


def word_or_number(value: str) -> bool:
    """A password without a sign or digit, or of digits alone, where nothing else can stand: `PASSWORD=swordfish`."""
    return (
        real(value)
        and not CALL.match(value)
        and (typed(value) or value.isdigit() or (value.isalpha() and value.isascii() and value.lower() not in ORDINARY))
        and not (value.isdigit() and len(value) < 6)
    )


def strong(value: str) -> bool:
    """Random enough to be a key by its look alone: a run with digits and letters of both cases, or a long one of either.
    No UUID, which is an id."""
    if _UUID.fullmatch(value) or not real(value):
        return False
    return any(_cased(run) or (len(run) >= _LONG and _scrambled(run)) for run in _RUN.findall(value)) or any(
        _even(run) for run in _WIDE.findall(value)
    )


def scattered(value: str) -> bool:
    """Letters and digits without order, where a name says that it may be a key: `a8c3…` of sixteen signs or more, also in
    pieces as a UUID is. Words, dates and versions change from one to the other a few times only."""
    if len(value) < _SCATTERED or not real(value) or not _PIECES.fullmatch(value):
        return False
    changes = turns(value)
    return changes >= max(4, len(value) / 6) or (changes >= 3 and unsaid(value))


def unsaid(value: str) -> bool:
    """Letters in a row that stand in no word."""
    return bool(_UNSAID.search(value))


def jumbled(value: str) -> bool:
    """Eight signs or more that are no word, number, version or name, where a name says whose key it is: `j9cadprtzdf`."""
    if (
        len(value) < _SHORT
        or len(value) >= _SCATTERED
        or not _JUMBLE.fullmatch(value)
        or not real(value)
        or _WORD_AND_NUMBER.fullmatch(value)
    ):
        return False
    if not (_LETTER.search(value) and _DIGIT.search(value)):
        return False
    return turns(value) >= 3 or unsaid(value)


def turns(value: str) -> int:
    """How often a letter and a digit, or a capital and a small letter, stand side by side. A word that begins with a capital
    counts as one."""
    kinds = value.translate(_KINDS)
    return sum(one != other and " " not in (one, other) for one, other in pairwise(kinds))


def _cased(run: str) -> bool:
    return any(map(str.isdigit, run)) and any(map(str.isupper, run)) and any(map(str.islower, run))


def _even(run: str) -> bool:
    digits = sum(map(str.isdigit, run))
    return 4 <= digits <= len(run) - 4
