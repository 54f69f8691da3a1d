"""A proposed mapping on its way to an import: offered, tried as edited, and kept beside the file that it maps."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.reports.atomic import write_text
from readiness_tui.sources import registry
from readiness_tui.sources.kit.fileio import unreadable
from readiness_tui.sources.own.mapping_proposal import ProposedMapping, propose
from readiness_tui.sources.own.mapping_trial import Trial, tried
from readiness_tui.sources.own.trace_record import NO_UNIT

__all__ = ["NO_UNIT", "ProposedMapping", "Trial", "keep_mapping", "mapping_for", "try_mapping"]

_MOST = 100  # mappings of one file in one folder


def mapping_for(path: Path, *, refused: bool) -> ProposedMapping:
    """What may be proposed for a file; nothing for a folder or what cannot be read. Never raises.

    `refused`: it was not imported. Then a source that knows it has said why, and a mapping is no answer to that.
    """
    try:
        if not path.is_file() or (refused and _is_known(path)):
            return ProposedMapping()
        return propose(registry.inside(path))
    except (ReadinessError, OSError):
        return ProposedMapping()


def _is_known(path: Path) -> bool:
    try:
        registry.recognise(path)
    except ReadinessError:
        return bool(registry.also(path))  # several formats fit: the refusal names them
    return True


def try_mapping(path: Path, text: str) -> Trial:
    """What a mapping makes of the first rows. Nothing is stored, and nothing raised."""
    try:
        return tried(text, registry.inside(path))
    except ReadinessError as refusal:
        return Trial(refused=str(refusal))


def keep_mapping(path: Path, text: str) -> Path:
    """Write the mapping beside its file, as `name.map.yaml`, or under the next number where another one has that name.

    Raises ReadinessError where the folder takes no file.
    """
    for number in range(1, _MOST):
        kept = path.with_name(f"{path.stem}.map{'' if number == 1 else f'-{number}'}.yaml")
        try:
            if not kept.exists():
                write_text(kept, text)
                return kept
            if kept.read_text(encoding="utf-8", errors="replace") == text:
                return kept
        except OSError as error:
            raise unreadable(kept, error) from error
    raise ReadinessError(f"{path.parent} has {_MOST} mappings of {path.name} already. Remove some of them.")
