"""Inline markup off a text: the one place that knows bold, code, links, strikes, HTML and wiki marks.

Every cell, label, list item and line goes through `plain` before a value is read from it, so that a date in code ticks
is a date and a bold owner a person. Not the same as the blocks of a document (see `markdown_blocks`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

_LINK = re.compile(r"!?\[([^\[\]]*)\]\(<?([^()\s>]*(?:\([^()\s]*\))?[^()\s>]*)>?(?:\s+\"[^\"]*\")?\)")
# A link by its name; "[P1][@joe]" and "[@joe][2026-10-20]" are two values.
_REFERENCE = re.compile(r"!?\[(?!@)([^\[\]]{1,300})\]\[(?!@|[0-9]{1,4}[-/.][0-9]{1,2}|[pP][0-5]\])[^\[\]]{0,100}\]")
_WIKI_LINK = re.compile(r"\[([^\[\]|]{1,300})\|((?:https?|mailto):[^\s\[\]|]{1,2000})(?:\|[^\[\]]{0,60})?\]")
_WIKI_NAME = re.compile(r"\[~(?:accountid:)?([^\[\]\s]{1,80})\]")
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^<>\s]{1,2000})>")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])([^*_]+?)(?<=[^\s*_])\1(?![\w*_])")
_HIDDEN = re.compile(r"\\([!-/:-@\[-`{-~])|`+")
_STRUCK = re.compile(r"~~(?=\S)([^~]{1,2000}?)~~|<(del|s|strike)>(.{1,2000}?)</\2>", re.DOTALL | re.IGNORECASE)
_BREAKS = re.compile(r"[^\S\n]*<br\s*/?>[^\S\n]*", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|center|cite|code|del|details|div|dd|dl|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p"
    r"|pre|q|s|samp|section|small|span|strike|strong|sub|summary|sup|table|tbody|td|th|thead|time|tr|tt|u|ul|var)"
    r"(?:\s[^<>]{0,500})?\s*/?>",
    re.IGNORECASE,
)
_WIKI_MACRO = re.compile(
    r"\{(?:color|status|panel|quote|noformat|code|info|note|warning|tip|anchor|toc)(?::[^{}]{0,200})?\}"
)
_WIKI_BRACED = re.compile(r"\{([*_+-])\}")
_RUNS = re.compile(r"\s{50,}")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,40}\]")


def plain(text: str) -> str:
    """Text as a reader sees it: no emphasis, ticks, tags or strikes; a link as its words with the address behind it;
    escapes and entities resolved. A <br> is a line end."""
    if not re.search(r"[\\`*_\[<~&{\x00]", text):
        return text.strip()
    kept: list[str] = []

    def hide(said: str) -> str:
        kept.append(said)
        return f"\x00{len(kept) - 1}\x00"

    text = _without_code(text.replace("\x00", ""), hide)
    text = _LINK.sub(_words_and_target, text)
    text = _WIKI_LINK.sub(_words_and_target, text)
    text = _REFERENCE.sub(r"\1", _WIKI_NAME.sub(r"@\1", _AUTOLINK.sub(r"\1", text)))
    text = _WIKI_BRACED.sub(r"\1", _WIKI_MACRO.sub("", _FOOTNOTE.sub("", text)))
    text = _STRUCK.sub(lambda match: match[1] or match[3] or "", text)
    text = _TAG.sub("", _BREAKS.sub("\n", text))
    for _ in range(2):
        text = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text))
    text = _RUNS.sub(_shortened, html.unescape(text).replace("\xa0", " "))
    for _ in range(2):  # code inside the words of a link that was hidden before
        text = re.sub("\x00([0-9]+)\x00", lambda match: kept[int(match[1])], text)
    return text.strip()


def cell(text: str) -> str:
    """`plain` on one line, without the part that is struck out where something else stands beside it."""
    return " ".join(plain(unstruck(text)).split())


def unstruck(text: str) -> str:
    """The text without what is struck out; all of it where nothing else is left."""
    left = _STRUCK.sub("", text)
    return left if re.search(r"\w", left) else text


def struck(text: str) -> str:
    """The words that are struck out in a text."""
    return "; ".join(filter(None, (plain(match[1] or match[3]) for match in _STRUCK.finditer(text))))


def is_struck(text: str) -> bool:
    """Whether all the words of a text are struck out."""
    found = _STRUCK.search(text)
    return found is not None and not re.search(r"\w", _STRUCK.sub("", text))


def _shortened(run: re.Match[str]) -> str:
    """Blanks that tags and entities left: more say nothing, and each expression after this would try every one."""
    return "\n\n" if "\n" in run[0] else " "


def _words_and_target(match: re.Match[str]) -> str:
    words, target = match[1].strip(), match[2]
    return target if not words or words == target else f"{words} ({target})" if target else words


def _without_code(text: str, hide: Callable[[str], str]) -> str:
    """Code spans and escaped signs put away by `hide`. A span ends at the next run of as many ticks; a run without one
    is text."""
    runs = list(_HIDDEN.finditer(text))
    closing: list[int] = [-1] * len(runs)
    last: dict[int, int] = {}
    for place in range(len(runs) - 1, -1, -1):
        if runs[place][1] is None:
            closing[place] = last.get(len(runs[place][0]), -1)
            last[len(runs[place][0])] = place
    out: list[str] = []
    at = place = 0
    while place < len(runs):
        run = runs[place]
        out.append(text[at : run.start()])
        at = run.end()
        if run[1] is not None:
            out.append(hide(run[1]))
        elif closing[place] > 0:
            end = runs[closing[place]]
            said = text[at : end.start()]
            out.append(hide(said[1:-1] if said[:1] == said[-1:] == " " and said.strip() else said))
            at, place = end.end(), closing[place]
        else:
            out.append(run[0])
        place += 1
    return "".join((*out, text[at:]))
