"""Evidence is looked up when it is attached, through the one door, and again only where somebody asks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.assessment import Assurance, Evidence, EvidenceKind, LookUp
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, history, reviews, scorecard
from readiness_tui.services.review.evidence import verify
from readiness_tui.store import assessments
from tests.conftest import NOW
from tests.sources.settings.test_repository import git

ITEM = "REL-01"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with docs/a.md and Makefile in its one commit."""
    folder = tmp_path / "repo"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "a.md").write_text("a")
    (folder / "Makefile").write_text("all:")
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    return folder


@pytest.fixture
def inside(repo: Path):
    """ana at a review whose file lies in the repository."""
    desk = open_desk(repo / "readiness.db", "ana", create=True, clock=lambda: NOW)
    reviews.new_review(desk, system="bot", release="1", reviewers=("ana", "ben"))
    yield desk
    desk.close()


def met(desk: Desk, ref: str, kind: EvidenceKind | None = None) -> tuple[Evidence, int | None]:
    """`ref` attached to the item, which is voted 2: the piece, and what the item counts."""
    [piece] = assess.attach(desk, [ITEM], kind, ref)
    assess.score(desk, [ITEM], 2)
    standing = load(desk).judgement.standings[ITEM]
    assert (standing.assurance is Assurance.CLAIMED) is (standing.points == 1)
    return piece, standing.points


def conditions(desk: Desk) -> list[str]:
    return [condition.text for condition in load(desk).judgement.conditions if condition.key == "evidence"]


@pytest.mark.parametrize("kind", [None, EvidenceKind.PATH, EvidenceKind.URL, EvidenceKind.RUN, EvidenceKind.TRACE])
def test_a_word_is_a_claim_whatever_it_is_called(inside: Desk, kind: EvidenceKind | None) -> None:
    piece, points = met(inside, "asdf", kind)
    assert (piece.lookup.claim, points) == (True, 1)
    assert conditions(inside) == []


def test_a_path_in_the_repository_is_kept_with_its_commit(inside: Desk, repo: Path) -> None:
    piece, points = met(inside, " docs/a.md#part ")
    assert (piece.kind, piece.lookup, points) == (EvidenceKind.PATH, LookUp.FOUND, 2)
    assert (piece.commit, piece.looked) == (git(repo, "rev-parse", "HEAD"), NOW)
    assert load(inside).dossier(ITEM).evidence == (piece,)
    assert conditions(inside) == []
    (repo / "docs" / "a.md").unlink()  # what changes later is not judged in silence
    assert load(inside).judgement.standings[ITEM].points == 2


def test_a_path_that_is_absent_is_a_claim_and_one_that_is_new_waits(inside: Desk, repo: Path) -> None:
    assert met(inside, "docs/no.md")[1] == 1
    (repo / "docs" / "new.md").write_text("new")
    piece, points = met(inside, "docs/new.md")
    assert (piece.lookup, points) == (LookUp.UNCOMMITTED, 2)
    assert conditions(inside) == ["1 piece of evidence is in the folder, but not committed: REL-01 docs/new.md"]


def test_without_the_repository_a_path_counts_under_one_condition(desk: Desk) -> None:
    for item in ("REL-01", "REL-02"):
        [piece] = assess.attach(desk, [item], None, "docs/a.md")
        assert piece.lookup is LookUp.ELSEWHERE
    _, points = met(desk, "docs/a.md")
    assert points == 2
    assert conditions(desk) == [
        "3 pieces of evidence are not looked up: REL-01 docs/a.md, REL-01 docs/a.md, REL-02 docs/a.md"
    ]
    assess.attach(desk, ["REL-01", "REL-02"], None, "https://wiki.example.com/x")  # carries both alone
    assert conditions(desk) == []


