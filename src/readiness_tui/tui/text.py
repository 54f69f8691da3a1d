"""Text for the screen: the only way data reaches a widget.

`safe` and `line` pass everything through the sanitiser, mask credentials, and never read markup; colours come from theme
variables, and status is always a glyph and a word. A form alone shows a text as it is stored: whoever edits it would else
save the mask in its place.
"""

from __future__ import annotations

from textual.content import Content
from textual.style import Style

from readiness_tui.domain.text import sanitise
from readiness_tui.domain.text.secrets import mask


def visible(text: str, limit: int | None = None) -> str:
    """The sanitiser's, with credentials masked before anything is cut."""
    return sanitise.visible(mask(text), limit)


def one_line(text: str, limit: int | None = None) -> str:
    """The sanitiser's, with credentials masked before anything is cut."""
    return sanitise.one_line(mask(text), limit)


def safe(text: object, style: str = "", limit: int | None = None) -> Content:
    """A block of outside text (its line breaks stay)."""
    return Content.styled(visible(str(text), limit), style) if style else Content(visible(str(text), limit))


def line(text: object, style: str = "", limit: int | None = None) -> Content:
    """Outside text as one line."""
    return safe(one_line(str(text)), style, limit)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` in exactly `width` columns (wide characters counted), cut with an ellipsis; `right`: padded before it."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return " " * (width - cell_len(text)) + text if right else set_cell_size(text, width)
    return set_cell_size(text, max(width - 1, 0)) + "…" if width > 0 else ""


def column(text: object, width: int, style: str = "") -> Content:
    """Outside text as one line of exactly `width` columns."""
    return Content.styled(fit(one_line(str(text)), width), style)


def clickable(content: Content, action: str) -> Content:
    """A click on it runs `action`, one of the program's own (`screen.score(2)`): never made of outside text."""
    return content.stylize(Style.from_meta({"@click": action}))


def join(*parts: Content | str) -> Content:
    """Contents one after another; plain strings here are the program's own words."""
    return Content("").join([part if isinstance(part, Content) else Content(part) for part in parts])


def pasted(text: str, field: object) -> str:
    """What a paste brings into a field: nothing raw, because a field shows what it holds. Lines become one where it takes only
    the first of several and would drop the others. Most terminals end each line of a paste as Enter would, with a lone CR."""
    from textual.widgets import Input

    clean = sanitise.visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(field, Input) and type(field)._on_paste is Input._on_paste:
        return " ".join(line for line in clean.splitlines() if line.strip())
    return clean
