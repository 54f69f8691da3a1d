"""The quick lab: what each change does to the ten questions, and that its files are the person's own."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.gate.offline import check_files
from readiness_tui.services.start import lab as service
from readiness_tui.services.start.lab import Lab


class Clock:
    """A minute passes between any two looks at it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return service.begin(tmp_path / "quick-lab", "zoe", Clock())


def through(lab: Lab, change: str, verdict: HumanVerdict = HumanVerdict.PASS) -> Verdict:
    """The whole lab with the proposed thresholds."""
    service.lock(lab, service.limits(lab))
    service.run(lab)
    service.run(lab, change)
    for case in service.unreviewed(lab):
        service.label(lab, case.id, verdict)
    return service.decide(lab, True).verdict


def test_three_changes_teach_three_things(lab: Lab) -> None:
    service.lock(lab, service.limits(lab))
    before = service.run(lab)
    assert before.figures["retrieval_hit_rate"] == pytest.approx(7 / 9)  # the baseline misses: something is to be won
    seen = {}
    for change in service.CHANGES:
        after = service.run(lab, change)
        for case in service.unreviewed(lab):
            service.label(lab, case.id, HumanVerdict.PASS)
        check = service.decide(lab, True)
        seen[change] = (check.verdict, [row.rule.metric for row in check.gate.rows if row.result != "PASS"])
        assert after.version == f"v2-{change}"
    assert seen == {
        "brief": (Verdict.NO_GO, ["retrieval_hit_rate", "must_include_pass_rate", "cost_per_success"]),
        "wide": (Verdict.NO_GO, ["cost_per_success"]),
        "synonyms": (Verdict.GO, []),
    }
    # Shorter answers are cheaper, and right ones dearer: that is what the metric is for.
    brief = service.run(lab, "brief")
    costs = [sum(one.case.cost.value or 0 for one in ran.answers) for ran in (before, brief)]
    assert costs[1] < costs[0]
    assert (brief.figures["cost_per_success"] or 0) > (before.figures["cost_per_success"] or 0)


def test_a_harmful_answer_that_nobody_read_holds_the_release(lab: Lab) -> None:
    service.lock(lab, service.limits(lab))
    service.run(lab)
    service.run(lab, "synonyms")
    assert [case.id for case in service.unreviewed(lab)] == ["case-04", "case-09"]
    assert service.decide(lab, True).verdict is Verdict.NO_GO
    assert "zoe would deploy; the gate says NO-GO." in lab.path("decision.md").read_text(encoding="utf-8")
    service.label(lab, "case-04", HumanVerdict.PASS)
    assert [case.id for case in service.unreviewed(lab)] == ["case-09"]


def test_thresholds_moved_after_the_run_are_seen(lab: Lab) -> None:
    assert through(lab, "wide") is Verdict.NO_GO
    gate = lab.path("gate.yaml")
    gate.write_text(gate.read_text(encoding="utf-8").replace("0.0012", "0.0020"), encoding="utf-8")
    check = service.decide(lab, True)
    assert {row.result for row in check.gate.rows} == {"CHANGED SINCE LOCK"}
    # Locking anew throws the runs away, since they were held to nothing.
    service.lock(lab, service.limits(lab))
    assert not lab.path("candidate.jsonl").exists()


def test_questions_are_kept_as_typed_and_checked(lab: Lab) -> None:
    made = service.save_question(lab, "", "Is there a discount?", "", "no discount|for now", high_risk=True)
    assert made == "case-11"
    service.save_question(lab, "case-01", "How do I rotate a key?", "security-runbook.md", "rotate", high_risk=False)
    service.drop_question(lab, "case-10")
    found = {gold.id: gold for gold in service.questions(service.begin(lab.folder, "ben")).cases}
    assert len(found) == 10
    assert found["case-11"].must_include == ("no discount", "for now")
    assert "high_risk" in found["case-11"].tags
    assert found["case-01"].question == "How do I rotate a key?"
    for refused, sentence in (
        (("", " ", "", "x"), "question is empty"),
        (("", "Why?", "", " | "), "What makes an answer right"),
        (("", "Why?", "no-such-guide", ""), "no document"),
    ):
        with pytest.raises(ReadinessError, match=sentence):
            service.save_question(lab, *refused, high_risk=False)
    service.save_question(lab, "case-02", "What\u2028now?\u0085", "", "yes", high_risk=False)
    service.save_question(lab, "case-03", "And then?", "", "no", high_risk=False)
    assert "case-02" in {gold.id for gold in service.questions(lab).cases}
    for case_id in list(found)[:-1]:
        service.drop_question(lab, case_id)
    with pytest.raises(ReadinessError, match="last question"):
        service.drop_question(lab, list(found)[-1])


