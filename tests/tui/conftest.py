"""The app on the sample, at a fixed time and size."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from readiness_tui.services.core.desk import Desk
from readiness_tui.tui import still
from readiness_tui.tui.app import ReadinessApp


@pytest.fixture
def sample_app(sample_desk: Desk) -> ReadinessApp:
    """The app on a copy of the sample; blinking and animation are off."""
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    app.animation_level = "none"
    return app


@pytest.fixture(autouse=True)
def _keep_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `driving.notices` reads. The app's own notices expire by the real clock, which a busy machine outruns."""
    notify = ReadinessApp.notify

    def keep(app: ReadinessApp, message: str, **how: Any) -> None:
        vars(app).setdefault("said", []).append(message)
        notify(app, message, **how)

    monkeypatch.setattr(ReadinessApp, "notify", keep)


class Pauses:
    """The pauses of `still.WhenStill` by hand: what was asked for waits until `over`. Without `held` there are none."""

    def __init__(self) -> None:
        self.held = False
        self._waiting: list[tuple[float, Callable[[], None], asyncio.Event]] = []

    def later(self, seconds: float, look: Callable[[], None]) -> Any:
        dropped = asyncio.Event()
        if self.held:
            self._waiting.append((seconds, look, dropped))
        else:
            look()
        return SimpleNamespace(cancel=dropped.set)

    def over(self, seconds: float) -> None:
        """So much time has passed since the last of it was asked for."""
        due = [one for one in self._waiting if one[0] <= seconds]
        self._waiting = [one for one in self._waiting if one[0] > seconds]
        for _, look, dropped in due:
            if not dropped.is_set():
                look()


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    """What follows the cursor follows at once, but in tests that are about the pause."""
    by_hand = Pauses()
    monkeypatch.setattr(still, "later", by_hand.later)
    return by_hand
