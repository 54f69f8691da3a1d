"""The file of a bundle or an answer (`readiness share`), read strictly: an edited, cut or newer one is refused."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any, TypeVar

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.share.bundle import Answer, Bundle, answer_problem, bundle_problem
from readiness_tui.domain.share.envelope import MARK, MOST, SCHEMA, ShareKind
from readiness_tui.domain.text.plain import digest_of
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.fileio import head, unreadable
from readiness_tui.sources.kit.jsonio import RecordError, decode, too_crowded

T = TypeVar("T")

_VALUES = 1_000_000
_AGAIN = "Nothing was saved. Ask for the file again."


def read_bundle(path: Path) -> Bundle:
    """Raises ReadinessError where the file is no bundle, or not as it was written."""
    found = converted(path, _content(path, ShareKind.BUNDLE), Bundle)
    if said := bundle_problem(found):
        raise _not_ours(path, said)
    return found


def read_answer(path: Path) -> Answer:
    """Raises ReadinessError where the file is no answer, or not as it was written."""
    found = converted(path, _content(path, ShareKind.ANSWER), Answer)
    if said := answer_problem(found):
        raise _not_ours(path, said)
    return found


def _content(path: Path, wanted: ShareKind) -> Any:
    name = one_line(str(path))
    try:
        data = _json(path)
        if data.startswith(b"SQLite format 3"):
            raise ReadinessError(
                f"{name} is a database, and no file of `readiness share`. If it is a copy that was scored in, `readiness share back"
                " -o FILE` makes the answer of it. Nothing was saved."
            )
        if crowded := too_crowded(data, _VALUES):
            raise _not_ours(path, f"it {crowded}")
        value = decode(data)
    except RecordError as error:
        raise ReadinessError(f"{name}: {error}. A bundle is one JSON document. {_AGAIN}") from error
    if not isinstance(value, dict) or MARK not in value:
        raise ReadinessError(f"{name} is no file of `readiness share`: it does not say {MARK}. Check which file it is.")
    schema = value[MARK]
    if type(schema) is not int or schema < 1:
        raise _not_ours(path, f"its {MARK} is no number of a schema")
    if schema > SCHEMA:
        raise ReadinessError(
            f"{name} was written by a newer readiness-tui (schema {schema}; this one reads {SCHEMA}). Nothing was saved."
            " Update readiness-tui here, or ask for the file from the older version."
        )
    kind, content = value.get("kind"), value.get("content")
    if kind not in list(ShareKind) or not isinstance(content, dict):
        raise _not_ours(path, "it does not say whether it is a bundle or an answer")
    if value.get("digest") != digest_of(content):
        raise ReadinessError(
            f"{name} is not as it was written: its content does not have its digest. It was edited, or damaged on its way."
            f" {_AGAIN}"
        )
    if kind != wanted:
        way = (
            "It is an answer: `readiness share in` brings it into the file that the bundle came from."
            if kind == ShareKind.ANSWER
            else "It is a bundle: `readiness share take` opens it for scoring; `readiness share back` then makes the answer."
        )
        raise ReadinessError(f"{name}: {way} Nothing was saved.")
    return content


def converted(path: Path, content: Any, kind: type[T]) -> T:
    """The value of a content. Raises ReadinessError with the place of what does not fit."""
    import msgspec

    try:
        return msgspec.convert(content, kind)
    except (msgspec.ValidationError, OverflowError) as error:
        raise _not_ours(path, one_line(str(error), 200)) from error


def _json(path: Path) -> bytes:
    begin = head(path)
    try:
        if path.stat().st_size > MOST:
            raise _too_large(path)
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    if not begin.startswith(b"\x1f\x8b"):
        return data
    unzip = zlib.decompressobj(wbits=31)
    try:
        data = unzip.decompress(data, MOST)
    except zlib.error as error:
        raise _not_ours(path, "its compression is broken") from error
    if unzip.unconsumed_tail:
        raise _too_large(path)
    if not unzip.eof or unzip.unused_data:
        raise _not_ours(path, "its compression is broken")
    return data


def _too_large(path: Path) -> ReadinessError:
    return ReadinessError(
        f"{one_line(str(path))} has more than {MOST // 2**20} MiB, and no bundle is as large. Nothing was saved. Check which file it is."
    )


def _not_ours(path: Path, why: str) -> ReadinessError:
    return ReadinessError(f"{one_line(str(path))} cannot be a file that `readiness share` wrote: {why}. {_AGAIN}")
