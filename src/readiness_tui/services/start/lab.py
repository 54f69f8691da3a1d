"""The quick lab: ten questions, three thresholds, a baseline, one change, and a decision that can be defended.

Everything lies in one folder from the first step on and is the person's own: the golden set, the gate with its lock,
both runs, the documents, the pipeline, the decision. The pipeline that runs here is the one that ships with the app,
over the folder's documents; the copy in the folder is there to be changed and run by hand.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.evaluate import HIGH_RISK
from readiness_tui.domain.metrics import Observed, observe
from readiness_tui.domain.metrics import held as held_to
from readiness_tui.domain.runs.holding import Shelf, locked_set
from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import Case, EvalSet, HumanVerdict
from readiness_tui.domain.scorecard.model import GateCheck
from readiness_tui.services.core.desk import utc_now
from readiness_tui.services.core.zones import local_zone
from readiness_tui.services.gate.content import read_content
from readiness_tui.services.gate.lock_writing import write_lock
from readiness_tui.services.gate.offline import check_files
from readiness_tui.sources.kit.shipped import shipped_folder
from readiness_tui.sources.settings import gate as gate_file
from readiness_tui.sources.settings import lock as lock_file

GOLDEN, GATE, LOCK, DECISION = "golden_set.jsonl", "gate.yaml", "gate.lock", "decision.md"
BASELINE, CANDIDATE = "baseline.jsonl", "candidate.jsonl"
DOCUMENTS, PIPELINE = "documents", "pipeline.py"
#: The three metrics, in the order of the gate, with the limit that is proposed.
LIMITS = {"retrieval_hit_rate": ">= 0.80", "must_include": ">= 0.80", "cost_per_success": "<= 0.0012"}
#: What one can change, by the pipeline's own names, and what somebody who proposes it would say.
CHANGES = {
    "brief": "Answer in one sentence. Shorter answers cost less and read better.",
    "wide": "Look up three paragraphs instead of one. Whatever is missing is surely in the next one.",
    "synonyms": "Read “delete” as “erasure” and plurals as singulars before looking up.",
}
_TAG = "quick_lab"


@dataclass(frozen=True, slots=True)
class Lab:
    """One person's lab in one folder."""

    folder: Path
    who: str
    clock: Callable[[], datetime] = utc_now

    def path(self, name: str) -> Path:
        return self.folder / name


@dataclass(frozen=True, slots=True)
class Answered:
    """One question in one run. None: the metric does not apply to it."""

    case: Case
    found: bool | None
    says: bool | None


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of the ten: its answers, and the figure of each metric (None: not computable)."""

    version: str
    answers: tuple[Answered, ...]
    figures: dict[str, float | None]
    values: Mapping[str, Mapping[str, float]]  # by metric, then by case


def begin(folder: Path, who: str, clock: Callable[[], datetime] = utc_now) -> Lab:
    """A lab in `folder`: a new one with the sample's ten questions, or the one that is there.

    Raises ReadinessError where the folder holds something else, or cannot be written.
    """
    lab = Lab(folder, who, clock)
    if lab.path(GOLDEN).is_file() and lab.path(DOCUMENTS).is_dir():
        return lab
    if folder.exists() and (not folder.is_dir() or any(not _begun(one.name) for one in folder.iterdir())):
        raise ReadinessError(f"{folder} is there already and holds no lab. Name another: `readiness lab FOLDER`.")
    shipped = shipped_folder("sample_data")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(shipped / "lab" / DOCUMENTS, lab.path(DOCUMENTS), dirs_exist_ok=True)
        shutil.copy(shipped / "lab" / PIPELINE, lab.path(PIPELINE))
    except OSError as error:
        raise ReadinessError(f"{folder} cannot be written: {error.strerror or error}. Name another folder.") from None
    every = _records((shipped / GOLDEN).read_text(encoding="utf-8"))
    keep = ("id", "question", "expected_source", "must_include", "tags")
    _write(lab, [{key: row[key] for key in keep if key in row} for row in every if _TAG in row.get("tags", ())])
    return lab


def _begun(name: str) -> bool:
    """Whether a lab that was killed while it began may have left this."""
    return name in (DOCUMENTS, PIPELINE) or (name.startswith(f".{GOLDEN}.") and name.endswith(".tmp"))


# -- the questions ----------------------------------------------------------------------------------------------------


def questions(lab: Lab) -> EvalSet:
    """The golden set as it stands. Raises ReadinessError where a line of it cannot be used."""
    content = read_content(lab.path(GOLDEN))
    if content.eval_set is None:
        raise ReadinessError(f"{lab.path(GOLDEN)} holds no question. Each line needs one, with what is expected of it.")
    if content.rejected:
        first = content.rejected[0]
        raise ReadinessError(f"{lab.path(GOLDEN)}, line {first.line}: {first.reason}. Correct it there.")
    return content.eval_set


def save_question(lab: Lab, case_id: str, question: str, source: str, texts: str, *, high_risk: bool) -> str:
    """Change a question, or add one where `case_id` is empty; returns its id.

    `source`: the document that answers it (may be empty: none does). `texts`: what the answer must say, parted by |.
    """
    question, source = question.strip(), source.strip().removesuffix(".md")
    must = [text.strip() for text in texts.split("|") if text.strip()]
    if not question:
        raise ReadinessError("What would a user ask? The question is empty.")
    if not source and not must:
        raise ReadinessError("What makes an answer right? Name the document that holds it, or texts it must say.")
    if source and source not in documents(lab):
        raise ReadinessError(f"There is no document “{source}”. There are: {', '.join(documents(lab))}.")
    rows = _golden(lab)
    place = next((i for i, row in enumerate(rows) if row["id"] == case_id), None)
    before = rows[place] if place is not None else {"id": _free_id(rows), "tags": [_TAG, "mine"]}
    tags = [tag for tag in before.get("tags", ()) if tag != HIGH_RISK] + ([HIGH_RISK] if high_risk else [])
    made = {"id": before["id"], "question": question, "expected_source": source, "must_include": must, "tags": tags}
    if not source:
        del made["expected_source"]
    rows = [*rows, made] if place is None else [*rows[:place], made, *rows[place + 1 :]]
    _write(lab, rows)
    return str(made["id"])


def drop_question(lab: Lab, case_id: str) -> None:
    """Take a question out. Raises ReadinessError for the last one."""
    rows = _golden(lab)
    left = [row for row in rows if row["id"] != case_id]
    if not left:
        raise ReadinessError("This is the last question, and a gate over none decides nothing. Add another first.")
    _write(lab, left)


def documents(lab: Lab) -> list[str]:
    """The names that a question may expect its answer from."""
    return sorted(path.stem for path in lab.path(DOCUMENTS).glob("*.md"))


# -- the gate ---------------------------------------------------------------------------------------------------------


def limits(lab: Lab) -> dict[str, str]:
    """The thresholds as they stand: the gate's where there is one, else what is proposed."""
    if not lab.path(GATE).is_file():
        return dict(LIMITS)
    from readiness_tui.domain.metrics.words import rule_text

    kept = {rule.metric: rule_text(rule).replace("≥", ">=").replace("≤", "<=") for rule in _gate(lab).rules}
    return {name: kept.get(_canonical(name), proposed) for name, proposed in LIMITS.items()}


