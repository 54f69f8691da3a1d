"""The values of --system and --review that the Tab key offers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from readiness_tui.cli.common import Session

if TYPE_CHECKING:
    from readiness_tui.services.core.target import Heading


def systems(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    names = dict.fromkeys(one.system for one in _reviews(ctx))
    return [CompletionItem(name) for name in names if name.casefold().startswith(incomplete.casefold())]


def reviews(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Releases; where two reviews have the same one, their numbers."""
    from readiness_tui.services.core.target import same_name, system_wanted

    wanted = system_wanted(ctx.ensure_object(Session).system)
    found = [one for one in _reviews(ctx) if not wanted or same_name(one.system, wanted)]
    releases = [one.release for one in found]
    said = {
        (one.release if releases.count(one.release) == 1 else f"#{one.id}"): f"{one.system}, {one.held_on}"
        for one in found
    }
    return [CompletionItem(name, help=said[name]) for name in said if name.startswith(incomplete)]


def _reviews(ctx: click.Context) -> list[Heading]:
    from readiness_tui.services.start.offered import reviews as offered

    given = ctx.ensure_object(Session).db
    return offered(None if given is None else Path(given))
