"""What `@…` points at: a trace, a run, a checklist item or a person, looked up in the open file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.incidents.live_note import COMMANDS, Mention, unfinished
from readiness_tui.domain.incidents.model import Incident, Link, LinkKind
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.store import incidents, reviews, runs, settings, traces
from readiness_tui.store.sqlite import Connection

_MOST = 100  # mentions of one line that are looked up
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to complete what was typed: put `insert` in the place of the text from `start` to the cursor."""

    insert: str
    says: str
    start: int


class Book:
    """The names that a line may point at, each kind read on first use."""

    def __init__(self, conn: Connection, review: Review, who: str) -> None:
        self._conn, self._review, self._who = conn, review, who
        self.system = review.system
        self._items: dict[str, str] | None = None
        self._people: dict[str, str] | None = None

    def link(self, mention: Mention) -> Link | None:
        """What a mention points at. Without a kind, tries item, trace, run and person in that order."""
        for kind in (mention.kind,) if mention.kind else (LinkKind.ITEM, LinkKind.TRACE, LinkKind.RUN, LinkKind.PERSON):
            if name := self._name(kind, mention.name):
                return Link(kind, name)
        return None

    @property
    def items(self) -> dict[str, str]:
        """The ids of the review's checklist items, by their case-folded form."""
        if self._items is None:
            listed = reviews.checklists(self._conn, self._review.id)
            self._items = {item.id.casefold(): item.id for checklist in listed for item in checklist.items}
        return self._items

    @property
    def people(self) -> dict[str, str]:
        """Everybody named in the review or in an incident, by case-folded name."""
        if self._people is None:
            names = [*self._review.reviewers, self._review.owner, self._review.facilitator, self._who]
            names += settings.attendees(self._conn, self._review.system)
            for incident in incidents.all(self._conn, self._review.system):
                names += [action.owner for action in incident.actions]
                names += [entry.by for entry in incident.timeline]
            self._people = {name.casefold(): name for name in names if name}
        return self._people

    def _name(self, kind: LinkKind, name: str) -> str | None:
        if kind is LinkKind.ITEM:
            return self.items.get(name.casefold())
        if kind is LinkKind.PERSON:
            return self.people.get(name.casefold())
        look = traces.get if kind is LinkKind.TRACE else runs.current
        return name if look(self._conn, self.system, name) is not None else None


def book(conn: Connection, desk: Desk) -> Book:
    return Book(conn, current_review(conn, desk), desk.who)


def links(names: Book, mentions: Sequence[Mention]) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """What the mentions point at, and what is to be said of those that point at nothing."""
    found, unknown = [], []
    for mention in mentions[:_MOST]:
        link = names.link(mention)
        if link is not None:
            found.append(link)
        else:
            kind = mention.kind or "trace, run, item or person"
            unknown.append(f"@{one_line(mention.name, 40)} is no {kind} that this file knows; it stays in the words.")
    if len(mentions) > _MOST:
        unknown.append(f"{len(mentions):,} names with @: the first {_MOST} were looked up, all stay in the words.")
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(unknown))


def missing(desk: Desk, incident: Incident) -> tuple[Link, ...]:
    """Links of the incident and its timeline that point nowhere: no such trace, run or item in this file and system."""
    linked = [Link(LinkKind.TRACE, name) for name in incident.traces]
    linked += [link for entry in incident.timeline for link in entry.links if link.kind is not LinkKind.PERSON]
    with desk.store.read() as conn:
        names = book(conn, desk)
        return tuple(link for link in dict.fromkeys(linked) if names.link(Mention(link.name, link.kind, 0, 0)) is None)


def complete(desk: Desk, text: str, cursor: int, incident: Incident | None = None) -> list[Candidate]:
    """How the mention or command before the cursor could go on; the incident's own traces first. At most eight."""
    open_ = unfinished(text, cursor)
    if open_ is None:
        return []
    if open_.sign == "/":
        fitting = [name for name in COMMANDS if name.startswith(open_.prefix)]
        return [Candidate(f"/{name} ", COMMANDS[name], open_.start) for name in fitting][:_SHOWN]
    prefix = open_.prefix.casefold()
    with desk.store.read() as conn:
        known = book(conn, desk)
        named: list[Link] = []
        for kind in (open_.kind,) if open_.kind else tuple(LinkKind):
            names = _names(conn, known, kind, open_.prefix, incident)
            named += [Link(kind, name) for name in dict.fromkeys(names) if name.casefold().startswith(prefix)][:_SHOWN]
        # A person's name is what is typed most, a trace's id what is hardest to type.
        order = (LinkKind.PERSON, LinkKind.ITEM, LinkKind.TRACE, LinkKind.RUN)
        named.sort(key=lambda link: order.index(link.kind))
        return [Candidate(_typed(known, link), link.kind.value, open_.start) for link in named[:_SHOWN]]


def _names(conn: Connection, book: Book, kind: LinkKind, prefix: str, incident: Incident | None) -> Iterable[str]:
    if kind is LinkKind.ITEM:
        return book.items.values()
    if kind is LinkKind.PERSON:
        return sorted(book.people.values())
    if kind is LinkKind.RUN:
        return (info.run.id for info in runs.all(conn, book.system))
    return _trace_names(conn, book.system, prefix, incident)


def _trace_names(conn: Connection, system: str, prefix: str, incident: Incident | None) -> Iterator[str]:
    if incident is not None:
        yield from incident.traces
    yield from traces.ids(conn, system, prefix, limit=_SHOWN)


def _typed(book: Book, link: Link) -> str:
    """The mention that parses back to this link."""
    plain = all(sign.isalnum() or sign in "_.:/+#-" for sign in link.name) and link.name[-1:].isalnum()
    name = link.name if plain else f'"{link.name}"'
    sure = book.link(Mention(link.name, None, 0, 0)) == link
    return f"@{name} " if sure else f"@{link.kind.value}:{name} "
