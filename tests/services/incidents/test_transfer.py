"""Incidents from files and to files: nothing twice, nothing lost, and the same record on the other machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Action, ActionKind, FailureClass, Incident, NoteStatus, Sev
from readiness_tui.reports.incident_text import merged_text
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents import edit, exports
from readiness_tui.services.incidents.imports import UnrecognisedIncident, explain_file, import_file
from readiness_tui.services.review import assess, history, reviews, scorecard
from tests.conftest import NOW
from tests.incident_lines import write_line

DATA = Path(__file__).parents[2] / "data" / "incidents"
KEY = "AKIAIOSFODNN7EXAMPLE"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    """ana and ben, each with a file of one system."""
    desks = []
    for who in ("ana", "ben"):
        desk = open_desk(tmp_path / f"{who}.db", who, create=True, clock=lambda: NOW)
        reviews.new_review(desk, system="Support bot", release="1")
        desks.append(desk)
    yield desks[0], desks[1]
    for desk in desks:
        desk.close()


def filled(desk: Desk) -> Incident:
    """An incident with something in every part, opinions, bars, lists and a control by itself."""
    at = datetime(2026, 11, 18, 8, 0, 12, tzinfo=UTC)
    number = edit.create(desk, "Refunds: paid twice", Sev.SEV2, started=at, traces=["trace-1", "trace-2"]).number
    edit.set_time(desk, number, "resolved", at + timedelta(hours=2))
    write_line(desk, number, "the alert | fires\nagain", at=at + timedelta(minutes=1), source="log")
    write_line(desk, number, "I think it is the cache", at=at + timedelta(minutes=2), source="opinion")
    for key, text in {
        "summary": "Two calls.\nOne refund too many.\n\n- first: `a_b`\n- second @ana #12",
        "impact": "Refunds | 12 | ledger\nHours lost | 3",
        "factors": "The retry has no key | tool\nNobody watched: a Saturday",
        "reproduction": "8 of 10 replays of case-1",
        "controls": "REL-02 Fallback | held",
        "went_well": "1. Quick\n2. Calm",
        "harm": "Money",
        "questions": "Why **twice**?",
        "reviewers": "ana, ben",
        "kept": "# Old\n\n| a | b |\n```\ncode\n```",
    }.items():
        edit.set_field(desk, number, key, text)
    edit.classify(desk, number, FailureClass.TOOL, "")
    edit.link(desk, number, eval_cases=["?case-1"])
    action = Action(0, "A key for `refund`", ActionKind.PREVENT, "ben", verify="replay case-1")
    action_id = edit.put_action(desk, number, action)
    edit.begin_action(desk, number, action_id)
    edit.put_action(desk, number, Action(0, "Alert on pairs", ActionKind.DETECT, done=NOW.date()))
    edit.set_status(desk, number, NoteStatus.IN_REVIEW)
    return edit.get(desk, number)


def written(desk: Desk, tmp_path: Path, format: str, number: int = 1) -> Path:
    path = tmp_path / f"{desk.who}-{number}.{format}"
    path.write_text(exports.text(desk, number, format, short=False))
    return path


def changes(desk: Desk) -> int:
    return len(history.log(desk))


def test_the_same_postmortem_again_adds_nothing(two: tuple[Desk, Desk]) -> None:
    ana, _ = two
    first = import_file(ana, DATA / "sre-book.md")
    assert first.merged is not None
    assert first.merged.created
    assert merged_text(first.merged).startswith(
        "INC-1 sev3 is new: Loan desk search postmortem (incident #31) (5 lines"
    )
    before = changes(ana)
    again = import_file(ana, DATA / "sre-book.md")
    assert again.merged is not None
    assert merged_text(again.merged) == "INC-1 has all of it already; nothing was added."
    assert changes(ana) == before
    assert len(edit.listed(ana)) == 1


def test_what_was_edited_after_an_import_stays(two: tuple[Desk, Desk]) -> None:
    ana, _ = two
    import_file(ana, DATA / "sre-book.md")
    edit.set_field(ana, 1, "summary", "Shorter.")
    edit.remove_entry(ana, 1, edit.get(ana, 1).timeline[0].id)
    again = import_file(ana, DATA / "sre-book.md", number=1)
    now = edit.get(ana, 1)
    assert again.merged is not None
    assert not again.merged.anything
    assert (now.fields["summary"], now.rivals, len(now.timeline)) == ("Shorter.", (), 4)


def test_a_document_never_replaces_what_somebody_wrote(two: tuple[Desk, Desk], tmp_path: Path) -> None:
    ana, _ = two
    number = edit.create(ana, "Search down", Sev.SEV1, started=NOW).number
    edit.set_field(ana, number, "summary", "Ours.")
    done = import_file(ana, DATA / "sre-book.md", number=number)
    now = edit.get(ana, number)
    assert (now.title, now.severity, now.started, now.fields["summary"]) == ("Search down", Sev.SEV1, NOW, "Ours.")
    assert [(rival.section, rival.by) for rival in now.rivals] == [("summary", "ana, from sre-book.md")]
    assert any("Started is 5 Mar 2024 14:54 UTC in the file" in doubt.text for doubt in done.doubts)
    assert "From sre-book.md:" in now.fields["kept"]
    assert len(now.actions) == 4


def test_our_markdown_comes_back_as_the_same_record(two: tuple[Desk, Desk], tmp_path: Path) -> None:
    ana, ben = two
    filled(ana)
    path = written(ana, tmp_path, "md")
    before = changes(ana)
    same = import_file(ana, path)
    assert same.merged is not None
    assert merged_text(same.merged) == "INC-1 has all of it already; nothing was added.", same.merged
    assert (changes(ana), same.kept) == (before, ())
    import_file(ben, path)
    assert exports.text(ben, 1, short=False) == path.read_text()
    assert import_file(ben, path).merged == import_file(ben, path).merged


def test_our_json_comes_back_byte_for_byte(two: tuple[Desk, Desk], tmp_path: Path) -> None:
    ana, ben = two
    filled(ana)
    path = written(ana, tmp_path, "json")
    import_file(ben, path)
    assert exports.text(ben, 1, "json") == path.read_text() == exports.text(ana, 1, "json")
    assert json.loads(path.read_text())["derived"]["reproduction"][0]["k"] == 8


def test_two_machines_come_to_the_same_incident(two: tuple[Desk, Desk], tmp_path: Path) -> None:
    ana, ben = two
    filled(ana)
    import_file(ben, written(ana, tmp_path, "json"))
    for desk, minute in ((ana, 5), (ben, 6)):
        desk.clock = lambda minute=minute: NOW + timedelta(minutes=minute)
        edit.set_field(desk, 1, "summary", f"As {desk.who} sees it.")
        write_line(desk, 1, f"{desk.who} was here", at=NOW)
    edit.set_field(ben, 1, "harm", "A little money")
    files = [written(desk, tmp_path, "json") for desk in two]
    done = import_file(ana, files[1])
    import_file(ben, files[0])
    assert done.merged is not None
    assert "1 line of the timeline, 2 sections, 1 other text to settle" in merged_text(done.merged)
    for desk in two:
        now = edit.get(desk, 1)
        assert (now.fields["summary"], now.fields["harm"]) == ("As ben sees it.", "A little money")
        assert [(rival.text, rival.by) for rival in now.rivals] == [("As ana sees it.", "ana")]
        assert {entry.text for entry in now.timeline} >= {"ana was here", "ben was here"}
    ours, theirs = (json.loads(exports.text(desk, 1, "json"))["incident"] for desk in two)
    for copy in (ours, theirs):  # each machine knows its own past
        for section in copy["sections"].values():
            del section["earlier"]
    assert ours == theirs
    before = changes(ana)
    import_file(ana, files[1])
    assert changes(ana) == before
    history.undo(ana, history.log(ana)[0].id)
    assert edit.get(ana, 1).fields["summary"] == "As ana sees it."


def test_a_note_that_is_reviewed_elsewhere_is_reviewed_here_only_by_hand(
    two: tuple[Desk, Desk], tmp_path: Path
) -> None:
    ana, ben = two
    filled(ana)
    import_file(ben, written(ana, tmp_path, "json"))
    edit.set_status(ben, 1, NoteStatus.REVIEWED)
    done = import_file(ana, written(ben, tmp_path, "json"))
    assert edit.get(ana, 1).status is NoteStatus.IN_REVIEW
    assert done.merged is not None
    assert any("Move it on here" in said for said in done.merged.said)
    # Once it is reviewed here too, closing it elsewhere closes it: no item is reopened by that.
    edit.set_status(ana, 1, NoteStatus.REVIEWED)
    ben.clock = lambda: NOW + timedelta(days=1)
    edit.set_status(ben, 1, NoteStatus.CLOSED, no_eval_reason="the supplier is gone")
    done = import_file(ana, written(ben, tmp_path, "json"))
    closed = edit.get(ana, 1)
    assert (closed.status, closed.closed) == (NoteStatus.CLOSED, NOW.date() + timedelta(days=1))
    assert done.merged is not None
    assert not any("Move it on here" in said for said in done.merged.said)


def test_a_reviewed_note_that_is_new_here_reopens_no_item_unseen(two: tuple[Desk, Desk], tmp_path: Path) -> None:
    ana, ben = two
    filled(ana)
    edit.set_field(ana, 1, "controls", "REL-02 | failed")
    edit.set_status(ana, 1, NoteStatus.CLOSED, no_eval_reason="It cannot be replayed")
    assess.score(ben, ["REL-02"], 1)
    done = import_file(ben, written(ana, tmp_path, "json"))
    assert done.merged is not None
    assert any("REL-02 did not hold" in said for said in done.merged.said)
    assert (edit.get(ben, 1).status, edit.get(ben, 1).closed) == (NoteStatus.IN_REVIEW, None)
    assert edit.reopening(ben, 1, NoteStatus.REVIEWED) is not None


def test_an_incident_that_another_system_exported_is_taken_as_ones_own_and_said_so(
    two: tuple[Desk, Desk], tmp_path: Path
) -> None:
    ana, ben = two
    filled(ana)
    reviews.new_review(ben, system="Search", release="1")
    done = import_file(ben, written(ana, tmp_path, "json"))
    assert done.merged is not None
    assert "of “Support bot”; here it is an incident of “Search”" in done.merged.said[0]
    assert [(one.system, one.uid) for one in edit.listed(ben)] == [("Search", edit.get(ana, 1).uid)]
    assert not import_file(ben, written(ana, tmp_path, "json")).merged.anything  # type: ignore[union-attr]


def test_the_gap_follows_an_action_that_changed_elsewhere(two: tuple[Desk, Desk], tmp_path: Path) -> None:
    ana, ben = two
    filled(ana)
    import_file(ben, written(ana, tmp_path, "json"))
    ben.clock = lambda: NOW + timedelta(minutes=5)
    mine, theirs = (next(one for one in edit.get(desk, 1).actions if one.owner == "ben") for desk in two)
    edit.put_action(ben, 1, replace(theirs, owner="cleo", due=date(2026, 12, 24)))
    key = f"incident/1/{mine.id}"
    before = next(gap for gap in load(ana).gaps.values() if gap.key == key)
    import_file(ana, written(ben, tmp_path, "json"))
    gap = next(gap for gap in load(ana).gaps.values() if gap.key == key)
    assert (before.owner, gap.owner, gap.due) == ("ben", "cleo", date(2026, 12, 24))
    assert gap.due_changes == (f"{before.due} -> 2026-12-24 by ana",)


def test_a_record_of_another_incident_is_refused(two: tuple[Desk, Desk], tmp_path: Path) -> None:
    ana, ben = two
    filled(ana)
    edit.create(ben, "Another", Sev.SEV3)
    with pytest.raises(ReadinessError, match="another incident than INC-1"):
        import_file(ben, written(ana, tmp_path, "json"), number=1)


def test_lines_alone_go_to_the_open_incident(two: tuple[Desk, Desk]) -> None:
    ana, _ = two
    chat = DATA / "chat-slack.txt"
    number = edit.create(ana, "Refunds", Sev.SEV2, started=datetime(2026, 11, 18, 13, 0, tzinfo=UTC)).number
    done = import_file(ana, chat)
    assert done.merged is not None
    assert (done.merged.incident.number, done.merged.lines) == (number, 4)
    assert edit.get(ana, number).timeline[0].by == "ana"
    edit.create(ana, "Another", Sev.SEV2)
    with pytest.raises(ReadinessError, match="2 incidents are open"):
        import_file(ana, chat, day=NOW.date())
    assert explain_file(chat, day=NOW.date()).lines == 4


def test_no_secret_and_no_address_leaves(two: tuple[Desk, Desk]) -> None:
    ana, _ = two
    number = edit.create(ana, f"Key {KEY} of mia@corp.com leaked <b>", Sev.SEV1, started=NOW).number
    write_line(ana, number, f"mail mia@corp.com, {KEY}", at=NOW)
    edit.set_field(ana, number, "kept", f"{KEY} mia@corp.com <script>alert(1)</script>")
    for format in exports.FORMATS:
        text = exports.text(ana, number, format, short=False)
        assert KEY not in text
        assert "mia@corp.com" not in text
        assert text == exports.text(ana, number, format, short=False)
    page = exports.text(ana, number, "html", short=False)
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=", page)


def test_a_team_replaces_both_documents(sample_desk: Desk, tmp_path: Path) -> None:
    folder = sample_desk.store.path.parent / "templates"
    folder.mkdir()
    (folder / "incident.md.j2").write_text("Ours: {{ incident.title }}\n{{ mark }}")
    (folder / "scorecard.md.j2").write_text("Our card: {{ card.system }}")
    assert exports.text(sample_desk, 1).startswith("Ours: New retrieval index")
    assert scorecard.text(sample_desk).startswith("Our card: ")
    other = tmp_path / "other"
    other.mkdir()
    assert exports.text(sample_desk, 1, templates=other).startswith("# Incident review")
    with pytest.raises(ReadinessError, match="is no folder"):
        scorecard.text(sample_desk, templates=tmp_path / "none")


def test_the_review_stands_in_the_note(sample_desk: Desk) -> None:
    before = exports.text(sample_desk, 1)
    assert "- **Review** Support bot 2026.11, 24 Nov 2026\n" in before
    assert "- **Related item** OBS-06 Alerting for latency/cost spikes: " in before
    card = scorecard.freeze(sample_desk)
    assert f"**scorecard** `{card.digest[:12]}`" in exports.text(sample_desk, 1)
    assert json.loads(exports.text(sample_desk, 1, "json"))["review"]["scorecard"] == card.digest


def test_a_text_without_anything_recognised_is_asked_about_and_not_stored(
    two: tuple[Desk, Desk], tmp_path: Path
) -> None:
    desk, _ = two
    file = tmp_path / "lunch.txt"
    file.write_text("Lunch is on Thursday. Bring the slides.\n")
    with pytest.raises(UnrecognisedIncident, match=r"--format postmortem.*-i INC-"):
        import_file(desk, file)
    assert edit.listed(desk) == []
    assert explain_file(file).doubts[0].text.startswith("Nothing of an incident was recognised")
    taken = import_file(desk, file, format="postmortem")
    assert taken.merged is not None
    assert taken.merged.created
    assert taken.merged.incident.fields["summary"] == "Lunch is on Thursday. Bring the slides."
    other = tmp_path / "more.txt"
    other.write_text("It was the cache.\n")
    into = import_file(desk, other, number=taken.merged.incident.number)
    assert into.merged is not None
    assert not into.merged.created
    assert len(edit.listed(desk)) == 1


def test_an_export_of_a_tool_is_its_own_incident_and_comes_in_once(two: tuple[Desk, Desk]) -> None:
    desk, _ = two
    running = edit.create(desk, "Something else", Sev.SEV3, started=NOW)
    file = Path(__file__).parents[2] / "shapes" / "files" / "incidents" / "pagerduty.json"
    first = import_file(desk, file)
    assert first.merged is not None
    incident = first.merged.incident
    assert (incident.title, len(incident.timeline), incident.number != running.number) == ("Refunds twice", 4, True)
    assert f"{incident.detected:%H:%M} {incident.acknowledged:%H:%M} {incident.resolved:%H:%M}" == "14:31 14:35 15:01"
    again = import_file(desk, file)
    assert again.merged is not None
    assert not again.merged.anything
