"""`gate show`, `gate schema`, `gate plan`, `gate lock` and `gate check`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import (
    File,
    NamedPath,
    Session,
    against,
    allow_conditions,
    as_json,
    as_of,
    declares,
    desk_of,
    facts,
    for_ci,
    may_ask,
    pass_session,
    say,
    say_checked,
    say_document,
    say_json,
    sure,
    tell,
    which_run,
    which_variant,
)
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from readiness_tui.domain.gate.model import Lock


@click.group("gate")
def gate_command() -> None:
    """Show, plan, lock or check the gate."""


@gate_command.command("show")
@as_json
@pass_session
def show(session: Session, as_json: bool) -> None:
    """Evaluate the gate on the candidate and print each rule's result."""
    from readiness_tui.services.review import printed

    with desk_of(session) as desk:
        found = printed.gate_show(desk)
    if as_json:
        say_document(found["json"] + "\n", json=True)
    else:
        say(found["text"].rstrip("\n"), kept=True)


@gate_command.command("schema")
def schema() -> None:
    """Print the JSON Schema of a gate's YAML, so that an editor can complete and check it."""
    from readiness_tui.services.gate.versions import yaml_schema

    say_document(yaml_schema(), json=True)


@gate_command.command("plan")
@click.option("--gate", "gate_path", type=File, help="The gate's YAML: plan from files alone, without a database.")
@click.option(
    "--eval-set",
    "eval_sets",
    type=File,
    multiple=True,
    help="A golden set, to know how many cases each rule will have; repeat for more.",
)
@click.option("--baseline", type=File, multiple=True, help="A run of the version before; repeat for more.")
@click.option("--run", "runs", type=File, multiple=True, help="A run of the candidate, if there is one already.")
@click.option("--traces", type=File, multiple=True, help="Traces for metrics that come from them; repeat for more.")
@which_run
@which_variant
@as_json
@as_of
@pass_session
def plan(
    session: Session,
    gate_path: Path | None,
    eval_sets: tuple[Path, ...],
    baseline: tuple[Path, ...],
    runs: tuple[Path, ...],
    traces: tuple[Path, ...],
    model: str,
    prompt: str,
    name: str,
    variant: str,
    as_json: bool,
    as_of: date | None,
) -> None:
    """Before a run: what each rule needs from the available cases. After one: how many more would decide it.

    For each rule: what passes, what also holds at 95 %, and the smallest regression that a comparison with the baseline
    can show; if cases are missing, the figure at best and at worst. A plan decides nothing: exit status 0. Of a file with
    several runs, FILE#2 is the second.
    """
    from readiness_tui.domain.runs.choice import RunChoice
    from readiness_tui.reports import gate_plan as report
    from readiness_tui.services.gate import plan as planning

    remarks: tuple[str, ...] = ()
    if gate_path is not None:
        if session.aimed:
            raise click.UsageError("--gate plans from files; leave --db, --system and --review out.")
        found, remarks = planning.plan_files(
            gate_path,
            eval_sets,
            baseline,
            runs,
            traces,
            as_of,
            RunChoice(name=name, model=model, prompt=prompt),
            variant,
        )
    elif any((eval_sets, baseline, runs, traces, model, prompt, name, variant)):
        raise click.UsageError("To plan from files, give --gate; without it, the database is used.")
    else:
        from readiness_tui.services.core.view import load

        with desk_of(session) as desk:
            found = planning.plan_review(desk, load(desk, as_of=as_of, shared=True))
    if as_json:
        say_json(report.plan_object(found, remarks))
    else:
        say(report.plan_text(found, remarks).rstrip("\n"))


@gate_command.command("lock")
@click.option("--gate", "gate_path", type=File, help="The gate's YAML: lock it from files alone, without a database.")
@click.option("--eval-set", "eval_sets", type=File, multiple=True,
              help="With --gate: a golden set that its runs will have; repeat for more.")  # fmt: skip
@click.option("--baseline", type=File, multiple=True, help="With --gate: a run of the version before, for its judge.")
@click.option("--folder", type=NamedPath(path_type=Path, file_okay=False), default=Path("."), show_default=True,
              help="The folder for gate.lock, which should be committed.")  # fmt: skip
@click.option(
    "--judge", default="", help="The judge to bind, by digest or name, where neither the gate nor the baseline says it."
)
@may_ask
@pass_session
def lock(
    session: Session,
    gate_path: Path | None,
    eval_sets: tuple[Path, ...],
    baseline: tuple[Path, ...],
    folder: Path,
    judge: str,
) -> None:
    """Declare the thresholds final: they apply to all runs that start from now on.

    With --gate, gate.lock is written from files alone, for `gate check --gate --lock`: commit it before the run, because
    git is the witness of when it was.
    """
    if gate_path is not None:
        _lock_files(session, gate_path, eval_sets, baseline, folder, judge)
        return
    if eval_sets or baseline:
        raise click.UsageError("--eval-set and --baseline lock a gate from files: give --gate as well.")
    from readiness_tui.services.core.view import load
    from readiness_tui.services.gate.versions import judge_to_name
    from readiness_tui.services.gate.versions import lock as lock_gate

    with desk_of(session) as desk:
        made, written = lock_gate(desk, folder=folder, judge=judge)
        unbound = made.judge_digest is None and judge_to_name(load(desk))
    _say_locked(made, unbound)
    if written is not None:
        tell(f"Commit {written} beside the gate.")


