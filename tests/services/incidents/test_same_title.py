"""A document of the title that a stored incident has: the same one, another one, or a question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.incidents import edit
from readiness_tui.services.incidents.imports import WhichIncident, import_file
from readiness_tui.services.review import reviews
from tests.conftest import NOW


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(tmp_path / "ana.db", "ana", create=True, clock=lambda: NOW)
    reviews.new_review(desk, system="Support bot", release="1")
    yield desk
    desk.close()


def bring(desk: Desk, tmp_path: Path, name: str, text: str, *, fresh: bool = False, number: int | None = None) -> str:
    """The incident that a document went to, with what was said of it."""
    file = tmp_path / name
    file.write_text(text)
    told = import_file(desk, file, fresh=fresh, number=number)
    assert told.merged is not None
    merged = any("was merged into that incident" in doubt.text for doubt in told.doubts)
    return f"{told.merged.incident.name}{' merged' if merged else ''}"


def dated(title: str, day: str, action: str = "Bound the queue") -> str:
    return f"# {title}\n\n## Timeline\n- {day} 06:05 UTC belt stops\n\n## Action items\n- {action} for good\n"


def test_a_title_and_a_day_together_are_the_same_incident_and_that_is_said(desk: Desk, tmp_path: Path) -> None:
    assert bring(desk, tmp_path, "a.md", dated("Belt stopped", "2026-08-03")) == "INC-1"
    assert bring(desk, tmp_path, "b.md", dated("Belt stopped", "2026-08-04", "Oil it")) == "INC-1 merged"
    assert bring(desk, tmp_path, "c.md", dated("Belt stopped", "2026-09-21")) == "INC-2"
    assert bring(desk, tmp_path, "c.md", dated("Belt stopped", "2026-09-21")) == "INC-2"


@pytest.mark.parametrize("title", ["Incident Review", "Post-mortem", "Incident Report", "Outage"])
def test_a_title_that_says_only_what_the_document_is_names_no_incident(desk: Desk, tmp_path: Path, title: str) -> None:
    assert bring(desk, tmp_path, "a.md", dated(title, "2026-08-03")) == "INC-1"
    assert bring(desk, tmp_path, "b.md", dated(title, "2026-09-21")) == "INC-2"
    with pytest.raises(WhichIncident, match=r"INC-2 \(2026-09-21\).*--new") as asked:
        bring(desk, tmp_path, "c.md", dated(title, "2026-09-21", "Another"))
    assert [one.name for one in asked.value.among] == ["INC-2"]
    assert bring(desk, tmp_path, "c.md", dated(title, "2026-09-21", "Another"), fresh=True) == "INC-3"


def test_a_day_that_is_not_told_is_asked_about_even_while_one_is_running(desk: Desk, tmp_path: Path) -> None:
    assert bring(desk, tmp_path, "a.md", dated("Belt stopped", "2026-08-03")) == "INC-1"
    undated = "# Belt stopped\n\n## Action items\n- Oil it every week\n"
    with pytest.raises(WhichIncident, match="not on which day"):
        bring(desk, tmp_path, "b.md", undated)
    assert len(edit.listed(desk)) == 1
    assert bring(desk, tmp_path, "b.md", undated, number=1) == "INC-1"
    assert bring(desk, tmp_path, "d.md", undated + "- And again on Monday\n", fresh=True) == "INC-2"


def test_a_document_without_a_day_takes_none_from_the_incident_that_is_running(desk: Desk, tmp_path: Path) -> None:
    assert bring(desk, tmp_path, "a.md", dated("Belt stopped", "2026-08-03")) == "INC-1"
    undated = "# Gate jammed\n\n## Timeline\n- 10:00 gate jams\n- 10:30 freed\n\n## Action items\n- Grease the gate\n"
    assert bring(desk, tmp_path, "b.md", undated) == "INC-2"
    assert edit.get(desk, 2).timeline == ()
    assert bring(desk, tmp_path, "c.md", undated.replace("jams", "is stuck"), number=1) == "INC-1"
    assert f"{edit.get(desk, 1).timeline[-1].at:%Y-%m-%d %H:%M}" == "2026-08-03 10:30"
