"""Where the house is: the place of keyring, policies and environments, which deployers can neither choose nor write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HOUSE_FILE = Path("/etc/orch/house.yml")
"""The file of root that names the house; no option and no variable of the environment names another."""


@dataclass(frozen=True, slots=True)
class House:
    """The folder of the house. `separate`: it is another than the home; else the home is the house."""

    place: Path
    separate: bool

    @property
    def words(self) -> str:
        """Where the house is, for people."""
        return str(self.place) if self.separate else f"the home is the house ({self.place})"


def house_of(home: Path, file: Path = HOUSE_FILE) -> House:
    """The house that governs this home. Raises PlanFault where others than root can change what names it, or it."""
    from orchestrator.adapters.files.house_file import house_named_in

    place = house_named_in(file)
    return House(home.absolute(), separate=False) if place is None else House(place, separate=True)
