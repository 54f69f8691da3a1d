"""Runs a mapping on the first records of a file: how many it takes, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.sources.kit.base import Reject
from readiness_tui.sources.kit.yaml_safe import load_yaml
from readiness_tui.sources.own.mapped import Mapped
from readiness_tui.sources.settings import mapping as mapping_schema

ROWS = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """`rows` were read and `taken` of them used. `questions`: a sentence for each "?" that waits for an answer; their
    columns were left out of the trial. `refused`: why the mapping cannot be used at all."""

    rows: int = 0
    taken: int = 0
    rejects: tuple[Reject, ...] = ()
    questions: tuple[str, ...] = ()
    refused: str = ""

    @property
    def holds(self) -> bool:
        """Whether it takes more than it rejects."""
        return not self.refused and self.taken * 2 > self.rows

    @property
    def complete(self) -> bool:
        """Whether it can be used as it stands."""
        return self.holds and not self.questions

    @property
    def summary(self) -> str:
        asked = len(self.questions)
        waits = (
            f"; {plural(asked, 'question')} in it {'waits' if asked == 1 else 'wait'} for an answer" if asked else ""
        )
        return f"takes {self.taken} of the first {plural(self.rows, 'row')}{waits}"

    def sentence(self) -> str:
        if self.refused:
            return self.refused
        first = (
            f"; the first that it rejects: line {self.rejects[0].line}, {self.rejects[0].reason}"
            if self.rejects
            else ""
        )
        return self.summary + first


def tried(text: str, path: Path, rows: int = ROWS) -> Trial:
    """Try a mapping on a file. Nothing is stored, and what is wrong is said, not raised."""
    try:
        mapping, questions = mapping_schema.build_without_asked(load_yaml(text, "the mapping"))
        source = Mapped(Path("the mapping"), mapping)
        rejects = tuple(record for record in source.read(path, rows) if isinstance(record, Reject))
    except ReadinessError as refusal:
        return Trial(refused=str(refusal))
    return Trial(source.rows, source.rows - len(rejects), rejects, questions)
