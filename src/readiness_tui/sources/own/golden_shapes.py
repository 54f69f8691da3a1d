"""Golden sets as teams and tools write them: which columns are the question and the reference, and whether it is one.

`answer` is the reference only where nothing of a result stands beside it: a status, a score, a latency, a model's own
output. Whether that is so shows in the values: an empty `actual_output` is a golden case's, `status: ACTIVE` a data
set item's. Shapes, with who writes them:

- question/answer, query/reference, input/target (Inspect), input/ideal (OpenAI Evals: messages, a list of ideals)
- input, expected_output, actual_output null, source_file; the same in camelCase (DeepEval goldens)
- user_input, reference, reference_contexts (Ragas testsets); question, ground_truth (before 0.2)
- vars and assert, in CSV `__expected` (promptfoo tests)
- inputs, outputs, dataset_id (LangSmith examples); input, expectedOutput, datasetId (Langfuse data set items)
- input, output, updated_at or example_id and nothing of a run (Phoenix data set examples)
- inputs, expectations (MLflow evaluation data); question, answers with text and answer_start (SQuAD)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from readiness_tui.domain.metrics.registry import resolve
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.names import snake
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.tracing.outcome import outcome_of

QUESTIONS = (
    "question", "query", "user_input", "input", "prompt", "inputs", "vars", "instruction", "problem", "scenario",
)  # fmt: skip
#: Names that can only mean what a right answer is, the plainest first.
REFERENCES = (
    "reference", "expected_output", "expected_answer", "expected_response", "expected", "reference_answer",
    "reference_output", "reference_outputs", "ground_truth", "ground_truths", "target", "ideal", "gold", "gold_answer",
    "golden_answer", "correct_answer", "correct_answers", "best_answer", "expected_outcome", "expectations", "answers",
    "__expected", "assert", "answer_key",
)  # fmt: skip
#: Names of a reference, unless a system's result stands beside it.
WEAK = ("answer", "label", "solution")
IDS = ("id", "case_id", "test_id", "example_id", "question_id", "qid", "uid", "uuid", "_id", "key")
#: Where a system's own answer stands, if it is not empty.
_OUTPUTS = (
    "output", "response", "actual_output", "prediction", "predictions", "model_output", "model_answer", "generated",
    "generated_answer", "completion", "outputs", "retrieved_chunks", "retrieved_contexts", "tool_calls", "tools_called",
)  # fmt: skip
_RESULTS = (
    "status", "success", "passed", "scores", "score", "verdict", "latency", "latency_ms", "duration_ms", "cost",
    "cost_usd", "tokens_in", "tokens_out", "total_tokens", "usage", "human_label", "trace_id", "error", "run_type",
    "metrics_data", "metrics", "is_correct", "correct", "filtered_resps", "grading_result",
)  # fmt: skip
#: What a log of answers has, and a golden set seldom; only beside a weak name.
_LOGGED = ("model", "model_name", "timestamp", "started_at", "start_time", "session_id", "user_id", "feedback")
#: Names of what a system's run leaves behind, however a team spells it; only beside a weak name, for a golden set may have
#: a school `grade` or the `outcome` of a story beside its expected answer.
_RAN = re.compile(
    r"(?:\w+_)?(?:results?|outcome|verdict|grade|judge?ment|judge(?:_\w+)?|pass(?:es|ed)?|fail(?:s|ed|ure)?|succeeded"
    r"|predict(?:ed|ion)(?:_\w+)?|correctness|hallucinat(?:ed|ion)|has_errors?|errors?|exception|started|finished|ended"
    r"|ended_at|finished_at|completed_at|end_time)"
    r"|(?:\w+_)?(?:latency|duration|elapsed|runtime|run_time|took|response_time|time_taken|tokens|cost|price|usd)(?:_\w+)?"
    r"|\w+_(?:ms|secs?|seconds|eur)"
)
#: Words that say how a case ended. Every cell of a column of results is one of them, whatever the column is called.
_ENDED = frozenset(
    ("pass", "passed", "fail", "failed", "correct", "incorrect", "wrong", "right", "true", "false", "yes", "no", "ok",
     "nok", "success", "failure", "error", "p", "f", "✅", "❌", "✓", "✔", "✗", "✘")
)  # fmt: skip
#: Flags and numbers under these names tell of the question, not of an answer to it.
_DESCRIBES = re.compile(
    r"(?:is_|requires_|needs_|has_)?(?:answerable|unanswerable|impossible|multi_?hop|multi_?turn|synthetic|high_risk|risk"
    r"|context|tools?|difficulty|level|hops|page|chapter|priority|weight)"
)
#: All that an example of a Phoenix data set has; its output is the reference.
_PHOENIX = frozenset({"id", "node_id", "example_id", "input", "output", "metadata", "updated_at", "splits"})
_EXPECTED = re.compile(r"__expected\d*")
_ASSERTION = re.compile(r"(not-)?([a-z][a-z-]*)(\([\d.]+\))?:(.*)", re.DOTALL)
_EXACT = ("equals", "similar", "factuality", "answer-relevance", "rouge-n", "bleu", "levenshtein")
_CONTAIN = ("contains", "icontains", "contains-all", "icontains-all")


@dataclass(slots=True)
class Golden:
    """What a row of any of these shapes holds. `reference`: a text, or several that are right."""

    ident: str | None
    question: str
    reference: Any = None
    must_include: list[str] = field(default_factory=list)
    rest: dict[str, Any] = field(default_factory=dict)


def spelled(name: str) -> str:
    """A column's name in one spelling; an underscore in front says what the column is for, and stays."""
    return name[: len(name) - len(name.lstrip("_"))] + snake(name)


