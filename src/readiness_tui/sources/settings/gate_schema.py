"""What a gate's YAML may hold, field by field, also as JSON Schema for editors; what needs the registry is checked in
`gate_build`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from readiness_tui.domain.gate.model import CasePolicy
from readiness_tui.domain.metrics.registry import METRICS
from readiness_tui.domain.metrics.rule import Confidence, Direction, From
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.located import EXCERPT, quoted
from readiness_tui.sources.kit.validation import Strict

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
    elif fields.is_number(value):
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
    elif fields.is_number(value):
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


def word(value: str, *, most: int = MAX_TEXT) -> str:
    text = value.strip()
    if not text:
        raise ValueError("this text is empty", "Write at least a word")
    if len(text) > most:
        raise ValueError(f"this text is longer than {most} characters", "Shorten it")
    if bad := _CONTROL.search(text):
        raise ValueError(f"this text holds the control character U+{ord(bad.group()):04X}", "Remove it")
    return text


def _either(number: dict[str, Any], pattern: str, *examples: str) -> WithJsonSchema:
    """In JSON Schema: a number, or a text of this pattern."""
    text = {"type": "string", "pattern": pattern, "examples": list(examples)}
    return WithJsonSchema({"anyOf": [{"type": "number", **number}, text]})


_NUMBER = r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
_TEXT = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_TEXT})
_METRIC = WithJsonSchema(
    {"anyOf": [{"enum": [metric.key for metric in METRICS]}, {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}]}
)
_MARGIN = _either({"minimum": 0}, rf"^\s*{_NUMBER.removeprefix('-?')}\s*%?\s*$", "2%", "0.02")

Word = Annotated[str, AfterValidator(word), _TEXT]
MetricName = Annotated[str, AfterValidator(word), _METRIC]
LimitValue = Annotated[
    Any, AfterValidator(_limit), _either({}, rf"^\s*(>=|≥|<=|≤)?\s*{_NUMBER}\s*$", ">= 0.85", "<= 3500")
]
NumberValue = Annotated[Any, AfterValidator(_number), _either({}, rf"^\s*{_NUMBER}\s*$")]
MarginValue = Annotated[Any, AfterValidator(_margin), _MARGIN]
WindowValue = Annotated[
    Any,
    AfterValidator(_window),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 3660},
                {"type": "string", "pattern": r"^\s*[0-9]{1,4}\s*d(ays?)?\s*$", "examples": ["7 days"]},
            ]
        }
    ),
]
PolicyValue = Annotated[CasePolicy, Field(strict=False)]


class RuleYaml(Strict):
    """One metric and what it has to reach."""

    metric: MetricName = Field(
        description="A metric's name or alias (docs/metrics.md). One of your own needs direction and unit."
    )
    threshold: LimitValue = Field(default=None, description='Inclusive: ">= 0.85", "<= 3500", or the number alone.')
    min: NumberValue = Field(default=None, description="The least allowed, instead of threshold.")
    max: NumberValue = Field(default=None, description="The most allowed, instead of threshold.")
    direction: Annotated[Direction, Field(strict=False)] | None = Field(
        default=None, description="Which way is better; known for the metrics of the registry."
    )
    unit: Word | None = Field(default=None, description="The unit of a metric of your own, such as share, ms or USD.")
    source: Annotated[From, Field(strict=False)] = Field(
        default=From.RUN, alias="from", description="Where the metric comes from: the eval run, or recorded traces."
    )
    window_days: WindowValue = Field(default=None, description="Only traces of this many UTC days are looked at.")
    window: WindowValue = Field(default=None, description="The same as window_days.")
    required: bool = Field(default=True, description="false: a miss is a condition, and not a NO-GO.")
    tags: list[Word] = Field(default=[], description="A slice: only cases that carry all of these tags.")
    max_regression: MarginValue = Field(
        default=None,
        description='How much worse than the baseline is allowed: 0.02 in the metric\'s unit, or "2%" of it.',
    )
    min_effect: MarginValue = Field(
        default=None,
        description="A regression smaller than this never fails, and a larger one only on evidence. With max_regression.",
    )
    confidence: Annotated[Confidence, Field(strict=False)] = Field(
        default=Confidence.ADVISE,
        description="advise: the value decides, its bound is shown. required: the 95 % bound has to meet the rule too.",
    )
    tolerate: NumberValue = Field(
        default=None,
        description="What you can live with, worse than the threshold: the 95 % bound has to meet this value.",
    )
    judged: bool | None = Field(
        default=None, description="Whether a model scores the metric; known for the metrics of the registry."
    )
    cases: Literal["required", "any"] = Field(
        default="any", description="required: a figure that no case stands behind does not count."
    )
    dataset: Word | None = Field(default=None, description="The golden set that decides the cases, by name.")
    variant: Word | None = Field(default=None, description="The variant that is meant, where a run has several.")
    max_left_out: MarginValue = Field(
        default=None,
        description='The largest share of requests that may be left out of a time or a cost (cached, cold): "30%".',
    )
    cut: NumberValue = Field(
        default=None, description="A score of at least this counts as right: the metric is the share of such cases."
    )
    k: int | None = Field(
        default=None, ge=1, le=8, description="pass_all_k: how many tries of a case all have to pass."
    )


class CasesYaml(Strict):
    """What cases do that only one of candidate and baseline has: allow, warn (a condition) or fail (NO-GO)."""

    new: PolicyValue = Field(default=CasePolicy.ALLOW, description="Cases that the baseline lacks.")
    removed: PolicyValue = Field(default=CasePolicy.WARN, description="Cases that only the baseline has.")


class GateYaml(Strict):
    """What a release has to reach, declared before it is tested."""

    name: Word | None = Field(default=None, description="The gate's name; the file's where there is none.")
    metrics: list[RuleYaml] = Field(default=[], description="The rules.")
    thresholds: dict[Word, LimitValue] = Field(default={}, description='The short form: faithfulness: ">= 0.85".')
    must_pass: list[Word] = Field(default=[], description="Ids of cases that have to pass, whatever the averages say.")
    cases: CasesYaml = Field(
        default=CasesYaml(),
        description="What cases do that only one of candidate and baseline has (default: removed: warn).",
    )
    dataset_digest: Word | None = Field(
        default=None, description="The golden set that the thresholds were declared for."
    )
    judge_digest: Word | None = Field(
        default=None, description="The judge (model and rubric) that they were declared for."
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a gate's YAML (draft 2020-12), for editors. What needs the registry it cannot say."""
    found = GateYaml.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A gate of readiness-tui"}
    return {**head, **_bare(found)}


def _bare(schema: Any) -> Any:
    """Without titles that repeat names, and defaults of null, which a field left out is and a written one may not be."""
    if isinstance(schema, list):
        return [_bare(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _bare(part) for name, part in entry.items()} if key in ("properties", "$defs") else _bare(entry)
        for key, entry in schema.items()
        if key != "title" and not (key in ("default", "examples") and not isinstance(entry, bool) and not entry)
    }
