"""A committed scorecard read back in brief: JSON as it is, markdown by the chapters and tables that ours has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.words import RESULT_WORDS
from readiness_tui.domain.scorecard.brief import Brief, BriefEntry, Chapter, brief, numbered, row_key
from readiness_tui.domain.text.format import NOTHING
from readiness_tui.reports.scorecard_json import read_scorecard
from readiness_tui.reports.seal import read_sealed

_TITLE = re.compile(r"Day-21 readiness scorecard: (?P<system>.*), release (?P<release>.*), \d{1,2} [A-Z][a-z]{2} \d{4}")
_FIGURES = re.compile(r"weakest section .*?(?P<headline>\d+%|—) · assessed (?P<assessed>\d+%|—)$")
_CONDITION = re.compile(
    r"(?:\[ \] )?(?:By (?P<due>\d{1,2} [A-Z][a-z]{2} \d{4})|No date) (?P<text>.*) — (?P<owner>.*?)\."
)
_WAITED = re.compile(r", put off \d+×$")


def read_brief(text: str, where: str) -> Brief:
    """Raises ReadinessError, which names the file as `where`, for what is no scorecard, was changed since it was exported,
    or holds its values in a form that only people read."""
    sealed = read_sealed(text, where)
    if not sealed.intact:
        raise ReadinessError(
            f"{where} is not what was exported: its digest does not match its content, so nothing in it is compared. Take"
            " the file from before the change, or export the scorecard again."
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if text.lstrip()[:1] == "{":
        return brief(read_scorecard(text, where)[0])
    if text.lstrip()[:9].lower() == "<!doctype":
        raise ReadinessError(f"{where} is HTML, which is for reading. Compare its markdown or its JSON.")
    try:
        page = _Page.of(text)
        title, figures = _TITLE.fullmatch(page.title), page.figures()
        if title is None or "Method" not in page.chapters:
            raise KeyError("its title")
        return Brief(
            title["system"], title["release"], sealed.as_of, sealed.verdict, sealed.valid_until,
            figures["headline"], figures["assessed"], sealed.digest, _entries(page),
        )  # fmt: skip
    except (KeyError, ValueError) as missing:
        raise ReadinessError(
            f"{where} does not have the chapters and tables of our own template ({missing.args[0]} is missing), so its values"
            " cannot be read from it. Compare its JSON: `readiness scorecard --format json`."
        ) from missing


@dataclass(slots=True)
class _Chapter:
    """`points`: the items of its lists, without what they say to do. `rows`: of its tables, by header. `titles`: the
    headings in it."""

    points: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Page:
    title: str = ""
    chapters: dict[str, _Chapter] = field(default_factory=lambda: {"": _Chapter()})

    @classmethod
    def of(cls, text: str) -> _Page:
        page, chapter, in_body = cls(), "", False
        header: list[str] = []
        cells: list[str] = []
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
        for token, after in zip(tokens, [*tokens[1:], None], strict=True):
            said = _said(after.children or []) if after is not None and after.type == "inline" else ""
            if token.type == "heading_open" and token.tag == "h1":
                page.title = page.title or said
            elif token.type == "heading_open" and token.tag == "h2":
                chapter = said
                page.chapters.setdefault(chapter, _Chapter())
            elif token.type == "heading_open":
                page.chapters[chapter].titles.append(said)
            elif token.type == "paragraph_open" and token.level:
                page.chapters[chapter].points.append(said)
            elif token.type == "tr_open":
                cells = []
            elif token.type in ("th_open", "td_open"):
                cells.append(said)
            elif token.type in ("tbody_open", "tbody_close"):
                in_body = token.type == "tbody_open"
            elif token.type == "tr_close" and in_body:
                page.chapters[chapter].rows.append(dict(zip(header, cells, strict=True)))
            elif token.type == "tr_close":
                header = cells
        return page

    def figures(self) -> Mapping[str, str]:
        for point in self.chapters[""].points:
            if found := _FIGURES.search(point):
                return found.groupdict()
        raise KeyError("the line with the weakest section")

    def rows(self, *names: str) -> list[dict[str, str]]:
        """Of the first of these chapters that there is."""
        return next((self.chapters[name].rows for name in names if name in self.chapters), [])


def _said(children: Sequence[Token]) -> str:
    """The text, up to what there is to do about it."""
    parts = []
    for child in children:
        if child.type == "em_open":
            break
        parts.append(" " if child.type in ("softbreak", "hardbreak") else child.content)
    return "".join(parts).strip()


def _entries(page: _Page) -> dict[Chapter, dict[str, BriefEntry]]:
    to_do = page.chapters.get("What to do", _Chapter()).points
    return {
        Chapter.GATE: numbered(map(_row, page.rows("Gate in full"))),
        Chapter.SECTIONS: numbered(_sections(page)),
        Chapter.REASONS: numbered(
            (text, BriefEntry(text))
            for point in to_do
            if point.startswith("Now ") and (text := point.removeprefix("Now ").removesuffix(".").strip())
        ),
        Chapter.CONDITIONS: numbered(_conditions(to_do)),
        Chapter.GAPS: numbered(map(_gap, page.rows("Gaps"))),
        Chapter.ITEMS: numbered(map(_item, page.rows("Items"))),
    }


def _row(row: Mapping[str, str]) -> tuple[str, BriefEntry]:
    key = row_key(row["Metric"].removesuffix(", optional"), row["Rule"])
    words = {f"{glyph} {word}": word for glyph, word in RESULT_WORDS.values()}
    facts = {"rule": row["Rule"], "value": row["Value"], "result": words.get(row["Result"], row["Result"])}
    return key, BriefEntry(key, facts)


def _sections(page: _Page) -> Iterator[tuple[str, BriefEntry]]:
    for row in page.rows("Sections in full", "Sections"):
        title = row["Section"]
        if title.endswith("…"):
            start = title.removesuffix("…").rstrip()
            whole = [one for one in _titles(page) if one.startswith(start)]
            if len(whole) != 1:
                raise KeyError(f"the whole title of the section “{title}”")
            title = whole[0]
        yield title, BriefEntry(title, {"score": row["Score"], "assessed": row["Assessed"]})


def _titles(page: _Page) -> Iterator[str]:
    """Of the checklists, as their items are headed: "Reliability 2: 60%". The method names each by its id and version."""
    rests = [row["Rests on"] for row in page.rows("Method") if row["Rests on"].startswith("Checklist ")]
    for heading, named in zip(page.chapters.get("Items", _Chapter()).titles, rests, strict=True):
        version = named.removeprefix("Checklist ").partition(" ")[2]
        yield heading.rpartition(": ")[0].removesuffix(version).rstrip()


def _conditions(points: Iterable[str]) -> Iterator[tuple[str, BriefEntry]]:
    for point in points:
        if found := _CONDITION.fullmatch(point):
            text = found["text"].strip()
            yield text, BriefEntry(text, {"owner": found["owner"].strip(), "due": found["due"] or "no date"})
        elif not point.startswith("Now "):
            raise KeyError(f"the form of the condition “{point[:60]}”")


def _gap(row: Mapping[str, str]) -> tuple[str, BriefEntry]:
    due = _WAITED.sub("", row["Due"])
    facts = {
        "severity": row["Severity"],
        "owner": _named(row["Owner"], "no owner"),
        "due": _named(due, "no date"),
        "state": row["State"],
    }
    return row["Gap"], BriefEntry(row["Item"], facts)


def _item(row: Mapping[str, str]) -> tuple[str, BriefEntry]:
    return row["Item"].split(" ")[0], BriefEntry(row["Item"], {"stands": row["Stands"].split(" ", 1)[-1]})


def _named(text: str, otherwise: str) -> str:
    return otherwise if text in ("", NOTHING, "none") else text
