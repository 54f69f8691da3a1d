"""Which tags of a golden case say why it is in the set."""

from __future__ import annotations

from readiness_tui.domain.metrics import normal

FAILURE_TAGS = frozenset(
    {"failure", "edge", "edge_case", "adversarial", "negative", "injection", "out_of_scope", "unanswerable"}
)


def failure_tagged(tags: tuple[str, ...]) -> bool:
    """Whether a case is in the set because the system may fail it: `FAILURE_TAGS`, and `failure:<mode>`."""
    names = {normal(tag) for tag in tags}
    return bool(names & FAILURE_TAGS) or any(name.startswith("failure_") for name in names)