def check_limit(name: str, limit: str) -> None:
    """Raises ReadinessError where `limit` is no threshold of this metric."""
    gate_file.parse_gate(_gate_text({name: limit}), GATE)


def lock(lab: Lab, limits: Mapping[str, str]) -> Gate:
    """Write the gate and declare it final from now on, bound to the questions as they are now.

    Raises ReadinessError naming the threshold that cannot be read; nothing is written then.
    """
    text = _gate_text(limits)
    gate = gate_file.parse_gate(text, GATE)
    golden = questions(lab)
    _save(lab.path(GATE), text)
    made = Lock(lab.who, lab.clock(), gate.digest, dataset_digest=golden.digest, sets=(locked_set(golden),))
    write_lock(lab.path(LOCK), gate, made)
    # A run from before this lock was held to nothing.
    for name in (BASELINE, CANDIDATE, DECISION):
        lab.path(name).unlink(missing_ok=True)
    return gate


# -- the runs ---------------------------------------------------------------------------------------------------------


def run(lab: Lab, change: str = "") -> Ran:
    """Ask the pipeline all questions; with a change it is the candidate, else the baseline."""
    pipeline = _pipeline()
    settings = pipeline.CHANGES[change] if change else pipeline.BASELINE
    lines = pipeline.run(_golden(lab), settings, lab.clock(), lab.path(DOCUMENTS))
    _save(lab.path(CANDIDATE if change else BASELINE), _lines(lines))
    lab.path(DECISION).unlink(missing_ok=True)
    return read_run(lab, CANDIDATE if change else BASELINE)


def read_run(lab: Lab, name: str) -> Ran:
    """What a run said to each question."""
    golden, content = questions(lab), read_content(lab.path(name))
    started = next(iter(content.runs.values()), None)
    if started is None or not content.cases.get(started.id):
        raise ReadinessError(f"{lab.path(name)} holds no run. Go back a step, so that it is made again.")
    data = held_to(started, tuple(content.cases[started.id].values()), Shelf.of((golden,)))
    cases = data.cases
    seen = {metric: observe(metric, data) for metric in LIMITS}
    values = {m: found.per_case if isinstance(found, Observed) else {} for m, found in seen.items()}
    figures = {m: found.estimate.value if isinstance(found, Observed) else None for m, found in seen.items()}

    def held(metric: str, case: Case) -> bool | None:
        value = values[metric].get(case.id)
        return None if value is None else value == 1

    answers = tuple(Answered(case, held("retrieval_hit_rate", case), held("must_include", case)) for case in cases)
    return Ran(started.prompt_version or "", answers, figures, values)


