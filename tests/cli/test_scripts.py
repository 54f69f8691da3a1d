"""What a person does in the app, from the command line: votes, owners, dates, waivers, conditions, many from a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from readiness_tui.services.core import desk as desk_module
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, history
from readiness_tui.services.start import start
from tests.cli.conftest import COURSE_GATE, COURSE_NUMBERS, Cli, Result
from tests.conftest import NOW

LINK = "https://example.com/proof"
LISTS = """\
id: mini
title: Mini
version: "1"
items:
  - {id: MIN-01, title: Rollback was tried, why: It can go wrong., evidence: A drill., improve: Try., severity: blocker, depth: course}
  - {id: MIN-02, title: Alerts are set, why: It can go wrong., evidence: A link., improve: Set., severity: major, depth: course}
  - {id: MIN-03, title: Runbook, why: It can go wrong., evidence: A link., improve: Write., severity: minor, depth: course}
  - {id: MIN-04, title: Names, why: It can go wrong., evidence: A link., improve: Name., severity: major, depth: full}
"""
FILE = """\
version: 1
items:
  MIN-01:
    score: 2
    evidence:
      - https://example.com/proof
      - {ref: Rollback drill, kind: drill, dated: 2026-11-20}
    note: Took four minutes.
  min-02:
    score: 0
    owner: ben
    due: 2026-12-20
    waiver: {reason: By hand until then, approver: chloe, until: 2026-12-15}
  MIN-03: {score: n/a, reason: One person runs it}
