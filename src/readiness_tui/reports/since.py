"""What a check adds to the one before: `--against LAST.json`, as `--json` printed it the last time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.reports.plain import wrapped

_ORDER = {
    word: rank
    for rank, word in enumerate([Result.PASS, Result.INCONCLUSIVE, Result.MISSING, Result.FAIL, Result.CHANGED])
}
_RUN = re.compile(r"run '[^']*'|run \"[^\"]*\"")
_WORD = re.compile(r"[\w@.-]*\w")
_MONTHS = frozenset(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "UTC"])
_NO_ROW = "no row"


@dataclass(frozen=True, slots=True)
class Since:
    """`as_of`: of the check before. `new`, `worse` and `more` are what was added: reasons, rows that moved to a worse
    result, and cases or digests that joined a reason which stood before. `gone`, `better` and `changed` (the same
    reason in other words) add nothing, nor does the number of tries."""

    as_of: str
    new: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    tries: str = ""

    @property
    def adds(self) -> bool:
        return bool(self.new or self.worse or self.more)


def usable(last: Any, *, whole: bool) -> bool:
    """Whether this is what `check --json` (`whole`) or `gate check --json` prints."""
    return (
        isinstance(last, dict)
        and last.get("schema") == 1
        and isinstance(last.get("gate"), dict)
        and isinstance(last["gate"].get("results"), list)
        and all(isinstance(row, dict) and {"metric", "result"} <= row.keys() for row in last["gate"]["results"])
        and isinstance(last.get("reasons"), list)
        and all(isinstance(one, dict) and {"key", "text", "verdict"} <= one.keys() for one in last["reasons"])
        and ("parts" in last) is whole
    )


def since(last: Mapping[str, Any], now: Mapping[str, Any]) -> Since:
    """Compare two checks by the keys of their reasons and of the gate's rows."""
    before, held = ({one["key"]: one for one in check["reasons"]} for check in (last, now))
    was, is_ = ({row["metric"]: row["result"] for row in check["gate"]["results"]} for check in (last, now))
    added = [key for key, one in held.items() if key not in before or _worse(one, before[key])]
    moved = [(name, was.get(name, _NO_ROW), result) for name, result in is_.items() if was.get(name, _NO_ROW) != result]
    left = [(name, result, _NO_ROW) for name, result in was.items() if name not in is_]
    worse = [(name, old, new) for name, old, new in moved if _ORDER.get(new, 9) > _ORDER.get(old, 0)]
    better = [one for one in (*moved, *left) if one not in worse]
    rows = {f"gate/{name}" for name in (*was, *is_)}
    stood = [key for key in held if key in before and key not in added and key not in rows]
    grown = [key for key in stood if key.startswith("gate/") and _names(held[key]) - _names(before[key])]
    return Since(
        as_of=one_line(str(last.get("as_of", "an unknown day")), 40),
        new=tuple(_text(held[key]) for key in added),
        worse=tuple(_move(*one) for one in worse),
        more=(*_more(last["gate"], now["gate"]), *(_text(held[key]) for key in grown)),
        gone=tuple(_text(one) for key, one in before.items() if key not in held),
        better=tuple(_move(*one) for one in better),
        changed=tuple(
            _text(held[key]) for key in stood if key not in grown and held[key]["text"] != before[key]["text"]
        ),
        tries=_tries(last["gate"].get("tries"), now["gate"].get("tries")),
    )


def since_object(found: Since | None) -> dict[str, Any]:
    """The entry `against` of the JSON; none where nothing was compared."""
    if found is None:
        return {}
    names = ("as_of", "new", "worse", "more", "gone", "better", "changed", "tries")
    return {"against": {"adds": found.adds, **{name: getattr(found, name) for name in names}}}


def since_text(found: Since | None) -> str:
    """The same in 80 columns; empty where nothing was compared."""
    return "" if found is None else "\n".join(line.rstrip() for line in _lines(found)) + "\n"


def _lines(found: Since) -> Iterator[str]:
    yield ""
    nothing = "" if found.adds else ": nothing was added"
    yield f"SINCE {found.as_of}{nothing}"
    for mark, word, said in (
        ("+", "new", found.new),
        ("+", "worse", found.worse),
        ("+", "more", found.more),
        ("−", "gone", found.gone),
        ("−", "moved", found.better),
        ("·", "changed", found.changed),
    ):
        for one in said:
            yield from wrapped(one, f"  {mark} {word}: ")
    if found.tries:
        yield from wrapped(found.tries, "  · ")


def _worse(one: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return bool(one["verdict"] == Verdict.NO_GO != before["verdict"])


def _names(one: Mapping[str, Any]) -> set[str]:
    """What a reason speaks of: its words, without numbers, dates and the ids of runs, which differ every time."""
    said = _RUN.sub(" ", str(one["text"]))
    return {word for word in _WORD.findall(said) if not word.isdigit() and word not in _MONTHS}


def _text(one: Mapping[str, Any]) -> str:
    return one_line(f"{one['verdict']}: {one['text']}", 400)


def _move(name: str, old: str, new: str) -> str:
    return one_line(f"{name} {old} → {new}", 200)


def _more(last: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """What joined a list that one reason stands for."""
    for name, words in (("unverified", "digest not known"), ("must_pass_failed", "must-pass case"),
                        ("unreviewed", "high-risk case without a label"), ("failed", "high-risk case failed by a person")):  # fmt: skip
        yield from _joined(words, last.get(name), now.get(name))
    cases = {row["kind"]: row.get("cases") for row in last.get("cases", ()) if isinstance(row, dict) and "kind" in row}
    for row in now.get("cases", ()):
        if row["policy"] != "allow":
            yield from _joined(f"{row['kind']} case", cases.get(row["kind"]), row["cases"])


def _joined(words: str, before: Any, now: Any) -> Iterator[str]:
    known = before if isinstance(before, list) else []
    for one in now or ():
        if one not in known:
            yield one_line(f"{words}: {one}", 200)


def _tries(before: Any, now: Any) -> str:
    if not isinstance(now, dict):
        return ""
    known = before.get("of") if isinstance(before, dict) else None
    return (
        f"tries against this lock: {known if known is not None else 'not known'} → {now['of']}"
        if known != now["of"]
        else ""
    )
