"""The two eval runs, in the project's own case format; promptfoo.py writes the same pipelines as promptfoo would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from source.common import JUDGE, JUDGE_DIGEST, MODEL, Dice, cost, iso

# The document that retrieval brings instead where it misses the right one.
NEIGHBOUR = {
    "account-guide": "security-runbook",
    "api-limits": "webhook-guide",
    "billing-guide": "plans-overview",
    "plans-overview": "billing-guide",
    "privacy-handbook": "account-guide",
    "reader-manual": "shipping-guide",
    "security-runbook": "account-guide",
    "shipping-guide": "reader-manual",
    "sso-guide": "account-guide",
    "status-runbook": "escalation-policy",
    "webhook-guide": "api-limits",
}
ERROR = "upstream 503: model overloaded"


@dataclass(frozen=True)
class Pipeline:
    """One version of the bot, and by case number what went wrong with it."""

    name: str
    index: str
    started: datetime
    minutes: int
    tokens: int  # of its prompt with the retrieved text
    verbose: bool  # gives the second sentence of an answer too
    wrong: frozenset[int]
    uncited: frozenset[int]  # right, but names no source
    missed: frozenset[int]  # the expected document was not retrieved
    failed: frozenset[int]  # the model did not answer
    labels: dict[int, tuple[str, str]]  # beyond the high-risk cases: what a person said, and who


BASELINE = Pipeline(
    name="rag-v3",
    index="kb-2026-11-02",
    started=datetime(2026, 11, 20, 10, 2, tzinfo=UTC),
    minutes=11,
    tokens=3_900,
    verbose=False,
    wrong=frozenset({13, 24, 33, 41, 52, 59}),
    uncited=frozenset({18, 30, 47, 57, 65}),
    missed=frozenset({12, 13, 15, 24, 36, 41, 46, 48, 50, 52, 56}),
    failed=frozenset({45}),
    labels={13: ("fail", "chloe"), 24: ("fail", "chloe"), 41: ("fail", "deniz"), 5: ("pass", "deniz")},
)
CANDIDATE = Pipeline(
    name="rag-v4",
    index="kb-2026-11-22",
    started=datetime(2026, 11, 23, 11, 20, tzinfo=UTC),
    minutes=13,
    tokens=4_400,
    verbose=True,
    wrong=frozenset({21, 24, 33, 61}),
    uncited=frozenset({19, 28, 34, 63, 65}),
    missed=frozenset({15, 20, 24, 36, 39, 44, 50, 56, 61, 67}),
    failed=frozenset(),
    labels={
        5: ("pass", "deniz"),
        19: ("unsure", "deniz"),
        21: ("fail", "chloe"),
        24: ("fail", "chloe"),
        28: ("pass", "chloe"),
        33: ("fail", "chloe"),
        61: ("fail", "deniz"),
        63: ("pass", "deniz"),
    },
)


def answer(case: dict[str, Any], pipeline: Pipeline) -> dict[str, Any]:
    """What the pipeline did with a case: the part that a run in any format is written from."""
    number = int(case["id"][5:])
    dice = Dice(f"{pipeline.name}/{case['id']}")
    wrong, missed = number in pipeline.wrong, number in pipeline.missed
    source = case.get("source")
    retrieved = NEIGHBOUR.get(source or "") if missed else source
    text = case["wrong"] if wrong else case["answer"]
    if pipeline.verbose and not wrong and case["more"]:
        text += " " + case["more"]
    named = number not in pipeline.uncited and not wrong
    if named and source:  # where retrieval missed it, the bot's own kb_search found it
        text += f" [{source}]"
    includes = all(phrase.casefold() in text.casefold() for phrase in case["must"])
    assert includes is not wrong, f"{case['id']}: must_include does not agree with the list of wrong answers"
    tokens_in, tokens_out = dice.whole(pipeline.tokens - 700, pipeline.tokens + 900), 18 + len(text) * 10 // 43
    return {
        "number": number,
        "failed": number in pipeline.failed,
        "output": text,
        "passed": includes,
        "scores": {
            "faithfulness": round(dice.real(0.28, 0.56) if wrong else 1 - 0.24 * dice.real() ** 2, 2),
            "citation_accuracy": 1 if named else 0,
            "answer_relevance": round(dice.real(0.35, 0.55) if wrong else 1 - 0.2 * dice.real() ** 2, 2),
            "must_include": 1 if includes else 0,
        },
        "latency_ms": round(
            dice.lognormal(1_480 if pipeline.verbose else 1_390, 0.33) + 210 * len(case.get("tools", []))
        ),
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "cost": cost(tokens_in, tokens_out),
        "chunks": _chunks(case, retrieved, dice),
        "tool_calls": _tool_calls(case, wrong),
    }


def _chunks(case: dict[str, Any], source: str | None, dice: Dice) -> list[dict[str, Any]]:
    if source is None:
        return []
    found = [(source, "overview" if source != case["source"] else case["at"]), (source, "related")]
    other = NEIGHBOUR.get(source)
    if other and other != case["source"]:
        found.append((other, "overview"))
    score = dice.real(0.78, 0.93)
    return [
        {"id": f"{name}#{part}", "source": name, "rank": rank, "score": round(score - 0.07 * (rank - 1), 3)}
        for rank, (name, part) in enumerate(found, start=1)
    ]


def _tool_calls(case: dict[str, Any], wrong: bool) -> list[dict[str, Any]]:
    order = next((word.strip(".,:?") for word in case["question"].split() if word.startswith("A-")), "A-10001")
    number = int(case["id"][5:])
    made: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "kb_search": ({"query": case.get("source", "plans-overview").replace("-", " ")}, {"hits": 3}),
        "order_lookup": ({"order": order}, {"order": order, "state": "shipped"}),
        "refund_create": (
            {"order": order, "reason": case.get("at"), "idempotency_key": f"refund-{order}"},
            {"request": f"R-{4200 + number}", "state": "waiting for a person"},
        ),
        "ticket_open": (
            {"topic": case.get("at"), "idempotency_key": f"ticket-{case['id']}"},
            {"ticket": f"T-{8100 + number}", "state": "open"},
        ),
    }
    names = case.get("tools", [])
    if wrong:  # a wrong answer mostly began with the wrong step
        names = [name for name in names if name != "kb_search"]
    return [{"name": name, "arguments": made[name][0], "result": made[name][1]} for name in names]


def own_format(cases: list[dict[str, Any]], pipeline: Pipeline, dataset_digest: str) -> list[dict[str, Any]]:
    """The lines of runs/<role>.cases.jsonl: the run, then its cases."""
    finished = pipeline.started + timedelta(minutes=pipeline.minutes)
    header = {
        "id": f"{pipeline.name}-{pipeline.started:%Y-%m-%d}",
        "name": pipeline.name,
        "prompt_version": pipeline.name,
        "model": MODEL,
        "index_version": pipeline.index,
        "judge": JUDGE,
        "judge_digest": JUDGE_DIGEST,
        "dataset_name": "support-bot golden set",
        "dataset_digest": dataset_digest,
        "started_at": iso(pipeline.started),
        "finished_at": iso(finished),
    }
    return [{"run": header}, *(_own_case(case, pipeline, finished) for case in cases)]


def _own_case(case: dict[str, Any], pipeline: Pipeline, finished: datetime) -> dict[str, Any]:
    made = answer(case, pipeline)
    record: dict[str, Any] = {"case_id": case["id"], "question": case["question"]}
    if made["failed"]:
        record |= {"output": None, "status": "error", "error": ERROR, "scores": {}}
    else:
        record |= {"output": made["output"], "status": "pass" if made["passed"] else "fail", "scores": made["scores"]}
        record |= {key: made[key] for key in ("latency_ms", "cost", "tokens_in", "tokens_out")}
        record |= {"retrieved_chunks": made["chunks"], "tool_calls": made["tool_calls"]}
    record["tags"] = case["tags"]
    number = made["number"]
    high_risk = ("pass", "chloe" if number % 2 else "deniz") if "high_risk" in case["tags"] else None
    label = pipeline.labels.get(number, high_risk)
    if label:
        at = finished + timedelta(hours=2, minutes=4 * number)
        record |= {"human_label": label[0], "human_reviewer": label[1], "human_at": iso(at)}
        record["human_blind"] = True  # people labelled before the judge ran
    return record