@pytest.mark.parametrize("limit", ["80%", "about 0.8", "", "<= 0.80", ">= 8"])
def test_a_threshold_that_is_none_is_refused_and_nothing_is_written(lab: Lab, limit: str) -> None:
    with pytest.raises(ReadinessError):
        service.check_limit("must_include", limit)
    with pytest.raises(ReadinessError):
        service.lock(lab, service.limits(lab) | {"must_include": limit})
    assert not lab.path("gate.yaml").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ReadinessError, match="holds no lab"):
        service.begin(tmp_path, "zoe")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("step", ["shutil.copytree", "shutil.copy", "readiness_tui.services.start.lab._write"])
def test_a_lab_that_was_killed_while_it_began_is_begun_again(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(step, killed)
    with pytest.raises(KeyboardInterrupt):
        service.begin(tmp_path / "lab", "zoe")
    monkeypatch.undo()
    (tmp_path / "lab" / ".golden_set.jsonl.0123456789ab.tmp").write_text("half")
    lab = service.begin(tmp_path / "lab", "zoe")
    assert len(service.questions(lab).cases) == 10
    assert lab.path("pipeline.py").is_file()


def test_a_review_opens_on_the_files_with_the_lock_before_the_run(lab: Lab) -> None:
    through(lab, "synonyms")
    path = service.open_review(lab)
    assert service.open_review(lab) == path  # a second time nothing is made anew
    desk = open_desk(path, "zoe")
    view = load(desk)
    desk.close()
    assert view.gate.registered
    assert [row.result for row in view.gate.rows] == ["PASS"] * 3
    assert not view.gate.unreviewed
    assert (len(view.measured.candidate), len(view.measured.baseline)) == (1, 1)


def test_the_pipeline_runs_by_hand_and_says_the_same(lab: Lab) -> None:
    service.lock(lab, service.limits(lab))
    service.run(lab)
    service.run(lab, "wide")
    ours = lab.path("candidate.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    by_hand = subprocess.run(
        [sys.executable, "pipeline.py", "golden_set.jsonl", "--change", "wide"],
        cwd=lab.folder, capture_output=True, text=True, encoding="utf-8", check=True,
    ).stdout  # fmt: skip
    assert [json.loads(line) for line in by_hand.splitlines()[1:]] == [json.loads(line) for line in ours]
    lab.path("candidate.jsonl").write_text(by_hand, encoding="utf-8")
    paths = [
        lab.path(name) for name in ("gate.yaml", "gate.lock", "candidate.jsonl", "baseline.jsonl", "golden_set.jsonl")
    ]
    check = check_files(paths[0], paths[1], [paths[2]], [paths[3]], [], [paths[4]])
    assert check.gate.passed == 2


def test_a_file_that_somebody_broke_is_named_and_left(lab: Lab) -> None:
    through(lab, "wide")
    kept = lab.path("golden_set.jsonl").read_text(encoding="utf-8")
    lab.path("golden_set.jsonl").write_text(f"{kept}{{broken\n", encoding="utf-8")
    for call in (lambda: service.run(lab), lambda: service.drop_question(lab, "case-01")):
        with pytest.raises(ReadinessError, match="line 11"):
            call()
    assert lab.path("golden_set.jsonl").read_text(encoding="utf-8").endswith("{broken\n")
    lab.path("golden_set.jsonl").write_text(kept, encoding="utf-8")
    lab.path("candidate.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(ReadinessError, match=r"candidate\.jsonl"):
        service.unreviewed(lab)
