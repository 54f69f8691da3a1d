"""The gate's YAML and gate.lock: what is read, what is refused and in which words, and what the digest covers."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.codec import gate_digest, gate_from_plain, gate_to_plain
from readiness_tui.domain.gate.model import CasePolicy, Gate, Lock
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule
from readiness_tui.domain.metrics.words import rule_text
from readiness_tui.services.gate.lock_writing import write_lock
from readiness_tui.services.gate.versions import yaml_schema
from readiness_tui.sources.kit.shipped import shipped_folder
from readiness_tui.sources.settings.gate import looks_like_gate, parse_gate, read_gate
from readiness_tui.sources.settings.gate_schema import json_schema
from readiness_tui.sources.settings.lock import lock_text, parse_lock, read_lock

UP, DOWN = Direction.HIGHER, Direction.LOWER

COURSE = """
name: support-bot
metrics:
  - metric: faithfulness
    threshold: ">= 0.85"
  - metric: hit_rate
    threshold: 0.80
  - metric: latency_p95_ms
    max: 3500
    from: traces
    window: 7 days
  - metric: cost_per_success
    threshold: "≤ 0.08"
    required: false
    confidence: required
    tags: [high_risk, de]
must_pass: [case-01]
"""


def one(entry: str) -> Rule:
    (rule,) = parse_gate(f"metrics:\n  - {{{entry}}}\n", "gate.yaml").rules
    return rule


def column(entry: str, field: str) -> int:
    """Where a field of `- {entry}`, indented by two, stands; an absent one is looked for where its entry is."""
    key = field.split("[")[0]
    place = 0 if entry.startswith(f"{key}:") else entry.find(f" {key}:") + 1
    if "[" in field:  # the entry of a list
        place = entry.index("[") + 1
    return place + 6 if place or entry.startswith(f"{key}:") else 5


def refusal(text: str) -> str:
    with pytest.raises(ReadinessError) as caught:
        parse_gate(text, "gate.yaml")
    return str(caught.value)


# What is read


def test_the_courses_gate() -> None:
    gate = parse_gate(COURSE, "gate.yaml")
    assert gate.name == "support-bot"
    assert gate.must_pass == ("case-01",)
    assert gate.rules == (
        Rule("faithfulness", UP, 0.85, "score"),
        Rule("retrieval_hit_rate", UP, 0.80, "share"),
        Rule("latency_p95_ms", DOWN, 3500, "ms", From.TRACES, 7),
        Rule(
            "cost_per_success",
            DOWN,
            0.08,
            "USD",
            required=False,
            tags=("high_risk", "de"),
            confidence=Confidence.REQUIRED,
        ),
    )
    assert gate.digest == gate_digest(gate)


def test_the_short_form() -> None:
    gate = parse_gate('thresholds: {faithfulness: ">= 0.85", latency_p95_ms: 3500}', "release.yaml")
    assert gate.name == "release"  # after its file
    assert gate.rules == (Rule("faithfulness", UP, 0.85, "score"), Rule("latency_p95_ms", DOWN, 3500, "ms"))


@pytest.mark.parametrize(
    "entry", ["threshold: 0.9", "threshold: '>=0.9'", "threshold: '≥ .9'", "min: 0.9", "min: '0.9'"]
)
def test_a_threshold_may_be_written_in_several_ways(entry: str) -> None:
    assert one(f"metric: Hit Rate, {entry}") == Rule("retrieval_hit_rate", UP, 0.9, "share")


@pytest.mark.parametrize(
    ("margin", "value", "relative"),
    [("0.02", 0.02, False), ("'2%'", 0.02, True), ("'0.5 %'", 0.005, True), ("0", 0, False)],
)
def test_a_margin_is_absolute_or_a_percentage_of_the_baseline(margin: str, value: float, relative: bool) -> None:
    rule = one(f"metric: mrr, max_regression: {margin}")
    assert (rule.threshold, rule.max_regression, rule.relative) == (None, value, relative)
    assert rule.key == "mrr#max_regression"


def test_a_metric_of_ones_own_declares_direction_and_unit() -> None:
    assert one("metric: brand_tone, threshold: '>= 4', unit: points") == Rule("brand_tone", UP, 4, "points")
    assert one("metric: brand_tone, threshold: 4, direction: lower, unit: points").direction is DOWN


def test_one_metric_twice_is_fine_in_different_slices() -> None:
    gate = parse_gate(
        "metrics:\n  - {metric: mrr, min: 0.5}\n  - {metric: mrr, min: 0.6, tags: [de]}\n  - {metric: mrr, max_regression: 0.1}",
        "gate.yaml",
    )
    assert [rule.key for rule in gate.rules] == ["mrr", "mrr@de", "mrr#max_regression"]


def test_a_minimum_effect_and_a_policy_for_cases() -> None:
    gate = parse_gate(
        "metrics:\n  - {metric: mrr, max_regression: 0, min_effect: '2%'}\ncases: {new: warn, removed: fail}",
        "gate.yaml",
    )
    (rule,) = gate.rules
    assert (rule.max_regression, rule.min_effect, rule.min_effect_relative) == (0, 0.02, True)
    assert (gate.new_cases, gate.removed_cases) == (CasePolicy.WARN, CasePolicy.FAIL)
    assert gate_from_plain(json.loads(json.dumps(gate_to_plain(gate)))) == gate
    default = parse_gate("thresholds: {mrr: 0.5}", "gate.yaml")
    assert (default.new_cases, default.removed_cases) == (CasePolicy.ALLOW, CasePolicy.WARN)


def test_a_file_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text(COURSE, encoding="utf-8")
    assert read_gate(path) == parse_gate(COURSE, str(path))


# What is refused: file, line, column, field, reason, remedy


@pytest.mark.parametrize(
    ("entry", "field", "words"),
    [
        ("metric: faithfullness, threshold: 0.85", "metric", 'needs a direction. Did you mean "faithfulness"?'),
        ("metric: brand_tone, threshold: '>= 4'", "metric", "so it needs a unit"),
        ("metric: brand_tone, threshold: 4, unit: points", "metric", "so it needs a direction"),
        ("metric: mrr", "metric", "has no threshold"),
        ("metric: mrr, threshold: '> 0.5'", "threshold", "Bounds are inclusive"),
        ("metric: mrr, threshold: '85%'", "threshold", "Nothing is rescaled in silence"),
        ("metric: mrr, threshold: high", "threshold", "is not a threshold"),
        ("metric: mrr, threshold: true", "threshold", "is not a threshold"),
        ("metric: mrr, threshold: [0.5]", "threshold", "is not a threshold"),
        ("metric: mrr, threshold: '1e999'", "threshold", "is not a threshold"),
        (
            "metric: mrr, threshold: 85",
            "threshold",
            "lies outside the range of mrr, 0 to 1. Write a threshold within it",
        ),
        ("metric: mrr, threshold: -0.1", "threshold", "lies outside"),
        ("metric: brand, threshold: '>= 2', unit: share", "threshold", "lies outside"),
        ("metric: mrr, threshold: '<= 0.5'", "threshold", "mrr is better when it is higher, and this says lower"),
        ("metric: p95, min: 3500", "min", "latency_p95_ms is better when it is lower"),
        ("metric: p95, threshold: 3500, direction: higher", "direction", "better when it is lower"),
        ("metric: mrr, min: 0.5, threshold: 0.6", "min", "a second threshold beside threshold"),
        ("metric: mrr, min: '>= 0.5'", "min", "is not a number"),
        ("metric: brand, unit: x, min: 1, direction: lower", "min", "contradict each other"),
        ("metric: p95, threshold: 3.5, unit: s", "unit", 'latency_p95_ms is in ms, not in "s"'),
        ("metric: p95, threshold: 9, window_days: 7", "window_days", "a window belongs to traces"),
        ("metric: p95, threshold: 9, from: traces, window: 7 days, window_days: 7", "window_days", "a window already"),
        ("metric: p95, threshold: 9, from: traces, window: a week", "window", "is not a window"),
        ("metric: p95, threshold: 9, from: traces, window_days: 0", "window_days", "is not a window"),
        ("metric: p95, from: traces, max_regression: 100", "max_regression", "traces have no baseline"),
        ("metric: mrr, max_regression: -0.1", "max_regression", "is not a margin"),
        ("metric: mrr, max_regression: 2", "max_regression", "larger than the metric can fall"),
        ("metric: mrr, min: 0.5, min_effect: 0.1", "min_effect", "belongs to max_regression, and there is none"),
        ("metric: mrr, max_regression: 0, min_effect: 2", "min_effect", "larger than the metric can fall"),
        ("metric: mrr, max_regression: 0, min_effect: small", "min_effect", "is not a margin"),
        ("metric: mrr, max_regression: '200%'", "max_regression", "larger than the metric can fall"),
        ("metric: mrr, threshold: 0.5, required: 'no'", "required", "expected true or false"),
        ("metric: mrr, threshold: 0.5, from: logs", "from", "expected 'run' or 'traces'"),
        ("metric: mrr, threshold: 0.5, form: traces", "form", 'Did you mean "from"?'),
        ("metric: mrr, threshold: 0.5, tags: high_risk", "tags", "expected a list"),
        ("metric: mrr, threshold: 0.5, tags: ['']", "tags[0]", "this text is empty"),
        ("threshold: 0.5", "metric", "this field is missing"),
    ],
)
def test_an_entry_is_refused_with_its_place_field_reason_and_remedy(entry: str, field: str, words: str) -> None:
    message = refusal(f"name: g\nmetrics:\n  - {{{entry}}}\n")
    assert message.startswith(f"gate.yaml:3:{column(entry, field)}, field metrics[0].{field}: ")
    assert words in message
    assert message.endswith(".")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: g", "gate.yaml:1:1: the gate declares nothing. Add metrics"),
        ("thresholds: {faithfulness: 0.85, groundedness: 0.9}", '"faithfulness" is declared already in line 1'),
        ("thresholds: {brand: 3}", "field thresholds.brand: no metric"),
        ("thresholds: {mrr: 3}", "field thresholds.mrr: 3.00 lies outside"),
        ("thresholds:\n  mrr: 0.5\n  mrr: 0.6", "stands twice"),
        ("thresholds: {mrr: 0.5}\nmust_pass: [a, a]", "field must_pass[1]"),
        ("thresholds: {mrr: 0.5}\nmust_pass: [7]", "Put it in quotes"),
        ("thresholds: {mrr: 0.5}\nnmae: g", 'Did you mean "name"?'),
        ("thresholds: {mrr: 0.5}\ncases: {new: never}", "field cases.new: expected 'allow', 'warn' or 'fail'"),
        ("thresholds: {mrr: 0.5}\ncases: {gone: fail}", "field cases.gone: this field is not known"),
        ("[]", "expected a mapping"),
        ("", "the file is empty"),
        ("metrics: &a [*a]", "aliases are not accepted"),
    ],
)
def test_a_document_is_refused(text: str, words: str) -> None:
    assert words in refusal(text)


def test_every_problem_is_named_at_once() -> None:
    lines = refusal(
        "metrics:\n  - {metric: mrr}\n  - {metric: mrr, threshold: 7}\n  - {metric: x, threshold: 1}"
    ).splitlines()
    assert [line.split(",")[0] for line in lines] == ["gate.yaml:2:6", "gate.yaml:3:19", "gate.yaml:4:6"]


@given(st.text(max_size=40) | st.floats() | st.integers())
def test_no_threshold_brings_the_reader_down(value: object) -> None:
    try:
        (rule,) = parse_gate(f"thresholds: {{tokens: {json.dumps(value)}}}", "gate.yaml").rules
    except ReadinessError:
        return
    assert rule.threshold is not None
    assert rule.threshold >= 0


# Recognising one


@pytest.mark.parametrize(
    ("content", "is_gate"),
    [
        (COURSE, True),
        ("thresholds:\n  mrr: 0.5", True),
        ("metrics:\n- metric: mrr\n  threshold: 0.5", True),
        ("metrics: [accuracy]\n", False),
        ('{"faithfulness": 0.9}', False),
        ("id: obs\nitems: []\n", False),
        ("", False),
    ],
)
def test_a_gate_is_recognised_by_its_content(tmp_path: Path, content: str, is_gate: bool) -> None:
    path = tmp_path / "whatever.txt"
    path.write_text(content, encoding="utf-8")
    assert looks_like_gate(path) is is_gate


def test_what_is_no_file_is_no_gate(tmp_path: Path) -> None:
    assert not looks_like_gate(tmp_path)
    assert not looks_like_gate(tmp_path / "absent")


# Digest and storage

FULL = Gate(
    "g",
    (
        Rule("mrr", UP, 0.5, "score", tags=("a", "b"), confidence=Confidence.REQUIRED),
        Rule("latency_p95_ms", DOWN, 3500, "ms", From.TRACES, 7, required=False),
        Rule("brand", UP, None, "points", max_regression=0.02, relative=True),
        Rule("brand", UP, 4, "points"),
    ),
    ("one", "two"),
    3,
    "digest",
    "data",
    "judge",
)


def test_storage_is_loss_free() -> None:
    assert gate_from_plain(json.loads(json.dumps(gate_to_plain(FULL)))) == FULL
    assert gate_from_plain(gate_to_plain(Gate("g", ()))) == Gate("g", ())


def test_every_field_of_a_rule_and_a_gate_can_be_declared() -> None:
    # The YAML is made for people ("2%", aliases, min and max), so it has fields of its own; none of ours may lack one.
    gate = parse_gate(
        """\
