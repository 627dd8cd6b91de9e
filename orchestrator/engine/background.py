"""A deed beside others: what takes its time elsewhere, such as a program that is waited for, while this process works on."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class BackgroundTask(Generic[T]):
    """A deed begun in a thread of its own, which never keeps the process from ending."""

    def __init__(self, task: Callable[[], T]) -> None:
        self._task = task
        self._result: T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> T:
        """What came of it, waited for. Raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]

    def _run(self) -> None:
        try:
            self._result = self._task()
        except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
            self._error = error
