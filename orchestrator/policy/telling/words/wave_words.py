"""A wave in words: its checks, when it fails, and what its gate waits for."""

from collections.abc import Iterable, Sequence

from orchestrator.domain.plan.check import (
    CheckBase,
    ClockCheck,
    MemoryCheck,
    OtherDeploymentCheck,
    PythonCheck,
    RebootCheck,
    SpaceCheck,
    title_of,
)
from orchestrator.domain.plan.wave import Gate, Limit
from orchestrator.domain.text.format import counted, seconds_words, size_words
from orchestrator.domain.text.selection import selection_words


def check_titles(checks: Iterable[CheckBase]) -> list[str]:
    """Each check in a few words, with its patience and its hosts where it has some of its own."""
    return [_title(check) + _patience(check) + on_words(check.on) for check in checks]


def on_words(selection: Sequence[str] | None) -> str:
    """Such as `, on db*`; empty for all hosts."""
    return f", on {selection_words(selection)}" if selection is not None else ""


def limit_words(limit: Limit, hosts: int) -> str:
    """When a limit is exceeded, such as `when more than 2 of 20 hosts are down (10%)`."""
    number = limit.hosts_of(hosts)
    share = f" ({limit.percent:g}%)" if limit.percent is not None else ""
    if not number:
        return f"as soon as one host is down{share}"
    return f"when more than {number} of {counted(hosts, 'host')} are down{share}"


def gate_words(gate: Gate) -> str:
    """What must pass before the next wave, such as `10 min of soak, then confirmation by service owner`."""
    parts = [f"{seconds_words(gate.soak)} of soak"] if gate.soak else []
    if gate.metrics:
        parts.append(
            f"{counted(len(gate.metrics), 'metric')} with {'its' if len(gate.metrics) == 1 else 'their'} successes counted"
        )
    if gate.confirm:
        parts.append(f"confirmation by {gate.confirm}")
    return ", then ".join(parts) or "opens at once"


def _title(check: CheckBase) -> str:
    return check.title or _main_words(check) or title_of(check)


def _main_words(check: CheckBase) -> str | None:
    """Words for checks whose main value alone says little."""
    match check:
        case SpaceCheck():
            return f"space: {size_words(check.free)} free on {check.path}"
        case MemoryCheck():
            return f"memory: {size_words(check.available)} available"
        case ClockCheck():
            return f"clock: no more than {seconds_words(check.skew)} off"
        case PythonCheck():
            return f"python {check.minimum} or newer"
        case RebootCheck():
            return "a reboot is pending" if check.pending else "no reboot is pending"
        case OtherDeploymentCheck():
            return "no other deployment is at work"
        case _:
            return None


def _patience(check: CheckBase) -> str:
    return f" (within {seconds_words(check.within)})" if check.within else ""
