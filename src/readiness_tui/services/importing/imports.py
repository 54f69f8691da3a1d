"""Importing what the tools wrote: recognise, stage in batches, publish at once; every rejected line is kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.choice import NO_CHOICE, RunChoice, label, measured
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.runs.pricing import Pricing
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.named_run import of_path
from readiness_tui.services.core.write import deferred
from readiness_tui.services.gate.declare import Facts, put, refuse_contradictions, stored_values
from readiness_tui.services.importing.beside import Beside, beside
from readiness_tui.services.importing.one_gate import rival_gates
from readiness_tui.services.importing.readers import how_read, keeps_more, reader_changed
from readiness_tui.services.importing.rejected import RejectedLines
from readiness_tui.services.importing.result import ImportedFile, NothingUsableError
from readiness_tui.services.importing.roles import take_as, taken
from readiness_tui.services.importing.staging import OnProgress, stage
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import (
    GUESSED,
    ReadAlongError,
    Recognised,
    Record,
    Source,
)
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.settings import gate
from readiness_tui.store import imports, runs

NOTHING_DECLARED: Facts = {}


def import_path(
    desk: Desk,
    path: Path,
    *,
    role: str | None = None,
    format: str | None = None,
    mapping: Path | None = None,
    prices: Path | None = None,
    progress: OnProgress | None = None,
    reason: str = "",
    choice: RunChoice = NO_CHOICE,
    rivals: Mapping[Path, str] | None = None,
    declared: Facts = NOTHING_DECLARED,
    keep_raw: str = "all",
) -> list[ImportedFile]:
    """Import a file, or every usable file in a folder. `role`: make its runs the candidate or baseline; `choice`, or
    "FILE#2": only those of its runs. All of them are stored.

    `mapping`: a file that says which column is what, for one file that is in no known format; in a folder, a file's own
    NAME.map.yaml beside it is taken along. `prices`: a price table, by which costs are derived where a record has tokens and no cost of its own. Raises ReadinessError, with nothing of
    that file stored, when it cannot be used; in a folder the others are imported all the same. A gate file becomes the
    review's gate; `reason` says why it takes the place of another. Of several that differ, in the folder or in all that
    is imported at once (`rivals`, as `rival_gates` finds them), none does. Rejected lines are kept with the import.
    `declared`: what is said of its runs (of those that play the `role`, where `choice` names them) and their file does
    not say; a file that says something else is refused. `keep_raw`: which raw records are kept, as `KeptRecords` reads it.
    """
    path, choice = of_path(path, choice)
    if choice and role is None:
        raise ReadinessError(
            f"{path}: {choice} says which run is taken as candidate or baseline, and nothing is taken as either. An import"
            " stores all runs of a file; leave that out, or say what the run is.",
            by_command="--as candidate does.",
        )
    if prices is not None:
        _read_prices(prices)  # refused before anything is imported
    given: dict[str, Any] = {
        "role": role,
        "choice": choice,
        "prices": prices,
        "progress": progress,
        "declared": declared,
        "keep_raw": keep_raw,
    }

    def by_itself(file: Path, known: tuple[Source, Recognised] | None = None) -> ImportedFile:
        return _import_file(desk, file, known, format=format, reason=reason, **given)

    if mapping is not None:
        return [_import_mapped(desk, path, mapping, format=format, **given)]
    rivals = rival_gates((path,)) if rivals is None else rivals
    if path in rivals:
        raise ReadinessError(rivals[path])
    if not os.path.isdir(path):  # unlike Path.is_dir, False also where one may not look
        return [by_itself(path)]
    done = []
    along = beside(registry.files(path)) if format is None else Beside()
    with deferred(desk):
        for file, found in registry.each(path):
            mapped = along.mapping_of.get(file)
            if isinstance(found, str) and mapped is None and file not in along.said and not gate.looks_like_gate(file):
                done.append(ImportedFile(str(file), "", refused=found))
                continue
            if file in along.said:
                done.append(ImportedFile(str(file), "", refused=along.said[file]))
                continue
            if file in rivals:
                done.append(ImportedFile(str(file), "gate", refused=rivals[file]))
                continue
            known = None if isinstance(found, str) or format is not None else found
            try:
                if mapped is not None:
                    done.append(_import_mapped(desk, file, mapped, format=None, **given))
                    done[-1].warnings.append(f"Read as {mapped.name} maps it, which lies beside it.")
                    continue
                done.append(by_itself(file, known))
            except ReadAlongError as elsewhere:
                done.append(ImportedFile(str(file), "", refused=str(elsewhere)))
            except ReadinessError as refusal:
                rejected = refusal.rejected if isinstance(refusal, NothingUsableError) else RejectedLines()
                # A file that only could be one, for want of anything better, is an unrelated neighbour.
                guessed = known is not None and known[1].certainty <= GUESSED
                shown = "" if guessed else format or "recognised"
                done.append(ImportedFile(str(file), shown, refused=str(refusal), rejected=rejected))
            if done[-1].cancelled:
                break
    if all(result.refused for result in done):
        first = f" The first: {done[0].refused}" if done else ""
        raise ReadinessError(f"{path}: none of the folder's {len(done)} files could be imported.{first}")
    return done


def _import_file(
    desk: Desk,
    path: Path,
    known: tuple[Source, Recognised] | None = None,
    *,
    format: str | None,
    reason: str,
    **given: Any,
) -> ImportedFile:
    """`given`: as `import_as` takes it."""
    if format == "gate" or (format is None and gate.looks_like_gate(path)):
        from readiness_tui.services.gate.versions import read_gate

        taken = read_gate(desk, path, reason)
        return ImportedFile(
            str(path),
            "gate",
            "a YAML mapping with metrics and thresholds",
            again=taken.again and not reason,
            changes=[*taken.said],
            asks_reason=taken.asks_reason,
        )
    source, recognised = known or registry.recognise(path, format)
    return import_as(desk, path, source, recognised.why, warning=recognised.warning, **given)


def _import_mapped(desk: Desk, path: Path, mapping: Path, *, format: str | None, **given: Any) -> ImportedFile:
    from readiness_tui.sources.own.mapped import Mapped

    if format is not None:
        raise ReadinessError(f"{path}: a mapping and a format exclude each other. Leave out --format, or --map.")
    head(path, 1)  # one regular file; anything else is refused here
    why = f"as {mapping.name} maps it"
    return import_as(desk, path, registry.within(Mapped(mapping), path), why, **given)


def import_as(desk: Desk, path: Path, source: Source, why: str, **given: Any) -> ImportedFile:
    """As `_import_as`; what another process publishes of the file meanwhile is not imported a second time."""
    try:
        return _import_as(desk, path, source, why, **given)
    except imports.PublishedMeanwhileError:
        return _import_as(desk, path, source, why, **given)  # which finds it there


def _import_as(
    desk: Desk,
    path: Path,
    source: Source,
    why: str,
    *,
    role: str | None = None,
    choice: RunChoice = NO_CHOICE,
    prices: Path | None = None,
    progress: OnProgress | None = None,
    where: str | None = None,
    declared: Facts = NOTHING_DECLARED,
    keep_raw: str = "all",
    warning: str = "",
) -> ImportedFile:
    """Import a file by this source. `where`: the name the person knows it by, if not its path. `choice`: of its runs,
    those that play the `role`. `declared`: what is said of those, or of all, and the file does not say. `warning`: what
    is to be said of it before anything is read."""
    digest = registry.digest_of(source, path)
    pricing = None
    if prices is not None:  # with other prices, the file brings something else
        pricing = _read_prices(prices)
        digest = hashlib.sha256(f"{digest} {registry.digest(prices)}".encode()).hexdigest()
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        if desk.store.refusal:
            raise ReadinessError(desk.store.refusal)
        if role and review.frozen_at is not None:
            raise ReadinessError(
                f"{path}: the review is frozen and takes no other {role}, so nothing was imported. Import it as"
                " neither, or start a new review."
            )
        before = imports.find(conn, review.system, digest)
        same = before
        if before is not None and (reader_changed(before) or keeps_more(before, keep_raw)):
            before = None  # the same bytes say something else today, or are to be kept
        # No run started after it was here.
        here = before.published_at if before and before.published_at else desk.now() if declared else None
        values = stored_values(conn, review.system, declared, here, review.gate_id) if here else {}
        earlier = [one for one in runs.all(conn, review.system, versions=True) if before and one.import_id == before.id]
    result = ImportedFile(where or str(path), source.name, why, warnings=[warning] if warning else [])
    if before is not None:
        result.again = True
        brought = [info.run for info in sorted(earlier, key=lambda info: info.key)]  # as they stand in the file
        result.run_ids = [info.run.id for info in earlier if info.current]
        result.runs, result.cases, result.traces = before.runs, before.cases, before.traces
        with desk.store.read() as conn:
            known = {info.run.id: measured(info.run, runs.cases(conn, info.key)) for info in earlier if role}
    # The file is judged once, in the part it plays: a baseline must not leave gaps as if it were the candidate.
    with deferred(desk):
        meant: list[str] = []
        named = ""
        spoken_of: list[str] = []  # … of whom something is declared

        def check(brought: list[Run], measures: Mapping[str, Collection[str]]) -> None:
            nonlocal named
            if role is not None:
                meant.extend(taken(brought, choice, result.path, measures, file=where is None))
                named = ", ".join(f"#{n} {label(run)}" for n, run in enumerate(brought, 1) if run.id in meant)
            spoken_of.extend(run.id for run in brought if values and (not choice or run.id in meant))
            if before is None and here is not None:
                refuse_contradictions((run for run in brought if run.id in spoken_of), values, here)

        if before is None:
            how = how_read(source.name, keep_raw, priced=pricing is not None)
            stage(desk, source, path, digest, result, progress, how, same, check=check, pricing=pricing)
        else:
            check(brought, known)
        if spoken_of and not result.cancelled:
            result.warnings += put(desk, spoken_of, values)
            result.declared = True
        elif values and not result.cancelled:
            result.warnings.append(
                "There is no run in this file of which something could be declared; what it brought is stored."
            )
        if role and meant and not result.cancelled:
            result.warnings += take_as(desk, meant, role)
            if choice:
                result.warnings.append(f"Taken as {role}: {named}.")
        elif role and not result.cancelled:
            result.warnings.append(f"There is no run in this file to take as {role}; what it brought is stored.")
    return result


def import_records(
    desk: Desk,
    source: Source,
    records: Iterable[Record],
    *,
    where: str,
    digest: str,
    rereads: int | None = None,
    progress: OnProgress | None = None,
) -> ImportedFile:
    """Import records that came from no file: `where` names their origin, `digest` identifies them; or those kept of the
    import `rereads`, all of them.

    Raises ReadinessError, with nothing stored, when nothing in it can be used.
    """
    result = ImportedFile(where, source.name)
    with desk.store.read() as conn:
        before = imports.find(conn, current_review(conn, desk).system, digest)
    with deferred(desk):
        stage(desk, source, records, digest, result, progress, how_read(source.name, rereads=rereads), before)
    return result


def _read_prices(path: Path) -> Pricing:
    from readiness_tui.sources.settings.price_table import read_prices

    return Pricing(read_prices(path))
