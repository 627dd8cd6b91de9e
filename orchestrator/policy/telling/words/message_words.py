"""An entry of the communication plan in words."""

from orchestrator.domain.plan.communication import Communication


def entry_words(entry: Communication) -> str:
    """By which channel and when, and what orch sends itself, such as `by mail: start; orch sends by house-mail: end`."""
    words = f"by {entry.channel}: {', '.join(entry.when)}"
    notify = entry.notify
    if notify is None:
        return words
    to = f" to {', '.join(notify.to)}" if notify.to else ""
    return f"{words}; orch sends by {notify.by}{to}: {', '.join(notify.at)}"
