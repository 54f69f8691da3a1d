"""Files that are no bundle, or a hostile one: a sentence, and nothing saved; what is taken is harmless."""

from __future__ import annotations

import copy
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.checklists.codec import content_digest, from_plain
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.share.envelope import MOST, ShareKind, sealed
from readiness_tui.services.core import tamper
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess
from readiness_tui.services.share import giving, merging, taking
from tests.conftest import NOW
from tests.hostile import POISON
from tests.services.share.conftest import Apart


@pytest.fixture
def files(apart: Apart) -> tuple[Path, Path]:
    """A bundle and an answer to it."""
    assess.score(apart.as_("chloe"), ["OBS-02"], 1)
    assess.attach(apart.first, ["OBS-01"], None, "https://example.org/a")
    assess.note(apart.first, "OBS-03", "a note")
    there = apart.copy()
    assess.score(there, ["OBS-01"], 2)
    assess.not_applicable(there, "OBS-03", "nothing is retrieved")
    assess.attach(there, ["OBS-01"], None, "https://example.org/b")
    assess.note(there, "OBS-01", "seen")
    giving.write(apart.folder / "answer.json", taking.answer(there).answer)
    there.close()
    return apart.folder / "copy.json", apart.folder / "answer.json"


def tried(apart: Apart, file: Path, number: int) -> str:
    """What came of taking the file as whatever it may be; any error but ours is raised."""
    try:
        place = apart.folder / f"try-{number}"
        place.mkdir()
        desk = taking.take(place / "readiness.db", taking.bundle_in(file), "chloe", clock=lambda: NOW)
    except ReadinessError as refusal:
        left = list(place.iterdir())
        first = str(refusal)
    else:
        load(desk)
        assert not tamper.look(desk)
        desk.close()
        return "taken"
    assert left == []
    try:
        answer = merging.answer_in(file)
        shown = merging.look(apart.first, answer)
        if shown.writes:
            merging.take_in(apart.first, answer, shown, file.name)
        load(apart.first)
        return "merged"
    except ReadinessError as refusal:
        return f"{first}|{refusal}"


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, entry in entries:
        yield from places(entry, (*path, name))


ODD = (
    None, True, -1, 3, 2**62, 1.5, "", "x" * 70_000, POISON, "\x00", "0001-01-01", "9999-12-31", "2026-11-24T10:00:00", [], {}, [[]],
    {"": ""}, "n/a", "full",
)  # fmt: skip


def mutated(content: Any, chance: random.Random) -> Any:
    """The content with one value taken out, doubled, or of another kind."""
    made = copy.deepcopy(content)
    path = chance.choice(list(places(made)))
    at = made
    for step in path[:-1]:
        at = at[step]
    act = chance.randrange(4)
    if act == 0:
        del at[path[-1]]
    elif act == 1 and isinstance(at, list):
        at.append(copy.deepcopy(at[path[-1]]))
    else:
        at[path[-1]] = copy.deepcopy(chance.choice(ODD))
    for one in made.get("checklists", ()) if isinstance(made.get("checklists"), list) else ():
        with suppress(ReadinessError, AttributeError, TypeError):  # else it is refused by its own digest
            one["digest"] = content_digest(from_plain(one))
    return made


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bundle", "answer"])
def test_three_hundred_changes_under_a_digest_that_fits(kind: str, apart: Apart, files: tuple[Path, Path]) -> None:
    file = files[kind == "answer"]
    content = json.loads(file.read_text())["content"]
    chance = random.Random(7)
    outcomes: Counter[str] = Counter()
    for number in range(300):
        changed = apart.folder / f"changed-{kind}.json"
        changed.write_text(sealed(ShareKind(kind), mutated(content, chance)))
        outcomes[tried(apart, changed, number).split("|")[0].split(". ")[0]] += 1
    assert not tamper.look(apart.first)
    assert "taken" in outcomes or "merged" in outcomes  # else every change would be refused for want of another reason
    assert len(outcomes) > 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bundle", "answer"])
