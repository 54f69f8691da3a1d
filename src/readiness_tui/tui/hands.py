"""What the hands do in every room: find in its list, copy what is highlighted, open a link of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content

from readiness_tui.tui.text import one_line, safe, visible
from readiness_tui.tui.widgets.pick_list import PickList

#: Keys of every room. `o` is the owner in Checklists, Gaps and the meeting; U opens a link there and everywhere.
BINDINGS = [
    Binding("slash", "find", "Find", id="room.find", key_display="/", show=False,
            tooltip="Find: only the rows of the list with these words; Esc shows all again"),
    Binding("y", "copy", "Copy", id="room.copy", show=False, tooltip="Copy the id of what is highlighted; again: its row, then its link"),
    Binding("U,o", "open_link", "Open link", id="room.link", key_display="U", show=False,
            tooltip="Open a link of what is highlighted in the browser, after showing it (o too, where o is not the owner)"),
]  # fmt: skip
_SHOWN = 60  # characters of what was copied that are said


@dataclass(frozen=True, slots=True)
class Present:
    """What is highlighted: what it is called (`name`), how it reads in one line, and the texts that may have links."""

    name: str
    row: str
    texts: Sequence[str] = ()

    @property
    def links(self) -> tuple[str, ...]:
        from readiness_tui.domain.text.links import links_in

        return links_in("\n".join([self.row, *self.texts]))

    @property
    def copies(self) -> list[tuple[str, str]]:
        """What can be copied of it, each with its kind, once."""
        kinds = [("id", self.name), ("row", self.row), *(("link", link) for link in self.links)]
        return [(kind, text) for kind, text in kinds if text]


def list_to_find_in(lists: Sequence[PickList]) -> PickList | None:
    """The focused list, else the first that has rows."""
    filled = [one for one in lists if one.is_on_screen and one.option_count]
    return next((one for one in filled if one.has_focus), filled[0] if filled else None)


def copied(kind: str, text: str, left: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """What goes to the clipboard, on one line and without control characters, and what is said of it."""
    clean = visible(one_line(text))
    shown = clean if len(clean) <= _SHOWN else clean[:_SHOWN] + "…"
    more = f" y again copies the {left[0][0]}." if left else ""
    return clean, f"Copied the {kind}: {shown}{'.' if more and not shown.endswith('.') else ''}{more}"


def link_choices(links: Sequence[str]) -> list[tuple[str, Content]]:
    """The links that may be opened, as choices of a dialog, in full."""
    from readiness_tui.domain.text.links import refusal

    return [(str(place), safe(link)) for place, link in enumerate(links) if not refusal(link)]
