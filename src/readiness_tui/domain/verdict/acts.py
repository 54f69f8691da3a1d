"""What to do about a cause of the gate, where its own text does not say so."""

from __future__ import annotations

from readiness_tui.domain.gate_result.model import GateRow, Result

GATE_ACTS = {
    "gate/none": "declare a gate with a required metric, and run it",
    "gate/none-required": "make a metric of the gate required",
    "gate/not-run": "run the gate on a candidate",
    "gate/lock": "lock the gate, then run it again; or declare the start that a file does not say",
    "gate/digest": "declare the unknown digests, or run again with them recorded",
    "gate/high-risk-failed": "have the failed high-risk cases pass in a later run, or accept their risk by name",
    "gate/high-risk-accepted": "mend the high-risk cases whose risk was accepted",
    "gate/candidate-gone": "import the run that is named the candidate, or name another",
    "gate/baseline-gone": "import the run that is named the baseline, or name another",
    "gate/tries-gone": "import again what was taken back, or lock the gate again before the next run",
    "gate/requests-too-large": "import the requests that were too large as ones that can be read",
    "gate/golden-set-run": "run the golden set, and bring that run",
    "gate/gained-cases": "lock again before the next run",
    "gate/tried-until-passed": "record what changed (prompt, model, index), or test on fresh cases",
    "gate/failed-then-passed": "record what changed since the version failed, or test a new one",
    "gate/cases-new": "add the new cases to the baseline's run, or let the gate allow them",
    "gate/cases-removed": "run the removed cases again, or let the gate allow it",
    "gate/must-pass": "make the must-pass cases pass",
    "gate/high-risk": "have a person label the unreviewed high-risk cases",
}

_ROW_ACTS = {
    Result.FAIL: "mend what fails and run again; what is agreed to be good enough is changed and locked before a run",
    Result.MISSING: "run again with this figure measured on the cases it applies to",
    Result.CHANGED: "lock again, and measure on what is locked",
    Result.INCONCLUSIVE: "run it on more cases, or on those that are missing",
}


def row_act(row: GateRow) -> str:
    """What to do about a row that does not pass."""
    return row.act or _ROW_ACTS.get(row.result, "")