def unreviewed(lab: Lab) -> tuple[Case, ...]:
    """The candidate's high-risk answers that nobody has judged yet."""
    answers = read_run(lab, CANDIDATE).answers
    return tuple(one.case for one in answers if HIGH_RISK in one.case.tags and one.case.human is None)


def label(lab: Lab, case_id: str, verdict: HumanVerdict) -> None:
    """Write a person's judgement of one of the candidate's answers into its run."""
    rows = _records(_text(lab, CANDIDATE))
    for row in rows:
        if row.get("case_id") == case_id:
            row |= {"human_label": verdict.value, "human_reviewer": lab.who, "human_at": lab.clock().isoformat()}
    _save(lab.path(CANDIDATE), _lines(rows))


# -- the decision -----------------------------------------------------------------------------------------------------


def decide(lab: Lab, ship: bool) -> GateCheck:
    """Hold the gate against the candidate, and write down what the person would have done beside it."""
    from readiness_tui.reports.ci import gate_markdown
    from readiness_tui.reports.escape import inline

    check = check_files(
        lab.path(GATE), lab.path(LOCK), [lab.path(CANDIDATE)], [lab.path(BASELINE)], [], [lab.path(GOLDEN)], _today(lab)
    )
    said = f"{inline(lab.who)} would {'deploy' if ship else 'not deploy'}; the gate says {check.verdict}."
    _save(lab.path(DECISION), f"{said}\n\n{gate_markdown(check)}")
    return check


def open_review(lab: Lab) -> Path:
    """A review over the lab's files, in its folder; the file's path. One that is there already stays as it is.

    The gate is locked at the time of `gate.lock`: that is when it was declared.
    """
    from dataclasses import replace

    from readiness_tui.services.core.locate import FILE_NAME
    from readiness_tui.services.core.write import deferred
    from readiness_tui.services.gate import versions
    from readiness_tui.services.importing.imports import import_path
    from readiness_tui.services.start.start import start_review

    path = lab.path(FILE_NAME)
    if path.exists():
        return path
    desk = start_review(
        lab.folder, lab.who, system="Quick lab", release=read_run(lab, CANDIDATE).version, held_on=_today(lab),
        owner=lab.who, reviewers=(lab.who,), path=path, clock=lab.clock,
    )  # fmt: skip
    try:
        with deferred(desk):
            import_path(desk, lab.path(GOLDEN))
            import_path(desk, lab.path(GATE))
            locked_at = lock_file.read_lock(lab.path(LOCK)).at
            versions.lock(replace(desk, clock=lambda: locked_at))
            import_path(desk, lab.path(BASELINE), role="baseline")
            import_path(desk, lab.path(CANDIDATE), role="candidate")
    except BaseException:
        desk.close()
        path.unlink(missing_ok=True)
        raise
    desk.close()
    return path


# -- files ------------------------------------------------------------------------------------------------------------


@cache
def _pipeline() -> Any:
    """The sample's pipeline. It ships as data beside the sample's files, so it is loaded by its path."""
    path = shipped_folder("sample_data") / "lab" / PIPELINE
    spec = importlib.util.spec_from_file_location("readiness_quick_lab", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def _gate_text(limits: Mapping[str, str]) -> str:
    lines = "".join(f"  {name}: {json.dumps(limit)}\n" for name, limit in limits.items())
    return f"# Declared before the change was tested.\nname: quick-lab\nthresholds:\n{lines}"


def _gate(lab: Lab) -> Gate:
    return gate_file.read_gate(lab.path(GATE))


def _canonical(name: str) -> str:
    from readiness_tui.domain.metrics import resolve

    metric = resolve(name)
    return metric.key if metric else name


def _today(lab: Lab) -> date:
    return lab.clock().astimezone(local_zone().zone).date()


def _free_id(rows: Iterable[Mapping[str, Any]]) -> str:
    taken = [int(match[1]) for row in rows if (match := re.fullmatch(r"case-(\d+)", str(row["id"])))]
    return f"case-{max(taken, default=0) + 1:02}"


def _golden(lab: Lab) -> list[dict[str, Any]]:
    """The golden set's lines as they are written, once all of them can be used; one without an id gets its own."""
    questions(lab)
    rows = _records(_text(lab, GOLDEN))
    return [{"id": question_id(str(row["question"])), **row} for row in rows]


def _text(lab: Lab, name: str) -> str:
    try:
        return lab.path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadinessError(
            f"{lab.path(name)} cannot be read: {error}. The step that writes it is before this."
        ) from None


def _records(text: str) -> list[dict[str, Any]]:
    # Not splitlines: a question may hold signs that break a line elsewhere, such as U+2028.
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def _lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write(lab: Lab, rows: Iterable[Mapping[str, Any]]) -> None:
    _save(lab.path(GOLDEN), _lines(rows))


def _save(path: Path, text: str) -> None:
    from readiness_tui.reports.atomic import write_text

    write_text(path, text)
