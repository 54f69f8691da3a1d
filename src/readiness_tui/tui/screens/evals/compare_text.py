"""Candidate against baseline in words: what moved, by how much, and whether that could be chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from readiness_tui.domain.compare.metrics import Compared, Unpaired
from readiness_tui.domain.compare.slices import Slice, Slices
from readiness_tui.domain.compare.versions import Versions
from readiness_tui.domain.metrics import first_few
from readiness_tui.domain.text.format import number, plural
from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui import glyphs
from readiness_tui.tui.screens.evals.page import WIDE, CaseLine, Detail, Page, Row, TableColumn
from readiness_tui.tui.text import fit, join, line, one_line

COLUMNS = (
    TableColumn("metric", 0),
    TableColumn("baseline", 8, right=True),
    TableColumn("candidate", 9, right=True),
    TableColumn("change", 8, right=True),
    TableColumn("better", 6, right=True),
    TableColumn("worse", 5, right=True),
    TableColumn("n", 6, right=True, wide=True),
    TableColumn("by luck?", 15),
)
SLICE_COLUMNS = (TableColumn("slice", 0), *(TableColumn(c.title, c.width, right=c.right) for c in COLUMNS[1:6]),
                 TableColumn("n", 5, right=True), COLUMNS[7])  # fmt: skip
NEW, REMOVED = "cases:new", "cases:removed"
_UNPAIRED = "unpaired:"
_MUTED = "$foreground-muted"


def page(view: ReviewView, versions: Versions | None, width: int) -> Page:
    """The compare tab; `versions` None: still being compared."""
    if versions is None:
        cases = sum(len(data.cases) for data in (*view.measured.candidate, *view.measured.baseline))
        return Page(Content.styled(f"Comparing {plural(cases, 'case')} …", _MUTED))
    rows = [metric_row(row) for row in versions.rows]
    rows += [unpaired_row(lone) for lone in versions.unpaired]
    for key, title, keys in ((NEW, "new cases", versions.new), (REMOVED, "removed cases", versions.removed)):
        if keys and versions.candidate and versions.baseline:
            sides = ("", f"{len(keys):,}") if key == NEW else (f"{len(keys):,}", "")
            only = "candidate only" if key == NEW else "baseline only"
            rows.append(Row(key, (title, *sides, "", "", "", "", (glyphs.UNDECIDED, only))))
    return Page(heading(versions, width), COLUMNS, rows, nothing="" if versions.rows else "compare")


def heading(versions: Versions, width: int) -> Content:
    """What moved beyond chance and what cannot show; the row's own sentence is below the table."""
    if not versions.candidate or not versions.baseline:
        return line(versions.answer, "bold $text-warning")
    if not versions.rows:
        return Content("\n").join([line(versions.answer, "bold $text-warning"), *remarks(versions, width)])
    said = join(line(versions.scanned, "bold"), " ", line(versions.least))
    return Content("\n").join([said, *remarks(versions, width)])


def remarks(versions: Versions, width: int) -> list[Content]:
    """Why the comparison explains less than it seems to; on a narrow terminal the first alone."""
    said = [f"! {remark}" for remark in versions.remarks]
    if said and width < WIDE:
        more = f" · v shows {len(said) - 1} more" if len(said) > 1 else " · v shows it in full"
        said = [fit(one_line(said[0]), width - len(more)) + more] if len(said[0]) > width or len(said) > 1 else said
    return [line(text, "$text-warning") for text in said]


def metric_row(row: Compared) -> Row:
    """One metric on both sides, over the shared cases."""
    return Row(
        row.metric.key,
        (
            row.name,
            row.value(row.comparison.baseline),
            row.value(row.comparison.candidate),
            row.change,
            str(len(row.flips.better)),
            str(len(row.flips.worse)),
            f"{row.flips.shared:,}",
            (glyphs.CHANGE[row.word], row.word),
        ),
    )


def unpaired_row(lone: Unpaired) -> Row:
    """A metric that cannot be compared case by case."""
    unit, up = lone.metric.unit, lone.metric.direction == "lower"
    return Row(
        f"{_UNPAIRED}{lone.metric.key}",
        (
            lone.metric.key.replace("_", " "),
            number(lone.baseline, unit, up=up),
            number(lone.candidate, unit, up=up),
            *("",) * 4,
            (glyphs.NOT_APPLICABLE, "not compared"),
        ),
    )