name: all
metrics:
  - {metric: brand, unit: points, threshold: ">= 4", tags: [a], max_regression: "2%", min_effect: "1%",
     required: false, confidence: required, tolerate: 3, judged: true, cases: required, dataset: golden, variant: v2,
     max_left_out: "30%", cut: 3}
  - {metric: latency_p95_ms, threshold: 3500, from: traces, window_days: 7}
  - {metric: pass_all_k, k: 3, threshold: ">= 0.8", unit: share}
must_pass: [one]
cases: {new: warn, removed: fail}
dataset_digest: d
judge_digest: j
""",
        "x.yaml",
    )
    assert set().union(*gate_to_plain(gate)["rules"]) == {field.name for field in fields(Rule)}
    assert {*gate_to_plain(gate)} == {field.name for field in fields(Gate)}


def test_the_digest_of_the_sample_gate_is_what_locks_carry() -> None:
    # A lock names the digest of its gate: another canonical form would break every lock that was ever committed.
    gate = read_gate(shipped_folder("sample_data") / "gate.yaml")
    assert gate.digest == "af8b1177578d7c218758c99221dcce1d9f6c454a1ba4c3e2158a15bafed1b2ff"
    assert gate_digest(FULL) == "3039c0475279e04fac24ab9e6d10d8c8a4f57c44325ffba27d184b00d435034f"


def test_a_stored_gate_of_a_later_version_is_read() -> None:
    plain = gate_to_plain(FULL) | {"news": 1}
    plain["rules"][0]["more"] = 2
    assert gate_from_plain(plain) == FULL


@pytest.mark.parametrize("plain", [{}, {"name": "g", "rules": [{"metric": "mrr"}]}, {"name": "g", "rules": 3}])
def test_a_damaged_stored_gate_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises(ReadinessError, match="restore a backup"):
        gate_from_plain(plain)


def test_the_digest_is_of_what_the_gate_declares() -> None:
    same = [
        replace(FULL, name="other", version=9, digest=""),
        replace(FULL, rules=tuple(reversed(FULL.rules)), must_pass=("two", "one")),
        replace(FULL, rules=(replace(FULL.rules[0], tags=("b", "a"), unit=""), *FULL.rules[1:])),
    ]
    assert {gate_digest(gate) for gate in same} == {gate_digest(FULL)}
    first, *rest = FULL.rules
    changed = [
        replace(FULL, must_pass=("one",)),
        replace(FULL, rules=tuple(rest)),
        replace(FULL, dataset_digest=None),
        replace(FULL, new_cases=CasePolicy.FAIL),
        replace(FULL, removed_cases=CasePolicy.FAIL),
        *(
            replace(FULL, rules=(replace(first, **change), *rest))  # type: ignore[arg-type]
            for change in (
                {"threshold": 0.49},
                {"required": False},
                {"tags": ("a",)},
                {"confidence": Confidence.ADVISE},
                {"max_regression": 0.0},
                {"source": From.TRACES},
                {"min_effect": 0.0},
                {"min_effect": 0.0, "min_effect_relative": True},
            )
        ),
        replace(FULL, rules=(*FULL.rules[:3], replace(FULL.rules[3], unit="stars"))),
    ]
    assert len({gate_digest(gate) for gate in (FULL, *changed)}) == len(changed) + 1


def test_layout_comments_and_aliases_do_not_enter_the_digest() -> None:
    short = parse_gate("thresholds: {hit_rate: 0.8, p95: 3500}", "a.yaml")
    long = parse_gate(
        "# ours\nname: x\nmetrics:\n- {metric: latency_p95_ms, threshold: '<= 3500.0'}\n- {metric: Hit Rate, min: 0.80}",
        "b.yaml",
    )
    assert short.digest == long.digest


def test_the_digest_stays_what_it_is() -> None:
    gate = parse_gate("thresholds: {faithfulness: 0.85}", "gate.yaml")
    canonical = '{"must_pass":[],"rules":[{"direction":"higher","metric":"faithfulness","threshold":0.85}]}'
    import hashlib

    assert gate.digest == hashlib.sha256(canonical.encode()).hexdigest()


def test_a_lock_made_before_a_field_was_known_still_matches() -> None:
    """Digests as the version before `min_effect` and `cases` computed them."""
    old = {
        COURSE: "268d9a9f196ca143fb8b641fd3923f56f858c504c55cd77a216d7f0b03ecec1c",
        "metrics:\n  - {metric: mrr, threshold: 0.5, max_regression: '2%', confidence: required}\nmust_pass: [a, b]\n": (
            "0b3abb9d69a48eefcb6f246a39d684e9c7741e89ee34b7690a18265e2bf7461b"
        ),
    }
    for text, digest in old.items():
        assert parse_gate(text, "gate.yaml").digest == digest
        assert parse_gate(f"{text}cases: {{new: allow, removed: warn}}\n", "gate.yaml").digest == digest


# The JSON Schema


def test_the_schema_in_the_docs_is_current() -> None:
    written = (Path(__file__).parents[3] / "docs" / "gate.schema.json").read_text(encoding="utf-8")
    assert yaml_schema() == written, "run readiness gate schema > docs/gate.schema.json"


def test_the_schema_knows_every_field_and_says_what_it_is() -> None:
    """Every field has a description, and every text that the examples hold fits the pattern of its field."""
    schema = json_schema()
    rule = schema["$defs"]["RuleYaml"]["properties"]
    assert {"metric", "threshold", "from", "min_effect", "confidence"} <= set(rule)
    assert all(field["description"] for field in (*schema["properties"].values(), *rule.values()))
    assert not schema["additionalProperties"]
    for name, texts in {
        "threshold": (">= 0.85", "≥ .9", "3500", "<=1e3"),
        "max_regression": ("2%", "0.5 %", ".02"),
        "min_effect": ("2%",),
        "window": ("7 days", "7d", "1 day"),
    }.items():
        pattern = rule[name]["anyOf"][1]["pattern"]
        assert all(re.search(pattern, text) for text in texts), name
        assert not any(re.search(pattern, text) for text in ("", "high", "> 0.5", "85 percent")), name


# gate.lock

LOCK = Lock("ana", datetime(2026, 11, 20, 9, 14, tzinfo=UTC), "g" * 64, "d" * 64)


def test_the_lock_file_says_who_when_and_what(tmp_path: Path) -> None:
    path = tmp_path / "gate.lock"
    write_lock(path, FULL, LOCK)
    text = path.read_text(encoding="utf-8")
    assert 'by: "ana"\nat: "2026-11-20T09:14:00Z"\n' in text
    assert "judge_digest" not in text
    assert read_lock(path) == LOCK
    write_lock(path, FULL, replace(LOCK, by="ben"))
    assert read_lock(path).by == "ben"
    assert [entry.name for entry in tmp_path.iterdir()] == ["gate.lock"]


def test_the_lock_is_kept_in_utc() -> None:
    local = replace(LOCK, at=LOCK.at.astimezone(timezone(timedelta(hours=-7))))
    assert lock_text(FULL, local) == lock_text(FULL, LOCK)
    assert parse_lock(lock_text(FULL, local), "gate.lock") == LOCK


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(str.strip))
def test_any_name_survives_the_lock_file(name: str) -> None:
    made = parse_lock(lock_text(replace(FULL, name="g"), replace(LOCK, by=name)), "gate.lock")
    assert made.by == name.strip()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("by: ana\nat: yesterday\ngate_digest: g", "gate.lock:2:1, field at"),
        ("by: ana\nat: 2026-11-20T09:14:00\ngate_digest: g", "is not a time with its zone"),
        ("by: ana\nat: '2026-11-20T09:14:00Z'", "field gate_digest: this field is missing"),
        ("by: ana\nat: '2026-11-20T09:14:00Z'\ngate_digest: g\nwho: x", "not known"),
    ],
)
def test_a_damaged_lock_is_refused(text: str, words: str) -> None:
    with pytest.raises(ReadinessError) as caught:
        parse_lock(text, "gate.lock")
    assert words in str(caught.value)


def test_a_lock_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match="cannot be written"):
        write_lock(tmp_path / "absent" / "gate.lock", FULL, LOCK)


@pytest.mark.parametrize(
    "entry",
    [
        "metric: mrr, threshold: 1",
        "metric: mrr, threshold: 0",
        "metric: mrr, max_regression: 1",
        "metric: mrr, max_regression: '100%'",
        "metric: mrr, max_regression: 0, min_effect: 1",
        "metric: brand, threshold: '<= 1', unit: share",
        "metric: p95, threshold: 0",
    ],
)
def test_what_lies_at_the_end_of_a_range_lies_in_it(entry: str) -> None:
    rule = one(entry)
    assert {rule.threshold, rule.max_regression} <= {0.0, 1.0, None}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{metric: faithfulness, threshold: ">= 0.85", tolerate: 0.9}', "stricter than the threshold"),
        ("{metric: latency_p95_ms, threshold: 3500, tolerate: 3000}", "stricter than the threshold"),
        ("{metric: faithfulness, max_regression: 0.02, tolerate: 0.8}", "beside a threshold"),
        ('{metric: faithfulness, threshold: ">= 0.85", k: 3}', "k belongs to pass_all_k"),
        ('{metric: pass_all_k, unit: share, threshold: ">= 0.85"}', "needs the number of tries"),
        ('{metric: faithfulness, threshold: ">= 0.85", cut: 7}', "outside the range"),
        ('{metric: latency_p95_ms, threshold: 3500, max_left_out: "140%"}', "more than all"),
        ("{metric: latency_p95_ms, threshold: 3500, from: traces, variant: a}", "belongs to an eval run"),
    ],
)
def test_what_narrows_a_rule_has_to_fit_it(line: str, said: str) -> None:
    with pytest.raises(ReadinessError, match=said):
        parse_gate(f"metrics:\n  - {line}\n", "x.yaml")


def test_what_is_tolerated_reads_as_a_bound() -> None:
    gate = parse_gate('metrics: [{metric: faithfulness, threshold: ">= 0.85", tolerate: 0.80}]', "x.yaml")
    assert rule_text(gate.rules[0]) == "≥ 0.85, surely ≥ 0.80"