"""

Ana = Callable[..., Result]


@pytest.fixture
def ana(place: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Ana:
    """Commands by ana on 24 November 2026, on a review in which nothing is decided yet."""
    for made in (desk_module.open_desk, start.start_review):
        monkeypatch.setitem(made.__kwdefaults__, "clock", lambda: NOW)
    (place / "lists").mkdir()
    (place / "lists" / "mini.yaml").write_text(LISTS, encoding="utf-8")

    def call(*arguments: object) -> Result:
        return cli("--who", "ana", *arguments)

    made = call(
        "new", "--system", "Bot", "--release", "1", "--reviewer", "ana", "--checklist", "mini", "--checklists", "lists"
    )
    assert made.code == 0, made.err
    return call


def test_votes_say_what_follows_and_an_item_misspelt_is_named(ana: Ana) -> None:
    voted = ana("score", "min-01", "MIN-03", 2, "--evidence", LINK, "--note", "tried")
    assert voted.out == ("MIN-01 Rollback was tried: 2 met\nMIN-03 Runbook: 2 met\nMini 0% → 66% · NO-GO\n")
    assert ana("score", "MIN-02", 2).out.splitlines() == [
        "MIN-02 Alerts are set: 2 claimed, counts 1 without evidence", "Mini 66% → 83% · NO-GO → GO WITH CONDITIONS",
    ]  # fmt: skip
    dry = ana("score", "MIN-02", "none", "--dry-run")
    assert dry.out.splitlines() == [
        "MIN-02 Alerts are set: undecided",
        "Mini 83% → 66% · GO WITH CONDITIONS → NO-GO · nothing was saved",
    ]
    assert "GO WITH CONDITIONS" in ana("check").out.splitlines()[0]
    assert "counts for nothing" in ana("score", "MIN-04", 2).out
    na = ana("score", "MIN-02", "--na", "no alerts there")
    assert "MIN-02 Alerts are set: not applicable" in na.out
    for arguments, said in (
        (("MIN-2", 2), "No checklist of this review has an item MIN-2. Did you mean MIN-0"),
        (("MIN-01", 3), "3 is not a score"),
        ((2,), "Which items?"),
        (("MIN-01", 2, "--na", "x"), "not both"),
        (("MIN-01", 2, "--witness", "ben"), "say something of --evidence"),
        (
            ("MIN-01", 2, "--evidence", "drill", "--dated", "2016-11-20"),
            "2016-11-20 is 10 years ago. Did you mean 2026-11-20?",
        ),
    ):
        refused = ana("score", *arguments)
        assert (refused.code, said in refused.err.replace("\n", " ")) == (2, True), refused.err


def test_a_file_of_many_items_is_saved_whole_or_not_at_all(ana: Ana, place: Path) -> None:
    def stored() -> list[tuple[str, int, str, str]]:
        desk = open_desk(place / "readiness.db", "ana")
        view = load(desk)
        found = [
            (
                item.id,
                len(view.dossier(item.id).evidence),
                view.dossier(item.id).note,
                view.judgement.standings[item.id].word,
            )
            for item in view.items
        ]
        entries = len(history.log(desk))
        desk.close()
        return [*found, ("log", entries, "", "")]

    file = place / "votes.yaml"
    file.write_text(FILE, encoding="utf-8")
    before = stored()
    dry = ana("score", "--from", file, "--dry-run")
    assert stored() == before
    assert "nothing was saved" in dry.out
    saved = ana("score", "--from", file)
    assert saved.out.splitlines()[:3] == [
        "MIN-01 Rollback was tried: 2 met", "MIN-02 Alerts are set: 0 missing; its risk is accepted by a waiver",
        "MIN-03 Runbook: not applicable",
    ]  # fmt: skip
    assert dry.out.splitlines()[:-1] == saved.out.splitlines()[:-1]
    after = stored()
    assert after[:3] == [
        ("MIN-01", 2, "Took four minutes.", "met"),
        ("MIN-02", 0, "", "missing"),
        ("MIN-03", 0, "", "n/a"),
    ]
    assert after[-1][1] == before[-1][1] + 1  # one entry: one undo takes all of it back
    gaps = ana("gaps", "--json").json["gaps"]
    assert [(gap["owner"], gap["due"], gap["state"]) for gap in gaps] == [("ben", "2026-12-20", "accepted")]
    for old, new, said in (
        ("min-02", "MIN-09", "votes.yaml:9:3: No checklist of this review has an item MIN-09"),
        (
            "  min-02:",
            "  Min-01: {note: x}\n  min-02:",
            "votes.yaml:9:3: MIN-01 stands in this file twice, first on line 3. Keep one.",
        ),
        ("score: 0", "scor: 0", '10:5, field items.min-02.scor: this field is not known. Did you mean "score"'),
        ("score: 0", "score: 3", "10:5, field items.min-02.score: expected one of 0, 1, 2, none, n/a"),
        ("score: 0", "score: yes", "expected one of"),
        ("due: 2026-12-20", "due: 2062-12-20", "9:3: 2062-12-20 is 36 years ahead. Did you mean 2026-12-20?"),
        ("until: 2026-12-15", "until: 2028-12-15", "9:3: A waiver ends between today and 90 days ahead"),
        (", reason: One person runs it", "", "n/a needs a reason"),
        ("version: 1", "version: 2", "version"),
        (FILE[11:], "", "items"),
    ):
        file.write_text(FILE.replace(old, new), encoding="utf-8")
        refused = ana("score", "--from", file)
        assert (refused.code, said in refused.err) == (2, True), (new, refused.err)
    assert stored() == after


@pytest.mark.slow
def test_owners_dates_and_waivers_by_key_or_item(ana: Ana) -> None:
    ana("score", "MIN-01", "MIN-02", "MIN-03", 1, "--evidence", LINK)
    assert ana("owner", "min-02", "Chloé").out.startswith("MIN-02 Alerts are set: Chloé, due ")
    assert "(item/mini/MIN-02)" in ana("due", "item/mini/MIN-02", "+7").out
    typo = ana("due", "MIN-02", "2062-12-01")
    assert (typo.code, "Did you mean 20" in typo.err, "--yes" in typo.err) == (2, True, True)
    assert "due 1 Dec 2062" in ana("due", "MIN-02", "2062-12-01", "--yes").out
    cleared = ana("due", "MIN-02", "none")
    assert "no date" in cleared.out
    assert "has no due date" in ana("check").out
    ana("score", "MIN-01", 2)
    assert "section/mini" in ana("owner", "section/mini", "ben").out
    conditions = {one["key"]: one for one in ana("conditions", "--json").json["conditions"]}
    assert (conditions["section/mini"]["owner"], conditions["item/mini/MIN-02"]["due"]) == ("ben", None)
    assert "MIN-04 is no gap and no condition" in ana("owner", "MIN-04", "ben").err
    ana("score", "MIN-03", 2)
    assert "MIN-03 is met, so it is no gap" in ana("due", "MIN-03", "+7").err
    assert "Did you mean item/mini/MIN-02" in ana("owner", "item/mini/MIN-2", "ben").err
    waived = ana("waive", "MIN-01", "--until", "2026-12-01", "--approver", "", "--reason", "x")
    assert (waived.code, "Who approves?" in waived.err) == (2, True)
    assert ana("waive", "MIN-01", "--withdraw").code == 0


def test_an_item_that_nobody_has_decided_gets_its_owner_and_its_day_before_any_vote(ana: Ana) -> None:
    ana("score", "MIN-01", 2, "--evidence", LINK)
    assert ana("owner", "min-02", "ben").out.startswith("MIN-02 Alerts are set: ben, ")
    assert "ben, due 1 Dec (" in ana("due", "MIN-02", "2026-12-01", "--yes").out
    typo = ana("due", "MIN-03", "2062-12-01")
    assert (typo.code, "Did you mean 20" in typo.err) == (2, True)
    ana("score", "MIN-02", 0)  # the gap of the vote is the one that was promised
    kept = [(one["key"], one["owner"], one["due"]) for one in ana("gaps", "--json").json["gaps"]]
    assert ("item/mini/MIN-02", "ben", "2026-12-01") in kept


def test_conditions_closed_on_a_frozen_review_move_the_day_on_which_it_lapses(ana: Ana, place: Path) -> None:
    ana("score", "MIN-01", "MIN-03", 2, "--evidence", LINK)
    ana("score", "MIN-02", 1)
    early = ana("condition", "close", "MIN-02", "--evidence", LINK)
    assert (early.code, "is not frozen" in early.err) == (2, True)
    ana("due", "MIN-02", "+3")
    card = ana("scorecard", "--freeze", "--yes").out
    rows = ana("conditions", "--json").json["conditions"]
    assert next(one["key"] for one in rows) == "item/mini/MIN-02"
    assert len(rows) == 2
    assert len(ana("conditions", "--due", "7d", "--json").json["conditions"]) == 1
    before = ana("check", "--json").json
    assert before["valid_until"] == rows[0]["due"]
    assert "closed" not in before
    claim = ana("condition", "close", "MIN-02", "--evidence", "somebody said so")
    assert (claim.code, "closes nothing" in claim.err) == (2, True)
    assert ana("condition", "close", "MIN-02").code == ana("condition", "close", "MIN-01", "--evidence", LINK).code == 2
    closed = ana("condition", "close", "min-02", "--evidence", LINK)
    assert closed.code == 0
    assert "1 condition still open." in closed.out
    assert "(before: " in closed.out
    after = ana("check", "--json")
    assert (after.code, after.json["valid_until"]) == (3, rows[1]["due"])
    assert [one["key"] for one in after.json["closed"]] == ["item/mini/MIN-02"]
    assert "closed by ana: url https://example.com/proof" in ana("check").out.replace("\n    ", " ")
    again = ana("condition", "close", "MIN-02", "--evidence", LINK)
    assert (again.code, "ana closed this condition" in again.err) == (2, True)
    listed = ana("conditions").out
    assert listed.startswith("due ")
    assert "closed: MIN-02" in listed
    last = ana("condition", "close", rows[1]["key"], "--evidence", LINK, "--json").json
    assert last["open"] == 0
    assert last["valid_until"] > rows[1]["due"]
    assert last["verdict"] == "GO WITH CONDITIONS"
    assert ana("scorecard").out == card  # byte for byte
    desk = open_desk(place / "readiness.db", "ana")
    assert history.log(desk)[0].what.startswith("condition closed: ")
    desk.close()


def frozen_with_a_condition(ana: Ana) -> tuple[str, str]:
    """A review frozen on 24 November with conditions; the day until which it holds, and the next one."""
    ana("score", "MIN-01", "MIN-03", 2, "--evidence", LINK)
    ana("score", "MIN-02", 1)
    ana("due", "MIN-02", "+3")
    assert ana("scorecard", "--freeze", "--yes").code == 0
    until: str = ana("check", "--json").json["valid_until"]
    return until, (date.fromisoformat(until) + timedelta(days=1)).isoformat()


def test_the_day_of_the_freeze_is_the_frozen_review_and_another_is_not(ana: Ana, place: Path) -> None:
    frozen_with_a_condition(ana)
    assert ana("condition", "close", "MIN-02", "--evidence", LINK).code == 0
    plainly, card, gate = ana("check", "--json"), ana("scorecard"), ana("gate", "check")
    assert [one["key"] for one in plainly.json["closed"]] == ["item/mini/MIN-02"]
    assert "closed since" not in plainly.err
    same = ana("check", "--json", "--as-of", NOW.date())
    assert (same.code, same.out, same.err) == (plainly.code, plainly.out, plainly.err)
    assert ana("scorecard", "--as-of", NOW.date()).out == card.out
    assert ana("gate", "check", "--as-of", NOW.date()).out == gate.out
    written = ana("check", "--json", "--as-of", NOW.date(), "--summary", "now.md")
    assert (written.out, (place / "now.md").read_text(encoding="utf-8")) == (plainly.out, card.out)
    for command in (("check",), ("check", "--summary", "other.md"), ("scorecard",)):
        other = ana(*command, "--as-of", "2026-11-25")
        assert "1 condition of the frozen scorecard was closed since it was frozen; that is not in this" in other.err
        assert "closed by" not in other.out


@pytest.mark.slow
def test_a_frozen_verdict_lapses_in_the_review_as_in_its_file(
    ana: Ana, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until, after = frozen_with_a_condition(ana)
    ana("scorecard", "-o", "card.md")

    def on(day: str) -> None:
        """The commands from now on are of this day."""
        clock = datetime.combine(date.fromisoformat(day), NOW.timetz())
        monkeypatch.setitem(desk_module.open_desk.__kwdefaults__, "clock", lambda: clock)

    for day, code, lapsed in ((until, 3, False), (after, 1, True)):
        on(day)
        found = ana("check", "--json")
        assert ana("check", "--scorecard", "card.md", "--as-of", day).code == found.code == code
        assert ana("check", "--allow", "conditions").code == (1 if lapsed else 0)
        assert ("scorecard/lapsed" in [one["key"] for one in found.json["reasons"]]) is lapsed
        assert ("GO WITH CONDITIONS, lapsed after" in ana("check").out) is lapsed
        assert ana("check", "--junit", "j.xml", "--summary", "s.md").code == code
        assert ("scorecard/lapsed" in (place / "j.xml").read_text(encoding="utf-8")) is lapsed
        assert ("lapsed after" in (place / "s.md").read_text(encoding="utf-8")) is lapsed
        assert ana("scorecard").out == (place / "card.md").read_text(encoding="utf-8")
    # What is closed moves the day, and another day's judgement is of that day.
    assert ana("check", "--as-of", NOW.date() + timedelta(days=1)).code == 3
    assert ana("condition", "close", "MIN-02", "--evidence", LINK).code == 0
    assert ana("check").code == 3


def test_gaps_come_back_once_and_overwrite_nothing_unseen(ana: Ana, place: Path) -> None:
    ana("score", "MIN-01", "MIN-02", "MIN-03", 1, "--evidence", LINK)
    for format, name in (("csv", "gaps.csv"), ("jsonl", "gaps.jsonl")):
        (place / name).write_text(ana("gaps", "--format", format).out, encoding="utf-8")
        same = ana("gaps", "import", name)
        assert (same.code, same.out) == (0, "0 fields changed, 3 gaps as here.\n")
    lines = (place / "gaps.csv").read_text(encoding="utf-8").splitlines()
    told = [line.replace(",,", ",dora,", 1).replace("To Do", "Done") if "MIN-02" in line else line for line in lines]
    told.append(told[-1].replace("MIN-0", "MIN-9"))
    (place / "gaps.csv").write_text("\n".join(told), encoding="utf-8")
    dry = ana("gaps", "import", "gaps.csv", "--dry-run")
    assert "2 fields would change" in dry.out
    taken = ana("gaps", "import", "gaps.csv")
    assert taken.out.splitlines() == [
        "item/mini/MIN-02 owner: nothing → dora", "item/mini/MIN-02 state: open → claimed done",
        "2 fields changed, 2 gaps as here, 1 unknown key.",
    ]  # fmt: skip
    assert "no gap here has the key item/mini/MIN-9" in taken.err
    assert ana("gaps", "import", "gaps.csv").out.startswith("0 fields changed, 3 gaps as here")
    ana("owner", "MIN-02", "ben")
    stands = ana("gaps", "import", "gaps.csv")
    assert "owner: ben stands, changed here; the file says dora" in stands.out
    assert "1 conflict" in stands.out
    assert [one["owner"] for one in ana("gaps", "--json").json["gaps"] if "MIN-02" in one["key"]] == ["ben"]
    assert "owner: ben → dora" in ana("gaps", "import", "gaps.csv", "--overwrite").out
    rows = [json.loads(line) for line in (place / "gaps.jsonl").read_text(encoding="utf-8").splitlines()]
    rows[0] |= {"due": "2062-01-01", "state": "verified"}
    (place / "odd.jsonl").write_text(json.dumps(rows[0]), encoding="utf-8")
    odd = ana("gaps", "import", "odd.jsonl").out
    assert "is 36 years ahead" in odd
    assert "by what the review finds" in odd
    assert odd.endswith("0 fields changed, 0 gaps as here.\n")
    for text, said in (("a,b\n1,2\n", "there is no column"), ("", "no column"), ('{"owner": "x"}', "no key"), ("{", "no JSON"),
                       ("Gap Key,Due Date\nx,soon\n", "bad.csv, line 2: “soon” is not a date"), ("Gap Key,Status\nx,\nx,\n", "line 2 already")):  # fmt: skip
        (place / "bad.csv").write_text(text, encoding="utf-8")
        refused = ana("gaps", "import", "bad.csv")
        assert (refused.code, said in refused.err) == (2, True), refused.err


def test_the_review_is_shown_edited_and_carried_on(ana: Ana) -> None:
    shown = ana("review", "show", "--json").json
    assert (
        "nobody to hide votes from" in ana("review", "edit", "--blind", "--release", "9", "--zone", "Asia/Kolkata").err
    )
    assert ana("review", "show", "--json").json == shown  # all of it, or nothing
    assert (shown["release"], shown["zone"], shown["blind"]) == ("1", "", False)
    edited = ana(
        "review",
        "edit",
        "--zone",
        "Asia/Kolkata",
        "--release",
        "1.1",
        "--reviewer",
        "ana",
        "--reviewer",
        "ben",
        "--blind",
        "--reviewer",
        "ana",
        "--reviewer",
        "ben",
        "--owner",
        "ben",
        "--depth",
        "full",
        "--json",
    )
    assert edited.code == 0, edited.err
    assert [edited.json[name] for name in ("release", "zone", "blind", "owner", "depth")] == [
        "1.1",
        "Asia/Kolkata",
        True,
        "ben",
        "full",
    ]
    assert "Did you mean Europe/Berlin?" in ana("review", "edit", "--zone", "berlin").err
    assert ana("review", "edit", "--zone", "none", "--open", "--depth", "course", "--json").json["zone"] == ""
    odd = ana("review", "edit", "--date", "2062-11-24")
    assert (odd.code, "years ahead" in odd.err) == (2, True)
    assert ana("review", "edit").code == 2
    ana("score", "MIN-01", "MIN-02", "MIN-03", 2, "--evidence", LINK)
    ana("scorecard", "--freeze", "--yes")
    ana("new", "--system", "Bot", "--release", "2")
    section = ana("confirm", "--section", "Mini")
    assert section.out.splitlines()[0] == "Confirmed: MIN-02, MIN-03"
    assert "MIN-01 is to be looked at" in section.out
    one = ana("confirm", "min-01")
    assert one.out.splitlines()[0] == "MIN-01 Rollback was tried: 2 met"
    assert ana("confirm").code == ana("confirm", "--section", "nope").code == 2
    assert "ana is anna now" in ana("review", "rename-person", "ana", "anna").out
    assert "Bot is called Robot now." in ana("review", "rename-system", "Bot", "Robot").out


def test_a_vote_on_an_item_that_was_taken_out_says_so(ana: Ana, place: Path) -> None:
    ana("score", "MIN-03", 1, "--evidence", LINK)
    from readiness_tui.services.review.reviews import set_checklists

    desk = open_desk(place / "readiness.db", "ana")
    set_checklists(desk, ["observability"])
    desk.close()
    gone = ana("score", "MIN-03", 2)
    assert (gone.code, "MIN-03 is no longer in this review's checklists" in gone.err) == (2, True)
    assert "No checklist of this review has an item MIN-04" in ana("score", "MIN-04", 2).err


def test_a_gate_is_locked_from_files_for_the_check_from_files(place: Path, cli: Cli) -> None:
    (place / "gate.yaml").write_text(COURSE_GATE, encoding="utf-8")
    (place / "golden.jsonl").write_text(
        '{"id": "c1", "question": "How?", "must_include": ["so"], "expected_source": "a"}\n', encoding="utf-8"
    )
    (place / "run.json").write_text(json.dumps(COURSE_NUMBERS), encoding="utf-8")
    asked = ("gate", "lock", "--gate", "gate.yaml", "--eval-set", "golden.jsonl", "--judge", "judge-7")
    locked = cli("--who", "ana", *asked)
    assert locked.out.startswith("Locked by ana at "), locked.err
    assert "Commit gate.lock" in locked.err
    text = (place / "gate.lock").read_text(encoding="utf-8")
    assert "dataset_digest" in text
    assert "judge-7" in text
    again = cli("--who", "ben", *asked)
    assert again.out.startswith("Locked already, by ana")
    assert (place / "gate.lock").read_text(encoding="utf-8") == text
    other = cli("--who", "ben", "gate", "lock", "--gate", "gate.yaml")
    assert (other.code, "is another lock: ana locked it" in other.err) == (2, True)
    assert (place / "gate.lock").read_text(encoding="utf-8") == text
    replaced = cli("--who", "ben", "gate", "lock", "--gate", "gate.yaml", "--yes")
    assert replaced.out.startswith("Locked by ben")
    assert "No golden set is bound" in replaced.err
    assert cli("gate", "lock", "--eval-set", "golden.jsonl").code == 2
    assert cli("--db", "x.db", "gate", "lock", "--gate", "gate.yaml").code == 2
    assert "no folder" in cli("gate", "lock", "--gate", "gate.yaml", "--folder", "nowhere").err
    checked = cli("gate", "check", "--gate", "gate.yaml", "--lock", "gate.lock", "--run", "run.json")
    assert "locked " in checked.out
    assert "by ben" in checked.out


def test_all_that_a_file_gets_wrong_is_told_at_once(ana: Ana, place: Path) -> None:
    file = place / "votes.yaml"
    file.write_text(
        "version: 1\nitems:\n  MIN-91:\n    score: 1\n  MIN-02:\n    score: 0\n    due: 2062-12-20\n  MIN-93:\n    score: 2\n"
    )
    refused = ana("score", "--from", file)
    assert refused.code == 2
    assert all(f"votes.yaml:{line}:3: " in refused.err for line in (3, 5, 8)), refused.err
    assert ana("score", "--from", file, "--yes").err.count("votes.yaml") == 2, "the date was meant"


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_spreadsheet_saves_the_gaps_with_its_own_delimiter(ana: Ana, place: Path, sign: str) -> None:
    assert ana("score", "MIN-01", "MIN-02", "0").code == 0
    rows = list(csv.DictReader(io.StringIO(ana("gaps", "--format", "csv").out)))
    with (place / "back.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), delimiter=sign)
        writer.writeheader()
        writer.writerows({**row, "Assignee": "Zoë"} for row in rows)
        writer.writerow({})
    told = ana("gaps", "import", "back.csv")
    assert told.code == 0, told.err
    assert {gap["owner"] for gap in ana("gaps", "--json").json["gaps"]} == {"Zoë"}


def test_a_review_is_edited_whole_or_not_at_all(ana: Ana) -> None:
    refused = ana("review", "edit", "--zone", "Asia/Kolkata", "--owner", "ben", "--blind")
    assert (refused.code, "reviews alone" in refused.err) == (2, True)
    shown = ana("review", "show", "--json").json
    assert (shown["zone"], shown["owner"]) == ("", "ana")


def test_what_would_refuse_a_reveal_does_so_before_the_question(ana: Ana) -> None:
    assert "there is nothing to reveal" in ana("votes", "--reveal").err


def test_what_two_people_changed_at_once_is_shown(ana: Ana, place: Path) -> None:
    assert ana("review", "show", "--json").json["unsettled"] == []
    for who in ("ana", "ben"):
        desk = open_desk(place / "readiness.db", who)
        assess.note(desk, "MIN-01", f"from {who}", base="")
        desk.close()
    assert "note on MIN-01: from ana (ana) stands; from ben (ben) waits" in ana("review", "show").out
    (two,) = ana("review", "show", "--json").json["unsettled"]
    assert (two["about"], two["stored"], two["other"], two["other_by"]) == (
        "note/MIN-01",
        "from ana",
        "from ben",
        "ben",
    )


def test_new_means_the_system_of_the_file_and_asks_before_a_release_is_opened_twice(ana: Ana) -> None:
    twice = ana("new", "--release", "1")
    assert (twice.code, "Bot 1 is open already, as #1" in twice.err) == (2, True)
    early = ana("new", "--release", "2", "--date", "2026-11-20")
    assert (early.code, "Bot 1 is of 2026-11-24, and 2026-11-20 is before it" in early.err) == (2, True)
    assert "release 0" in ana("new", "--release", "0", "--date", "2026-11-20", "--yes").err
    assert "New review of Bot, release 2" in ana("new", "--release", "2").err
    assert "New review of Shop" in ana("new", "--system", "Shop", "--release", "1").err
    several = ana("new", "--release", "3")
    assert (several.code, "several systems" in several.err) == (2, True)


def test_collect_is_refused_for_a_frozen_review_before_it_listens(ana: Ana) -> None:
    assert ana("scorecard", "--freeze", "--yes").code == 0
    refused = ana("collect", "--port", "0", "--review", "1")
    assert (refused.code, "cannot change any more" in refused.err) == (2, True)
