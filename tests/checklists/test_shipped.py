"""The five checklists that come with the app hold what was agreed, item by item."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.model import Checklist, Depth, Item, ProbeKind, Severity
from readiness_tui.sources.kit.shipped import shipped_folder
from readiness_tui.sources.settings.checklist import SHIPPED, shipped_checklists

# id | title | B blocker, M major, m minor | S the course's wording, c in the course's depth, . neither
#    | probe: p proves (share or fact), s supports, r refutes, - none
AGREED = {
    ("observability", 17): """
        OBS-01 | Prompt version logged | B | S | p
        OBS-02 | Model version logged | B | S | p
        OBS-03 | Retrieved context logged | M | S | p
        OBS-04 | Tool inputs/outputs logged | M | S | p
        OBS-05 | User feedback captured | M | S | s
        OBS-06 | Alerting for latency/cost spikes | M | S | s
        OBS-07 | Tokens and cost recorded per request | M | . | p
        OBS-08 | Ids join every hop | M | . | p
        OBS-09 | Outcome recorded per request | M | . | p
        OBS-10 | Logged content redacted, retention set | B | . | r
        OBS-11 | Sampling rate declared | m | . | s
    """,
    ("reliability", 19): """
        REL-01 | Timeout and retry policies are explicit | B | S | s
        REL-02 | Fallback model/provider is defined | B | S | s
        REL-03 | Secrets are stored in a secret manager | B | S | r
        REL-04 | Idempotency is enforced for side-effecting workflows | B | S | s
        REL-05 | Alert thresholds exist for cost and latency spikes | M | S | s
        REL-06 | SLOs and error budget agreed | M | . | p
        REL-07 | Quota headroom known | M | . | s
        REL-08 | Step and loop caps enforced | B | . | s
        REL-09 | Degraded answers designed | M | . | s
        REL-10 | Peak load tested | M | . | p
        REL-11 | On-call, runbook and a recent drill | M | . | p
    """,
    ("deployment", 19): """
        DEP-01 | Secrets management and least-privilege access | B | S | r
        DEP-02 | Timeout, retry, and fallback strategy | M | S | s
        DEP-03 | Config separation from code | M | S | s
        DEP-04 | Rollback plan and release gates | B | S | s
        DEP-05 | SLOs and rollout rules written | B | c | -
        DEP-06 | Canary or shadow before full traffic | M | . | p
        DEP-07 | Model, prompt, index and judge pinned | M | . | p
        DEP-08 | Prompt changes peer-reviewed | M | . | -
        DEP-09 | Kill switch tested | B | . | p
        DEP-10 | Data and index version tied to the release | M | . | p
    """,
    ("safety", 18): """
        SAF-01 | Direct prompt injection screened | B | c | p
        SAF-02 | Retrieved and tool text treated as untrusted | B | . | p
        SAF-03 | Personal data controlled both ways | B | c | r
        SAF-04 | Output policy check before delivery | B | c | p
        SAF-05 | Tools allow-listed, least privilege | B | c | r
        SAF-06 | Human approval for irreversible actions | B | c | p
        SAF-07 | Output validated before use | M | . | p
        SAF-08 | Guard failure fails closed | B | . | s
        SAF-09 | Per-user token and cost caps | M | . | s
        SAF-10 | Over-refusal measured too | M | . | p
        SAF-11 | Policy decisions logged with rule version | M | . | p
        SAF-12 | Red-team suite current | M | . | p
    """,
    ("evaluation", 15): """
        EVA-01 | Golden dataset with representative and failure cases | B | S | p
        EVA-02 | Regression run before each prompt/model/retriever change | B | S | p
        EVA-13 | Golden set large enough for the gate | M | . | p
        EVA-03 | Thresholds locked before the candidate run | B | c | p
        EVA-04 | Metrics split by stage (retrieval, generation, tool use) | M | S | p
        EVA-14 | Evaluation types covered | M | . | s
        EVA-05 | Judge pinned and checked against people | M | . | s
        EVA-06 | Stochastic cases repeated | M | . | p
        EVA-07 | Baseline on identical cases | M | . | p
        EVA-08 | Quality, latency and cost logged from one run | M | . | p
        EVA-09 | Incidents become eval cases | M | . | p
        EVA-10 | Set is fresh and not in prompts | m | . | r
        EVA-11 | Offline score tracks live outcome | m | . | s
        EVA-12 | High-risk paths have human review | B | c | p
    """,
}
# One gap each, whichever of its items is missing.
SAME = [
    {"REL-03", "DEP-01"},
    {"REL-01", "REL-02", "DEP-02"},
    {"OBS-06", "REL-05"},
    {"REL-06", "DEP-05"},
    {"OBS-10", "SAF-03"},
]
DECLARES = {
    "REL-01": {"timeout_policy", "retry_policy"},
    "DEP-02": {"timeout_policy", "retry_policy"},
    "REL-07": {"quota"},
    "REL-08": {"step_cap"},
    "SAF-05": {"allowed_tools"},
    "SAF-09": {"user_cap"},
    "OBS-11": {"sampling_rate"},
}
# Names under which the probe registry knows them.
QUERIES = {
    "OBS-01": ("prompt_version_logged", ProbeKind.SHARE),
    "OBS-02": ("model_version_logged", ProbeKind.SHARE),
    "OBS-03": ("retrieved_context_logged", ProbeKind.SHARE),
    "OBS-04": ("tool_io_logged", ProbeKind.SHARE),
    "OBS-05": ("feedback_captured", ProbeKind.SUPPORT),
    "OBS-07": ("tokens_and_cost_logged", ProbeKind.SHARE),
    "OBS-09": ("outcome_logged", ProbeKind.SHARE),
    "REL-03": ("secrets_in_logs", ProbeKind.REFUTE),
    "DEP-01": ("secrets_in_logs", ProbeKind.REFUTE),
    "EVA-01": ("golden_set_representative", ProbeKind.FACT),
    "EVA-03": ("locked_before_run", ProbeKind.FACT),
    "EVA-04": ("metrics_by_stage", ProbeKind.FACT),
    "EVA-08": ("quality_latency_cost", ProbeKind.FACT),
}
EVALUATION_TYPES = (
    "unit tests for deterministic logic",
    "prompt regression",
    "retrieval quality",
    "LLM output quality",
    "agent task completion",
    "human review for high-risk paths",
    "online experiments when applicable",
)
PROBE_MARK = {
    ProbeKind.SHARE: "p",
    ProbeKind.FACT: "p",
    ProbeKind.SUPPORT: "s",
    ProbeKind.REFUTE: "r",
}


@pytest.fixture(scope="module")
def checklists() -> dict[str, Checklist]:
    return shipped_checklists()


@pytest.fixture(scope="module")
def items(checklists: dict[str, Checklist]) -> dict[str, Item]:
    return {item.id: item for checklist in checklists.values() for item in checklist.items}


#: Reviews keep these with what they scored: another digest makes every one of them look edited. A new version of a
#: checklist gets a new one here, and nothing else does.
DIGESTS = {
    "observability": "7fd7a5a7d560653a9a1116dedff5eaf3e398d48de2ca50fdd55ff358992a010e",
    "reliability": "d80b5c0e275eb3035c7ee396a5d2615be75b881f432571414424819e4226384e",
    "deployment": "26f1a0de266857d6a68b07cd16bca60324ed73027db9f902658a5ebc42b9288f",
    "safety": "cff010ef7255410adece8f80e8977f62a3ee8916f060e8d10a4e8492f34b7aa2",
    "evaluation": "a6b459a65700d73f07c99dc658c67a7cb0846b5591abe8e134f7163c00bdc167",
}


def test_their_digests_are_what_stored_reviews_carry() -> None:
    assert {name: checklist.digest for name, checklist in shipped_checklists().items()} == DIGESTS


def test_every_agreed_item_is_there_and_no_other(checklists: dict[str, Checklist]) -> None:
    assert tuple(checklists) == SHIPPED
    for (name, day), table in AGREED.items():
        checklist = checklists[name]
        agreed = [tuple(cell.strip() for cell in row.split("|")) for row in table.strip().splitlines()]
        found = [
            (
                item.id,
                item.title,
                {Severity.BLOCKER: "B", Severity.MAJOR: "M", Severity.MINOR: "m"}[item.severity],
                item.depth,
                PROBE_MARK[item.probe.kind] if item.probe else "-",
            )
            for item in checklist.items
        ]
        assert found == [
            (item_id, title, severity, Depth.FULL if mark == "." else Depth.COURSE, probe)
            for item_id, title, severity, mark, probe in agreed
        ]
        assert (checklist.day, checklist.version) == (day, "2026.12")


def test_no_weight_is_overridden(items: dict[str, Item]) -> None:
    assert [item.id for item in items.values() if item.weight != item.severity.weight] == []


def test_items_that_are_one_gap_name_each_other(checklists: dict[str, Checklist], items: dict[str, Item]) -> None:
    home = {item.id: name for name, checklist in checklists.items() for item in checklist.items}
    assert len(home) == sum(len(checklist.items) for checklist in checklists.values())
    for item in items.values():
        group = next((group for group in SAME if item.id in group), {item.id})
        # Items of one checklist are joined through the other: REL-01 and REL-02 through DEP-02.
        assert set(item.same_as) == {other for other in group if home[other] != home[item.id]}, item.id


def test_probes_have_the_names_and_settings_that_the_registry_expects(items: dict[str, Item]) -> None:
    probes = {item.id: item.probe for item in items.values() if item.probe is not None}
    assert {name: (probes[name].query, probes[name].kind) for name in QUERIES} == QUERIES
    assert {name: set(probe.declares) for name, probe in probes.items() if probe.declares} == DECLARES
    # Where one miss is one too many; elsewhere the usual share.
    strict = {name: probe.required for name, probe in probes.items() if probe.required != 0.99}
    assert strict == {"SAF-06": 1.0, "EVA-09": 1.0, "EVA-12": 1.0}
    queries = [probe.query for probe in probes.values()]
    assert {query for query in queries if queries.count(query) > 1} == {"secrets_in_logs"}


def test_the_seven_types_of_evaluation_can_be_ticked(items: dict[str, Item]) -> None:
    assert {item.id: item.ticks for item in items.values() if item.ticks} == {"EVA-14": EVALUATION_TYPES}


def test_texts_fit_a_meeting(items: dict[str, Item]) -> None:
    for item in items.values():
        assert len(item.title) <= 70, item.id
        for text in (item.why, item.evidence, item.improve):
            assert 60 <= len(text) <= 300, f"{item.id}: {len(text)} characters: {text}"
            assert text.endswith("."), item.id
            assert "\n" not in text, item.id
    texts = [text for item in items.values() for text in (item.why, item.evidence, item.improve)]
    assert len(set(texts)) == len(texts)


def test_what_an_item_asks_for_agrees_with_its_probe(items: dict[str, Item]) -> None:
    for item in items.values():
        if item.probe is None:
            continue
        if item.probe.kind is ProbeKind.REFUTE:
            assert "refutes this" in item.evidence, item.id
            assert "does not prove it" in item.evidence, item.id
        if item.probe.kind is ProbeKind.SHARE:
            share = "99 %" if item.probe.required == 0.99 else "Every "
            assert share in item.evidence, item.id


def test_the_owasp_risks_are_named_with_their_edition(checklists: dict[str, Checklist]) -> None:
    texts = " ".join(item.why for item in checklists["safety"].items)
    named = set(re.findall(r"\(OWASP LLM Top 10, 2025: ([a-z ]+)", texts))
    assert named == {
        "prompt injection",
        "sensitive information disclosure",
        "improper output handling",
        "excessive agency",
        "unbounded consumption",
    }
    assert texts.count("OWASP") == texts.count("OWASP LLM Top 10, 2025: ")


def test_the_folder_holds_the_shipped_checklists_and_nothing_else() -> None:
    assert sorted(path.name for path in Path(shipped_folder("checklists")).iterdir()) == sorted(
        f"{name}.yaml" for name in SHIPPED
    )
