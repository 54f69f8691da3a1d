"""What stands around a bundle or an answer in its file: what it is, by which schema, and a digest that shows a change.

The digest is no signature: whoever changes a file can make a new one. It tells a file that was edited or cut from a whole one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from readiness_tui.domain.share.bundle import Answer, Bundle
from readiness_tui.domain.text.plain import digest_of, plain
from readiness_tui.domain.text.sanitise import to_json

SCHEMA = 1
MARK = "readiness_share"
MOST = 16 * 1024 * 1024  # bytes of a file's JSON


class ShareKind(StrEnum):
    BUNDLE = "bundle"
    ANSWER = "answer"


def enveloped(value: Bundle | Answer) -> str:
    """The text of the file. What it is stands at its beginning, where whoever is handed a large one looks."""
    kind = ShareKind.BUNDLE if isinstance(value, Bundle) else ShareKind.ANSWER
    return sealed(kind, plain(value))


def sealed(kind: ShareKind, content: Any) -> str:
    """The same of a content as JSON knows it."""
    return (
        f'{{"{MARK}": {SCHEMA}, "kind": "{kind}", "digest": "{digest_of(content)}",\n"content": {to_json(content)}}}\n'
    )
