"""What a person must know of a new entry of the schedule, for the command line and the API alike."""

from datetime import UTC
from zoneinfo import ZoneInfo

from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.use_cases.schedule import Scheduled
from orchestrator.policy.telling.words.schedule_words import conflict_words, machine_words, when_words


def added_lines(added: Scheduled, zone: ZoneInfo) -> list[str]:
    """Lines about a new entry that a person must know."""
    d, booking = added.deployment, added.booking
    until = when_words(booking.ends, zone) if booking.ends else "nobody knows when"
    in_utc = f" ({booking.starts.astimezone(UTC):%H:%M} UTC)" if zone.key != "UTC" else ""
    lines = [
        f"{d.id}: scheduled for {when_words(booking.starts, zone)}{in_utc}",
        f"takes up {counted(len(d.targets), 'host')} until {until} ({booking.basis})",
        f"after a missed start: {d.schedule.missed}",
    ]
    missing = d.authority.unadmitted.reasons if d.authority.unadmitted is not None else ()
    lines += [f"not approved yet: {plain(str(reason), 400)}" for reason in missing]
    lines += [f"{closed.found}: it will not start before that is overridden" for closed in added.to_lift]
    lines += [f"warning: {plain(words, 400)}" for words in added.warnings]
    lines += [f"warning: it will be refused: {kin}" for kin in added.shared]
    lines += [
        f"{host}: its machine could not be asked ({plain(why, 200)})" for host, why in added.unknown.items()
    ]
    lines += machine_words(booking)
    lines += [f"conflict {plain(conflict_words(conflict, zone, d.id), 500)}" for conflict in added.conflicts]
    if added.conflicts:
        lines.append(
            "Added nevertheless; where two share anything, the second waits until the first is over."
        )
    lines.append(f"orch run-due starts it; orch schedule withdraw {d.id} --reason WHY takes it out")
    return lines
