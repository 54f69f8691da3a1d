"""A person's own settings of the app, `settings.yaml`: a theme, and other keys for actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.located import DataPath, Located, quoted
from readiness_tui.sources.kit.yaml_safe import read_yaml

FIELDS = {
    "theme": "The colours, by the name of a theme.",
    "keys": "Actions by their id, each with the key, or the keys with commas between, that it shall have instead.",
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the file says, as it is written there. Whether such a theme or action exists, only the app knows."""

    theme: str
    keys: Mapping[str, str]
    file: Located

    def refused(self, path: DataPath, reason: str, remedy: str) -> ReadinessError:
        """The refusal of what stands at `path`, with file, line and field."""
        return refused(self.file, path, reason, remedy)


def read_preferences(path: Path) -> Preferences:
    """Read the file. Raises ReadinessError with file, line, field and reason for all that is no setting."""
    file = read_yaml(path)
    if not isinstance(file.value, dict):
        raise refused(file, (), "this is no mapping of settings", "Write for example “theme: nord”")
    for name in file.value:
        if name not in FIELDS:
            raise refused(file, (name,), f"there is no setting {quoted(name)}", f"There are {' and '.join(FIELDS)}")
    theme, keys = file.value.get("theme"), file.value.get("keys")
    if theme is not None and not isinstance(theme, str):
        raise refused(file, ("theme",), "a theme is named by a word", "Write for example “theme: nord”")
    if keys is not None and not isinstance(keys, dict):
        raise refused(file, ("keys",), "keys are a mapping of actions to keys", "Write for example “gaps.owner: w”")
    taken: dict[str, str] = {}
    for name, key in (keys or {}).items():
        # A digit is a number in YAML, and a key all the same.
        digit = isinstance(key, int) and not isinstance(key, bool) and 0 <= key <= 9
        if not digit and (not isinstance(key, str) or not key.strip()):
            raise refused(file, ("keys", name), "a key is a word such as “w”, “f5” or “ctrl+o”", "Put signs in quotes")
        taken[name] = str(key)
    return Preferences(theme or "", taken, file)


def refused(file: Located, path: DataPath, reason: str, remedy: str) -> ReadinessError:
    field = f"{one_line('.'.join(map(str, path)), 60)}: " if path else ""
    return ReadinessError(f"{file.at(path)}: {field}{reason}. {remedy}.")


def json_schema(themes: list[str], actions: Mapping[str, str]) -> dict[str, Any]:
    """The JSON Schema of the file, for editors; `actions`: what each id does."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "settings.yaml of readiness",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "theme": {"description": FIELDS["theme"], "enum": themes},
            "keys": {
                "description": FIELDS["keys"],
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    name: {"description": does, "type": ["string", "integer"]} for name, does in actions.items()
                },
            },
        },
    }
