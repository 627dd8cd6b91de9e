"""A task that may hang, and a deadline by which the caller goes on."""

import threading
from collections.abc import Callable


def within(seconds: float, task: Callable[[], str]) -> str | None:
    """What the task returns; None if it does not return in time. It then ends with this process.

    A time limit of each read does not bound a server that answers drop by drop.
    """
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(task()), daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else None
