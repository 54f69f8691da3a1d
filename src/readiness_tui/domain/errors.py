"""The one kind of error that a person is shown: a sentence, never a traceback."""

from __future__ import annotations


class ReadinessError(Exception):
    """Input or a request that cannot be used.

    The message is complete sentences: what is wrong, where (file, line, field), why, and what to do.
    Command line: printed to stderr, exit code 2. App: shown as a notice; nothing stored has changed.
    """
