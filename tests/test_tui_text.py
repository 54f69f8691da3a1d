"""What a test on the screen can miss, read from the app's source: text that widgets would take for markup, and names
of Textual's own that a subclass would overwrite."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from textual.app import App
from textual.screen import Screen
from textual.widget import Widget

import readiness_tui.tui

SOURCES = sorted(Path(readiness_tui.tui.__file__).parent.rglob("*.py"))
#: Calls whose first argument is shown, and read as markup where it is a plain string.
SHOWING = {"Static", "Label", "Button", "Option", "Selection", "TabPane", "Tab", "Collapsible", "Checkbox", "update",
           "add_option", "add_column", "add_row", "set_options"}  # fmt: skip
#: Attributes and keywords that are shown as markup.
SHOWN = {"border_title", "border_subtitle", "tooltip", "title", "sub_title", "placeholder", "prompt"}
#: The functions of ours that make outside text safe.
SAFE = {"safe", "line", "cell", "column", "join", "visible", "one_line", "fit"}


def composed(node: ast.expr) -> bool:
    """Whether this is a string put together at run time: an f-string, `+`, `%`, `.format`, `.join`, `str(…)`."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) and not made_safe(part.value) for part in node.values)
    if isinstance(node, ast.BinOp):
        return (isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant)) or (
            isinstance(node.op, ast.Add) and (composed(node.left) or composed(node.right))
        )
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Name):
            return function.id == "str"
        # A str's own join or format; Content.join is another.
        return isinstance(function, ast.Attribute) and function.attr in ("format", "join") and (
            isinstance(function.value, ast.Constant | ast.JoinedStr)
        )  # fmt: skip
    if isinstance(node, ast.IfExp):
        return composed(node.body) or composed(node.orelse)
    return False


def made_safe(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and name_of(node.func) in SAFE


def name_of(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def findings(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        where = f"{source.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            name = name_of(node.func)
            keywords = {keyword.arg: keyword.value for keyword in node.keywords}
            if name == "notify":
                markup = keywords.get("markup")
                if not (isinstance(markup, ast.Constant) and markup.value is False):
                    yield f"{where}: notify without markup=False"
            if name == "from_markup":
                yield f"{where}: {name}"
            if isinstance(value := keywords.get("markup"), ast.Constant) and value.value is True:
                yield f"{where}: markup=True"
            if name in SHOWING:
                yield from (f"{where}: {name} shows a plain string" for part in node.args if composed(part))
            if name != "Binding":  # its words are the program's own
                yield from (f"{where}: {word}" for word in SHOWN & keywords.keys() if composed(keywords[word]))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in SHOWN and composed(node.value):
                    yield f"{where}: {target.attr}"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_widget_is_given_a_string_that_holds_data(source: Path) -> None:
    assert list(findings(source)) == []


def test_the_check_finds_what_it_is_for(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(
        'a.notify(x)\nStatic(f"{x} cases")\nw.update("a " + f"{x}")\nw.border_title = f"{x}"\nLabel(" ".join(x))\n'
        'Button(x, tooltip=f"{x}")\nText.from_markup(x)\nw.update("%s" % x)\n'
        # These are fine:
        'a.notify(x, markup=False)\nStatic("Import")\nw.update(safe(f"{x}"))\nStatic(f"{visible(x)}")\nw.update(line(x))\n',
        encoding="utf-8",
    )
    assert sorted(int(found.split(":")[1]) for found in findings(bad)) == [1, 2, 3, 4, 5, 6, 7, 8]


@cache
def own_names(kind: type) -> set[str]:
    """Attributes that the methods of this class set on `self`."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(kind)))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name) and node.value.id == "self"
    }  # fmt: skip


def shown_classes() -> Iterator[type]:
    for found in pkgutil.walk_packages(readiness_tui.tui.__path__, "readiness_tui.tui."):
        module = importlib.import_module(found.name)
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == module.__name__ and issubclass(kind, Widget | App):
                yield kind


#: Set on purpose: how the app ends, which Textual would tell with everybody's data.
MEANT = {"TerminalApp": {"_exception", "_return_code"}}


@pytest.mark.parametrize("kind", shown_classes(), ids=lambda kind: kind.__name__)
def test_no_private_name_of_textual_is_overwritten(kind: type) -> None:
    """A screen's own `_running` would be the message pump's too: the app then waits for ever, or ignores its keys."""
    theirs = {
        name
        for base in kind.__mro__
        if base.__module__.startswith("textual.")
        for name in own_names(base) | set(vars(base))
        if name.startswith("_")
    }
    assert own_names(kind) & theirs == MEANT.get(kind.__name__, set())
    assert "_running" in theirs
    assert issubclass(kind, Screen | Widget | App)
