"""A healthy release of a team of one, with keys only: 72 cases from the file of a tool, traces, labels, items, and GO.

Its first screen and its gate stand in docs/healthy_release.md as they are painted here.
"""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from benchmarks.moves.material import JUDGE, RISKY, Release, gate, release
from benchmarks.moves.other_tools import promptfoo, ragas
from textual.pilot import Pilot
from textual.widgets import Input

from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.start import start
from readiness_tui.tui.app import ReadinessApp
from tests.tui.driving import Size, answer, fill, painted, press

SIZE: Size = (100, 34)
STARTED = "2026-11-24T10:00:00Z"
PAGE = (Path(__file__).parents[2] / "docs" / "healthy_release.md").read_text(encoding="utf-8")
REVIEWED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Clock:
    """The team's morning: gate locked, run started, run imported."""

    def __init__(self) -> None:
        self.now = REVIEWED

    def __call__(self) -> datetime:
        return self.now

    def turn(self, hour: int) -> None:
        self.now = self.now.replace(hour=hour)


async def bring(pilot: Pilot[None], path: Path) -> None:
    """Import a file, as by `i`."""
    await press(pilot, "i")
    await fill(pilot, str(path))
    await press(pilot, "enter")
    await press(pilot, "escape")


def traces(folder: Path) -> Path:
    """160 requests of four days in the structured log: versions, model, chunks, tool calls, time, cost, feedback."""
    rows = [
        {
            "trace_id": f"t-{n}",
            "timestamp": f"2026-11-{20 + n // 40:02}T{n % 24:02}:{n % 60:02}:00Z",
            "question": f"How does seat {n} work?",
            "answer": f"Seat {n} works like any other.",
            "status": "ok",
            "prompt_version": "v2",
            "app_version": "2026.11",
            "index_version": "kb-7",
            "model": "model-2025-01-15",
            "retrieved_chunks": [{"id": f"seat-guide#{n}", "source": "seat-guide", "rank": 1, "score": 0.8}],
            "tool_calls": [{"name": "kb_search", "arguments": {"query": f"seat {n}"}, "result": f"seat-guide#{n}"}],
            "latency_ms": 900 + 7 * n,
            "cost": 0.01 + n / 10_000,
            "tokens_in": 800 + n,
            "tokens_out": 90,
            **({"feedback": "up" if n % 3 else "down"} if n % 2 else {}),
        }
        for n in range(160)
    ]
    path = folder / "traces.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


async def decide(pilot: Pilot[None], app: ReadinessApp) -> None:
    """Accept what the log proves, and score the rest as met, each with a link."""
    await press(pilot, "O", "a", "enter", "C")
    for _ in range(40):
        await press(pilot, "space")
        assert app.view is not None
        item = app.view.judgement.standings.get(getattr(app.screen, "item_id", ""))
        if item is None or item.decided:
            return
        await press(pilot, "2")
        if isinstance(app.focused, Input):
            await fill(pilot, f"https://wiki.example.com/release/{item.item.id}")
            await press(pilot, "ctrl+s")


def block(screen: str) -> str:
    """A screen as a block of a page: without what is blank at its edges."""
    lines = [row.rstrip() for row in screen.splitlines()]
    while lines and not lines[0]:
        del lines[0]
    keys = lines.pop()  # the footer stands at the bottom, after blank lines
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join([*lines, "", keys])


async def walk(
    folder: Path, monkeypatch: pytest.MonkeyPatch, made: Release, name: str, content: str, declared: dict[str, str]
) -> tuple[str, str]:
    """From the greeting to GO; the Overview and the gate at the end. `declared`: what the run's file does not say."""
    clock = Clock()
    monkeypatch.setattr(start, "start_review", functools.partial(start.start_review, clock=clock))
    (folder / "golden.jsonl").write_text("".join(json.dumps(gold) + "\n" for gold in made.golden), encoding="utf-8")
    (folder / "gate.yaml").write_text(made.gate, encoding="utf-8")
    app = ReadinessApp(who="ana", here=folder)
    app.animation_level = "none"
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "n")
        await answer(pilot, system="support bot", release="2026.11", held_on="2026-11-24", owner="ana", reviewers="ana")
        assert app.view is not None
        await bring(pilot, folder / "golden.jsonl")
        await bring(pilot, folder / "gate.yaml")
        await press(pilot, "E", "l", "enter")
        assert app.view.gate.lock is not None

        clock.turn(14)  # the evaluation ran at 10
        (folder / name).write_text(content, encoding="utf-8")
        await bring(pilot, folder / name)
        await press(pilot, "E", "]", "]", "f")
        await answer(pilot, **declared)
        await bring(pilot, traces(folder))
        await press(pilot, "R")
        for _ in range(RISKY):
            await press(pilot, "p", "space")
        await press(pilot, "escape")
        assert app.view.gate.unreviewed == ()

        await decide(pilot, app)
        await press(pilot, "O")
        assert app.view.judgement.verdict is Verdict.GO, app.view.judgement.causes
        overview = painted(pilot)
        await press(pilot, "E", "[", "[")
        gate_tab = painted(pilot)
    assert app.desk is not None
    app.desk.close()
    return block(overview), block(gate_tab)


@pytest.mark.slow
async def test_a_promptfoo_file_reaches_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = release()
    made.header["started_at"] = STARTED
    shown = await walk(tmp_path, monkeypatch, made, "results.json", json.dumps(promptfoo(made)), {"judge": JUDGE})
    for screen in shown:
        assert f"```text\n{screen}\n```" in PAGE, f"docs/healthy_release.md shows another screen than\n{screen}"


@pytest.mark.slow
async def test_a_ragas_file_reaches_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ragas writes neither ids nor times: its cases join by their questions, and three facts are declared."""
    made = release(
        rules=gate('{metric: faithfulness, threshold: ">= 0.85"}', '{metric: relevance, threshold: ">= 0.80"}')
    )
    content = "".join(json.dumps(row) + "\n" for row in ragas(made))
    said = {"started": STARTED, "judge": JUDGE, "version": "v2"}
    overview, gate_tab = await walk(tmp_path, monkeypatch, made, "ragas.jsonl", content, said)
    assert " GO until " in overview
    assert gate_tab.count("● pass") >= 3
    assert "declared by ana" in gate_tab
