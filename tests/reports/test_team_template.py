"""A team's template may be wrong in any way: it ends with a sentence that names it, and in bounded time and memory."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.reports import team_template
from readiness_tui.reports.render import render

NAME = "gate_check.md.j2"


def refused(folder: Path, text: str) -> str:
    (folder / NAME).write_text(text, encoding="utf-8")
    begun = time.monotonic()
    with pytest.raises(ReadinessError) as caught:
        render(NAME, folder, given="values")
    assert time.monotonic() - begun < team_template.PATIENCE + 10
    return str(caught.value)


def test_it_is_filled_in_with_what_is_given(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(
        "{{ given }} | {{ words.number(1234.5) }} {{ given | length }}\n\n\n\nend", encoding="utf-8"
    )
    assert render(NAME, tmp_path, given="*a*") == render_here(tmp_path)


def render_here(folder: Path) -> str:
    from readiness_tui.reports.render import fill

    text = fill(NAME, folder, {"given": "*a*"})
    assert text.startswith("\\*a\\* | ")
    return text


def test_a_folder_without_templates_costs_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team_template, "filled", lambda *_: pytest.fail("a process was started"))
    (tmp_path / "readme.txt").write_text("x")
    with pytest.raises(ReadinessError, match="could not be filled in"):  # ours, which needs more than nothing
        render(NAME, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ 10 ** (10 ** 9) }}",
        "{% set n = 10 ** 7 %}{{ (n ** n) % 7 }}",
    ],
)
def test_it_does_not_loop_for_ever(tmp_path: Path, text: str) -> None:
    told = refused(tmp_path, text)
    assert str(tmp_path / NAME) in told
    # By the second on a machine that has nothing else to do; else the patience of the other process ends first.
    assert f"computes for more than {team_template.SECONDS} seconds" in told or "was not done after 30 seconds" in told


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'x' * 10**10 }}",
        "{{ given.ljust(10 ** 10) }}",
        "{{ 'x' | center(10 ** 10) }}",
        "{% set x = namespace(t='x' * 1000) %}{% for i in range(40) %}{% set x.t = x.t ~ x.t %}{% endfor %}",
    ],
)
def test_it_does_not_take_all_memory(tmp_path: Path, text: str) -> None:
    told = refused(tmp_path, text)
    assert str(tmp_path / NAME) in told
    assert "needs more than 1,024 MB of memory" in told


def test_it_does_not_write_without_end(tmp_path: Path) -> None:
    assert "gives more than 20,000,000 characters" in refused(tmp_path, "{{ 'x' * 20000001 }}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{% if %}", "line 1"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{% include 'gate_check.md.j2' %}", "recursion"),
        ("{% include '/etc/passwd' %}", "/etc/passwd"),
    ],
)
def test_its_faults_are_told_with_its_name(tmp_path: Path, text: str, words: str) -> None:
    told = refused(tmp_path, text)
    assert words in told
    assert NAME in told


def test_a_template_that_is_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAME)
    with pytest.raises(ReadinessError, match="is a pipe or a device"):
        render(NAME, tmp_path, given="x")


@pytest.mark.slow
def test_what_only_waits_ends_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team_template, "PATIENCE", 1.0)
    assert "was not done after 1 seconds" in refused(tmp_path, "{{ 10 ** (10 ** 9) }}")


def test_nothing_is_imported_from_where_the_command_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jinja2.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    (tmp_path / NAME).write_text("fine")
    monkeypatch.chdir(tmp_path)
    assert render(NAME, tmp_path) == "fine\n"
    assert not (tmp_path / "ran").exists()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _lost_link(path: Path) -> None:
    path.symlink_to(path.parent / "gone")


NO_FILES = {"pipe": _pipe, "folder": Path.mkdir, "leads nowhere": _lost_link}


@pytest.mark.parametrize("what", NO_FILES)
@pytest.mark.parametrize("name", [NAME, "parts.md.j2"])
def test_what_is_no_file_is_named(what: str, name: str, tmp_path: Path) -> None:
    NO_FILES[what](tmp_path / name)
    with pytest.raises(ReadinessError, match=what) as caught:
        render(NAME, tmp_path, given="values")
    assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize("what", NO_FILES)
def test_another_documents_template_is_none_of_this_ones_concern(what: str, tmp_path: Path) -> None:
    NO_FILES[what](tmp_path / "incident.md.j2")
    assert not team_template.holds(tmp_path, "scorecard.md.j2")
    with pytest.raises(ReadinessError, match=what):
        team_template.holds(tmp_path, "incident.md.j2")


@pytest.mark.parametrize("name", ["Scorecard.md.j2", "scorecard.md.J2", "scorecard.md.jinja", "scorecard.md.JINJA2"])
def test_a_name_that_is_nearly_right_is_not_passed_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(ReadinessError, match=r"Call it scorecard\.md\.j2"):
        team_template.holds(tmp_path, "scorecard.md.j2")
    assert not team_template.holds(tmp_path, "incident.md.j2") or name.endswith(".j2")
    (tmp_path / "scorecard.md.j2").write_text("mine")
    assert team_template.holds(tmp_path, "scorecard.md.j2")


def test_a_file_or_folder_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / NAME).write_text("mine")
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        with pytest.raises(ReadinessError, match="Permission denied"):
            team_template.holds(tmp_path, NAME)
    with pytest.raises(ReadinessError, match="cannot be read"):
        team_template.holds(tmp_path / "gone", NAME)
