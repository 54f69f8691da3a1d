"""What is said of a cause and of an incident is what the rules make of them."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given

from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.explanation.causes import cause_explained, incident_explained
from readiness_tui.domain.incidents.model import Sev
from readiness_tui.domain.verdict.causes import incident_causes
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Facts, Verdict
from tests.domain.build import AS_OF, make_incident
from tests.domain.explanation.test_scores import part
from tests.domain.strategies import reviews_of

SAID = {Verdict.NO_GO: "holds the release back", Verdict.CONDITIONS: "is a condition", None: "changes no verdict"}


@given(reviews_of())
def test_what_makes_the_verdict_is_never_said_to_wait(facts: Facts) -> None:
    """The better verdict is reached by the flips, so whatever stands against it is one of them or goes with them."""
    judgement = judge(facts, AS_OF)
    for cause in judgement.causes:
        told = cause_explained(cause, judgement)
        if judgement.flips_to is None:
            assert "Is it on the shortest way?" not in [one.heading for one in told.passages]
            continue
        (said,) = part(told, "Is it on the shortest way?").lines
        assert not (cause.verdict is judgement.verdict and "can wait" in said), said


@pytest.mark.parametrize(("severity", "peak"), [(s, p) for s, p in product(Sev, (None, *Sev)) if p is None or p <= s])
def test_of_an_open_incident_it_says_what_the_rules_do_with_it(severity: Sev, peak: Sev | None) -> None:
    incident = make_incident(severity=severity, peak=peak, resolved=None, closed=None, actions=())
    assert incident.open
    found = [cause.verdict for cause in incident_causes([incident], DEFAULT_POLICY, {}, AS_OF)]
    (first, *_) = part(incident_explained(incident, AS_OF, DEFAULT_POLICY), "What an incident does").lines
    verdict = found[0] if found else None
    opened = first.partition("open it ")[2] if verdict else first
    assert SAID[verdict] in opened.partition(", and")[0], first
