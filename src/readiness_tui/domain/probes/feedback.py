"""What users say of answers: how much of it is captured, and whether scores follow it (support probes)."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import fsum, sqrt
from statistics import variance

from readiness_tui.domain.intervals import t_quantile
from readiness_tui.domain.probes.amounts import Columns, ReadsAmounts
from readiness_tui.domain.probes.base import ProbeInput, safe
from readiness_tui.domain.probes.figures import SupportFigure, percent, support
from readiness_tui.domain.probes.variety import Variety
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.names import FirstNames, too_many

_FEWEST = 5  # scores on either side, for a difference that can be more than luck
_UP = frozenset(
    """up positive good like liked thumbs_up thumbsup thumbs-up yes true 1 1.0 +1 helpful 👍 pass correct""".split()  # noqa: SIM905
)
_DOWN = frozenset(
    """down negative bad dislike disliked thumbs_down thumbsdown thumbs-down no false 0 0.0 -1 unhelpful 👎 fail
    incorrect""".split()  # noqa: SIM905
)


@dataclass(slots=True)
class FeedbackCaptured:
    """Requests with feedback (OBS-05). It stands on the request's own record, so that it is joined says nothing: the
    share of requests is the figure. A word for none is none, and one word on all of thirty is no opinion."""

    n: int = 0
    k: int = 0
    variety: Variety = field(default_factory=Variety)

    @classmethod
    def start(cls, data: ProbeInput) -> FeedbackCaptured:
        return cls()

    def add(self, got: Counted) -> None:
        self.n += got.n
        if has(got.trace.feedback):
            self.k += got.n
            self.variety.join("feedback", got.varied.get("feedback"), got.n)

    def figure(self) -> SupportFigure:
        if not self.k:
            return SupportFigure(missing="no imported trace carries user feedback")
        return SupportFigure(
            f"feedback on {self.k:,} of {self.n:,} requests: {percent(self.k, self.n)}",
            self.n,
            k=self.k,
            variety=self.variety,
        )


_Sides = tuple["array[float]", "array[float]"]  # scores of disliked and of liked requests


@dataclass(slots=True)
class ScoreAgainstFeedback(ReadsAmounts):
    """The mean score of requests that users liked and of those they disliked (EVA-11), for the most common score.

    It speaks for the item if the former is higher by more than luck: at 95 %, by Welch's difference of two means
    (Biometrika 34, 1947) with the degrees of freedom of the smaller side, from five scores on either side.
    """

    asked: bool = False
    unread: int = 0
    seen: FirstNames[str, _Sides] = field(default_factory=lambda: FirstNames(lambda sides: sum(map(len, sides))))

    @classmethod
    def start(cls, data: ProbeInput) -> ScoreAgainstFeedback:
        return cls()

    def add(self, got: Counted) -> None:
        self.asked = self.asked or bool(got.once and got.trace.scores and has(got.trace.feedback))

    @property
    def columns(self) -> tuple[str, ...]:
        return ("feedback", "scores", "copy") if self.asked else ()

    def read(self, got: Columns) -> None:
        for feedback, scores, copy in zip(got["feedback"], got["scores"], got["copy"], strict=True):
            if feedback is None or not scores or copy:
                continue
            word = re.sub(r"\s+", "_", feedback.strip().casefold())
            if word not in _UP and word not in _DOWN:
                self.unread += 1
                continue
            for name, value in scores.items():
                sides = self.seen.get(name) or (array("d"), array("d"))
                sides[word in _UP].append(value)
                self.seen.put(name, sides, 1)

    def figure(self) -> SupportFigure:
        both = {name: sides for name, sides in self.seen.found.items() if sides[0] and sides[1]}
        if not both:
            return SupportFigure(
                missing="no imported trace has a score of requests that users liked and of some they did not"
            )
        name, (bad, good) = min(both.items(), key=lambda row: (-len(row[1][0]) - len(row[1][1]), row[0]))
        high, low = fsum(good) / len(good), fsum(bad) / len(bad)
        chance = "" if _beyond_chance(good, bad) or high <= low else "; the difference could be luck"
        return SupportFigure(
            f"{safe(name)} is {high:.3g} on {len(good):,} requests that users liked, {low:.3g} on {len(bad):,} that "
            f"they did not{chance}",
            len(good) + len(bad),
            supports=high > low and not chance,
            details=(
                *((f"feedback on {self.unread:,} is neither up nor down",) if self.unread else ()),
                *too_many("scores", self.seen.others),
            ),
        )


def _beyond_chance(good: Sequence[float], bad: Sequence[float]) -> bool:
    fewest = min(len(good), len(bad))
    if fewest < _FEWEST:
        return False
    spread = sqrt(variance(good) / len(good) + variance(bad) / len(bad))
    return fsum(good) / len(good) - fsum(bad) / len(bad) > t_quantile(fewest - 1) * spread


FEEDBACK = {
    "feedback_captured": support(FeedbackCaptured.start),
    "score_against_feedback": support(ScoreAgainstFeedback.start),
}
