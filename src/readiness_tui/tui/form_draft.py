"""What somebody typed into a form and did not save: kept until the same form opens again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core import drafts
from readiness_tui.services.core.desk import Desk
from readiness_tui.tui.host import Host

Values = dict[str, str]  # by field


@dataclass(frozen=True, slots=True)
class KeptText:
    """`typed`: the fields that were changed, as they were left. `proposed`: what the form proposed in them then."""

    typed: Values
    proposed: Values
    at: datetime | None = None


class FormDraft:
    """The draft of one form of one review. Where no file is open it lasts as long as the app.

    `about` tells forms of one title apart: the item, the gap or the change that this one is about.
    """

    def __init__(self, host: Host, title: str, about: str, fields: tuple[str, ...]) -> None:
        self._host = host
        review = host.view.review.id if host.view is not None else 0
        self.name = f"form/{review}/{title}/{about}/{','.join(fields)}"

    async def read(self) -> KeptText | None:
        """What was kept, or nothing that can be read."""
        desk = self._host.desk
        found = None if desk is None else await self._host.search(drafts.kept, desk, self.name)
        text = self._host.unsaved.get(self.name, "") if desk is None else found.text if found else ""
        return parsed(text, found.at if found else None)

    def keep(self, text: str) -> None:
        """Store it, "" for nothing. Runs in a thread: see `Autosave`."""
        desk: Desk | None = self._host.desk
        if desk is None:
            self._host.unsaved[self.name] = text
        elif text or drafts.kept(desk, self.name) is not None:
            drafts.keep(desk, self.name, text)

    async def clear(self) -> None:
        """The form was saved, or holds nothing that was typed."""
        try:
            await self._host.serve(self.keep, "")
        except ReadinessError as refusal:
            self._host.complain(f"What was typed is saved, but its draft could not be removed: {refusal}")


def written(values: Mapping[str, str], proposed: Mapping[str, str], saw: Mapping[str, str] | None = None) -> str:
    """The fields that differ from what is proposed, as text; "" where none does. `saw`: what stood in them when they were
    typed, where that was something else."""
    changed = {name: text for name, text in values.items() if text != proposed.get(name, "")}
    if not changed:
        return ""
    return json.dumps(
        {"typed": changed, "proposed": {name: {**proposed, **(saw or {})}.get(name, "") for name in changed}}
    )


def parsed(text: str, at: datetime | None) -> KeptText | None:
    """What `written` gave; None for anything else."""
    try:
        plain = json.loads(text)
        return KeptText(dict(plain["typed"]), dict(plain["proposed"]), at)
    except (ValueError, KeyError, TypeError):
        return None
