"""The schedule of change as an iCalendar file (RFC 5545), for the calendars of interested parties."""

from collections.abc import Iterable, Iterator

from icalendar import Alarm, Calendar, Event

from orchestrator.adapters.report.legible import legible
from orchestrator.domain.calendar.schedule_of_change import Booking, BookingState
from orchestrator.policy.authority.document_standing import REMIND, ReviewDue
from orchestrator.policy.calendar.published_schedule import PublishedSchedule
from orchestrator.policy.telling.words.document_words import document_line
from orchestrator.policy.telling.words.schedule_words import blocked_words, conflict_words, machine_words, utc

PRODUCT = "-//orch//schedule of change//EN"
# RFC 5545 3.8.1.11: a booking that may change is tentative; a withdrawn one is published as cancelled, or it would stay.
_STATUS: dict[BookingState, str] = {
    "proposed": "TENTATIVE",
    "approved": "CONFIRMED",
    "running": "CONFIRMED",
    "over": "CONFIRMED",
    "withdrawn": "CANCELLED",
}


def icalendar_file(schedule: PublishedSchedule, reviews: Iterable[ReviewDue] = ()) -> bytes:
    """Every booking as an event, and every review of a model or policy as a day.

    Times are in UTC, so that no reader needs our time zone rules.

    UID is the deployment's id with the beginning of its plan's digest, SEQUENCE the number of events on its journal, and
    DTSTAMP the time of the newest event: equal schedules give equal files, byte for byte.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Schedule of change")
    for booking in schedule.bookings:
        calendar.add_component(_event(booking, schedule))
    for review in reviews:
        calendar.add_component(_review(review))
    return bytes(calendar.to_ical())


def _event(booking: Booking, schedule: PublishedSchedule) -> Event:
    event = Event()
    changed = booking.changed_at or booking.starts
    event.add("uid", f"{booking.id}.{(booking.plan_digest or '')[:12]}@orch")
    event.add("dtstamp", changed)
    event.add("created", booking.booked_at or changed)
    event.add("last-modified", changed)
    event.add("sequence", booking.revision)
    event.add("dtstart", booking.starts)
    if booking.ends is not None:
        event.add("dtend", booking.ends)
    event.add("summary", _line(f"{booking.title} ({_state(booking)})"))
    event.add("description", legible("\n".join(_description(booking, schedule))))
    event.add("status", "TENTATIVE" if booking.blocked_by else _STATUS[booking.state])
    event.add("transp", "OPAQUE" if booking.is_booked else "TRANSPARENT")
    event.add("categories", [_line(booking.environment), booking.state])
    event.add("location", _line(booking.environment))
    return event


def _review(review: ReviewDue) -> Event:
    """A day with a reminder before it. UID is the document's: once it is signed anew, calendars move the day."""
    document, event = review.document, Event()
    changed = document.approved_at
    event.add("uid", f"review.{document.what}.{document.name}.{document.version}@orch")
    event.add("dtstamp", changed)
    event.add("dtstart", review.due)
    event.add("summary", _line(f"Review of {document.title}"))
    event.add("description", legible("\n".join([document_line(document), f"Then: {review.command}"])))
    event.add("transp", "TRANSPARENT")
    event.add("categories", ["review"])
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _line(f"{document.title} is to be reviewed"))
    alarm.add("trigger", -REMIND)
    event.add_component(alarm)
    return event


def _description(booking: Booking, schedule: PublishedSchedule) -> Iterator[str]:
    yield f"Deployment {booking.id}, by {booking.by}"
    yield f"State: {_state(booking)}"
    if booking.ends is None:
        yield f"The end is not known: {booking.basis}" if booking.basis else "The end is not known"
    elif booking.basis:
        yield f"The end: {booking.basis}"
    if booking.rfcs:
        yield f"Change: {', '.join(booking.rfcs)}"
    if booking.service:
        yield f"Service: {booking.service}"
    if booking.cis:
        yield f"Configuration items: {', '.join(booking.cis)}"
    if booking.machines:
        yield f"Hosts: {', '.join(booking.machines.values())}"
    yield from machine_words(booking)
    for conflict in schedule.conflicts_of(booking.id):
        yield f"CONFLICT {conflict_words(conflict, utc(), booking.id)}"


def _state(booking: Booking) -> str:
    return ", ".join(filter(None, (booking.stands or booking.state, blocked_words(booking))))


def _line(text: str) -> str:
    return legible(" ".join(text.split()))
