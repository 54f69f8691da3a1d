"""Every key of the app and what it does, by screen; and which of them would hide another."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from textual.binding import BindingsMap
from textual.dom import DOMNode
from textual.keys import Keys, _character_to_key
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

import readiness_tui.tui
from readiness_tui.tui.widgets.letters import LETTERS

_SIGNS = frozenset(_character_to_key(chr(code)) for code in range(0x21, 0x7F))
_NAMED = frozenset(str(key.value) for key in Keys if not key.value.startswith("<")) | {"space", "delete", "insert"}
_WITH = ("ctrl", "shift", "alt")


@dataclass(frozen=True, slots=True)
class Keyed:
    """One action: its id, what it does, its keys by Textual's names."""

    id: str
    does: str
    keys: tuple[str, ...]


def modules_kinds() -> Iterator[type[DOMNode]]:
    """All screens and widgets of the app, its dialogs too. Imports every one of them."""
    seen: set[type] = set()
    for found in pkgutil.walk_packages(readiness_tui.tui.__path__, "readiness_tui.tui."):
        for kind in vars(importlib.import_module(found.name)).values():
            ours = isinstance(kind, type) and issubclass(kind, DOMNode) and kind.__module__ == found.name
            if ours and kind not in seen:
                seen.add(kind)
                yield kind


def keyed(kind: type[DOMNode]) -> list[Keyed]:
    """The actions of a screen, widget or app with those that it inherits from ours; what has no id cannot be changed."""
    found: dict[str, Keyed] = {}
    for key, bindings in _merged(kind).key_to_bindings.items():
        for binding in bindings:
            if binding.id:
                keys = (*found[binding.id].keys, key) if binding.id in found else (key,)
                found[binding.id] = Keyed(binding.id, binding.tooltip or binding.description, keys)
    return list(found.values())


def _merged(kind: type[DOMNode]) -> BindingsMap:
    return kind._merge_bindings()


def rooms() -> dict[str, list[Keyed]]:
    """Each screen with all actions whose keys can meet on it: its own, its lists', the app's under no dialog."""
    from readiness_tui.tui.app import ReadinessApp

    kinds = list(modules_kinds())
    lists = [one for kind in kinds if issubclass(kind, Widget) and not issubclass(kind, Screen) for one in keyed(kind)]
    app, found = keyed(ReadinessApp), {}
    for kind in kinds:
        if issubclass(kind, Screen):
            every = [*keyed(kind), *lists, *([] if issubclass(kind, ModalScreen) else app)]
            name = kind.__name__.removesuffix("Screen").removesuffix("Dialog")
            found[name] = list({one.id: one for one in every}.values())
    return found


def actions() -> dict[str, Keyed]:
    """Every action that can have another key, by its id."""
    every = {one.id: one for listed in rooms().values() for one in listed}
    return {name: every[name] for name in sorted(every)}


def key_names(typed: str) -> tuple[str, ...]:
    """ "w, ctrl+o, ?" by Textual's names; ("",) stands for what is no key."""
    return tuple(_key_name(part.strip()) for part in typed.split(",")) if typed != "," else ("comma",)


def _key_name(typed: str) -> str:
    if len(typed) == 1:
        return _character_to_key(typed) if typed.isprintable() else ""
    *held, last = typed.split("+")
    known = last in _SIGNS or last in _NAMED or typed in _NAMED
    return typed if known and all(one in _WITH for one in held) else ""


def clashes(changed: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str, str]]:
    """Each changed action that would hide another or be hidden: its id, the other's, the key, the screen.

    Two that share a key without a change do so by design: a room's letter goes before a list's.
    """
    for screen, listed in rooms().items():
        now = {one.id: changed.get(one.id, one.keys) for one in listed}
        was = {one.id: one.keys for one in listed}
        for name in changed:
            for key in set(now.get(name, ())) - set(was.get(name, ())):
                for other, keys in now.items():
                    if other != name and key in keys and other not in LETTERS:
                        yield name, other, key, screen
