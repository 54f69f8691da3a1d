"""Which run of several is meant: by its number in the file, its name, its model or its prompt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import UNKNOWN_VERSION, Case, CaseStatus, Run
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line

LISTED = 12
#: Besides FILE#2, which every front end takes.
BY_OPTION = "--model, --prompt and --name name one as well."
#: What a run measures whose cases passed or failed, without a score.
STATUS = "pass or fail"
#: Where a part of a name or a path begins: "openai:gpt-4o" is also "gpt-4o".
_PARTS = re.compile(r"[:/ ·()\[\]]+")


@dataclass(frozen=True, slots=True)
class RunChoice:
    """What somebody says of the run that is meant. `number`: its place in its file, from 1. `words`: any of the rest."""

    number: int | None = None
    name: str = ""
    model: str = ""
    prompt: str = ""
    words: str = ""

    def __bool__(self) -> bool:
        return self != NO_CHOICE

    def __str__(self) -> str:
        """ "model "x" and prompt "y"", for a message."""
        said = [f"number {self.number}"] if self.number is not None else []
        for what in ("name", "model", "prompt"):
            if value := getattr(self, what):
                said.append(f'{what} "{one_line(value, 60)}"')
        if self.words:
            said.append(f'"{one_line(self.words, 60)}" in its name, model or prompt')
        return " and ".join(said)


NO_CHOICE = RunChoice()


def chosen(runs: Sequence[Run], choice: RunChoice, where: str) -> tuple[Run, ...]:
    """The runs of a file that are meant, in its order; all of them if nothing is said.

    Raises ReadinessError with a list of the runs where none is meant.
    """
    numbered = list(enumerate(runs, 1))
    if not choice:
        return tuple(runs)
    if choice.number is not None:
        numbered = [(n, run) for n, run in numbered if n == choice.number]
    for said, texts in (
        (choice.name, _names), (choice.model, _models), (choice.prompt, _prompts), (choice.words, _words),
    ):  # fmt: skip
        if said:
            numbered = _fitting(numbered, said, texts)
    if not numbered:
        raise ReadinessError(
            f"{where} holds no run with {choice}. {held(runs, where)}", by_command=BY_OPTION if runs else ""
        )
    return tuple(run for _, run in numbered)


def measured(run: Run, cases: Iterable[Case]) -> frozenset[str]:
    """The names of what a run gives figures of: its own, its cases' scores, and whether they came out."""
    return frozenset((*run.aggregates, *(name for case in cases for name in measures_of(case))))


def measures_of(case: Case) -> Iterator[str]:
    """The same of one case."""
    yield from case.scores
    if case.status is not CaseStatus.UNKNOWN:
        yield STATUS


def one_version(
    runs: Sequence[Run],
    of: Sequence[Run],
    where: str,
    measures: Mapping[str, Collection[str]],
    *,
    file: bool = True,
) -> str:
    """The version of these runs, some `of` a file's. `measures`: what each measures, by its id; see `measured`.

    Raises ReadinessError with a list where they are of several versions, or where several of them measure the same: a
    gate judges one run, and which came first in a file says nothing.
    """
    versions = sorted({run.version for run in runs})
    if len(versions) > 1:
        raise ReadinessError(
            f"{where}: {plural(len(runs), 'run')} of several pipeline versions, and a candidate or baseline is one"
            f" version. {held(of, where, runs, file=file)}",
            by_command=BY_OPTION if file else "",
        )
    rivals = {id(run): run for pair in combinations(runs, 2) if _rival(*pair, measures) for run in pair}
    if rivals:
        shared = _shared(tuple(rivals.values()), measures)
        which = (
            "do not say which version they are of" if versions == [UNKNOWN_VERSION] else "are of one pipeline version"
        )
        raise ReadinessError(
            f"{where}: {plural(len(rivals), 'run')} that {which} measure the same ({', '.join(shared[:4])}"
            f"{', …' if len(shared) > 4 else ''}), and a candidate or baseline is one of them."
            f" {held(of, where, rivals.values(), file=file)}",
            by_command=BY_OPTION if file else "",
        )
    return versions[0] if versions else UNKNOWN_VERSION


def beside(runs: Sequence[Run], measures: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """What several of these runs measure, each on data of its own: a gate judges the first of them."""
    return tuple(_shared(runs, measures))


def _rival(one: Run, other: Run, measures: Mapping[str, Collection[str]]) -> bool:
    """Whether only one of two runs of a file can be meant: they measure the same, and are not of a known version that
    was tried on two data sets, as each task of an evaluation is."""
    if one.tool != other.tool or set(measures.get(one.id, ())).isdisjoint(measures.get(other.id, ())):
        return False
    tasks = one.dataset_name, other.dataset_name
    return one.version == UNKNOWN_VERSION or None in tasks or tasks[0] == tasks[1]


def _shared(runs: Sequence[Run], measures: Mapping[str, Collection[str]]) -> list[str]:
    """The measures that more than one of the runs has."""
    counted = Counter(name for run in runs for name in measures.get(run.id, ()))
    return sorted(one_line(name, 48) for name, many in counted.items() if many > 1)


def held(runs: Sequence[Run], where: str, meant: Iterable[Run] | None = None, *, file: bool = True) -> str:
    """What a file holds, and how one of it is named. `meant`: those of its runs that are listed; `file`: whether it is
    one, and not what a server gave."""
    shown = set(map(id, runs if meant is None else meant))
    alike = Counter(label(run) for run in runs)
    listed = [
        f"#{n} {label(run)}{f' ({one_line(run.name, 48)})' if alike[label(run)] > 1 and run.name else ''}"
        for n, run in enumerate(runs, 1)
        if id(run) in shown
    ]
    if not listed:
        return "It holds no run."
    more = f"; and {len(listed) - LISTED:,} more" if len(listed) > LISTED else ""
    first = listed[0].split(" ", 1)[0]
    how = f"Name one: {one_line(where)}{first}." if file else ("Import it as neither, and choose the runs under Evals.")
    return f"It holds {'; '.join(listed[:LISTED])}{more}. {how}"


def label(run: Run) -> str:
    """What tells a run from others, short."""
    parts = [run.model or "", run.prompt_version or "", run.pipeline_version or ""]
    said = " · ".join(one_line(part, 48) for part in parts if part) or one_line(run.name, 48)
    return said or one_line(run.id, 48)


def _names(run: Run) -> tuple[str | None, ...]:
    return run.name, run.pipeline_version, run.id


def _models(run: Run) -> tuple[str | None, ...]:
    return run.model, _text(run, "provider_label")


def _prompts(run: Run) -> tuple[str | None, ...]:
    return run.prompt_version, _text(run, "prompt_label")


def _words(run: Run) -> tuple[str | None, ...]:
    return *_models(run), *_prompts(run), *_names(run)


def _text(run: Run, key: str) -> str | None:
    value = run.extra.get(key)
    return value if isinstance(value, str) else None


def _fitting(
    numbered: list[tuple[int, Run]], said: str, texts: Callable[[Run], tuple[str | None, ...]]
) -> list[tuple[int, Run]]:
    """The runs of which a text is what was said; else is it but for its case; else has it as a part; else holds it."""
    wanted = said.strip().casefold()
    tests: tuple[Callable[[str], bool], ...] = (
        lambda text: text == said,
        lambda text: text.casefold() == wanted,
        lambda text: wanted in _PARTS.split(text.casefold()),
        lambda text: wanted in text.casefold(),
    )
    for test in tests:
        if found := [(n, run) for n, run in numbered if any(test(text) for text in texts(run) if text)]:
            return found
    return []
