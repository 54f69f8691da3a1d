"""`settings`: one's own settings file checked, its schema, and the actions that can have other keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readiness_tui.tui.key_table import actions
from readiness_tui.tui.preferences import schema
from tests.cli.conftest import Cli


def test_the_command_checks_and_prints_the_schema(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness_tui.services.core.locate.config_folder", lambda: tmp_path)
    assert cli("settings").code == 0
    assert "settings.yaml would be read" in cli("paths").out
    (tmp_path / "settings.yaml").write_text("keys:\n  gaps.owner: w\n", encoding="utf-8")
    assert "1 key of your own" in cli("settings").out
    assert cli("paths", "--json").json["settings"] == str(tmp_path / "settings.yaml")
    (tmp_path / "settings.yaml").write_text("keys:\n  gaps.owner: d\n", encoding="utf-8")
    assert (cli("settings").code, cli("settings").out) == (2, "")
    assert "gaps.owner" in cli("settings", "--keys").out
    assert json.loads(cli("settings", "--schema").out) == schema()
    assert set(schema()["properties"]["keys"]["properties"]) == set(actions())
