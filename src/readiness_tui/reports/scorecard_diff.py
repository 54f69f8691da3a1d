"""Two scorecards held against each other: 80 columns for people, an object for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from readiness_tui.domain.scorecard.brief import Brief, BriefEntry, Chapter, ChapterDiff, ScorecardDiff
from readiness_tui.domain.text.format import full_day
from readiness_tui.domain.text.plain import plain
from readiness_tui.reports.plain import line, wrapped

SCHEMA = 1
_NO_CAUSES = (
    "Why each changed is not known: one of the two is markdown, which does not say what its items rest on. Two JSON files,"
    " or two reviews, tell it."
)


def diff_object(found: ScorecardDiff) -> dict[str, Any]:
    """`scorecard diff --json`. `causes` is null where they are not known."""
    return {
        "schema": SCHEMA,
        "same": found.same,
        "before": _side(found.before),
        "after": _side(found.after),
        **{chapter.value: _chapter(found.chapters[chapter]) for chapter in Chapter},
        "remarks": _remarks(found),
        "causes": None if found.causes is None else [plain(change) for change in found.causes],
    }


def diff_text(found: ScorecardDiff) -> str:
    return "\n".join(said.rstrip() for said in _lines(found)) + "\n"


def _side(one: Brief) -> dict[str, Any]:
    return {
        "system": line(one.system),
        "release": line(one.release),
        "as_of": plain(one.as_of),
        "verdict": one.verdict.value,
        "valid_until": plain(one.valid_until),
        "weakest": one.headline,
        "assessed": one.assessed,
        "digest": one.digest,
    }


def _chapter(found: ChapterDiff) -> dict[str, Any]:
    return {
        "new": [{"name": one.name, **one.facts} for one in found.new],
        "gone": [{"name": one.name, **one.facts} for one in found.gone],
        "changed": [
            {"name": one.name, "facts": {label: {"before": was, "after": now} for label, was, now in one.facts}}
            for one in found.changed
        ],
    }


def _lines(found: ScorecardDiff) -> Iterator[str]:
    before, after = found.before, found.after
    yield from wrapped(f"{after.system}: release {_named(before)} → release {_named(after)}", "")
    if before.digest == after.digest:
        yield "  They are the same scorecard."
        return
    for remark in _remarks(found):
        yield from wrapped(remark, "  ! ")
    until = [full_day(one.valid_until) for one in (before, after)]
    for label, was, now in (
        ("verdict", before.verdict.value, after.verdict.value),
        ("valid until", *until),
        ("weakest section", before.headline, after.headline),
        ("assessed", before.assessed, after.assessed),
    ):
        yield f"  {label:<16} {was} → {now}" if was != now else f"  {label:<16} {now}, unchanged"
    for chapter in Chapter:
        if chapter is Chapter.ITEMS and found.causes is not None:
            continue  # each is among the causes
        yield from _changes(chapter, found.chapters[chapter])
    if found.causes is None and not found.same:
        yield ""
        yield from wrapped(_NO_CAUSES, "")
    if found.causes:
        yield ""
        yield "BY CAUSE"
        for change in found.causes:
            yield from wrapped(change.text, f"  {change.cause.value}: ")
    if found.same:
        yield ""
        yield "Nothing that they are compared by has changed."


def _remarks(found: ScorecardDiff) -> list[str]:
    said = []
    if found.before.as_of > found.after.as_of:
        said.append("The first is of a later day than the second.")
    if found.before.system != found.after.system and any(
        one.system.endswith("…") for one in (found.before, found.after)
    ):
        said.append("The name of the system is cut in one of them: that both are of one system is not certain.")
    return said


def _changes(chapter: Chapter, found: ChapterDiff) -> Iterator[str]:
    if not found:
        return
    counts = ((found.new, "new"), (found.gone, "gone"), (found.changed, "changed"))
    yield ""
    yield f"{chapter.upper()}  {', '.join(f'{len(some)} {word}' for some, word in counts if some)}"
    for entry in found.new:
        yield from wrapped(_entry(entry), "  + new: ")
    for entry in found.gone:
        yield from wrapped(_entry(entry), "  − gone: ")
    for moved in found.changed:
        said = "; ".join(f"{label} {was or 'none'} → {now or 'none'}" for label, was, now in moved.facts)
        yield from wrapped(f"{moved.name}: {said}", "  · ")


def _entry(entry: BriefEntry) -> str:
    facts = ", ".join(f"{label} {fact}" for label, fact in entry.facts.items())
    return f"{entry.name} ({facts})" if facts else entry.name


def _named(one: Brief) -> str:
    return f"{one.release}, as of {full_day(one.as_of)}"
