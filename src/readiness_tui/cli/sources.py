"""`sources`: what can be imported."""

from __future__ import annotations

import click

from readiness_tui.cli.common import as_json, say, say_json, tell


@click.command("sources")
@as_json
def sources_command(as_json: bool) -> None:
    """List every format that can be imported, with what it brings and what it lacks."""
    from readiness_tui.services.importing.formats import formats, problems

    known = formats()
    if as_json:
        say_json(
            {
                "schema": 1,
                "formats": [
                    {"name": one.name, "title": one.title, "brings": list(one.brings), "lacks": list(one.lacks)}
                    for one in known
                ],
                "problems": list(problems()),
            }
        )
        return
    for one in known:
        say(f"{one.name}: {one.title}")
        for part in one.brings:
            say(f"  + {part}")
        for part in one.lacks:
            say(f"  - {part}")
    say("\nA file is recognised by its content; --format NAME decides where two fit.")
    for problem in problems():
        tell(problem)