def test_what_was_imported_is_found_by_its_id(sample_desk: Desk) -> None:
    view = load(sample_desk)
    run = view.runs[0].run
    trace = view.proposals["OBS-03"].examples[0] if view.proposals["OBS-03"].examples else "trace-0418"
    for ref, kind in ((run.id, EvidenceKind.RUN), ("INC-1", EvidenceKind.INCIDENT), ("inc-2", EvidenceKind.INCIDENT),
                      (trace, EvidenceKind.TRACE), ("case-33", EvidenceKind.CASE)):  # fmt: skip
        [piece] = assess.attach(sample_desk, ["DEP-01"], None, ref)
        assert (piece.kind, piece.lookup) == (kind, LookUp.FOUND), ref
    for ref, kind in (("INC-99", EvidenceKind.INCIDENT), ("rag-v9", EvidenceKind.PATH)):
        [piece] = assess.attach(sample_desk, ["DEP-01"], None, ref)
        assert (piece.kind, piece.lookup.claim) == (kind, True), ref
    [piece] = assess.attach(sample_desk, ["DEP-01"], EvidenceKind.CASE, "case-999")
    assert piece.lookup is LookUp.ABSENT


def test_a_claim_is_replaced_in_the_same_save(inside: Desk) -> None:
    first = assess.attach(inside, ["REL-01", "REL-02"], None, "asdf")
    assess.attach(inside, ["REL-01", "REL-02"], None, "docs/a.md", instead_of=[piece.id for piece in first])
    view = load(inside)
    assert [[piece.ref for piece in view.dossier(item).evidence] for item in ("REL-01", "REL-02")] == [
        ["docs/a.md"]
    ] * 2


def test_verify_looks_again_and_the_trail_says_so(desk: Desk, repo: Path) -> None:
    met(desk, "docs/a.md")
    assess.attach(desk, ["REL-02"], None, "docs/no.md")
    assess.score(desk, ["REL-02"], 2)
    assert load(desk).judgement.standings["REL-02"].points == 2
    found = verify(desk, repo / "docs")
    assert (found.commit, found.claims, found.open) == (git(repo, "rev-parse", "HEAD"), 1, 0)
    assert [one.now.lookup for one in found.pieces] == [LookUp.FOUND, LookUp.ABSENT]
    view = load(desk)
    assert (view.judgement.standings[ITEM].points, view.judgement.standings["REL-02"].points) == (2, 1)
    assert conditions(desk) == []
    entry = history.log(desk)[0]
    assert (entry.what, entry.who) == ("evidence looked up: 2 pieces", "ana")
    history.undo(desk, entry.id)
    assert len(conditions(desk)) == 1


def test_verify_without_a_repository_leaves_paths_as_they_were(inside: Desk, tmp_path: Path) -> None:
    met(inside, "docs/a.md")
    met(inside, "Makefile")  # by its form alone it would be a word
    assess.attach(inside, [ITEM], None, "https://x.example/a")
    before = load(inside).dossier(ITEM).evidence
    found = verify(inside, tmp_path)
    assert (found.repository, found.claims, found.open) == (None, 0, 2)
    assert load(inside).dossier(ITEM).evidence == before


def test_another_repository_takes_nothing_away(inside: Desk, tmp_path: Path) -> None:
    met(inside, "docs/a.md")
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init")
    git(other, "commit", "--allow-empty", "-m", "theirs")
    [one] = verify(inside, other).pieces
    assert one.now == one.before
    assert "does not know commit" in one.why
    assert load(inside).judgement.standings[ITEM].points == 2


def test_old_evidence_counts_as_before_until_somebody_looks(desk: Desk, repo: Path) -> None:
    refs = ("asdf", "docs/a.md", "https://x.example/a")
    for ref in refs:
        met(desk, ref)
    with desk.store.write("ana", "as an older version left it", now=NOW) as tx:
        for piece in load(desk).dossier(ITEM).evidence:
            old = replace(piece, kind=EvidenceKind.URL if "://" in piece.ref else EvidenceKind.PATH, looked=None)
            assessments.add_evidence(tx, 1, replace(old, lookup=LookUp.BEFORE, commit=""))
    assert load(desk).judgement.standings[ITEM].points == 2
    assert conditions(desk) == [f"3 pieces of evidence are not looked up: {', '.join(f'{ITEM} {ref}' for ref in refs)}"]
    found = verify(desk, repo)
    assert [one.now.lookup for one in found.pieces] == [LookUp.WORD, LookUp.FOUND, LookUp.BY_FORM]
    assert conditions(desk) == []


def test_a_frozen_review_is_not_looked_at_again(inside: Desk, repo: Path) -> None:
    met(inside, "docs/a.md")
    scorecard.freeze(inside)
    with pytest.raises(ReadinessError, match="is frozen: its evidence stands"):
        verify(inside, repo)
