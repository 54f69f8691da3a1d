"""The gate: read its file, lock it, choose what it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate import Gate, Lock
from readiness_tui.domain.text import to_json
from readiness_tui.services.desk import Desk
from readiness_tui.services.write import change
from readiness_tui.sources import gate_file, lock_file
from readiness_tui.store import evalsets, gates, reviews, runs


def read_gate(desk: Desk, path: Path) -> tuple[Gate, bool]:
    """Take the gate in the YAML file at `path` as the review's; and whether it was that already: nothing changes then."""
    gate = gate_file.read_gate(path)
    text = path.read_text(encoding="utf-8")
    with change(desk, f"gate {gate.name} from {path.name}") as (tx, review):
        gate_id = gates.put_gate(tx, gate, text)
        if review.gate_id != gate_id:
            reviews.put(tx, replace(review, gate_id=gate_id))
        return gates.get(tx.conn, gate_id), review.gate_id == gate_id


def lock(desk: Desk, *, folder: Path | None = None) -> tuple[Lock, Path | None]:
    """Declare the review's gate final from now on, bound to the eval set and judge known now.

    With `folder`, also writes `gate.lock` there, to be committed beside the gate; where that fails nothing is locked.
    """
    written = folder / "gate.lock" if folder is not None else None
    with change(desk, "gate locked") as (tx, review):
        if review.gate_id is None:
            raise ReadinessError("There is no gate to lock. Import a gate file first: `readiness import gate.yaml`.")
        gate = gates.get(tx.conn, review.gate_id)
        newest = evalsets.latest(tx.conn)
        made = Lock(
            by=desk.who,
            at=desk.now(),
            gate_digest=gate.digest,
            dataset_digest=gate.dataset_digest or (newest.digest if newest else None),
            judge_digest=gate.judge_digest,
        )
        gates.add_lock(tx, made)
        if written is not None:
            lock_file.write_lock(written, gate, made)
    return made, written


def yaml_schema() -> str:
    """The JSON Schema of a gate's YAML, as a file of its own."""
    from readiness_tui.sources.gate_schema import json_schema

    return to_json(json_schema()) + "\n"


def choose(desk: Desk, run_ids: Sequence[str], *, role: str) -> None:
    """Name the review's candidate or baseline: an ordered set of runs of one pipeline version."""
    with change(desk, f"{role}: {', '.join(run_ids) or 'nothing'}") as (tx, review):
        known = {info.run.id: info.run for info in runs.all(tx.conn)}
        missing = [run_id for run_id in run_ids if run_id not in known]
        if missing:
            raise ReadinessError(f"No run {', '.join(missing)} was imported. `readiness runs` lists them.")
        versions = sorted({known[run_id].version for run_id in run_ids})
        if len(versions) > 1:
            raise ReadinessError(
                f"These runs are of different pipeline versions ({', '.join(versions)}), so they are not one {role}."
                " Choose runs of one version."
            )
        chosen = tuple(run_ids)
        if role == "candidate":
            reviews.put(tx, replace(review, candidate=chosen))
        elif role == "baseline":
            reviews.put(tx, replace(review, baseline=chosen))
        else:
            raise ReadinessError(f"{role} is neither candidate nor baseline.")
