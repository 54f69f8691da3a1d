"""The compare tab: candidate against baseline by metric or by slice, the runs over time, all of it as a file."""

from __future__ import annotations

from pathlib import Path

from textual.binding import Binding

from readiness_tui.domain.compare.slices import Slices, by_slice
from readiness_tui.domain.compare.versions import Versions
from readiness_tui.services import compare, runs
from readiness_tui.services.core.measure import Measured
from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.screens.evals import compare_text
from readiness_tui.tui.screens.evals.page import Detail, Page
from readiness_tui.tui.screens.evals.plot_dialog import PlotDialog
from readiness_tui.tui.screens.evals.table import NOTHING, EvalsTab, EvalsTable
from readiness_tui.tui.screens.room import RoomScreen


class CompareTab(EvalsTab):
    NAME = "compare"
    BINDINGS = [
        Binding("s", "slices", "Slices", id="evals.slices", tooltip="The highlighted metric by slice: every tag is one; again goes back"),
        Binding("p", "plot", "Plot", id="evals.plot", tooltip="Quality, latency and cost of the runs over time"),
        Binding("x", "export", "Export", id="evals.export", tooltip="Write candidate against baseline as a markdown file"),
    ]  # fmt: skip

    def __init__(self, screen: RoomScreen, table: EvalsTable) -> None:
        super().__init__(screen, table)
        self._versions: Versions | None = None  # of `_measured`
        self._measured: Measured | None = None
        self._sliced = ""  # the metric that is shown by slice
        self.slices: Slices | None = None

    def stale(self, view: ReviewView) -> bool:
        """Whether the comparison that is known is of other runs, or of another metric's slices."""
        sliced = self.slices.compared.metric.key if self.slices else ""
        return self._measured is not view.measured or sliced != self._sliced

    async def load(self, view: ReviewView) -> None:
        metric = self._sliced
        versions = await self.host.search(compare.review_versions, self.desk, view.measured)
        row = versions.row(metric) if versions else None
        slices = (
            await self.host.search(by_slice, row, versions.candidate, versions.baseline) if versions and row else None
        )
        if view is self.view and metric == self._sliced:
            self._measured, self._versions, self.slices = view.measured, versions, slices
            self._sliced = metric if row else ""

    def known(self, view: ReviewView) -> Versions | None:
        """The comparison, where it is of the runs that are measured now."""
        return self._versions if self._measured is view.measured else None

    def page(self, view: ReviewView) -> Page:
        known = self.known(view)
        if known is not None and self.slices is not None:
            return compare_text.slice_page(self.slices)
        return compare_text.page(view, known, self.table.width)

    async def detail(self, view: ReviewView, key: str) -> Detail | None:
        if self._versions is None:
            return NOTHING
        return await self.host.search(compare_text.detail, self._versions, key, self.slices)

    @property
    def _metric(self) -> str:
        """The metric that `s` shows by slice, or goes back from."""
        if self.shown and self._sliced:
            return self._sliced
        row = self.table.gate_row(self.view)
        metric = self.table.key if self.shown else row.rule.metric if row else ""
        return metric if self._versions and self._versions.row(metric) else ""

    def works(self, action: str) -> bool:
        measured = self.view.measured
        if action == "slices":
            return bool(self._metric)
        if action == "plot":
            return bool(measured.runs)
        return bool(measured.candidate_runs and measured.baseline_runs)

    async def action_slices(self) -> None:
        metric = self._metric
        if not metric:
            return
        back = self.shown and bool(self._sliced)
        self.table.tab = self.NAME
        self._sliced, self.slices = "" if back else metric, None
        self.table.choose(self.NAME, metric if back else "")
        await self.screen.refresh_view()
        self.table.rows.focus()

    async def action_plot(self) -> None:
        found = await self.host.search(runs.over_time, self.desk, self.view.measured)
        if found is not None:
            self.screen.app.push_screen(PlotDialog(found))

    async def action_export(self) -> None:
        versions = await self.host.search(compare.review_versions, self.desk, self.view.measured)
        if versions is None:
            return

        def write(path: Path) -> None:
            compare.export(versions, path)

        ask_where(self.screen, "Export the comparison", "File: .md", compare.file_name(versions), write)
