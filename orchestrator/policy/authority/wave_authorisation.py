"""Authorisation of the next wave: the grounds of admission still hold, and there is time to undo the wave."""

from typing import Literal

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import WaveAuthorised, WaveNotAuthorised
from orchestrator.policy.authority.admission import Weighed, about_approvals, weigh
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.ticket_reasons import about_ticket
from orchestrator.policy.calendar.point_of_no_return import Arithmetic, arithmetic
from orchestrator.policy.telling.words.ground_words import ground_words


def wave_authorisation(question: Question, d: Deployment, wave: int) -> WaveAuthorised | WaveNotAuthorised:
    """Whether this wave may start now.

    Approvals that no longer count hold it, because only a person can resolve that; so does a change ticket that does not
    carry it, which refuses where nothing is touched yet. For a window that closes, or leaves too little time to undo the
    wave, the plan decides: finish, hold, or back out (refuse, where nothing is touched yet).
    """
    weighed = weigh(question)
    lost = tuple(str(reason) for reason in about_approvals(weighed))
    uncarried = tuple(str(reason) for reason in about_ticket(question))
    times = remaining(weighed, d, wave)
    choice = d.plan.schedule.on_window_close
    then = _then(d, lost=bool(lost), uncarried=bool(uncarried))
    closed = (
        str(reason) if then == "hold" else reason.without_moves_of_an_open_one()
        for reason in weighed.opening.reasons
    )
    late = (*closed, *_too_late(question, times))
    if lost or uncarried or (late and choice != "finish"):
        return WaveNotAuthorised(wave=wave, reasons=(*lost, *uncarried, *late), then=then)
    goes_on = (Ground(code="time.late", values={"although": reason}) for reason in late)
    grounds = (weighed.opening.ground, *goes_on)
    return WaveAuthorised(
        wave=wave,
        grounds=tuple(map(ground_words, grounds)),
        reasons=grounds,
        closes=weighed.opening.closes,
        undone_by=times.lines[0].undone if times.lines else None,
    )


def _then(d: Deployment, *, lost: bool, uncarried: bool) -> Literal["hold", "back out", "refuse"]:
    """What follows where the wave may not start; a person is asked before hosts are taken back for a ticket."""
    if lost:
        return "hold"
    if uncarried:
        return "hold" if d.touched_hosts else "refuse"
    if d.plan.schedule.on_window_close == "hold":
        return "hold"
    return "back out" if d.touched_hosts else "refuse"


def remaining(weighed: Weighed, d: Deployment, wave: int) -> Arithmetic:
    """The arithmetic of this wave and those after it; what earlier waves did has to be undone as well."""
    times = weighed.expected
    touched = {d.standings[host].wave for host in d.touched_hosts} - {wave}
    undo = [wave_times.back_out for wave_times in times if wave_times.wave in touched]
    to_undo = None if None in undo else sum(seconds or 0.0 for seconds in undo)
    ahead = [wave_times for wave_times in times if wave_times.wave >= wave]
    return arithmetic(ahead, weighed.question.now, weighed.opening.closes, to_undo=to_undo)


def _too_late(question: Question, times: Arithmetic) -> tuple[str, ...]:
    first = times.lines[0] if times.lines else None
    if not question.policy.undo_before_close or times.closes is None or first is None or first.may_start:
        return ()
    undone = f"would be undone only by {first.undone.isoformat()}" if first.undone else "has no known times"
    return (
        f"past the point of no return: {first.times.name} {undone}, and the window closes at "
        f"{times.closes.isoformat()} ({first.times.basis})",
    )
