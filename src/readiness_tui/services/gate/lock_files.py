"""Locking a gate from files alone, without a database: the gate.lock that `gate check --gate` reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.model import Lock
from readiness_tui.domain.gate_result.judged import is_judged
from readiness_tui.domain.metrics import speaking
from readiness_tui.domain.runs.declared import given_digest, judge_of
from readiness_tui.domain.runs.holding import locked_set
from readiness_tui.domain.text.format import moment
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.desk import utc_now
from readiness_tui.services.core.locate import LOCK_NAME
from readiness_tui.services.gate.lock_writing import write_lock
from readiness_tui.services.gate.offline import Meant, read_files
from readiness_tui.sources.settings import gate as gate_file
from readiness_tui.sources.settings import lock as lock_file

#: Asks whether another gate's lock is replaced; raises ReadinessError where it is not.
Ask = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FileLock:
    """What was locked and written. `again`: the file held this lock already, and stays as it was."""

    lock: Lock
    path: Path
    again: bool = False
    unbound_judge: bool = False
    unbound_set: bool = False
    remarks: tuple[str, ...] = ()


def lock_files(
    gate_path: Path,
    folder: Path,
    who: str,
    ask: Ask,
    *,
    eval_sets: Sequence[Path] = (),
    baseline: Sequence[Path] = (),
    judge: str = "",
) -> FileLock:
    """Declare the gate of a file final from now on, and write `gate.lock` into `folder`, to be committed beside it.

    Bound to what the gate declares, else to the golden set of `eval_sets` that holds the baseline (the first where there
    is none), and to the baseline's judge, else `judge`. Raises ReadinessError for a file that cannot be used, and as `ask`.
    """
    if not folder.is_dir():
        raise ReadinessError(f"There is no folder {one_line(str(folder))}. Make it, or name another with --folder.")
    gate = gate_file.read_gate(gate_path)
    found = read_files((), baseline, (), eval_sets, meant=Meant(gate.dataset_digest or ""))
    judges = {judge_of(data.run) for data in found.baseline}
    golden = speaking(found.baseline, found.shelf)
    digest = gate.dataset_digest or (golden.digest if golden else None)
    made = Lock(
        by=who,
        at=utc_now(),
        gate_digest=gate.digest,
        dataset_digest=digest,
        judge_digest=gate.judge_digest or (judges.pop() if len(judges) == 1 else None) or given_digest(judge),
        sets=tuple({one.digest: locked_set(one) for one in found.shelf.sets}.values()),
    )
    path = folder / LOCK_NAME
    judged = any(is_judged(rule) for rule in gate.rules)
    unbound = (made.judge_digest is None and judged, digest is None)
    said = (*gate_file.left_out(gate_path), *found.remarks)
    if path.exists():
        before = lock_file.read_lock(path)
        if _bound(before) == _bound(made):
            return FileLock(before, path, True, *unbound, said)
        ask(
            f"{one_line(str(path))} is another lock: {one_line(before.by)} locked it on {moment(before.at)}. Replace it? Runs"
            " that started before now count as before the lock."
        )
    write_lock(path, gate, made)
    return FileLock(made, path, False, *unbound, said)


def _bound(lock: Lock) -> tuple[object, ...]:
    """What a lock says, whoever made it and whenever."""
    sets = sorted((one.digest, sorted(one.cases)) for one in lock.sets)
    return lock.gate_digest, lock.dataset_digest, lock.judge_digest, sets
