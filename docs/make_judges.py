"""Write docs/judges.md by simulation: `python -m docs.make_judges`, about half a minute."""

from __future__ import annotations

from pathlib import Path

from benchmarks.judges import CELLS, LOOKS, REPEATS, example, false_holds
from benchmarks.judges.report import judges_text

from readiness_tui.domain.labels.corrected import FEWEST
from readiness_tui.domain.labels.lot import PROPOSED

TARGET = Path(__file__).with_name("judges.md")

HEAD = f"""\
# How sure is a figure that a model judged?

Written by `docs/make_judges.py`; `python -m benchmarks.judges` prints the tables anew. [labels.md](labels.md) says how
people check a judge.

A metric that a model scores is measured against the judge, not against the truth. People's labels of some of the same
answers tell how far the two are apart, and the gate then states the figure that people would have found:
"judge 0.805 · corrected by 50 human labels 0.66, surely ≥ 0.58".

## The method
**Corrected value**: PPI++ for a mean, tuned to the least variance (Angelopoulos, Duchi & Zrnic 2023, *PPI++: Efficient
Prediction-Powered Inference*, arXiv:2311.01453). With m labels and N answers without one, where h is what people say and
f what the judge says: mean(h) + λ · (mean of f over the N − mean of f over the m), λ = cov(h, f) / ((1 + m/N) · var(f)),
held between 0 and 1. A judge of no use gets λ = 0, and the labels stand alone.

**Its bound**: the plain normal interval holds falsely in up to 37 % of samples at small counts. The bound therefore
counts one label more, of an answer that the judge finds best and people worst, and uses Student's t with as many degrees
of freedom as there are labels. Where not one label says less than best, it is at most the exact bound of that,
α^(1/m). With labels of all answers it is Clopper and Pearson's. Below {FEWEST} labels there is none.

**High-risk cases** are a stratum of their own: all of them are labelled, and weigh as much as their share of the cases.

**Batches**: the size of a batch is stored before its first case is shown, {PROPOSED} are proposed, and the j-th batch is tested
at α = .05 / 2^j; so the first "surely" is one at 97.5 %, and all looks together err in at most 5 %. Inside a batch there
is no bound: looking after every ten labels would make 5 % into 19 %.

**Above 0.90** the row carries a remark: among 50 labels there are then fewer than five faults, and the bound rests on
so few of them.

## How often it is wrong
"""


def main() -> None:
    found = {(cell, look): false_holds(cell, look) for cell in CELLS for look in LOOKS}
    TARGET.write_text(f"{HEAD}{judges_text(found, example(), REPEATS)}", encoding="utf-8")


if __name__ == "__main__":
    main()
