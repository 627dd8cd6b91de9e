"""A deed beside others: what takes its time elsewhere, such as a program that is waited for, while this process works on."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """A deed begun in a thread of its own, which never keeps the process from ending."""

    def __init__(self, deed: Callable[[], T]) -> None:
        self._deed = deed
        self._found: T | None = None
        self._raised: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> T:
        """What came of it, waited for. Raises what it raised."""
        self._thread.join()
        if self._raised is not None:
            raise self._raised
        return self._found  # type: ignore[return-value]

    def _run(self) -> None:
        try:
            self._found = self._deed()
        except BaseException as raised:  # noqa: BLE001 - whoever asks for the result gets it
            self._raised = raised
