"""What the keys do to the comparison: show a metric by slice, plot the runs over time, write it all to a file."""

from __future__ import annotations

from pathlib import Path

from textual.binding import Binding

from readiness_tui.services import compare, runs
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.screens.evals.planning import PlanningScreen
from readiness_tui.tui.screens.evals.plot_dialog import PlotDialog


class ComparingScreen(PlanningScreen):
    """A screen with a present metric."""

    BINDINGS = [
        Binding("s", "slices", "Slices", id="evals.slices", tooltip="The highlighted metric by slice: every tag is one; again goes back"),
        Binding("p", "plot", "Plot", id="evals.plot", tooltip="Quality, latency and cost of the runs over time"),
        Binding("x", "export", "Export", id="evals.export", tooltip="Write candidate against baseline as a markdown file"),
    ]  # fmt: skip

    async def action_plot(self) -> None:
        view = self.readiness.view
        if view is None:
            return
        found = await self.search(runs.over_time, self.desk, view.measured)
        if found is not None:
            self.app.push_screen(PlotDialog(found))

    async def action_export(self) -> None:
        view = self.readiness.view
        if view is None:
            return
        versions = await self.search(compare.review_versions, self.desk, view.measured)
        if versions is None:
            return

        def write(path: Path) -> None:
            compare.export(versions, path)

        ask_where(self, "Export the comparison", "File: .md", compare.file_name(versions), write)
