"""The review after a deployment: its questions, what was agreed, and whether that is done."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.text.model_base import Many, Moment, Noun, Text

ReviewQuestion = Literal[
    "changes", "customer", "plan", "problems", "incidents", "lessons", "rfcs", "cause", "no_action"
]
"""What the review asks, in the order in which it asks (ISO/IEC 20000-1 9.2, 9.3). `no_action`: why none is needed."""


class PostReviewOpened(Noun):
    """A person begins the review; `due`: when it is to be closed."""

    kind: Literal["pir_opened"] = "pir_opened"
    due: Moment | None = None
    by: Text
    spoken: Spoken | None = None


class PostReviewAnswered(Noun):
    """A question of the review is answered; a later answer replaces it."""

    kind: Literal["pir_answered"] = "pir_answered"
    question: ReviewQuestion
    answer: Text
    by: Text
    spoken: Spoken | None = None


class SatisfactionGiven(Noun):
    """How satisfied a stakeholder is with the release, from 1 (not at all) to 5 (fully)."""

    kind: Literal["satisfaction_given"] = "satisfaction_given"
    stakeholder: Text
    score: Annotated[int, Field(ge=1, le=5)]
    note: str = ""
    by: Text
    spoken: Spoken | None = None


class ActionAgreed(Noun):
    """The review agrees that something is to be done, by whom and until when."""

    kind: Literal["action_agreed"] = "action_agreed"
    what: Text
    owner: Text
    due: Moment
    by: Text
    spoken: Spoken | None = None


class ActionDone(Noun):
    """An agreed action is done; `number` counts those of the deployment from 0, `note` is what shows it."""

    kind: Literal["action_done"] = "action_done"
    number: Annotated[int, Field(ge=0)]
    note: Text
    by: Text
    spoken: Spoken | None = None


class PostReviewClosed(Noun):
    """The review is held: every question is answered, and actions are agreed where it asks for them."""

    kind: Literal["pir_closed"] = "pir_closed"
    reason: Text
    by: Text
    spoken: Spoken | None = None


class IncidentLinked(Noun):
    """A person says whether an incident, as it is known now, came of the deployment."""

    kind: Literal["incident_linked"] = "incident_linked"
    incident: Incident
    related: bool = True
    reason: Text
    by: Text
    spoken: Spoken | None = None


class OverdueReminded(Noun):
    """run-due called to mind what is overdue after the end."""

    kind: Literal["overdue_reminded"] = "overdue_reminded"
    overdue: Many[Literal["review", "action"]]
    by: Text
