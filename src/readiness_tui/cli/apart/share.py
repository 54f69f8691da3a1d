"""`share out|take|back|in`: a reviewer scores on a machine of their own, and their answer comes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from readiness_tui.cli.common import File, Session, as_json, desk_of, may_ask, pass_session, say, say_json, tell
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from readiness_tui.services.share.merging import Look

_OUTPUT = click.option(
    "-o", "--output", type=File, required=True, help="Write to this file; a name that ends in .gz is compressed."
)


@click.group("share")
def share_command() -> None:
    """Let somebody score apart: `out` makes a bundle, they `take` it, score, and hand an answer `back`, which `in` brings in.

    A bundle holds the items, evidence and what proofs said, and nobody else's votes.
    """


@share_command.command("out")
@click.option("--for", "reviewer", default="", help="Whom it is for (default: whoever takes it).")
@_OUTPUT
@pass_session
def out(session: Session, reviewer: str, output: Path) -> None:
    """Write a bundle of the review for a reviewer, who opens it with `share take`."""
    from readiness_tui.domain.checklists.standing import name_key
    from readiness_tui.domain.text.format import plural
    from readiness_tui.services.share import giving

    with desk_of(session) as desk:
        made = giving.bundle(desk, reviewer)
    giving.write(output, made)
    whom = one_line(made.reviewer, 40) or "whoever takes it"
    asked = made.asked()
    votes, proofs = (sum(one.item_id in asked for one in part) for part in (made.votes, made.proposals))
    counts = f"{plural(len(asked), 'item')}, {plural(proofs, 'proof')}"
    own = f", {plural(votes, 'vote')} of their own" if votes else ""
    tell(f"Written to {output}, for {whom}: {counts}{own}, and nobody else's votes.")
    if made.reviewer and name_key(made.reviewer) not in map(name_key, made.reviewers):
        tell(f"{whom} is no reviewer of this review yet: `readiness people --add` makes them one.")
    tell(f"They open it with `readiness share take {one_line(output.name, 80)}`.")


@share_command.command("take")
@click.argument("file", type=File)
@pass_session
def take(session: Session, file: Path) -> None:
    """Make ./readiness.db (or the file named by --db) from a bundle, to score in: in the app, with `score`, or with
    `review --plain`."""
    from readiness_tui.domain.checklists.standing import name_key
    from readiness_tui.domain.text.format import full_day, plural
    from readiness_tui.services.core.locate import FILE_NAME, named, remember
    from readiness_tui.services.core.target import shown
    from readiness_tui.services.share import taking

    if session.system or session.review:
        raise click.UsageError("A bundle says of which review it is: leave --system and --review out.")
    bundle = taking.bundle_in(file)
    if session.who and bundle.reviewer and name_key(session.who) != name_key(bundle.reviewer):
        raise ReadinessError(
            f"The bundle is for {one_line(bundle.reviewer, 40)}, and not for {one_line(session.who, 40)}. Leave --who out, or ask for"
            " one of your own."
        )
    path = named(session.db) or Path.cwd() / FILE_NAME
    desk = taking.take(path, bundle, session.name)
    who, there = desk.who, shown(desk.store.path)
    desk.close()
    remember(path)
    of = one_line(f"{bundle.origin.system} {bundle.origin.release}", 120)
    tell(
        f"{of} is in {there} now, for {one_line(who, 40)}: {plural(len(bundle.asked()), 'item')}, as of {full_day(bundle.as_of)}."
    )
    named_as = "" if name_key(session.name) == name_key(who) else f" --who '{one_line(who, 40)}'"
    tell(
        f"Score with `readiness{named_as}` or `readiness review --plain{named_as}`, then `readiness share back -o FILE`."
    )


@share_command.command("back")
@_OUTPUT
@pass_session
def back(session: Session, output: Path) -> None:
    """Write what was said since the bundle was taken: an answer, for `share in` where the bundle came from.

    Of votes that are blind it is always compressed, so that nobody reads them by accident.
    """
    from readiness_tui.domain.text.format import plural
    from readiness_tui.services.share import giving, taking

    with desk_of(session, frozen=True) as desk:
        made = taking.answer(desk)
    answer = made.answer
    giving.write(output, answer, packed=made.secret)
    votes = sum(said.voted for said in answer.items)
    notes = sum(said.note is not None for said in answer.items)
    pieces = sum(len(said.evidence) for said in answer.items)
    tell(
        f"Written to {output}: the answer of {one_line(answer.reviewer, 40)}, with {plural(votes, 'vote')}, {plural(notes, 'note')}"
        f" and {plural(pieces, 'piece')} of evidence."
    )
    for remark in made.beside:
        tell(remark)


@share_command.command("in")
@click.argument("file", type=File)
@click.option("--overwrite", is_flag=True, help="Take the answer's word also where somebody changed it here.")
@click.option("--dry-run", is_flag=True, help="Only say what would come of it.")
@may_ask
@as_json
@pass_session
def in_(session: Session, file: Path, overwrite: bool, dry_run: bool, as_json: bool) -> None:
    """Bring an answer in: says what would come of it, asks, and saves all of it or nothing.

    What was changed here since the bundle was made stands, and is listed, unless --overwrite. The same answer twice
    changes nothing.
    """
    from readiness_tui.services.share import merging

    with desk_of(session) as desk:
        answer = merging.answer_in(file)
        found = merging.look(desk, answer, overwrite=overwrite)
        if not as_json:
            _say(found)
        saves = found.writes and not dry_run
        if saves:
            _agreed(session)
            merging.take_in(desk, answer, found, file.name, overwrite=overwrite)
    if as_json:
        rows = [
            {"item": one.item_id, "part": one.part.value, "outcome": one.outcome.value, "why": one.why,
             **({} if found.veiled else {"here": one.here, "there": one.there})}
            for one in found.told
        ]  # fmt: skip
        say_json(
            {"schema": 1, "reviewer": found.reviewer, "saved": saves, "changes": rows, "remarks": list(found.remarks)}
        )
    elif not found.writes:
        say("Nothing to take in.")
    else:
        say("Taken in; `u` under History takes it back." if saves else "Nothing was saved.")


def _say(found: Look) -> None:
    from readiness_tui.domain.share.merge import AnswerPart, MergeOutcome

    for remark in found.remarks:
        tell(remark)
    for one in found.told:
        what = f"{one_line(one.item_id, 40)} {one.part}"
        here, there = (one_line(text, 80) or "nothing" for text in (one.here, one.there))
        hidden = found.veiled and one.part is not AnswerPart.EVIDENCE
        if one.outcome is MergeOutcome.TAKEN:
            moved = there if one.part is AnswerPart.EVIDENCE else f"{here} → {there}"
            say(f"{what}: {'blind until the reveal' if hidden else moved}")
        elif one.outcome is MergeOutcome.OUT:
            say(f"{what}: left out, {one.why}")
        elif one.outcome is not MergeOutcome.SAME:
            kept = {
                MergeOutcome.BESIDE: "both are kept, # in the app settles them",
                MergeOutcome.WAITING: "both are kept since an earlier answer, # in the app settles them",
                MergeOutcome.SETTLED: "was settled otherwise since an earlier answer",
            }.get(one.outcome, "stands as it is here")
            said = "" if hidden else f"; here {here}, the answer says {there}"
            say(f"{what}: {kept}, {one.why}{said}")
    counts = [f"{len(rows):,} {outcome}" for outcome in MergeOutcome if (rows := found.of(outcome))]
    conflicts = ": --overwrite takes the answer's word" if found.of(MergeOutcome.CONFLICT) else ""
    say(f"{', '.join(counts) or 'nothing'}{conflicts}.")


def _agreed(session: Session) -> None:
    """Ask whether to save. Raises ReadinessError where the answer is no, or nobody can be asked and --yes is not given."""
    from readiness_tui.cli.common import can_ask

    if session.yes:
        return
    if not can_ask():
        raise ReadinessError("Nothing was saved: here is no terminal to ask on. Add --yes to take it in.")
    if not click.confirm("Take this in?", default=False, err=True):
        raise ReadinessError("Nothing was saved.")
