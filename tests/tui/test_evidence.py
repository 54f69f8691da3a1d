"""What is typed as evidence is looked up at once, and the line says so where it was typed."""

from __future__ import annotations

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind, LookUp
from readiness_tui.services.core.view import load
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from tests.tui.driving import NARROW, WIDE, Size, answer, fill, painted, press, read


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_word_is_said_to_be_a_claim_and_esc_keeps_it(sample_app: ReadinessApp, size: Size) -> None:
    async with sample_app.run_test(size=size) as pilot:
        await press(pilot)
        await sample_app.go_to("item/observability/OBS-06")
        await press(pilot)
        await press(pilot, "2")
        assert isinstance(sample_app.screen, FormDialog)
        await answer(pilot, ref="asdf")
        assert isinstance(sample_app.screen, FormDialog)
        said = " ".join(painted(pilot).split())
        assert "“asdf” is no path, no URL and no id of anything that was imported." in read(pilot, "#dialog-refusal")
        assert "a claim counts at most 1" in said
        await press(pilot, "escape")
        assert sample_app.desk is not None
        view = load(sample_app.desk)
        assert [piece.ref for piece in view.dossier("OBS-06").evidence] == ["asdf"]
        assert view.judgement.standings["OBS-06"].points == 1
        shown = read(pilot, "#item")
        assert "path asdf (ana) · a word: a claim" in shown
        assert "voted 2, but what is attached is only a claim: a claim counts 1" in shown


@pytest.mark.slow
async def test_something_better_takes_its_place_and_enter_again_keeps_it(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot)
        await sample_app.go_to("item/observability/OBS-06")
        await press(pilot)
        await press(pilot, "e")
        await answer(pilot, ref="asdf")
        await answer(pilot, ref="docs/roles.md")
        assert not isinstance(sample_app.screen, FormDialog)
        assert sample_app.desk is not None
        assert [piece.ref for piece in load(sample_app.desk).dossier("OBS-06").evidence] == ["docs/roles.md"]
        await press(pilot, "e")
        await answer(pilot, ref="qwer")
        await press(pilot, "ctrl+s")
        assert not isinstance(sample_app.screen, FormDialog)
        refs = [piece.ref for piece in load(sample_app.desk).dossier("OBS-06").evidence]
        assert refs == ["docs/roles.md", "qwer"]
        await press(pilot, "2")
        assert "what is attached is not checked here: run “readiness evidence verify”" in " ".join(
            read(pilot, "#item").split()
        )


@pytest.mark.slow
async def test_enter_saves_the_one_line_and_a_witness_makes_it_shown(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot)
        await sample_app.go_to("item/observability/OBS-06")
        await press(pilot)
        await press(pilot, "2")
        assert "rag-v4-2026-11-23" in painted(pilot)  # offered: the candidate, incidents
        await fill(pilot, "INC-1")
        await press(pilot, "enter")
        assert not isinstance(sample_app.screen, FormDialog)
        await press(pilot, "e")
        await answer(pilot, ref="the alert that rang on 21 November", witness="chloe")
        assert not isinstance(sample_app.screen, FormDialog)
        assert sample_app.desk is not None
        pieces = load(sample_app.desk).dossier("OBS-06").evidence
        assert [(piece.kind, piece.lookup) for piece in pieces] == [
            (EvidenceKind.INCIDENT, LookUp.FOUND),
            (EvidenceKind.SHOWN, LookUp.VOUCHED),
        ]
