"""Whether what was imported would be read otherwise today: by the number that each reader gives its way of reading."""

from __future__ import annotations

from readiness_tui.domain.traces.kept_records import Keep, KeptRecords
from readiness_tui.sources import registry
from readiness_tui.store.imports import HowRead, ImportInfo

_MAPPED = "mapped"  # the format of what a mapping file reads


def checked_keep(text: str) -> str:
    """Which raw records to keep, as it is stored. Raises ReadinessError for a word that says none."""
    return str(KeptRecords.parse(text))


def how_read(format: str, keep_raw: str = "all", rereads: int | None = None, *, priced: bool = False) -> HowRead:
    """What an import remembers of its reading. `priced`: costs came from a price table."""
    beside = "a price table" if priced else "a mapping" if format == _MAPPED else ""
    return HowRead(registry.reading(format), beside, rereads, keep_raw)


def reader_changed(info: ImportInfo) -> bool:
    """Whether its reader reads otherwise since. An import of a version that kept no numbers was read by the first
    reading at the latest. A mapped file's reader is its mapping."""
    now = registry.reading(info.format)
    return now is not None and now != (info.how.reader or 1)


def keeps_more(info: ImportInfo, keep_raw: str) -> bool:
    """Whether all raw records are asked for of an import that kept some alone."""
    return KeptRecords.parse(keep_raw).keep is Keep.ALL and info.raw_kept < info.traces


def reader_words(info: ImportInfo, replaced_by: int | None) -> str:
    """What a person should know of how an import was read and of what is kept of it; "" where there is nothing."""
    said = []
    if replaced_by is not None:
        said.append(f"read again as import {replaced_by}")
    elif reader_changed(info):
        said.append(f"its reader has changed since: readiness reread {info.id}")
    if info.raw_kept < info.traces:
        keep = KeptRecords.parse(info.how.keep_raw)
        said.append(f"raw records of {keep.words}: {info.raw_kept:,} of {info.traces:,} traces")
    return "; ".join(said)


def replacements(infos: list[ImportInfo]) -> dict[int, int]:
    """Which import was read again as which one."""
    return {info.how.rereads: info.id for info in infos if info.how.rereads is not None}


def still_changed(infos: list[ImportInfo]) -> list[ImportInfo]:
    """Of a system's imports, the latest first: those that would be read otherwise today and were not read again, the
    earliest first."""
    again = replacements(infos)
    return [info for info in reversed(infos) if info.id not in again and reader_changed(info)]
