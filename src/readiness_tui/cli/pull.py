"""`pull`: runs and traces from a tool's server."""

from __future__ import annotations

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import Session, as_json, desk_of, paced, pass_session, say_json, tell
from readiness_tui.cli.importing import plain, say_import


@click.group("pull")
def pull_command() -> None:
    """Fetch runs and traces from a tool's server over HTTP, and import them."""


@pull_command.command("mlflow")
@click.option("--url", required=True, help="The tracking server, such as http://localhost:5000.")
@click.option("--experiment", "experiments", multiple=True, help="Only this experiment (name or id; may be repeated).")
@click.option("--run", "runs", multiple=True, help="Only this run and its traces (name or id; may be repeated).")
@click.option("--limit", type=click.IntRange(min=0), help="Fetch at most this many traces, latest first.")
@click.option("--as", "role", type=click.Choice(["candidate", "baseline"]), help="The role of its runs in the review.")
@as_json
@pass_session
def mlflow_command(
    session: Session,
    url: str,
    experiments: tuple[str, ...],
    runs: tuple[str, ...],
    limit: int | None,
    role: str | None,
    as_json: bool,
) -> int:
    """Import the runs and traces of an MLflow tracking server.

    Credentials are taken from MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. A pull that
    breaks off imports nothing and keeps the traces that it fetched; the same pull again goes on from there.
    """
    from readiness_tui.services.importing.pull import MAX_TRACES, pull_mlflow

    try:
        with desk_of(session) as desk:
            done = pull_mlflow(
                desk, url, experiments=experiments, runs=runs, limit=MAX_TRACES if limit is None else limit, role=role,
                progress=paced(),
            )  # fmt: skip
    except KeyboardInterrupt:
        tell("Nothing was imported. The traces fetched so far are kept: the same pull again fetches only the others.")
        raise
    if as_json:
        say_json({"schema": 1, "imports": [plain(done)], "refused": []})
    else:
        say_import(done)
    return codes.GO
