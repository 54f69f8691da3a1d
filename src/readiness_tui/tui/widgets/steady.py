"""Another text in the place of one: laid out anew only where its box gets another height.

A layout goes through the whole screen and paints twice. What follows a cursor most often fits the room that it has, all the
more where the stylesheet gives it at least its pane's (`min-height: 100%`).
"""

from __future__ import annotations

from textual.content import Content
from textual.css.scalar import Scalar
from textual.widget import Widget
from textual.widgets import Static


def replace_text(shown: Static, text: Content) -> None:
    """Show this text in the place of what is shown."""
    inside = shown.content_size
    shown.update(text, layout=not inside or _height(shown, text, inside.width) != inside.height)


def _height(shown: Static, text: Content, width: int) -> int:
    """Rows that the text gets, within the bounds of the stylesheet."""
    rows = text.get_height(shown.styles.get_rules(), width)
    least, most = (_rows(shown, bound) for bound in (shown.styles.min_height, shown.styles.max_height))
    rows = rows if most is None else min(rows, most)
    return rows if least is None else max(rows, least)


def _rows(shown: Static, bound: Scalar | None) -> int | None:
    """A bound in rows, without border and padding."""
    if bound is None:
        return None
    outer = shown.parent
    room = (outer if isinstance(outer, Widget) else shown.screen).scrollable_content_region.size
    return max(int(bound.resolve(room, shown.app.size)) - shown.gutter.height, 0)
