"""The digest of a scorecard, over its plain form: for that no rule is needed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def scorecard_digest(plain_json: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON (sorted keys, no white space, ASCII) of a scorecard without its digest."""
    content = {key: entry for key, entry in plain_json.items() if key != "digest"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
