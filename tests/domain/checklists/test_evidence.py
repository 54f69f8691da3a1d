"""What a pasted line is by its form, what that counts, and the words for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind, LookUp
from readiness_tui.domain.checklists.evidence import (
    claim_sentence,
    evidence_text,
    is_address,
    is_path,
    without_place,
)
from readiness_tui.domain.checklists.standing import counts_as_evidence, unchecked
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Verdict
from tests.domain.build import AS_OF, MAJOR, make_checklist, make_evidence, make_facts, make_item, scored


@pytest.mark.parametrize(
    "ref",
    ["https://x.example", "http://wiki/page?id=3#a", "s3://bucket/key", "HTTPS://X.example/ü", "https://[::1]:8080/a"],
)
def test_an_address_has_a_scheme_and_a_host(ref: str) -> None:
    assert is_address(ref)


@pytest.mark.parametrize(
    "ref",
    [
        "asdf",
        "https://",
        "https:///x",
        "https://.",
        "see https://x.example",
        "https://a b",
        "file:///etc/x",
        "a://[",
        "x:y",
    ],
)
def test_no_address(ref: str) -> None:
    assert not is_address(ref)


@pytest.mark.parametrize(
    "ref", ["docs/a.md", "README.md", "docs/", "/srv/x", r"docs\a.md", "docs/a.md#budget", "src/a.py:12-20", "my notes.txt",
            "a b/my notes.txt", "../x", ".github/workflows"],
)  # fmt: skip
def test_a_path_has_slashes_or_an_ending(ref: str) -> None:
    assert is_path(ref)


@pytest.mark.parametrize(
    "ref", ["asdf", "", "done", "2026.11", "v1.2", "e.g.", "we did it in prod/staging", "//", "a\nb.md", "x\0.md"]
)
def test_a_word_is_no_path(ref: str) -> None:
    assert not is_path(ref)


@pytest.mark.parametrize(
    ("ref", "bare"),
    [("a.md#b", "a.md"), ("a.py:12", "a.py"), ("a.py:12-20", "a.py"), ("a.py:12:4", "a.py"), ("a#b/c.md", "a#b/c.md")],
)
def test_a_heading_or_line_is_not_the_path(ref: str, bare: str) -> None:
    assert without_place(ref) == bare


@pytest.mark.parametrize("lookup", list(LookUp))
def test_only_a_claim_does_not_count(lookup: LookUp) -> None:
    piece = make_evidence(EvidenceKind.PATH, ref="docs/a.md", lookup=lookup)
    assert counts_as_evidence(piece, AS_OF) is (lookup not in (LookUp.ABSENT, LookUp.WORD))


def test_one_condition_for_all_that_was_not_looked_up() -> None:
    items = [make_item(f"I{n}", MAJOR) for n in range(6)]
    waiting = (LookUp.ELSEWHERE, LookUp.UNCOMMITTED, LookUp.BEFORE, LookUp.ELSEWHERE, LookUp.FOUND, LookUp.FOUND)
    pieces = [
        make_evidence(EvidenceKind.PATH, item_id=item.id, ref=f"docs/{item.id}.md", lookup=lookup)
        for item, lookup in zip(items, waiting, strict=True)
    ]
    dossiers = [replace(scored(item, 2), evidence=(piece,)) for item, piece in zip(items, pieces, strict=True)]
    one = judge(make_facts(make_checklist(*items), dossiers=dossiers), AS_OF)
    assert one.verdict is Verdict.CONDITIONS
    [condition] = one.conditions
    assert condition.key == "evidence"
    assert condition.text == (
        "4 pieces of evidence are not looked up: I0 docs/I0.md, I1 docs/I1.md, I2 docs/I2.md and 1 more"
    )
    assert condition.act == "commit it, then run “readiness evidence verify” in the repository or in CI"
    assert [(flip.key, flip.text) for flip in one.flips] == [("evidence", condition.act)]
    assert one.flips_to is Verdict.GO


def test_nothing_waits_where_a_found_piece_carries_the_item_or_people_stand_for_it() -> None:
    item = make_item("REL-02")
    away = make_evidence(EvidenceKind.PATH, ref="docs/a.md", lookup=LookUp.ELSEWHERE)
    old_drill = make_evidence(EvidenceKind.DRILL, dated=AS_OF, lookup=LookUp.BEFORE)
    one = scored(item, 2)
    assert unchecked(replace(one, evidence=(away,)), AS_OF) == (away,)
    assert unchecked(replace(one, evidence=(away, make_evidence())), AS_OF) == ()
    assert unchecked(replace(one, evidence=(old_drill,)), AS_OF) == ()
    word = make_evidence(EvidenceKind.PATH, ref="asdf", lookup=LookUp.WORD)
    assert unchecked(replace(one, evidence=(away, word)), AS_OF) == (away,)


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        (make_evidence(EvidenceKind.PATH, ref="docs/a.md", commit="4f1c2ab" * 6), "path docs/a.md (in commit 4f1c2ab4f1)"),
        (make_evidence(EvidenceKind.PATH, ref="docs/a.md", lookup=LookUp.ABSENT), "path docs/a.md (not in the repository: a claim)"),
        (make_evidence(EvidenceKind.PATH, ref="asdf", lookup=LookUp.WORD), "path asdf (a word: a claim)"),
        (make_evidence(EvidenceKind.PATH, ref="a/b", lookup=LookUp.ELSEWHERE), "path a/b (not checked here)"),
        (make_evidence(EvidenceKind.URL, lookup=LookUp.BEFORE), "url https://example.org/doc (not looked up)"),
        (make_evidence(EvidenceKind.RUN, ref="r-1", lookup=LookUp.ABSENT), "run r-1 (not in what was imported: a claim)"),
        (make_evidence(EvidenceKind.RUN, ref="r-1"), "run r-1"),
        (make_evidence(EvidenceKind.DRILL, ref="failover", dated=AS_OF, lookup=LookUp.BEFORE), f"drill of {AS_OF}: failover"),
    ],
)  # fmt: skip
def test_what_was_found_is_said_beside_it(piece, said: str) -> None:
    assert evidence_text(piece) == said


@pytest.mark.parametrize(
    ("kind", "ref", "lookup", "begins"),
    [
        (EvidenceKind.PATH, "asdf", LookUp.WORD, "“asdf” is no path, no URL and no id of anything that was imported."),
        (EvidenceKind.PATH, "docs/no.md", LookUp.ABSENT, "“docs/no.md” is not in the repository."),
        (EvidenceKind.PATH, "wiki.example.com/x", LookUp.ABSENT, "“wiki.example.com/x” is not in the repository (an address"),
        (EvidenceKind.URL, "https://", LookUp.WORD, "“https://” is no address that somebody could open."),
        (EvidenceKind.INCIDENT, "INC-9", LookUp.ABSENT, "No incident “INC-9” was imported."),
    ],
)  # fmt: skip
def test_a_claim_is_said_with_what_it_counts_and_what_to_do(
    kind: EvidenceKind, ref: str, lookup: LookUp, begins: str
) -> None:
    said = claim_sentence(make_evidence(kind, ref=ref, lookup=lookup))
    assert said.startswith(begins)
    assert said.endswith(
        "a claim counts at most 1. Type something that can be looked up, name a witness of what was shown, or Esc keeps it so."
    )
