"""What a terminal sends for a key, by Textual's name for it."""

from __future__ import annotations

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys, _character_to_key

_MODIFIERS = {"shift": 1, "alt": 2, "ctrl": 4}
_CODES = {"escape": 27, "enter": 13, "tab": 9, "backspace": 127, "space": 32}


def _known() -> dict[str, str]:
    known = {_character_to_key(chr(code)): chr(code) for code in range(0x21, 0x7F)}
    for sequence, keys in ANSI_SEQUENCES_KEYS.items():
        if isinstance(keys, tuple) and len(keys) == 1 and isinstance(keys[0], Keys):
            known.setdefault(keys[0].value, sequence)
    # A lone Esc is told from the beginning of a sequence by a pause; newer terminals send it as this.
    return known | {"space": " ", "enter": "\r", "tab": "\t", "backspace": "\x7f", "escape": "\x1b[27u"}


_KNOWN = _known()


def typed(key: str) -> bytes | None:
    """None: no terminal sends it."""
    if key in _KNOWN:
        return _KNOWN[key].encode()
    *before, last = key.split("+")
    code = _CODES.get(last) or (ord(_KNOWN[last]) if len(_KNOWN.get(last, "")) == 1 else 0)
    if not code or any(one not in _MODIFIERS for one in before):
        return None
    return f"\x1b[{code};{1 + sum(_MODIFIERS[one] for one in before)}u".encode()


#: All that a keyboard has, but for the keys that end the app.
ALL = tuple(
    key
    for key in (
        *(_character_to_key(chr(code)) for code in range(0x21, 0x7F)), *(f"ctrl+{chr(code)}" for code in range(0x61, 0x7B)),
        "space", "enter", "tab", "backspace", "escape", "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "insert",
        "delete", *(f"f{n}" for n in range(1, 13)), "shift+tab", "ctrl+home", "ctrl+end", "ctrl+left", "ctrl+right", "shift+up",
        "shift+down", "shift+left", "shift+right", "shift+home", "shift+end", "alt+x", "ctrl+enter", "shift+enter", "ctrl+delete",
    )
    if key not in ("ctrl+q", "ctrl+i", "ctrl+m", "ctrl+h", "ctrl+j")  # the latter are Tab, Enter and Backspace
)  # fmt: skip
