"""The change ticket that a plan is deployed under: which system has it, and with which credentials that is asked."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orchestrator.domain.plan.http_fields import CredentialFile
from orchestrator.domain.text.model_base import Noun, Text
from orchestrator.domain.text.validation_error import wrong

TicketSystem = Literal["servicenow", "jira"]
TICKET_NUMBER = r"^[A-Z][A-Z0-9_]{0,30}-?[0-9]{1,18}$"
TicketNumber = Annotated[str, Field(pattern=TICKET_NUMBER)]
"""`CHG0030001` of ServiceNow, `OPS-123` of Jira. It goes into addresses, so nothing else is let through."""
TICKET_URL = r"^(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?|http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?/?)$"
TicketUrl = Annotated[str, Field(pattern=TICKET_URL)]
"""A system without the path of its API: over https, or over http on this machine, so that credentials stay secret."""
ProjectKey = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,30}$")]
USUAL_TYPE = "Change"


class PlannedTicket(Noun):
    """The ticket of a plan. `number`: of a change that people opened; without it, the one that orch opened for this plan.

    `project` and `issue_type` are those of a change that orch opens in Jira. Files are read when the system is asked; their
    content is in no digest and on no journal.
    """

    system: TicketSystem
    url: TicketUrl
    number: TicketNumber | None = None
    project: ProjectKey | None = None
    issue_type: Text | None = None
    basic_auth: CredentialFile | None = None
    bearer: CredentialFile | None = None
    ca_file: Text | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.basic_auth is not None and self.bearer is not None:
            raise wrong("one of `basic_auth` and `bearer`", "take one out", finding="both", at="bearer")
        for name in ("project", "issue_type"):
            if self.system != "jira" and getattr(self, name) is not None:
                raise wrong("it for jira alone", "take it out", finding="it for servicenow", at=name)
        return self

    @property
    def files(self) -> dict[str, str]:
        """The files of this machine that it needs, by field."""
        secret = {"basic_auth.file": self.basic_auth, "bearer.file": self.bearer}
        named = {field: each.file for field, each in secret.items() if each is not None}
        return named if self.ca_file is None else {**named, "ca_file": self.ca_file}
