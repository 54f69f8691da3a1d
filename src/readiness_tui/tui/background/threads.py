"""The threads beside the screen. Who leaves waits for what may save, and not for what only reads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from textual.app import ScreenError

T = TypeVar("T")


class LeftError(ScreenError):
    """Somebody leaves: what was to be read is not wanted any more, nor what would follow from it. No fault of the app's, as
    nothing is that meets a screen which was left."""


class _Reading:
    """Work of which nothing is lost when it is not done."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work

    def __call__(self) -> Any:
        return self._work()


class _Pool(ThreadPoolExecutor):
    """Knows what of its work is not done yet: what reads, and what may save."""

    def __init__(self, name: str, threads: int | None = None) -> None:
        super().__init__(threads, thread_name_prefix=f"readiness-{name}")
        self.reading: set[Future[Any]] = set()
        self.saving: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future = super().submit(fn, *args, **kwargs)
        kept = self.reading if isinstance(fn, _Reading) else self.saving
        kept.add(future)
        future.add_done_callback(kept.discard)
        return future


class Threads:
    """`store`: the one thread for everything that touches the file: saves keep their order, and none is ever dropped. `rules`
    works values out beside it; `apart`: as many as need be, for what takes long and must not delay a save."""

    def __init__(self) -> None:
        self.store, self.rules, self.apart = _Pool("store", 1), _Pool("rules", 1), _Pool("apart")
        self.leaving = threading.Event()  # for work that asks whether it should stop
        self._left = asyncio.Event()

    async def save(self, pool: _Pool, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)

    async def read(self, pool: _Pool, work: Callable[[], T]) -> T:
        """Raises LeftError as soon as somebody leaves."""
        if self.leaving.is_set():
            raise LeftError
        done: asyncio.Future[T] = asyncio.get_running_loop().run_in_executor(pool, _Reading(work))
        left = asyncio.ensure_future(self._left.wait())
        try:
            await asyncio.wait((done, left), return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                raise LeftError
            return done.result()
        finally:
            left.cancel()
            done.cancel()  # not begun, it is dropped

    def leave(self) -> None:
        """Nobody waits for what is read any more."""
        self.leaving.set()
        self._left.set()

    async def last(self, work: Callable[[], object], seconds: float) -> None:
        """Do it on the store's thread before the end, but for so long alone, and not behind what is still being read."""
        if not self.store.reading:
            done = asyncio.get_running_loop().run_in_executor(self.store, _Reading(work))
            await asyncio.wait((done,), timeout=seconds)
            if done.done() and not done.cancelled():
                done.exception()  # what is done last is a help for the next start, or runs out by itself

    async def close(self, linger: float) -> None:
        """After this nothing is saved any more. What reads goes on, where it does not end by itself within so many seconds."""
        for pool in (self.rules, self.apart):
            for reading in tuple(pool.reading):
                reading.cancel()  # not begun, it is dropped; a save that waits for a thread is not
            pool.shutdown(wait=False)
        if saving := self.store.saving | self.apart.saving:
            await asyncio.wait([asyncio.wrap_future(one) for one in saving])
        self.store.shutdown(wait=False)
        if linger and (left := self.store.reading | self.rules.reading | self.apart.reading):
            await asyncio.wait([asyncio.wrap_future(one) for one in left], timeout=linger)

    @property
    def still_reading(self) -> bool:
        """Whether a thread would keep the process from ending."""
        return any(pool.reading for pool in (self.store, self.rules, self.apart))
