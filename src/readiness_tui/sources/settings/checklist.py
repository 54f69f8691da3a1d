"""Reads checklists from YAML: ours, a team's own, and the set of both."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from readiness_tui.domain.checklists.codec import content_digest
from readiness_tui.domain.checklists.declared import SETTINGS
from readiness_tui.domain.checklists.model import Checklist, Item, ProbeKind, ProbeSpec, Severity
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.probes import PROBES, kind_problem
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.located import DataPath, Located, quoted
from readiness_tui.sources.kit.shipped import shipped_folder
from readiness_tui.sources.kit.validation import Problem, refuse, validated
from readiness_tui.sources.kit.yaml_safe import read_yaml
from readiness_tui.sources.settings.checklist_schema import ChecklistYaml, ItemYaml

SHIPPED = ("observability", "reliability", "deployment", "safety", "evaluation")


@dataclass(frozen=True, slots=True)
class _Loaded:
    checklist: Checklist
    located: Located


@dataclass(frozen=True, slots=True)
class CheckedChecklists:
    """Which files a review would take, and why it would refuse the others."""

    fine: tuple[tuple[Path, Checklist], ...]
    refused: tuple[ReadinessError, ...]


def shipped_checklists() -> dict[str, Checklist]:
    """The five that come with the app, by id, in their order."""
    return load_checklists()


def load_checklists(extra_dirs: Sequence[Path] = ()) -> dict[str, Checklist]:
    """Ours and a team's, by id: ours in their order, then the team's by id.

    A team's checklist with an id of ours takes its place; of two folders the later one wins. Raises
    `ReadinessError` for a file that is not valid, a folder without any, one id twice in a folder, an item id twice,
    and a `same_as` without its item.
    """
    ours = _shipped()
    checked = _read([_files_in(folder) for folder in extra_dirs], ours)
    if checked.refused:
        raise checked.refused[0]
    theirs = {checklist.id: checklist for _, checklist in checked.fine}
    return {name: loaded.checklist for name, loaded in ours.items()} | dict(sorted(theirs.items()))


def check_files(paths: Sequence[Path]) -> CheckedChecklists:
    """Files, and whole folders, read by the rules of `load_checklists`: each alone, then together with ours."""
    folders: dict[Path, dict[Path, Path]] = {}
    refused: list[ReadinessError] = []
    for path in paths:
        try:
            files = _files_in(path) if path.is_dir() else [path]
        except ReadinessError as error:
            refused.append(error)
            continue
        for file in files:
            whole = Path(os.path.abspath(file))
            folders.setdefault(whole.parent, {}).setdefault(whole, file)
    checked = _read([files.values() for files in folders.values()], _shipped())
    said = "is valid, but a review passes over a file of this name. Name it .yaml, without a dot in front."
    refused += checked.refused
    refused += [
        ReadinessError(f"{one_line(str(file))}: the checklist {quoted(checklist.id)} {said}")
        for file, checklist in checked.fine
        if not _is_checklist(file)
    ]
    return CheckedChecklists(tuple(pair for pair in checked.fine if _is_checklist(pair[0])), tuple(refused))


def _shipped() -> Mapping[str, _Loaded]:
    return _shipped_in(shipped_folder("checklists"))


@cache
def _shipped_in(folder: Path) -> Mapping[str, _Loaded]:
    """Read once: they are part of the program, as its modules are."""
    return MappingProxyType({name: _loaded(read_yaml(folder / f"{name}.yaml")) for name in SHIPPED})


def _is_checklist(path: Path) -> bool:
    # Hidden files are editors' and file managers' leavings, never a checklist.
    return path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith(".")


def _files_in(folder: Path) -> list[Path]:
    shown = one_line(str(folder))
    try:
        files = sorted(path for path in folder.iterdir() if _is_checklist(path))
    except (OSError, ValueError) as error:
        reason = one_line((error.strerror if isinstance(error, OSError) else None) or str(error))
        raise ReadinessError(
            f"The checklist folder {shown} cannot be read: {reason}. Check the path; name a folder, not a file."
        ) from None
    if not files:
        raise ReadinessError(
            f"The checklist folder {shown} holds no .yaml file. Put a checklist there or leave the folder out."
        )
    return files


def _read(folders: Iterable[Iterable[Path]], ours: Mapping[str, _Loaded]) -> CheckedChecklists:
    """Each file by itself, then all of them beside ours; of an id in two folders the later one stands in the set."""
    read: list[tuple[Path, _Loaded]] = []
    refused: list[ReadinessError] = []
    for files in folders:
        found: dict[str, _Loaded] = {}
        for path in files:
            try:
                loaded = _loaded(read_yaml(path))
                if (first := found.setdefault(loaded.checklist.id, loaded)) is not loaded:
                    reason = f"the checklist {quoted(loaded.checklist.id)} is already declared in {first.located.at(('id',))}"
                    raise refuse(loaded.located, [Problem(("id",), reason, "Give one of the two another id")])
                read.append((path, loaded))
            except ReadinessError as error:
                refused.append(error)
    theirs = {loaded.checklist.id: loaded for _, loaded in read}
    # A team cannot edit our files: a mention in ours of an item that theirs dropped is no error.
    dropped = [ours[name].checklist for name in ours if name in theirs]
    # Ours are looked at first, so that of two equal item ids the team's is the one reported.
    both = {name: loaded for name, loaded in ours.items() if name not in theirs} | dict(sorted(theirs.items()))
    problems: dict[str, list[Problem]] = defaultdict(list)
    for owner, problem in _set_problems({name: loaded.checklist for name, loaded in both.items()}, dropped):
        problems[owner].append(problem)
    bad = [both[owner] for owner in both if owner in problems]
    refused += [refuse(loaded.located, problems[loaded.checklist.id]) for loaded in bad]
    return CheckedChecklists(tuple((path, one.checklist) for path, one in read if one not in bad), tuple(refused))


def _loaded(located: Located) -> _Loaded:
    parsed = validated(ChecklistYaml, located)
    if problems := list(_problems(parsed)):
        raise refuse(located, problems)
    checklist = parsed.to_domain()
    return _Loaded(replace(checklist, digest=content_digest(checklist)), located)


def _problems(parsed: ChecklistYaml) -> Iterator[Problem]:
    """What a field-by-field schema cannot express."""
    if not parsed.items:
        yield Problem(("items",), "a checklist without items checks nothing", "Add at least one item")
    ids = [item.id for item in parsed.items]
    yield from _repeated(ids, ("items",), "item id", ("id",))
    for index, item in enumerate(parsed.items):
        here: DataPath = ("items", index)
        yield from _item_problems(item, here)
        for position, target in enumerate(item.same_as):
            path = (*here, "same_as", position)
            if target == item.id:
                yield Problem(path, f"{item.id} is declared the same as itself", "Remove it")
            elif target in ids:
                reason = f"{target} is an item of this same checklist; same_as joins items of different ones"
                yield Problem(path, reason, "Remove it, or make the two one item")


def _item_problems(item: ItemYaml, here: DataPath) -> Iterator[Problem]:
    if item.weight == 0 and item.severity is Severity.BLOCKER:
        reason = f"{item.id} is a blocker of weight 0, which would block without counting"
        yield Problem((*here, "weight"), reason, "Give it a weight, or make it major or minor")
    yield from _repeated(item.same_as, (*here, "same_as"), "item id")
    yield from _repeated(item.ticks, (*here, "ticks"), "tick")
    if item.probe is not None:
        probe = (*here, "probe")
        yield from _repeated(item.probe.declares, (*probe, "declares"), "name")
        # A proof that can never come, or that asks for a setting nobody can type, would only stay silent.
        for place, name in enumerate(item.probe.declares):
            if name not in SETTINGS:
                yield Problem(
                    (*probe, "declares", place), f"{quoted(name)} is no setting", f"Known are {', '.join(SETTINGS)}"
                )
        if item.probe.query not in PROBES:
            reason = f"there is no probe {quoted(item.probe.query)}"
            yield Problem((*probe, "query"), reason, "Correct the name, or leave the probe out")
        elif reason := kind_problem(ProbeSpec(item.probe.query, item.probe.kind)):
            yield Problem((*probe, "kind"), reason, "Change the kind, or make it support")
        if "required" in item.probe.model_fields_set and item.probe.kind is not ProbeKind.SHARE:
            reason = f"a {item.probe.kind} probe has no required share"
            yield Problem((*probe, "required"), reason, "Remove it, or make the kind share")


def _repeated(values: Sequence[str], path: DataPath, what: str, field: DataPath = ()) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            reason = f"the {what} {quoted(value)} is used a second time"
            yield Problem((*path, index, *field), reason, "Each may stand once: change or remove one")
        seen.add(value)


def _set_problems(checklists: Mapping[str, Checklist], dropped: Iterable[Checklist]) -> Iterator[tuple[str, Problem]]:
    """Each problem with the id of the checklist whose file it is in."""
    homes: dict[str, str] = {}
    for name, checklist in checklists.items():
        for index, item in enumerate(checklist.items):
            if (home := homes.setdefault(item.id, name)) != name:
                reason = f"item {item.id} is also an item of the checklist {home}"
                yield name, Problem(("items", index, "id"), reason, "Give one of the two another id")
    known = homes.keys() | {item.id for checklist in dropped for item in checklist.items}
    prefixes = {_prefix(item_id) for item_id in homes}
    for name, checklist in checklists.items():
        for index, item in enumerate(checklist.items):
            for position, target in _missing(item, known, prefixes):
                reason = f"item {item.id} is declared the same as {target}, which does not exist"
                path = ("items", index, "same_as", position)
                yield name, Problem(path, reason, "Correct the id or remove it")


def _missing(item: Item, known: Iterable[str], prefixes: Iterable[str]) -> Iterator[tuple[int, str]]:
    for position, target in enumerate(item.same_as):
        if target not in known and _prefix(target) in prefixes:
            yield position, target


def _prefix(item_id: str) -> str:
    return item_id.partition("-")[0]