def test_three_hundred_broken_bytes(kind: str, apart: Apart, files: tuple[Path, Path]) -> None:
    """The digest tells each."""
    data = files[kind == "answer"].read_bytes()
    chance = random.Random(11)
    for number in range(300):
        at = chance.randrange(len(data))
        act = chance.randrange(3)
        broken = data[:at] if act == 0 else data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        broken = broken if act < 2 else data[:at] + data[at + 1 :]
        if json_equal(broken, data):
            continue
        changed = apart.folder / "broken.json"
        changed.write_bytes(broken)
        assert tried(apart, changed, number) not in ("taken", "merged")


def json_equal(one: bytes, other: bytes) -> bool:
    """Whether only layout was changed."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "JSON"),
        (b"\x00\x01\x02", "JSON"),
        (b"[]", "no file of `readiness share`"),
        (b"{}", "no file of `readiness share`"),
        (b'{"readiness_share": "1"}', "no number of a schema"),
        (b'{"readiness_share": true}', "no number of a schema"),
        (b'{"readiness_share": 2, "kind": "bundle"}', "newer readiness-tui"),
        (b'{"readiness_share": 99999999999999999999}', "64 bits"),
        (b'{"readiness_share": 1, "kind": "other", "content": {}}', "bundle or an answer"),
        (b'{"readiness_share": 1, "kind": "bundle", "content": {}, "digest": "0"}', "edited, or damaged"),
        (b'{"readiness_share": 1, "readiness_share": 1}', "twice"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"readiness_share":' + b'{"a":' * 5000 + b"1" + b"}" * 5001, "nested deeper"),
        (b"[" + b"1," * 1_100_000 + b"1]", "commas"),
        (gzip.compress(b"{}")[:-4], "compression is broken"),
        (gzip.compress(b"{}") + b"x", "compression is broken"),
        (b"\x1f\x8bnot gzip", "compression is broken"),
        (gzip.compress(b" " * (MOST + 1)), "more than 16 MiB"),
        (b'{"readiness_share": 1' + b" " * MOST + b"}", "more than 16 MiB"),
        (b'{"x": "\xff"}', "UTF-8"),
    ],
    ids=[str(number) for number in range(20)],
)
def test_what_is_no_bundle_is_told_why(data: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(data)
    for read in (taking.bundle_in, merging.answer_in):
        with pytest.raises(ReadinessError, match=says):
            read(file)


def test_each_kind_is_told_from_the_other(files: tuple[Path, Path]) -> None:
    bundle, answer = files
    with pytest.raises(ReadinessError, match="It is an answer: `readiness share in`"):
        taking.bundle_in(answer)
    with pytest.raises(ReadinessError, match="It is a bundle: `readiness share take`"):
        merging.answer_in(bundle)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("votes", 0, "points"), 7, "a vote is none"),
        (("votes", 0, "reviewer"), "ben", "whom it is not for"),
        (("votes", 0, "at"), "2026-11-24T10:00:00", "no time zone"),
        (("origin", "held_on"), "9999-12-31", "cannot be the date"),
        (("origin", "key"), "", "of which review"),
        (("evidence", 0, "item_id"), "OTHER-1", "an item that it does not hold"),
        (("checklists", 0, "items", 0, "weight"), 9, "whose digest"),
        (("reviewers",), [], "nobody who reviews"),
        (("checklists",), [], "no item"),
        (("depth",), "deep", "Invalid enum value"),
        (("zone",), "Nowhere/Land", "no time zone"),
    ],
)
def test_a_bundle_that_cannot_be_is_refused_though_its_digest_fits(
    path: tuple[Any, ...], value: Any, says: str, apart: Apart, files: tuple[Path, Path]
) -> None:
    content = json.loads(files[0].read_text())["content"]
    at = content
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    changed = apart.folder / "changed.json"
    changed.write_text(sealed(ShareKind.BUNDLE, content))
    told = tried(apart, changed, 0)
    assert says in told


@pytest.mark.slow
def test_a_bundle_that_would_be_too_large_is_not_written(apart: Apart) -> None:
    for item in ("OBS-01", "OBS-02"):
        assess.note(apart.first, item, "x y " * 2_200_000)
    made = giving.bundle(apart.first, "chloe")
    with pytest.raises(ReadinessError, match="too long"):
        giving.write(apart.folder / "large.json", made)
    assert not (apart.folder / "large.json").exists()
