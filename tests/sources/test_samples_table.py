"""No number of docs/samples.md moves unexplained, and docs/sources.md says what the formats say of themselves."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import Described

DOCS = Path(__file__).parents[2] / "docs"


# The table of samples reads every one of them, which takes seconds.
@pytest.mark.parametrize("name", [pytest.param("samples", marks=pytest.mark.slow), "sources", "metrics", "conformance"])
def test_the_page_is_current(name):
    written = (DOCS / f"{name}.md").read_text(encoding="utf-8").splitlines()
    made = runpy.run_path(str(DOCS / f"make_{name}.py"))["document"]().splitlines()
    assert made == written, f"run python docs/make_{name}.py, and say in the commit why a number moved"


@pytest.mark.parametrize("name", registry.BUILT_IN)
def test_every_format_says_what_it_brings_and_lacks(name):
    (source,) = (each for each in registry.sources() if type(each).__module__.endswith(f".{name}"))
    assert isinstance(source, Described)
    assert source.brings
    assert source.lacks
    for line in (*source.brings, *source.lacks):
        assert not line.endswith(".")
