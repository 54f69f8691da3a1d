"""docs/gate_story.md tells what its gates do to the sample; here they do it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from readiness_tui.domain.scorecard.model import GateCheck
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.gate.offline import check_files

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data"
PAGE = (ROOT / "docs" / "gate_story.md").read_text(encoding="utf-8")
GATES = {re.search("name: (.*)", text)[1]: text for text in re.findall("```yaml\n(.*?)```", PAGE, re.DOTALL)}  # type: ignore[index]


def held(name: str, folder: Path) -> GateCheck:
    (folder / "gate.yaml").write_text(GATES[name], encoding="utf-8")
    runs = [SAMPLE / "runs" / f"{role}.cases.jsonl" for role in ("candidate", "baseline")]
    return check_files(
        folder / "gate.yaml", None, runs[:1], runs[1:], [], [SAMPLE / "golden_set.jsonl"], date(2026, 11, 24)
    )


@pytest.mark.parametrize(
    ("name", "verdict", "results"),
    [
        ("plain", Verdict.CONDITIONS, ["PASS"]),
        ("sliced", Verdict.NO_GO, ["PASS", "FAIL"]),
        ("nothing-may-get-worse", Verdict.NO_GO, ["FAIL", "FAIL"]),
        ("what-matters", Verdict.CONDITIONS, ["INCONCLUSIVE", "PASS"]),
    ],
)
def test_each_gate_does_what_the_page_says(name: str, verdict: Verdict, results: list[str], tmp_path: Path) -> None:
    check = held(name, tmp_path)
    assert check.verdict is verdict
    assert [row.result for row in check.gate.rows] == results


def test_the_numbers_are_the_pages(tmp_path: Path) -> None:
    assert len(GATES) == 4
    whole, refunds = held("sliced", tmp_path).gate.rows
    retrieval, cost = held("what-matters", tmp_path).gate.rows
    assert whole.estimate is not None
    assert refunds.estimate is not None
    told = [
        f"{whole.estimate.k} of {whole.estimate.n} answers",
        f"{re.search('needs ([0-9]+)', whole.reason)[1]} are needed",  # type: ignore[index]
        f"{re.search('[0-9]+ more cases would tell', whole.sure)[0]}",  # type: ignore[index]
        f"Of the {refunds.estimate.n} refund questions",
        f"in {refunds.estimate.k}, and rag-v3 did in {round((refunds.baseline or 0) * refunds.estimate.n)}; "
        f"{re.search('needs ([0-9]+)', refunds.reason)[1]} are needed",  # type: ignore[index]
        f"from {round((retrieval.baseline or 0) * 8)} of 8 to {round(((retrieval.baseline or 0) + (retrieval.change or 0)) * 8)} of 8",
        f"${re.search('rise .([0-9.]+)', cost.reason)[1]} more",  # type: ignore[index]
        f"{re.search('[0-9]+ more cases', retrieval.sure)[0]} with that tag",  # type: ignore[index]
    ]
    flat = " ".join(PAGE.split())
    assert [words for words in told if words not in flat] == []
    # "rag-v3 had a lower share"; "the bound misses too"; "its bound lies above zero".
    assert (whole.change or 0) > 0
    assert "misses at 95 %" in refunds.sure
    assert cost.estimate is not None
    assert (cost.estimate.low or 0) > 0
