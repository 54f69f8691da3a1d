"""Fetch what a tool's server holds, and import it as a file is imported."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from readiness_tui.services.core.desk import Desk
from readiness_tui.services.importing.imports import OnProgress, import_as
from readiness_tui.services.importing.result import ImportedFile
from readiness_tui.sources import registry
from readiness_tui.sources.mlflow.server import MAX_TRACES, Credentials, Server, fetch

__all__ = ["MAX_TRACES", "pull_mlflow"]


def pull_mlflow(
    desk: Desk,
    url: str,
    *,
    experiments: Sequence[str] = (),
    runs: Sequence[str] = (),
    limit: int = MAX_TRACES,
    role: str | None = None,
    environment: Mapping[str, str] | None = None,
    progress: OnProgress | None = None,
) -> ImportedFile:
    """Import an MLflow tracking server's runs and traces; the same state of the server again changes nothing.

    `experiments`, `runs`: names or ids, else all. `limit`: traces at most. Credentials come from MLflow's own
    variables of the environment. Raises ReadinessError, with nothing stored, where the server cannot be used.
    """
    known = os.environ if environment is None else environment
    credentials = Credentials(
        known.get("MLFLOW_TRACKING_TOKEN"), known.get("MLFLOW_TRACKING_USERNAME"), known.get("MLFLOW_TRACKING_PASSWORD")
    )
    server = Server(url, credentials)
    with tempfile.TemporaryDirectory(prefix="readiness-pull-") as folder:
        target = Path(folder) / f"{server.name}.jsonl"
        pulled = fetch(server, target, experiments=experiments, runs=runs, limit=limit, progress=progress)
        if pulled is None:
            return ImportedFile(server.url, "mlflow", cancelled=True)
        source, recognised = registry.recognise(target, "mlflow")
        done = import_as(desk, target, source, recognised.why, role=role, progress=progress, where=server.url)
    done.warnings = [*pulled.warnings, *done.warnings]
    return done
