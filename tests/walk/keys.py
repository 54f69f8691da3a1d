"""Which keys a walk tries where: every binding of the screen, and what anybody presses, types, pastes or clicks."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from textual.app import App
from textual.widgets import Input, TextArea

from tests.hostile import POISON, bad

#: They end the app or hand the terminal away: tried in a real terminal instead.
LEFT_OUT = frozenset({"ctrl+q", "ctrl+c", "ctrl+z", "ctrl+e", "f2"})
PLAIN = (
    "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "ctrl+home", "ctrl+end", "enter", "escape", "tab", "shift+tab",
    "space", "backspace", "delete", "ctrl+s", "ctrl+k", "ctrl+u", "ctrl+a", "ctrl+x", "ctrl+v", "shift+down",
    "ctrl+p", "f1", "slash", "x", "0", "1", "2",
)  # fmt: skip
TEXTS = (
    "", "x", "0", "-1", "1e999", "2026-12-24", "2026-02-30", "9999-12-31", "0001-01-01", "tomorrow", "OBS-01", "OWN-01", "ana", "sev:2 is:open",
    "latency>3000 tag:", "score:faithfulness<0.5", 'status:"', "(((", "[/nope]", "é" * 400, "日本語 e\u0301\u0301 👩 \u200b", "\x00\x1b[31m",
    POISON, bad("typed"), "a" * 5000, "\n".join("line" for _ in range(300)), "/proc/version", "/dev/null", "~", ".", "..", "/nowhere/x.json", "nan", "@x /sev 9",
)  # fmt: skip
_ITEM = re.compile(r"\b[A-Z]{2,}-\d+")  # the dialog is the same over any of them
_WORD = re.compile(r"[A-Za-z]{2,}")
SIZES = ((80, 24), (120, 40), (20, 5), (40, 12), (200, 60), (81, 8), (10, 3), (1, 1))


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a person does. `kind`: key, text (typed into the focused field at once), paste, click, size."""

    kind: str
    what: str | tuple[int, int]

    def __str__(self) -> str:
        what = self.what if isinstance(self.what, tuple) else self.what[:40]
        return f"{self.kind} {what!r}"


def place(app: App[None]) -> str:
    """Where one is, as far as keys are concerned: the screen, how a dialog's title begins, the focused widget."""
    focused = app.focused
    name = f"{type(focused).__name__}#{focused.id}" if focused is not None else "-"
    title = _WORD.findall(_ITEM.sub("", str(getattr(app.screen, "_title", "") or "")))[:2]
    mark = f"[{' '.join(title)}]" if title else ""
    return f"{type(app.screen).__name__}{mark}/{name}"


def steps(app: App[None]) -> list[Step]:
    """Everything that can be tried here."""
    found = [active.binding.key for active in app.screen.active_bindings.values()]
    keys = [key for key in dict.fromkeys([*found, *PLAIN]) if key not in LEFT_OUT]
    tried = [Step("key", key) for key in keys]
    if isinstance(app.focused, Input | TextArea):
        tried += [Step("text", text) for text in TEXTS] + [Step("paste", bad("pasted")), Step("paste", "p" * 20000)]
    return tried


def chance(app: App[None], dice: random.Random) -> Step:
    """Something that no table has: a click anywhere, another size of the terminal, a key out of place."""
    kind = dice.choice(("click", "click", "click", "size", "key", "key", "key", "key", "paste"))
    if kind == "click":
        return Step(kind, (dice.randrange(max(1, app.size.width)), dice.randrange(max(1, app.size.height))))
    if kind == "size":
        return Step(kind, dice.choice(SIZES))
    if kind == "paste":
        return Step(kind, dice.choice(TEXTS))
    return Step("key", dice.choice([step.what for step in steps(app) if step.kind == "key"] or ["escape"]))  # type: ignore[arg-type]
