"""Write the sample's generated files: `python sample_data/make.py [FOLDER]`, without a folder beside this file.

No clock and no outside library: the same bytes every time. Texts are in source/*.toml; gate.yaml, review.yaml,
incidents.json and the README are written by hand.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from source import log, promptfoo, runs  # noqa: E402
from source.common import cases, golden, line  # noqa: E402


def dataset_digest(lines: list[dict[str, Any]]) -> str:
    """SHA-256 of the golden cases in order of their ids, as `readiness` computes it on import."""
    ordered = sorted(lines, key=lambda case: str(case["id"]))
    return hashlib.sha256(
        json.dumps(ordered, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def files() -> dict[str, str]:
    """Every generated file by its path below the sample's folder."""
    every = cases()
    golden_lines = [golden(case) for case in every]
    digest = dataset_digest(golden_lines)
    made = {
        "golden_set.jsonl": "".join(map(line, golden_lines)),
        "structured_log.jsonl": "".join(map(line, log.traces())),
    }
    for role, pipeline in (("baseline", runs.BASELINE), ("candidate", runs.CANDIDATE)):
        made[f"runs/{role}.cases.jsonl"] = "".join(map(line, runs.own_format(every, pipeline, digest)))
        made[f"runs/{role}.promptfoo.json"] = (
            json.dumps(promptfoo.results(every, pipeline), ensure_ascii=False, indent=1) + "\n"
        )
    return made


def main(folder: Path) -> None:
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
