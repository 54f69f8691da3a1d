"""Where the key of a cause, condition, flip or gap leads: to which room, and to what in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from readiness_tui.services.core.view import ReviewView


class There(NamedTuple):
    """`room`: one of the eight, or "review" for the queue of cases to label; `what`: "" for the room alone."""

    room: str
    what: str = ""


def where_to(key: str, view: ReviewView | None) -> There:
    kind, _, rest = key.partition("/")
    items = {} if view is None else view.judgement.standings
    if kind == "item" or (kind in ("section", "assessed", "na") and rest):
        return There("checklists", next((part for part in reversed(rest.split("/")) if part in items), ""))
    if key == "gate/high-risk":
        return There("review")
    if kind == "gate":
        rows = () if view is None else view.gate.rows
        return There("evals", rest if rest in {row.rule.key for row in rows} else "")
    if kind == "incident":
        return There("incidents", rest.split("/")[0])
    if kind == "trace":
        return There("traces", rest)
    if kind == "case":
        return There("evals", rest)
    if kind in ("condition", "gap"):
        return There("gaps", rest)
    return There("checklists", _unchecked(view) if kind == "evidence" and view is not None else "")


def _unchecked(view: ReviewView) -> str:
    """The first item whose evidence nobody has looked up."""
    from readiness_tui.domain.checklists.standing import unchecked

    return next((one.id for one in view.items if unchecked(view.dossier(one.id), view.as_of)), "")
