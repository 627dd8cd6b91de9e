"""A strategy that waits for results is woken by one, instead of looking every few milliseconds."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from importlib import import_module
from typing import Any

AT_LEAST_EVERY = 0.2
"""Seconds after which it looks all the same, for workers that died without a result."""
_A_LOOK = 0.001
"""Shorter sleeps are no waiting for results."""

_CAME = threading.Event()


class Results(deque[Any]):
    """The results that came, oldest first."""

    def append(self, result: Any) -> None:
        """One more, and whoever waits is woken."""
        super().append(result)
        _CAME.set()


class Operations(queue.Queue[Any]):
    """What processes of tasks ask of the run (from 2.21 on): each waits for its answer."""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """One more, and whoever waits is woken."""
        super().put(item, block, timeout)
        _CAME.set()


class WakesOnResult:
    """Stands for the module `time` in modules of strategies: all of it but for `sleep`."""

    @staticmethod
    def sleep(seconds: float) -> None:
        """At most so long as a look is due."""
        if seconds < _A_LOOK:
            time.sleep(seconds)
        else:
            _CAME.wait(AT_LEAST_EVERY)
            _CAME.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


def put_in() -> None:
    """From now on all strategies of this process that are Ansible's own wait so."""
    base: Any = import_module("ansible.plugins.strategy")
    begin = base.StrategyBase.__init__

    def begun(strategy: Any, manager: Any) -> None:
        begin(strategy, manager)
        strategy._results = Results(strategy._results)
        if hasattr(strategy, "_rpc_queue"):
            strategy._rpc_queue = Operations()

    base.StrategyBase.__init__ = begun
    for name in ("ansible.plugins.strategy", "ansible.plugins.strategy.free"):
        module: Any = import_module(name)
        module.time = WakesOnResult()
