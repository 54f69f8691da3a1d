"""Files are opened, so they are also made."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _new_files() -> None:
    """Each is made here as by a user: empty, then by the migrations."""
