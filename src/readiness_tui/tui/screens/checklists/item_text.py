"""How one item reads: its line in the list, and everything known of it beside the list."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from readiness_tui.domain.checklists.assessment import Assurance, Dossier, LookUp, Proposal, Standing
from readiness_tui.domain.checklists.evidence import found_text
from readiness_tui.domain.checklists.model import ProbeKind, Severity
from readiness_tui.domain.checklists.people import NAMED, tally
from readiness_tui.domain.checklists.standing import unchecked
from readiness_tui.domain.text.format import due_day
from readiness_tui.domain.verdict.gap import Gap
from readiness_tui.domain.verdict.preview import Consequence
from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui import glyphs
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.checklists import last_text
from readiness_tui.tui.text import clickable, column, fit, join, line, one_line, safe
from readiness_tui.tui.texts.rival import waiting

LETTER = {Severity.BLOCKER: "B", Severity.MAJOR: "M", Severity.MINOR: "m"}
WORDS = ("missing", "partial", "met")


def list_line(
    standing: Standing, width: int, *, selected: bool, proposed: bool, last: str = "", company: Sequence[str] = ()
) -> Content:
    """`✓● met  OBS-01 Prompt version logged ‹ben› P B`: selected, status, item, who else is at it, open proposal, severity.
    `last`: what was said last time, in place of "undecided"."""
    mark = glyphs.standing_mark(standing)
    who = f" ‹{fit(_names(company), min(cell_len(_names(company)), 10))}›" if company else ""
    room = max(width - 24 - cell_len(who), 8)
    return join(
        Content.styled("✓" if selected else " ", "bold $text-accent"),
        Content.styled(f"{mark.glyph} {standing.word if standing.decided or not last else last:<9} ", mark.style),
        column(f"{standing.item.id} {standing.item.title}", room + 7),
        join(" ", line(who, "$text-accent")) if who else "",
        Content.styled(" P" if proposed else "  ", "$text-accent"),
        Content.styled(LETTER[standing.item.severity], "$foreground-muted"),
    )


def company_text(company: Sequence[str]) -> str:
    """ "ben is here", "ben and chloe are here"."""
    return f"{_names(company)} {'is' if len(company) == 1 else 'are'} here" if company else ""


def _names(company: Sequence[str]) -> str:
    names = [one_line(name, 30) for name in company]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def words(view: ReviewView, standing: Standing) -> str:
    """What finding reads of an item: its whole title, its severity, and who has its gap."""
    item = standing.item
    gap = view.gaps.get(f"item/{standing.checklist_id}/{item.id}")
    return f"{item.title} {item.severity} {gap.owner if gap is not None and gap.state.live else ''}"


def present(view: ReviewView, standing: Standing) -> Present:
    """The item for the clipboard, with the texts that may have links."""
    item = standing.item
    dossier = view.dossier(item.id)
    texts = [*(piece.ref for piece in dossier.evidence), dossier.note, dossier.waiver.reason if dossier.waiver else ""]
    return Present(item.id, f"{item.id} {item.title} · {standing.word} · {item.severity}", texts)


def detail(
    view: ReviewView,
    standing: Standing,
    dossier: Dossier,
    gap: Gap | None,
    last: Sequence[Content] = (),
    company: Sequence[str] = (),
) -> Content:
    """The whole item: meaning, status and why it counts so, who else is at it, last time, proof, votes, evidence, note,
    gap, and what waits to be settled of it."""
    item = standing.item
    blocks: list[Content | str] = [
        join(Content.styled(f"{item.id}  ", "bold $text-accent"), line(item.title, "bold"),
             Content.styled(f"   {item.severity}", "$foreground-muted")),
        join(status_line(standing), "   ", line(company_text(company), "$text-accent")) if company else status_line(standing),
        *waiting(view.rivals, f"item/{item.id}", *((f"gap/{gap.key}", f"condition/{gap.key}") if gap else ())),
        *status_reasons(view, standing, dossier),
        Content(""),
        join(Content.styled("Met means: ", "bold"), safe(item.evidence)),
    ]  # fmt: skip
    blocks += ticks(dossier)
    if last:
        blocks += ["", *last]
    if dossier.proposal is not None:
        blocks += ["", *proof(dossier.proposal)]
    blocks += ["", *votes(view, dossier), *last_text.carried(dossier), *evidence(dossier)]
    if dossier.note:
        blocks.append(join(Content.styled("NOTE      ", "bold"), safe(dossier.note)))
    if dossier.mine:
        blocks.append(join(Content.styled("MY NOTE   ", "bold"), safe(dossier.mine)))
    if dossier.waiver is not None:
        waiver = dossier.waiver
        state = "live" if waiver.live(view.as_of) else "expired"
        blocks.append(
            join(Content.styled("WAIVER    ", "bold"),
                 line(f"{state} until {waiver.expires}, approved by {waiver.approver}: {waiver.reason}"))
        )  # fmt: skip
    if gap is not None and gap.state.live:
        due = due_day(gap.due, view.as_of) if gap.due else "no date"
        blocks.append(
            join(Content.styled("GAP       ", "bold"), line(f"{gap.owner or 'no owner'} · due {due} · {gap.state}"))
        )
    blocks += ["", join(Content.styled("Why: ", "bold"), safe(item.why, "$foreground-muted"))]
    if standing.applicable and standing.counts < 2:
        blocks.append(join(Content.styled("To do: ", "bold"), safe(item.improve, "$foreground-muted")))
    return Content("\n").join(blocks)


def status_line(standing: Standing) -> Content:
    mark = glyphs.standing_mark(standing)
    chosen = standing.points if standing.applicable else None
    scale: list[Content | str] = []
    for points in range(len(WORDS)):
        sign = Content.styled(f"[{points}]", "bold reverse") if points == chosen else Content(f" {points} ")
        scale.append(clickable(sign, f"screen.score({points})"))
    counts = f"   {standing.assurance}" if standing.assurance and standing.points else ""
    return join(
        Content.styled(f"{mark.glyph} {standing.word.upper():<10}", mark.style), *scale,
        Content.styled(counts, "$foreground-muted"),
    )  # fmt: skip


def status_reasons(view: ReviewView, standing: Standing, dossier: Dossier) -> list[Content]:
    """Why an item does not count what was voted, and the key that settles it."""
    reasons = []
    if view.review.secret and dossier.votes:
        reasons.append("your vote alone: until the reveal others see this item as undecided")
    if standing.conflict and standing.vote is not None:
        reasons.append(
            f"voted {standing.vote}, but the proof does not agree: counts {standing.counts}"
            " · a accept the proof · k keep the vote with a reason"
        )
    elif standing.vote == 2 and standing.points == 1 and standing.assurance is Assurance.CLAIMED:
        lack = "what is attached is only a claim" if dossier.evidence else "nothing is attached"
        reasons.append(f"voted 2, but {lack}: a claim counts 1 · e attach evidence")
    if standing.points == 2 and (waiting := unchecked(dossier, view.as_of)):
        todo = "commit it, then run" if all(piece.lookup is LookUp.UNCOMMITTED for piece in waiting) else "run"
        reasons.append(f"what is attached is {waiting[0].lookup}: {todo} “readiness evidence verify” in the repository")
    if standing.vote == 2 and len(dossier.ticks) < len(standing.item.ticks):
        counted = f"{len(dossier.ticks)} of {len(standing.item.ticks)} ticked"
        reasons.append(f"voted 2 with {counted}: met means each that applies · x ticks")
    if standing.overridden:
        reasons.append("kept against the proof, with a reason; holds until its data changes")
    if standing.na_awaiting:
        reasons.append("not applicable waits for a second person: undecided until then · c confirm")
    if standing.spread and not dossier.consensus:
        reasons.append(f"reviewers differ by {standing.spread}: stands at the lowest · c record a consensus")
    return [safe(reason, "$text-warning") for reason in reasons]


def ticks(dossier: Dossier) -> list[Content]:
    """The item's sub-points, and how many of them are ticked."""
    names = dossier.item.ticks
    if not names:
        return []
    head = join(Content.styled("TICKED    ", "bold"), f"{len(dossier.ticks)} of {len(names)}",
                Content.styled("   x ticks", "$foreground-muted"))  # fmt: skip
    return [Content(""), head, *(join("          ", tick_line(dossier, name)) for name in names)]


