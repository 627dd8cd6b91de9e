"""Messages by templates: those of a project (`messages/MOMENT.j2`), else those that are shipped."""

from pathlib import Path

from orchestrator.adapters.report.message_templates import text_of
from orchestrator.domain.plan.communication import MessageMoment
from orchestrator.engine.messaging_ports import MessageFacts, MessageText, MessageTexts

SHIPPED = Path(__file__).parent / "templates" / "messages"
FOLDER = "messages"
"""The folder of a project with its own templates."""


class TemplatedTexts(MessageTexts):
    """The first line that a template writes is the subject, the rest the text; both are cut at their limits."""

    def written(self, moment: MessageMoment, facts: MessageFacts, project: Path) -> MessageText:
        """See the port."""
        name = f"{moment.replace(' ', '-')}.j2"
        own = project / FOLDER / name
        return text_of(own if own.is_file() else SHIPPED / name, facts)
