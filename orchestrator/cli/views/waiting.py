"""How far a long reading has come, in a terminal, once it takes more than two seconds; nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.engine.ports import Clock

PATIENCE = timedelta(seconds=2)


@contextmanager
def waiting(clock: Clock, what: str) -> Iterator[Callable[[int, int], None]]:
    """Gives what is to be called with how many of how many are done."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.status import Status

    began, shown = clock.now(), Status(what, console=Console(stderr=True))
    with ExitStack() as stack:

        def say(done: int, of: int) -> None:
            if clock.now() - began >= PATIENCE:
                shown.start()
                shown.update(f"{what}: {done} of {of}")

        stack.callback(shown.stop)
        yield say
