"""A constant load of requests with counts, which ends by itself."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from types import TracebackType


class Load:
    """Clients that ask one after the other, half of them over connections that they keep. `failures` are words by number."""

    def __init__(self, address: str, port: int, *, clients: int = 6, seconds: float = 280.0) -> None:
        self.place = (address, port)
        self.answers: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self._until = time.monotonic() + seconds
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._clients = [
            threading.Thread(target=self._ask, kwargs={"keep": n % 2 == 0}, daemon=True)
            for n in range(clients)
        ]

    def __enter__(self) -> Load:
        for client in self._clients:
            client.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        for client in self._clients:
            client.join(timeout=20)

    def _ask(self, *, keep: bool) -> None:
        connection: http.client.HTTPConnection | None = None
        while not self._ending.is_set() and time.monotonic() < self._until:
            fresh = connection is None
            connection = connection or http.client.HTTPConnection(*self.place, timeout=10)
            try:
                connection.request("GET", "/")
                answer = connection.getresponse()
                body = answer.read().decode().strip()
                self._note(f"{answer.status}" if answer.status != http.client.OK else "", body)
                if not keep or answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                if connection is not None:
                    connection.close()
                connection = None
                # A kept connection may be closed between two requests; every client asks again then (RFC 9110, 9.2.2).
                if fresh:
                    self._note(type(error).__name__, "")
            time.sleep(0.005)

    def _note(self, failure: str, body: str) -> None:
        with self._lock:
            if failure:
                self.failures[failure] += 1
            else:
                self.answers[body] += 1
