"""Finds the source that fits a file: by content, never by the file's name alone.

Ours are listed here; others come by the entry point group `readiness_tui.sources` (an object with the methods of
`base.Source`, or a class without arguments that makes one).
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from readiness_tui.domain.errors import NoRoomError, ReadinessError
from readiness_tui.sources import forced as by_choice
from readiness_tui.sources.kit import unwrap
from readiness_tui.sources.kit.base import ClaimsFolder, Joins, Recognised, Source, Versioned
from readiness_tui.sources.kit.fileio import HEAD, digest, unreadable
from readiness_tui.sources.kit.fileio import head as head_of
from readiness_tui.sources.kit.nearest import nearest
from readiness_tui.sources.kit.peek import seen
from readiness_tui.sources.kit.split_frame import has_index, is_split

__all__ = [
    "BUILT_IN",
    "GROUP",
    "also",
    "claimed",
    "digest",
    "digest_of",
    "each",
    "files",
    "inside",
    "named",
    "problems",
    "reading",
    "recognise",
    "sources",
    "within",
]

GROUP = "readiness_tui.sources"
#: A second, longer look where the first shows no format: sorted keys can put a long part before the telling ones.
LONG_HEAD = 4 * 1024 * 1024

_BY_COMMAND = "Cases or requests in another shape come in with a mapping (--map), which `readiness import --explain FILE` proposes."

#: Containers in each other: a frame in gzip; more is a trick.
DEEP = 3

#: How sure a source is at least of records that are its own, and not only of their shape.
_KNOWN = 60

#: Modules of this package with a `SOURCE`, one per outside format.
BUILT_IN = (
    "own.trace_record",
    "own.golden_set",
    "own.case_record",
    "own.app_log",
    "own.metrics_mapping",
    "promptfoo.source",
    "otel.source",
    "otel.phoenix",
    "otel.console",
    "otel.stdouttrace",
    "otel.jaeger",
    "otel.zipkin",
    "otel.cloudwatch",
    "otel.logfire",
    "otel.clickhouse",
    "otel.signoz",
    "otel.honeycomb",
    "otel.datadog",
    "otel.app_insights",
    "otel.grafana",
    "langsmith.source",
    "langfuse.source",
    "inspect_ai.source",
    "deepeval.source",
    "ragas",
    "lm_eval.source",
    "openai_evals.source",
    "junit.source",
    "mlflow.source",
    "wandb.source",
    "weave.source",
    "braintrust.source",
    "opik",
    "litellm",
    "helicone",
)


@cache
def _load() -> tuple[tuple[Source, ...], tuple[str, ...]]:
    found: list[Source] = [import_module(f"{__package__}.{name}").SOURCE for name in BUILT_IN]
    problems: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            loaded = point.load()
            source: Source = loaded() if isinstance(loaded, type) else loaded
            taken = {other.name for other in found}
            if source.name in taken:
                problems.append(f'The plugin "{point.value}" brings a format "{source.name}", which exists already.')
            else:
                found.append(source)
        except Exception as error:
            problems.append(f'The plugin "{point.value}" could not be loaded: {error}.')
    return tuple(found), tuple(problems)


def sources() -> tuple[Source, ...]:
    """Every source, ours first. Plugins that do not load are left out; `problems` names them."""
    return _load()[0]


def problems() -> tuple[str, ...]:
    """One sentence for each plugin that could not be used."""
    return _load()[1]


def recognise(path: Path, forced: str | None = None) -> tuple[Source, Recognised]:
    """The source for `path`, and why it is the one. `forced` is the name of a format (`--format`).

    A folder is recognised where a source reads it as one (see `ClaimsFolder`).
    Raises ReadinessError when the file cannot be read, no source knows it, several know it equally well, or the forced
    format is plainly not its own.
    """
    if forced is None:
        return _recognise(path)
    try:
        source, found = _recognise(path, forced)
    except _NothingFitsError as error:
        natural = _natural(path)
        known = f" It is recognised as {natural[0].name} ({natural[1].why})." if natural else ""
        raise ReadinessError(f"{error}{known}", by_command=error.by_command) from None
    if found.certainty == 100 or os.path.isdir(path):
        return source, found
    return source, by_choice.weighed(path, source, found, _natural(path))


def _natural(path: Path) -> tuple[Source, Recognised] | None:
    """The format that a file is recognised as, the first of several that fit equally well; None where none does."""
    try:
        return _recognise(path)
    except NoRoomError:
        raise
    except ReadinessError:
        return max(_candidates(path, head_of(path)), key=lambda pair: pair[1].certainty, default=None)


def _recognise(path: Path, forced: str | None = None, depth: int = 0) -> tuple[Source, Recognised]:
    """`depth`: containers that the file was in."""
    if os.path.isdir(path) and (whole := claimed(path)) is not None:
        return _unless(forced, path, *whole)
    head = head_of(path)
    container = unwrap.certain(path, head, part=True)
    if container is not None and depth < DEEP and (inner := _inside(path, head, container, forced, depth)) is not None:
        return inner
    if depth < DEEP and is_split(head) and (rows := _of_split(path, head, forced, depth)) is not None:
        return rows
    try:
        if forced is not None:
            return _as_named(path, head, forced)
        return _surest(path, head)
    except _NothingFitsError:
        container = unwrap.possible(path, head, part=True) if depth < DEEP else None
        try:
            inner = None if container is None else _inside(path, head, container, forced, depth)
        except NoRoomError:  # no fault of the file
            raise
        except ReadinessError:
            inner = None
        if inner is None:
            raise
        return inner


inside = unwrap.inside


def within(source: Source, path: Path) -> Source:
    """A source that somebody chose for this file, reading what is inside where the file is surely a container."""
    container = unwrap.certain(path, head_of(path))
    if container is None:
        return source
    inner, said = unwrap.opened(path, container)
    return unwrap.Unwrapped(within(source, inner), path, inner, said)


def _inside(
    path: Path, head: bytes, container: unwrap.Container, forced: str | None, depth: int
) -> tuple[Source, Recognised] | None:
    """The source that knows what is inside. None where the whole is no such container, as its beginning looked.

    A large file is opened as a whole only where a source knows what its beginning holds.
    """
    if container.part:
        with unwrap.begun(path, container) as inner:
            _of_inner(path, inner, forced, depth)
        whole = unwrap.certain(path, head) or unwrap.possible(path, head)
        if whole is None:
            return None
        container = whole
    return _opened(path, container, forced, depth)


def _opened(path: Path, container: unwrap.Container, forced: str | None, depth: int) -> tuple[Source, Recognised]:
    inner, said = unwrap.opened(path, container)
    source, found = _of_inner(path, inner, forced, depth)
    why = f"{found.why}, in {container.how}"
    return unwrap.Unwrapped(source, path, inner, said), replace(found, why=why)


def _of_inner(path: Path, inner: Path, forced: str | None, depth: int) -> tuple[Source, Recognised]:
    try:
        return _recognise(inner, forced, depth + 1)
    except NoRoomError:
        raise
    except ReadinessError as error:
        raise ReadinessError(str(error).replace(str(inner), str(path)), by_command=error.by_command) from error


def _of_split(path: Path, head: bytes, forced: str | None, depth: int) -> tuple[Source, Recognised] | None:
    """The source that knows the rows of a table of columns and data; None where the table is read as it stands.

    Without pandas' index, two tools write such a table, and a row is a tool's where its columns are that tool's alone.
    """

    def fits(source: Source, found: Recognised) -> bool:
        own = source.name in by_choice.OWN and forced is None and not has_index(head)
        return not own and found.certainty >= (1 if forced else _KNOWN)

    container = unwrap.split(path, part=True)
    try:
        if container is not None and container.part:
            with unwrap.begun(path, container) as inner:
                known = fits(*_of_inner(path, inner, forced, depth))
            container = unwrap.split(path) if known else None
        rows = None if container is None else _opened(path, container, forced, depth)
    except NoRoomError:
        raise
    except ReadinessError:
        return None
    return rows if rows is not None and fits(*rows) else None


def _as_named(path: Path, head: bytes, name: str) -> tuple[Source, Recognised]:
    source = named(name)
    found = source.recognise(path, head)
    if found is None and len(head) == HEAD:
        found = source.recognise(path, head_of(path, LONG_HEAD))
    if found is None and unwrap.possible(path, head, part=True) is not None:
        raise _NothingFitsError(f"{path} is not in the format {name}.")
    return source, found or Recognised(source.name, "chosen with --format", 0)


def _surest(path: Path, head: bytes) -> tuple[Source, Recognised]:
    candidates = _candidates(path, head)
    if not candidates and len(head) == HEAD:
        head = head_of(path, LONG_HEAD)
        candidates = _candidates(path, head)
    if not candidates:
        raise _nothing_fits(path, head)
    best = max(found.certainty for _, found in candidates)
    fitting = [(source, found) for source, found in candidates if found.certainty == best]
    if len(fitting) > 1:
        options = "; ".join(f"--format {source.name} ({source.title}: {found.why})" for source, found in fitting)
        raise ReadinessError(f"{path} fits several formats equally well. Say which one it is: {options}.")
    return fitting[0]


class _NothingFitsError(ReadinessError):
    """No source knows the file as it stands."""


def claimed(folder: Path) -> tuple[Source, Recognised] | None:
    """The source that reads this folder as one; None where its files are looked at one by one."""
    for source in sources():
        if isinstance(source, ClaimsFolder) and (found := source.claims(folder)) is not None:
            return source, found
    return None


def _unless(forced: str | None, path: Path, source: Source, found: Recognised) -> tuple[Source, Recognised]:
    if forced is not None and named(forced) is not source:
        raise ReadinessError(f"{path} is {found.why}, which {source.name} reads as one. Leave out --format {forced}.")
    return source, found


def also(path: Path) -> tuple[str, ...]:
    """Every format that fits a file, the surest first; empty where it cannot be read."""
    try:
        found = _candidates(path, head_of(path))
    except ReadinessError:
        return ()
    return tuple(source.name for source, _ in sorted(found, key=lambda pair: -pair[1].certainty))


def digest_of(source: Source, path: Path) -> str:
    """What tells an import from an earlier one: SHA-256 of the file, and of the files that are read along with it."""
    along = source.along(path) if isinstance(source, Joins) else ()
    if os.path.isdir(path):  # its files' places in it tell what they are
        parts = " ".join(f"{file.relative_to(path).as_posix()} {digest(file)}" for file in along)
        return hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()
    if not along:
        return digest(path)
    return hashlib.sha256(" ".join(digest(file) for file in (path, *along)).encode()).hexdigest()


def each(path: Path) -> Iterator[tuple[Path, tuple[Source, Recognised] | str]]:
    """The files below a folder, sorted, without hidden ones, with what each is by its content, or why it is nothing.

    A folder that a source reads as one (see `ClaimsFolder`), which may be `path` itself, comes in place of its files.
    A file is looked at when its turn comes, so that whoever reads it then finds its head parsed.
    """
    for file in files(path):
        found: tuple[Source, Recognised] | str
        try:
            if os.path.islink(file) and os.path.isdir(file):
                raise ReadinessError(f"{file} is a link to a folder, which is not followed. Import that folder itself.")
            found = recognise(file)
        except ReadinessError as error:
            found = str(error)
        yield file, found


def files(path: Path) -> list[Path]:
    """What lies below a folder, sorted, without what is hidden; a folder that a source reads as one stands for its files.
    Links to folders are not followed; they, pipes and links that lead nowhere are named all the same, for `each` to say why
    they are not read."""
    return sorted(_walk(path))


def _walk(path: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise unreadable(Path(error.filename or path), error) from error

    for folder, folders, names in os.walk(path, onerror=refuse):
        if claimed(Path(folder)) is not None:
            folders.clear()
            yield Path(folder)
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if os.path.islink(Path(folder, name))]
        for name in sorted([*names, *links]):
            if not name.startswith("."):
                yield Path(folder, name)


def reading(name: str) -> int | None:
    """The number of a format's present way of reading, which an import remembers; None where nobody reads it."""
    found = next((source for source in sources() if source.name == name), None)
    return None if found is None else found.reading if isinstance(found, Versioned) else 1


def named(name: str) -> Source:
    """The source of this format. Raises ReadinessError where there is none."""
    by_name = {source.name: source for source in sources()}
    if name in by_name:
        return by_name[name]
    near = difflib.get_close_matches(name, by_name, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    raise ReadinessError(f'There is no format "{name}".{hint} Known formats: {", ".join(sorted(by_name))}.')


def _candidates(path: Path, head: bytes) -> list[tuple[Source, Recognised]]:
    found = []
    for source in sources():
        recognised = source.recognise(path, head)
        if recognised is not None and recognised.certainty > 0:
            found.append((source, recognised))
    return found


def _nothing_fits(path: Path, head: bytes) -> _NothingFitsError:
    near = nearest(head)
    plugins = "".join(f" {problem}" for problem in problems())
    last = near or " It is in none of the formats that can be imported, which `readiness sources` lists."
    return _NothingFitsError(f"{path}: {seen(head)}{last}{plugins}", by_command="" if near else _BY_COMMAND)
