"""The two forms about items that are not met yet: what shows them, and who sees to them by when."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from readiness_tui.domain.checklists.assessment import Evidence, EvidenceKind
from readiness_tui.domain.checklists.evidence import claim_sentence
from readiness_tui.domain.checklists.remark import read_remark
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import due_day
from readiness_tui.domain.verdict.gap import called
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.choices import choose
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import gaps, promises, remarks
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.dialogs.whom import asking_whom
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.typed_day import TypedDay

_LABEL = "A URL, a path or an id, then @who and when: docs/x.md @b +14"


def ask_evidence(screen: RoomScreen, items: list[str], *, title: str = "", intro: str = "", owner: str = "") -> None:
    """One line for evidence, owner and date; kind, witness and date of the evidence below it.

    `owner`: Enter alone names this person for what has no owner yet.
    """
    view = screen.view
    kept: tuple[Evidence, ...] = ()  # a claim that this form has kept already …
    typed: Values = {}  # … as it was typed
    made = remarks.LineKept(())
    days, saw = TypedDay(), promises.saw(view, items)

    def save(values: Values) -> Rival | None:
        nonlocal made
        kind = choose(EvidenceKind, values["kind"], "a kind of evidence") if values["kind"] else None
        if kind is None and (values["witness"] or values["dated"]):
            kind = EvidenceKind.SHOWN if values["witness"] else EvidenceKind.DRILL
        dated = days.read(values["dated"], view.as_of, past=True)
        made = remarks.record(
            screen.desk, items, values["ref"], kind=kind, witness=values["witness"], dated=dated,
            instead_of=[piece.id for piece in kept], owner=owner, base=saw,
        )  # fmt: skip
        return made.rival

    save_once = screen.submitter(save)

    async def submit(values: Values) -> str | None:
        nonlocal kept, typed, made, saw, save_once
        if kept and values == typed:
            return None  # Enter again keeps it as it is
        made = remarks.LineKept(())
        refusal = await save_once(values)
        if made.remark:
            screen.host.tell(made.remark)
        if refusal is None and made.evidence and made.evidence[0].lookup.claim:
            kept, typed, save_once = made.evidence, values, screen.submitter(save)
            saw = promises.saw(screen.view, items)  # what the line has agreed on itself is no other's
            return claim_sentence(made.evidence[0])
        return refusal

    day = promises.proposal(view, items[0])[1] if owner else None
    fields = [
        Field("ref", _LABEL, choices=_known_ids(view), saves=True,
              hint=f"Enter alone: {owner} by {due_day(day, view.as_of)}" if owner else ""),
        Field("kind", "Kind (empty: recognised from what you paste)", choices=[kind.value for kind in EvidenceKind]),
        Field("witness", "Witness, for what was shown in the meeting", choices=view.review.reviewers),
        Field("dated", "Date, for a drill", hint="YYYY-MM-DD"),
    ]  # fmt: skip

    def name_in(line: str) -> str:
        try:
            return read_remark(line, view.as_of).owner
        except ReadinessError:
            return ""

    def with_name(line: str, name: str) -> str:
        return re.sub(r"@\s*\S+(?=[^@]*$)", lambda _: f"@{name}", line)

    named = asking_whom(screen, submit, "ref", name_in=name_in, with_name=with_name)
    title = title or f"Evidence for {', '.join(items)}"
    screen.ask_with(title, fields, asking_whom(screen, named, "witness"), intro=intro)


def ask_shown(screen: RoomScreen, items: list[str], witnesses: Sequence[str]) -> None:
    """What was shown in the meeting, and which of those who are here saw it: one initial picks."""
    fields = [
        Field("ref", "What was shown?"),
        Field("witness", "Who else saw it? One initial is enough", witnesses[0] if witnesses else "", choices=witnesses),
    ]  # fmt: skip

    def save(values: Values) -> None:
        remarks.record(screen.desk, items, values["ref"], kind=EvidenceKind.SHOWN, witness=values["witness"])

    submit = asking_whom(screen, screen.submitter(save), "witness")
    screen.ask_with(f"Shown in the meeting: {', '.join(items)}", fields, submit)


def ask_promise(
    screen: RoomScreen, items: list[str], *, day_first: bool = False, deferred: bool = False, owner: str = "",
    people: Sequence[str] = (), then: Callable[[bool | None], Awaitable[None]] | None = None,
) -> None:  # fmt: skip
    """Owner and date of the items' gaps in one form. `deferred`: the meeting puts them off, with a proposal for both;
    `owner`: whom it proposes. `then` hears whether it was saved."""
    view = screen.view
    try:
        proposed = promises.proposal(view, items[0])
    except ReadinessError as refusal:
        screen.host.complain(str(refusal))
        return
    key = view.workings.gap_keys.get(items[0], items[0])
    gap = view.gaps.get(key)
    live = gap is not None and gap.state.live
    had = gap.owner if gap is not None and live else ""
    days, saw = TypedDay(), promises.saw(view, items)
    shown_owner = (had or owner or proposed[0]) if deferred else had

    def save(values: Values) -> Rival | None:
        due = days.read(values["due"], view.as_of, was=gap.due if gap is not None else None)
        left: Rival | None = None
        if live and had and not values["owner"]:
            left = gaps.set_owner(screen.desk, key, "", base=had)
        if live and gap is not None and gap.due is not None and due is None:
            left = gaps.set_due(screen.desk, key, None, base=gap.due) or left
        changed = due if gap is None or not live or due != gap.due or deferred else None
        if values["owner"] or changed is not None:
            owner_now = values["owner"]
            left = (
                promises.promise(screen.desk, items, owner=owner_now, due=changed, deferred=deferred, base=saw) or left
            )
        return left

    fields = [
        Field("owner", "Owner: a person, one initial is enough", shown_owner, choices=people or view.review.reviewers,
              saves=not deferred and not day_first),
        Field("due", "Due", str(proposed[1] or ""), hint="YYYY-MM-DD, 1 Dec, +14", saves=True),
    ]  # fmt: skip
    names = ", ".join(called(key) if "/" in name else name for name in items)
    form = FormDialog(
        f"Put {names} off: who sees to it, by when?" if deferred else f"Who sees to {names}, by when?",
        fields[::-1] if day_first else fields,
        asking_whom(screen, screen.submitter(save)),
    )
    screen.app.push_screen(form, then)


def _known_ids(view: ReviewView) -> list[str]:
    """A few ids that a line of evidence may name: what is decided on, and what happened."""
    runs = [run.id for run in (*view.measured.candidate_runs, *view.measured.baseline_runs)]
    return [*dict.fromkeys(runs[:2]), *(incident.name for incident in view.facts.incidents[:3])]
