"""Templates of messages that are loaded when one is written: a driver wires all ports, and writes none."""

from pathlib import Path

from orchestrator.domain.plan.communication import MessageMoment
from orchestrator.engine.messaging_ports import MessageFacts, MessageText, MessageTexts


class LateTexts(MessageTexts):
    """The templates of the report's room; Jinja2 comes with them."""

    def written(self, moment: MessageMoment, facts: MessageFacts, project: Path) -> MessageText:
        """See the port."""
        from orchestrator.adapters.report.message_texts import TemplatedTexts

        return TemplatedTexts().written(moment, facts, project)
