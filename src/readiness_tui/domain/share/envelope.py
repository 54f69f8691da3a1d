"""What stands around a bundle or an answer in its file: what it is, by which schema, and a digest that shows a change.

The digest is no signature: whoever changes a file can make a new one. It tells a file that was edited or cut from a whole one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from readiness_tui.domain.share.bundle import Answer, Bundle
from readiness_tui.domain.text.plain import digest_of, plain

SCHEMA = 1
MARK = "readiness_share"
MOST = 16 * 1024 * 1024  # bytes of a file's JSON


class ShareKind(StrEnum):
    BUNDLE = "bundle"
    ANSWER = "answer"


def envelope(value: Bundle | Answer) -> dict[str, Any]:
    """The content of the file, as JSON knows it."""
    kind = ShareKind.BUNDLE if isinstance(value, Bundle) else ShareKind.ANSWER
    content = plain(value)
    return {MARK: SCHEMA, "kind": kind.value, "digest": digest_of(content), "content": content}
