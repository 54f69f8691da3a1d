"""What CI asks: the gate of a review, JUnit and step summaries, and whether a committed scorecard still holds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.desk import utc_now
from readiness_tui.services.core.zones import local_zone

if TYPE_CHECKING:
    from readiness_tui.domain.scorecard.model import GateCard, GateCheck, Scorecard
    from readiness_tui.domain.scorecard.sealed import Committed
    from readiness_tui.services.core.view import ReviewView

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
_EASTMOST = timezone(timedelta(hours=14))
_LARGEST = 64 * 1024 * 1024  # bytes of a scorecard


def gate_of(view: ReviewView) -> GateCard:
    """The gate evaluated on the review's runs, as `gate show` prints it."""
    from readiness_tui.domain.scorecard.compose import gate_card

    runs = [*view.measured.candidate_runs, *view.measured.baseline_runs]
    return gate_card(view.gate, runs, view.review)


def check_review(view: ReviewView, folder: Path | None = None) -> GateCheck:
    """The gate's part of the review's judgement. `folder`: where its gate.lock may lie, for what git says of it."""
    from readiness_tui.domain.scorecard.compose import compose_gate
    from readiness_tui.domain.verdict.model import Part
    from readiness_tui.services.gate import lock_witness

    causes = [cause for cause in view.judgement.causes if cause.part is Part.GATE]
    remarks = []
    if view.measured.ambiguous:
        versions = ", ".join(view.measured.ambiguous)
        remarks.append(
            f"Nobody named the candidate among the versions {versions}; the latest complete run stands for it."
        )
    history = lock_witness.of_folder(folder, view.gate.lock, view.measured.candidate_runs) if folder else ""
    if history:
        remarks.append(history)
    return compose_gate(
        view.gate,
        (view.judgement.parts[Part.GATE], causes),
        view.as_of,
        candidate=view.measured.candidate_runs,
        baseline=view.measured.baseline_runs,
        remarks=remarks,
    )


def step_summary(github: bool, env: Mapping[str, str] = os.environ) -> Path | None:
    """Where a GitHub step's summary goes. Raises ReadinessError where it was asked for outside of one."""
    if not github:
        return None
    if not env.get(SUMMARY_VARIABLE):
        raise ReadinessError(
            f"{SUMMARY_VARIABLE} is not set, so --github has nowhere to write. It works inside a GitHub Actions step;"
            " elsewhere name a file with --summary."
        )
    return Path(env[SUMMARY_VARIABLE])


def publish(
    result: GateCheck | Scorecard,
    *,
    junit: Path | None,
    summary: Path | None,
    github: Path | None = None,
) -> None:
    """Write what CI shows by itself. `github`, a step summary, is appended to: other commands write to it too.

    Raises ReadinessError where a file cannot be written.
    """
    if junit is None and summary is None and github is None:
        return
    from readiness_tui.domain.scorecard.model import GateCheck
    from readiness_tui.reports import ci
    from readiness_tui.reports.atomic import write_text

    if junit is not None:
        write_text(junit, ci.gate_junit(result) if isinstance(result, GateCheck) else ci.check_junit(result))
    if summary is None and github is None:
        return
    if isinstance(result, GateCheck):
        text = ci.gate_markdown(result)
    else:
        from readiness_tui.reports.scorecard_md import scorecard_markdown

        text = scorecard_markdown(result)
    if summary is not None:
        write_text(summary, text)
    if github is not None:
        try:
            with github.open("a", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise ReadinessError(f"{github} ({SUMMARY_VARIABLE}) cannot be written: {error.strerror}.") from error


def read_last(path: Path, *, whole: bool = False) -> dict[str, Any]:
    """What `gate check --json` printed the last time, or `check --json` (`whole`).

    Raises ReadinessError for a file that cannot be read or is something else.
    """
    import json

    from readiness_tui.reports.since import usable
    from readiness_tui.sources.kit.fileio import head

    name = "check --json" if whole else "gate check --json"
    data = head(path, _LARGEST + 1)
    try:
        last: Any = json.loads(data) if len(data) <= _LARGEST else None
    except (ValueError, RecursionError):
        last = None
    if not usable(last, whole=whole):
        raise ReadinessError(
            f"{one_line(str(path))} is not what `readiness {name}` prints, so nothing can be held against it. The first time, leave"
            f" --against out and keep what {name} prints."
        )
    found: dict[str, Any] = last
    return found


def read_committed(path: Path, on: date | None = None) -> Committed:
    """Test a scorecard's own digest, its verdict, and whether it holds today, on this machine, or `on`.

    Raises ReadinessError for a file that cannot be read or is no scorecard.
    """
    from readiness_tui.domain.scorecard.sealed import Committed
    from readiness_tui.reports.seal import read_sealed
    from readiness_tui.sources.kit.fileio import head

    data = head(path, _LARGEST + 1)
    if len(data) > _LARGEST:
        raise ReadinessError(f"{path} is larger than any scorecard. Name the exported markdown or JSON.")
    try:
        sealed = read_sealed(data.decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise ReadinessError(f"{path} is not UTF-8 text, so it is no scorecard. Export it again.") from error
    if on is not None:
        return Committed(path, on, sealed)
    now = utc_now()
    return Committed(path, now.astimezone(local_zone().zone).date(), sealed, now.astimezone(_EASTMOST).date())
