"""What a gate's YAML may hold, field by field; the checks that need the registry are in `gate_file`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from readiness_tui.domain.gate import Confidence, Direction, From
from readiness_tui.domain.text import one_line
from readiness_tui.sources.located import EXCERPT, quoted

_LIMIT = re.compile(r"(>=|≥|<=|≤|)\s*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)", re.ASCII)
_WINDOW = re.compile(r"([0-9]{1,4})\s*d(?:ays?)?", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
MAX_TEXT = 120


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold as written: ">= 0.85" says its direction, 0.85 alone does not."""

    value: float
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Margin:
    """0.02 is in the metric's unit, "2%" relative to the baseline."""

    value: float
    relative: bool = False


def _limit(value: Any) -> Limit:
    if isinstance(value, str):
        match = _LIMIT.fullmatch(value.strip())
        if match is None:
            raise ValueError(f"{quoted(value)} is not a threshold", _remedy(value))
        number = float(match[2])
        if math.isfinite(number):
            sign = match[1]
            return Limit(number, None if not sign else Direction.HIGHER if sign in (">=", "≥") else Direction.LOWER)
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return Limit(float(value))
    raise ValueError(f"{_short(value)} is not a threshold", 'Write a number, or a text such as ">= 0.85"')


def _remedy(text: str) -> str:
    if "%" in text:
        return 'Nothing is rescaled in silence: write the fraction, such as ">= 0.85"'
    if text.strip()[:1] in ("<", ">"):
        return 'Bounds are inclusive: write ">=" or "<=" and one number, such as ">= 0.85"'
    return 'Write a number, or a text such as ">= 0.85"'


def _margin(value: Any) -> Margin:
    number: float | None = None
    relative = isinstance(value, str) and value.strip().endswith("%")
    if isinstance(value, str):
        match = _LIMIT.fullmatch(value.strip().removesuffix("%").strip())
        if match is not None and not match[1]:
            number = float(match[2]) / (100 if relative else 1)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
    if number is None or not 0 <= number < math.inf:
        raise ValueError(
            f"{_short(value)} is not a margin", 'Write how much worse is allowed: 0.02 in the metric\'s unit, or "2%"'
        )
    return Margin(number, relative)


def _window(value: Any) -> int:
    days = value if isinstance(value, int) and not isinstance(value, bool) else None
    if isinstance(value, str) and (match := _WINDOW.fullmatch(value.strip())):
        days = int(match[1])
    if days is None or not 1 <= days <= 3660:
        raise ValueError(f"{_short(value)} is not a window", "Write a number of days from 1 to 3660, such as 7 days")
    return days


def _number(value: Any) -> float:
    limit = _limit(value)
    if limit.direction is not None:
        raise ValueError(f"{_short(value)} is not a number", "Write the number alone: min and max say the direction")
    return limit.value


def _short(value: object) -> str:
    return quoted(value) if isinstance(value, str) else one_line(str(value), EXCERPT)


def _word(value: str) -> str:
    text = value.strip()
    if not text:
        raise ValueError("this text is empty", "Write at least a word")
    if len(text) > MAX_TEXT:
        raise ValueError(f"this text is longer than {MAX_TEXT} characters", "Shorten it")
    if bad := _CONTROL.search(text):
        raise ValueError(f"this text holds the control character U+{ord(bad.group()):04X}", "Remove it")
    return text


Word = Annotated[str, AfterValidator(_word)]
LimitValue = Annotated[Any, AfterValidator(_limit)]
NumberValue = Annotated[Any, AfterValidator(_number)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RuleYaml(_Strict):
    metric: Word
    threshold: LimitValue = None
    min: NumberValue = None
    max: NumberValue = None
    direction: Annotated[Direction, Field(strict=False)] | None = None
    unit: Word | None = None
    source: Annotated[From, Field(strict=False, alias="from")] = From.RUN
    window_days: Annotated[Any, AfterValidator(_window)] = None
    window: Annotated[Any, AfterValidator(_window)] = None
    required: bool = True
    tags: list[Word] = []
    max_regression: Annotated[Any, AfterValidator(_margin)] = None
    confidence: Annotated[Confidence, Field(strict=False)] = Confidence.ADVISE


class GateYaml(_Strict):
    name: Word | None = None
    metrics: list[RuleYaml] = []
    thresholds: dict[Word, LimitValue] = {}
    must_pass: list[Word] = []
    dataset_digest: Word | None = None
    judge_digest: Word | None = None
