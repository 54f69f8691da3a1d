"""A support bot small enough to read in two minutes: it looks up paragraphs, quotes their best sentences, cites them.

    python pipeline.py golden_set.jsonl > baseline.jsonl
    python pipeline.py golden_set.jsonl --change brief > candidate.jsonl

The same question gets the same answer every time. Only the standard library, and no network: what would be a model is
a rule here, so that you can see why an answer is good or bad. Its cost is counted in words at the prices below. It
gives no latency: its own is nothing like that of a model.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PRICE_IN, PRICE_OUT = 3e-6, 15e-6  # dollars a token; a word is counted as one token
PROMPT_TOKENS = 120  # what a real prompt would add to every call
REFUSAL = "I can't help with that. I can answer questions about your account, orders, billing and the API."
_STOP = (
    "a about all am an and any are as at be by can did do does for from get had have how i if in is it its me my next"
    " no not of on one or our out so than that the then there they this to up was we what when where which who will"
    " with you your"
)
STOP = frozenset(_STOP.split())
SYNONYMS = {
    "delete": "erasure", "data": "record", "event": "message", "lost": "again", "lose": "again", "down": "outage",
    "connect": "sso", "tuesday": "day",
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What a change changes. `paragraphs` are looked up; `sentences` are quoted; `floor` is the least likeness."""

    version: str
    paragraphs: int = 1
    sentences: int = 3
    synonyms: bool = False
    floor: float = 0.1


BASELINE = Settings("v1")
CHANGES = {
    "brief": replace(BASELINE, version="v2-brief", sentences=1),
    "wide": replace(BASELINE, version="v2-wide", paragraphs=3, sentences=6),
    "synonyms": replace(BASELINE, version="v2-synonyms", synonyms=True),
}


@dataclass(frozen=True)
class Paragraph:
    id: str
    source: str
    text: str


def paragraphs(folder: Path) -> list[Paragraph]:
    """Every paragraph of the documents, named `<document>#<number>`."""
    found = []
    for path in sorted(folder.glob("*.md")):
        parts = path.read_text(encoding="utf-8").strip().split("\n\n")
        found += [Paragraph(f"{path.stem}#{n}", path.stem, part.strip()) for n, part in enumerate(parts, 1)]
    return found


def words(text: str, settings: Settings) -> list[str]:
    """The words that carry meaning; with `synonyms` in one form each."""
    found = [word for word in re.findall(r"[a-z0-9]{2,}", text.lower()) if word not in STOP]
    if not settings.synonyms:
        return found
    stems = [word.removesuffix("s") if len(word) > 3 else word for word in found]
    return [SYNONYMS.get(stem, stem) for stem in stems]


def look_up(question: str, known: list[Paragraph], settings: Settings) -> list[tuple[float, Paragraph]]:
    """The paragraphs most like the question, by the cosine of their words' weights (tf-idf), best first."""
    bags = [Counter(words(one.text, settings)) for one in known]
    seen_in = Counter(word for bag in bags for word in bag)
    asked = Counter(words(question, settings))

    def weight(word: str) -> float:
        return math.log(1 + len(known) / (1 + seen_in[word]))

    def length(bag: Iterable[str]) -> float:
        return math.sqrt(sum(weight(word) ** 2 for word in bag)) or 1.0

    scored = [
        (sum(weight(word) ** 2 for word in asked if word in bag) / (length(asked) * length(bag)), one)
        for one, bag in zip(known, bags, strict=True)
    ]
    scored = [pair for pair in scored if pair[0] >= settings.floor]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].id))[: settings.paragraphs]


def answer(question: str, found: list[tuple[float, Paragraph]], settings: Settings) -> str:
    """The best sentences of what was found, in their order, and the source of the best one."""
    if not found:
        return REFUSAL
    sentences = [one for _, paragraph in found for one in re.split(r"(?<=[.!?])\s+", paragraph.text)]
    asked = set(words(question, settings))
    by_likeness = sorted(range(len(sentences)), key=lambda i: (-len(asked & set(words(sentences[i], settings))), i))
    chosen = sorted(by_likeness[: settings.sentences])
    order = re.search(r"\b[A-Z]-\d{5}\b", question)
    lead = f"Order {order.group()}: " if order else ""
    return f"{lead}{' '.join(sentences[i] for i in chosen)} [{found[0][1].source}]"


def ask(case: dict[str, Any], known: list[Paragraph], settings: Settings) -> dict[str, Any]:
    """One case answered, as a line of case results."""
    question = str(case["question"])
    found = look_up(question, known, settings)
    said = answer(question, found, settings)
    tokens_in = PROMPT_TOKENS + len(question.split()) + sum(len(one.text.split()) for _, one in found)
    tokens_out = len(said.split())
    expected = [case["must_include"]] if isinstance(case.get("must_include"), str) else case.get("must_include") or []
    passed = all(text.lower() in said.lower() for text in expected)
    return {
        "case_id": case["id"],
        "question": question,
        "output": said,
        "status": "pass" if passed else "fail",
        "scores": {"must_include": int(passed)},
        "cost": round(tokens_in * PRICE_IN + tokens_out * PRICE_OUT, 6),
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "retrieved_chunks": [
            {"id": one.id, "source": one.source, "rank": rank, "score": round(score, 3), "text": one.text}
            for rank, (score, one) in enumerate(found, 1)
        ],
        "tags": case.get("tags", []),
    }


def run(cases: list[dict[str, Any]], settings: Settings, started: datetime, documents: Path) -> list[dict[str, Any]]:
    """A run line, then a line a case."""
    known = paragraphs(documents)
    head = {
        "id": f"lab-{settings.version}-{started:%Y%m%dT%H%M%SZ}",
        "name": f"quick lab, {settings.version}",
        "prompt_version": settings.version,
        "started_at": f"{started:%Y-%m-%dT%H:%M:%S.%f}Z",
    }
    return [{"run": head}, *(ask(case, known, settings) for case in cases)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Answer the questions of a golden set; prints case results.")
    parser.add_argument("golden_set", type=Path, help="JSON lines with id, question, must_include …")
    parser.add_argument("--change", choices=sorted(CHANGES), help="Run the changed pipeline instead of the baseline.")
    chosen = parser.parse_args()
    text = chosen.golden_set.read_text(encoding="utf-8")
    cases = [json.loads(line) for line in text.splitlines() if line.strip()]
    settings = CHANGES[chosen.change] if chosen.change else BASELINE
    for row in run(cases, settings, datetime.now(UTC), HERE / "documents"):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
