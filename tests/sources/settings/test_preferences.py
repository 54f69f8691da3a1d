"""settings.yaml: what is no setting is refused with file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.settings.preferences import read_preferences


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_theme_and_keys_are_read(tmp_path: Path) -> None:
    said = read_preferences(
        written(tmp_path, 'theme: nord\nkeys:\n  gaps.owner: w\n  app.help: 9\n  room.copy: "?, f5"\n')
    )
    assert (said.theme, dict(said.keys)) == ("nord", {"gaps.owner": "w", "app.help": "9", "room.copy": "?, f5"})
    assert read_preferences(written(tmp_path, "theme: nord\n")).keys == {}


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("colour: red\n", "settings.yaml:1:1: colour:", "there is no setting"),
        ("theme: [nord]\n", "settings.yaml:1:1: theme:", "named by a word"),
        ("theme: nord\nkeys: w\n", "settings.yaml:2:1: keys:", "a mapping of actions"),
        ("keys:\n  gaps.owner:\n", "settings.yaml:2:3: keys.gaps.owner:", "a key is a word"),
        ("keys:\n  gaps.owner: true\n", "settings.yaml:2:3: keys.gaps.owner:", "a key is a word"),
        ("keys:\n  gaps.owner: 12\n", "settings.yaml:2:3: keys.gaps.owner:", "a key is a word"),
        ("keys:\n  a: w\n  a: x\n", "settings.yaml:3:3:", "stands twice"),
        ("- nord\n", "settings.yaml:1:1:", "no mapping of settings"),
        ("", "settings.yaml:1:1:", "the file is empty"),
    ],
)  # fmt: skip
def test_what_is_no_setting_is_refused_at_its_line(tmp_path: Path, text: str, where: str, why: str) -> None:
    with pytest.raises(ReadinessError) as refused:
        read_preferences(written(tmp_path, text))
    assert where in str(refused.value)
    assert why in str(refused.value)
