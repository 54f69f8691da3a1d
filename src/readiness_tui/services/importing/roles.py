"""Taking what a file brought as the review's candidate or baseline: one version, of one or several runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.runs.choice import RunChoice, chosen, one_version
from readiness_tui.domain.runs.model import UNKNOWN_VERSION, Run
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import change
from readiness_tui.store import reviews, runs


def taken(
    brought: Sequence[Run],
    choice: RunChoice,
    where: str,
    measures: Mapping[str, Collection[str]],
    *,
    file: bool = True,
) -> list[str]:
    """The ids of the runs that are meant, of all that a file brought, in its order. `measures`: what each measures, by
    its id; `file`: one that can be named.

    Raises ReadinessError with a list of the runs where they are of several versions or measure the same, or none is
    meant.
    """
    meant = chosen(brought, choice, where)
    one_version(meant, brought, where, measures, file=file)
    return [run.id for run in meant]


def take_as(desk: Desk, run_ids: list[str], role: str) -> list[str]:
    """Make the runs the review's candidate or baseline: runs of the version already named join it, others replace it.

    Returns a sentence where runs were replaced.
    """
    with change(desk, f"{role}: {', '.join(run_ids)}") as (tx, review):
        known = {info.run.id: info.run for info in runs.all(tx.conn, review.system)}
        named = review.candidate if role == "candidate" else review.baseline
        merged = _merge(named, run_ids, known)
        updated: Review = replace(review, candidate=merged) if role == "candidate" else replace(review, baseline=merged)
        reviews.put(tx, updated)
    gone = [run_id for run_id in named if run_id not in merged]
    return [f"Taken as {role} in place of {', '.join(gone)}."] if gone else []


def _merge(named: tuple[str, ...], new: list[str], known: dict[str, Run]) -> tuple[str, ...]:
    version = known[new[0]].version
    # A run that does not say its version cannot be told to belong to the others: an older figure would stand for it.
    joins = version != UNKNOWN_VERSION
    # The same evaluation run again takes the place of its older run; another tool's run of that version stands beside.
    again = {(known[run_id].tool, known[run_id].name) for run_id in new}
    same = [
        run_id
        for run_id in named
        if joins
        and run_id in known
        and known[run_id].version == version
        and (known[run_id].tool, known[run_id].name) not in again
    ]
    return tuple(dict.fromkeys([*same, *new]))
