"""Checklists from YAML: what is accepted, what is refused and with which words, and how sets combine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import readiness_tui
from readiness_tui.domain.checklists.codec import content_digest, from_plain, to_plain
from readiness_tui.domain.checklists.model import Checklist, Depth, Item, ProbeKind, ProbeSpec, Severity
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import shipped as shipped_module
from readiness_tui.sources.kit.shipped import shipped_folder
from readiness_tui.sources.kit.yaml_safe import load_yaml
from readiness_tui.sources.settings.checklist import (
    SHIPPED,
    CheckedChecklists,
    _loaded,
    check_files,
    load_checklists,
    shipped_checklists,
)
from readiness_tui.sources.settings.checklist_schema import ChecklistYaml, ItemYaml, ProbeYaml

GOOD = """\
id: own
title: Our own
version: "1"
items:
  - id: OWN-01
    title: First
    why: a reason
    evidence: a proof
    improve: a step
    severity: blocker
    depth: course
  - id: OWN-02
    title: Second
    why: >-
      a longer
      reason
    evidence: a proof
    improve: a step
    severity: minor
    depth: full
    weight: 0
    na_allowed: false
    same_as: [OTHER-01]
    ticks: [one, two]
    probe:
      query: tool_io_logged
      kind: share
      required: 0.5
      declares: [step_cap]
