"""The only kind of error shown to a person: a sentence, never a traceback."""

from __future__ import annotations


class ReadinessError(Exception):
    """Input or a request that cannot be used.

    The message is in complete sentences: what is wrong, where (file, line, field), why, and what to do.
    Command line: printed to stderr, exit code 2. App: shown as a notice; nothing stored has changed.
    `by_command`: what to do that only the command line can, said there after the message; the app has its own ways.
    """

    def __init__(self, sentence: str, *, by_command: str = "") -> None:
        super().__init__(sentence)
        self.by_command = by_command

    @property
    def on_command_line(self) -> str:
        """The message as the command line says it."""
        return f"{self} {self.by_command}" if self.by_command else str(self)


class AlreadySaved(ReadinessError):  # noqa: N818 - good news, not an error of anybody's
    """The block with this idempotency key was already committed: nothing was done twice, nothing is lost."""

    def __init__(self, change_id: int) -> None:
        super().__init__(f"This was already saved (change {change_id}); nothing was written twice.")
        self.change_id = change_id


class TamperedError(ReadinessError):
    """The file was changed by something else than the program, so nothing that rests on it is printed. Exit code 4."""


class NoRoomError(ReadinessError):
    """The disk of the temporary files is full, or takes none. `why`: the system's words. `waiting`: what would wait in them.
    `folder`: where they lie, where that is known."""

    def __init__(self, why: str, waiting: str, folder: str = "") -> None:
        place = f" in {folder}" if folder else ""
        super().__init__(
            f"There is no room for temporary files{place} ({why[:100]}), where {waiting} wait meanwhile. Nothing of this was"
            " stored. Free some space, or set TMPDIR to a folder that has it, and try again."
        )
