"""The command palette: every binding of the present screen and of the app, by name."""

from __future__ import annotations

from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider

from readiness_tui.tui.widgets.letters import moves

HIDDEN = frozenset({"app.palette"})


class ReadinessCommands(Provider):
    """What the keys do, found by typing a part of its name."""

    def _found(self) -> list[tuple[str, str, str]]:
        entries: dict[str, tuple[str, str, str]] = {}
        for active in self.screen.active_bindings.values():
            binding: Binding = active.binding
            if not binding.id or binding.id in HIDDEN or moves(binding.id) or not active.enabled:
                continue
            entries.setdefault(
                binding.id,
                (
                    binding.tooltip or binding.description,
                    self.app.get_key_display(binding),
                    binding.action,
                ),
            )
        return list(entries.values())

    async def discover(self) -> Hits:
        for title, key, action in self._found():
            yield DiscoveryHit(f"{title}  ({key})", partial(self.screen.run_action, action), help=None)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, key, action in self._found():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), partial(self.screen.run_action, action), help=f"key {key}")
