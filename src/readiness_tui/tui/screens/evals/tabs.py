"""The line above the tables: the three tabs, and which versions are compared."""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from readiness_tui.domain.text.format import day_month
from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui.widgets.pick_list import OpeningRows

TABS = ("gate", "compare", "runs")


class TabName(Static):
    """One name in the line of tabs."""

    class Chosen(Message):
        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, tab: str) -> None:
        super().__init__(tab, id=f"tab-{tab}", classes="evals-tab")
        self.tab = tab

    def show(self, active: bool) -> None:
        self.set_class(active, "active")
        self.update(Content(f"[{self.tab.capitalize()}]" if active else f" {self.tab} "))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Chosen(self.tab))


def sides(view: ReviewView, width: int) -> str:
    """ "baseline rag-v3 · 20 Nov · candidate rag-v4 · 23 Nov": of two versions only what differs, as fits."""
    both = (("baseline", view.measured.baseline_runs), ("candidate", view.measured.candidate_runs))
    versions = apart(*(side[0].version if side else "" for _, side in both))
    full, short = [], []
    for (name, side), version in zip(both, versions, strict=True):
        if side:
            started = side[0].started_at
            day = f" of {day_month(started.date())}" if started else ""
            more = f", {len(side)} runs" if len(side) > 1 else ""
            short.append(f"{name} {version}")
            full.append(f"{name} {version}{day}{more}")
    said = " · ".join(full)
    return said if len(said) <= width else " · ".join(short)


def apart(one: str, other: str) -> tuple[str, str]:
    """Two versions without the parts that they share: "rag-v3/m-1" and "rag-v4/m-1" are "rag-v3" and "rag-v4"."""
    ones, others = one.split("/"), other.split("/")
    if one == other or len(ones) != len(others):
        return one, other
    kept = [(a, b) for a, b in zip(ones, others, strict=True) if a != b]
    return "/".join(a for a, _ in kept), "/".join(b for _, b in kept)


class Rows(OpeningRows):
    """A table or a list of cases, of which each row has its number as id; Enter opens."""

    BINDINGS = [
        Binding("enter", "select", "Open", id="evals.open", tooltip="The cases behind the row; then one case in full")
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An empty table has nothing to open."""
        return self.option_count > 0 if action == "select" else super().check_action(action, parameters)

    @property
    def place(self) -> int | None:
        """The number of the highlighted row."""
        return None if self.current is None else int(self.current)

    def go(self, place: int) -> None:
        """Highlight the row of this number, where it is shown."""
        if any(row.id == str(place) for row in self.options):
            self.highlighted = self.get_option_index(str(place))