def tick_line(dossier: Dossier, name: str) -> Content:
    """`✓ 2 prompt regression`."""
    mark = glyphs.DONE if name in dossier.ticks else glyphs.UNDECIDED
    return join(Content.styled(f"{mark.glyph} {dossier.item.ticks.index(name) + 1} ", mark.style), line(name))


def proof(proposal: Proposal) -> list[Content]:
    """What the imported data says, and what it proposes."""
    title = "REFUTES" if proposal.kind is ProbeKind.REFUTE and proposal.points == 0 else "PROOF"
    rows = [join(Content.styled(f"{title:<10}", "bold"), safe(proposal.missing or proposal.text))]
    if proposal.window or proposal.sampling:
        rows.append(
            join(
                "          ",
                line(" · ".join(p for p in (proposal.window, proposal.sampling) if p), "$foreground-muted"),
            )
        )
    rows += [join("          ", line(text, "$foreground-muted")) for text in proposal.details[:4]]
    if proposal.points is not None:
        rows.append(
            join("          proposes ", Content.styled(f"{proposal.points} {WORDS[proposal.points]}", "bold"),
                 f" ({proposal.assurance})" if proposal.assurance else "")
        )  # fmt: skip
    if proposal.examples:
        rows.append(
            join("          e.g. ", line(proposal.some()), Content.styled("   t opens them", "$foreground-muted"))
        )
    return rows


