"""`dataset check`: whether a golden set is fit for decisions."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import File, Session, as_json, desk_of, pass_session, say, say_json, tell
from readiness_tui.domain.text.sanitise import one_line


@click.group("dataset")
def dataset_command() -> None:
    """Check a golden set."""


@dataset_command.command("check")
@click.argument("files", nargs=-1, type=File)
@click.option(
    "--traces", type=File, multiple=True, help="A log whose prompts must not contain its questions; repeatable."
)
@click.option(
    "--run", "runs", type=File, multiple=True, help="A run whose prompts must not contain its questions; repeatable."
)
@click.option("--against", type=File, help="The previous version: list what was added, removed and changed.")
@as_json
@pass_session
def check(
    session: Session,
    files: tuple[Path, ...],
    traces: tuple[Path, ...],
    runs: tuple[Path, ...],
    against: Path | None,
    as_json: bool,
) -> int:
    """Look for duplicates, near-duplicates, cases that expect nothing, and questions in logged prompts.

    Near: character 5-grams with a Jaccard index of at least 0.8. Without FILES, the latest imported golden set is
    checked. Without --traces and --run, prompts in the database are searched and a file is compared with the version
    imported before it: --db, READINESS_DB, or the readiness.db in this folder or above. Exit status: 0 fine, 1
    problems, 2 unusable.
    """
    if against is not None and len(files) != 1:
        raise click.UsageError("--against compares one file with its previous version: name one FILE.")
    from readiness_tui.reports.golden_set import dataset_text, datasets_object
    from readiness_tui.services import golden_set
    from readiness_tui.services.core.locate import target

    database = target(session.db)
    with ExitStack() as held:
        evidence = golden_set.SetContext()
        said: tuple[str, ...] = ()
        if traces or runs:
            evidence = golden_set.in_files(traces, runs)
            said = evidence.said
        elif database is not None:
            evidence = held.enter_context(golden_set.at_desk(held.enter_context(desk_of(session))))
            if len(evidence.recorded) or evidence.runs:
                said = (f"The prompts looked at are those in {database}.",)
        if files:
            checked = golden_set.check_datasets(files, evidence, against=against)
        elif traces or runs or database is None:
            raise click.UsageError("Name a FILE, or with --db a database that has a golden set.")
        else:
            checked = [golden_set.check_imported(evidence)]
    if as_json:
        say_json(datasets_object(checked, said))
    else:
        for one in checked:
            say(dataset_text(one))
        for remark in said:
            tell(one_line(remark))
    return codes.GO if all(one.fine for one in checked) else codes.NO_GO
