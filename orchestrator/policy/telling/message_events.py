"""What events of messages say."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.teller import Telling, at, telling_of


@telling_of.register
def _messages_tried(event: e.MessagesTried, d: Deployment, counts: Counts) -> Telling:
    return Telling(at("message", *(try_words(each) for each in event.tries)), beside=True)


def try_words(each: e.MessageTry) -> str:
    """One try of a message, in words."""
    whom = f"{plain(each.audience, 100)} by {each.channel}"
    if each.result == "sent":
        return f"{each.moment}: sent to {whom}"
    then = f"again at {each.again:%Y-%m-%d %H:%M} UTC" if each.again is not None else "given up"
    return f"{each.moment}: not sent to {whom}: {plain(each.reason, 200)}; {then}"
