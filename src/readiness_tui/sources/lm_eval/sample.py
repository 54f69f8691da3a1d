"""One document of an lm-evaluation-harness samples file as a case: a row a filter, which are measurements of one answer.

Seen in its output. A row: doc_id, doc, target, arguments, resps (the answers before filters), filtered_resps, a field a
metric. From 0.4.3 also doc_hash; from 0.4.5 filter and metrics (their names). A metric that is computed over the corpus
has parts in a row: [log-likelihood, words] for perplexities, [gold, predicted] for F1, a list of verdicts for IFEval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from readiness_tui.domain.runs.model import Case, CaseStatus, Score, ScoreState
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.payload import inner, is_number
from readiness_tui.sources.lm_eval.results import NO_FILTER, score_name

FIXED = frozenset(
    {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics", "doc_hash", "prompt_hash",
     "target_hash"}
)  # fmt: skip
#: What a row holds under this name is a log-likelihood; the tool's figure is exp(−mean).
LOG_LIKELIHOOD = "perplexity"
#: Metrics that say whether an answer was correct.
_RIGHT = ("acc", "exact_match")
_IDS = ("id", "case_id", "question_id", "sample_id", "doc_id")


def metric_names(row: Mapping[str, Any]) -> list[str]:
    """The metrics of a row: as it lists them, or, before 0.4.5, every field that is none of the fixed ones."""
    listed = row.get("metrics")
    if listed is None:
        return [name for name in row if name not in FIXED]
    if not isinstance(listed, list):
        raise RecordError("metrics is no list of names")
    if not all(isinstance(name, str) for name in listed):
        raise RecordError("metrics holds something that is no name")
    return list(dict.fromkeys(listed))


def is_single(name: str, value: Any) -> bool:
    """Whether a row's value is the case's own score, of which the tool's figure is the mean."""
    return name != LOG_LIKELIHOOD and (isinstance(value, bool) or is_number(value))


def document_key(row: Mapping[str, Any]) -> str:
    """What tells a document from all others of its task: its number and its hash. Raises RecordError."""
    mark, number = row.get("doc_hash"), row.get("doc_id")
    hashed = mark if isinstance(mark, str) else ""
    if not hashed and fields.whole(row, "doc_id") is None:
        raise RecordError("neither doc_hash nor doc_id")
    return f"{fields.as_json(number)} {hashed}"


def doc_id(row: Mapping[str, Any]) -> str | None:
    """The id that the document itself has in its data set."""
    doc = inner(row, "doc")
    found = next((doc[k] for k in _IDS if isinstance(doc.get(k), (str, int)) and not isinstance(doc[k], bool)), None)
    return str(found) if found is not None and str(found).strip() else None


def case_of(rows: Sequence[tuple[str, Mapping[str, Any]]], own_ids: bool, several: bool, notes: fields.Notes) -> Case:
    """The case of a document. `rows`: filter and row; `own_ids`: the documents' own ids tell them apart; `several`: the
    file has several filters. Raises RecordError."""
    first = rows[0][1]
    ident, id_from = _ident(first, own_ids)
    scores: dict[str, Score] = {}
    verdicts: dict[str, Score] = {}
    for chosen, row in rows:
        names = metric_names(row)
        for name in names:
            scores[score_name(name, chosen, several)] = made = _score(row.get(name), name, notes)
            if name in _RIGHT and chosen not in verdicts:
                verdicts[chosen] = made
        if "acc" in names:  # acc is the verdict where both are given
            verdicts[chosen] = scores[score_name("acc", chosen, several)]
    if len(verdicts) > 1:
        notes.add("several filters judge one answer, and none of them is its status; each is a metric of its own")
    return Case(
        id=ident,
        id_from=id_from,
        question=_question(first),
        output=_output(rows),
        status=_status(verdicts),
        scores=scores,
        extra={"target": first["target"]} if first.get("target") is not None else {},
    )


def _ident(row: Mapping[str, Any], own_ids: bool) -> tuple[str, str]:
    if own_ids and (own := doc_id(row)) is not None:
        return own, "metadata"
    mark = row.get("doc_hash")
    if isinstance(mark, str) and mark:
        return f"doc-{mark[:16]}", "input"
    return f"doc-{fields.whole(row, 'doc_id')}", "position"


def _status(verdicts: Mapping[str, Score]) -> CaseStatus:
    """Pass or fail by the only verdict, or by one without a filter; unknown where filters judge beside each other."""
    right = verdicts.get(NO_FILTER) or (next(iter(verdicts.values())) if len(verdicts) == 1 else None)
    if right is None or right.value not in (0, 1):
        return CaseStatus.UNKNOWN
    return CaseStatus.PASS if right.value == 1 else CaseStatus.FAIL


def _score(value: Any, name: str, notes: fields.Notes) -> Score:
    if is_single(name, value):
        return Score(float(value))
    if value is not None:
        notes.add(
            f"{quoted(name)} is no score of a single case, but a part of the task's figure; it stays in the raw record"
        )
    return Score(None, ScoreState.MISSING)


def _output(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> str | None:
    """What the only filter made of the answer; with several, the answer before them."""
    first = rows[0][1]
    answers = first.get("resps") if len(rows) > 1 else first.get("filtered_resps")
    while isinstance(answers, list) and len(answers) == 1:
        answers = answers[0]
    return None if answers is None else fields.as_json(answers)


def _question(row: Mapping[str, Any]) -> str:
    doc = inner(row, "doc")
    for name in ("question", "query", "input", "prompt"):
        if isinstance(doc.get(name), str):
            return str(doc[name])
    given: Any = inner(inner(row, "arguments"), "gen_args_0").get("arg_0")
    listed = row.get("arguments")  # before 0.4.3: [[prompt, settings]]
    if isinstance(listed, list) and listed and isinstance(listed[0], list) and listed[0]:
        given = listed[0][0]
    return given if isinstance(given, str) else payload.question(given) if isinstance(given, list) else ""
