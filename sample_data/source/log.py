"""The structured log: a week of production requests in the course's trace record, with a bad Saturday in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from source.common import MODEL, Dice, cost, iso, texts
from source.runs import NEIGHBOUR

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
REQUESTS = (206, 214, 209, 211, 204, 148, 96)  # Monday to Sunday
HOURS = (1, 1, 0, 0, 0, 1, 3, 7, 12, 15, 15, 13, 9, 11, 13, 12, 10, 8, 6, 5, 4, 3, 2, 1)  # weight of each hour

NEW_APP = datetime(2026, 11, 19, 6, 30, tzinfo=UTC)  # 2.4.1: refund_create no longer logs what came back
NEW_PROMPT = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
BAD_INDEX = datetime(2026, 11, 21, 8, 40, tzinfo=UTC)  # the incident INC-1
ROLLED_BACK = datetime(2026, 11, 21, 10, 52, tzinfo=UTC)
EXTRA = 16  # requests more in that time: people asked again
LEAK = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # the next ticket about an outage holds the key (INC-2)
FIXTURE_KEY = "sk-" + "test-NOT-A-REAL-KEY-" + "4f1c09d2" + "7ab853e6"  # in parts: a scan finds it in the log alone

SORRY = "Sorry, something went wrong on our side and I could not finish. Please try again in a minute."
UNSURE = "I could not find this in our documents, and I would rather not guess. Shall I open a ticket for a person?"


def traces() -> list[dict[str, Any]]:
    """All records by time, trace-0001 first."""
    dice = Dice("structured log")
    kinds = texts("requests.toml", "request")
    records = []
    for number, moment in enumerate(_moments(dice), start=1):
        records.append(_trace(number, moment, kinds, dice))
    _leak(records)
    return records


def _moments(dice: Dice) -> list[datetime]:
    found = []
    for day, count in enumerate(REQUESTS):
        for _ in range(count):
            hour = dice.weighted(range(24), HOURS)
            found.append(MONDAY + timedelta(days=day, hours=hour, milliseconds=dice.whole(0, 3_599_999)))
    span = (ROLLED_BACK - BAD_INDEX).total_seconds()
    found += [BAD_INDEX + timedelta(milliseconds=int(dice.real(0, span) * 1000)) for _ in range(EXTRA)]
    return sorted(found)


def _trace(number: int, moment: datetime, kinds: list[dict[str, Any]], dice: Dice) -> dict[str, Any]:
    bad = BAD_INDEX <= moment < ROLLED_BACK
    weights = [kind["weight"] * (2.2 if bad and kind.get("refund") else 1) for kind in kinds]
    kind = dice.weighted(kinds, weights)
    slots = {
        "order": f"A-{dice.whole(10100, 11900)}",
        "month": dice.pick(["September", "October", "November"]),
        "hours": str(dice.whole(2, 9)),
    }
    failure = _failure(dice, bad, kind)
    wrong = bad and "wrong" in kind and dice.chance(0.85)
    unsure = not wrong and not kind.get("abstain") and dice.chance(0.03)
    status = "error" if failure else "fail" if wrong else "abstain" if unsure or kind.get("abstain") else "success"
    if status == "success" and dice.chance(0.035):
        status = "fail"
    text = kind["wrong"] if wrong else UNSURE if unsure else kind["answer"]
    cached = not failure and not kind.get("tools") and not bad and dice.chance(0.02)
    chunks = [] if unsure else _chunks(kind, wrong, dice)
    calls = _tool_calls(number, moment, kind, slots, failure, dice) if not (unsure or wrong) else []
    latency = _latency(dice, bad, cached, failure, calls)
    tokens_in = dice.whole(2_300, 2_900) + 520 * len(chunks)
    tokens_out = 20 + len(text) // 4
    record: dict[str, Any] = {
        "trace_id": f"trace-{number:04d}",
        "started_at": iso(moment),
        "prompt_version": "rag-v3" if moment >= NEW_PROMPT else "rag-v2",
        "model": MODEL,
        "index_version": "kb-2026-11-20" if bad else "kb-2026-11-02",
        "app_version": "2.4.1" if moment >= NEW_APP else "2.4.0",
        "user_id": f"u-{dice.whole(1, 640):03d}",
        "question": dice.pick(kind["ask"]).format(**slots),
        "answer": text.format(**slots) if not failure else SORRY if dice.chance(0.8) else None,
        "retrieved_chunks": chunks,
        "tool_calls": calls,
        "faithfulness": round(1 - 0.3 * dice.real() ** 2 - (0.35 if wrong else 0), 2)
        if chunks and not failure
        else None,
        "latency_ms": latency,
        "tokens_in": tokens_in,
        "tokens_out": tokens_out if not failure else 0,
        "cost": 0.0 if cached else cost(tokens_in, tokens_out if not failure else 0),
        "status": status,
    }
    if failure:
        record["error"] = failure
    if cached:
        record["cached"] = True
    if dice.chance(0.30 if wrong else 0.055):
        unhappy = status in ("fail", "error") or dice.chance(0.12)
        record["feedback"] = "down" if unhappy else "up"
    _forget(record, dice)
    return {key: value for key, value in record.items() if value is not None}


def _forget(record: dict[str, Any], dice: Dice) -> None:
    """What a real log lacks now and then."""
    for field, share in (("retrieved_chunks", 0.024), ("cost", 0.03), ("prompt_version", 0.002), ("status", 0.003)):
        if dice.chance(share):
            del record[field]


def _failure(dice: Dice, bad: bool, kind: dict[str, Any]) -> str | None:
    if not dice.chance(0.15 if bad else 0.012):
        return None
    return dice.weighted(
        (
            "timeout: retrieval gave no answer within 8000 ms",
            "rate_limited: 429 from the model provider",
            "tool_error: order_lookup answered 502",
        ),
        (6, 1, 1 if kind.get("tools") else 0) if bad else (2, 3, 3 if kind.get("tools") else 0),
    )


def _latency(dice: Dice, bad: bool, cached: bool, failure: str | None, calls: list[dict[str, Any]]) -> int:
    if cached:
        return dice.whole(35, 90)
    if failure and failure.startswith("timeout"):
        return 8_000 + dice.whole(5, 60)
    if failure and failure.startswith("rate"):
        return dice.whole(310, 900)
    took = dice.lognormal(1_390, 0.38) + sum(dice.lognormal(230, 0.4) for _ in calls)
    return round(took * (dice.real(1.5, 2.1) if bad else 1))


def _chunks(kind: dict[str, Any], wrong: bool, dice: Dice) -> list[dict[str, Any]]:
    source = kind.get("source")
    if source is None:
        return []
    if wrong:
        source += "-2024"  # the archived policy that the bad index brought back
    found = [(source, kind["at"]), (source, "related")]
    other = NEIGHBOUR.get(source)
    if other:
        found.append((other, "overview"))
    score = dice.real(0.71, 0.94)
    return [
        {"id": f"{name}#{part}", "source": name, "rank": rank, "score": round(score - 0.06 * (rank - 1), 3)}
        for rank, (name, part) in enumerate(found, start=1)
    ]


def _tool_calls(
    number: int, moment: datetime, kind: dict[str, Any], slots: dict[str, str], failure: str | None, dice: Dice
) -> list[dict[str, Any]]:
    names = list(kind.get("tools", []))
    if not names and kind.get("source") and dice.chance(0.07):
        names = ["kb_search"]
    calls: list[dict[str, Any]] = []
    for name in names:
        call: dict[str, Any] = {"name": name}
        match name:
            case "kb_search":
                call |= {"arguments": {"query": kind["at"].replace("-", " ")}, "result": {"hits": dice.whole(1, 5)}}
            case "order_lookup":
                state = dice.pick(["packed", "shipped", "delivered"])
                call |= {"arguments": {"order": slots["order"]}, "result": {"order": slots["order"], "state": state}}
            case "refund_create":
                key = f"refund-{slots['order']}"
                call["arguments"] = {"order": slots["order"], "reason": kind["at"], "idempotency_key": key}
                if moment < NEW_APP:
                    call["result"] = {"request": f"R-{3000 + number}", "state": "waiting for a person"}
            case "ticket_open":
                call["arguments"] = {"topic": kind["at"], "idempotency_key": f"ticket-{number:04d}"}
                call["result"] = {"ticket": f"T-{6000 + number}", "state": "open"}
        if failure and failure.startswith("tool_error") and name == "order_lookup":
            del call["result"]
            call["error"] = "502 from the order service"
            calls.append({**call, "attempt": 1})
            calls.append({**call, "attempt": 2})
            break
        calls.append(call)
        if failure:
            break
    return calls


def _leak(records: list[dict[str, Any]]) -> None:
    """A customer pasted a key; the redactor blanked the question, and the ticket's arguments kept it (INC-2)."""
    for record in records:
        calls = record.get("tool_calls", [])
        topics = [call["arguments"].get("topic") for call in calls]
        if record["started_at"] > iso(LEAK) and topics == ["live-status"]:
            record["question"] = "my requests fail with 401 since this morning, this is the key: [removed]"
            record["answer"] = (
                "I have opened a ticket for our API team. Please never send keys in a chat: revoke this one."
            )
            calls[0]["arguments"]["topic"] = "401 since this morning, customer's key is " + FIXTURE_KEY
            return
