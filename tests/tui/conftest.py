"""The app on the sample, at a fixed time and size."""

from __future__ import annotations

import pytest

from readiness_tui.services.core.desk import Desk
from readiness_tui.tui.app import ReadinessApp


@pytest.fixture
def sample_app(sample_desk: Desk) -> ReadinessApp:
    """The app on a copy of the sample; blinking and animation are off."""
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    app.animation_level = "none"
    return app
