"""The name of a driver on the journal: the machine and the process that drive, as `machine:process`."""

from typing import NamedTuple


class DriverName(NamedTuple):
    """A driver's machine and process; a name of another form has neither."""

    machine: str
    process: int | None

    def __str__(self) -> str:
        return f"{self.machine}:{self.process}"


def driver_named(text: str | None) -> DriverName:
    """What a name on the journal says."""
    machine, _, number = (text or "").rpartition(":")
    return DriverName(machine, int(number)) if number.isdecimal() else DriverName("", None)
