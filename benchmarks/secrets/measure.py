"""What share of labelled credentials is masked, and of harmless texts changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from readiness_tui.domain.text.secrets import mask

_WINDOW = 8  # characters of a credential that must not stand in a row


@dataclass(frozen=True, slots=True)
class Shown:
    """`found` of `tried` credentials are masked, `missed` by kind. `alarms`: of `harmless` texts those that were changed."""

    tried: int
    found: int
    kinds: int
    missed: Counter[str]
    harmless: int
    alarms: list[str] = field(default_factory=list)


def hidden(secret: str, text: str) -> bool:
    """Nothing is left of it that anybody could use: no eight of its characters in a row."""
    return not any(secret[at : at + _WINDOW] in text for at in range(max(1, len(secret) - _WINDOW + 1)))


def measure(
    samples: Iterable[tuple[str, str, str]], harmless: Iterable[str], hide: Callable[[str], str] = mask
) -> Shown:
    """Each text is shown as any output would."""
    listed, plain = list(samples), list(harmless)
    missed = Counter(kind for kind, text, secret in listed if not hidden(secret, hide(text)))
    return Shown(
        len(listed),
        len(listed) - missed.total(),
        len({kind for kind, _, _ in listed}),
        missed,
        len(plain),
        [text for text in plain if hide(text) != text],
    )
