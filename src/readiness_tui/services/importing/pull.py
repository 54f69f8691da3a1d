"""Fetch what a tool's server holds, and import it as a file is imported.

A run is imported whole or not at all. Where the fetching breaks off, the traces that it had are kept beside the database,
and the same pull again goes on from there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.importing.imports import import_as
from readiness_tui.services.importing.result import ImportedFile
from readiness_tui.services.importing.staging import OnProgress
from readiness_tui.sources import registry
from readiness_tui.sources.mlflow.kept_traces import KeptTraces
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
    variables of the environment. Raises ReadinessError, with nothing stored, where the server cannot be used; what was
    fetched by then is named, and fetched no second time.
    """
    if desk.store.refusal:  # before anything is fetched that could not be kept
        raise ReadinessError(desk.store.refusal)
    known = os.environ if environment is None else environment
    credentials = Credentials(
        known.get("MLFLOW_TRACKING_TOKEN"), known.get("MLFLOW_TRACKING_USERNAME"), known.get("MLFLOW_TRACKING_PASSWORD")
    )
    server = Server(url, credentials)
    with _kept(desk.store.path, server) as kept, tempfile.TemporaryDirectory(prefix="readiness-pull-") as folder:
        target = Path(folder) / f"{server.name}.jsonl"
        pulled = fetch(server, target, kept, experiments=experiments, runs=runs, limit=limit, progress=progress)
        if pulled is None:
            return ImportedFile(server.url, "mlflow", cancelled=True)
        source, recognised = registry.recognise(target, "mlflow")
        done = import_as(desk, target, source, recognised.why, role=role, progress=progress, where=server.url)
        kept.done = not done.cancelled
    if kept.reused:
        pulled.warnings.append(f"{plural(kept.reused, 'trace')} had been fetched by an earlier pull that broke off.")
    done.warnings = [*pulled.warnings, *done.warnings]
    return done


@contextlib.contextmanager
def _kept(database: Path, server: Server) -> Iterator[KeptTraces]:
    """What an earlier pull of this server had fetched. An error in the block tells what is kept of this one."""
    folder = database.with_name(
        f".{database.name}.pulled"
    )  # hidden: no import of the folder around takes it for a file
    name = f"{server.name[:80]}-{hashlib.sha256(server.url.encode()).hexdigest()[:12]}.jsonl"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with contextlib.closing(KeptTraces(folder / name)) as kept:
            try:
                yield kept
            except ReadinessError as refusal:
                raise ReadinessError(f"{refusal} {_told(kept)}", by_command=refusal.by_command) from refusal
    except OSError as error:
        raise ReadinessError(
            f"What {server.url} sends cannot be written to {error.filename or folder}: {error.strerror or error}. Nothing was"
            " imported. Make room there, or the folder writable."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()  # where nothing is kept


def _told(kept: KeptTraces) -> str:
    if not len(kept):
        return "Nothing was imported."
    return (
        f"Nothing was imported yet. {plural(len(kept), 'trace')} fetched so far are kept in {kept.path}: the same pull again"
        " fetches only the others."
    )
