"""Wiki text of Jira and Confluence as markdown, line by line, so that the line numbers stay.

"h2. Timeline", "||Time||Event||", "* item" and "** nested", "# step", {code}, {panel}, *bold*, -struck-, {{code}},
[words|address], (/) for done. See Atlassian's "Text Formatting Notation Help".
"""

from __future__ import annotations

import re

_HEADING = re.compile(r"\s*h([1-6])\.\s+(.*)$")
_HEADER_ROW = re.compile(r"\s*\|\|(.*?)(?:\|\|)?\s*$")
_LIST = re.compile(r"(\s*)([*#-]{1,6})\s+(\S.*)$")
_FENCE = re.compile(r"\s*\{(?:code|noformat)(?::[^{}]{0,200})?\}\s*$")
_MACRO = re.compile(
    r"\s*\{(?:panel|info|note|warning|tip|quote|toc|expand|excerpt|section|column)(?::[^{}]{0,500})?\}\s*$"
)
_TITLED = re.compile(r"\s*\{(?:panel|expand):[^{}]{0,200}?title=([^|{}]{1,100})[^{}]{0,200}\}\s*$")
_MONO = re.compile(r"\{\{([^{}\n]{1,500})\}\}")
_STRUCK = re.compile(r"(?<![\w-])-(?=[^\s-])([^\n]{1,500}?[^\s-])-(?![\w-])")
_MARKS = (("(/)", "✅"), ("(x)", "❌"), ("(!)", "⚠"), ("(?)", "?"))


def is_wiki(text: str) -> bool:
    """Whether headings or table heads are those of the wiki, and none are markdown's."""
    lines = text.split("\n", 2000)[:2000]
    wiki = sum(bool(_HEADING.match(line) or line.lstrip().startswith("||")) for line in lines)
    return wiki > 0 and not any(re.match(r" {0,3}#{2,6} \S|\s*\|?\s*:?-{3,}:?\s*\|", line) for line in lines)


def as_markdown(text: str) -> str:
    """The same text in markdown where it is wiki text, else the text itself."""
    if not is_wiki(text):
        return text
    out: list[str] = []
    code = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            code = not code
            out.append("```")
        elif code:
            out.append(line)
        else:
            out.append(_line(line))
    return "\n".join(out)


def _line(line: str) -> str:
    if heading := _HEADING.match(line):
        return f"{'#' * int(heading[1])} {heading[2]}"
    if title := _TITLED.match(line):
        return f"**{title[1].strip()}**"
    if _MACRO.match(line):
        return ""
    text = _MONO.sub(r"`\1`", line)
    for mark, sign in _MARKS:
        text = text.replace(mark, sign)
    if header := _HEADER_ROW.match(text):
        return f"|| {header[1].replace('||', ' | ')} |"  # read as the head of a table without a second line
    if item := _LIST.match(text):
        depth, sign = len(item[2]) - 1, "1." if item[2][-1] == "#" else "-"
        words = _STRUCK.sub(r"~~\1~~", item[3])
        return f"{item[1]}{'  ' * depth}{sign} {words}"
    return _STRUCK.sub(r"~~\1~~", text)