def _lock_files(
    session: Session,
    gate_path: Path,
    eval_sets: tuple[Path, ...],
    baseline: tuple[Path, ...],
    folder: Path,
    judge: str,
) -> None:
    from readiness_tui.services.gate.lock_files import lock_files

    if session.aimed:
        raise click.UsageError("--gate locks files and --db a database: give only one of them.")
    found = lock_files(
        gate_path,
        folder,
        session.name,
        lambda question: sure(session, question),
        eval_sets=eval_sets,
        baseline=baseline,
        judge=judge,
    )
    if found.again:
        say(
            f"Locked already, by {one_line(found.lock.by)} at {found.lock.at:%Y-%m-%d %H:%M} UTC; {found.path} stays as it is."
        )
    else:
        _say_locked(found.lock, found.unbound_judge)
        tell(f"Commit {found.path} beside the gate, before the run.")
    if found.unbound_set:
        tell("No golden set is bound, so nobody will see whether its cases changed: --eval-set names it.")
    for remark in found.remarks:
        tell(one_line(remark))


def _say_locked(made: Lock, unbound: bool) -> None:
    say(f"Locked by {made.by} at {made.at:%Y-%m-%d %H:%M} UTC, digest {made.gate_digest[:12]}.")
    if unbound:
        tell("No judge is bound, so nobody will see whether it changed: --judge names it, now, before the run.")


@gate_command.command("check")
@click.option("--gate", "gate_path", type=File, help="The gate's YAML: judge files alone, without a database.")
@click.option("--lock", "lock_path", type=File, help="Its gate.lock; without it, the run counts as before the lock.")
@click.option("--run", "runs", type=File, multiple=True, help="A run of the candidate; repeat for more, in order.")
@click.option("--baseline", type=File, multiple=True, help="A run of the version before; repeat for more.")
@click.option("--traces", type=File, multiple=True, help="Traces for metrics that come from them; repeat for more.")
@click.option(
    "--eval-set",
    "eval_sets",
    type=File,
    multiple=True,
    help="A golden set: the cases that count, their expected answers and tags; repeat for more.",
)
@click.option("--labels", type=File, help="Human labels, as `labels export` writes them.")
@against
@declares
@which_run
@which_variant
@as_json
@as_of
@allow_conditions
@for_ci
@pass_session
def check(
    session: Session,
    gate_path: Path | None,
    lock_path: Path | None,
    runs: tuple[Path, ...],
    baseline: tuple[Path, ...],
    traces: tuple[Path, ...],
    eval_sets: tuple[Path, ...],
    labels: Path | None,
    against: Path | None,
    started: str,
    judge: str,
    dataset: str,
    version: str,
    model: str,
    prompt: str,
    name: str,
    variant: str,
    as_json: bool,
    as_of: date | None,
    allow: str | None,
    junit: Path | None,
    summary: Path | None,
    github: bool,
) -> int:
    """The gate's part of the verdict, from the database or from files alone (--gate and --run).

    Exit status: 0 GO, 1 NO-GO, 3 GO WITH CONDITIONS, 2 unusable input, 4 a changed file. Missing data never passes: an empty, partial or
    errored run, a metric that too few cases have, a high-risk case without a human label.

    Of a file with several runs, name one: FILE#2 is the second, in --run and in --baseline; --model, --prompt and --name
    choose in both, and leave a baseline with one run as it is.

    --started, --judge, --dataset and --version declare what the files of --run do not say.

    --against LAST.json, written by --json before, prints what is new since; a condition that LAST.json does not have
    ends in 3 even with --allow conditions.
    """
    from readiness_tui.services.review import check as checks
    from readiness_tui.services.review import printed

    step = checks.step_summary(github)
    before = checks.read_last(against) if against is not None else None
    said = facts(started, judge, dataset, version)
    judged = None
    if gate_path is not None and runs:
        if session.aimed:
            raise click.UsageError("--gate judges files; leave --db, --system and --review out.")
        from readiness_tui.domain.runs.choice import RunChoice
        from readiness_tui.services.gate.offline import check_files

        choice = RunChoice(name=name, model=model, prompt=prompt)
        judged = check_files(
            gate_path,
            lock_path,
            runs,
            baseline,
            traces,
            eval_sets,
            as_of,
            labels,
            choice,
            variant,
            declared=said,
            who=session.name if said else "",
        )
    elif said and not (gate_path or runs):
        raise click.UsageError("What a stored run's file does not say is declared at its import, or in the app.")
    elif any((gate_path, lock_path, runs, baseline, traces, eval_sets, labels, model, prompt, name, variant)):
        raise click.UsageError(
            "To judge files, give --gate and at least one --run; without them, the database is used."
        )
    else:
        with desk_of(session) as desk:
            if junit or summary or step:
                judged = printed.gate_checked(desk, Path.cwd(), as_of)
            else:
                found = printed.gate_check(desk, Path.cwd(), as_of)
    if judged is not None:
        found = printed.of_gate(judged)
    adds = say_checked(found, before, as_json=as_json)
    if judged is not None:
        checks.publish(judged, junit=junit, summary=summary, github=step)
    return codes.of_verdict(found["verdict"], allow_conditions=allow == "conditions" and not adds)