def certainty(rows: Sequence[Mapping[str, Any]]) -> tuple[int, str]:
    """How sure it is that records are golden cases, and by which columns; 0 for no. Some of the first are given."""
    if not rows:
        return 0, ""
    named = [_named(row) for row in rows]
    asks = next((name for name in QUESTIONS if any(_some(row.get(name)) for row in named)), None)
    wants = next((name for name in REFERENCES if any(_some(row.get(name)) for row in named)), None)
    if any(_EXPECTED.fullmatch(name) for row in named for name in row):
        return 85, "a column __expected, as promptfoo's tests have it"
    if asks == "inputs" and any(_some(row.get("outputs")) for row in named):
        return _langsmith(named)
    if all(_is_phoenix(row) for row in named):
        return 60, "input, output and metadata alone, as Phoenix's data set examples have them"
    if asks is None or any(_is_result(row) for row in named):
        return 0, ""
    if wants is not None:
        held = any(_some(row.get(name)) for row in named for name in (*_OUTPUTS, *WEAK) if name != wants)
        return (0, "") if held else (80, f"{asks} and {wants}, and no system's answer")
    weak = next((name for name in WEAK if any(_some(row.get(name)) for row in named)), None)
    beside = any(_some(row.get(name)) for row in named for name in (*_OUTPUTS, *_LOGGED))
    if weak is None or beside:
        return 0, ""
    others = [name for name in dict.fromkeys(name for row in named for name in row) if name not in (asks, weak, *IDS)]
    if any(_tells_an_end(name, [row[name] for row in named if _some(row.get(name))]) for name in others):
        return 0, ""
    columns = [(name, value) for row in rows for name, value in row.items() if spelled(name) not in (asks, weak)]
    scores = {
        spelled(name)
        for name, value in columns
        if fields.is_score(name, value) or fields.cell_score(name, value) is not None
    }
    if scores:
        if not {"question", "answer"} <= rows[0].keys():  # nobody else would take it, so nobody would be asked
            only = all(map(_DESCRIBES.fullmatch, scores))
            return (80, f"{asks} and {weak}, and numbers that describe the question") if only else (0, "")
        return 70, f"{asks} and {weak}, which is the reference unless the numbers beside it are scores"
    return 80, f"{asks} and {weak}, and nothing of a result"


def golden(row: Mapping[str, Any]) -> Golden:
    """The parts of a row. The question is "" where none is found."""
    ours: dict[str, str] = {}
    for name in row:
        ours.setdefault(spelled(name), name)  # the first of two spellings
    asks = next((name for name in QUESTIONS if name in ours and _some(row[ours[name]])), None)
    asked = None if asks is None else row[ours[asks]]
    if asks is None and any(map(_EXPECTED.fullmatch, ours)):  # promptfoo's CSV: every other column is a variable
        asked = {name: value for name, value in row.items() if not name.startswith("__")}
    found = Golden(_ident(row, ours), payload.question(payload.parsed(asked)))
    used = {ours[asks]} if asks else set()
    wants = (
        *REFERENCES,
        *WEAK,
        *(("outputs",) if asks == "inputs" else ()),
        *(("output",) if _is_phoenix(row) else ()),
    )
    told = (name for name in wants if name in ours and name != "assert" and not _EXPECTED.fullmatch(name))
    for name in told:
        if _some(row[ours[name]]):
            made = plain_reference(row[ours[name]])
            found.reference = made if _some(made) else None
            used.add(ours[name])
            break
    _assertions(row, found, used)
    found.rest = {name: value for name, value in row.items() if name not in used or not isinstance(value, str)}
    ident = next((ours[name] for name in IDS if name in ours), None)
    if ident is not None and fields.as_json(row[ident]) == found.ident:
        del found.rest[ident]
    return found


