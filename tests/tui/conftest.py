"""The app on the sample, at a fixed time and size."""

from __future__ import annotations

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


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows the cursor follows at once: tests that are about the pause bring it back."""
    monkeypatch.setattr(still, "patience", 0)
