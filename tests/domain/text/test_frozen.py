"""A quickly made frozen dataclass is the same class, made in another way."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest

from readiness_tui.domain.runs import model
from readiness_tui.domain.text.frozen import quick


@dataclasses.dataclass(frozen=True, slots=True)
class _Usual:
    id: str
    score: float | None = None
    made: dict[str, Any] = dataclasses.field(default_factory=dict)
    last: int = 3


@quick
@dataclasses.dataclass(frozen=True, slots=True)
class _Quick:
    id: str
    score: float | None = None
    made: dict[str, Any] = dataclasses.field(default_factory=dict)
    last: int = 3


@pytest.mark.parametrize("given", [{"id": "a"}, {"id": "a", "made": {"b": 1}, "last": 4}, {"id": "a", "score": 0.5}])
def test_it_has_the_values_of_the_usual_way(given):
    assert dataclasses.asdict(_Quick(**given)) == dataclasses.asdict(_Usual(**given))


def test_what_is_missing_or_too_much_is_refused_and_nothing_can_be_changed():
    for given in ({}, {"id": "a", "other": 1}):
        with pytest.raises(TypeError):
            _Quick(**given)
    one = _Quick("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.id = "b"  # type: ignore[misc]
    assert _Quick("a").made is not one.made
    assert dataclasses.replace(one, last=5) == _Quick("a", last=5)
    assert list(inspect.signature(_Quick).parameters) == list(inspect.signature(_Usual).parameters)


def test_no_class_that_looks_at_its_values_is_made_past_it():
    made = [cls for cls in vars(model).values() if inspect.isclass(cls) and dataclasses.is_dataclass(cls)]
    past = [cls.__name__ for cls in made if "_quick_set0" in cls.__init__.__globals__ and hasattr(cls, "__post_init__")]
    assert not past
