"""How judge and people agree, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from readiness_tui.domain.labels.agreement import Agreement, Between
from readiness_tui.tui.text import join, line


def agreement(found: Sequence[Agreement], between: Sequence[Between], *, tables: bool = False) -> list[Content]:
    """Judge against people by metric, then people against each other; `tables`: with the two by two counts."""
    said = list(_judge(found, tables=tables))
    for pair in between:
        said.append(join(Content.styled("People  ", "bold"), line(pair.text)))
    return said


def _judge(found: Sequence[Agreement], *, tables: bool) -> Iterator[Content]:
    if found:
        whole = found[0]
        counted = f"; {whole.aside}" if whole.aside else ""
        yield join(Content.styled("Judge against people  ", "bold"), f"only labels given blind are counted{counted}")
    for one in found:
        if not one.metric and not one.n and len(found) > 1:
            continue
        yield join("  ", line(f"{one.label}: {one.text}"))
        if tables and one.n:
            yield Content(f"{'':<22}{'judge pass':>12}{'judge fail':>12}")
            yield Content(f"{'    people pass':<22}{one.both_pass:>12,}{one.people_only:>12,}")
            yield Content(f"{'    people fail':<22}{one.judge_only:>12,}{one.both_fail:>12,}")
            if one.apart:
                yield join("    apart on ", line(", ".join(one.apart), "$foreground-muted", 300))
