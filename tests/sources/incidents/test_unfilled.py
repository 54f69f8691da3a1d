"""Templates that nobody filled in are no incidents; documents with a gap or two are."""

from __future__ import annotations

import pytest

from readiness_tui.sources.incidents.postmortem import read_postmortem
from readiness_tui.sources.incidents.unfilled import is_unfilled

BRACES = """# Template
## Incident summary
Between {time range of incident} on {DATE}, {NUMBER} users encountered {EVENT SYMPTOMS}.
## Leadup
At {16:00} on {MM/DD/YY}, a change was introduced.
## Timeline
- {HH:MM} ...
## Corrective actions
- [ ] {action} {owner}
"""
ITALIC = """# Overview
**Owner:** *Your name goes here.*
*Include a short sentence or two, e.g. "On the morning of August 99th we suffered a 1 minute SEV-1".*
# Impact
*Be very specific here.*
| Time in SEV-1 | ?? mins |
# Timeline
| YYYY-MM-DD HH:MM | Started | |
# Action Items
- *Each action item should be a ticket.*
"""
FILLED = """# Uploads failed
Date: 2026-10-03
*Written by the storage team.*
## Impact
Two in ten uploads failed for {customer} buckets.
## Timeline
- 09:14 errors began
- 10:20 rolled back
## Action Items
- [ ] Alert on failed uploads, owner {tbd}
"""


@pytest.mark.parametrize("text", [BRACES, ITALIC])
def test_a_template_is_asked_about(text):
    assert is_unfilled(text)
    assert read_postmortem(text, "template.md").bare


def test_a_document_with_gaps_is_an_incident():
    assert not is_unfilled(FILLED)
    draft = read_postmortem(FILLED, "uploads.md")
    assert not draft.bare
    assert len(draft.timeline) == 2


@pytest.mark.parametrize("text", ["", "# Heading\n", "*one line in italics*\n", "{a}\n{b}\n"])
def test_a_few_lines_tell_nothing(text):
    assert not is_unfilled(text)
