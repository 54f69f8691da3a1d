"""Gaps for trackers: what a row says, and the commands for GitHub run by a shell beside a `gh` of our own."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.scorecard.gap_notes import GapNote, gap_notes
from readiness_tui.domain.scorecard.model import GapLine
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.reports.gap_trackers import IssueTracker, exported_as, gaps_csv, gaps_gh
from tests.domain.build import make_checklist, make_item
from tests.reports.sample import make_card

#: A `gh` with the few words that the script says: issues in a file, as GitHub keeps them.
GH = """#!{python}
import json, re, sys
from pathlib import Path
store = Path({store!r})
issues = json.loads(store.read_text()) if store.exists() else []
args = sys.argv[1:]
def value(name): return args[args.index(name) + 1]
kind, act = args[:2]
if (kind, act) == ("issue", "list"):
    wanted = json.loads(re.search(r"contains\\((.*)\\)\\)\\)", value("--jq"))[1])
    found = [one["number"] for one in issues if wanted in one["body"] and "readiness" in one["labels"]]
    print(found[0] if found else "", end="")
elif (kind, act) == ("issue", "create"):
    labels = [args[n + 1] for n, word in enumerate(args) if word == "--label"]
    issues.append({{"number": len(issues) + 1, "title": value("--title"), "body": value("--body"), "labels": labels, "state": "open"}})
elif kind == "issue":
    one = next(one for one in issues if one["number"] == int(args[2]))
    if act == "edit":
        one |= {{"title": value("--title"), "body": value("--body")}}
        gone = value("--remove-label").split(",")
        one["labels"] = [label for label in one["labels"] if label not in gone]
        one["labels"] += [value("--add-label")] * (value("--add-label") not in one["labels"])
    else:
        one["state"] = "open" if act == "reopen" else value("--reason")
elif kind != "label":
    sys.exit(f"what is {{args}}?")
store.write_text(json.dumps(issues))
"""


def gap(key: str = "item/observability/OBS-01", **fields: Any) -> GapLine:
    return replace(make_card().gaps[0], key=key, title=f"{key} is short", **fields)


def run(folder: Path, script: str) -> list[dict[str, Any]]:
    tool = folder / "gh"
    tool.write_text(GH.format(python=sys.executable, store=str(folder / "issues.json")), encoding="utf-8")
    tool.chmod(0o755)
    subprocess.run(["sh", "-c", script], check=True, env={"PATH": f"{folder}:/usr/bin:/bin"}, cwd=folder)
    found: list[dict[str, Any]] = json.loads((folder / "issues.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
def test_a_second_run_of_the_commands_updates_what_the_first_made(tmp_path: Path) -> None:
    gaps = [gap("item/mini/A-1", owner="ben"), gap("item/mini/A-11"), gap("item/mini/A-2", state=GapState.ACCEPTED)]
    notes = {"item/mini/A-1": GapNote("It can go wrong.", "Set it.")}
    made = run(tmp_path, gaps_gh(gaps, notes))
    # A risk that was accepted before anybody tracked it is no work for anyone.
    assert [(one["title"], one["state"]) for one in made] == [
        ("item/mini/A-1 is short", "open"), ("item/mini/A-11 is short", "open"),
    ]  # fmt: skip
    assert "Why: It can go wrong." in made[0]["body"]
    assert "To do: Set it." in made[0]["body"]
    assert "Owner: ben" in made[0]["body"]
    again = [
        replace(gaps[0], title="another title", severity=make_card().gaps[2].severity),
        replace(gaps[1], state=GapState.ACCEPTED),
        gaps[2],
    ]
    found = run(tmp_path, gaps_gh(again, notes))
    assert [(one["title"], one["state"], one["labels"]) for one in found] == [
        ("another title", "open", ["readiness", f"severity: {again[0].severity}"]),
        ("item/mini/A-11 is short", "not planned", ["readiness", f"severity: {again[1].severity}"]),
    ]
    done = run(tmp_path, gaps_gh([replace(again[0], state=GapState.VERIFIED), gaps[1]], notes))
    assert [one["state"] for one in done] == ["completed", "open"]


@pytest.mark.parametrize(
    "text", ["$(touch pwned)", "`touch pwned`", "'; touch pwned; '", "a\n touch pwned", '") | .x', "--jq -x", "$1 \\"]
)
def test_no_word_of_a_gap_is_obeyed_by_the_shell_or_by_jq(tmp_path: Path, text: str) -> None:
    odd = replace(gap(f"item/{text}"), title=text, owner=text, evidence=text)
    script = gaps_gh([odd], {odd.key: GapNote(text, text)})
    assert len(run(tmp_path, script)) == 1
    assert len(run(tmp_path, script)) == 1  # the second time it is found
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gh", "issues.json"]


@pytest.mark.parametrize("tracker", IssueTracker)
def test_a_row_says_what_was_found_why_it_matters_and_what_to_do(tracker: IssueTracker) -> None:
    one = gap(evidence="12 of 40 fail")
    text = gaps_csv([one], {one.key: GapNote("It can go wrong.", "Set it.")}, tracker)
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    body = row["Description" if tracker is IssueTracker.JIRA else "body"]
    for said in ("12 of 40 fail", "Why: It can go wrong.", "To do: Set it."):
        assert said in body


def test_an_accepted_risk_is_nobodys_to_do() -> None:
    rows = {
        state: next(csv.DictReader(io.StringIO(gaps_csv([gap(state=state)]), newline="")))
        for state in GapState
    }  # fmt: skip
    assert {state: (row["Status"], row["Resolution"]) for state, row in rows.items()} == {
        GapState.OPEN: ("To Do", ""),
        GapState.REOPENED: ("To Do", ""),
        GapState.IN_PROGRESS: ("In Progress", ""),
        GapState.CLAIMED_DONE: ("In Progress", ""),
        GapState.ACCEPTED: ("Done", "Won't Do"),
        GapState.VERIFIED: ("Done", "Done"),
        GapState.CLOSED: ("Done", "Done"),
    }
    assert "accepted-risk" in rows[GapState.ACCEPTED]["Labels"]
    assert exported_as(GapState.ACCEPTED) == {"done", "closed"}


def test_notes_are_those_of_all_items_behind_a_gap() -> None:
    lists = [make_checklist(make_item("A-1"), make_item("A-2", why="Because.", improve="Do."), id="mini")]
    found = gap_notes(
        [gap("item/mini/A-1", merged=("item/mini/A-1", "item/mini/A-2")), gap("gate/faithfulness")], lists
    )
    assert set(found) == {"item/mini/A-1"}
    assert found["item/mini/A-1"].why.endswith("Because.")
    assert found["item/mini/A-1"].todo.endswith("Do.")
