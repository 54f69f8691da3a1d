"""Langfuse's fields under one name, whichever export a row is from.

The API and the exports of tables write `traceId`; blob storage exports, and `model_dump()` of what the Python SDK
fetched, write `trace_id` (docs: "Blob Storage Export Field Reference"). Blob storage writes times in UTC without saying so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_FIELDS = (
    "traceId observationId parentObservationId projectId sessionId userId datasetRunId datasetId startTime endTime"
    " completionStartTime createdAt updatedAt statusMessage modelParameters usageDetails costDetails promptId promptName"
    " promptVersion providedModelName internalModelId modelId totalCost inputCost outputCost latencyMs timeToFirstToken"
    " timeToFirstTokenMs toolCalls toolCallNames toolDefinitions traceName htmlPath dataType stringValue authorUserId"
    " configId queueId isRootObservation providedUsageDetails providedCostDetails inputPrice outputPrice totalPrice"
    " calculatedInputCost calculatedOutputCost calculatedTotalCost promptTokens completionTokens totalTokens inputUsage"
    " outputUsage totalUsage inputTokens outputTokens experimentId experimentItemId experimentName experimentDatasetId"
    " experimentMetadata experimentItemMetadata expectedOutput itemCount traceTags usagePricingTierName countTraces"
    " sessionDuration"
)
_UNDER = {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower(): name for name in _FIELDS.split()}
_API = frozenset(_UNDER.values())
_TELLING = frozenset({"trace_id", "start_time", "session_id", "user_id", "data_type", "html_path", "project_id"})
_TIMES = frozenset({"startTime", "endTime", "completionStartTime", "timestamp", "createdAt", "updatedAt"})
_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?")


def is_under_scored(names: Iterable[str]) -> bool:
    """Whether the names are those of blob storage or of the SDK's models, which are all written alike (LiteLLM has a
    trace_id beside a startTime)."""
    found = frozenset(names)
    return bool(found & _TELLING) and not found & _API


def one_name(names: Iterable[str]) -> frozenset[str]:
    """The names as the API has them."""
    found = frozenset(names)
    return frozenset(_UNDER.get(name, name) for name in found) if is_under_scored(found) else found


def as_api(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as the API has it."""
    if not is_under_scored(row):
        return dict(row)
    found = {_UNDER.get(name, name): value for name, value in row.items()}
    for name in _TIMES & found.keys():
        value = found[name]
        if isinstance(value, str) and _NO_ZONE.fullmatch(value.strip()):
            found[name] = f"{value.strip()}+00:00"
    return found
