"""What belongs to no one command: `readiness help TOPIC`, and sections of the man page. Lines of at most 78 characters."""

from __future__ import annotations

TOPICS = {
    "files": """\
readiness.db   The database of a review: --db, else READINESS_DB, else the
               nearest one in this folder or above it.
gate.lock      What `gate lock` wrote, to be committed beside the gate.

In the folder that `readiness paths` calls config:
settings.yaml  Your own keys and theme for the app.
completion.*   The completion script of a shell.

In the folder that it calls state:
last-used      Which file the app opened last.
crashes/       Reports of faults of ours, without your data.
""",
    "environment": """\
READINESS_DB      The file to work on, as --db.
READINESS_WHO     Who acts, as --who.
READINESS_SYSTEM  Which system of the file is meant, as --system.
READINESS_DEBUG   With 1 a fault of ours prints its traceback, which may quote
                  your data.
PAGER             What shows output that is longer than the terminal (default:
                  less). Empty: nothing does.
NO_PAGER          Set to anything: no pager.
NO_COLOR          Set to anything: the app uses no colours. Commands never do.
TERM              With `dumb` there is no pager and no progress, and the app
                  does not start.
VISUAL, EDITOR    What the app opens for long texts.
""",
    "exit-status": """\
0    done; of `check` and `gate check`: GO
1    `check`, `gate check`: NO-GO; `dataset check`, `doctor`: problems
2    input or usage that cannot be used; nothing of it was stored
3    `check`, `gate check`: GO WITH CONDITIONS (--allow conditions makes it 0)
4    something else than readiness changed the database: no verdict
70   a fault of ours; the message names a report of it, without your data
130  interrupted; what was saved stays
""",
}
