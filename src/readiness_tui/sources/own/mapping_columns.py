"""The columns of a file of unknown format: their first values, and which of our fields a common name stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from readiness_tui.domain.text.sanitise import visible
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.kit.names import snake
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records
from readiness_tui.sources.own.mapped import unit_in, without_unit

COLUMNS = 200  # columns read at most
ROWS = 2_000  # records looked at: a word of a result may come late

# Our field → common column names for it, the most reliable first.
BOTH = {
    "question": "question user_question user_input input prompt query user_query request instruction message text",
    "status": "status outcome verdict result grade eval_result evaluation_result test_result judgement judgment",
    "success": "success passed pass is_correct correct ok",
    "error": "error error_message exception",
    "tokens_in": "tokens_in input_tokens prompt_tokens tokens_prompt",
    "tokens_out": "tokens_out output_tokens completion_tokens tokens_completion",
    "retrieved_chunks": "retrieved_chunks chunks contexts retrieved_contexts retrieval_context documents",
    "tool_calls": "tool_calls tools_called tools",
    "cached": "cached cache_hit from_cache",
}
ANSWER = "output answer response reply completion prediction generated_text generation model_output actual_output"
CASES = BOTH | {
    "case_id": "case_id test_id example_id sample_id item_id question_id row_id id uid uuid key",
    "output": ANSWER,
    "variant": "variant configuration",
    "repeat": "repeat repetition epoch trial attempt",
    "tags": "tags labels category categories",
    "risk": "risk risk_level",
}
TRACES = BOTH | {
    "trace_id": "trace_id traceid request_id requestid req_id correlation_id correlationid",
    "answer": ANSWER,
    "started_at": "started_at start_time timestamp time created_at ts date datetime",
    "ended_at": "ended_at end_time finished_at completed_at",
    "model": "model model_name",
    "prompt_version": "prompt_version",
    "app_version": "app_version release",
    "index_version": "index_version",
    "feedback": "feedback user_feedback thumbs",
    "user": "user_id user",
    "session": "session_id conversation_id thread_id session",
}
STEPS = {
    "span_id": "span_id spanid step_id observation_id",
    "parent_id": "parent_id parent_span_id parent_observation_id parent_step_id parent",
    "step": "step step_type span_type span_kind node_type run_type observation_type kind type event",
    "tool": "tool_name tool function_name",
    "arguments": "tool_args tool_arguments tool_input arguments args parameters",
    "result": "tool_result tool_output",
}
GOLDEN = {
    "id": "id case_id question_id example_id key uid uuid",
    "question": "question user_question query input prompt user_input instruction utterance request message ask",
    "reference": "reference reference_answer ground_truth expected_answer expected_output expected ideal gold_answer gold"
    " correct_answer target golden_answer",
    "expected_sources": "expected_sources expected_source source_document source_doc sources relevant_docs expected_docs",
    "must_include": "must_include keywords must_contain expected_keywords",
    "expected_tools": "expected_tools expected_tool",
    "tags": "tags labels category categories topic",
    "risk": "risk risk_level",
}
GOLD = ("reference", "expected_sources", "must_include", "expected_tools")
#: Ids that only examples of an evaluation have.
EXAMPLES = "case_id test_id example_id sample_id item_id question_id"
#: What a call to a model leaves behind; beside a time, a row is a request whatever its id is called.
CALLED = f"{TRACES['model']} ai_model model_permaslug {BOTH['tokens_in']} {BOTH['tokens_out']} total_tokens"
ANY_ID = "generation_id completion_id response_id log_id event_id id uuid uid key"
#: A result of any kind beside a reference makes a row a case and not a golden one.
RESULTS = f"{ANSWER} {BOTH['status']} {BOTH['success']} {BOTH['tokens_in']} {BOTH['tokens_out']} {TRACES['trace_id']}"


@dataclass(slots=True)
class Column:
    """A column by its full name (`outer.inner` of an object in a record), with its values that are not empty."""

    name: str
    values: list[Any] = field(default_factory=list)

    @property
    def snake(self) -> str:
        return snake(self.name)

    @property
    def words(self) -> list[str]:
        """Its different values as text."""
        return list(
            dict.fromkeys(str(value).lower() if isinstance(value, bool) else str(value) for value in self.values)
        )

    @property
    def numbers(self) -> list[float]:
        """Its values as numbers, without a unit that all of them have; none where one of them is something else."""
        unit = self.unit or ""
        try:
            bare = [without_unit(value, unit) for value in self.values]
            found = [float(value) for value in bare if isinstance(value, bool | int | float | str)]
        except (ValueError, OverflowError):
            return []
        return found if len(found) == len(self.values) else []

    @property
    def unit(self) -> str | None:
        """The unit that stands in every cell."""
        units = {unit_in(value) for value in self.values}
        return units.pop() if len(units) == 1 else None


def first_rows(path: Path) -> tuple[str, list[Mapping[str, Any]]]:
    """The key of the list if an object contains its records in one, and the first records.

    Raises ReadinessError where the file cannot be read.
    """
    look = peek(head(path))
    if look.kind in (FileKind.EMPTY, FileKind.BINARY, FileKind.TEXT):
        return "", []
    wrapper = _wrapper(look)
    found = (item for item in records(path, *filter(None, (wrapper,))) if isinstance(item, Entry) and not item.header)
    return wrapper, [entry.value for entry in islice(found, ROWS)]


def _wrapper(look: Peek) -> str:
    if look.kind is not FileKind.OBJECT:
        return ""
    keys = dict.fromkeys(path.split(".")[0] for path in look.outline if path.split(".")[1:2] == ["[]"])
    wrapper = max(keys, key=lambda key: len(look.below(key)), default="")
    return wrapper if look.below(wrapper) else ""


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
    """Columns by name. Unreadable names are left out."""
    found: dict[str, Column] = {}
    for row in rows:
        for name, value in _flat(row):
            if name not in found and (len(found) >= COLUMNS or not 0 < len(name) <= 200 or visible(name) != name):
                continue
            column = found.setdefault(name, Column(name))
            if value is not None and value != "":
                column.values.append(value)
    return found


def value_at(row: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in _flat(row) if key == name), None)


#: Objects that are a value as a whole: what a tool was given, and gave back.
_WHOLE = frozenset(f"{STEPS['arguments']} {STEPS['result']}".split())


def _flat(row: Mapping[str, Any], outer: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        if isinstance(value, dict) and value and depth < 2 and snake(key) not in _WHOLE:
            yield from _flat(value, f"{outer}{key}.", depth + 1)
        else:
            yield f"{outer}{key}", value


def named(columns: Mapping[str, Column], names: str) -> Column | None:
    """The column with the first of these names that exists; else one whose inner key has it."""
    whole: dict[str, Column] = {}
    inner: dict[str, Column] = {}
    for column in columns.values():
        whole.setdefault(column.snake, column)
        inner.setdefault(snake(column.name.rsplit(".", 1)[-1]), column)
    return next((place[name] for place in (whole, inner) for name in names.split() if name in place), None)


def mapped(columns: Mapping[str, Column], *tables: Mapping[str, str]) -> dict[str, Column]:
    """Our fields with their columns, each column once."""
    left, found = dict(columns), {}
    for table in tables:
        for field_name, names in table.items():
            if (column := named(left, names)) is not None:
                found[field_name] = left.pop(column.name)
    return found
