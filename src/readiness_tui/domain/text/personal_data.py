"""Personal data inside logged text: e-mail addresses, phone numbers, IBANs and payment card numbers.

Works like `secrets`: each kind has a cheap test that most texts fail, then an expression that takes time linear in
the text, then a check of the match. A false alarm costs a person one dismissal and a log is full of numbers, so a
number counts only if its check digit holds (cards: Luhn, ISO/IEC 7812-1; IBAN: mod 97, ISO 13616), or if it is
written the way people write a phone number: with a country code, or labelled as one.
Names and postal addresses are not searched for: no pattern tells them from other words.
"""

from __future__ import annotations

import re

from readiness_tui.domain.text.secrets import SensitiveHit

# Reserved for documentation (RFC 2606, RFC 6761), or a role's mailbox rather than a person's.
_NOBODY = re.compile(r"(?:^|[.@])(?:example\.(?:com|org|net|edu)|example|test|invalid|localhost|local)$", re.IGNORECASE)
_ROLE = frozenset(
    """abuse admin billing contact do-not-reply donotreply git hello help info mailer-daemon no-reply noreply office
    postmaster press privacy sales security service support team webmaster""".split()  # noqa: SIM905
)
_LOCAL = re.compile(r"[A-Za-z0-9._%+-]{1,64}\Z")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])")

# An IBAN's two check digits follow its country: groups of four, or no spaces.
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_IBAN_LENGTH = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
    "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24,
    "XK": 20,
}  # fmt: skip

# Not a part of a longer number, decimal, id or hash.
_CARD = re.compile(r"(?<![A-Za-z0-9_.+-])(?:[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3})?"
                   r"|3[0-9]{3}[ -][0-9]{6}[ -][0-9]{5})(?![A-Za-z0-9_]|[.-][0-9])")  # fmt: skip
_PHONE = re.compile(r"(?<![A-Za-z0-9+/=_.-])(?:\+|00)[1-9](?:[ ./()-]{0,3}[0-9]){7,13}(?![A-Za-z0-9_/+=])")
_NAMED_PHONE = re.compile(
    r"(?<![a-z])(?:phone|tel|telephone|mobile|cell|telefon|handy|fax)(?:[ _-]?(?:no|number|nr))?\W{1,6}"
    r"(\(?0?[0-9](?:[ ./()-]{0,3}[0-9]){6,13})(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
_PHONE_WORDS = ("phone", "tel", "mobile", "cell", "handy", "fax")
_IBAN_HEAD = re.compile("[A-Z]{2}[0-9]{2}[ 0-9A-Z]")

# Every kind but e-mail holds eight digits in a row, grouped as people group them. Most texts have few such places, and
# the expressions above are tried only around them: a label or an IBAN starts at most _BEFORE characters before and
# ends at most _AFTER characters after.
_NUMBER = re.compile(r"[0-9](?:[ ./()-]{0,3}[0-9]){7,}+")
_BEFORE, _AFTER = 24, 45


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def luhn(digits: str) -> bool:
    """Whether a number's last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def _is_card(number: str) -> bool:
    """The issuer's range and length, the check digit, and not one digit over and over."""
    known = (
        (number[0] == "4" and len(number) in (13, 16, 19))
        or (len(number) == 16 and (51 <= int(number[:2]) <= 55 or 2221 <= int(number[:4]) <= 2720))
        or (len(number) == 15 and number[:2] in ("34", "37"))
        or (len(number) == 14 and (number[:2] in ("36", "38", "39") or 300 <= int(number[:3]) <= 305))
        or (16 <= len(number) <= 19 and (number[:4] == "6011" or number[:2] == "65" or 644 <= int(number[:3]) <= 649))
        or (len(number) in (16, 17, 18, 19) and (number[:2] == "62" or 3528 <= int(number[:4]) <= 3589))
    )
    return known and len(set(number)) > 1 and luhn(number)


def _is_iban(text: str) -> bool:
    plain = text.replace(" ", "")
    if _IBAN_LENGTH.get(plain[:2]) != len(plain):
        return False
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def _is_phone(text: str) -> bool:
    """8 to 15 digits (ITU-T E.164), not all alike."""
    digits = _digits(text)
    return 8 <= len(digits.lstrip("0")) <= 15 and len(set(digits)) > 2


def _emails(text: str) -> list[SensitiveHit]:
    """Looks at each `@` on its own, so a text full of them still takes time linear in its length."""
    found = []
    at = text.find("@")
    while at >= 0:
        local, domain = _LOCAL.search(text, max(0, at - 65), at), _DOMAIN.match(text, at + 1)
        if local and domain and not _NOBODY.search(domain[0]):
            name = local[0].strip(".")
            if name and name.casefold() not in _ROLE and not text.startswith(("://", "/"), max(0, local.start() - 3)):
                found.append(SensitiveHit("email", local.start(), domain.end()))
        at = text.find("@", at + 1)
    return found


def find_personal_data(text: str) -> list[SensitiveHit]:
    """Every piece of personal data in `text`, by position, without overlaps; the more certain kind names the hit."""
    hits = _emails(text) if "@" in text else []
    for number in _NUMBER.finditer(text):
        start, end = max(0, number.start() - _BEFORE), number.end() + _AFTER
        before = text[start : number.start()]
        if _IBAN_HEAD.search(text, start, number.start() + 3):
            hits += _ibans(text, start, end)
        if len(_digits(number[0])) >= 13:
            hits += [
                SensitiveHit("card", *m.span()) for m in _CARD.finditer(text, start, end) if _is_card(_digits(m[0]))
            ]
        if before.endswith(("+", "+(")) or number[0].startswith("00"):
            hits += [SensitiveHit("phone", *m.span()) for m in _PHONE.finditer(text, start, end) if _is_phone(m[0])]
        low = before.lower()
        if any(word in low for word in _PHONE_WORDS):
            hits += [
                SensitiveHit("phone", *m.span(1)) for m in _NAMED_PHONE.finditer(text, start, end) if _is_phone(m[1])
            ]
    if len(hits) < 2:
        return hits
    rank = {"iban": 0, "card": 1, "email": 2, "phone": 3}
    kept: list[SensitiveHit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, rank[hit.pattern], -hit.end)):
        if kept and hit.start < kept[-1].end:
            if rank[hit.pattern] < rank[kept[-1].pattern]:
                kept[-1] = hit
            continue
        kept.append(hit)
    return kept


def _ibans(text: str, start: int, stop: int) -> list[SensitiveHit]:
    """A word in capitals after an IBAN may look like one more group: the country's length says where it ends."""
    found = []
    for match in _IBAN.finditer(text, start, stop):
        length = _IBAN_LENGTH.get(match[0][:2])
        if length is None:
            continue
        end, seen = match.start(), 0
        while end < match.end() and seen < length:
            seen += text[end] != " "
            end += 1
        if _is_iban(text[match.start() : end]):
            found.append(SensitiveHit("iban", match.start(), end))
    return found
