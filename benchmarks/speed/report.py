"""The table of what was measured, as markdown and as an object."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.speed.clock import Use
from benchmarks.speed.comparisons import Comparison


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison as measured at `records` records. `size`: database over source, where it was an import."""

    records: int
    made: Comparison
    ours: Use
    floor: Use | None
    peer: Use | None
    size: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours.cpu / self.floor.cpu if self.floor and self.floor.cpu else None

    @property
    def peer_ratio(self) -> float | None:
        return self.ours.cpu / self.peer.cpu if self.peer and self.peer.cpu else None

    @property
    def held(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        asked = self.made
        told = [
            self.ratio <= asked.most if asked.most is not None and self.ratio is not None else None,
            self.ours.wall <= self.floor.wall + asked.beyond if asked.beyond is not None and self.floor else None,
            self.ours.cpu <= asked.seconds if asked.seconds is not None else None,
            self.ours.wall <= asked.wall if asked.wall is not None else None,
            self.ours.memory <= asked.memory if asked.memory is not None else None,
        ]
        known = [one for one in told if one is not None]
        return all(known) if known else None


def machine() -> str:
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


def as_object(rows: Sequence[Row], runs: int) -> dict[str, Any]:
    """For comparing two commits: `--against` reads it."""
    return {
        "machine": machine(),
        "runs": runs,
        "rows": [
            {
                "key": row.made.key,
                "records": row.records,
                "ours": asdict(row.ours),
                "floor": asdict(row.floor) if row.floor else None,
                "peer": asdict(row.peer) if row.peer else None,
                "ratio": row.ratio,
                "peer_ratio": row.peer_ratio,
                "size": row.size,
                "held": row.held,
            }
            for row in rows
        ],
    }


def as_text(rows: Sequence[Row], before: dict[str, Any] | None = None) -> str:
    lines = [
        f"| what | records | ours, CPU s (wall) | floor | ratio | goal | held | peer | ratio | MB |{' before |' if before else ''}",
        f"|---|--:|--:|--:|--:|---|---|--:|--:|--:|{'--:|' if before else ''}",
    ]
    old = {(row["key"], row["records"]): row for row in (before or {}).get("rows", ())}
    for row in rows:
        cells = [
            row.made.what + (f"; database {row.size:.2f} × the source" if row.size is not None else ""),
            f"{row.records:,}",
            f"{row.ours.cpu:.3g} ({row.ours.wall:.3g})",
            f"{row.floor.cpu:.3g} ({row.floor.wall:.3g})" if row.floor else "",
            f"{row.ratio:.2f}" if row.ratio is not None else "",
            row.made.goal,
            {True: "yes", False: "no", None: ""}[row.held],
            f"{row.made.peer.name} {row.peer.cpu:.3g}" if row.peer and row.made.peer else "",
            f"{row.peer_ratio:.2f}" if row.peer_ratio is not None else "",
            f"{row.ours.memory:.0f}",
        ]
        if before:
            was = old.get((row.made.key, row.records))
            cells.append(f"{was['ours']['cpu']:.3g}" if was else "")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
