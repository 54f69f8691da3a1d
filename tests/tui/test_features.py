"""How screens are put together: one of ours upon RoomScreen and no deeper, all else owned; and every key does something."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from textual.actions import parse
from textual.binding import Binding
from textual.screen import Screen

import readiness_tui.tui.screens
from readiness_tui.tui.screens.meeting.screen import MeetingScreen
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.screens.start.screen import GreetingScreen
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.explains import ExplainsItself


def screens() -> Iterator[type[Screen[object]]]:
    for found in pkgutil.walk_packages(readiness_tui.tui.screens.__path__, "readiness_tui.tui.screens."):
        module = importlib.import_module(found.name)
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Screen) and kind.__module__ == module.__name__:
                yield kind


SCREENS = list(screens())
ROOMS = [kind for kind in SCREENS if issubclass(kind, RoomScreen) and kind is not RoomScreen]


@pytest.mark.parametrize("kind", SCREENS, ids=lambda kind: kind.__name__)
def test_no_screen_inherits_from_a_screen_of_ours_but_from_what_all_rooms_share(kind: type) -> None:
    ours = {base for base in kind.__mro__[1:] if base.__module__.startswith("readiness_tui.")}
    assert ours <= {RoomScreen, ClosesItself, ExplainsItself}
    assert kind is GreetingScreen or ClosesItself in ours  # it leaves with the app alone


@pytest.mark.parametrize("kind", ROOMS, ids=lambda kind: kind.__name__)
def test_every_key_of_a_room_has_its_action(kind: type[RoomScreen]) -> None:
    """An action may be a feature's: nothing but this says that the screen owns the feature whose keys it lists."""
    shown, lost = kind(), []
    for binding in kind.BINDINGS:
        assert isinstance(binding, Binding)
        namespace, action, _ = parse(binding.action)
        if not namespace and not callable(getattr(shown, f"action_{action}", None)):
            lost.append(binding.id)
    assert lost == []


def test_an_action_of_the_screen_comes_before_that_of_a_feature() -> None:
    """In a meeting an owner is named by the initial."""
    shown = MeetingScreen()
    assert shown.action_owner == MeetingScreen.action_owner.__get__(shown)
    assert shown.action_due == shown.scoring.action_due


def test_rooms_are_found() -> None:
    assert len(ROOMS) >= 10
