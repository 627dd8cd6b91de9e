"""The lines by which a change names what it approves: the digest of the effective plan, and its machines."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_PLAN, _MACHINES = "orch effective plan:", "orch machines:"
_PLAN_LINE = re.compile(r"^orch effective plan: ([0-9a-f]{64})$")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,253}")


class TicketSubject(NamedTuple):
    """What a ticket is for; nothing where it does not name it once and clearly."""

    effective: str | None = None
    machines: tuple[str, ...] = ()


def ticket_lines(effective: str, machines: Sequence[str]) -> str:
    """The lines that people put into the description of a change; the machines in the order of their names."""
    return f"{_PLAN} {effective}\n{_MACHINES} {', '.join(sorted(machines))}\n"


def ticket_subject(text: str) -> TicketSubject:
    """What the lines of a description name. A line that occurs twice, or in another form, names nothing."""
    lines = [line.strip() for line in text.splitlines()]
    plan = _PLAN_LINE.match(_only(lines, _PLAN))
    names = [name.strip() for name in _only(lines, _MACHINES).removeprefix(_MACHINES).split(",")]
    clear = all(_NAME.fullmatch(name) for name in names) and len(set(names)) == len(names)
    return TicketSubject(plan[1] if plan else None, tuple(names) if clear else ())


def _only(lines: Sequence[str], beginning: str) -> str:
    matching = [line for line in lines if line.startswith(beginning)]
    return matching[0] if len(matching) == 1 else ""
