"""Which requests of a system are seen at one moment: of published imports, the latest record of each id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from readiness_tui.store.sqlite import Connection
from readiness_tui.store.systems import NUMBER


@dataclass(frozen=True)
class SeenTraceSet:
    """`imports`: the published ones that hold requests, with the version of the reading each is measured by. `last`: the
    order of the latest publication of all."""

    system: str
    imports: dict[int, int]
    published: tuple[int, ...]
    superseded: bool

    @classmethod
    def now(cls, conn: Connection, system: str) -> SeenTraceSet:
        rows = conn.execute(
            f"SELECT id, measured, traces FROM import WHERE system_id = {NUMBER} AND published_order IS NOT NULL"
            " ORDER BY published_order",
            (system,),
        ).fetchall()
        superseded = conn.execute("SELECT 1 FROM trace_superseded LIMIT 1").fetchone() is not None
        return cls(
            system,
            {number: measured for number, measured, traces in rows if traces},
            tuple(number for number, _, _ in rows),
            superseded,
        )

    @cached_property
    def numbers(self) -> str:
        """The published imports as an SQL list."""
        return ", ".join(map(str, self.published))

    def where(self, key: str) -> str:
        """An SQL condition: no published import replaced the request of this key."""
        if not self.superseded:
            return "TRUE"
        return f"NOT EXISTS (SELECT 1 FROM trace_superseded s WHERE s.key = {key} AND s.import_id IN ({self.numbers}))"
