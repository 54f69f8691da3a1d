"""Many requests, one wait for the disk: what comes while one group is being written is the next group."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_GROUP = 256  # items at most: what waits for one write


class GroupCommit(Generic[Item, Result]):
    """A thread that hands `commit` all that waits; its results are those of the items, its exception is everybody's."""

    def __init__(self, commit: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._commit = commit
        self._queue: queue.SimpleQueue[tuple[Item, Future[Result]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, item: Item) -> Future[Result]:
        future: Future[Result] = Future()
        self._queue.put((item, future))
        return future

    def close(self) -> None:
        """Return once all that was submitted before is committed, or failed."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        ended = False
        while not ended:
            group = []
            part = self._queue.get()
            while part is not None:
                group.append(part)
                if len(group) >= _GROUP or self._queue.empty():
                    break
                part = self._queue.get()
            ended = part is None
            if not group:
                continue
            try:
                results = self._commit([item for item, _ in group])
            except Exception as error:
                for _, future in group:
                    future.set_exception(error)
            else:
                for (_, future), result in zip(group, results, strict=True):
                    future.set_result(result)
