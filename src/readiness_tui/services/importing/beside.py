"""Mappings that lie beside the files they map, as the app keeps them: NAME.map.yaml, and NAME.map-2.yaml after it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from readiness_tui.domain.text.sanitise import one_line

_NAME = re.compile(r"(?P<stem>.+)\.map(?:-\d+)?\.ya?ml", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Beside:
    """`mapping_of`: file → its mapping. `said`: mapping → what is said of it in place of an import."""

    mapping_of: Mapping[Path, Path] = field(default_factory=dict)
    said: Mapping[Path, str] = field(default_factory=dict)


def beside(files: Sequence[Path]) -> Beside:
    """Which of a folder's files have a mapping beside them. Where a name leaves open what belongs to what, nothing does."""
    kept = {file: match["stem"] for file in files if (match := _NAME.fullmatch(file.name))}
    mapping_of: dict[Path, Path] = {}
    said: dict[Path, str] = {}
    for mapping, stem in kept.items():
        mapped = [file for file in files if file not in kept and (file.parent, file.stem) == (mapping.parent, stem)]
        others = [other for other in kept if (other.parent, kept[other]) == (mapping.parent, stem)]
        if len(mapped) == len(others) == 1:
            mapping_of[mapped[0]] = mapping
            said[mapping] = f"{mapping}: taken along, as the mapping of {one_line(mapped[0].name)}."
        elif mapped:
            either = mapped if len(mapped) > 1 else others
            names = ", ".join(one_line(file.name) for file in either)
            what = "files of its name" if len(mapped) > 1 else f"mappings of {one_line(mapped[0].name)}"
            said[mapping] = f"{mapping}: a mapping, not taken along: {len(either)} {what} lie beside it ({names})."
    return Beside(mapping_of, said)
