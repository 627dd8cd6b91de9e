"""The lacks of a change ticket as reasons of admission, beside all others."""

from collections.abc import Iterator

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.ticket_need import TicketSight
from orchestrator.policy.telling.words.ticket_words import LACK_WORDS

SHOWN = 200
"""Characters of what a ticket system said that are kept."""


def about_ticket(question: Question) -> Iterator[Reason]:
    """Every lack of the ticket; none where nobody asked for it, as when a plan is only checked."""
    sight = question.ticket
    if sight is None:
        return
    number, answer = sight.need.number, shown_detail(sight)
    detail = f" ({answer})" if answer else ""
    for lack in sight.answer.lacks:
        words = LACK_WORDS[lack]
        move = words.move
        if lack == "ticket.not_opened":
            move = f"open one: orch change open {command_word(question.plan_file)}{_elsewhere(question)}"
        yield Reason(
            code=lack,
            about=f"change ticket {number}" if number else "change ticket",
            found=f"{words.finding}{detail}",
            next_move=move,
        )


def _elsewhere(question: Question) -> str:
    """A rehearsal has a change of its own, for the environment that it is in."""
    return f" --in {command_word(question.plan.resources.environment)}" if question.rehearsing else ""


def shown_detail(sight: TicketSight) -> str:
    """What the system said beside its answer, safe to show and to keep."""
    return plain(sight.look.detail, SHOWN) if sight.look is not None and sight.look.detail else ""
