"""`traces`: recorded requests as a list, narrowed and sorted as on the screen."""

from __future__ import annotations

from typing import Any

import click

from readiness_tui.cli.common import Session, as_json, desk_of, pass_session, say, say_json, tell
from readiness_tui.domain.text.sanitise import one_line

_ORDERS = ("newest", "oldest", "slowest", "fastest", "costliest", "cheapest")  # as `ListOrder`, which is imported late


@click.command("traces")
@click.argument("filter", nargs=-1)
@click.option("--sort", type=click.Choice(_ORDERS), default="newest", show_default=True, help="What comes first.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many are listed.")
@click.option("--after", "after_id", default="", metavar="ID", help="Go on after the trace with this id.")
@as_json
@pass_session
def traces_command(
    session: Session, filter: tuple[str, ...], sort: str, limit: int, after_id: str, as_json: bool
) -> None:
    """List recorded requests that meet FILTER: words, error, status:fail, 'latency>3000', 'model:gpt*', -tool:search,
    day:2026-11-21, … A `-` before a part turns it round; put `--` before a filter that begins with one. Of a question or an error the first 300 characters are given.
    """
    from readiness_tui.domain.text.format import plural
    from readiness_tui.services import traces

    with desk_of(session) as desk:
        wanted = traces.parse_filter(desk, " ".join(filter))
        order = traces.ListOrder(sort)
        rows = traces.following(desk, wanted, order, after_id, limit)
        total = traces.count(desk, wanted)
    if as_json:
        listed = [_row(one.trace) for one in rows]
        say_json({"schema": 1, "sort": sort, "total": total, "traces": listed})
        return
    if rows:
        wide = max(len(one_line(one.trace.id, 40)) for one in rows)
        say(
            f"{'started (UTC)':<19}  {'trace':<{wide}}  {'outcome':<10}  {'latency':>11}  {'cost':>9}  error or question"
        )
        for one in rows:
            say(_line(one.trace, wide))
    more = f" Go on with --after {rows[-1].trace.id}" if rows and len(rows) == limit and len(rows) < total else ""
    tell(f"{len(rows):,} of {plural(total, 'trace')}, {sort} first.{more}" if total else "No trace meets this.")


def _row(trace: Any) -> dict[str, object]:
    return {
        "id": trace.id,
        "started_at": trace.started_at.isoformat() if trace.started_at else None,
        "outcome": trace.outcome.value if trace.outcome else None,
        "status": trace.status,
        "model": trace.model,
        "prompt_version": trace.prompt_version,
        "latency_ms": trace.latency_ms,
        "cost": trace.cost,
        "error": trace.error,
        "question": trace.question,
    }


def _line(trace: Any, wide: int) -> str:
    from readiness_tui.domain.text.format import number

    at = f"{trace.started_at:%Y-%m-%d %H:%M:%S}" if trace.started_at else "no time"
    word = trace.outcome.value if trace.outcome else trace.status or "unknown"
    ms, cost = number(trace.latency_ms, "ms", up=True), number(trace.cost, "usd", up=True)
    said = one_line(trace.error or trace.question or "", 80)
    return (
        f"{at:<19}  {one_line(trace.id, 40):<{wide}}  {one_line(word, 10):<10}  {ms:>8} ms  {cost:>9}  {said}".rstrip()
    )
