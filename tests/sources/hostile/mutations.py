"""What is done to a file: each kind of mutation takes the content, and chance from a fixed seed."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.hostile import POISON
from tests.sources.hostile.trees import AGAIN, DEEP, Tree, Write

#: Values of every type, and texts that mean something to some reader. Ids, times, scores and lists get them all.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1.5, 2**53, 2**62, -(2**63), 2**64, 10**30, 10**400, 1e308, -1e308, 5e-324,
    math.nan, math.inf, -math.inf, "", " ", "x", "0", "-1", "1e999", "NaN", "nan", "inf", "true", "1s", "[1]", "{}",
    "{'a': 1}", "[" * 3_000, "0x" + "f" * 9_000, "9" * 5_000, "²", "--5", "2026-11-20", "9999-12-31T23:59:59-10:00",
    "0001-01-01T00:00:00+14:00", "ERROR", "PASS", "../../../etc/passwd", "a\0b", "a\r\nb", "\ud800", "x\udc00",
    "password=hunter2hunter2 sk-proj-abcdefghijklmnopqrstuvwxyz0123456789", POISON, "\x1b[2J", "x" * 20_000,
    [], {}, [None], [[]], [[[[1]]]], [1, "x", {}], ["x", "y"], {"a": 1}, {"": None}, {"a": {"b": [{"c": []}]}},
    {"id": 1}, {"value": None}, {"name": []}, {POISON: POISON},
)  # fmt: skip

#: Names that mean something to some reader.
KEYS = (
    "id", "case_id", "trace_id", "run_id", "name", "error", "score", "scores", "metrics", "human_label", "repeat", "tags",
    "cost", "risk", "high_risk", "tokens_in", "latency_ms", "status", "started_at", "metadata", "extra", "output", "session",
    "cluster", "cold", "cached", "spans", "tool_calls", "retrieved_chunks", "faithfulness", "run", "cases", "",
)  # fmt: skip

Place = tuple[Any, Any]  # a dict or list, and the key or position in it


def places(tree: Tree) -> list[Place]:
    """Every place in a tree, inner ones and leaves, in the order of the file."""
    found: list[Place] = []

    def walk(node: Any) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            found.append((node, key))
            if isinstance(node[key], (dict, list)):
                walk(node[key])

    if isinstance(tree, (dict, list)):
        walk(tree)
    return found


def kind_of_place(place: Place) -> str:
    """What places of the same meaning share, so that a sweep goes to each meaning and not to each record."""
    node, key = place
    return f"{key if isinstance(node, dict) else '[]'}:{type(node[key]).__name__}"


def _somewhere(tree: Tree, chance: Random, fits: Callable[[Place], bool] = lambda place: True) -> Place | None:
    """A place, each meaning as likely as any other: a file has many rows, and few heads."""
    by_kind: dict[str, list[Place]] = {}
    for place in places(tree):
        if fits(place):
            by_kind.setdefault(kind_of_place(place), []).append(place)
    return chance.choice(by_kind[chance.choice(sorted(by_kind))]) if by_kind else None


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?(e-?[0-9]+)?")

# On the tree


def a_value_of_any_type(tree: Tree, chance: Random) -> bool:
    for _ in range(chance.choice((1, 1, 2, 4))):
        place = _somewhere(tree, chance)
        if place is None:
            return False
        place[0][place[1]] = copy.deepcopy(chance.choice(VALUES))
    return True


def a_leaf_of_another_type(tree: Tree, chance: Random) -> bool:
    place = _somewhere(tree, chance, lambda place: not isinstance(place[0][place[1]], (dict, list)))
    if place is None:
        return False
    place[0][place[1]] = copy.deepcopy(chance.choice(VALUES))
    return True


def a_missing_key(tree: Tree, chance: Random) -> bool:
    place = _somewhere(tree, chance)
    if place is not None:
        del place[0][place[1]]
    return place is not None


def an_added_key(tree: Tree, chance: Random) -> bool:
    """A key that some format knows, in an object of this one."""
    place = _somewhere(tree, chance, lambda place: isinstance(place[0], dict))
    if place is not None:
        for _ in range(chance.choice((1, 3))):
            place[0].setdefault(chance.choice(KEYS), copy.deepcopy(chance.choice(VALUES)))
    return place is not None


def a_doubled_key(tree: Tree, chance: Random) -> bool:
    place = _somewhere(tree, chance, lambda place: isinstance(place[0], dict) and isinstance(place[1], str))
    if place is None:
        return False
    node, key = place
    again = {}
    for name, value in node.items():  # beside the first, as a tool that writes it twice does
        again[name] = value
        if name == key:
            again[name + AGAIN] = copy.deepcopy(value) if chance.random() < 0.5 else chance.choice(VALUES[:20])
    node.clear()
    node.update(again)
    return True


def a_doubled_record(tree: Tree, chance: Random) -> bool:
    place = _somewhere(tree, chance, lambda place: isinstance(place[0], list))
    if place is not None:
        place[0].insert(place[1], copy.deepcopy(place[0][place[1]]))
    return place is not None


def deep_nesting(tree: Tree, chance: Random) -> bool:
    place = _somewhere(tree, chance)
    if place is None:
        return False
    value: Any = chance.choice((DEEP, "x", {"a": 1}))
    if value is not DEEP:
        for _ in range(chance.choice((50, 99, 101, 300))):
            value = [value] if chance.random() < 0.5 else {"child": value, "children": [1]}
    place[0][place[1]] = value
    return True


def hostile_texts(tree: Tree, chance: Random) -> bool:
    """Every text in the file, or every one under one name, gets what a terminal, a page or a shell would obey."""
    only = chance.choice(("", "", "name"))
    texts = [p for p in places(tree) if isinstance(p[0][p[1]], str)]
    if only and texts:
        chosen = chance.choice(texts)[1]
        texts = [p for p in texts if p[1] == chosen]
    for node, key in texts:
        node[key] = node[key] + POISON if chance.random() < 0.5 else POISON
    return bool(texts)


def huge_numbers(tree: Tree, chance: Random) -> bool:
    """Every number in the file, or every one under one name, also where it is written as a text (XML, tables)."""
    numbers = [p for p in places(tree) if _NUMBER.fullmatch(str(p[0][p[1]]))]
    if numbers and chance.random() < 0.6:
        chosen = chance.choice(sorted({str(key) for _, key in numbers}))
        numbers = [p for p in numbers if str(p[1]) == chosen]
    value = chance.choice((1e308, 1e306, -1e308, 2**62, 2**63, 10**40, 10**400, -1, math.nan, math.inf))
    for node, key in numbers:
        node[key] = str(value) if isinstance(node[key], str) else value
    return bool(numbers)


def a_scalar_for_a_structure(tree: Tree, chance: Random) -> bool:
    """Every list or object under one name is a number, true or a text: what would be iterated cannot be."""
    held = [p for p in places(tree) if isinstance(p[0], dict) and isinstance(p[0][p[1]], (dict, list))]
    if not held:
        return False
    chosen = chance.choice(sorted({str(key) for _, key in held}))
    value = chance.choice((1.5, 7, -1, True, "x"))
    for node, key in held:
        if str(key) == chosen:
            node[key] = value
    return True


def reversed_order(tree: Tree, chance: Random) -> bool:
    """Keys and lists the other way round: nothing in a file promises that what explains comes before what is explained."""
    if isinstance(tree, (dict, list)):
        _reverse(tree)
    return True


def _reverse(node: Any) -> None:
    for inner in node.values() if isinstance(node, dict) else node:
        if isinstance(inner, (dict, list)):
            _reverse(inner)
    if isinstance(node, dict):
        turned = dict(reversed(node.items()))
        node.clear()
        node.update(turned)
    else:
        node.reverse()


TREE_KINDS: tuple[Callable[[Tree, Random], bool], ...] = (
    a_value_of_any_type, a_leaf_of_another_type, a_missing_key, an_added_key, a_doubled_key, a_doubled_record, deep_nesting,
    hostile_texts, huge_numbers, a_scalar_for_a_structure, reversed_order,
)  # fmt: skip


# On the bytes


def flipped(content: bytes, chance: Random) -> bytes:
    broken = bytearray(content)
    for _ in range(chance.choice((1, 1, 4, 40))):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return bytes(broken)


def a_hole(content: bytes, chance: Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randint(1, 200) :]


def zeros(content: bytes, chance: Random) -> bytes:
    """A file system that lost a block gives zeros for it."""
    start = chance.randrange(len(content))
    end = min(start + chance.choice((1, 64, 4096)), len(content))
    return content[:start] + bytes(end - start) + content[end:]


def doubled(content: bytes, chance: Random) -> bytes:
    return content + content


def lines_reversed(content: bytes, chance: Random) -> bytes:
    return b"\n".join(reversed(content.split(b"\n")))


def carriage_returns(content: bytes, chance: Random) -> bytes:
    return content.replace(b"\n", b"\r\n")


BYTE_KINDS: tuple[Callable[[bytes, Random], bytes], ...] = (
    flipped, a_hole, zeros, doubled, lines_reversed, carriage_returns,
)  # fmt: skip
KINDS = (*BYTE_KINDS, *TREE_KINDS)


def mutated(kind: Any, content: bytes, taken: tuple[Tree, Write] | None, chance: Random) -> bytes | None:
    """The content after one mutation; None where the kind has nothing to change in it."""
    if kind in BYTE_KINDS:
        return kind(content, chance)
    if taken is None:
        return None
    tree, write = taken
    changed = copy.deepcopy(tree)
    return write(changed) if kind(changed, chance) else None


def every_place(taken: tuple[Tree, Write], chance: Random, each: int) -> Iterator[tuple[str, bool, bytes]]:
    """The file with other values at each place of each meaning, `each` a meaning, all values in turn.

    With what was put where, and whether it may take records with it: a list or object that another takes the place of
    is not damaged, the file just says something else; nor is an element of XML that goes by another name.
    """
    tree, write = taken
    first: dict[str, int] = {}
    for at, place in enumerate(places(tree)):
        first.setdefault(kind_of_place(place), at)
    start = chance.randrange(len(VALUES))
    for turn, (name, at) in enumerate(first.items()):
        for step in range(each):
            value = VALUES[(start + turn * each + step) % len(VALUES)]
            changed = copy.deepcopy(tree)
            node, key = places(changed)[at]
            emptied = isinstance(node[key], (dict, list)) and isinstance(value, (dict, list, type(None)))
            emptied = emptied or node[key] == key
            node[key] = copy.deepcopy(value)
            yield f"{name} = {str(value)[:20]!r}", emptied, write(changed)
