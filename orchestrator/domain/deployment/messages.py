"""Which messages of the communication plan are owed: the moments that were reached, less what was sent or given up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from orchestrator.domain.deployment.message_moments import REACHING, SETTLED_BY, MessagesContext, moments_of
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.communication import Communication, MessageMoment, Notify
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.text.model_base import Many, Moment, Noun
from orchestrator.domain.text.plain_text import plain

REMIND = timedelta(days=1)
"""A review is called to mind this long before its limit, and not before the end."""
REASON = 500


class ReachedMoment(Noun):
    """A moment at which messages are owed: at the end of `number`'s event; not to be sent before `due`."""

    number: int
    moment: MessageMoment
    at: Moment
    due: Moment
    wave: int | None = None
    reason: str = ""


class TriedMessage(Noun):
    """The last try of a message, and how many there were."""

    last: e.MessageTry
    at: Moment
    tries: int

    @property
    def settled(self) -> bool:
        """Nothing is left to try: it was sent, or given up."""
        return self.last.again is None


class Messages(Noun):
    """`count`: moments so far, also those that no longer matter; a message keeps its number."""

    count: int = 0
    reached: Many[ReachedMoment] = ()
    tried: dict[str, TriedMessage] = {}


class OwedMessage(NamedTuple):
    """A message that is to be sent at `due`, its `tries` so far."""

    number: int
    """That of the moment; the messages of a deployment are `ID.MOMENT.ENTRY`."""
    entry: int
    audience: str
    notify: Notify
    reached: ReachedMoment
    due: datetime
    tries: int

    def id_in(self, deployment: str) -> str:
        """Its id: equal at each try, so that a receiver recognises one that it got twice."""
        return f"{deployment}.{self.number}.{self.entry}"


CHANGED_BY = frozenset({*REACHING, *SETTLED_BY, e.MessagesTried})


def messages_at_first(event: e.Planned, at: datetime) -> Messages:
    """The messages of a deployment that was just planned."""
    context = MessagesContext(event.plan, event.policy, event.change.type, None, event.rehearsal is not None)
    first = _reached(Messages.of_valid(), "scheduled", at, context)
    return first if event.starts is not None else Messages.of_valid()


def messages_after(messages: Messages, event: e.Event, at: datetime, context: MessagesContext) -> Messages:
    """The messages after one more event."""
    if isinstance(event, e.MessagesTried):
        return _with_tries(messages, event, at)
    messages = _without(messages, SETTLED_BY.get(type(event)))
    for moment, wave, reason in moments_of(event, context):
        messages = _reached(messages, moment, at, context, wave=wave, reason=reason)
    return messages


def owed_messages(messages: Messages, plan: ReleasePlan, deployment: str) -> tuple[OwedMessage, ...]:
    """Everything that is still to be sent, in the order of the moments."""
    return tuple(each for each in _all(messages, plan, deployment))


def next_due(messages: Messages, plan: ReleasePlan, deployment: str) -> datetime | None:
    """When the next message is to be sent or tried again; None where none is owed."""
    return min((each.due for each in _all(messages, plan, deployment)), default=None)


def _all(messages: Messages, plan: ReleasePlan, deployment: str) -> Iterator[OwedMessage]:
    for reached in messages.reached:
        for index, entry in enumerate(plan.communication):
            if entry.notify is None or reached.moment not in entry.notify.at:
                continue
            owed = OwedMessage(reached.number, index, entry.audience, entry.notify, reached, reached.due, 0)
            tried = messages.tried.get(owed.id_in(deployment))
            if tried is None:
                yield owed
            elif tried.last.again is not None:
                yield owed._replace(due=tried.last.again, tries=tried.tries)


def _reached(
    messages: Messages,
    moment: MessageMoment,
    at: datetime,
    context: MessagesContext,
    *,
    wave: int | None = None,
    reason: str = "",
) -> Messages:
    """With this moment, if somebody is to be told. A rehearsal tells nobody: its plan names the people of another place."""
    if context.rehearsal or not any(_told_at(entry, moment) for entry in context.plan.communication):
        return messages
    due = at
    if moment == "review due" and context.review_by is not None:
        due = max(at, context.review_by - REMIND)
    number = messages.count + 1
    reached = ReachedMoment(
        number=number, moment=moment, at=at, due=due, wave=wave, reason=plain(reason, REASON)
    )
    return Messages.updated(messages, count=number, reached=(*messages.reached, reached))


def _told_at(entry: Communication, moment: MessageMoment) -> bool:
    return entry.notify is not None and moment in entry.notify.at


def _without(messages: Messages, moment: MessageMoment | None) -> Messages:
    if moment is None or not any(each.moment == moment for each in messages.reached):
        return messages
    return Messages.updated(
        messages, reached=tuple(each for each in messages.reached if each.moment != moment)
    )


def _with_tries(messages: Messages, event: e.MessagesTried, at: datetime) -> Messages:
    tried = dict(messages.tried)
    for each in event.tries:
        before = tried.get(each.message)
        tries = 1 if before is None else before.tries + 1
        tried[each.message] = TriedMessage(last=each, at=at, tries=tries)
    return Messages.updated(messages, tried=tried)
