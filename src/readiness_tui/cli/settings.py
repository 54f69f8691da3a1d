"""`settings`: what is in one's own settings file, its schema, and the actions that can have other keys."""

from __future__ import annotations

import click

from readiness_tui.cli.common import say, say_document
from readiness_tui.domain.errors import ReadinessError


@click.command("settings")
@click.option("--schema", "schema_", is_flag=True, help="Print the JSON Schema of the file, for an editor.")
@click.option("--keys", "keys_", is_flag=True, help="List every action with its id and its keys.")
def settings_command(schema_: bool, keys_: bool) -> None:
    """Check your settings file: a theme and other keys for the app.

    The file is settings.yaml in the folder that `readiness paths` calls config. Nothing creates it. An example:

    \b
        theme: nord
        keys:
          gaps.owner: w
          room.copy: "ctrl+y"
    """
    if schema_:
        import json

        from readiness_tui.tui.preferences import schema

        say_document(json.dumps(schema(), indent=2) + "\n", json=True)
        return
    if keys_:
        from readiness_tui.tui.key_table import actions

        for name, one in actions().items():
            say(f"{name:<22} {', '.join(one.keys):<26} {one.does}")
        return
    from readiness_tui.services.core import locate

    path = locate.settings_file()
    if not path.is_file():
        say(f"{path} is not there: the app has its own keys and theme. `readiness settings --help` shows an example.")
        return
    from readiness_tui.domain.text.format import plural
    from readiness_tui.tui.preferences import take

    taken = take(path)
    if taken.problem:
        raise ReadinessError(taken.problem)
    say(
        f"{path} is taken: theme {taken.theme or 'as the app has it'}, {plural(len(taken.keymap or {}), 'key')} of your own."
    )
