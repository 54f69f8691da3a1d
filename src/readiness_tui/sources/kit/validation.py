"""Says in one sentence each what is wrong with a YAML file: file, line, column, field, reason, remedy.

Two ways in: `validated` turns what pydantic found into problems, and a reader adds its own `Problem`s for what
a schema cannot say (a duplicate id). Both end in the one `ReadinessError` that `refuse` builds.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.located import EXCERPT, DataPath, Located, quoted

MAX_SHOWN = 5

ModelT = TypeVar("ModelT", bound=BaseModel)

_KINDS = {
    "string": "text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping of fields",
    "model": "a mapping of fields",
}


class Strict(BaseModel):
    """The base of what people write in YAML: no unknown field, no value of another type, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: at which path, why, and what to do. Reason and remedy have no final stop."""

    path: DataPath
    reason: str
    remedy: str


def validated(model: type[ModelT], located: Located) -> ModelT:
    """The document as a `model`. Raises `ReadinessError` naming file, line, column, field, reason and remedy."""
    try:
        return model.model_validate(located.value)
    except ValidationError as error:
        raise refuse(located, problems_of(error, located, model)) from None


def refuse(located: Located, problems: Iterable[Problem]) -> ReadinessError:
    """One error for all `problems`, in the order of their lines; the sixth and later are counted."""
    ordered = sorted(problems, key=lambda problem: located.place(problem.path))
    lines = [_sentence(located, problem) for problem in ordered[:MAX_SHOWN]]
    if more := len(ordered) - MAX_SHOWN:
        lines += [f"There are {more} more problems in this file."] if more > 1 else []
        lines += ["There is one more problem in this file."] if more == 1 else []
    return ReadinessError("\n".join(lines))


def problems_of(error: ValidationError, located: Located, model: type[BaseModel]) -> list[Problem]:
    """What pydantic found, in plain words and in the order of lines.

    `model` is the one that was validated: it knows the names that a misspelt field may have meant.
    """
    found = sorted(error.errors(include_url=False), key=lambda details: located.place(details["loc"]))
    missing: dict[DataPath, list[str]] = {}
    problems: list[Problem] = []
    for details in found:
        if details["type"] == "missing":
            # All that one mapping lacks is one problem: it would crowd out the misspelt names that explain it.
            missing.setdefault(located.resolve(details["loc"]), []).append(str(details["loc"][-1]))
        else:
            # Few are shown, and finding a likeness is slow: a file of 90,000 unknown fields gets it for some.
            known = _fields_at(model, details["loc"][:-1]) if len(problems) < MAX_SHOWN else []
            problems.append(_problem(details, located, known))
    return [*(_lacking(path, names) for path, names in missing.items()), *problems]


def _sentence(located: Located, problem: Problem) -> str:
    place = located.at(problem.path)
    field = f", field {_dotted(problem.path)}" if problem.path else ""
    return f"{place}{field}: {problem.reason}. {problem.remedy}."


def _dotted(path: DataPath) -> str:
    """`items[2].probe.kind`: indices count from 0, as they do wherever such a path is written."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{one_line(step, EXCERPT)}"
    return text.removeprefix(".")


def _lacking(path: DataPath, names: list[str]) -> Problem:
    if len(names) == 1:
        return Problem((*path, names[0]), "this field is missing", "Add it")
    *rest, last = names
    return Problem(path, f"the fields {', '.join(rest)} and {last} are missing", "Add them")


def _problem(details: ErrorDetails, located: Located, known: Sequence[str]) -> Problem:
    loc, kind, ctx = details["loc"], details["type"], details.get("ctx", {})
    path = located.resolve(loc)
    if kind == "extra_forbidden":
        return Problem(path, "this field is not known", _likeness(str(loc[-1])[:EXCERPT], known))
    found = f"found {_shown(details['input'])}"
    if kind == "value_error":
        return _own(path, ctx["error"], details)
    if kind in ("enum", "literal_error"):
        return Problem(path, f"expected {ctx['expected']}, {found}", "Write one of these")
    wanted = _KINDS.get(kind.removesuffix("_type").removesuffix("_parsing"))
    if wanted is not None:
        remedy = "Put it in quotes" if wanted == "text" and _is_scalar(details["input"]) else f"Write {wanted}"
        return Problem(path, f"expected {wanted}, {found}", remedy)
    # The rest are limits (too long, too small, ...): pydantic's own words say which.
    reason = details["msg"][:1].lower() + details["msg"][1:]
    return Problem(path, f"{one_line(reason, 200)}, {found}", "Change it so that it fits")


def _own(path: DataPath, error: object, details: ErrorDetails) -> Problem:
    """A ValueError of our own models: `ValueError(reason, remedy)`, or of others: a single text."""
    args = error.args if isinstance(error, ValueError) else ()
    if len(args) == 2:
        return Problem(path, str(args[0]), str(args[1]))
    return Problem(path, one_line(str(error), 200), f"Change what is there: {_shown(details['input'])}")


def _shown(value: object) -> str:
    if isinstance(value, str):
        return quoted(value) if value.strip() else "an empty text"
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return one_line(str(value), EXCERPT)


def _is_scalar(value: object) -> bool:
    return isinstance(value, bool | int | float)


def _likeness(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f'Did you mean "{close[0]}"? If not, remove it'
    fields = f"; the fields here are {', '.join(known)}" if known else ""
    return f"Remove it{fields}"


def _fields_at(model: type[BaseModel], loc: Iterable[str | int]) -> list[str]:
    """The fields of the model at `loc` inside `model`; a union's label in the path is passed over."""
    here: type[BaseModel] = model
    for step in loc:
        field = here.model_fields.get(step) if isinstance(step, str) else None
        if field is not None:
            here = next(_models_in(field.annotation), here)
    return [field.alias or name for name, field in here.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models inside a type such as `list[Item] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
