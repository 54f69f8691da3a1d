"""Two people changed one thing at once: which of the two values stands, and what is kept of the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from readiness_tui.domain.text.sanitise import visible
from readiness_tui.domain.verdict.gap import called


class Unseen(Enum):
    """In place of a base: the writer does not say what they saw, so the new value is written whatever is stored."""

    UNSEEN = "unseen"


UNSEEN = Unseen.UNSEEN


class Weighed(Enum):
    """What becomes of a new value."""

    SAME = "nothing to write"
    WRITE = "written"
    BESIDE = "kept beside the stored one"


@dataclass(frozen=True, slots=True)
class Rival:
    """Another value than the stored one, by somebody who had not seen that one; kept until somebody settles the two.

    `about` names the thing by a key ("note/OBS-04", "gap/item/reliability/REL-02", "action/3/12"), `field` which of its
    values it is ("owner"). `value` as text: a day in ISO form, "" for cleared or taken out.
    """

    id: int
    about: str
    field: str
    value: str
    by: str
    at: datetime

    @property
    def title(self) -> str:
        """What the two values are about, in a person's words."""
        kind, _, ref = self.about.partition("/")
        number, _, part = ref.partition("/")
        field = self.field.replace("_", " ")
        if kind in ("note", "waiver"):
            return f"{kind} on {ref}"
        if kind in ("gap", "condition"):
            return f"{field} of the {kind} {called(ref)}"
        if kind == "incident":
            return f"{field} of INC-{number}"
        if kind == "action":
            return f"{field} of INC-{number} action {part}"
        if kind == "line":
            return f"{field} of a line in INC-{number}'s timeline"
        if kind == "section":
            return f"{field} of INC-{number}'s note"
        return f"{ref}'s dissent" if kind == "dissent" else f"the review's {field}"

    @property
    def place(self) -> str:
        """The key of what it is about, as a cause of the verdict or a gap has it; "" for the review itself."""
        kind, _, ref = self.about.partition("/")
        if kind in ("note", "waiver"):
            return f"item/{ref}"
        if kind in ("gap", "condition"):
            return f"{kind}/{ref}"
        return f"incident/{ref}" if kind in ("incident", "action", "line", "section") else ""

    @property
    def outlives_review(self) -> bool:
        """Whether it is of the system, and can be settled after the review was frozen too."""
        return self.about.partition("/")[0] in ("gap", "incident", "action", "line", "section")


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A rival beside what is stored now; `stored_by` is empty where nobody knows."""

    rival: Rival
    stored: str
    stored_by: str = ""
    stored_at: datetime | None = None


def weigh(stored: str, new: str, base: str | None) -> Weighed:
    """What becomes of `new`, written by somebody who saw `base` (None: who does not say), where `stored` is stored now.

    A form shows control characters as visible marks, so a base that comes back as it was shown was not changed.
    """
    untouched = base is not None and new.strip() in (base.strip(), visible(base).strip())
    if untouched or new.strip() == stored.strip():
        return Weighed.SAME
    return Weighed.WRITE if base is None or base.strip() == stored.strip() else Weighed.BESIDE
