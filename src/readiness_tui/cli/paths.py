"""`paths`: where files are stored."""

from __future__ import annotations

import click

from readiness_tui.cli.common import Session, as_json, pass_session, say, say_json

_NONE = {"database": "none found; `readiness new` makes one", "last used": "none"}


@click.command("paths")
@as_json
@pass_session
def paths_command(session: Session, as_json: bool) -> None:
    """Show where the app looks for its database, and where it stores its own settings."""
    from readiness_tui.services.core import locate

    found, last = locate.target(session.db), locate.last_used()
    settings = locate.settings_file()
    rows = {
        "database": str(found) if found else None,
        "last used": str(last) if last else None,
        "config": str(locate.config_folder()),
        "settings": str(settings) if settings.is_file() else None,
        "state": str(locate.state_folder()),
    }
    if as_json:
        say_json({"schema": 1, **rows})
        return
    for name, value in rows.items():
        none = f"none; {settings} would be read" if name == "settings" else _NONE.get(name)
        say(f"{name:<10} {value or none}")
