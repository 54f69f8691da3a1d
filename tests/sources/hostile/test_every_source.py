"""Every registered source reads broken, cut and forged files: a sentence, or records and rejects; never anything else.

No source is named here. `samples` finds by content whose file is whose, so that registering a source fuzzes it, and
a source without a file in tests/data fails. What is particular to one tool stands in its own folder.

The default run takes one file of each source and each kind of mutation once; the sweeps are slow. Every mutation comes
from a fixed seed, and a failure says which.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import CaseRecord, ReadAlongError, Reject, RunStart, TraceRecord, Warn
from tests.hostile import BIDI, MARKUP, POISON
from tests.sources.hostile import mutations
from tests.sources.hostile.reading import drain, kept, read_all
from tests.sources.hostile.samples import Sample, every_sample, one_of_each
from tests.sources.hostile.strange import CONTENTS

SAMPLES = every_sample()
NAMES = [source.name for source in registry.sources()]
#: One file of each source: the first that is read by itself.
FIRST: dict[str, Sample] = {}
KINDS = {kind.__name__: kind for kind in mutations.KINDS}
#: Documents have an end, and one that lacks it is refused; lines, rows and a log in binary stop where they stop.
DOCUMENTS = (".json", ".xml", ".eval", ".db")


def _alone(sample: Sample) -> bool:
    with TemporaryDirectory() as folder:
        try:
            return bool(read_all(sample.place(Path(folder)), sample.source))
        except Exception:  # not while tests are collected: the tests of this source fail on it, by its name
            return True


for _sample in sorted(SAMPLES, key=lambda sample: len(sample.whole)):
    if _sample.source not in FIRST and _alone(_sample):
        FIRST[_sample.source] = _sample


def _named(found: Iterable[Sample]) -> list[object]:
    return [pytest.param(sample, id=f"{sample.source}-{sample.name}") for sample in found]


def _is_text(sample: Sample) -> bool:
    try:
        return bool(sample.content.decode())
    except UnicodeDecodeError:
        return False


every_source = pytest.mark.parametrize("sample", _named([FIRST[name] for name in NAMES if name in FIRST]))
every_form = pytest.mark.parametrize("sample", _named(one_of_each(SAMPLES)))
every_file = pytest.mark.parametrize("sample", _named(SAMPLES))
every_text = pytest.mark.parametrize("sample", _named([each for each in one_of_each(SAMPLES) if _is_text(each)]))
#: What can be taken apart: not W&B's log in binary.
every_tree = pytest.mark.parametrize("sample", _named([each for each in one_of_each(SAMPLES) if each.taken]))


UNRELATED = {
    "prose": lambda file: file.write_text("Dear all,\nnothing to see.\n"),
    "json": lambda file: file.write_text('{"hello": 1}'),
    "nothing": lambda file: file.write_bytes(b""),
    "binary": lambda file: file.write_bytes(bytes(range(256))),
    "folder": lambda file: file.mkdir(),
    "a link to nowhere": lambda file: file.symlink_to("/nowhere/at/all"),
}


@cache
def _whole(sample: Sample) -> tuple[tuple[object, ...], frozenset[str]]:
    """What comes out of the untouched file, and the warnings that came with it."""
    with TemporaryDirectory() as folder:
        records = read_all(sample.place(Path(folder)), sample.source) or []
    return tuple(kept(records)), frozenset(record.text for record in records if isinstance(record, Warn))


@pytest.mark.parametrize("name", NAMES)
def test_every_registered_source_has_a_file_that_it_reads(name):
    assert name in FIRST, f"put a file of {name} into a folder of tests/data: the suite finds by content whose it is"


@every_file
def test_the_whole_file_is_read_without_a_reject_and_twice_alike(sample, tmp_path):
    path = sample.place(tmp_path)
    source, _ = registry.recognise(path, sample.source)
    try:
        first = list(source.read(path))
    except ReadinessError:  # what says nothing by itself is read along with another file of its folder
        with pytest.raises(ReadAlongError, match=path.name):
            list(source.read(sample.place_among_neighbours(tmp_path / "folder")[0]))
        return
    assert not any(isinstance(record, Reject) for record in first)
    assert first == list(source.read(path))
    assert kept(first) or any(isinstance(record, RunStart) for record in first)


def _cut(sample: Sample, path: Path, parts: range, of: int) -> None:
    """A file that ends in the middle is refused, or read up to the cut."""
    whole, _ = _whole(sample)
    content = sample.content
    for part in parts:
        path.write_bytes(content[: len(content) * part // of])
        records = read_all(path, sample.source)
        if path.suffix in DOCUMENTS:
            assert records is None, f"a document cut at {part}/{of} was not refused"
        if records is None:
            continue
        cases = kept(record for record in records if isinstance(record, CaseRecord))
        # A request in parts is put together later; one whose lines the cut divides is another without some of them.
        new = sum(
            value not in whole for value in kept(r for r in records if not (isinstance(r, TraceRecord) and r.part))
        )
        if path.suffix in (".yaml", ".yml"):  # what stands after the rows can be lost unseen: YAML has no end
            assert tuple(cases) in ((), whole), f"a document cut at {part}/{of} lost some of its cases"
        assert new <= 1, f"cut at {part}/{of}: {new} records are other than they were"
        assert sum(isinstance(record, Reject) for record in records) <= 1, f"cut at {part}/{of}"


@every_source
def test_a_file_cut_at_every_8th_is_refused_or_read_up_to_the_cut(sample, tmp_path):
    _cut(sample, sample.place(tmp_path), range(8), 8)


@pytest.mark.slow
@every_form
def test_a_file_cut_at_every_64th_is_refused_or_read_up_to_the_cut(sample, tmp_path):
    _cut(sample, sample.place(tmp_path), range(64), 64)


def _mutate(sample: Sample, path: Path, seeds: range) -> None:
    for name, kind in KINDS.items():
        for seed in seeds:
            changed = mutations.mutated(kind, sample.content, sample.taken, Random(f"{sample.name} {name} {seed}"))
            if changed is not None:
                path.write_bytes(changed)
                _read(sample, path, f"{name}, seed {seed}")


def _read(sample: Sample, path: Path, what: str) -> list[object] | None:
    try:
        return read_all(path, sample.source)
    except BaseException as error:
        error.add_note(f"{sample.name} as {sample.source} after {what}")
        raise


@every_source
def test_a_mutation_of_each_kind_never_crashes(sample, tmp_path):
    _mutate(sample, sample.place(tmp_path), range(2))


@pytest.mark.slow
@every_form
def test_many_mutations_of_each_kind_never_crash(sample, tmp_path):
    _mutate(sample, sample.place(tmp_path), range(2, 8))


@pytest.mark.slow
@every_tree
def test_a_value_of_every_type_at_every_place_never_crashes_and_no_loss_is_silent(sample, tmp_path):
    path = sample.place(tmp_path)
    tree, write = sample.taken
    path.write_bytes(write(tree))
    records = read_all(path, sample.source) or []
    whole, warnings = kept(records), {record.text for record in records if isinstance(record, Warn)}
    for what, emptied, content in mutations.every_place(sample.taken, Random(sample.name), 3):
        path.write_bytes(content)
        records = _read(sample, path, what)
        if records is not None and len(kept(records)) < len(whole) and not emptied:
            said = [r for r in records if isinstance(r, Reject) or (isinstance(r, Warn) and r.text not in warnings)]
            assert said, (
                f"{sample.name} after {what}: {len(kept(records))} of {len(whole)} are left, and nothing is said"
            )


def _among_neighbours(sample: Sample, folder: Path, seeds: range) -> None:
    """A broken file beside whole ones, which may be read along with it: those are read too."""
    path, *others = sample.place_among_neighbours(folder)
    for name, kind in KINDS.items():
        for seed in seeds:
            changed = mutations.mutated(
                kind, sample.content, sample.taken, Random(f"{sample.name} {name} {seed} beside")
            )
            if changed is None:
                continue
            path.write_bytes(changed)
            _read(sample, path, f"{name}, seed {seed}")
            for other in others:
                if other.suffix == path.suffix or len(others) < 12:
                    _read(sample, other, f"{name}, seed {seed}, beside {other.name}")


@every_source
def test_a_broken_file_among_its_neighbours_never_crashes(sample, tmp_path):
    path, *others = sample.place_among_neighbours(tmp_path)
    changed = mutations.mutated(mutations.a_value_of_any_type, sample.content, sample.taken, Random(sample.name))
    path.write_bytes(mutations.flipped(sample.content, Random(sample.name)) if changed is None else changed)
    for file in (path, *others):
        _read(sample, file, f"a value of any type in {path.name}, beside {file.name}")


@pytest.mark.slow
@every_form
def test_many_broken_files_among_their_neighbours_never_crash(sample, tmp_path):
    _among_neighbours(sample, tmp_path, range(1))


@pytest.mark.slow
@every_file
@pytest.mark.parametrize("unrelated", UNRELATED, ids=UNRELATED)
def test_a_file_among_unrelated_neighbours_is_read_as_if_alone(sample, unrelated, tmp_path):
    """Whatever stands beside a file under the names that its source looks for: what is not its own is passed over."""
    if not _alone(sample):
        return
    path = sample.place(tmp_path)
    for name in {*_read_along(sample.name), *(file.name for file in sample.path.parent.iterdir() if file.is_file())}:
        if (beside := path.with_name(name)) != path:
            UNRELATED[unrelated](beside)
    assert tuple(kept(read_all(path, sample.source))) == _whole(sample)[0]


def _read_along(name: str) -> set[str]:
    """Names that sources read along with this one, in any of their ways."""
    base = Path(name).name
    swapped = [
        ("traces", "logs"),
        ("spans", "logs"),
        ("trace", "log"),
        ("observations", "scores"),
        ("traces", "scores"),
    ]
    found = {base.replace(*pair) for pair in (*swapped, *(pair[::-1] for pair in swapped))}
    return found | {
        "scores.json",
        "config.yaml",
        "wandb-summary.json",
        "wandb-metadata.json",
        "users.json",
        "meta.yaml",
    }


@every_text
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1", "utf-8-sig"])
def test_other_encodings_are_refused_or_said(sample, encoding, tmp_path):
    text = sample.content.decode()
    path = sample.place(tmp_path)
    path.write_bytes(text.encode(encoding, "replace"))
    records = read_all(path, sample.source)
    if encoding.startswith(("utf-16", "utf-32")) and path.suffix != ".xml":  # XML says itself which encoding it is in
        assert records is None
    if encoding == "utf-8-sig":
        assert tuple(kept(records)) == _whole(sample)[0]
        assert not any(isinstance(record, Reject) for record in records or ())
    if encoding == "latin-1" and "\ufffd" not in text:
        assert not any("\ufffd" in (getattr(value, "output", None) or "") for value in kept(records))


@pytest.mark.slow
@pytest.mark.parametrize("forced", NAMES)
@every_source
def test_a_file_forced_into_another_format_is_refused_or_rejected(sample, forced, tmp_path):
    read_all(sample.place(tmp_path), forced)


@pytest.mark.slow
@pytest.mark.parametrize("forced", NAMES)
@every_form
def test_every_file_forced_into_every_format_is_refused_or_rejected(sample, forced, tmp_path):
    read_all(sample.place(tmp_path), forced)


@pytest.mark.slow
@pytest.mark.parametrize("forced", NAMES)
def test_strange_content_forced_into_a_format(forced, tmp_path):
    path = tmp_path / "x"
    for content in CONTENTS:
        path.write_bytes(content)
        try:
            read_all(path, forced)
        except BaseException as error:
            error.add_note(f"{content[:60]!r} as {forced}")
            raise


@pytest.mark.slow
@pytest.mark.parametrize("forced", NAMES)
def test_a_large_file_of_nothing_costs_no_more_memory_than_a_multiple_of_its_size(forced, tmp_path):
    size = 256 * 1024
    head = FIRST[forced].content
    for content in (
        b"[" * size,
        b'{"a":' * (size // 5),
        b'{"a": 1}\n' * (size // 9),
        b"x," * (size // 2),
        head[:2000] + b" " * size,
    ):
        path = tmp_path / "x"
        path.write_bytes(content)
        tracemalloc.start()
        try:
            drain(path, forced)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 64 * size, f"{peak // size} times the size of {content[:20]!r}"


@pytest.mark.slow
@pytest.mark.parametrize("sample", _named([each for each in FIRST.values() if each.taken]))
def test_escape_sequences_stay_raw_in_records_and_visible_in_messages(sample, tmp_path):
    """`read_all` looks at every message; here the records are held to be what the file says."""
    path = sample.place(tmp_path)
    tree, write = sample.taken
    poison = BIDI + MARKUP if path.suffix == ".xml" else POISON  # XML has no way to say a control character
    raw = 0
    for at, (node, key) in enumerate(mutations.places(tree)):
        if not isinstance(node[key], str):
            continue
        if at > 200:
            break
        before, node[key] = node[key], poison
        path.write_bytes(write(tree))
        node[key] = before
        records = _read(sample, path, f"{key} = poison") or []
        raw += any(repr(poison)[1:-1] in repr(value) for value in kept(records))
    assert raw or not _whole(sample)[0]


def test_a_source_that_is_not_known_is_refused(tmp_path):
    with pytest.raises(ReadinessError, match="There is no format"):
        registry.recognise(FIRST[NAMES[0]].place(tmp_path), "no such format")