def plain_reference(value: Any) -> Any:
    """What is right, as a text or a list of texts where it can be told; else as it stands."""
    value = payload.parsed(value)
    if isinstance(value, dict):
        texts = value.get("text")
        if isinstance(texts, list):  # SQuAD
            return plain_reference(list(dict.fromkeys(part for part in texts if isinstance(part, str))))
        if isinstance(value.get("value"), str) and isinstance(value.get("aliases"), list):  # TriviaQA
            return plain_reference(list(dict.fromkeys((value["value"], *map(str, value["aliases"])))))
        known = next((value[name] for name in REFERENCES + WEAK if _some(value.get(name))), None)
        if known is not None:
            return plain_reference(known)
        if len(value) == 1:
            return plain_reference(next(iter(value.values())))
        return value
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], (dict, list)):
        return plain_reference(value[0])
    if isinstance(value, (bool, int, float)):
        return fields.as_json(value)
    return value


def _assertions(row: Mapping[str, Any], found: Golden, used: set[str]) -> None:
    """promptfoo's assertions: what an answer has to equal is the reference, what it has to contain is `must_include`."""
    asserted: list[tuple[str, Any]] = []
    listed = row.get("assert")
    for part in listed if isinstance(listed, list) else ():
        if isinstance(part, dict) and isinstance(part.get("type"), str):
            asserted.append((part["type"], part.get("value")))
    if isinstance(listed, list):
        found.reference = None
        used.add("assert")
    for name, value in row.items():
        if _EXPECTED.fullmatch(name) and isinstance(value, str):
            made = _ASSERTION.fullmatch(value.strip())
            kind = f"{made[1] or ''}{made[2]}" if made else "equals"
            asserted.append((kind, made[4].strip() if made else value))
            found.reference = None
            used.add(name)
    exact = [value for kind, value in asserted if kind in _EXACT and isinstance(value, (str, int, float))]
    for kind, value in asserted:
        if kind in _CONTAIN:
            parts = value if isinstance(value, list) else str(value).split(",") if "all" in kind else [value]
            found.must_include += [str(part).strip() for part in parts if str(part).strip()]
    if exact:
        found.reference = fields.as_json(exact[0]) if len(exact) == 1 else [fields.as_json(value) for value in exact]


def _langsmith(named: Iterable[Mapping[str, Any]]) -> tuple[int, str]:
    rows = list(named)
    if any(_is_result(row) or any(_some(row.get(name)) for name in _LOGGED) for row in rows):
        return 0, ""
    if all("dataset_id" in row for row in rows):
        return 85, "inputs, outputs and dataset_id, as LangSmith's examples have them"
    both = all(isinstance(payload.parsed(row.get(name)), dict) for row in rows for name in ("inputs", "outputs"))
    return (60, "inputs and outputs without a run, as LangSmith's examples have them") if both else (0, "")


def _is_phoenix(row: Mapping[str, Any]) -> bool:
    return {"input", "output"} <= row.keys() <= _PHOENIX and bool(row.keys() & {"example_id", "updated_at"})


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in row.items():
        made.setdefault(spelled(name), value)
    return made


def _some(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value != {}


def _is_result(row: Mapping[str, Any]) -> bool:
    """Whether a record, by its named columns, holds what a system did: an outcome, a score, a time."""
    for name in _RESULTS:
        value = row.get(name)
        if _some(value) and (name != "status" or outcome_of(str(value)) is not None or str(value) == "unknown"):
            return True
    return any(resolve(name) is not None and _is_numeric(value) for name, value in row.items())


def _tells_an_end(name: str, values: Sequence[Any]) -> bool:
    """Whether a column, by its name or by every one of its cells, says what came of an answer."""
    if not values or _DESCRIBES.fullmatch(name):
        return False
    words = ("true" if value is True else "false" if value is False else value for value in values)
    return _RAN.fullmatch(name) is not None or all(
        isinstance(word, str) and word.strip().replace("\ufe0f", "").lower() in _ENDED for word in words
    )


def _is_numeric(value: Any) -> bool:
    return payload.is_number(value) or (isinstance(value, str) and fields.cell_score("metric", value) is not None)


def _ident(row: Mapping[str, Any], ours: Mapping[str, str]) -> str | None:
    for name in IDS:
        value = row.get(ours[name]) if name in ours else None
        if _some(value):
            return fields.text({name: value}, name)
    return payload.case_id(inner(row, "metadata"))


def tool_names(value: Any) -> Iterator[str]:
    """The names in a list of tools, given as texts or as objects with a name."""
    for part in value if isinstance(value, list) else [value]:
        name = part.get("name") if isinstance(part, dict) else part
        if isinstance(name, str) and name.strip():
            yield name
