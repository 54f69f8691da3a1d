"""What every command shares: which file, who, how to print, how to stop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text import visible


@dataclass
class Session:
    """The options before the command: `--db` and `--who`."""

    db: Path | None = None
    who: str | None = None

    @property
    def name(self) -> str:
        from readiness_tui.services.desk import guess_who

        return self.who or guess_who()


pass_session = click.make_pass_decorator(Session, ensure=True)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


class Day(click.ParamType[date]):
    """A date option."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{visible(str(value), 40)} is not a date. Write it as 2026-12-01.", param, ctx)


@contextmanager
def desk_of(session: Session) -> Iterator[Any]:
    """The open desk on the file that is meant. Raises ReadinessError where there is none; never creates one."""
    from readiness_tui.services.desk import open_desk
    from readiness_tui.services.locate import FILE_NAME, locate, remember

    path = locate(session.db)
    if path is None:
        raise ReadinessError(
            f"No {FILE_NAME} here or in a folder above. Make one with `readiness new`, name one with --db, or look at"
            " the sample with `readiness demo`."
        )
    desk = open_desk(path, session.name)
    remember(path)
    try:
        yield desk
    finally:
        desk.close()


def say(text: str = "") -> None:
    """Print to stdout, control characters made visible."""
    click.echo(visible(text))


def tell(text: str) -> None:
    """Progress and remarks: stderr, so that stdout stays the result."""
    click.echo(visible(text), err=True)


def say_json(value: Any) -> None:
    """Print one JSON document, keys sorted."""
    click.echo(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False))
