"""What belongs to no one command: `readiness help TOPIC`, and the sections of the man page."""

from __future__ import annotations

TOPICS = {
    "files": """\
readiness.db     The database of a review: --db, else READINESS_DB, else the nearest one in this folder or above it.
gate.lock        What `readiness gate lock` wrote, to be committed beside the gate.
settings.yaml    Your own keys and theme for the app, in the folder that `readiness paths` calls config.
completion.*     The completion script of a shell, in the same folder.
last-used        Which file the app opened last, in the folder that `readiness paths` calls state.
crashes/         Reports of faults of ours, without your data, in the same folder.
""",
    "environment": """\
READINESS_DB      The file to work on, as --db.
READINESS_WHO     Who acts, as --who.
READINESS_SYSTEM  Which system of the file is meant, as --system.
READINESS_DEBUG   With 1 a fault of ours prints its traceback, which may quote your data.
PAGER             What shows output that is longer than the terminal (default: less). Empty: nothing does.
NO_PAGER          Set to anything: no pager.
NO_COLOR          Set to anything: the app uses no colours. Commands never do.
TERM              `dumb`: no pager, no progress in place, and the app does not start.
VISUAL, EDITOR    What the app opens for long texts.
""",
    "exit-status": """\
0    done; of `check` and `gate check`: GO
1    `check`, `gate check`: NO-GO; `dataset check`, `doctor`: problems were found
2    input or usage that cannot be used; nothing of it was stored
3    `check`, `gate check`: GO WITH CONDITIONS (--allow conditions makes it 0)
4    the database was changed by something else than readiness: no verdict is given of it
70   a fault of ours; a report without your data is in a file that the message names
130  interrupted; what was saved stays
""",
}
