"""A bundle's checklists may be of a newer version, or made up: what this program cannot judge is refused or left unproven."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.checklists.codec import content_digest, from_plain
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.share.envelope import ShareKind, sealed
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess
from readiness_tui.services.share import giving, taking
from tests.conftest import NOW
from tests.hostile import POISON
from tests.services.share.conftest import Apart


def with_item(apart: Apart, **fields: Any) -> Path:
    """A bundle whose first item has these fields, under digests that fit."""
    file = apart.folder / "odd.json"
    giving.write(file, giving.bundle(apart.first, "chloe"))
    content = json.loads(file.read_text())["content"]
    checklist = content["checklists"][0]
    checklist["items"][0] |= fields
    checklist["digest"] = content_digest(from_plain(checklist))
    file.write_text(sealed(ShareKind.BUNDLE, content))
    return file


@pytest.mark.parametrize(
    "fields",
    [
        {"probe": {"query": "nobody_knows_this", "kind": "share"}},
        {"probe": {"query": "prompt_version_logged", "kind": "fact", "required": 7.0}},
        {"probe": {"query": "tool_io_logged", "kind": "share", "declares": ["nothing"]}},
        {"weight": 2**62},
        {"same_as": ["OBS-01", "NOPE-1"]},
        {"ticks": ["a", "a"]},
        {"title": POISON, "why": POISON, "evidence": POISON, "improve": POISON},
        {"title": ""},
        {"severity": "minor", "depth": "full", "weight": 0},
    ],
    ids=str,
)
def test_it_is_scored_or_refused(fields: dict[str, Any], apart: Apart) -> None:
    file = with_item(apart, **fields)
    (apart.folder / "there").mkdir()
    path = apart.folder / "there" / "readiness.db"
    try:
        desk = taking.take(path, taking.bundle_in(file), "chloe", clock=lambda: NOW)
    except ReadinessError:
        assert not path.exists()
        return
    view = load(desk)
    assess.score(desk, ["OBS-01"], 1)
    assert load(desk).dossier("OBS-01").votes[0].points == 1
    assert view.dossier("OBS-01").item.title == fields.get("title", view.dossier("OBS-01").item.title)
    desk.close()