def detail(versions: Versions, key: str, slices: Slices | None) -> Detail:
    """What is known of the row with this key."""
    if slices is not None:
        part = next((part for part in slices.found if part.tag == key), None)
        return slice_detail(slices, part, versions.questions) if part else Detail(Content(""))
    if key in (NEW, REMOVED):
        return alone(versions, key)
    row = versions.row(key)
    if row is not None:
        return metric_detail(versions, row)
    lone = next((lone for lone in versions.unpaired if f"{_UNPAIRED}{lone.metric.key}" == key), None)
    if lone is None:
        return Detail(Content(""))
    name = lone.metric.key.replace("_", " ").upper()
    return Detail(join(line(name, "bold $text-accent"), "  not compared: ", line(lone.reason)))


def metric_detail(versions: Versions, row: Compared) -> Detail:
    """The answer for one metric, where to look, what could not be paired, and the cases that moved: worse ones first."""
    said = [join(line(row.name.upper(), "bold $text-accent"), "  ", line(row.text))]
    diagnosis = versions.diagnoses.get(row.metric.key)
    if diagnosis:
        said.append(line(f"{diagnosis}.", "bold"))
    if row.shift is not None and row.least:
        said.append(line(f"On these cases {row.least}.", _MUTED))
    said.append(line(f"run {row.run_id} against {row.comparison.run_id}{unmatched(row)}", _MUTED))
    return Detail(Content("\n").join(said), moved(row, row.flips.moves, versions.questions))


def moved(row: Compared, moves: Sequence[tuple[str, str]], asked: Mapping[str, str]) -> list[CaseLine]:
    return [
        CaseLine(key, row.run_id, glyphs.CHANGE[way], way, row.figures(key), asked.get(key, "")) for key, way in moves
    ]


def alone(versions: Versions, key: str) -> Detail:
    """The cases that one side has alone."""
    new = key == NEW
    keys, runs = (versions.new, versions.candidate) if new else (versions.removed, versions.baseline)
    run_of = {name: data.run.id for data in reversed(runs) for name in data.by_key}
    asked, side = versions.questions, "candidate" if new else "baseline"
    text = join(
        Content.styled("NEW CASES  " if new else "REMOVED CASES  ", "bold $text-accent"),
        f"{plural(len(keys), 'case')} in the {side} alone: no change can be told for them",
    )
    word = "new" if new else "removed"
    return Detail(
        text, [CaseLine(name, run_of[name], glyphs.UNDECIDED, word, "", asked.get(name, "")) for name in keys]
    )


def unmatched(row: Compared) -> str:
    """Cases that only one side has: never counted, always mentioned."""
    lost = row.comparison.unmatched
    if not lost:
        return " · every case has its counterpart"
    return f" · {plural(len(lost), 'case')} without a counterpart left out: {first_few(lost)}"


# Slices


def slice_page(slices: Slices) -> Page:
    """One metric by tag."""
    row = slices.compared
    said = [
        join(line(f"{row.name.capitalize()} by slice:", "bold"), " ", line(f"{slices.text}.")),
        Content.styled(
            "Every tag is a slice"
            + (f"; {plural(slices.untagged, 'case')} without a tag in none" if slices.untagged else "")
            + ". s or Esc shows the metrics again.",
            _MUTED,
        ),
    ]
    return Page(Content("\n").join(said), SLICE_COLUMNS, [slice_row(slices, part) for part in slices.found])


def slice_row(slices: Slices, part: Slice) -> Row:
    row, word = slices.compared, slices.word(part)
    return Row(
        part.tag,
        (
            part.tag,
            row.value(part.baseline),
            row.value(part.candidate),
            slices.change_text(part),
            str(len(part.flips.better)),
            str(len(part.flips.worse)),
            f"{part.flips.shared:,}",
            (glyphs.CHANGE[word], word),
        ),
    )


def slice_detail(slices: Slices, part: Slice, asked: Mapping[str, str]) -> Detail:
    row = slices.compared
    text = join(
        line(part.tag.upper(), "bold $text-accent"),
        "  ",
        line(
            f"{row.name}: {slices.change_text(part)} on {plural(part.flips.shared, 'shared case')}, {slices.why(part)}"
        ),
    )
    return Detail(text, moved(row, part.flips.moves, asked))
