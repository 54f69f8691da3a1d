"""Outside text made safe for the documents: it reads as it was written and does nothing.

HTML: what would be markup becomes entities, quotes too, so that it may stand in an attribute as well.

Markdown: CommonMark lets a backslash take the meaning from any ASCII punctuation. GitHub looks for @mentions and
#references only afterwards, in the rendered text, where a backslash or an entity is gone already; an element of its
own around the sign is what stops it, so `@` and `#` before a digit stand in a code span. Zero-width characters would
do too, but nobody sees them and copies keep them.
"""

from __future__ import annotations

import html
import re
from urllib.parse import quote

from readiness_tui.domain.text.sanitise import one_line, visible
from readiness_tui.domain.text.secrets import mask

_PUNCTUATION = re.compile(r"[\\`*\[\]|~$]")
_UNDERSCORES = re.compile(r"(?<![A-Za-z0-9_])_+|(?<!_)_+(?![A-Za-z0-9_])")  # latency_p95_ms needs none
_ENTITY = re.compile(r"&(?=#?[A-Za-z0-9]+;)")
_SLASHES = re.compile(r"(?<=/)/")  # https:// no longer starts a link
# What a person gave as evidence, as `evidence_text` says it. No user before the host: it would look like another one.
_EVIDENCE_URL = re.compile(
    r"(?<!\S)((?:url|(?:drill|shown)(?: of [0-9-]{10})?:) )"
    r"(https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?)((?:[/?#][^\s<>|`\"\\]*?)?)(?=;?(?:\s|$))"
)
_SAFE_IN_URL = "._~:/?#@!$&'()+,;=%-"  # what else there is (letters of other alphabets, brackets) is percent-encoded
_WWW = re.compile(r"(www)\.", re.IGNORECASE)
_MENTION = re.compile(r"(?:@+|(?<!#)#+(?=[0-9]))+")  # one span for "@#1": two side by side would share their backticks
_LINE_START = re.compile(r"^(?:[-+](?=\s|$)|-(?=[-:])|[=:#])")  # a list, a heading, a table's second line
_GITLAB = re.compile(r"^(section_(?:start|end)):")  # what its log folds by
_NUMBERED = re.compile(r"^([0-9]{1,9})([.)])(?=\s|$)")
_BULLET = re.compile(r"^\s*[-*•]\s+(?=\S)")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inline(text: str) -> str:
    """Markdown for `text` on one line: in a sentence, a table cell, a list item or at the start of a line."""
    return _line(one_line(mask(text)))


def linked(text: str) -> str:
    """As `inline`, but an address that a person gave as evidence ("url https://…") is a link that can be clicked."""
    parts, end = [], 0
    shown = one_line(mask(text))
    for found in _EVIDENCE_URL.finditer(shown):
        address = found[2] + quote(found[3], safe=_SAFE_IN_URL)
        parts += [_line(shown[end : found.start()]), f"{_line(found[1]).rstrip()} <{address}>"]
        end = found.end()
    return "".join((*parts, _line(shown[end:])))


def markup(text: str) -> str:
    """HTML for `text` on one line, also between the quotes of an attribute."""
    return html.escape(one_line(mask(text)))


def markup_linked(text: str) -> str:
    """As `markup`, with the links of `linked`; the page that they lead to is told nothing of this one."""
    parts, end = [], 0
    shown = one_line(mask(text))
    for found in _EVIDENCE_URL.finditer(shown):
        address = html.escape(found[2] + quote(found[3], safe=_SAFE_IN_URL))
        link = f'<a href="{address}" rel="noopener noreferrer">{address}</a>'
        parts += [html.escape(shown[end : found.start()] + found[1]), link]
        end = found.end()
    return "".join((*parts, html.escape(shown[end:])))


def block(text: str) -> str:
    """Markdown for text of several lines: paragraphs and line breaks stay, and lines that begin as list items are
    list items; nothing else in it has a meaning."""
    out: list[str] = []
    for raw in visible(mask(text)).strip("\n").split("\n"):
        bullet = _BULLET.match(raw)
        content = _line(one_line(raw[bullet.end() :] if bullet else raw))
        if bullet:
            if out and out[-1] and not out[-1].startswith("- "):
                out.append("")
            out.append(f"- {content}")
        elif content:
            if out and out[-1].startswith("- "):
                out.append("")
            elif out and out[-1]:
                out[-1] += "\\"  # a hard break: the line ended here for whoever typed it
            out.append(content)
        elif out and out[-1]:
            out.append("")
    return "\n".join(out).rstrip("\n")


def verbatim(text: str) -> str:
    """Markdown that shows every character of a text as it is: a block fenced by more backticks than it has in a row."""
    shown = visible(mask(text)).strip("\n")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{shown}\n{fence}"


def csv_cell(text: str, *, neutralise: bool = True) -> str:
    """Text for a CSV cell: control characters visible, secrets masked, and with `neutralise` an apostrophe before
    what a spreadsheet would run as a formula (also behind leading white space)."""
    shown = visible(mask(text))
    if neutralise and (text.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA)):
        return "'" + shown
    return shown


def _line(text: str) -> str:
    text = _PUNCTUATION.sub(r"\\\g<0>", text)
    text = _UNDERSCORES.sub(lambda match: "\\_" * len(match.group()), text)
    text = _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
    text = _SLASHES.sub(r"\/", text)
    text = _WWW.sub(r"\1\\.", text)
    text = _MENTION.sub(r"`\g<0>`", text)
    text = _NUMBERED.sub(r"\1\\\2", text)
    text = _GITLAB.sub(r"\1\\:", text)
    return _LINE_START.sub(r"\\\g<0>", text)
