"""`checklists check` and `new --checklists` give the same answer to the same files, in the same words."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.sources.kit.shipped import shipped_folder
from tests.cli.conftest import MINI, Cli

OTHER = MINI.replace("id: mini", "id: other")
SHIPPED = shipped_folder("checklists")

#: What is in the folder, and a part of each sentence that refuses it; none where it is taken.
FOLDERS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "one that is right": ({"mini": MINI}, ()),
    "two that are right": ({"mini": MINI, "other": OTHER.replace("MIN-01", "OTH-01")}, ()),
    "an item id of ours": (
        {"mini": MINI.replace("MIN-01", "REL-03")}, ("item REL-03 is also an item of the checklist reliability",),
    ),
    "an item id in both files": (
        {"mini": MINI, "other": OTHER}, ("other.yaml:5:5, field items[0].id: item MIN-01 is also an item of the checklist mini",),
    ),
    "one id for two checklists": (
        {"a": MINI, "b": MINI.replace("MIN-01", "MIN-02")}, ('b.yaml:1:1, field id: the checklist "mini" is already declared in',),
    ),
    "the same as an item that ours do not have": (
        {"mini": MINI + "    same_as: [OBS-99]\n"}, ("item MIN-01 is declared the same as OBS-99, which does not exist",),
    ),
    "the same as an item of ours": ({"mini": MINI + "    same_as: [OBS-10]\n"}, ()),
    "the same as an item of a checklist that is not here": ({"mini": MINI + "    same_as: [GONE-01]\n"}, ()),
    "the same as an item of the other file": (
        {"mini": MINI + "    same_as: [OTH-01]\n", "other": OTHER.replace("MIN-01", "OTH-01")}, (),
    ),
    "in place of one of ours": ({"mine": MINI.replace("id: mini", "id: reliability").replace("MIN-01", "REL-77")}, ()),
    "in place of ours, with an item of another of ours": (
        {"mine": MINI.replace("id: mini", "id: reliability").replace("MIN-01", "OBS-01")},
        ("item OBS-01 is also an item of the checklist observability",),
    ),
    "a copy of one of ours under another id": (
        {"copy": (SHIPPED / "safety.yaml").read_text(encoding="utf-8").replace("id: safety", "id: copy", 1)},
        ("item SAF-01 is also an item of the checklist safety",),
    ),
    "a probe that is not known": ({"mini": MINI + "    probe: {query: of_tomorrow, kind: fact}\n"}, ('there is no probe "of_tomorrow"',)),
    "one file that cannot be read": ({"mini": MINI, "bad": "x"}, ("bad.yaml",)),
    "a name that is no id": ({"mini": MINI.replace("id: mini", "id: My list")}, ("field id", "a-z, 0-9")),
    "no file": ({}, ("holds no .yaml file",)),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLDERS, ids=str)
def test_the_same_answer_as_new(cli: Cli, place: Path, case: str) -> None:
    files, words = FOLDERS[case]
    (place / "lists").mkdir()
    for name, text in files.items():
        (place / "lists" / f"{name}.yaml").write_text(text, encoding="utf-8")
    asked = [cli("checklists", "check", "lists")]
    if files:
        asked.append(cli("checklists", "check", *(f"lists/{name}.yaml" for name in files)))
    made = cli("--db", "r.db", "new", "--checklists", "lists")
    assert (place / "r.db").exists() == (not words)
    for told in asked:
        assert told.code == made.code == (2 if words else 0)
        assert all(word in told.err and word in made.err for word in words)
        assert told.out.count(": fine") == len(files) - bool(files and words)
        assert not words or told.err.strip() in made.err


def test_a_name_that_new_passes_over_is_not_fine(cli: Cli, place: Path) -> None:
    (place / "lists").mkdir()
    for name in ("mini.txt", ".mini.yaml"):
        path = place / "lists" / name
        path.write_text(MINI, encoding="utf-8")
        told = cli("checklists", "check", f"lists/{name}")
        assert (told.code, told.out) == (2, "")
        assert "a review passes over a file of this name. Name it .yaml, without a dot in front." in told.err
        assert "holds no .yaml file" in cli("--db", "r.db", "new", "--checklists", "lists").err
        path.rename(place / "lists" / "mini.yaml")
        assert cli("checklists", "check", "lists/mini.yaml", "lists", "lists/../lists/mini.yaml").out.count("fine") == 1
        (place / "lists" / "mini.yaml").unlink()


def test_of_two_folders_both_are_read_and_their_items_may_not_meet(cli: Cli, place: Path) -> None:
    for folder, text in (("a", MINI), ("b", MINI.replace("MIN-01", "MIN-02")), ("c", OTHER)):
        (place / folder).mkdir()
        (place / folder / "own.yaml").write_text(text, encoding="utf-8")
    assert cli("checklists", "check", "a", "b").out.count("fine") == 2
    assert cli("--db", "ab.db", "new", "--checklists", "a", "--checklists", "b").code == 0
    told, made = (
        cli("checklists", "check", "a", "c"),
        cli("--db", "ac.db", "new", "--checklists", "a", "--checklists", "c"),
    )
    assert (told.code, made.code) == (2, 2)
    assert "c/own.yaml:5:5, field items[0].id: item MIN-01 is also an item of the checklist mini" in told.err
    assert told.err.strip() in made.err