"""


def checklist_text(name: str, *items: dict[str, Any]) -> str:
    """A valid file with these items; JSON, which is YAML too."""
    filled = [
        {"title": "T", "why": "w", "evidence": "e", "improve": "i", "severity": "major", "depth": "full"} | item
        for item in items
    ]
    return json.dumps({"id": name, "title": "T", "version": "1", "items": filled}, indent=1)


def parse_checklist(text: str, where: str) -> Checklist:
    """The checklist of a text by itself, without ours beside it."""
    return _loaded(load_yaml(text, where)).checklist


def refusal(text: str) -> str:
    with pytest.raises(ReadinessError) as caught:
        parse_checklist(text, "own.yaml")
    return str(caught.value)


def test_a_file_becomes_a_checklist() -> None:
    checklist = parse_checklist(GOOD, "own.yaml")
    assert checklist == Checklist(
        id="own",
        title="Our own",
        version="1",
        day=None,
        items=(
            Item(
                id="OWN-01",
                title="First",
                why="a reason",
                evidence="a proof",
                improve="a step",
                severity=Severity.BLOCKER,
                depth=Depth.COURSE,
                weight=3,
            ),
            Item(
                id="OWN-02",
                title="Second",
                why="a longer reason",
                evidence="a proof",
                improve="a step",
                severity=Severity.MINOR,
                depth=Depth.FULL,
                weight=0,
                same_as=("OTHER-01",),
                na_allowed=False,
                probe=ProbeSpec("tool_io_logged", ProbeKind.SHARE, 0.5, ("step_cap",)),
                ticks=("one", "two"),
            ),
        ),
        digest=checklist.digest,
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "reason"),
    [
        ("version:", "versoin:", 3, "versoin", 'Did you mean "version"'),
        ("    why: a reason\n", "", 5, "items[0].why", "this field is missing"),
        ("    weight: 0", "    wieght: 0", 21, "items[1].wieght", 'Did you mean "weight"'),
        ("      kind: share", "      knd: share", 27, "items[1].probe.knd", 'Did you mean "kind"'),
        ("OWN-02", "OWN-01", 12, "items[1].id", 'the item id "OWN-01" is used a second time'),
        ("OWN-02", "own-2", 12, "items[1].id", "expected an id such as OBS-01"),
        ("OWN-02", "OWN-٠٢", 12, "items[1].id", "expected an id such as OBS-01"),
        ("id: own", "id: Own list", 1, "id", "expected an id such as my-team"),
        ("blocker", "blocker\n    weight: 0", 11, "items[0].weight", "a blocker of weight 0"),
        ("weight: 0", "weight: -1", 21, "items[1].weight", "greater than or equal to 0"),
        ("weight: 0", "weight: 1.5", 21, "items[1].weight", "expected a whole number"),
        ("weight: 0", "weight: true", 21, "items[1].weight", "expected a whole number"),
        ("OTHER-01", "OWN-02", 23, "items[1].same_as[0]", "the same as itself"),
        ("OTHER-01", "OWN-01", 23, "items[1].same_as[0]", "of this same checklist"),
        ("OTHER-01", "OTHER-01, OTHER-01", 23, "items[1].same_as[1]", "used a second time"),
        ("one, two", "one, one", 24, "items[1].ticks[1]", "used a second time"),
        ("title: First", 'title: ""', 6, "items[0].title", "this text is empty"),
        ("why: a reason", 'why: "  "', 7, "items[0].why", "this text is empty"),
        ("why: a reason", "why:", 7, "items[0].why", "expected text, found nothing"),
        ("why: a reason", f"why: {'x' * 2001}", 7, "items[0].why", "longer than 2,000 characters"),
        ("title: First", f"title: {'x' * 121}", 6, "items[0].title", "longer than 120 characters"),
        ("title: First", 'title: "a\\nb"', 6, "items[0].title", "one line"),
        ("title: First", 'title: "a\\e[2J"', 6, "items[0].title", "control character U+001B"),
        ("title: First", "title: 2026", 6, "items[0].title", "expected text, found 2026. Put it in quotes"),
        ("blocker", "Blocker", 10, "items[0].severity", "expected 'blocker', 'major' or 'minor', found \"Blocker\""),
        ("depth: course", "depth: deep", 11, "items[0].depth", "expected 'course' or 'full'"),
        ("na_allowed: false", "na_allowed: no", 22, "items[1].na_allowed", 'expected true or false, found "no"'),
        ("required: 0.5", "required: 99", 28, "items[1].probe.required", "less than or equal to 1"),
        ("required: 0.5", "required: 0", 28, "items[1].probe.required", "greater than 0"),
        ("kind: share", "kind: fact", 28, "items[1].probe.required", "a fact probe has no required share"),
        ("tool_io_logged", "some query", 26, "items[1].probe.query", "expected a name such as"),
        ("tool_io_logged", "of_tomorrow", 26, "items[1].probe.query", 'there is no probe "of_tomorrow"'),
        ("tool_io_logged", "secrets_in_logs", 27, "items[1].probe.kind", "as share, but it is a refute probe"),
        ("[step_cap]", "[luck]", 29, "items[1].probe.declares[0]", '"luck" is no setting. Known are timeout_policy'),
        ("[one, two]", "one", 24, "items[1].ticks", "expected a list"),
    ],
)
def test_a_mistake_is_named_with_file_line_field_and_reason(
    old: str, new: str, line: int, field: str, reason: str
) -> None:
    message = refusal(GOOD.replace(old, new, 1) if old != "weight: 0" else GOOD.replace(old, new))
    assert any(
        re.match(rf"own\.yaml:{line}:\d+, field {re.escape(field)}: ", sentence) and reason in sentence
        for sentence in message.splitlines()
    ), message


def test_a_checklist_without_items_is_refused() -> None:
    message = refusal('id: own\ntitle: T\nversion: "1"\nitems: []\n')
    assert message.startswith("own.yaml:4:1, field items: a checklist without items checks nothing.")
    assert "field items: expected a list, found nothing" in refusal("id: own\ntitle: T\nversion: '1'\nitems:\n")
    assert refusal("- id: own\n").startswith("own.yaml:1:1: expected a mapping of fields, found a list.")


def test_mistakes_come_in_the_order_of_their_lines_and_the_first_five_are_shown() -> None:
    message = refusal(re.sub("blocker|minor|course|full|share|0.5|tool_io_logged", "7", GOOD))
    shown = message.splitlines()
    assert [sentence.split(":")[1] for sentence in shown[:-1]] == ["10", "11", "19", "20", "26"]
    assert shown[-1] == "There are 2 more problems in this file."


def test_the_fields_that_one_item_lacks_are_one_problem() -> None:
    message = refusal('id: own\ntitle: T\nversion: "1"\nitems:\n- id: OWN-01\n  titel: x\n')
    assert message.splitlines() == [
        "own.yaml:5:3, field items[0]: the fields title, why, evidence, improve, severity and depth are missing. "
        "Add them.",
        'own.yaml:6:3, field items[0].titel: this field is not known. Did you mean "title"? If not, remove it.',
    ]


def test_input_is_repeated_in_messages_short_and_harmless() -> None:
    message = refusal(GOOD.replace("severity: blocker", 'severity: "\\e]52;c;' + "x" * 5000 + '\\a"'))
    assert "␛]52;c;xxx" in message
    assert "\x1b" not in message
    assert len(message) < 300


def test_a_file_of_nothing_but_unknown_fields_is_refused_in_short() -> None:
    message = refusal("".join(f"field{n}: 1\n" for n in range(20_000)))
    assert len(message.splitlines()) == 6
    assert len(message) < 1500


def test_the_digest_is_of_the_content_and_not_of_its_layout() -> None:
    digest = parse_checklist(GOOD, "a.yaml").digest
    same = [
        "# a remark\n" + GOOD.replace("title: First", 'title:   "First"  # remark'),
        GOOD.replace(
            "    depth: course\n", "    depth: course\n    na_allowed: true\n    weight: 3\n    same_as: []\n"
        ),
        GOOD.replace(">-\n      a longer\n      reason", "a longer reason"),
        json.dumps(yaml.safe_load(GOOD), sort_keys=True),
    ]
    assert [parse_checklist(text, "b.yaml").digest for text in same] == [digest] * len(same)
    other = [
        GOOD.replace("a longer", "a much longer"),
        GOOD.replace("weight: 0", "weight: 1"),
        GOOD.replace("0.5", "0.51"),
        GOOD.replace("one, two", "two, one"),
        GOOD.replace('"1"', '"2"'),
        GOOD.replace("depth: course", "depth: full"),
    ]
    digests = {parse_checklist(text, "b.yaml").digest for text in other}
    assert len(digests | {digest}) == len(other) + 1
    assert re.fullmatch("[0-9a-f]{64}", digest)


def test_a_digest_stays_what_it_was_in_earlier_versions() -> None:
    # Stored reviews carry digests: a change of the canonical form would make every old checklist look edited.
    assert parse_checklist(GOOD, "own.yaml").digest == (
        "0e67507f85a1ad26eece7e5555c64ee109cc4417b5f9b12e1805a82d39f02b06"
    )


def test_plain_data_gives_the_checklist_back() -> None:
    for checklist in [parse_checklist(GOOD, "own.yaml"), *shipped_checklists().values()]:
        stored = json.loads(json.dumps(to_plain(checklist)))
        assert from_plain(stored) == checklist
        assert content_digest(from_plain(stored)) == checklist.digest


def test_a_stored_checklist_of_a_later_version_is_read() -> None:
    checklist = parse_checklist(GOOD, "own.yaml")
    plain = to_plain(checklist) | {"news": 1}
    plain["items"][1]["probe"]["more"] = 2
    assert from_plain(plain) == checklist


def test_a_checklist_is_written_and_stored_with_the_same_fields() -> None:
    for written, kind in ((ProbeYaml, ProbeSpec), (ItemYaml, Item), (ChecklistYaml, Checklist)):
        assert {*written.model_fields} == {field.name for field in fields(kind)} - {"digest"}


def test_stored_data_that_is_no_checklist_is_refused() -> None:
    plain = to_plain(parse_checklist(GOOD, "own.yaml"))
    item = plain["items"][0]
    for broken in (
        {},
        {name: plain[name] for name in plain if name != "digest"},
        plain | {"items": 5},
        plain | {"items": ["x"]},
        plain | {"items": [item | {"severity": "huge"}]},
        plain | {"items": [item | {"probe": {"query": "q"}}]},
    ):
        with pytest.raises(ReadinessError, match="A stored checklist cannot be read"):
            from_plain(broken)


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(
    str.strip
)
_IDS = st.from_regex("[A-Z]{2,6}-[0-9]{2,3}", fullmatch=True)
_SNAKE = st.from_regex("[a-z][a-z0-9_]{0,20}", fullmatch=True)
_PROBES = st.builds(
    ProbeSpec,
    query=_SNAKE,
    kind=st.sampled_from(ProbeKind),
    required=st.floats(0, 1, exclude_min=True),
    declares=st.lists(_SNAKE, max_size=3).map(tuple),
)
_ITEMS = st.builds(
    Item,
    id=_IDS,
    title=_WORDS,
    why=_WORDS,
    evidence=_WORDS,
    improve=_WORDS,
    severity=st.sampled_from(Severity),
    depth=st.sampled_from(Depth),
    weight=st.integers(0, 9),
    same_as=st.lists(_IDS, max_size=3).map(tuple),
    na_allowed=st.booleans(),
    probe=st.none() | _PROBES,
    ticks=st.lists(_WORDS, max_size=3).map(tuple),
)
_CHECKLISTS = st.builds(
    Checklist,
    id=_SNAKE,
    title=_WORDS,
    version=_WORDS,
    day=st.none() | st.integers(1, 31),
    items=st.lists(_ITEMS, max_size=3).map(tuple),
    digest=st.text("0123456789abcdef", max_size=64),
)


@pytest.mark.slow
@settings(deadline=None)
@given(_CHECKLISTS)
def test_plain_data_loses_nothing(checklist: Checklist) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(checklist)))) == checklist


@pytest.mark.slow
@settings(deadline=None)
@given(_CHECKLISTS, st.data())
def test_every_field_reaches_the_digest(checklist: Checklist, data: st.DataObject) -> None:
    other = data.draw(_CHECKLISTS)
    same = replace(checklist, digest="") == replace(other, digest="")
    assert (content_digest(checklist) == content_digest(other)) == same


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_damage_to_a_file_is_accepted_or_refused_in_a_sentence(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 30)))
    put = data.draw(st.one_of(st.text(max_size=8), st.sampled_from(["\n", ": ", "- ", "&a ", "[", "{", "null", "'"])))
    try:
        parse_checklist(GOOD[:start] + put + GOOD[end:], "own.yaml")
    except ReadinessError as error:
        refused = str(error)
    else:
        return
    for sentence in refused.splitlines():
        assert re.match(r"own\.yaml:\d+:\d+(, field \S.*)?: .+\.$|There (is|are) .+\.$", sentence), refused


def folder_of(tmp_path: Path, name: str, **files: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    for file, text in files.items():
        (folder / f"{file}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_teams_checklists_join_after_ours_by_id(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path,
        "team",
        a=checklist_text("zebra", {"id": "ZEB-01"}),
        b=checklist_text("apple", {"id": "APP-01", "same_as": ["OBS-01", "GONE-01"]}),
    )
    (folder / "notes.txt").write_text("not a checklist")
    (folder / "._a.yaml").write_bytes(b"\x00\x05\x16\x07 a file manager's leavings")
    assert list(load_checklists([folder])) == [*SHIPPED, "apple", "zebra"]


def test_a_teams_checklist_with_an_id_of_ours_takes_its_place(tmp_path: Path) -> None:
    # It drops REL-01 to REL-05, which our deployment and observability checklists name in same_as.
    folder = folder_of(tmp_path, "team", mine=checklist_text("reliability", {"id": "REL-77"}))
    checklists = load_checklists([folder])
    assert list(checklists) == list(SHIPPED)
    assert [item.id for item in checklists["reliability"].items] == ["REL-77"]


def test_of_two_folders_the_later_one_wins(tmp_path: Path) -> None:
    first = folder_of(tmp_path, "first", a=checklist_text("own", {"id": "OWN-01"}))
    second = folder_of(tmp_path, "second", a=checklist_text("own", {"id": "OWN-02"}))
    assert [item.id for item in load_checklists([first, second])["own"].items] == ["OWN-02"]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            {"a": checklist_text("own", {"id": "OBS-01"})},
            r"a\.yaml:\d+:\d+, field items\[0\]\.id: item OBS-01 is also an item of the checklist observability\.",
        ),
        # The team's file is the one to blame, though its place in the order is before ours.
        (
            {"a": checklist_text("observability", {"id": "REL-01"})},
            r"a\.yaml:\d+:\d+, field items\[0\]\.id: item REL-01 is also an item of the checklist reliability\.",
        ),
        (
            {"a": checklist_text("own", {"id": "OWN-01", "same_as": ["REL-99"]})},
            r"a\.yaml:\d+:\d+, field items\[0\]\.same_as\[0\]: item OWN-01 is declared the same as REL-99, which does not",
        ),
        (
            {"a": checklist_text("own", {"id": "OWN-01"}), "b": checklist_text("own", {"id": "OWN-02"})},
            r'b\.yaml:2:2, field id: the checklist "own" is already declared in .*a\.yaml:2:2\.',
        ),
        ({"a": "id: [\n"}, r"a\.yaml:2:1: the YAML cannot be read"),
        ({}, r"holds no \.yaml file"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    folder = folder_of(tmp_path, "team", **files)
    with pytest.raises(ReadinessError, match=reason):
        load_checklists([folder])


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text(GOOD)
    for path in (tmp_path / "none", tmp_path / "file.yaml"):
        with pytest.raises(ReadinessError, match=r"The checklist folder .* cannot be read"):
            load_checklists([path])


def test_a_file_is_named_by_the_path_that_was_given(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert check_files([path]) == CheckedChecklists(((path, parse_checklist(GOOD, "elsewhere")),), ())
    path.write_text(GOOD.replace("blocker", "huge"), encoding="utf-8")
    (refused,) = check_files([path]).refused
    assert str(refused).startswith(f"{path}:10:5, field items[0].severity")


def test_the_shipped_folder_of_an_installed_wheel_is_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "readiness_tui"
    package.mkdir(parents=True)
    monkeypatch.setattr(shipped_module.readiness_tui, "__file__", str(package / "__init__.py"))
    # A stray folder of that name above site-packages is not ours.
    (tmp_path / "checklists").mkdir()
    with pytest.raises(ReadinessError, match="install readiness-tui again"):
        shipped_folder("checklists")
    shutil.copytree(Path(__file__).parents[3] / "checklists", package / "checklists")
    assert shipped_folder("checklists") == package.resolve() / "checklists"
    assert list(shipped_checklists()) == list(SHIPPED)


def test_the_domain_does_not_need_pydantic() -> None:
    code = "import sys, readiness_tui.domain.checklists.codec; sys.exit('pydantic' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(Path(readiness_tui.__file__).parents[1])}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


@pytest.mark.parametrize("ending", ["yml", "YAML", "Yml"])
def test_the_ending_may_be_written_in_any_way(ending: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "ours", a=checklist_text("privacy", {"id": "PRI-01"}))
    (folder / "a.yaml").rename(folder / f"a.{ending}")
    assert "privacy" in load_checklists([folder])


@pytest.mark.parametrize("what", ["pipe", "folder", "link"])
def test_what_has_the_name_of_a_checklist_and_is_no_file_is_refused(what: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "ours", a=checklist_text("privacy", {"id": "PRI-01"}))
    odd = folder / "b.yaml"
    {"pipe": os.mkfifo, "folder": Path.mkdir, "link": lambda path: path.symlink_to(folder / "gone")}[what](odd)
    with pytest.raises(ReadinessError, match=r"b\.yaml"):
        load_checklists([folder])
