"""Drafts, with a real process: killed in mid-sentence, at most the last second of typing is gone."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from readiness_tui.services.core import drafts
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.review import history
from tests.conftest import NOW

# Types a word every 20 ms and keeps the draft twice a second, as the editor does. Before each word it is said how long
# the text is and how long the slowest save took: on a busy disk that is waited for, too.
TYPIST = """
import sys, time
from pathlib import Path
from readiness_tui.services.core import drafts
from readiness_tui.services.core.desk import open_desk

desk = open_desk(Path(sys.argv[1]), "ana")
text, kept, slowest = "", time.monotonic(), 0.0
for number in range(10_000):
    text += f"word{number} "
    print(time.monotonic(), len(text), slowest, flush=True)
    if time.monotonic() - kept >= 0.5:
        begun = time.monotonic()
        drafts.keep(desk, "INC-1/summary", text)
        kept = time.monotonic()
        slowest = max(slowest, kept - begun)
    time.sleep(0.02)
"""


@pytest.mark.slow
def test_a_killed_process_loses_at_most_the_last_second(sample_db: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", TYPIST, str(sample_db)], text=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    typed = [process.stdout.readline().split()]
    while len(typed) < 60:  # more than a second of typing
        typed.append(process.stdout.readline().split())
    process.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    typed += [line.split() for line in process.communicate()[0].splitlines() if line.count(" ") == 2]

    desk = open_desk(sample_db, "ana", clock=lambda: NOW)
    draft = drafts.kept(desk, "INC-1/summary")
    assert draft is not None
    assert draft.text == "".join(f"word{number} " for number in range(len(draft.text.split())))
    slowest = float(typed[-1][2])
    sure = [int(length) for at, length, _ in typed if float(at) < killed - 1 - slowest]
    assert sure
    assert len(draft.text) >= sure[-1]
    assert drafts.kept(open_desk(sample_db, "ben"), "INC-1/summary") is None  # it is hers
    before = history.log(desk, limit=1)
    drafts.clear(desk, "INC-1/summary")
    assert drafts.kept(desk, "INC-1/summary") is None
    assert history.log(desk, limit=1) == before  # a draft leaves no history
    desk.close()
