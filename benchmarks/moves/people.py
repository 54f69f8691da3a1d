"""High-risk cases and the labels of people; judges that are taken for the truth."""

from __future__ import annotations

from benchmarks.moves.material import Release, answer_digest, failing, gate, labels_for, release
from benchmarks.moves.model import move, named, no_go, remark
from benchmarks.moves.stage import Stage, Told

UNSEEN = r"high.risk.*(no human|without a|label|review)"


@move("A high-risk case that a person failed", no_go(r"high.risk.*fail|fail.*high.risk|person.*fail|failed by"))
def failed_by_a_person(stage: Stage) -> Told:
    made = release()
    made.labels[2]["verdict"] = "fail"
    return stage.check(made)


@move("A high-risk case that one person failed and another passed", no_go(r"fail"))
def failed_by_one_of_two(stage: Stage) -> Told:
    made = release()
    made.labels += labels_for(made, reviewer="chloe")
    made.labels[2]["verdict"] = "fail"
    return stage.check(made)


@move(
    "A high-risk case that a person failed, in a review",
    no_go(r"high.risk.*fail|fail.*high.risk|person.*fail|failed by"),
)
def failed_by_a_person_in_a_review(stage: Stage) -> Told:
    made = release()
    stage.review(made)
    made.labels[2]["verdict"] = "fail"
    stage.imports(made)
    return stage.verdict()


@move("A high-risk case labelled unsure", no_go(UNSEEN))
def unsure_is_no_label(stage: Stage) -> Told:
    made = release()
    made.labels[2]["verdict"] = "unsure"
    return stage.check(made)


@move("One high-risk case without a label", no_go(UNSEEN))
def one_unlabelled(stage: Stage) -> Told:
    made = release()
    del made.labels[2]
    return stage.check(made)


@move("A label file that names nobody", no_go(UNSEEN))
def labels_by_nobody(stage: Stage) -> Told:
    made = release()
    for label in made.labels:
        label["reviewer"] = "  "
    return stage.check(made)


@move("A label file by somebody whose name has no visible letter", no_go(UNSEEN))
def labels_by_an_invisible_name(stage: Stage) -> Told:
    made = release()
    for label in made.labels:
        label["reviewer"] = "\u200b\u2060"
    return stage.check(made)


@move("Labels of other answers", no_go(UNSEEN))
def labels_of_other_answers(stage: Stage) -> Told:
    made = release()
    for label in made.labels:
        label["answer"] = answer_digest("What another version said.")
    return stage.check(made)


@move("Labels of the version before, without the answer that they are of", no_go(UNSEEN))
def labels_of_the_version_before(stage: Stage) -> Told:
    made = release()
    made.labels = [{**label, "run": "run-v1"} for label in made.labels]
    for label in made.labels:
        del label["answer"]
    return stage.check(made)


@move("The answers changed in the run's file after they were labelled", no_go(UNSEEN))
def answers_changed_after_the_labels(stage: Stage) -> Told:
    made = release()
    for case in made.cases[:3]:
        case["output"] = "Call us."
    return stage.check(made)


@move("Labels in the run's own file, by nobody", no_go(UNSEEN + "|rejected", or_refused=True))
def own_labels_by_nobody(stage: Stage) -> Told:
    made = release()
    made.labels = []
    for case in made.cases[:6]:
        case["human_label"] = "pass"
    return stage.check(made)


# Judges


def judged(n: int, wrong: int, labelled: int, rules: str) -> Release:
    """A judge that passes everything; people fail every case in `wrong`ths of those they look at."""
    made = release(n, risky=0, rules=rules)
    for case in made.cases:
        case["status"], case["scores"] = "pass", {"answered": 1}
    made.labels = labels_for(made, [case["case_id"] for case in made.cases[:labelled]])
    for number, label in enumerate(made.labels):
        label |= {"metric": "answered", "drawn": "lot"}
        if number % 10 < wrong:
            label["verdict"] = "fail"
    return made


ANSWERED = '{metric: answered, threshold: ">= 0.75", direction: higher, unit: share%s}'


@move("A judge that nobody has held against people", remark(r"not checked against people|judge not"))
def judge_nobody_checked(stage: Stage) -> Told:
    return stage.check(judged(200, 0, 0, gate(ANSWERED % "")))


@move("A judge that always says pass, where people fail four of ten", named(r"people|human|judge|corrected"))
def judge_always_passes(stage: Stage) -> Told:
    made = judged(200, 4, 200, gate(ANSWERED % ", judged: true, cut: 0.5"))
    return stage.check(made)


@move("The same judge under a rule that asks for a bound, and nobody has looked", named(r"judge|people|label"))
def judge_under_a_required_bound(stage: Stage) -> Told:
    made = judged(200, 0, 0, gate(ANSWERED % ", judged: true, cut: 0.5, confidence: required"))
    return stage.check(made)


@move("Ten labels of the easiest answers, for a judge under a rule that asks for a bound", named(r"label|drawn|judge"))
def labels_picked_by_hand(stage: Stage) -> Told:
    made = judged(200, 0, 60, gate(ANSWERED % ", judged: true, cut: 0.5, confidence: required"))
    for label in made.labels:
        label["drawn"] = "other"
    return stage.check(made)


@move("Labels picked by hand and called drawn by lot", named(r"label|drawn|judge"))
def labels_called_drawn(stage: Stage) -> Told:
    return stage.check(judged(200, 0, 60, gate(ANSWERED % ", judged: true, cut: 0.5, confidence: required")))


@move("Labels of all cases, given beside the judge's scores", named(r"label|blind|judge"))
def labels_not_blind(stage: Stage) -> Told:
    made = judged(200, 0, 200, gate(ANSWERED % ", judged: true, cut: 0.5, confidence: required"))
    for label in made.labels:
        label["blind"] = False
    return stage.check(made)


@move(
    "A judge declared to be none, so that its word needs no people",
    remark(r"not judged|judged: false|declared|answered"),
)
def judge_declared_away(stage: Stage) -> Told:
    return stage.check(judged(200, 0, 0, gate(ANSWERED % ", judged: false")))


@move("The judge exchanged after the lock for a milder one", no_go(r"judge changed|changed since (the )?lock"))
def judge_exchanged(stage: Stage) -> Told:
    made = release()
    made.header["judge_digest"] = "aa" * 32
    return stage.check(made)


@move("A run that does not name its judge", named(r"judge"))
def judge_unnamed(stage: Stage) -> Told:
    made = release()
    del made.header["judge_digest"]
    return stage.check(made)


@move(
    "A milder judge: its scores rise by 0.1, and the failing cases with them",
    remark(r"not checked against people|judge"),
)
def scores_raised(stage: Stage) -> Told:
    made = release()
    failing(made, 12, score=0.55)
    for case in made.cases:
        case["status"] = "pass"
        case["scores"]["faithfulness"] = min(1.0, round(case["scores"]["faithfulness"] + 0.1, 2))
    return stage.check(made)


@move(
    "Pass or fail on the whole of 66 answers, offered as a check of a judge that scores one side of them",
    named(r"labels are on another scale .{0,400}label faithfulness itself"),
)
def whole_answers_for_a_judge(stage: Stage) -> Told:
    made = release(rules=gate('{metric: faithfulness, threshold: ">= 0.80", confidence: required}'))
    made.labels = labels_for(made, [gold["id"] for gold in made.golden])
    return stage.check(made)
