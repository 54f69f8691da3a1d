"""Write docs/glossary.md from the words that the app shows: `python docs/make_glossary.py`. A test holds it to be current."""

from __future__ import annotations

import re
from pathlib import Path

from readiness_tui.domain.glossary import TOPICS, Term

TARGET = Path(__file__).with_name("glossary.md")

HEAD = """\
# Words and signs

Written by `docs/make_glossary.py` from `src/readiness_tui/domain/glossary`. In the app F1 explains what is focused, and
leads here; on the command line it is `readiness glossary WORD`. What a metric measures: [metrics.md](metrics.md). What a
proof counts: [proofs.md](proofs.md).
"""


def document() -> str:
    """The whole of docs/glossary.md."""
    parts = [HEAD]
    for topic in TOPICS:
        parts.append(f"\n## {topic.title}\n\n| Word | Meaning |\n|:---|:---|\n")
        parts += [f"| **{_word(term.word)}** | {_told(term)} |\n" for term in topic.terms]
    return "".join(parts)


def _told(term: Term) -> str:
    also = f" Also: {', '.join(map(_word, term.also))}." if term.also else ""
    more = f" More: [{term.page}]({term.page})." if term.page else ""
    return f"{term.meaning} {term.why}".strip() + also + more


def _word(word: str) -> str:
    """As it is, or as code where markdown would read something into its signs."""
    return word if re.fullmatch(r"[\w ,.%’'–—-]+", word) and "_" not in word else f"`{word}`"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
