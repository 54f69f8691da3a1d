"""A key by what it does: texts name it as it is now, also where its owner gave it another one."""

from __future__ import annotations

import re
from typing import Any

from textual.binding import Binding
from textual.screen import Screen

from readiness_tui.tui.text import visible

_NAMED = re.compile(r"\{([a-z][a-z_.]*)\}")


def key_of(screen: Screen[Any], name: str) -> str:
    """How the key of the action with this id is shown; the id itself where nothing here has it."""
    app = screen.app
    for active in screen.active_bindings.values():
        if active.binding.id == name:
            return app.get_key_display(active.binding)
    own = app._keymap.get(name)
    for node in (screen, *screen.query("*"), app):
        for bound in node._bindings.key_to_bindings.values():
            for binding in bound:
                if binding.id == name:
                    shown = Binding(own.split(",")[0], "", "") if own else binding
                    return app.get_key_display(shown)
    return name


def with_keys(text: str, screen: Screen[Any]) -> str:
    """The program's own text with each `{id}` as the key that does it."""
    return _NAMED.sub(lambda found: visible(key_of(screen, found[1])), text)
