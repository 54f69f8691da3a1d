"""`gate.lock`: who declared a gate final and when, as a small YAML file to be committed beside the gate.

One line is a checksum of the others. It tells a slip of the hand, not a forger: git is the witness against those.
Files of earlier versions have none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.runs.holding import LockedSet
from readiness_tui.domain.text.plain import digest_of, plain
from readiness_tui.sources.kit.located import Located

_HEAD = """\
# Thresholds declared before the change was tested. A run that started after `at` is registered; a gate, dataset or
# judge whose digest has changed since is reported. Written by `readiness gate lock`; locking again replaces it.
"""
_SETS = """\
# The golden sets that were known then, by digest, with a word for each of their cases: what it is called and what it
# asks and expects, shortened. By them a set that only gained cases is told from one that changed.
"""
_LONGEST_NAME = 400  # characters; no name that the program writes is longer
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def lock_text(gate: Gate, lock: Lock) -> str:
    """The file's content: the same lock gives the same bytes."""
    entries = {"gate": gate.name, **plain(replace(lock, sets=()))}
    entries["at"] = entries["at"].replace("+00:00", "Z")
    entries = {name: value for name, value in entries.items() if value}
    sets = {one.digest: " ".join(sorted(one.cases)) for one in lock.sets}
    seal = _sealed({**entries, **({"datasets": sets} if sets else {})})
    told = "".join(f"{name}: {_text(value)}\n" for name, value in {**entries, **seal}.items())
    return _HEAD + told + _sets_text(sets)


def _sets_text(sets: Mapping[str, str]) -> str:
    if not sets:
        return ""
    listed = (f"  {_text(digest)}: {_text(words)}\n" for digest, words in sets.items())
    return _SETS + "datasets:\n" + "".join(listed)


def _sealed(entries: Mapping[str, Any]) -> dict[str, str]:
    return {"checksum": digest_of(dict(entries))}


def remarks(path: Path) -> tuple[str, ...]:
    """What a reader of the lock at `path` should know."""
    from readiness_tui.sources.kit.yaml_safe import read_yaml

    said = []
    if not _yaml(read_yaml(path)).get("checksum"):
        said.append(
            f"{path.name} has no checksum, as earlier versions wrote none: only git tells whether it was edited."
        )
    if any(path.parent.glob(f".{path.name}.*.pending")):
        said.append(
            f"A `gate lock` was interrupted in the folder of {path.name}, which may be the lock before: `readiness gate"
            " check` with the database finishes it, or removes what was begun."
        )
    return tuple(said)


def read_lock(path: Path) -> Lock:
    """The lock of a file. Raises `ReadinessError` naming file, line, column, field, reason and remedy."""
    from readiness_tui.sources.kit.yaml_safe import read_yaml

    return _lock(read_yaml(path))


def parse_lock(text: str, where: str) -> Lock:
    """The lock of a YAML text; `where` names it in messages."""
    from readiness_tui.sources.kit.yaml_safe import load_yaml

    return _lock(load_yaml(text, where))


def _text(value: str) -> str:
    """A double-quoted YAML scalar: JSON's form, with the characters escaped that YAML would not take as they are."""
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(value, ensure_ascii=False))


def _yaml(located: Located) -> dict[str, Any]:
    """The entries, of a file that is a lock and was not edited."""
    from functools import partial
    from typing import Annotated

    from pydantic import AfterValidator, BaseModel, ConfigDict

    from readiness_tui.sources.kit.validation import Problem, refuse, validated
    from readiness_tui.sources.settings.gate_schema import Word, word

    class LockYaml(BaseModel):  # the fields of a Lock, and the name of its gate for whoever reads the file
        model_config = ConfigDict(extra="forbid", strict=True)
        by: Annotated[str, AfterValidator(partial(word, most=_LONGEST_NAME))]
        at: Word
        gate_digest: Word
        gate: Word | None = None
        dataset_digest: Word | None = None
        judge_digest: Annotated[str, AfterValidator(partial(word, most=_LONGEST_NAME))] | None = None
        datasets: dict[Word, str] = {}
        checksum: Word | None = None

    entries: dict[str, Any] = validated(LockYaml, located).model_dump(exclude_none=True)
    assert isinstance(located.value, dict)
    written = {str(name): value for name, value in located.value.items() if name != "checksum"}  # as they stand
    if "checksum" in entries and _sealed(written)["checksum"] != entries["checksum"]:
        reason = "the lock was edited since it was written: its lines no longer give this checksum"
        act = "Bring it back from git (git checkout -- gate.lock), or lock the gate again: `readiness gate lock`"
        raise refuse(located, [Problem(("checksum",), reason, act)])
    return entries


def _lock(located: Located) -> Lock:
    from readiness_tui.sources.kit.validation import Problem, refuse

    entries = _yaml(located)
    try:
        at = datetime.fromisoformat(entries["at"])
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        reason = f"{entries['at']!r} is not a time with its zone"
        raise refuse(located, [Problem(("at",), reason, "Write it in UTC, such as 2026-11-20T09:14:00Z")])
    sets = tuple(LockedSet(digest, frozenset(words.split())) for digest, words in entries.get("datasets", {}).items())
    kept = {name: value for name, value in entries.items() if name not in ("gate", "at", "checksum", "datasets")}
    return Lock(**kept, at=at.astimezone(UTC), sets=sets)
