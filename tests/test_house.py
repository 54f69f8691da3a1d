"""The house stays one that a newcomer can find the way in."""

from __future__ import annotations

from tests import house


def test_every_class_name_has_one_home() -> None:
    assert house.homonyms() == {}


def test_no_file_asks_to_be_two() -> None:
    assert {name: count for name, count in house.lines().items() if count > house.LINES} == {}


def test_no_folder_is_a_crowd() -> None:
    assert {name: count for name, count in house.folders().items() if count > house.MODULES} == {}