def votes(view: ReviewView, dossier: Dossier) -> list[Content]:
    """Who voted what; of many, how many did, and who did not vote as most. Before the reveal the viewer's own vote, and
    how many have voted."""
    rows, said = [], []
    if len(dossier.votes) > NAMED:
        spread = tally(dossier.votes, view.review.reviewers)
        rows.append(join(Content.styled("VOTES     ", "bold"), line(spread.words)))
        if spread.dissent:
            rows.append(join("          otherwise: ", line(spread.dissent)))
    for vote in dossier.votes if not rows else ():
        name = "mine" if view.review.secret else vote.reviewer
        said.append(f"{name} n/a: {vote.na_reason}" if vote.na else f"{name} {vote.points}")
    if dossier.consensus is not None:
        agreed = dossier.consensus
        said.append(f"consensus {'n/a' if agreed.na else agreed.points} by {agreed.by}: {agreed.reason}")
    if said:
        head = "          " if rows else "VOTES     "
        rows.append(join(Content.styled(head, "bold"), line(" · ".join(said))))
    if view.review.secret:
        voted = len(view.voted.get(dossier.item.id, ()))
        count = f"{voted} of {max(len(view.review.reviewers), voted)} have voted · each sees their own until the reveal"
        rows.append(join(Content.styled("BLIND     ", "bold"), line(count)))
    return rows


def evidence(dossier: Dossier) -> list[Content]:
    """What is attached."""
    if not dossier.evidence:
        return [join(Content.styled("EVIDENCE  ", "bold"), Content.styled("none yet · e attach", "$foreground-muted"))]
    rows = []
    for position, piece in enumerate(dossier.evidence):
        extra = f", witnessed by {piece.witness}" if piece.witness else ""
        dated = f", {piece.dated}" if piece.dated else ""
        head = "EVIDENCE  " if position == 0 else "          "
        shown = join(Content.styled(head, "bold"), line(f"{piece.kind} {piece.ref}{dated}{extra} ({piece.by})"))
        found = found_text(piece)
        rows.append(join(shown, " · ", line(found, "$foreground-muted")) if found else shown)
    return rows


def consequence(results: list[Consequence], *, copy: bool = False) -> Content:
    """What each score would do, in one line. `copy`: of a reviewer's copy, which has no verdict."""
    if not results:
        return Content("")
    parts = []
    for result in results:
        section = percent(result.percent_after) if result.percent_before != result.percent_after else "no change"
        verdict = f", {result.verdict_after}" if result.verdict_before is not result.verdict_after and not copy else ""
        parts.append(f"{result.points}: {section}{verdict}")
    now = results[0]
    if not copy and all(r.verdict_after is r.verdict_before for r in results):
        parts.append(f"verdict stays {now.verdict_before}")
    return join(
        Content.styled("If you press  ", "bold"),
        line(f"{' · '.join(parts)}   ({now.section} is at {percent(now.percent_before)})"),
    )


def percent(value: int | None) -> str:
    return "—" if value is None else f"{value}%"
