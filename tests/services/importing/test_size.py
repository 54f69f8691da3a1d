"""The file that an import fills, raw records and all, takes at most 1.3 times what it came from, where a support bot's
words repeat as they do. (Words drawn at random from a large text, in short records, take 1.35 times.)"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review.reviews import new_review

RECORDS = 4_000
WORDS = [
    "refund",
    "policy",
    "account",
    "charge",
    "ticket",
    "login",
    "reset",
    "password",
    "invoice",
    "order",
    "the",
    "a",
    "of",
    "and",
    "to",
    "is",
    "in",
    "for",
    "with",
    "your",
    "please",
    "find",
    "within",
    "days",
    "business",
    "card",
    "payment",
    "method",
    "international",
    "transfer",
    "limit",
    "support",
    "agent",
]


def records(texts_of_chunks: bool) -> list[dict]:
    rng = random.Random(12)

    def said(count: int) -> str:
        return " ".join(rng.choices(WORDS, k=count))

    known = [said(120) for _ in range(300)]
    return [
        {
            "trace_id": f"{rng.getrandbits(128):032x}",
            "timestamp": f"2026-11-{1 + number % 28:02d}T10:{number % 60:02d}:{rng.randrange(60):02d}.{rng.randrange(1000):03d}Z",
            "prompt_version": "rag-v4",
            "model": "birch-2-2026-08-01",
            "question": said(12),
            "answer": said(30),
            "retrieved_chunks": [
                {"chunk_id": f"kb-{at}", "score": round(rng.random(), 3)}
                | ({"text": known[at]} if texts_of_chunks else {})
                for at in rng.sample(range(300), 3)
            ],
            "latency_ms": round(rng.lognormvariate(7, 0.5), 1),
            "tokens_in": rng.randrange(400, 1200),
            "tokens_out": rng.randrange(40, 300),
            "cost_usd": round(rng.random() / 100, 6),
            "status": "success",
            "user_id": f"u{rng.randrange(20_000)}",
            "session_id": f"s{number // 3}",
        }
        for number in range(RECORDS)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("texts_of_chunks", [False, True], ids=["short", "with the texts of chunks"])
def test_it_is_at_most_a_third_larger(tmp_path: Path, texts_of_chunks: bool) -> None:
    source = tmp_path / "log.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in records(texts_of_chunks)), encoding="utf-8")
    desk = open_desk(tmp_path / "readiness.db", "ana", create=True)
    new_review(desk, system="bot", release="1", checklists=())
    empty = desk.store.path.stat().st_size
    assert import_path(desk, source)[0].traces == RECORDS
    desk.close()
    assert (tmp_path / "readiness.db").stat().st_size - empty <= 1.3 * source.stat().st_size
