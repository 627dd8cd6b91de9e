"""A driver hands messages to another process, and never waits for a channel."""

from orchestrator.engine.drive_context import DriveContext


def have_messages_sent(context: DriveContext, *, last: bool = False) -> None:
    """Begin a sender where a new moment was reached. Comparing a number is all that it costs where there is none.

    `last`: the driver takes no further step.
    """
    reached = context.deployment.messages.count
    if reached > context.handed_over and context.ports.senders.begin(context.deployment.id, last=last):
        context.handed_over = reached
